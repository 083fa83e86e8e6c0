//! Looks at every object once and marks those that may hold something.
//!
//! A blob does not say at which path it stands, so what is marked here is judged
//! later. What was learned of a pack can be kept, for packs do not change.

use std::collections::HashSet;
use std::io::Cursor;
use std::sync::atomic::Ordering;

use sha2::{Digest, Sha256};

use super::{Progress, Reading};
use crate::detect::{Detector, Glance};
use crate::model::{Blob, ObjectKind, Provenance, hex};
use crate::pack::{Lack, Object, ObjectId, Visitor};
use crate::scan::Opening;
use crate::scan::unpacked::{self, Eye, Glanced, Glimpse, Joins};
use crate::source::Reader;
use crate::source::history::{History, HistoryError, Part, Request, links};
use crate::unpack::archive::{self, Input};

/// Every kind of object: each may hold a secret in a text or in a name.
const KINDS: [ObjectKind; 4] = [ObjectKind::Blob, ObjectKind::Tree, ObjectKind::Commit, ObjectKind::Tag];

/// What looking at objects came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sifted {
    /// Objects looked at.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Members of archives looked at.
    pub members: u64,
    /// Images whose text was looked for.
    pub images: u64,
    /// Images that can show no key.
    pub plain_images: u64,
    /// Images that were to be looked at and were not: what came to this is not remembered.
    pub unseen: u64,
    /// Blobs passed over because they are larger than the limit.
    pub oversized: u64,
    /// Those that may hold something, or that cannot be unpacked, in order.
    pub marked: Vec<(ObjectId, ObjectKind)>,
}

/// Remembers what sifting a pack came to.
pub trait Memory: Sync {
    /// What is remembered under `key`.
    fn recall(&self, key: &str) -> Option<Sifted>;
    /// Remembers it under `key`.
    fn keep(&self, key: &str, sifted: &Sifted);
}

impl Sifted {
    fn saw(&mut self, glimpse: Glimpse, progress: &Progress) {
        self.images += glimpse.images;
        self.plain_images += glimpse.plain;
        self.unseen += glimpse.unseen;
        progress.look(glimpse.images + glimpse.plain);
    }

    fn merge(&mut self, other: Self) {
        self.objects += other.objects;
        self.bytes += other.bytes;
        self.members += other.members;
        self.images += other.images;
        self.plain_images += other.plain_images;
        self.unseen += other.unseen;
        self.oversized += other.oversized;
        self.marked.extend(other.marked);
    }
}

/// Detection at work on the objects of one thread.
struct Sifter<'d> {
    detector: &'d Detector,
    progress: &'d Progress<'d>,
    reach: Option<usize>,
    /// What archives and notebooks are read through, if they are opened.
    reader: Option<Reader>,
    opening: Opening<'d>,
    /// Looks at images, if they are looked at.
    eye: Option<Eye<'d>>,
    /// Larger blobs are passed over.
    limit: u64,
    sifted: Sifted,
    /// What commits name: it must be here.
    linked: Vec<ObjectId>,
}

impl Sifter<'_> {
    /// Whether a text is an archive, and whether it matters what is packed inside it or in
    /// a notebook; the latter is not asked where the text is marked anyway.
    fn open(&mut self, bytes: &[u8], glance: Glance) -> (bool, bool) {
        let Some(reader) = &mut self.reader else { return (false, false) };
        if let Some(kind) = archive::kind_of(bytes, b"") {
            let input = Input::Seek(&mut Cursor::new(bytes));
            let glanced = unpacked::glance(self.detector, reader, self.opening, (kind, input));
            self.sifted.members += glanced.members;
            self.sifted.saw(glanced.images, self.progress);
            return (true, glanced.matters());
        }
        let nowhere = Provenance { shown: b"", relative: b"" };
        (
            false,
            !glance.may_hold
                && Joins::default().see(self.detector, &Blob::whole(bytes, nowhere), glance.has_keyword),
        )
    }

    /// Whether one of the images that a blob is, or has, matters.
    fn look(&mut self, bytes: &[u8]) -> bool {
        let Some(eye) = &mut self.eye else { return false };
        let glimpse = eye.glance(&Blob::whole(bytes, Provenance { shown: b"", relative: b"" }));
        self.sifted.saw(glimpse, self.progress);
        glimpse.matters
    }

    fn count(&mut self, size: u64) {
        self.sifted.objects += 1;
        self.sifted.bytes += size;
        self.progress.files.fetch_add(1, Ordering::Relaxed);
        self.progress.bytes.fetch_add(size, Ordering::Relaxed);
    }
}

