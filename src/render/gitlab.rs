//! A report as GitLab's secret detection reads it, version 15 of its schema.
//!
//! GitLab makes a vulnerability of every entry, so what is suppressed is left out. Paths are
//! those of the report, and none is encoded. A renderer asks no clock: the two times that the
//! schema wants come from outside.
//!
//! **Invariant:** no secret is written, least of all as `raw_source_code_extract`; every
//! invisible character is escaped as `\uXXXX`; no text from a repository stands in the
//! description, where GitLab reads Markdown.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::help::{Help, KEYS, advice, help, message, unmarked};
use super::occurrence::Occurrences;
use super::terminal::sanitise;
use super::{deployed, json, verdicts};
use crate::model::{
    Attribution, Confidence, EntryState, Finding, Fingerprint, Place, Report, RuleSummary, Verdict,
};

/// The version of the schema: an early one of 15, so that no GitLab of today is too old for it.
const VERSION: &str = "15.0.7";
const SCHEMA: &str = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.0.7/dist/secret-detection-report-format.json";
/// The most characters of a name.
const NAME: usize = 255;

/// When a scan began and ended, in seconds since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it began.
    pub began: i64,
    /// When it ended.
    pub ended: i64,
}

/// Writes `report` of a scan that took `span`. Fails only where `out` does.
pub fn write(report: &Report, span: Span, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema: SCHEMA,
        version: VERSION,
        scan: Scan::of(report, span),
        vulnerabilities: Vulnerabilities {
            report,
            rules: report.rules.iter().map(|rule| (&*rule.id, rule)).collect(),
            verdicts: report.verdicts.iter().map(|verdict| (&*verdict.digest, verdict)).collect(),
            before: Occurrences::of(report).findings,
        },
    };
    json::write_value(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    version: &'static str,
    scan: Scan<'a>,
    vulnerabilities: Vulnerabilities<'a>,
}

#[derive(Serialize)]
struct Scan<'a> {
    analyzer: Program<'a>,
    scanner: Program<'a>,
    r#type: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    messages: Messages<'a>,
    primary_identifiers: Vec<Identifier<'a>>,
}

#[derive(Clone, Serialize)]
struct Program<'a> {
    id: &'static str,
    name: &'static str,
    version: &'a str,
    vendor: Vendor,
}

#[derive(Clone, Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    solution: String,
    location: Location<'a>,
    identifiers: [Identifier<'a>; 2],
    raw_source_code_extract: &'a str,
    details: BTreeMap<&'static str, Detail>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<[Flag; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<[Link; 1]>,
}

#[derive(Serialize)]
struct Location<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u64>,
    commit: Commit<'a>,
}

#[derive(Serialize)]
struct Commit<'a> {
    sha: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
}

#[derive(Serialize)]
struct Identifier<'a> {
    r#type: &'static str,
    name: String,
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'static str>,
}

/// A line of text that GitLab shows under the vulnerability.
#[derive(Serialize)]
struct Detail {
    name: &'static str,
    r#type: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Flag {
    r#type: &'static str,
    origin: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct Link {
    name: &'static str,
    url: &'static str,
}

impl<'a> Scan<'a> {
    fn of(report: &'a Report, span: Span) -> Self {
        let program = Program {
            id: "baseleak",
            name: "baseleak",
            version: report.version,
            vendor: Vendor { name: "baseleak" },
        };
        Self {
            analyzer: program.clone(),
            scanner: program,
            r#type: "secret_detection",
            start_time: time(span.began),
            end_time: time(span.ended),
            status: if report.coverage.is_complete() { "success" } else { "failure" },
            messages: Messages(report),
            primary_identifiers: report.rules.iter().map(|rule| Identifier::of_rule(&rule.id)).collect(),
        }
    }
}

/// A time as the schema wants it: in UTC, without saying so.
fn time(seconds: i64) -> String {
    super::date(seconds).trim_end_matches('Z').to_owned()
}

/// What was not read, then what hides nothing though somebody meant it to, then what was
/// read in a lesser way.
struct Messages<'a>(&'a Report);

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let skipped = self.0.coverage.skipped.iter().map(|skipped| Message {
            level: "fatal",
            value: format!("not read: {}: {}", skipped.path, skipped.reason),
        });
        let notes = self.0.coverage.notes.iter();
        let notes =
            notes.map(|note| Message { level: "info", value: format!("{}: {}", note.path, note.kind) });
        let entries = self.0.entries.iter().filter(|entry| entry.state != EntryState::Unused);
        let entries = entries.map(|entry| Message {
            level: "warn",
            value: sanitise(&format!("{}: {} {}", entry.place, entry.entry, entry.state)).into_owned(),
        });
        serializer.collect_seq(skipped.chain(entries).chain(notes))
    }
}

/// All entries, made when they are written.
struct Vulnerabilities<'a> {
    report: &'a Report,
    rules: HashMap<&'a str, &'a RuleSummary>,
    verdicts: HashMap<&'a str, &'a Verdict>,
    before: Vec<u32>,
}

impl Serialize for Vulnerabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let findings = self.report.findings.iter().zip(&self.before);
        serializer.collect_seq(findings.map(|(finding, &before)| self.vulnerability(finding, before)))
    }
}

