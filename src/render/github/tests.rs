//! The commands and the summary of whole reports.

use super::super::canonical::{assert_no_secret, canonical};
use super::super::terminal::is_hidden;
use super::*;
use crate::model::{Confidence, EntryNote, PathName};

fn rendered(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the report is UTF-8")
}

fn summary(report: &Report, room: usize) -> String {
    let mut out = Vec::new();
    write_summary_within(report, room, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the summary is UTF-8")
}

/// A report with so many copies of each finding.
fn many(copies: usize) -> Report {
    let mut report = canonical();
    let once = report.findings.clone();
    report.findings = (0..copies)
        .flat_map(|copy| {
            once.iter().cloned().map(move |mut finding| {
                finding.digest = format!("{copy:04}{}", finding.digest);
                finding
            })
        })
        .collect();
    report
}

#[test]
fn the_canonical_report() {
    let report = canonical();
    let text = rendered(&report);
    assert_no_secret(&report, &text);
    assert!(!text.replace('\n', "").contains(is_hidden));
    insta::assert_snapshot!(text);
}

#[test]
fn the_summary_of_the_canonical_report() {
    let report = canonical();
    let text = summary(&report, SUMMARY);
    assert_no_secret(&report, &text);
    assert!(!text.replace('\n', "").contains(is_hidden));
    insta::assert_snapshot!(text);
}

#[test]
fn a_clean_report() {
    let mut report = canonical();
    report.findings.clear();
    report.suppressed.clear();
    report.entries.clear();
    report.coverage.skipped.clear();
    assert_eq!(rendered(&report), "no keys found\n");
    let text = summary(&report, SUMMARY);
    let read = "Read: 1234 files, 0 objects, 56 members of archives, 7 images, 9 documents, 5678901 bytes.";
    assert_eq!(text, format!("### baseleak: no keys found\n\n{read}\n"));
}

#[test]
fn entries_that_hide_nothing_are_warnings() {
    let mut report = canonical();
    report.findings.clear();
    let state = EntryState::Expired("2026-10-31".to_owned());
    let note = |line| EntryNote {
        place: format!(".baseleak.toml:{line}"),
        entry: "path a".to_owned(),
        state: state.clone(),
    };
    report.entries = (1..=12).map(note).collect();
    report.entries.push(EntryNote { state: EntryState::Unused, ..note(13) });
    let text = rendered(&report);
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(".baseleak.toml:")).collect();
    let first = "::warning title=a suppression to look at::.baseleak.toml:1: path a expired after 2026-10-31, and hides nothing any more";
    assert_eq!((lines.len(), lines[0]), (12, first));
    assert_eq!(lines.iter().filter(|line| line.starts_with("::warning ")).count(), SHOWN);
}

/// GitHub shows ten of each level, and not one more is written.
#[test]
fn no_more_annotations_than_are_shown() {
    let text = rendered(&many(30));
    for level in ["error", "warning", "notice"] {
        let begin = format!("::{level} ");
        assert_eq!(text.lines().filter(|line| line.starts_with(&begin)).count(), SHOWN, "{level}");
    }
    // 9 of 210, 10 of 120 and 8 of 120 have one.
    assert!(text.contains("::notice title=more findings::423 more findings without an annotation"));
    assert_eq!(text.lines().filter(|line| line.starts_with("- ")).count(), 423);
}

/// A live key goes before all others, and the confidence decides between the rest.
#[test]
fn the_most_important_comes_first() {
    let mut report = canonical();
    let low = report.findings.iter().position(|finding| finding.confidence == Confidence::Low);
    let low = report.findings[low.expect("there is one")].digest.clone();
    report.verdicts.retain(|verdict| verdict.validity.is_active());
    report.verdicts.truncate(1);
    report.verdicts[0].digest.clone_from(&low);
    let ranked = ranked(&report);
    assert_eq!(ranked[0].digest, low);
    let rest: Vec<_> = ranked.iter().filter(|finding| finding.digest != low).collect();
    assert!(rest.is_sorted_by(|one, other| one.confidence >= other.confidence));
}

