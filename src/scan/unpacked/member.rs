//! Scans the members of one archive.

use std::fs::File;
use std::io;

use crate::detect::Detector;
use crate::model::{Blob, Coverage, Finding, Note, NoteKind, Position, Provenance, SkipReason, Skipped};
use crate::source::Reader;
use crate::unpack::archive::{Reason, Visitor};

use super::bundle;
use super::eye::Eye;
use super::json::Json;
use super::texts::Told;

/// Notes that are kept of one archive; the rest is only counted.
const NOTES: usize = 1000;
/// Bytes of the largest notebook or source map in an archive that is held in memory.
const NOTEBOOK: usize = 64 << 20;
/// Endings of the names of compressed files.
const COATS: [&[u8]; 8] = [b".gz", b".z", b".bz2", b".xz", b".lzma", b".zst", b".lz4", b".tgz"];

/// Scans what an archive hands out.
pub(super) struct Members<'m> {
    pub(super) detector: &'m Detector,
    reader: &'m mut Reader,
    pub(super) provenance: Provenance<'m>,
    is_coat: bool,
    pub(super) read: Read,
    /// The archive once more, where it is a file and a git bundle.
    pub(super) again: Option<File>,
    /// Looks at the images in it, if they are looked at.
    pub(super) eye: Option<Eye<'m>>,
    /// Git bundles that it lies in.
    level: u32,
    /// Notes that were not kept.
    more: usize,
    /// Whether objects of a git repository lie in it.
    has_objects: bool,
}

/// What reading an archive came to.
#[derive(Default)]
pub(super) struct Read {
    pub(super) found: Vec<Finding>,
    /// Members and notes.
    pub(super) coverage: Coverage,
    /// Whether anything in it could be read.
    pub(super) has_content: bool,
    /// The same before the last member.
    had_content: bool,
}

impl<'m> Members<'m> {
    /// For the archive at `provenance`, which may be one compressed content.
    pub(super) fn new(
        detector: &'m Detector,
        reader: &'m mut Reader,
        provenance: Provenance<'m>,
        is_coat: bool,
    ) -> Self {
        let read = Read::default();
        Self {
            detector,
            reader,
            provenance,
            is_coat,
            read,
            again: None,
            eye: None,
            level: 0,
            more: 0,
            has_objects: false,
        }
    }

    /// For an archive in a git bundle that is a member here.
    pub(super) fn within<'i>(&'i mut self, provenance: Provenance<'i>, is_coat: bool) -> Members<'i> {
        let (eye, level) = (self.eye.as_ref().map(Eye::another), self.level + 1);
        Members { eye, level, ..Members::new(self.detector, self.reader, provenance, is_coat) }
    }

    /// Says that nothing of the archive was opened.
    pub(super) fn lose(&mut self, why: &str) {
        self.note(b"", NoteKind::Member(why.to_owned()));
    }

    pub(super) fn finish(mut self) -> Read {
        if self.has_objects {
            self.lose("the .git folder in it, which `history` reads in the unpacked repository");
        }
        if self.more > 0 {
            let path = self.detector.path_name(self.provenance.shown);
            let kind = NoteKind::Member(format!("{} more of its members were not, either", self.more));
            self.read.coverage.notes.push(Note { path, kind });
        }
        self.read
    }

    pub(super) fn note(&mut self, path: &[u8], kind: NoteKind) {
        if self.read.coverage.notes.len() == NOTES {
            self.more += 1;
            return;
        }
        let shown =
            if path.is_empty() { self.provenance.shown } else { &joined(self.provenance.shown, path) };
        self.read.coverage.notes.push(Note { path: self.detector.path_name(shown), kind });
    }

    /// Scans the name of a member, without those that it lies in.
    pub(super) fn name(&mut self, provenance: &Provenance<'_>) {
        let first = self.read.found.len();
        self.detector.scan_name(provenance, &mut self.read.found);
        if self.read.found.len() > first {
            let inside = provenance.shown.len().min(self.provenance.shown.len() + 1);
            let inside = Position::START.after(&provenance.shown[..inside]);
            let named = self.read.found.split_off(first);
            let is_inside =
                |finding: &Finding| finding.secret.expose().is_empty() || finding.location.start >= inside;
            self.read.found.extend(named.into_iter().filter(is_inside));
        }
    }

