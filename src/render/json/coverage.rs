//! What was read, in JSON: the same in every document that tells of a scan.

use serde::Serialize;

use super::Each;
use crate::model::{Coverage, Note, NoteKind, SkipReason, Skipped};

#[derive(Serialize)]
pub(super) struct WireCoverage<'a> {
    #[serde(flatten)]
    counts: Counts,
    skipped: Each<'a, Skipped, WireSkipped<'a>>,
    notes: Each<'a, Note, WireNote<'a>>,
}

/// What was read in numbers, without the lists.
#[derive(Serialize)]
pub(in crate::render) struct Counts {
    complete: bool,
    files: u64,
    objects: u64,
    members: u64,
    images: u64,
    plain_images: u64,
    documents: u64,
    foreign: u64,
    disallowed: u64,
    bytes: u64,
    ignored: u64,
    excluded: u64,
    oversized: u64,
    symlinks: u64,
    submodules: u64,
    intent_to_add: u64,
}

#[derive(Serialize)]
pub(super) struct WireNote<'a> {
    path: &'a str,
    kind: &'static str,
    detail: &'a str,
}

#[derive(Serialize)]
pub(super) struct WireSkipped<'a> {
    path: &'a str,
    reason: &'static str,
    detail: Option<&'a str>,
}

impl<'a> WireCoverage<'a> {
    pub(super) fn of(coverage: &'a Coverage) -> Self {
        Self {
            counts: Counts::of(coverage),
            skipped: Each(&coverage.skipped, WireSkipped::of),
            notes: Each(&coverage.notes, WireNote::of),
        }
    }
}

impl Counts {
    pub(in crate::render) fn of(coverage: &Coverage) -> Self {
        Self {
            complete: coverage.is_complete(),
            files: coverage.files,
            objects: coverage.objects,
            members: coverage.members,
            images: coverage.images,
            plain_images: coverage.plain_images,
            documents: coverage.documents,
            foreign: coverage.foreign,
            disallowed: coverage.disallowed,
            bytes: coverage.bytes,
            ignored: coverage.ignored,
            excluded: coverage.excluded,
            oversized: coverage.oversized,
            symlinks: coverage.symlinks,
            submodules: coverage.submodules,
            intent_to_add: coverage.intent_to_add,
        }
    }
}

impl<'a> WireNote<'a> {
    pub(super) fn of(note: &'a Note) -> Self {
        let (kind, detail) = match &note.kind {
            NoteKind::Member(why) => ("member", why.as_str()),
            NoteKind::Notebook(why) => ("notebook", why.as_str()),
            NoteKind::Encoded => ("encoded", NoteKind::DECODING),
        };
        Self { path: note.path.as_str(), kind, detail }
    }
}

impl<'a> WireSkipped<'a> {
    pub(super) fn of(skipped: &'a Skipped) -> Self {
        let (reason, detail) = match &skipped.reason {
            SkipReason::Unreadable(why) => ("unreadable", Some(why.as_str())),
            SkipReason::Special(what) => ("special", Some(*what)),
            SkipReason::Vanished => ("vanished", None),
        };
        Self { path: skipped.path.as_str(), reason, detail }
    }
}
