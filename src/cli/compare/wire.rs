//! A comparison for programs, schema 1, as `docs/output.md` describes it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Comparison, Found, Note};

/// The version of the format.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
pub(crate) struct Document<'a> {
    schema: u32,
    tool: Tool,
    complete: Complete,
    new: Vec<WireNew<'a>>,
    moved: Vec<WireMove<'a>>,
    fixed: Vec<WireFound<'a>>,
    settled: Vec<WireSettled<'a>>,
    still: Vec<WireFound<'a>>,
    keys: Keys<'a>,
    notes: Vec<WireNote<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Complete {
    old: bool,
    new: bool,
}

#[derive(Serialize)]
struct WireFound<'a> {
    rule: &'a str,
    confidence: &'a str,
    key: &'a str,
    digest: &'a str,
    fingerprint: &'a str,
    path: &'a str,
    place: &'a str,
    line: u64,
    column: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<&'a str>,
}

#[derive(Serialize)]
struct WireNew<'a> {
    #[serde(flatten)]
    found: WireFound<'a>,
    no_longer_suppressed: bool,
}

#[derive(Serialize)]
struct WireMove<'a> {
    from: WireFound<'a>,
    to: WireFound<'a>,
}

#[derive(Serialize)]
struct WireSettled<'a> {
    #[serde(flatten)]
    found: WireFound<'a>,
    suppression: Option<WireSuppression<'a>>,
}

#[derive(Serialize)]
struct WireSuppression<'a> {
    kind: &'a str,
    place: &'a str,
}

#[derive(Serialize)]
struct Keys<'a> {
    new: Vec<WireKey<'a>>,
    gone: Vec<WireKey<'a>>,
}

#[derive(Serialize)]
struct WireKey<'a> {
    key: &'a str,
    digest: &'a str,
}

#[derive(Serialize)]
struct WireNote<'a> {
    kind: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct Summary {
    new: usize,
    moved: usize,
    fixed: usize,
    settled: usize,
    still: usize,
    new_keys: usize,
    gone_keys: usize,
}

impl<'a> Document<'a> {
    pub(crate) fn of(comparison: &'a Comparison<'a>) -> Self {
        let Comparison { old, new_scan, new, moved, fixed, settled, still, new_keys, gone_keys, notes } =
            comparison;
        let keys = |keys: &BTreeSet<(&'a str, &'a str)>| {
            keys.iter().map(|&(key, digest)| WireKey { key, digest }).collect()
        };
        let all = |found: &[&'a Found]| found.iter().copied().map(WireFound::of).collect();
        let new_of = |&(found, was_settled): &(&'a Found, bool)| WireNew {
            found: WireFound::of(found),
            no_longer_suppressed: was_settled,
        };
        let move_of = |&(from, to): &(&'a Found, &'a Found)| WireMove {
            from: WireFound::of(from),
            to: WireFound::of(to),
        };
        Self {
            schema: SCHEMA,
            tool: Tool { name: "baseleak", version: env!("CARGO_PKG_VERSION") },
            complete: Complete { old: old.is_complete(), new: new_scan.is_complete() },
            new: new.iter().map(new_of).collect(),
            moved: moved.iter().map(move_of).collect(),
            fixed: all(fixed),
            settled: settled.iter().copied().map(WireSettled::of).collect(),
            still: all(still),
            keys: Keys { new: keys(new_keys), gone: keys(gone_keys) },
            notes: notes.iter().map(|Note { kind, text }| WireNote { kind, text }).collect(),
            summary: Summary {
                new: new.len(),
                moved: moved.len(),
                fixed: fixed.len(),
                settled: settled.len(),
                still: still.len(),
                new_keys: new_keys.len(),
                gone_keys: gone_keys.len(),
            },
        }
    }
}

impl<'a> WireFound<'a> {
    fn of(found: &'a Found) -> Self {
        let Found { rule, confidence, key, digest, fingerprint, path, place, line, column, cell, .. } = found;
        let (line, column, cell) = (*line, *column, cell.as_deref());
        Self { rule, confidence, key, digest, fingerprint, path, place, line, column, cell }
    }
}

impl<'a> WireSettled<'a> {
    fn of(found: &'a Found) -> Self {
        let suppression = found.suppression.as_ref();
        Self {
            found: WireFound::of(found),
            suppression: suppression.map(|by| WireSuppression { kind: &by.kind, place: &by.place }),
        }
    }
}
