//! A report for programs: one JSON document, schema 1, described in `docs/output.md`.
//!
//! The wire has structs of its own, so that the model can change without the
//! format changing. Findings are written one by one as they are turned into
//! their wire form. No time and no machine-dependent value is written: the same
//! report is the same bytes.
//!
//! **Invariant:** no secret is written, and every invisible character is
//! escaped as `\uXXXX`, so that the text loses nothing and is safe on a terminal.

mod coverage;
mod elsewhere;
mod finding;
pub(super) mod lines;
#[cfg(test)]
mod tests;
mod verdict;
mod visible;

use std::fmt::Display;
use std::io::{self, Write};

use super::Tally;
use crate::model::{
    EntryNote, EntryState, Exposure, FailOn, Finding, Fingerprint, Gate, PathName, Report, RuleSummary,
    Suppressed, Verdict,
};
pub(super) use coverage::Counts;
use coverage::WireCoverage;
pub(super) use elsewhere::{WireImage, WireWeb};
use finding::{WireCommit, WireFinding, WireSuppressed};
use serde::{Serialize, Serializer};
use verdict::WireVerdict;
pub(super) use verdict::proof;
#[doc(hidden)]
pub use verdict::{write_value, write_verdicts};
use visible::Visible;

/// The version of the format. It grows when a field goes or changes its
/// meaning, and not when one is added.
const SCHEMA: u32 = 1;

/// Writes `report` as indented JSON with a final newline. Fails only where `out` does.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_value(&Document::of(report), out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    tool: Tool<'a>,
    findings: Each<'a, Finding, WireFinding<'a>>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    suppressed: Each<'a, Suppressed, WireSuppressed<'a>>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    entries: Each<'a, EntryNote, WireEntry<'a>>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    exposures: Each<'a, Exposure, WireExposure<'a>>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    verdicts: Each<'a, Verdict, WireVerdict<'a>>,
    coverage: WireCoverage<'a>,
    rules: Each<'a, RuleSummary, WireRule<'a>>,
    disabled_rules: &'a [String],
    config: Option<&'a str>,
    gate: WireGate,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

/// A leaked key over a whole history.
#[derive(Serialize)]
struct WireExposure<'a> {
    key: &'a str,
    digest: &'a str,
    first: Option<WireCommit<'a>>,
    removed: Option<WireCommit<'a>>,
    in_head: bool,
    findings: Each<'a, Fingerprint, Shown<&'a Fingerprint>>,
}

#[derive(Serialize)]
struct WireRule<'a> {
    id: &'a str,
    description: &'a str,
}

#[derive(Serialize)]
struct Summary {
    findings: u64,
    keys: u64,
    suppressed: usize,
    by_confidence: ByConfidence,
}

#[derive(Serialize)]
struct ByConfidence {
    high: u64,
    medium: u64,
    low: u64,
}

/// What is to be said of an entry that could suppress.
#[derive(Serialize)]
struct WireEntry<'a> {
    place: &'a str,
    entry: &'a str,
    state: &'static str,
    text: Shown<&'a EntryState>,
}

#[derive(Serialize)]
struct WireGate {
    fail_on: Shown<FailOn>,
    max_findings: u64,
    failing: u64,
    undecided: u64,
    passed: bool,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report) -> Self {
        Self {
            schema: SCHEMA,
            tool: Tool { name: "baseleak", version: report.version },
            findings: Each(&report.findings, WireFinding::of),
            suppressed: Each(&report.suppressed, WireSuppressed::of),
            entries: Each(&report.entries, WireEntry::of),
            exposures: Each(&report.exposures, WireExposure::of),
            verdicts: Each(&report.verdicts, WireVerdict::of),
            coverage: WireCoverage::of(&report.coverage),
            rules: Each(&report.rules, WireRule::of),
            disabled_rules: &report.disabled,
            config: report.config.as_ref().map(PathName::as_str),
            gate: WireGate::of(report.gate),
            summary: Summary::of(report),
        }
    }
}

impl Summary {
    fn of(report: &Report) -> Self {
        let Tally { findings, keys, high, medium, low, files: _ } = Tally::of(report);
        let by_confidence = ByConfidence { high, medium, low };
        Self { findings, keys, suppressed: report.suppressed.len(), by_confidence }
    }
}

impl<'a> WireExposure<'a> {
    fn of(exposure: &'a Exposure) -> Self {
        Self {
            key: &exposure.key,
            digest: &exposure.digest,
            first: exposure.first.as_ref().map(WireCommit::of),
            removed: exposure.removed.as_ref().map(WireCommit::of),
            in_head: exposure.in_head,
            findings: Each(&exposure.findings, Shown),
        }
    }
}

impl<'a> WireEntry<'a> {
    fn of(note: &'a EntryNote) -> Self {
        let EntryNote { place, entry, state } = note;
        Self { place, entry, state: state.word(), text: Shown(state) }
    }
}

impl WireGate {
    fn of(gate: Gate) -> Self {
        let Gate { fail_on, max_findings, failing, undecided } = gate;
        Self { fail_on: Shown(fail_on), max_findings, failing, undecided, passed: gate.is_passed() }
    }
}

impl<'a> WireRule<'a> {
    fn of(rule: &'a RuleSummary) -> Self {
        Self { id: &rule.id, description: &rule.description }
    }
}

/// A list written as it is turned into its wire form, one element at a time.
pub(super) struct Each<'a, T, W>(pub(super) &'a [T], pub(super) fn(&'a T) -> W);

impl<T, W> Each<'_, T, W> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T, W: Serialize> Serialize for Each<'_, T, W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

/// A value written as the string it displays as.
pub(super) struct Shown<T>(pub(super) T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
