//! Looks into a carrier whose path is not known, only for whether it may hold something.

use std::io::{Cursor, Read};
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::detect::Detector;
use crate::model::{Blob, Provenance};
use crate::pack::unindexed::Shape;
use crate::source::Reader;
use crate::unpack::archive::{self, Budget, Input, Kind, Reason, Visitor};
use crate::unpack::notebook as jupyter;

use super::eye::{Eye, Glimpse};
use super::{bundle, joint, notebook};
use crate::scan::Opening;

/// What looking into an archive came to.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::scan) struct Glanced {
    /// Whether it may hold something.
    pub(in crate::scan) may_hold: bool,
    /// Whether it could not be read to its end, which is to be told.
    pub(in crate::scan) is_broken: bool,
    /// Members looked at.
    pub(in crate::scan) members: u64,
    /// What its images came to.
    pub(in crate::scan) images: Glimpse,
}

/// Looks into an archive of this kind.
pub(in crate::scan) fn glance(
    detector: &Detector,
    reader: &mut Reader,
    opening: Opening<'_>,
    (kind, input): (Kind, Input<'_>),
) -> Glanced {
    let eye = Eye::new(detector, opening);
    let mut look = Look { detector, reader, eye, level: 0, glanced: Glanced::default() };
    archive::unpack(input, kind, Budget::default(), &mut look);
    look.glanced
}

impl Glanced {
    /// Whether it is to be opened where its path is known.
    pub(in crate::scan) fn matters(self) -> bool {
        self.may_hold || self.is_broken || self.images.matters
    }
}

struct Look<'l> {
    detector: &'l Detector,
    reader: &'l mut Reader,
    /// Looks at images, if they are looked at.
    eye: Option<Eye<'l>>,
    /// Git bundles in one another that are open.
    level: u32,
    glanced: Glanced,
}

impl Visitor for Look<'_> {
    fn wants_pictures(&self) -> bool {
        self.eye.is_some()
    }

    fn member(&mut self, path: &[u8], _: Option<u64>, content: &mut dyn Read) {
        self.glanced.members += 1;
        // What lies in packs is not read, which is told.
        self.glanced.is_broken |= super::member::is_object(path);
        if self.glanced.may_hold && self.eye.is_none() {
            // It will be opened again anyway.
            return;
        }
        let detector = self.detector;
        let mut may_hold = self.glanced.may_hold || has_name(detector, path);
        let Self { eye, glanced, .. } = self;
        let mut joins = Joins::default();
        let nowhere = Provenance { shown: b"", relative: path };
        // A content never fails; what ends early is told as skipped.
        let _ = self.reader.read(content, nowhere, |blob| {
            let glance = detector.glance(blob.bytes);
            may_hold |= glance.may_hold || joins.see(detector, blob, glance.has_keyword);
            if let Some(eye) = eye {
                glanced.images.merge(eye.glance(blob));
            }
        });
        self.glanced.may_hold = may_hold;
    }

    fn skipped(&mut self, _: &[u8], _: Reason) {
        self.glanced.is_broken = true;
    }

    fn bundle(&mut self, _: &[u8], _: u64, content: &mut dyn Read) -> bool {
        if self.level >= bundle::LEVELS {
            return false;
        }
        self.level += 1;
        let detector = self.detector;
        let (may_hold, is_broken) = bundle::glance(detector, content, &mut |path, content| match content {
            Shape::Whole(bytes) => {
                self.member(path, None, &mut &bytes[..]);
                if let Some(kind) = archive::kind(bytes, path) {
                    let input = Input::Seek(&mut Cursor::new(bytes));
                    archive::unpack(input, kind, Budget::default(), self);
                }
            }
            // It is looked into where its path is known.
            Shape::Stream(_) => self.glanced.may_hold = true,
        });
        self.glanced.may_hold |= may_hold;
        self.glanced.is_broken |= is_broken;
        self.level -= 1;
        true
    }
}

/// Whether the name of a member may be a finding.
fn has_name(detector: &Detector, path: &[u8]) -> bool {
    let mut findings = Vec::new();
    detector.scan_name(&Provenance { shown: path, relative: path }, &mut findings);
    !findings.is_empty()
}

/// Asks of one content, window by window, whether it is a notebook that may hold something
/// which its raw bytes do not show, as they do not where a text is cut into several
/// strings. Notebooks fill histories, so that this is only asked where a keyword of a rule
/// or the prefix of a key stands in it. One that is larger than a window is opened where
/// its path is known.
#[derive(Debug, Default)]
pub(in crate::scan) struct Joins {
    resembles: bool,
}

impl Joins {
    /// Whether it may, by this window.
    pub(in crate::scan) fn see(&mut self, detector: &Detector, blob: &Blob<'_>, has_keyword: bool) -> bool {
        if blob.is_first() {
            self.resembles = notebook::resembles(blob.bytes);
        }
        if !self.resembles || !(has_keyword || has_prefix(blob.bytes)) {
            return false;
        }
        let is_whole = blob.is_first() && blob.fresh.end == blob.bytes.len();
        !is_whole || is_joined(detector, blob)
    }
}

/// Whether this whole notebook holds something in a text that its raw bytes do not show.
fn is_joined(detector: &Detector, blob: &Blob<'_>) -> bool {
    let mut may_hold = false;
    // What is broken is text only, and was looked at as such.
    joint::may_join(blob.bytes)
        && notebook::is_one(blob.bytes)
        && jupyter::parts(blob.bytes, &mut |part| may_hold |= detector.glance(part.text).may_hold).is_ok()
        && may_hold
}

/// Whether an edit without a keyword may make a notebook such a one.
pub(in crate::scan) fn may_join(edits: &[u8]) -> bool {
    has_prefix(edits) && joint::may_join(edits)
}

/// Whether the prefix of a key stands in a text, whose shape is its only keyword.
fn has_prefix(bytes: &[u8]) -> bool {
    static PREFIX: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"b10_"));
    PREFIX.find(bytes).is_some()
}
