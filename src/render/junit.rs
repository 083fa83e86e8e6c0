//! A report as the XML of `JUnit`: a test case that fails for each finding, one that is passed
//! over for each that does not count, one with an error for each path that was not read.
//!
//! It keeps to the schema of Jenkins' xUnit plugin (`fixtures/schemas`), which is what
//! readers of this form have in common. No time is written.
//!
//! **Invariant:** every text that is not this file's own passes through `Text`, so that
//! the document is well-formed whatever was scanned, and the same on every reader.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};

use super::help::{FRONT_END, IMAGE};
use super::terminal::{name, sanitise};
use super::verdicts::told;
use super::{deployed, sight};
use crate::model::{
    Coverage, Finding, Place, Report, SkipReason, Skipped, Suppressed, SuppressionKind, Validity,
};

/// Writes `report`. Fails only where `out` does.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (failures, errors) = (report.findings.len(), report.coverage.skipped.len());
    let skipped = report.suppressed.len();
    let is_clean = failures + errors == 0;
    let tests = failures + errors + skipped + usize::from(is_clean);
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let counts = format!(r#"tests="{tests}" failures="{failures}" errors="{errors}""#);
    writeln!(out, r#"<testsuites name="baseleak" {counts} time="0">"#)?;
    writeln!(out, r#"  <testsuite name="baseleak" {counts} skipped="{skipped}" time="0">"#)?;
    write_properties(report, out)?;
    if is_clean {
        let name = format!("no keys found in {}", read(&report.coverage));
        writeln!(out, r#"    <testcase classname="baseleak" name="{name}" time="0"/>"#)?;
    }
    let validities: HashMap<&str, &Validity> =
        report.verdicts.iter().map(|verdict| (&*verdict.digest, &verdict.validity)).collect();
    for finding in &report.findings {
        write_failure(finding, validities.get(finding.digest.as_str()).copied(), out)?;
    }
    for suppressed in &report.suppressed {
        write_suppressed(suppressed, out)?;
    }
    for skipped in &report.coverage.skipped {
        write_error(skipped, out)?;
    }
    write_notes(report, out)?;
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn write_properties(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let gate = report.gate;
    let properties = [
        ("version", report.version.to_owned()),
        ("complete", report.coverage.is_complete().to_string()),
        ("read", read(&report.coverage)),
        ("gate", format!("fail-on {}, at most {}", gate.fail_on, gate.max_findings)),
        ("passed", gate.is_passed().to_string()),
    ];
    writeln!(out, "    <properties>")?;
    for (name, value) in properties {
        writeln!(out, r#"      <property name="{name}" value="{}"/>"#, Text(&value))?;
    }
    writeln!(out, "    </properties>")
}

/// What was read, in words.
fn read(coverage: &Coverage) -> String {
    let Coverage { files, objects, members, images, documents, bytes, .. } = coverage;
    let more = [(images, "images"), (documents, "documents")].into_iter().filter(|(number, _)| **number > 0);
    let more: Vec<String> = more.map(|(number, what)| format!("{number} {what}")).collect();
    let more = if more.is_empty() { String::new() } else { format!("{}, ", more.join(", ")) };
    format!("{files} files, {objects} objects, {members} members of archives, {more}{bytes} bytes")
}

fn write_failure(finding: &Finding, validity: Option<&Validity>, out: &mut dyn Write) -> io::Result<()> {
    let (rule, path) = (Text(&finding.rule), name(deployed::path(finding)));
    let path = Text(&path);
    write_case(finding, out)?;
    let (confidence, key, place) = (finding.confidence, Text(&finding.key), place(finding));
    let live = validity.map(|validity| format!(", {validity}")).unwrap_or_default();
    let message = format!("{confidence} confidence{live}: {key} leaks in {path}, {}", Text(&place));
    writeln!(out, r#"      <failure type="{rule}" message="{message}">"#)?;
    write_body(finding, validity, out)?;
    writeln!(out, "      </failure>\n    </testcase>")
}

/// What is known of a finding, a line for each fact.
fn write_body(finding: &Finding, validity: Option<&Validity>, out: &mut dyn Write) -> io::Result<()> {
    let mut fact = |name: &str, text: &str| writeln!(out, "{name}: {}", Text(text));
    let snippet = &finding.snippet;
    fact("line", &format!("{}{}{}", snippet.before, snippet.mask, snippet.after))?;
    for reason in sight::reasons(finding) {
        fact("reason", &reason.to_string())?;
    }
    if let Some(validity) = validity {
        fact("validity", &format!("{validity}: {}", told(validity)))?;
    }
    if let Some(sight) = &finding.sight {
        fact("image", &sight::reading(finding, sight))?;
        fact("advice", IMAGE)?;
    }
    if let Some(deployed) = &finding.deployed {
        if let Some(way) = deployed::way(finding, deployed) {
            fact("way", &name(&way))?;
        }
        if let Some(original) = &deployed.original {
            fact("made from", &name(&deployed::original(original)))?;
        }
        if deployed.is_sent_to_baseten {
            fact("proof", deployed::SENT)?;
        }
        fact("advice", FRONT_END)?;
    }
    for encoding in &finding.encodings {
        fact("encoding", &encoding.to_string())?;
    }
    if let Some(origin) = &finding.origin {
        fact(&origin.kind.to_string(), &origin.object)?;
        if let Some(commit) = &origin.commit {
            let date = super::date(commit.seconds);
            fact("first commit", &format!("{} by {} on {date}", commit.id, name(&commit.author)))?;
        }
        fact("in HEAD", if origin.in_head { "yes" } else { "no" })?;
    }
    fact("fingerprint", &finding.fingerprint.to_string())
}

fn write_suppressed(suppressed: &Suppressed, out: &mut dyn Write) -> io::Result<()> {
    let by = &suppressed.by;
    write_case(&suppressed.finding, out)?;
    let reason = by.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let message = format!("{}, {}{reason}", name(&by.kind.to_string()), name(&by.place));
    let kind = match &by.kind {
        SuppressionKind::Moved(_) => "baseline-moved",
        kind => kind.word(),
    };
    let fingerprint = suppressed.finding.fingerprint;
    let message = Text(&message);
    writeln!(
        out,
        r#"      <skipped type="{kind}" message="{message}">fingerprint: {fingerprint}</skipped>"#
    )?;
    writeln!(out, "    </testcase>")
}

fn write_error(skipped: &Skipped, out: &mut dyn Write) -> io::Result<()> {
    let kind = match skipped.reason {
        SkipReason::Unreadable(_) => "unreadable",
        SkipReason::Special(_) => "special",
        SkipReason::Vanished => "vanished",
    };
    let (path, reason) = (name(skipped.path.as_str()), skipped.reason.to_string());
    let path = Text(&path);
    writeln!(out, r#"    <testcase classname="{path}" name="reading it" time="0">"#)?;
    let message = format!("not read, and may hold keys: {}", Text(&reason));
    writeln!(out, r#"      <error type="{kind}" message="{message}"/>"#)?;
    writeln!(out, "    </testcase>")
}

/// The beginning of the test case of a finding.
fn write_case(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let path = name(deployed::path(finding));
    let title = format!("{} {}, {}", finding.rule, finding.key, place(finding));
    let (path, title) = (Text(&path), Text(&title));
    writeln!(out, r#"    <testcase classname="{path}" name="{title}" time="0">"#)
}

/// Where in its file a finding stands.
fn place(finding: &Finding) -> String {
    let location = &finding.location;
    let place = match (finding.within(), location.place) {
        (Some(within), _) => within,
        (None, Place::Content) => format!("line {}, column {}", location.start.line, location.start.column),
        (None, Place::FileName) => "in the file name".to_owned(),
    };
    location.cell().map_or(place.clone(), |cell| format!("{place} ({})", name(cell)))
}

/// What was read in a lesser way, and what is to be said of entries that suppress.
fn write_notes(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.coverage.notes.is_empty() && report.entries.is_empty() {
        return Ok(());
    }
    write!(out, "    <system-out>")?;
    for note in &report.coverage.notes {
        writeln!(out, "note: {}: {}", Text(&name(note.path.as_str())), Text(&note.kind.to_string()))?;
    }
    for entry in &report.entries {
        let (place, about) = (name(&entry.place), Text(&entry.entry));
        let place = Text(&place);
        writeln!(out, "entry: {place}: {about} {}", Text(&entry.state.to_string()))?;
    }
    writeln!(out, "    </system-out>")
}

/// A text of XML, on one line: what does not show written out, and with it all that XML 1.0
/// has no way to write; quotes and angles escaped.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = sanitise(self.0);
        let mut rest = &*shown;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'', '\u{fffe}', '\u{ffff}']) {
            f.write_str(&rest[..at])?;
            let special = rest[at..].chars().next().expect("it was just found");
            f.write_str(match special {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&apos;",
                '\u{fffe}' => "\\u{fffe}",
                _ => "\\u{ffff}",
            })?;
            rest = &rest[at + special.len_utf8()..];
        }
        f.write_str(rest)
    }
}
