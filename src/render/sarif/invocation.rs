//! The run itself: whether all was read, and what was not.
//!
//! Nothing of the machine is told: neither the command line, nor the folder, nor the times.

use std::iter;

use serde::{Serialize, Serializer};

use super::location::WireLocation;
use super::{Text, plain};
use crate::model::{Coverage, EntryNote, EntryState, Note, Report, Skipped};
use crate::render::json::Counts;

/// The kinds of notifications that there are.
const SKIPPED: &str = "skipped";
const NOTE: &str = "note";
const ENTRY: &str = "suppression-entry";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation<'a> {
    execution_successful: bool,
    tool_execution_notifications: Told<'a>,
    #[serde(skip_serializing_if = "Entries::is_empty")]
    tool_configuration_notifications: Entries<'a>,
    properties: Properties,
}

#[derive(Serialize)]
struct Properties {
    coverage: WireCoverage,
}

/// What was read and passed over, as `coverage` in the JSON report, the lists as numbers.
#[derive(Serialize)]
struct WireCoverage {
    #[serde(flatten)]
    counts: Counts,
    skipped: usize,
    notes: usize,
}

#[derive(Serialize)]
struct Notification {
    descriptor: Descriptor,
    level: &'static str,
    message: Text<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<WireLocation>,
}

#[derive(Serialize)]
struct Descriptor {
    id: &'static str,
}

impl<'a> Invocation<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let coverage = &report.coverage;
        let counts = WireCoverage {
            counts: Counts::of(coverage),
            skipped: coverage.skipped.len(),
            notes: coverage.notes.len(),
        };
        Self {
            execution_successful: coverage.is_complete(),
            tool_execution_notifications: Told(coverage),
            tool_configuration_notifications: Entries(&report.entries),
            properties: Properties { coverage: counts },
        }
    }
}

/// What was not read, then what was read in a lesser way.
struct Told<'a>(&'a Coverage);

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let skipped = self.0.skipped.iter().map(Notification::of_skipped);
        serializer.collect_seq(skipped.chain(self.0.notes.iter().map(Notification::of_note)))
    }
}

/// What is to be said of the entries that suppress.
struct Entries<'a>(&'a [EntryNote]);

impl Entries<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Notification::of_entry))
    }
}

impl Notification {
    fn of_skipped(Skipped { path, reason }: &Skipped) -> Self {
        let text = format!("Not read: {}.", plain(&reason.to_string()));
        let locations = iter::once(WireLocation::of_shown(path)).collect();
        let descriptor = Descriptor { id: SKIPPED };
        Self { descriptor, level: "error", message: Text { text }, locations }
    }

    fn of_note(Note { path, kind }: &Note) -> Self {
        let text = format!("Read, and {}.", plain(&kind.to_string()));
        let locations = iter::once(WireLocation::of_shown(path)).collect();
        let descriptor = Descriptor { id: NOTE };
        Self { descriptor, level: "note", message: Text { text }, locations }
    }

    fn of_entry(EntryNote { place, entry, state }: &EntryNote) -> Self {
        let text = format!("{}: {} {}.", plain(place), plain(entry), plain(&state.to_string()));
        let level = if *state == EntryState::Unused { "note" } else { "warning" };
        let descriptor = Descriptor { id: ENTRY };
        Self { descriptor, level, message: Text { text }, locations: Vec::new() }
    }
}
