//! Opens what carries texts inside, archives and notebooks, and has every text scanned.
//!
//! The bytes of the carrier itself were scanned before, as those of any file: here comes
//! what they do not show. It opens no file; what comes in is taken apart by `unpack`.
//!
//! **Invariant:** a carrier that cannot be opened, in whole or in part, is told of: in a
//! note, or as skipped where the user named it and nothing of it could be read.

mod bundle;
mod cursor;
mod eye;
mod glance;
mod images;
mod joint;
mod json;
mod member;
mod notebook;
mod source_map;
mod texts;

use std::collections::HashSet;
use std::io::{self, Read};
use std::mem;

use super::Opening;
use crate::detect::Detector;
use crate::model::{Coverage, Finding, Note, NoteKind, Provenance, SkipReason, Skipped};
use crate::source::{Content, Packed, Reader};
use crate::unpack::archive::{self, Budget, Input, Kind};

pub(super) use eye::{Eye, Glimpse};
pub(super) use glance::{Glanced, Joins, glance, may_join};
pub(super) use images::may_have;
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
    /// A pack of git, which is only told of.
    Pack,
}

/// What the content at the path `name` is that begins with `head`, if texts are packed
/// inside. The path may be unknown, and empty.
pub(super) fn form(name: &[u8], head: &[u8]) -> Option<Form> {
    if let Some(kind) = archive::kind(head, name) {
        return Some(Form::Archive(kind));
    }
    let is_pack = name.ends_with(b".pack") && head.starts_with(b"PACK\0\0\0");
    is_pack.then_some(Form::Pack).or_else(|| Json::of(name, head).map(Form::Json))
}

/// As [`form`] for content that is all there, of which the end has a say, too.
pub(super) fn form_of(name: &[u8], bytes: &[u8]) -> Option<Form> {
    form(name, bytes).filter(|form| *form != Form::Archive(Kind::Runnable) || is_zip(bytes))
}

/// Whether a zip stands behind what a system can run.
fn is_zip(bytes: &[u8]) -> bool {
    archive::kind_of(bytes, b"").is_some()
}

/// Opens carriers, on one thread.
pub(super) struct Opener<'d> {
    detector: &'d Detector,
    opening: Opening<'d>,
    /// What members are read through; most scans need none.
    reader: Option<Reader>,
}

impl<'d> Opener<'d> {
    /// With `opening` the images in archives are looked at, too, if that is wanted.
    pub(super) fn new(detector: &'d Detector, opening: Opening<'d>) -> Self {
        Self { detector, opening, reader: None }
    }

    /// Scans the texts in `packed`. `findings` are those in its bytes as they are, and
    /// afterwards all, each secret told where it says most.
    pub(super) fn open(&mut self, form: Form, packed: Packed<'_>, findings: &mut Vec<Finding>) -> Coverage {
        // What was read in an image stands in no text, and no text says more of it.
        let (mut seen, read) = mem::take(findings).into_iter().partition(|finding| finding.sight.is_some());
        *findings = read;
        let coverage = match form {
            Form::Archive(kind) => self.archive(kind, packed, findings),
            Form::Json(json) => self.json(json, packed, findings),
            Form::Pack => self.pack(&packed),
        };
        findings.append(&mut seen);
        coverage
    }

    fn archive(&mut self, kind: Kind, packed: Packed<'_>, findings: &mut Vec<Finding>) -> Coverage {
        let Packed { provenance, content, is_named } = packed;
        let reader = self.reader.get_or_insert_default();
        let mut members = Members::new(self.detector, reader, provenance, is_coat(kind));
        members.eye = Eye::new(self.detector, self.opening);
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
        let member::Read { mut found, mut coverage, has_content, .. } = members.finish();
        if !found.is_empty() {
            let archive = self.detector.path_name(provenance.relative);
            for Finding { relative, .. } in &mut found {
                *relative = relative.clone().in_archive(&archive);
            }
        }
        let raw = mem::take(findings);
        findings.extend(settle(raw, found));
        if !(coverage.notes.is_empty() && coverage.skipped.is_empty()) {
            let archive = self.detector.path_name(provenance.shown);
            let noted = coverage.notes.iter_mut().map(|note| &mut note.path);
            for path in noted.chain(coverage.skipped.iter_mut().map(|skipped| &mut skipped.path)) {
                *path = path.clone().in_archive(&archive);
            }
        }
        // The bytes of a document or a program say something themselves, so that it was read
        // all the same.
        let is_text = matches!(kind, Kind::Pdf | Kind::Png | Kind::Runnable);
        if is_named && !has_content && !is_text {
            self.refuse(provenance, &mut coverage);
        }
        coverage
    }

    /// Says of a pack that it was not read.
    fn pack(&self, packed: &Packed<'_>) -> Coverage {
        let path = self.detector.path_name(packed.provenance.shown);
        let why = "a pack of git, which `history` reads in its repository";
        let note = Note { path, kind: NoteKind::Member(why.to_owned()) };
        let mut coverage = Coverage { notes: vec![note], ..Coverage::default() };
        if packed.is_named {
            self.refuse(packed.provenance, &mut coverage);
        }
        coverage
    }

    /// Says once of the input itself that nothing of it could be read, if anything in it
    /// could not; what is noted of its members stays.
    fn refuse(&self, provenance: Provenance<'_>, coverage: &mut Coverage) {
        let path = self.detector.path_name(provenance.shown);
        let Some(first) = coverage.notes.first() else { return };
        let why = match &first.kind {
            NoteKind::Member(why) | NoteKind::Notebook(why) => why.clone(),
            NoteKind::Encoded => NoteKind::DECODING.to_owned(),
        };
        coverage.notes.retain(|note| note.path != path);
        coverage.skipped.push(Skipped { path, reason: SkipReason::Unreadable(why) });
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
    // What was read in an image is another place.
    let read = found.iter().filter(|finding| finding.sight.is_none());
    let told: HashSet<&str> = read.map(|finding| finding.digest.as_str()).collect();
    raw.retain(|finding| finding.sight.is_some() || !told.contains(finding.digest.as_str()));
    raw.extend(found);
    raw
}

/// Whether this is one compressed content, which has no name of its own.
fn is_coat(kind: Kind) -> bool {
    matches!(kind, Kind::Gzip | Kind::Zlib | Kind::Bzip2 | Kind::Xz | Kind::Lzma | Kind::Zstd | Kind::Lz4)
}

/// All that `content` holds, unless that is too much for a notebook.
fn whole(content: impl Read, held: &mut Vec<u8>) -> io::Result<Option<&[u8]>> {
    content.take(NOTEBOOK + 1).read_to_end(held)?;
    Ok((held.len() as u64 <= NOTEBOOK).then_some(held))
}
