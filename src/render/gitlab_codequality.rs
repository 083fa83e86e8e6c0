//! A report as GitLab's code quality reads it: a list in the form of Code Climate.
//!
//! GitLab compares the names of the entries of two branches and shows what is new, so every
//! entry has a name of its own that stays when lines move. What is suppressed is left out.
//! It says nothing of the coverage: there is no field for it.
//!
//! **Invariant:** no secret is written, and every invisible character is escaped as `\uXXXX`.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::deployed;
use super::help::message;
use super::json;
use super::occurrence::Occurrences;
use super::terminal::sanitise;
use crate::model::{Confidence, Finding, Place, Report, Validity};

/// Writes `report` as an indented list with a final newline. Fails only where `out` does.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let list = Entries {
        report,
        rules: report.rules.iter().map(|rule| (&*rule.id, rule.description.as_str())).collect(),
        validities: report.verdicts.iter().map(|verdict| (&*verdict.digest, &verdict.validity)).collect(),
        before: Occurrences::of(report).findings,
    };
    json::write_value(&list, out)
}

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
    end: u64,
}

/// All entries, made when they are written.
struct Entries<'a> {
    report: &'a Report,
    /// Descriptions, by the id of the rule.
    rules: HashMap<&'a str, &'a str>,
    /// By the digest of the key.
    validities: HashMap<&'a str, &'a Validity>,
    before: Vec<u32>,
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let findings = self.report.findings.iter().zip(&self.before);
        serializer.collect_seq(findings.map(|(finding, &before)| self.entry(finding, before)))
    }
}

impl<'a> Entries<'a> {
    fn entry(&self, finding: &'a Finding, before: u32) -> Entry<'a> {
        let what = self.rules.get(&*finding.rule).copied().unwrap_or("Secret");
        let validity = self.validities.get(finding.digest.as_str()).copied();
        // A name has no line, and the field must be there.
        let is_name = finding.location.place == Place::FileName;
        let (begin, end) =
            if is_name { (1, 1) } else { (finding.location.start.line, finding.location.end.line) };
        Entry {
            description: message(finding, what, validity, |text| sanitise(text).into_owned(), ""),
            check_name: &finding.rule,
            fingerprint: match before {
                0 => finding.fingerprint.to_string(),
                _ => format!("{}-{}", finding.fingerprint, before + 1),
            },
            severity: match finding.confidence {
                Confidence::High => "critical",
                Confidence::Medium => "major",
                Confidence::Low => "minor",
            },
            location: Location { path: deployed::path(finding), lines: Lines { begin, end } },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::Value;

    use super::super::canonical::{assert_no_secret, canonical};
    use super::super::schema::assert_valid;
    use super::super::terminal::is_hidden;
    use super::*;

    fn rendered(report: &Report) -> String {
        let mut out = Vec::new();
        write(report, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("the list is UTF-8")
    }

    #[test]
    fn the_canonical_report() {
        insta::assert_snapshot!(rendered(&canonical()));
    }

    #[test]
    fn an_empty_report() {
        let report = Report { findings: Vec::new(), ..canonical() };
        assert_eq!(rendered(&report), "[]\n");
    }

    #[test]
    fn entries_are_as_described_and_have_names_of_their_own() {
        let mut report = canonical();
        let again = report.findings[0].clone();
        report.findings.insert(1, again);
        let text = rendered(&report);
        let list: Value = serde_json::from_str(&text).expect("the list is JSON");
        assert_valid("gitlab-codequality.handwritten.json", &list);
        let entries = list.as_array().expect("it is a list");
        let names: HashSet<_> = entries.iter().map(|entry| entry["fingerprint"].as_str()).collect();
        assert_eq!((entries.len(), names.len()), (report.findings.len(), entries.len()));
        assert!(!text.replace('\n', "").contains(is_hidden), "{text:?}");
        assert_no_secret(&report, &text);
    }
}
