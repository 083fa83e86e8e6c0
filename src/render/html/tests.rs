//! The page as a whole.

use super::super::canonical::{assert_no_secret, canonical, clean};
use super::super::terminal::is_hidden;
use super::*;
use crate::model::Coverage;

fn rendered(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the page is UTF-8")
}

/// The page without its style and its script, which have files of their own.
fn body(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").expect("the page has a style");
    let (_, rest) = rest.split_once("</style>").expect("the style ends");
    let (middle, rest) = rest.split_once("<script>").expect("the page has a script");
    let (_, after) = rest.split_once("</script>").expect("the script ends");
    let policy = before.find("content=\"default-src").expect("the page has a policy");
    let end = policy + before[policy..].find("\">").expect("the policy ends");
    format!(
        "{}content=\"…{}<style>…</style>{middle}<script>…</script>{after}",
        &before[..policy],
        &before[end..]
    )
}

fn check(report: &Report, pieces: &[&str], missing: &[&str]) {
    let page = rendered(report);
    let body = body(&page);
    for piece in pieces {
        assert!(body.contains(piece), "{piece:?} is missing: {body}");
    }
    for piece in missing {
        assert!(!body.contains(piece), "{piece:?} is there: {body}");
    }
}

#[test]
fn the_canonical_report() {
    insta::assert_snapshot!(body(&rendered(&canonical())));
}

#[test]
fn no_secret_and_nothing_hidden_is_written() {
    let report = canonical();
    let page = rendered(&report);
    assert_no_secret(&report, &page);
    assert!(!page.replace('\n', "").contains(is_hidden));
}

#[test]
fn the_policy_names_what_the_page_holds() {
    let page = rendered(&canonical());
    let between = |open: &str, close: &str| {
        let (_, rest) = page.split_once(open).expect("it opens");
        rest.split_once(close).expect("it closes").0.to_owned()
    };
    let policy = policy::policy(&between("<style>", "</style>"), &between("<script>", "</script>"), true);
    assert!(page.contains(&format!("content=\"{policy}\"")), "{policy}");
    for once in ["<style", "<script", "</style", "</script", "http-equiv"] {
        assert_eq!(page.matches(once).count(), 1, "{once}");
    }
    let (head, rest) = page.split_once("http-equiv").expect("there is a policy");
    assert!(!head.contains("<style") && !head.contains("<script") && !rest.contains(" style=\""));
}

#[test]
fn nothing_found_is_said_plainly() {
    let read = Coverage { files: 2, bytes: 10, ..Coverage::default() };
    let unread = Coverage { skipped: canonical().coverage.skipped, ..read.clone() };
    check(
        &clean(read),
        &["<h1>No keys found</h1>", "class=\"top clean\"", "passed: 0 findings, 0 allowed"],
        &["No verdict", "class=\"card", "class=\"controls\"", "Skipped"],
    );
    check(
        &clean(unread),
        &["<h1>No verdict</h1>", "class=\"top incomplete\"", "3 paths skipped", "<h3 id=\"skipped\">"],
        &["No keys found", "top clean"],
    );
    let mut settled = clean(Coverage { files: 1, ..Coverage::default() });
    settled.suppressed = canonical().suppressed;
    check(&settled, &["<h1>No keys found</h1>", "4 findings do not count", "id=\"suppressed\""], &[]);
}

#[test]
fn what_is_live_is_told_first() {
    let mut report = canonical();
    check(&report, &["9 leaked keys in 15 places", "2 of them are live", "The scan is incomplete"], &[]);
    report.verdicts.retain(|verdict| !verdict.validity.is_active());
    check(&report, &["None is known to be live"], &["is live:"]);
    report.verdicts.clear();
    check(&report, &["Nobody asked whether they are live"], &["badge active"]);
}

#[test]
fn many_places_stand_behind_a_line() {
    let mut report = canonical();
    let one = report.findings[0].clone();
    report.findings.extend(std::iter::repeat_n(one, 100));
    check(&report, &["more places</summary><ol class=\"places\" start=\"6\">"], &[]);
}

#[test]
fn the_page_grows_with_the_findings_and_no_faster() {
    let size = |number: usize| {
        let mut report = clean(Coverage::default());
        let one = canonical().findings.swap_remove(0);
        report.findings = (0..number)
            .map(|index| {
                let mut finding = one.clone();
                finding.digest = format!("{index:016x}");
                finding
            })
            .collect();
        rendered(&report).len()
    };
    let (small, large) = (size(100), size(1_000));
    assert!(large < 11 * small, "{small} {large}");
}

/// An audit finds keys that no object holds, and has a story of each all the same.
#[test]
fn a_key_in_no_object_is_not_in_the_history() {
    let mut report = canonical();
    report.findings.truncate(1);
    report.findings[0].origin = None;
    let digest = report.findings[0].digest.clone();
    report.exposures.truncate(1);
    let exposure = &mut report.exposures[0];
    (exposure.first, exposure.removed, exposure.in_head) = (None, None, false);
    exposure.digest = digest;
    let mut out = Vec::new();
    write(&report, &mut out).expect("a vector takes everything");
    let page = String::from_utf8(out).expect("the page is UTF-8");
    assert!(page.contains(">Not in the history.<"));
    assert!(!page.contains("In no commit") && !page.contains("git filter-repo"));
}
