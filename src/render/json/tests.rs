//! The document as a whole.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::canonical::{assert_no_secret, canonical, empty};
use super::super::terminal::is_hidden;
use super::finding::WireReason;
use super::*;
use crate::model::{Reason, Snippet};

fn rendered(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the report is UTF-8")
}

fn parsed(report: &Report) -> Value {
    serde_json::from_str(&rendered(report)).expect("the report is JSON")
}

#[test]
fn the_canonical_report() {
    insta::assert_snapshot!(rendered(&canonical()));
}

#[test]
fn an_empty_report() {
    insta::assert_snapshot!(rendered(&empty()), @r#"
    {
      "schema": 1,
      "tool": {
        "name": "baseleak",
        "version": "1.2.3"
      },
      "findings": [],
      "coverage": {
        "complete": true,
        "files": 0,
        "objects": 0,
        "members": 0,
        "images": 0,
        "plain_images": 0,
        "documents": 0,
        "foreign": 0,
        "disallowed": 0,
        "bytes": 0,
        "ignored": 0,
        "excluded": 0,
        "oversized": 0,
        "symlinks": 0,
        "submodules": 0,
        "intent_to_add": 0,
        "skipped": [],
        "notes": []
      },
      "rules": [],
      "disabled_rules": [],
      "config": null,
      "gate": {
        "fail_on": "any",
        "max_findings": 0,
        "failing": 0,
        "undecided": 0,
        "passed": true
      },
      "summary": {
        "findings": 0,
        "keys": 0,
        "suppressed": 0,
        "by_confidence": {
          "high": 0,
          "medium": 0,
          "low": 0
        }
      }
    }
    "#);
}

#[test]
fn no_secret_is_written() {
    let report = canonical();
    assert_no_secret(&report, &rendered(&report));
}

#[test]
fn nothing_hidden_is_written_and_nothing_is_lost() {
    let report = canonical();
    let text = rendered(&report);
    assert!(!text.replace('\n', "").contains(is_hidden), "{text:?}");
    let document = parsed(&report);
    for (index, finding) in report.findings.iter().enumerate() {
        let wire = &document["findings"][index];
        assert_eq!(wire["path"], finding.location.path.as_str());
        let Snippet { before, mask, after } = &finding.snippet;
        assert_eq!(wire["snippet"], format!("{before}{mask}{after}"));
    }
}

#[test]
fn every_reason_has_a_kind_of_its_own() {
    let reasons = [
        Reason::Shape,
        Reason::Pattern,
        Reason::ContextOnLine("a".into()),
        Reason::ContextNearby("a".into()),
        Reason::ContextInFile("a".into()),
        Reason::ContextInPath("a".into()),
        Reason::KnownPlace("a".into()),
        Reason::RivalNearer("a".into()),
        Reason::NoContext,
    ];
    let kinds: BTreeSet<_> = reasons.iter().map(|reason| WireReason::of(reason).kind).collect();
    assert_eq!(kinds.len(), reasons.len());
}

#[test]
fn every_kind_of_object_and_holder_is_written_and_every_exposure() {
    let report = canonical();
    let document = parsed(&report);
    let words = |field: &str| {
        let findings = document["findings"].as_array().expect("there are findings");
        let word = |finding: &Value| finding["origin"][field].as_str().map(str::to_owned);
        findings.iter().filter_map(word).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    };
    assert_eq!(words("kind"), ["blob", "commit", "tag", "tree"]);
    assert_eq!(words("holder"), ["index", "nothing", "ref", "reflog", "stash"]);
    for (index, exposure) in report.exposures.iter().enumerate() {
        let wire = &document["exposures"][index];
        let names: Vec<_> = exposure.findings.iter().map(ToString::to_string).collect();
        assert_eq!((&wire["digest"], &wire["findings"]), (&exposure.digest.as_str().into(), &names.into()));
    }
}

/// A writer that has room for so many bytes and then fails.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_kind_of_a_failed_write_is_kept() {
    let error = write(&canonical(), &mut Full(100)).expect_err("the writer fails");
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}
