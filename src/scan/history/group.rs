//! One leaked key, its places, and how long it was to be seen.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::detect::Detector;
use crate::model::{CommitSummary, Exposure, Finding, Fingerprint, Holder, ObjectKind};
use crate::pack::{Decoder, ObjectId};
use crate::source::history::{Attribution, History, describe};

/// The findings of a history: each place of a key once, however many versions of
/// the file hold it.
#[derive(Debug, Default)]
pub(super) struct Places {
    findings: BTreeMap<Fingerprint, (Rank, Finding)>,
    keys: BTreeMap<String, Key>,
}

/// Which of several versions is the first, which is the least: that of the first
/// commit; those without one come last, and the id of the object decides between equals.
type Rank = (bool, (Holder, usize), ObjectId);

/// A key, and all objects that hold it.
#[derive(Debug, Default)]
struct Key {
    name: String,
    findings: BTreeSet<Fingerprint>,
    /// Blobs that hold it, and trees with names that do.
    content: BTreeSet<ObjectId>,
    /// Commits whose own text holds it.
    commits: BTreeSet<ObjectId>,
}

impl Places {
    /// Adds a finding in an object, whose first commit has this rank if there is one.
    pub(super) fn add(
        &mut self,
        finding: Finding,
        object: ObjectId,
        kind: ObjectKind,
        first: Option<(Holder, usize)>,
    ) {
        let key = self.keys.entry(finding.digest.clone()).or_default();
        key.name.clone_from(&finding.key);
        key.findings.insert(finding.fingerprint);
        match kind {
            ObjectKind::Blob | ObjectKind::Tree => key.content.insert(object),
            ObjectKind::Commit => key.commits.insert(object),
            ObjectKind::Tag => false,
        };
        let rank = (first.is_none(), first.unwrap_or_default(), object);
        let print = finding.fingerprint;
        let merged = match self.findings.remove(&print) {
            None => (rank, finding),
            Some((other, known)) if rank < other => (rank, merged(finding, known)),
            Some((other, known)) => (other, merged(known, finding)),
        };
        self.findings.insert(print, merged);
    }

    pub(super) fn into_findings(self) -> impl Iterator<Item = Finding> {
        self.findings.into_values().map(|(_, finding)| finding)
    }

    /// Since when each key was to be seen, and until when.
    pub(super) fn exposures(
        &self,
        attribution: &Attribution<'_>,
        commits: &mut Commits<'_>,
    ) -> Vec<Exposure> {
        let everywhere: Vec<Vec<ObjectId>> =
            self.keys.values().map(|key| key.content.iter().chain(&key.commits).copied().collect()).collect();
        // What a commit says of itself is never taken out of it again.
        let content: Vec<Vec<ObjectId>> =
            self.keys.values().map(|key| key.content.iter().copied().collect()).collect();
        let (first, last) = (attribution.exposures(&everywhere), attribution.exposures(&content));
        let exposed = self.keys.iter().zip(first.iter().zip(&last));
        exposed
            .map(|((digest, key), (first, last))| {
                let is_told = key.commits.iter().any(|commit| attribution.leads_to(commit));
                let in_head = last.in_head || is_told;
                Exposure {
                    key: key.name.clone(),
                    digest: digest.clone(),
                    findings: key.findings.iter().copied().collect(),
                    first: first.first.and_then(|id| commits.summary(&id)),
                    removed: last.removed.filter(|_| !in_head).and_then(|id| commits.summary(&id)),
                    in_head,
                }
            })
            .collect()
    }
}

/// One finding of two in the same place: the first version tells of it, and the
/// others are counted.
fn merged(mut first: Finding, later: Finding) -> Finding {
    if let (Some(origin), Some(later)) = (&mut first.origin, later.origin)
        && origin.object != later.object
    {
        origin.versions += later.versions;
        origin.in_head |= later.in_head;
        origin.holder = origin.holder.min(later.holder);
        origin.refs.extend(later.refs);
        origin.refs.sort();
        origin.refs.dedup();
        origin.commits.extend(later.commits);
        origin.commits.sort_by(|one, other| (one.seconds, &one.id).cmp(&(other.seconds, &other.id)));
        origin.commits.dedup();
    }
    first
}

/// The commits that a report speaks of, each read once.
pub(super) struct Commits<'h> {
    history: &'h History,
    detector: &'h Detector,
    decoder: Decoder,
    known: HashMap<ObjectId, Option<CommitSummary>>,
}

impl<'h> Commits<'h> {
    pub(super) fn new(history: &'h History, detector: &'h Detector) -> Self {
        Self { history, detector, decoder: Decoder::new(Decoder::LIMIT), known: HashMap::new() }
    }

    /// What a report says of a commit; nothing where it cannot be read again.
    pub(super) fn summary(&mut self, id: &ObjectId) -> Option<CommitSummary> {
        if let Some(known) = self.known.get(id) {
            return known.clone();
        }
        let read = self.history.fetch(id, &mut self.decoder).ok().flatten();
        let summary = read.map(|(_, bytes)| {
            let described = describe(&bytes);
            CommitSummary {
                id: id.to_string(),
                author: self.detector.path_name(&described.author).to_string(),
                seconds: described.seconds,
            }
        });
        self.known.insert(*id, summary.clone());
        summary
    }
}