    pub(super) fn content(&mut self, provenance: Provenance<'_>, content: &mut dyn io::Read) {
        let Self { detector, reader, read, eye, .. } = self;
        let mut seen = Vec::new();
        let first = read.found.len();
        let (mut json, mut is_whole, mut held) = (None, true, Vec::new());
        let mut is_decoded = true;
        // A content never fails; what ends early is told as skipped.
        let bytes = reader.read(content, provenance, |blob: &Blob<'_>| {
            is_decoded &= detector.scan(blob, &mut read.found);
            if let Some(eye) = eye {
                eye.look(blob, &mut seen, &mut read.coverage);
            }
            if blob.is_first() {
                json = Json::of(provenance.relative, blob.bytes);
            }
            let fresh = &blob.bytes[blob.fresh.clone()];
            is_whole &= held.len() + fresh.len() <= NOTEBOOK;
            if json.is_some() && is_whole {
                held.extend_from_slice(fresh);
            }
        });
        read.has_content |= bytes.is_ok_and(|bytes| bytes > 0);
        if !is_decoded {
            let path = detector.path_name(provenance.shown);
            read.coverage.notes.push(Note { path, kind: NoteKind::Encoded });
        }
        let json = json.filter(|json| !json.is_settled(&read.found[first..]));
        let Some(json) = json else { return read.found.append(&mut seen) };
        let mut raw = read.found.split_off(first);
        let told = if is_whole {
            json.scan(detector, &held, provenance, &mut raw)
        } else {
            Told::lost("too large to be held in memory")
        };
        read.found.append(&mut raw);
        read.found.append(&mut seen);
        read.coverage.notes.extend(told.notes(detector, provenance.shown));
    }
}

impl Visitor for Members<'_> {
    fn wants_pictures(&self) -> bool {
        self.eye.is_some()
    }

    fn member(&mut self, path: &[u8], _: Option<u64>, content: &mut dyn io::Read) {
        let path = if self.is_coat && path.is_empty() { bare(self.provenance.shown) } else { path };
        let (shown, relative) = (joined(self.provenance.shown, path), joined(self.provenance.relative, path));
        let provenance = Provenance { shown: &shown, relative: &relative };
        self.read.coverage.members += 1;
        self.read.had_content = self.read.has_content;
        self.has_objects |= is_object(path);
        self.name(&provenance);
        self.content(provenance, content);
    }

    fn skipped(&mut self, path: &[u8], reason: Reason) {
        if reason == Reason::TooDeep {
            // The last member was this one, and its compressed bytes say nothing.
            self.read.has_content = self.read.had_content;
        }
        self.note(path, NoteKind::Member(reason.to_string()));
    }

    fn picture_skipped(&mut self, path: &[u8], reason: Reason) {
        let how_far = if reason == Reason::Truncated { " to its end" } else { "" };
        let why = SkipReason::Unreadable(format!("the image was not looked at{how_far}: {reason}"));
        let path = self.detector.path_name(&joined(self.provenance.shown, path));
        self.read.coverage.skipped.push(Skipped { path, reason: why });
    }

    fn bundle(&mut self, path: &[u8], offset: u64, content: &mut dyn io::Read) -> bool {
        if self.level >= bundle::LEVELS {
            return false;
        }
        let mut again = self.again.take().filter(|_| path.is_empty());
        bundle::scan(self, path, content, again.as_mut().map(|file| (file, offset)));
        true
    }
}

/// Whether this is the path of what git keeps objects in.
pub(super) fn is_object(path: &[u8]) -> bool {
    let inside = b".git/objects/";
    memchr::memmem::find_iter(path, inside).any(|at| {
        let parts: Vec<&[u8]> = path[at + inside.len()..].split(|&byte| byte == b'/').collect();
        match parts[..] {
            [b"pack", name] => name.ends_with(b".pack"),
            [folder, name] => [folder, name].concat().iter().all(u8::is_ascii_hexdigit) && folder.len() == 2,
            _ => false,
        }
    })
}

/// The path of a member: the archive's, and its own behind a `!`.
pub(super) fn joined(archive: &[u8], member: &[u8]) -> Vec<u8> {
    [archive, b"!", member].concat()
}

/// The name of what a compressed file holds: its own, without the ending that says how.
fn bare(path: &[u8]) -> &[u8] {
    let name = &path[memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1)..];
    let ending = COATS.iter().find(|ending| {
        name.len() > ending.len() && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending)
    });
    &name[..name.len() - ending.map_or(0, |ending| ending.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_keeps_objects_in() {
        for (path, expect) in [
            ("a/.git/objects/pack/pack-12.pack", true),
            (".git/objects/ab/cdef0123", true),
            (".git/objects/pack/pack-12.idx", false),
            (".git/objects/info/packs", false),
            (".git/config", false),
            ("objects/ab/cdef", false),
        ] {
            assert_eq!(is_object(path.as_bytes()), expect, "{path}");
        }
    }

    #[test]
    fn a_compressed_file_names_what_it_holds() {
        for (path, name) in
            [("a/dump.sql.gz", "dump.sql"), ("x.XZ", "x"), (".gz", ".gz"), ("a/data", "data"), ("", "")]
        {
            assert_eq!(bare(path.as_bytes()), name.as_bytes(), "{path}");
        }
    }
}
