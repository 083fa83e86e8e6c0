//! Judges what was marked, at the paths where it stood.

use super::elsewhere::{Elsewhere, Staged};
use super::group::{Commits, Places};
use super::head::Head;
use super::version::At;
use crate::detect::Detector;
use crate::model::{Blob, Coverage, Finding, Holder, Note, NoteKind, ObjectKind, Origin, Provenance};
use crate::pack::{Decoder, ObjectId};
use crate::scan::unpacked::{self, Eye, Form, Opener};
use crate::select::Policy;
use crate::source::history::{Attribution, Carrier, History, HistoryError, names};
use crate::source::{Content, Packed};

/// Paths of one object at which it is opened, for some rules look at some paths only.
const OPENED: usize = 8;

/// Detection at work on what was marked.
pub(super) struct Judge<'h> {
    pub(super) history: &'h History,
    pub(super) policy: &'h Policy,
    pub(super) detector: &'h Detector,
    pub(super) attribution: &'h Attribution<'h>,
    pub(super) commits: Commits<'h>,
    pub(super) places: Places,
    /// Opens archives and notebooks, if that is wanted.
    pub(super) opener: Option<Opener<'h>>,
    /// Looks at images, if they are looked at.
    pub(super) eye: Option<Eye<'h>>,
    /// Objects at paths that the policy does not admit, and what could not be unpacked.
    pub(super) coverage: Coverage,
    /// The paths at which the indexes have what was marked.
    pub(super) staged: Staged<'h>,
    /// The other places of what is found, and what HEAD has where, if anybody asks.
    pub(super) elsewhere: Option<(Elsewhere, Head<'h>)>,
}