/// Of one key with three places: what has a file first, and copies after other keys.
#[test]
fn files_and_first_places_come_before_copies() {
    let mut report = canonical();
    report.verdicts.clear();
    let mut plain = report.findings[6].clone();
    (plain.confidence, plain.origin) = (Confidence::High, None);
    let place = |digest: &str, path: &str| {
        let mut finding = plain.clone();
        finding.digest = digest.to_owned();
        finding.relative = PathName::masked(path.as_bytes(), &[]);
        finding
    };
    report.findings = vec![
        place("1", ".git/config"),
        place("1", "a"),
        place("1", "b"),
        place("2", ".git/x"),
        place("3", "c"),
    ];
    let order: Vec<_> = ranked(&report).iter().map(|finding| finding.relative.as_str()).collect();
    assert_eq!(order, ["a", "c", ".git/x", "b", ".git/config"]);
}

/// The properties of the annotation of a finding at this path.
fn check(path: &str, change: impl FnOnce(&mut Finding), expect: &str) {
    let mut finding = canonical().findings.swap_remove(6);
    finding.relative = PathName::masked(path.as_bytes(), &[]);
    finding.origin = None;
    finding.location.end = finding.location.start;
    finding.location.end.column += 4;
    change(&mut finding);
    let mut out = Vec::new();
    annotate(&finding, Level::Error, &mut out).expect("a vector takes everything");
    let text = String::from_utf8(out).expect("it is UTF-8");
    let (properties, _) = text["::error ".len()..].split_once(",title=").unwrap_or(("", ""));
    assert_eq!(properties, expect, "{path}");
}

#[test]
fn only_places_in_the_work_tree_have_a_file() {
    let in_history = |in_head| {
        move |finding: &mut Finding| {
            let origin = canonical().findings.into_iter().find_map(|finding| finding.origin);
            finding.origin = origin.map(|mut origin| {
                (origin.in_head, origin.kind) = (in_head, ObjectKind::Blob);
                origin
            });
        }
    };
    check("a,b:c.py", |_| {}, "file=a%2Cb%3Ac.py,line=7,endLine=7,col=3,endColumn=6");
    check("a.py", |finding| finding.location.end.line = 9, "file=a.py,line=7,endLine=9");
    check("a.py", in_history(true), "file=a.py,line=7,endLine=7,col=3,endColumn=6");
    check("a.py", in_history(false), "");
    let in_archive = |finding: &mut Finding| {
        let archive = PathName::masked(b"a.tar.gz", &[]);
        finding.relative = finding.relative.clone().in_archive(&archive);
    };
    check("a.tar.gz!b.py", in_archive, "file=a.tar.gz");
    let in_image = |finding: &mut Finding| {
        finding.sight = canonical().findings.into_iter().find_map(|finding| finding.sight);
    };
    check("a.html", in_image, "file=a.html,line=7,endLine=7");
    check("wow!.py", |_| {}, "file=wow!.py,line=7,endLine=7,col=3,endColumn=6");
    check("notes", |finding| finding.location.place = Place::FileName, "file=notes");
    check("notes/****.txt", |_| {}, "");
    check("new\nline.py", |_| {}, "file=new%0Aline.py,line=7,endLine=7,col=3,endColumn=6");
    check(r"back\slash.py", |_| {}, r"file=back\slash.py,line=7,endLine=7,col=3,endColumn=6");
    check("a\x1b.py", |_| {}, "");
    check("a.py", |finding| finding.relative = PathName::masked(b"\xFF.py", &[]), "");
    check(".git/config", |_| {}, "");
}

/// Whatever the room, the summary stays in it and says what it leaves out.
#[test]
fn a_summary_fits() {
    let report = many(100);
    let whole = summary(&report, usize::MAX);
    assert!(!whole.contains("left out"));
    assert_eq!(whole.matches("<br>").count(), summary(&report, SUMMARY).matches("<br>").count());
    for room in (0..whole.len()).step_by(997) {
        let text = summary(&report, room);
        assert!(text.len() <= room, "{} bytes in {room}", text.len());
        assert!(text.is_empty() || text.contains("left out"), "{room}");
        assert!(text.is_empty() || text.contains("baseleak revoke"), "{room}");
    }
}
