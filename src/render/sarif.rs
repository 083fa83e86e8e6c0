//! A report as SARIF 2.1.0 (OASIS, with errata 01), as code scanning services read it.
//!
//! Results are written one by one as they are turned into their wire form: those that count,
//! then the suppressed ones. No time, no exit code and no path of this machine is written, so
//! the same report is the same bytes. How GitHub and others read it stands in `docs/output.md`.
//!
//! **Invariant:** no secret is written; every invisible character is escaped as `\uXXXX`; no
//! text from a repository stands where a viewer makes links or markup of it.

mod invocation;
mod location;
mod result;
mod rule;
#[cfg(test)]
mod tests;
mod uri;

use std::collections::HashMap;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::json;
use super::occurrence::Occurrences;
use crate::model::{Report, Repository, Verdict};
use invocation::Invocation;
use result::WireResult;
use rule::Rule;

/// Where the schema is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What relative addresses are relative to.
const ROOT: &str = "%SRCROOT%";

/// Writes `report` as indented JSON with a final newline. Fails only where `out` does.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let known = Known::of(report);
    json::write_value(&Log { schema: SCHEMA, version: "2.1.0", runs: [Run::of(&known)] }, out)
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    automation_details: Automation,
    invocations: [Invocation<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    version_control_provenance: Option<[VersionControl; 1]>,
    original_uri_base_ids: Bases,
    column_kind: &'static str,
    results: Results<'a>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    full_name: String,
    version: &'a str,
    semantic_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<&'static str>,
    rules: Vec<Rule<'a>>,
}

/// What runs are of one kind: GitHub calls it the category.
#[derive(Serialize)]
struct Automation {
    id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionControl {
    repository_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    mapped_to: Base,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Base {
    uri_base_id: &'static str,
}

#[derive(Serialize)]
struct Bases {
    #[serde(rename = "%SRCROOT%")]
    root: Described,
}

#[derive(Serialize)]
struct Described {
    description: Text<&'static str>,
}

/// A message without markup.
#[derive(Serialize)]
struct Text<T> {
    text: T,
}

/// A message with markup and without.
#[derive(Serialize)]
struct Both {
    text: String,
    markdown: String,
}

/// What the wire form of a result needs beside the finding.
struct Known<'a> {
    report: &'a Report,
    /// The place of a rule in the list of the driver, by its id.
    rules: HashMap<&'a str, usize>,
    /// By the digest of the key.
    verdicts: HashMap<&'a str, &'a Verdict>,
    occurrences: Occurrences,
}

impl<'a> Known<'a> {
    fn of(report: &'a Report) -> Self {
        let rules = report.rules.iter().enumerate().map(|(index, rule)| (&*rule.id, index)).collect();
        let verdicts = report.verdicts.iter().map(|verdict| (verdict.digest.as_str(), verdict)).collect();
        Self { report, rules, verdicts, occurrences: Occurrences::of(report) }
    }
}

impl<'a> Run<'a> {
    fn of(known: &'a Known<'a>) -> Self {
        let report = known.report;
        // There is a home page to name once the package has one.
        let information_uri = Some(env!("CARGO_PKG_HOMEPAGE")).filter(|page| !page.is_empty());
        let driver = Driver {
            name: "baseleak",
            full_name: format!("baseleak {}", report.version),
            version: report.version,
            semantic_version: report.version,
            information_uri,
            rules: report.rules.iter().map(Rule::of).collect(),
        };
        let text = "The root of the repository, or of the scanned folder where there is none.";
        Self {
            tool: Tool { driver },
            automation_details: Automation { id: "baseleak/" },
            invocations: [Invocation::of(report)],
            version_control_provenance: report
                .repository
                .as_ref()
                .and_then(VersionControl::of)
                .map(|one| [one]),
            original_uri_base_ids: Bases { root: Described { description: Text { text } } },
            column_kind: "unicodeCodePoints",
            results: Results(known),
        }
    }
}

impl VersionControl {
    /// None where the remote is unknown, for the schema asks for it.
    fn of(repository: &Repository) -> Option<Self> {
        let remote = repository.remote.as_ref()?;
        Some(Self {
            repository_uri: uri::absolute(remote.as_str()),
            revision_id: repository.commit.clone(),
            branch: repository.branch.as_ref().map(ToString::to_string),
            mapped_to: Base { uri_base_id: ROOT },
        })
    }
}

/// All results, made when they are written.
struct Results<'a>(&'a Known<'a>);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = self.0;
        let Occurrences { findings, suppressed } = &known.occurrences;
        let counted = known.report.findings.iter().zip(findings);
        let counted = counted.map(|(finding, &before)| WireResult::of(finding, None, before, known));
        let settled = known.report.suppressed.iter().zip(suppressed);
        let settled = settled
            .map(|(settled, &before)| WireResult::of(&settled.finding, Some(&settled.by), before, known));
        serializer.collect_seq(counted.chain(settled))
    }
}

/// A text of somebody else in a message, on one line: what would be a link stays text.
/// Viewers make links of `[text](address)` in plain messages, too (SARIF 3.11.6).
fn plain(text: &str) -> String {
    let shown = super::terminal::sanitise(text);
    let mut plain = String::with_capacity(shown.len());
    for character in shown.chars() {
        if matches!(character, '[' | ']' | '\\') {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain
}