impl Judge<'_> {
    /// Judges one object that was marked.
    ///
    /// # Errors
    /// When it cannot be read again.
    pub(super) fn judge(
        &mut self,
        id: ObjectId,
        kind: ObjectKind,
        carrier: &Carrier,
    ) -> Result<(), HistoryError> {
        let mut paths = self.paths(carrier);
        let staged = self.staged_at(id, carrier);
        let has_path = !(carrier.paths.list.is_empty() && carrier.all_paths.list.is_empty());
        let admitted: Vec<_> = staged.iter().filter(|path| self.policy.admits_file(path)).cloned().collect();
        if paths.is_empty() && has_path || admitted.is_empty() && !staged.is_empty() {
            self.coverage.excluded += 1;
            return Ok(());
        }
        // A history has no name for what is staged only; an audit has.
        if self.elsewhere.is_some() {
            paths.extend(admitted);
        }
        match kind {
            ObjectKind::Tree => self.tree(id, carrier, &paths),
            ObjectKind::Blob if !paths.is_empty() => self.text(id, kind, carrier, &paths),
            _ => self.text(id, kind, carrier, &[format!("{kind} {id}").into_bytes()]),
        }
    }

    /// The paths of an object that the policy admits, those at its first commit first.
    fn paths(&self, carrier: &Carrier) -> Vec<Vec<u8>> {
        let (first, all) = (&carrier.paths.list, &carrier.all_paths.list);
        let later = all.iter().filter(|path| first.binary_search(path).is_err());
        let shown = first.iter().chain(later).map(|path| [self.history.prefix(), path].concat());
        shown.filter(|path| path.is_empty() || self.policy.admits_file(path)).collect()
    }

    /// Where an object is staged that only an index holds.
    fn staged_at(&self, id: ObjectId, carrier: &Carrier) -> Vec<Vec<u8>> {
        if carrier.holder != Holder::Index || !carrier.all_paths.list.is_empty() {
            return Vec::new();
        }
        let staged = self.staged.get(&id).into_iter().flatten();
        staged.map(|path| [self.history.prefix(), path].concat()).collect()
    }

    /// Judges a text at the first of `paths` where it holds anything, for some rules
    /// look at some paths only.
    fn text(
        &mut self,
        id: ObjectId,
        kind: ObjectKind,
        carrier: &Carrier,
        paths: &[Vec<u8>],
    ) -> Result<(), HistoryError> {
        let small = self.history.fetch(&id, &mut Decoder::new(Decoder::LIMIT)).ok().flatten();
        let (mut opened, mut covered) = (0, Coverage::default());
        for (number, path) in paths.iter().enumerate() {
            let mut seen = Vec::new();
            let (mut findings, mut form, mut is_decoded) = (Vec::new(), None, true);
            let provenance = Provenance { shown: path, relative: path };
            let mut scan = |blob: &Blob<'_>| {
                if kind == ObjectKind::Blob && self.opener.is_some() && blob.is_first() {
                    form = unpacked::form(path, blob.bytes);
                }
                is_decoded &= self.detector.scan(blob, &mut findings);
                if let (ObjectKind::Blob, Some(eye)) = (kind, self.eye.as_mut().filter(|_| number < OPENED)) {
                    eye.look(blob, &mut seen, &mut covered);
                }
            };
            match &small {
                Some((_, bytes)) => scan(&Blob::whole(bytes, provenance)),
                None => drop(self.history.windows(&id, provenance, scan)?),
            }
            if !is_decoded {
                let path = self.detector.path_name(path);
                self.coverage.notes.push(Note { path, kind: NoteKind::Encoded });
            }
            if let Some(form) = form.filter(|_| opened < OPENED) {
                opened += 1;
                let bytes = small.as_ref().map(|(_, bytes)| &bytes[..]);
                covered.merge(self.open(form, id, bytes, provenance, &mut findings)?);
            }
            findings.append(&mut seen);
            // Members and images were counted when they were looked at first; what was not
            // looked at is so at every path, and is told at the first.
            let Coverage { notes, skipped, .. } = std::mem::take(&mut covered);
            self.coverage.notes.extend(notes);
            if number == 0 {
                self.coverage.skipped.extend(skipped);
            }
            if !findings.is_empty() {
                self.add(findings, id, kind, carrier, path, paths.len() == 1);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Opens an archive or a notebook, whose bytes are in memory or read again.
    fn open(
        &mut self,
        form: Form,
        id: ObjectId,
        bytes: Option<&[u8]>,
        provenance: Provenance<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<Coverage, HistoryError> {
        let Some(opener) = &mut self.opener else { return Ok(Coverage::default()) };
        let mut stream = match bytes {
            Some(_) => None,
            None => self.history.stream(&id)?,
        };
        let content = match (bytes, &mut stream) {
            (Some(bytes), _) => Content::Bytes(bytes),
            (None, Some(stream)) => Content::Stream(stream),
            (None, None) => return Ok(Coverage::default()),
        };
        Ok(opener.open(form, Packed { provenance, content, is_named: false }, findings))
    }

    /// Judges the names in a tree, at every path that it has.
    fn tree(&mut self, id: ObjectId, carrier: &Carrier, paths: &[Vec<u8>]) -> Result<(), HistoryError> {
        let Some((_, bytes)) = self.history.fetch(&id, &mut Decoder::new(Decoder::LIMIT))? else {
            return Ok(());
        };
        let root = [self.history.prefix().to_vec()];
        let folders = if paths.is_empty() { &root[..] } else { paths };
        for folder in folders {
            let mut findings = Vec::new();
            // A tree that is malformed further on was looked at as it is.
            let _ = names(&bytes, |name| {
                let joint: &[u8] = if folder.is_empty() || folder.ends_with(b"/") { b"" } else { b"/" };
                let path = [folder, joint, name].concat();
                self.detector.scan_name(&Provenance { shown: &path, relative: &path }, &mut findings);
            });
            self.add(findings, id, ObjectKind::Tree, carrier, folder, false);
        }
        Ok(())
    }

    fn add(
        &mut self,
        findings: Vec<Finding>,
        id: ObjectId,
        kind: ObjectKind,
        carrier: &Carrier,
        path: &[u8],
        is_only_path: bool,
    ) {
        if findings.is_empty() {
            return;
        }
        // What a commit says of itself is there as long as HEAD leads to it.
        let mut in_head = carrier.in_head || kind == ObjectKind::Commit && self.attribution.leads_to(&id);
        if let Some((elsewhere, head)) = &mut self.elsewhere {
            let has_path = !carrier.all_paths.list.is_empty();
            let mut is_there = |path: &[u8]| carrier.in_head && (!has_path || head.has(path, id));
            if kind == ObjectKind::Blob {
                let staged = self.staged.get(&id).into_iter().flatten().copied();
                let all = carrier.all_paths.list.iter().map(|path| &path[..]).chain(staged);
                let all = all.map(|path| [self.history.prefix(), path].concat());
                let all = all.map(|path| (is_there(&path), path));
                elsewhere.add(&findings, path, all, self.detector);
            }
            in_head = if kind == ObjectKind::Commit { in_head } else { is_there(path) };
        }
        let name = |path: &[u8]| self.detector.path_name(path);
        let others = carrier.paths.list.iter().map(|path| [self.history.prefix(), path].concat());
        let origin = Origin {
            object: id.to_string(),
            kind,
            commit: carrier.first.and_then(|id| self.commits.summary(&id)),
            other_paths: others.filter(|other| *other != path).map(|path| name(&path)).collect(),
            versions: 1,
            in_head,
            holder: carrier.holder,
            refs: Vec::new(),
            commits: Vec::new(),
        };
        let first = carrier.first.map(|id| self.attribution.rank(&id));
        let path = path.strip_prefix(self.history.prefix()).unwrap_or(path);
        let at = At { path, is_only: is_only_path };
        for mut finding in findings {
            finding.origin = Some(origin.clone());
            self.places.add(finding, id, kind, first, at);
        }
    }
}
