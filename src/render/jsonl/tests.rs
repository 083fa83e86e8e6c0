//! The lines, written at once and as a stream.

use serde_json::Value;

use super::super::canonical::{assert_no_secret, canonical};
use super::super::{json, terminal};
use super::*;

fn lines(text: &str) -> Vec<Value> {
    let line = |line| serde_json::from_str(line).expect("a line is JSON");
    text.lines().map(line).collect()
}

fn text(out: Vec<u8>) -> String {
    String::from_utf8(out).expect("the report is UTF-8")
}

fn rendered(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).expect("a vector takes everything");
    text(out)
}

#[test]
fn the_canonical_report() {
    let report = canonical();
    let rendered = rendered(&report);
    assert_no_secret(&report, &rendered);
    assert!(!rendered.replace('\n', "").contains(terminal::is_hidden));
    insta::assert_snapshot!(rendered);
}

/// Lists of the document are lines; what is no list stands in the first and the last line.
#[test]
fn the_lines_hold_what_the_document_holds() {
    let report = canonical();
    let mut document = Vec::new();
    json::write(&report, &mut document).expect("a vector takes everything");
    let document: Value = serde_json::from_slice(&document).expect("it is JSON");
    let mut left = lines(&rendered(&report));
    let last = left.pop().expect("there are lines");
    assert_eq!(last["type"], "summary");
    for field in ["rules", "disabled_rules", "config", "gate", "summary"] {
        assert_eq!(last[field], document[field], "{field}");
    }
    for (field, value) in document["coverage"].as_object().expect("it is an object") {
        let expect = if value.is_array() { &Value::Null } else { value };
        assert_eq!(&last["coverage"][field], expect, "{field}");
    }
    let first = left.remove(0);
    assert_eq!((&first["schema"], &first["tool"]), (&document["schema"], &document["tool"]));
    let (coverage, none) = (&document["coverage"], Vec::new());
    for (kind, list) in [
        ("finding", &document["findings"]),
        ("suppressed", &document["suppressed"]),
        ("entry", &document["entries"]),
        ("exposure", &document["exposures"]),
        ("verdict", &document["verdicts"]),
        ("skipped", &coverage["skipped"]),
        ("note", &coverage["notes"]),
    ] {
        let expected = list.as_array().unwrap_or(&none);
        assert!(!expected.is_empty(), "{kind}");
        for expect in expected {
            let mut line = left.remove(0);
            let told = line.as_object_mut().and_then(|line| line.remove("type"));
            assert_eq!((told, &line), (Some(kind.into()), expect));
        }
    }
    assert_eq!(left, Vec::<Value>::new());
}

/// Whatever was told before, and how often, the stream holds the same lines as the report.
#[test]
fn a_stream_tells_everything_once() {
    let report = canonical();
    let mut whole: Vec<_> = rendered(&report).lines().map(str::to_owned).collect();
    whole.sort();
    for told_before in [0, 1, 7, report.findings.len()] {
        let (mut told, mut out) = (Told::default(), Vec::new());
        told.begin(report.version, &mut out).expect("a vector takes everything");
        for finding in report.findings[..told_before].iter().rev().chain(&report.findings[..told_before]) {
            told.finding(finding, &mut out).expect("a vector takes everything");
        }
        for suppressed in &report.suppressed[..told_before.min(2)] {
            told.suppressed(suppressed, &mut out).expect("a vector takes everything");
        }
        told.end(&report, &mut out).expect("a vector takes everything");
        let streamed = text(out);
        assert!(streamed.lines().next().is_some_and(|line| line.contains("\"start\"")));
        assert!(streamed.lines().last().is_some_and(|line| line.contains("\"summary\"")));
        let mut streamed: Vec<_> = streamed.lines().map(str::to_owned).collect();
        streamed.sort();
        assert_eq!(streamed, whole, "{told_before} told before");
    }
}
