//! A worker of an audit: names files from the root of the repository, wherever the walk
//! began, and says of each finding where it was seen.

use std::path::Path;

use crate::model::{Blob, Coverage, Provenance, Seen, SkipReason};
use crate::scan::Worker;
use crate::source::{self, Content, IgnoredFiles, Packed};

/// Where a walk begins, and what it walks over.
pub(super) struct View<'v> {
    /// How the walk shows the folder that it begins with.
    from: Vec<u8>,
    /// How the report does; empty for the root of the repository.
    to: Vec<u8>,
    kind: Kind<'v>,
}

/// What a walk is over.
pub(super) enum Kind<'v> {
    /// A work tree, with what git ignores in it.
    Tree(&'v IgnoredFiles),
    /// A git folder.
    Metadata,
}

/// A worker with a view.
pub(super) struct Placed<'w> {
    pub(super) worker: Worker<'w>,
    view: &'w View<'w>,
}

/// What a git folder is called in a report: its path from the root of the repository that
/// it lies in, or its own name.
pub(super) fn name(folder: &Path) -> Vec<u8> {
    let absolute = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let root = source::root_of(&absolute);
    let inside = absolute.strip_prefix(root).ok().filter(|inside| !inside.as_os_str().is_empty());
    inside
        .map(source::shown)
        .or_else(|| absolute.file_name().map(|name| source::shown(name.as_ref())))
        .unwrap_or_default()
}

impl<'v> View<'v> {
    /// A view of what lies below `folder`, which is called `to`.
    pub(super) fn new(folder: &Path, to: Vec<u8>, kind: Kind<'v>) -> Self {
        Self { from: source::shown(folder), to, kind }
    }

    pub(super) fn hire<'w>(&'w self, worker: Worker<'w>) -> Placed<'w> {
        Placed { worker, view: self }
    }

    /// How a path is shown, given how the walk shows it.
    fn shown(&self, shown: &[u8]) -> Vec<u8> {
        let inside = shown.strip_prefix(&*self.from).unwrap_or(shown);
        let inside = inside.strip_prefix(b"/").unwrap_or(inside);
        match (&*self.to, inside) {
            (b"", _) => inside.to_vec(),
            (_, b"") => self.to.clone(),
            _ => [&*self.to, b"/", inside].concat(),
        }
    }
}

impl Placed<'_> {
    /// Calls `work` with the provenance as the report has it, and says where the findings
    /// from the number `first` on were seen.
    fn at(
        &mut self,
        provenance: &Provenance<'_>,
        first: impl Fn(&Worker<'_>) -> usize,
        work: impl FnOnce(&mut Worker<'_>, Provenance<'_>),
    ) {
        let shown = self.view.shown(provenance.shown);
        // Fingerprints are those of the history, whose paths are from the root, too.
        let relative = match self.view.kind {
            Kind::Tree(_) => &*shown,
            Kind::Metadata => provenance.relative,
        };
        let first = first(&self.worker);
        work(&mut self.worker, Provenance { shown: &shown, relative });
        let mut fresh =
            self.worker.findings.iter_mut().skip(first).filter(|finding| finding.seen.is_empty()).peekable();
        if fresh.peek().is_some() {
            let seen = match self.view.kind {
                Kind::Tree(ignored) if ignored.has(&shown) => Seen::Ignored,
                Kind::Tree(_) => Seen::Tree,
                Kind::Metadata => Seen::Metadata,
            };
            fresh.for_each(|finding| finding.seen = vec![seen]);
        }
    }
}

impl source::Worker for Placed<'_> {
    fn name(&mut self, provenance: &Provenance<'_>) {
        self.at(provenance, |worker| worker.findings.len(), |worker, at| source::Worker::name(worker, &at));
    }

    fn blob(&mut self, blob: &Blob<'_>) {
        let work = |worker: &mut Worker<'_>, provenance: Provenance<'_>| {
            source::Worker::blob(worker, &Blob { provenance, ..blob.clone() });
        };
        self.at(&blob.provenance, |worker| worker.before, work);
    }

    fn wants(&mut self, provenance: &Provenance<'_>, head: &[u8]) -> bool {
        self.worker.wants(provenance, head)
    }

    fn packed(&mut self, packed: Packed<'_>) {
        let Packed { provenance, mut content, is_named } = packed;
        let work = |worker: &mut Worker<'_>, provenance: Provenance<'_>| {
            // Borrowed anew, for as long as the provenance is.
            let content = match &mut content {
                Content::Bytes(bytes) => Content::Bytes(bytes),
                Content::File(file) => Content::File(file),
                Content::Stream(stream) => Content::Stream(stream),
                Content::Gone => Content::Gone,
            };
            source::Worker::packed(worker, Packed { provenance, content, is_named });
        };
        self.at(&provenance, |worker| worker.before, work);
    }

    fn skipped(&mut self, shown: &[u8], reason: SkipReason) {
        let shown = self.view.shown(shown);
        self.worker.skipped(if shown.is_empty() { b"." } else { &shown }, reason);
    }

    fn covered(&mut self, coverage: Coverage) {
        self.worker.covered(coverage);
    }
}