impl Visitor for Sifter<'_> {
    fn reach(&self) -> Option<usize> {
        self.reach
    }

    fn whole(&mut self, object: &Object<'_>, bytes: &[u8]) -> bool {
        if object.kind() == ObjectKind::Blob && bytes.len() as u64 > self.limit {
            self.sifted.oversized += 1;
            // It was not judged, so what is made from it must be.
            return true;
        }
        if object.kind() == ObjectKind::Commit {
            // One that is malformed was looked at as it is.
            let _ = links(bytes, |id| self.linked.push(id));
        }
        self.count(bytes.len() as u64);
        let glance = match object.kind() {
            ObjectKind::Tree => self.detector.glance_at_names(bytes),
            _ => self.detector.glance(bytes),
        };
        let (mut is_packed, mut matters) = (false, false);
        if object.kind() == ObjectKind::Blob {
            (is_packed, matters) = self.open(bytes, glance);
            matters |= self.look(bytes);
            is_packed |= self.eye.is_some() && unpacked::may_have(bytes);
        }
        if glance.may_hold || matters {
            self.sifted.marked.push((object.id(), object.kind()));
        }
        // The edits of an archive say nothing of what is packed in it.
        glance.may_hold || glance.has_keyword || is_packed
    }

    fn edited(&mut self, object: &Object<'_>, size: u64, edits: &[u8]) -> bool {
        // What becomes an archive is new from its first byte on.
        let is_packed = || archive::kind_of(edits, b"").is_some() || unpacked::may_join(edits);
        let must_see = match object.kind() {
            ObjectKind::Commit => true,
            ObjectKind::Tree => self.detector.names_stir(edits),
            ObjectKind::Blob if size > self.limit => true,
            ObjectKind::Blob if self.reader.is_some() && is_packed() => true,
            ObjectKind::Blob if self.eye.is_some() && unpacked::may_have(edits) => true,
            _ => self.detector.stirs(edits),
        };
        if !must_see {
            self.count(size);
        }
        must_see
    }

    fn lack(&mut self, _: ObjectId, _: Lack) {}
}

/// Looks at all objects of `history`, or at `only` these; what could not be read
/// comes with it, by name and reason.
pub(super) fn sift(
    history: &History,
    reading: &Reading<'_>,
    limit: u64,
    only: Option<&HashSet<ObjectId>>,
    detector: &Detector,
    progress: &Progress,
) -> Result<(Sifted, Vec<(String, String)>), HistoryError> {
    let (opening, request) = (reading.opening, request(reading, only));
    let sift = |part| one(history, Request { part, ..request }, (limit, opening), detector, progress);
    let (mut all, mut unreadable) = (Sifted::default(), Vec::new());
    let memory = reading.memory.filter(|_| only.is_none() && history.is_sound(reading.engine));
    let parts = match memory {
        Some(_) => history.parts().collect(),
        None => vec![Part::All],
    };
    for part in parts {
        let key = memory
            .zip(history.name_of(part))
            .map(|(memory, name)| (memory, key(detector, limit, opening, &name)));
        if let Some(sifted) = key.as_ref().and_then(|(memory, key)| memory.recall(key)) {
            progress.files.fetch_add(sifted.objects, Ordering::Relaxed);
            progress.bytes.fetch_add(sifted.bytes, Ordering::Relaxed);
            all.merge(sifted);
            continue;
        }
        let (sifted, faults) = sift(part)?;
        if let Some((memory, key)) = key
            && faults.is_empty()
            && sifted.unseen == 0
        {
            memory.keep(&key, &sifted);
        }
        all.merge(sifted);
        unreadable.extend(faults);
    }
    all.marked.sort_unstable();
    all.marked.dedup();
    Ok((all, unreadable))
}

fn request<'r>(reading: &Reading<'_>, only: Option<&'r HashSet<ObjectId>>) -> Request<'r> {
    Request { engine: reading.engine, threads: reading.threads, kinds: &KINDS, only, part: Part::All }
}

