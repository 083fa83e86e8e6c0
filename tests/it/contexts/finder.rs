//! The one place where the tests and benches of recall touch the library.

use baseleak::detect::Detector;
use baseleak::model::{Blob, Finding, Provenance};
use baseleak::rules::RuleSet;

use super::{Kind, Sample};

/// The built-in rules, ready to run. One per thread.
pub(crate) struct Finder {
    detector: Detector,
}

impl Finder {
    pub(crate) fn new() -> Self {
        Self { detector: Detector::new(RuleSet::builtin()) }
    }

    /// All findings in a file of that path and content.
    pub(crate) fn find(&self, path: &str, text: &[u8]) -> Vec<Finding> {
        let provenance = Provenance { shown: path.as_bytes(), relative: path.as_bytes() };
        let mut findings = Vec::new();
        self.detector.scan(&Blob::whole(text, provenance), &mut findings);
        findings
    }

    /// What is wrong with what is found of `key` in `sample`; `None` where all is right.
    /// The text never holds the key.
    pub(crate) fn fault(&self, sample: &Sample, kind: Kind, key: &str) -> Option<&'static str> {
        let findings = self.find(&sample.path, &sample.text);
        let [finding] = findings.as_slice() else {
            return Some(if findings.is_empty() { "not found" } else { "more than one finding" });
        };
        let start = finding.location.start;
        if finding.secret.expose() != key.as_bytes() {
            Some("other bytes")
        } else if (start.line, start.column) != line_and_column(&sample.text[..sample.at]) {
            Some("other place")
        } else if &*finding.rule != kind.rule() {
            Some("other rule")
        } else if !kind.is_name(&finding.key, key) {
            Some("other name")
        } else {
            None
        }
    }
}

/// Line and column, from 1, of what follows `before`; columns count characters.
fn line_and_column(before: &[u8]) -> (u64, u64) {
    let line = before.split(|&byte| byte == b'\n').count() as u64;
    let last = before.rsplit(|&byte| byte == b'\n').next().expect("a split has at least one part");
    // A stray byte counts as one character, and is never a continuation byte in these texts.
    (line, String::from_utf8_lossy(last).chars().count() as u64 + 1)
}