impl<'a> Vulnerabilities<'a> {
    fn vulnerability(&self, finding: &'a Finding, before: u32) -> Vulnerability<'a> {
        let verdict = self.verdicts.get(finding.digest.as_str()).copied();
        let validity = verdict.map(|verdict| &verdict.validity);
        let what = self.rules.get(&*finding.rule).map_or("Secret", |rule| rule.description.as_str());
        let Help { may, revoke, is_key } = help(&finding.rule);
        let described = message(finding, what, validity, unmarked, "`");
        let is_other = finding.attribution == Attribution::Other;
        Vulnerability {
            id: uuid(finding.fingerprint, before),
            name: sanitise(what).chars().take(NAME).collect(),
            description: format!("{described}\n\n{may}"),
            severity: match finding.confidence {
                Confidence::High => "Critical",
                Confidence::Medium => "High",
                Confidence::Low => "Low",
            },
            solution: match advice(finding) {
                Some(advice) => format!("{revoke} {advice}"),
                None => format!("{revoke} Then take it out of the file."),
            },
            location: Location::of(finding),
            identifiers: [
                Identifier::of_rule(&finding.rule),
                Identifier {
                    r#type: "cwe",
                    name: "CWE-798".to_owned(),
                    value: "798",
                    url: Some("https://cwe.mitre.org/data/definitions/798.html"),
                },
            ],
            raw_source_code_extract: &finding.snippet.mask,
            details: details(finding, verdict),
            flags: is_other.then_some([Flag {
                r#type: "flagged-as-likely-false-positive",
                origin: "baseleak",
                description: "Another vendor with the same shape of keys is named nearer than Baseten.",
            }]),
            links: is_key.then_some([Link { name: "API keys of Baseten", url: KEYS }]),
        }
    }
}

impl<'a> Identifier<'a> {
    fn of_rule(id: &'a str) -> Self {
        let name = format!("baseleak rule {id}");
        Self { r#type: "baseleak_rule_id", name, value: id, url: None }
    }
}

impl<'a> Location<'a> {
    fn of(finding: &'a Finding) -> Self {
        let lines = (finding.location.place == Place::Content).then_some(&finding.location);
        let commit = finding.origin.as_ref().and_then(|origin| origin.commit.as_ref());
        Self {
            file: deployed::path(finding),
            start_line: lines.map(|location| location.start.line),
            end_line: lines.map(|location| location.end.line),
            commit: Commit {
                // What GitLab's own analyzer writes where there is no commit.
                sha: commit.map_or("0000000", |commit| &commit.id),
                author: commit.map(|commit| commit.author.as_str()),
                date: commit.map(|commit| super::date(commit.seconds)),
            },
        }
    }
}

/// What no other field says.
fn details(finding: &Finding, verdict: Option<&Verdict>) -> BTreeMap<&'static str, Detail> {
    let mut details = BTreeMap::new();
    let mut tell = |field, name, value: String| {
        if !value.is_empty() {
            details.insert(field, Detail { name, r#type: "text", value });
        }
    };
    tell("key", "Key", finding.key.clone());
    tell("digest", "Digest of the secret", finding.digest.clone());
    tell("confidence", "Confidence", finding.confidence.to_string());
    tell("attribution", "Attribution", finding.attribution.to_string());
    tell("reasons", "Reasons", joined(&finding.reasons, "; "));
    tell("encodings", "Decoded from", joined(&finding.encodings, ", then "));
    tell("seen_in", "Seen in", joined(&finding.seen, ", "));
    tell("cell", "Cell of the notebook", finding.location.cell().unwrap_or_default().to_owned());
    if let Some(sight) = &finding.sight {
        tell("region", "Region of the image", sight.place());
        tell("certainty", "Certainty of the reading", format!("{} %", sight.certainty));
        tell("variants", "What it may be", sight.variants.join(", "));
    }
    if let Some(deployed) = &finding.deployed {
        tell("part", "Part of the exchange", deployed.part.to_string());
        tell("via", "Way through the front end", deployed::way(finding, deployed).unwrap_or_default());
        let original = deployed.original.as_ref().map(deployed::original);
        tell("original", "Made from", original.unwrap_or_default());
        let sent = if deployed.is_sent_to_baseten { deployed::SENT } else { "" };
        tell("sent_to_baseten", "Proof", sent.to_owned());
    }
    if let Some(verdict) = verdict {
        let text = verdicts::told(&verdict.validity);
        tell("validity", "Validity", format!("{}: {text}", verdict.validity));
    }
    if let Some(origin) = &finding.origin {
        tell("object", "Object of git", format!("{} {}", origin.kind, origin.object));
        tell("versions", "Versions of the file with it", origin.versions.to_string());
        tell("in_head", "Still in HEAD", if origin.in_head { "yes" } else { "no" }.to_owned());
        tell("other_paths", "Other paths of the object", joined(&origin.other_paths, "\n"));
    }
    details
}

fn joined(items: &[impl ToString], between: &str) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

/// A UUID of version 8 (RFC 9562): the fingerprint, and which finding of that name it is.
fn uuid(fingerprint: Fingerprint, before: u32) -> String {
    let bits = u128::from_str_radix(&fingerprint.to_string(), 16).expect("it is 32 hexadecimal digits");
    let bits = bits.wrapping_add(u128::from(before));
    let bits = bits & !(0xf << 76) | 0x8 << 76;
    let bits = bits & !(0x3 << 62) | 0x2 << 62;
    let digits = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}
