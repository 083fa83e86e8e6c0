//! The document as a whole.

use std::collections::HashSet;

use serde_json::Value;

use super::super::canonical::{assert_no_secret, canonical};
use super::super::schema::assert_valid;
use super::super::terminal::is_hidden;
use super::*;
use crate::model::Coverage;

/// Of 2026-01-02 from 03:04:05 to 03:04:06.
const SPAN: Span = Span { began: 1_767_323_045, ended: 1_767_323_046 };
const SCHEMA_FILE: &str = "gitlab-secret-detection-15.handwritten.json";

fn rendered(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, SPAN, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the document is UTF-8")
}

fn parsed(report: &Report) -> Value {
    serde_json::from_str(&rendered(report)).expect("the document is JSON")
}

#[test]
fn the_canonical_report() {
    insta::assert_snapshot!(rendered(&canonical()));
}

#[test]
fn the_schema_holds() {
    let complete = Report { findings: Vec::new(), coverage: Coverage::default(), ..canonical() };
    for (report, status) in [(canonical(), "failure"), (complete, "success")] {
        let document = parsed(&report);
        assert_valid(SCHEMA_FILE, &document);
        assert_eq!(document["scan"]["status"], status);
    }
}

#[test]
fn nothing_secret_or_hidden_is_written() {
    let report = canonical();
    let text = rendered(&report);
    assert_no_secret(&report, &text);
    assert!(!text.replace('\n', "").contains(is_hidden), "{text:?}");
}

#[test]
fn what_counts_is_there_under_a_name_of_its_own_and_nothing_else() {
    let mut report = canonical();
    let again = report.findings[0].clone();
    report.findings.insert(1, again);
    let document = parsed(&report);
    let entries = document["vulnerabilities"].as_array().expect("it is a list");
    let names: HashSet<_> = entries.iter().map(|entry| entry["id"].as_str()).collect();
    assert_eq!((entries.len(), names.len()), (report.findings.len(), entries.len()));
}

#[test]
fn names_are_uuids() {
    let fingerprint = Fingerprint::from_digest(&[0xff; 32]);
    assert_eq!(uuid(fingerprint, 0), "ffffffff-ffff-8fff-bfff-ffffffffffff");
    assert_eq!(uuid(Fingerprint::from_digest(&[0; 32]), 2), "00000000-0000-8000-8000-000000000002");
}
