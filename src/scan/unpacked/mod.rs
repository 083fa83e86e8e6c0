//! Opens what carries texts inside, archives and notebooks, and has every text scanned.
//!
//! The bytes of the carrier itself were scanned before, as those of any file: here comes
//! what they do not show. It opens no file; what comes in is taken apart by `unpack`.
//!
//! **Invariant:** a carrier that cannot be opened, in whole or in part, is told of: in a
//! note, or as skipped where the user named it and nothing of it could be read.

mod bundle;
mod cursor;
mod glance;
mod joint;
mod json;
mod member;
mod notebook;
mod source_map;
mod texts;

use std::collections::HashSet;
use std::io::{self, Read};

use crate::detect::Detector;
use crate::model::{Coverage, Finding, NoteKind, SkipReason, Skipped};
use crate::source::{Content, Packed, Reader};
use crate::unpack::archive::{self, Budget, Input, Kind};

pub(super) use glance::{Glanced, Joins, glance, may_join};
use json::Json;
use member::Members;
pub use notebook::removals;
use texts::Told;

/// Bytes of the largest notebook or source map that is read whole.
const NOTEBOOK: u64 = 256 << 20;

/// What carries texts inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Something to take apart member by member.
    Archive(Kind),
    /// JSON with texts in it: a notebook or a source map.
    Json(Json),
}

/// What the content at the path `name` is that begins with `head`, if texts are packed
/// inside. The path may be unknown, and empty.
pub(super) fn form(name: &[u8], head: &[u8]) -> Option<Form> {
    if let Some(kind) = archive::kind(head, name) {
        return Some(Form::Archive(kind));
    }
    Json::of(name, head).map(Form::Json)
}

/// Opens carriers, on one thread.
pub(super) struct Opener<'d> {
    detector: &'d Detector,
    /// What members are read through; most scans need none.
    reader: Option<Reader>,
}

impl<'d> Opener<'d> {
    pub(super) fn new(detector: &'d Detector) -> Self {
        Self { detector, reader: None }
    }

    /// Scans the texts in `packed`. `findings` are those in its bytes as they are, and
    /// afterwards all, each secret told where it says most.
    pub(super) fn open(&mut self, form: Form, packed: Packed<'_>, findings: &mut Vec<Finding>) -> Coverage {
        match form {
            Form::Archive(kind) => self.archive(kind, packed, findings),
            Form::Json(json) => self.json(json, packed, findings),
        }
    }

    fn archive(&mut self, kind: Kind, packed: Packed<'_>, findings: &mut Vec<Finding>) -> Coverage {
        let Packed { provenance, content, is_named } = packed;
        let reader = self.reader.get_or_insert_default();
        let mut members = Members::new(self.detector, reader, provenance, is_coat(kind));
        let unpack =
            |input, members: &mut Members<'_>| archive::unpack(input, kind, Budget::default(), members);
        match content {
            Content::Bytes(bytes) => {
                unpack(Input::Seek(&mut io::Cursor::new(bytes)), &mut members);
            }
            Content::File(file) => {
                if kind == Kind::GitBundle {
                    members.again = file.try_clone().ok();
                }
                unpack(Input::Seek(file), &mut members);
            }
            Content::Stream(stream) => {
                unpack(Input::Stream(stream), &mut members);
            }
            Content::Gone => members.lose("it came from a pipe and is too large to be held in memory"),
        }
        let member::Read { found, mut coverage, has_content } = members.finish();
        let raw = std::mem::take(findings);
        findings.extend(settle(raw, found));
        // The bytes of a document are text themselves, so that it was read all the same.
        let is_text = matches!(kind, Kind::Pdf | Kind::Png);
        if is_named
            && !has_content
            && !is_text
            && let Some(note) = coverage.notes.pop()
        {
            let why = match note.kind {
                NoteKind::Member(why) | NoteKind::Notebook(why) => why,
                NoteKind::Encoded => NoteKind::DECODING.to_owned(),
            };
            coverage.skipped.push(Skipped { path: note.path, reason: SkipReason::Unreadable(why) });
        }
        coverage
    }

    fn json(&mut self, json: Json, packed: Packed<'_>, findings: &mut Vec<Finding>) -> Coverage {
        if json.is_settled(findings) {
            return Coverage::default();
        }
        let provenance = packed.provenance;
        let mut held = Vec::new();
        let read = match packed.content {
            Content::Bytes(bytes) => Ok(Some(bytes)),
            Content::File(file) => whole(file, &mut held),
            Content::Stream(stream) => whole(stream, &mut held),
            Content::Gone => Ok(None),
        };
        let told = match read {
            Ok(Some(bytes)) => json.scan(self.detector, bytes, provenance, findings),
            Ok(None) => Told::lost("too large to be held in memory"),
            Err(_) => Told::lost("it cannot be read again"),
        };
        Coverage { notes: told.notes(self.detector, provenance.shown).collect(), ..Coverage::default() }
    }
}

/// The findings in the bytes of an archive, `raw`, and in its members: what lies in it as it
/// is was found in both, and the member says more.
fn settle(mut raw: Vec<Finding>, found: Vec<Finding>) -> Vec<Finding> {
    let told: HashSet<&str> = found.iter().map(|finding| finding.digest.as_str()).collect();
    raw.retain(|finding| !told.contains(finding.digest.as_str()));
    raw.extend(found);
    raw
}

/// Whether this is one compressed content, which has no name of its own.
fn is_coat(kind: Kind) -> bool {
    matches!(kind, Kind::Gzip | Kind::Bzip2 | Kind::Xz | Kind::Lzma | Kind::Zstd | Kind::Lz4)
}

/// All that `content` holds, unless that is too much for a notebook.
fn whole(content: impl Read, held: &mut Vec<u8>) -> io::Result<Option<&[u8]>> {
    content.take(NOTEBOOK + 1).read_to_end(held)?;
    Ok((held.len() as u64 <= NOTEBOOK).then_some(held))
}
