//! Scans the objects of a git bundle: blobs at the paths that its trees tell, the texts of
//! commits and tags, and the names in trees.
//!
//! Which commit leads to which blob is not asked; a secret is told once for each path.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Cursor, Read};

use crate::detect::Detector;
use crate::model::{Finding, Fingerprint, NoteKind, ObjectKind, Provenance};
use crate::pack::ObjectId;
use crate::pack::unindexed::{self, Bounds, Shape, Shown};
use crate::source::history::names;
use crate::unpack::archive::{self, Budget, HEAD, Input, Kind};

use super::member::{Members, joined};
use super::{is_coat, settle};

/// Bundles in one another that are read.
pub(super) const LEVELS: u32 = 2;
/// Digits of an object's name that tell it from others.
const DIGITS: usize = 12;

/// What is read of one bundle.
struct Reading<'r, 'm> {
    members: &'r mut Members<'m>,
    /// Its path, with those of the archives that it lies in.
    shown: Vec<u8>,
    relative: Vec<u8>,
    told: HashSet<Fingerprint>,
    /// Bytes that archives in it may still inflate to.
    left: u64,
}

/// Scans the bundle at `path` in what `members` are of; `content` is its pack, and so is
/// what `again` has from an offset on.
pub(super) fn scan(
    members: &mut Members<'_>,
    path: &[u8],
    content: &mut dyn Read,
    again: Option<(&mut File, u64)>,
) {
    let beneath = |outer: &[u8]| if path.is_empty() { outer.to_vec() } else { joined(outer, path) };
    let Provenance { shown, relative } = members.provenance;
    let mut reading = Reading {
        shown: beneath(shown),
        relative: beneath(relative),
        told: HashSet::new(),
        left: Budget::default().bytes,
        members,
    };
    let shortfalls =
        unindexed::read(content, again, &Bounds::default(), &mut |object| reading.object(object));
    for shortfall in shortfalls {
        members.note(path, NoteKind::Member(shortfall.to_string()));
    }
}

/// What an object is called that has no path.
fn bare(kind: ObjectKind, id: &ObjectId) -> Vec<u8> {
    let id = &id.to_string()[..DIGITS];
    if kind == ObjectKind::Blob { id.to_owned() } else { format!("{kind} {id}") }.into_bytes()
}

/// Hands the names in a tree at `folder` to `visit`, as paths.
pub(super) fn paths(folder: &[u8], tree: &[u8], mut visit: impl FnMut(&[u8])) {
    // What is malformed further on is looked at as it is.
    let _ = names(tree, |name| {
        let joint: &[u8] = if folder.is_empty() { b"" } else { b"/" };
        visit(&[folder, joint, name].concat());
    });
}

impl Reading<'_, '_> {
    fn object(&mut self, object: Shown<'_>) {
        let Shown { id, kind, path, content } = object;
        let first = self.members.read.found.len();
        self.members.read.has_content = true;
        match (kind, content) {
            (ObjectKind::Tree, Shape::Whole(tree)) => self.tree(&path.unwrap_or_default(), tree),
            (_, content) => {
                let name = path.filter(|_| kind == ObjectKind::Blob).unwrap_or_else(|| bare(kind, &id));
                self.members.read.coverage.members += 1;
                self.text(kind, &name, content);
            }
        }
        let found = self.members.read.found.split_off(first);
        let is_new = |told: &mut HashSet<Fingerprint>, one| told.insert(one);
        for finding in found {
            if is_new(&mut self.told, finding.fingerprint) {
                self.members.read.found.push(finding);
            }
        }
    }

    /// Scans the names in a tree.
    fn tree(&mut self, folder: &[u8], tree: &[u8]) {
        if !self.members.detector.glance_at_names(tree).may_hold {
            return;
        }
        paths(folder, tree, |path| {
            let (shown, relative) = (joined(&self.shown, path), joined(&self.relative, path));
            self.members.name(&Provenance { shown: &shown, relative: &relative });
        });
    }

    /// Scans a text, and what is packed in it.
    fn text(&mut self, kind: ObjectKind, name: &[u8], content: Shape<'_>) {
        let (shown, relative) = (joined(&self.shown, name), joined(&self.relative, name));
        let provenance = Provenance { shown: &shown, relative: &relative };
        let is_packed = |head: &[u8]| archive::kind(head, name).filter(|_| kind == ObjectKind::Blob);
        match content {
            Shape::Whole(bytes) => {
                let first = self.members.read.found.len();
                self.members.content(provenance, &mut &bytes[..]);
                if let Some(kind) = is_packed(bytes) {
                    let raw = self.members.read.found.split_off(first);
                    self.archive(provenance, kind, Input::Seek(&mut Cursor::new(bytes)), raw);
                }
            }
            Shape::Stream(stream) => {
                let mut head = Vec::new();
                // It does not fail, or was told of.
                let _ = stream.take(HEAD as u64).read_to_end(&mut head);
                let mut whole = Cursor::new(&head).chain(stream);
                match is_packed(&head) {
                    Some(kind) => self.archive(provenance, kind, Input::Stream(&mut whole), Vec::new()),
                    None => self.members.content(provenance, &mut whole),
                }
            }
        }
    }

    /// Scans the members of an archive; `raw` is what its bytes gave as they are.
    fn archive(&mut self, provenance: Provenance<'_>, kind: Kind, input: Input<'_>, raw: Vec<Finding>) {
        let mut inner = self.members.within(provenance, is_coat(kind));
        let budget = Budget { bytes: self.left, ..Budget::default() };
        let unpacked = archive::unpack(input, kind, budget, &mut inner);
        let read = inner.finish();
        self.left = self.left.saturating_sub(unpacked.bytes);
        let all = &mut self.members.read;
        all.found.extend(settle(raw, read.found));
        all.coverage.merge(read.coverage);
    }
}

/// Looks into a bundle only for whether it may hold something in a name, and whether not
/// all of it can be read.
pub(super) fn glance(
    detector: &Detector,
    content: &mut dyn Read,
    inside: &mut dyn FnMut(&[u8], Shape<'_>),
) -> (bool, bool) {
    let mut may_hold = false;
    let shortfalls = unindexed::read(content, None, &Bounds::default(), &mut |object| match object {
        Shown { kind: ObjectKind::Tree, content: Shape::Whole(tree), .. } => {
            may_hold |= detector.glance_at_names(tree).may_hold;
        }
        Shown { path, content, .. } => inside(&path.unwrap_or_default(), content),
    });
    (may_hold, !shortfalls.is_empty())
}