/// What is remembered of the part of a repository with this name: it depends on the
/// rules, on the limit, on the program, on what is opened, and on what reads images.
fn key(detector: &Detector, limit: u64, opening: Opening<'_>, name: &str) -> String {
    let depth = if opening.unpack { "unpacked" } else { "as it is" };
    let eye = opening.ocr.map(|ocr| format!("seen by {}", ocr.identity())).unwrap_or_default();
    let (rules, limit) = (detector.rules_digest(), limit.to_string());
    let text = [env!("CARGO_PKG_VERSION"), &rules, &limit, depth, &eye, name].join("\n");
    hex(&Sha256::digest(text))
}

fn one(
    history: &History,
    request: Request<'_>,
    (limit, opening): (u64, Opening<'_>),
    detector: &Detector,
    progress: &Progress,
) -> Result<(Sifted, Vec<(String, String)>), HistoryError> {
    let reach = detector.reach();
    let reader = || opening.unpack.then(Reader::default);
    let hire = || Sifter {
        detector,
        progress,
        reach,
        reader: reader(),
        opening,
        eye: Eye::new(detector, opening),
        limit,
        sifted: Sifted::default(),
        linked: Vec::new(),
    };
    let mut read = history.read_all(request, hire)?;
    let (mut sifted, mut linked) = (Sifted::default(), Vec::new());
    for sifter in read.visitors {
        sifted.merge(sifter.sifted);
        linked.extend(sifter.linked);
    }
    if request.only.is_none() {
        read.unreadable.extend(missing(history, linked));
    }
    for id in read.large {
        if history.declared(&id).is_some_and(|(kind, size)| kind == ObjectKind::Blob && size > limit) {
            sifted.oversized += 1;
            continue;
        }
        match large(history, id, reader(), opening, detector) {
            Ok((size, kind, glanced)) => {
                sifted.objects += 1;
                sifted.bytes += size;
                sifted.members += glanced.members;
                sifted.saw(glanced.images, progress);
                progress.bytes.fetch_add(size, Ordering::Relaxed);
                sifted.marked.extend(glanced.matters().then_some((id, kind)));
            }
            Err(why) => read.unreadable.push((format!("object {id}"), why)),
        }
    }
    sifted.marked.sort_unstable();
    read.unreadable.sort_unstable();
    Ok((sifted, read.unreadable))
}

/// What commits name and is not here. Of a clone that is known to lack some, others
/// tell. What trees name is not asked about: there are a hundred times as many.
fn missing(history: &History, mut linked: Vec<ObjectId>) -> Vec<(String, String)> {
    if !history.gaps().is_empty() {
        return Vec::new();
    }
    linked.sort_unstable();
    linked.dedup();
    let reason = "a commit names it, and it is not here";
    history.missing(linked).into_iter().map(|id| (format!("object {id}"), reason.to_owned())).collect()
}

/// Looks at an object that is read window by window: its size, its kind, and whether it
/// or what is packed in it may hold something.
fn large(
    history: &History,
    id: ObjectId,
    reader: Option<Reader>,
    opening: Opening<'_>,
    detector: &Detector,
) -> Result<(u64, ObjectKind, Glanced), String> {
    let (mut glanced, mut joins, mut packed) = (Glanced::default(), Joins::default(), None);
    let mut eye = Eye::new(detector, opening);
    let nowhere = Provenance { shown: b"", relative: b"" };
    let read = history.windows(&id, nowhere, |blob| {
        let glance = detector.glance(blob.bytes);
        glanced.may_hold |= glance.may_hold;
        if let Some(eye) = &mut eye {
            glanced.images.merge(eye.glance(blob));
        }
        if reader.is_some() {
            glanced.may_hold |= joins.see(detector, blob, glance.has_keyword);
            if blob.is_first() {
                packed = archive::kind(blob.bytes, b"");
            }
        }
    });
    let (kind, size) = match read {
        Ok(Some(read)) => read,
        Ok(None) => return Err("it is not here any more".to_owned()),
        Err(error) => return Err(error.to_string()),
    };
    if let (Some(packed), Some(mut reader), ObjectKind::Blob) = (packed, reader, kind)
        && let Some(mut stream) = history.stream(&id).map_err(|error| error.to_string())?
    {
        let inside = unpacked::glance(detector, &mut reader, opening, (packed, Input::Stream(&mut stream)));
        glanced.members = inside.members;
        glanced.may_hold |= inside.may_hold;
        glanced.is_broken |= inside.is_broken;
        glanced.images.merge(inside.images);
    }
    Ok((size, kind, glanced))
}
