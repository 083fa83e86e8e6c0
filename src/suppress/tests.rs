//! Which way settles a finding, what is left, and what is said of entries.

use super::allow::{AllowEntry, AllowList};
use super::baseline::{Baseline, Sighting, Unmoved};
use super::made_tests::{finding, report};
use super::*;

/// Four findings of `a.py`: with a comment without a reason, with one that has one, and without.
fn findings() -> Vec<Finding> {
    let mut all: Vec<Finding> =
        (1..=4).map(|line| finding(&format!("b10_0000000{line}"), "a.py", line * 10)).collect();
    let comment = |line, reason: Option<&str>| InlineComment {
        marker: "baseleak:allow",
        line,
        reason: reason.map(str::to_owned),
    };
    all[0].inline = Some(comment(9, None));
    all[1].inline = Some(comment(20, Some("dead")));
    all
}

fn suppressions(requires_reason: bool) -> Suppressions {
    let entry = |line: u32, key: &str| AllowEntry {
        place: format!("c.toml:{line}"),
        key: Some(key.to_owned()),
        reason: Some("known".to_owned()),
        ..AllowEntry::default()
    };
    let entries = vec![entry(12, "b10_00000003"), entry(2, "b10_00000002"), entry(100, "b10_99999999")];
    let allow = AllowList::new(entries, "2026-11-22", requires_reason);
    let lines = "a.py:x:30\na.py:x:40\na.py:x:50\n";
    let (ignore_file, _) = IgnoreFile::parse("ig", lines, [], str::to_owned);
    Suppressions { inline: true, requires_reason, allow, ignore_file, baseline: None, audit: false }
}

/// What settles each finding by its line, and what is said of entries.
fn told(suppressions: &Suppressions) -> (Vec<u64>, Vec<String>, Vec<String>) {
    let mut report = report(findings());
    let expect: Vec<AtOnce> = report.findings.iter().map(|finding| suppressions.at_once(finding)).collect();
    suppressions.apply(&mut report, &Unmoved);
    let told_at_once = expect.into_iter().filter_map(|at_once| match at_once {
        AtOnce::Suppressed(by) => Some(by),
        AtOnce::Counts | AtOnce::Later => None,
    });
    assert!(report.suppressed.iter().map(|one| one.by.clone()).eq(told_at_once));
    let line = |finding: &Finding| finding.location.start.line;
    let by = |one: &Suppressed| format!("{}: {}, {}", line(&one.finding), one.by.kind.word(), one.by.place);
    let note = |note: &EntryNote| format!("{}: {}", note.place, note.state.word());
    (
        report.findings.iter().map(line).collect(),
        report.suppressed.iter().map(by).collect(),
        report.entries.iter().map(note).collect(),
    )
}

#[test]
fn the_order_of_precedence() {
    let (left, settled, notes) = told(&suppressions(false));
    assert_eq!(left, [0; 0]);
    let expect =
        ["10: inline, line 9", "20: inline, line 20", "30: allow, c.toml:12", "40: ignore-file, ig:2"];
    assert_eq!(settled, expect);
    assert_eq!(notes, [""; 0]);
}

#[test]
fn a_reason_may_be_required() {
    let (left, settled, notes) = told(&suppressions(true));
    assert_eq!(left, [10]);
    assert_eq!(settled.len(), 3);
    assert_eq!(notes, ["a.py:9: no-reason"]);
}

#[test]
fn an_audit_tells_of_what_hides_nothing_in_the_order_of_lines() {
    let suppressions = Suppressions { audit: true, ..suppressions(false) };
    let (_, _, notes) = told(&suppressions);
    assert_eq!(notes, ["c.toml:2: unused", "c.toml:100: unused", "ig:1: unused", "ig:3: unused"]);
}

#[test]
fn comments_may_be_passed_over_and_nothing_settles_by_default() {
    let without = Suppressions { inline: false, ..suppressions(true) };
    let (left, _, notes) = told(&without);
    assert_eq!((left, notes), (vec![10], Vec::new()));
    assert_eq!(told(&Suppressions::default()).0, [10, 20, 30, 40]);
}

#[test]
fn a_baseline_speaks_last() {
    let findings = findings();
    let mut baseline = Baseline::new("b");
    baseline.bring_up(&[Sighting::of(&findings[0])], &Unmoved, false);
    let knowing = |baseline| Suppressions { baseline: Some(baseline), ..suppressions(true) };
    assert_eq!(knowing(Baseline::default()).at_once(&findings[0]), AtOnce::Counts);
    let suppressions = knowing(baseline);
    let at_once: Vec<AtOnce> = findings.iter().map(|finding| suppressions.at_once(finding)).collect();
    assert_eq!(at_once[0], AtOnce::Later);
    assert!(matches!(at_once[1], AtOnce::Suppressed(_)), "{at_once:?}");
}
