//! The lines of JSON Lines: each an object whose `type` says what it tells, with the
//! fields that this has in the document.
//!
//! Which lines are written, and in which order, is not decided here.

use std::io::{self, Write};

use serde::Serialize;

use super::coverage::{Counts, WireNote, WireSkipped};
use super::visible::VisibleLine;
use super::{
    Each, SCHEMA, Summary, Tool, WireEntry, WireExposure, WireFinding, WireGate, WireRule, WireSuppressed,
    WireVerdict,
};
use crate::model::{Finding, PathName, Report, RuleSummary, Suppressed};

/// A line: the word for what it tells, and the fields of that.
#[derive(Serialize)]
struct Line<T> {
    r#type: &'static str,
    #[serde(flatten)]
    fields: T,
}

#[derive(Serialize)]
struct Start<'a> {
    schema: u32,
    tool: Tool<'a>,
}

/// The last line: all of a report that has no lines of its own.
#[derive(Serialize)]
struct End<'a> {
    complete: bool,
    coverage: Counts,
    rules: Each<'a, RuleSummary, WireRule<'a>>,
    disabled_rules: &'a [String],
    config: Option<&'a str>,
    gate: WireGate,
    summary: Summary,
}

/// The first line; `version` is that of the program.
pub(in crate::render) fn start(version: &str, out: &mut dyn Write) -> io::Result<()> {
    line("start", Start { schema: SCHEMA, tool: Tool { name: "baseleak", version } }, out)
}

/// A finding that counts.
pub(in crate::render) fn finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    line("finding", WireFinding::of(finding), out)
}

/// A finding that does not count.
pub(in crate::render) fn suppressed(suppressed: &Suppressed, out: &mut dyn Write) -> io::Result<()> {
    line("suppressed", WireSuppressed::of(suppressed), out)
}

/// All the other lines of `report`, the last one included.
pub(in crate::render) fn rest(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for entry in &report.entries {
        line("entry", WireEntry::of(entry), out)?;
    }
    for exposure in &report.exposures {
        line("exposure", WireExposure::of(exposure), out)?;
    }
    for verdict in &report.verdicts {
        line("verdict", WireVerdict::of(verdict), out)?;
    }
    for skipped in &report.coverage.skipped {
        line("skipped", WireSkipped::of(skipped), out)?;
    }
    for note in &report.coverage.notes {
        line("note", WireNote::of(note), out)?;
    }
    let end = End {
        complete: report.coverage.is_complete(),
        coverage: Counts::of(&report.coverage),
        rules: Each(&report.rules, WireRule::of),
        disabled_rules: &report.disabled,
        config: report.config.as_ref().map(PathName::as_str),
        gate: WireGate::of(report.gate),
        summary: Summary::of(report),
    };
    line("summary", end, out)
}

fn line(r#type: &'static str, fields: impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, VisibleLine);
    Line { r#type, fields }.serialize(&mut serializer)?;
    out.write_all(b"\n")
}
