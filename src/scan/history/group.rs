//! One leaked key, its places, and how long it was to be seen.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::version::{self, At, Version};
use crate::detect::Detector;
use crate::model::{CommitSummary, Exposure, Finding, Fingerprint, Holder, ObjectKind, PathName};
use crate::pack::{Decoder, ObjectId};
use crate::source::history::{Attribution, History, describe};

/// The findings of a history: each place of a key once, however many versions of
/// the file hold it.
#[derive(Debug, Default)]
pub(super) struct Places {
    findings: BTreeMap<Fingerprint, Place>,
    keys: BTreeMap<String, Key>,
}

/// A place of a key: the finding of its first version, and the objects of all.
#[derive(Debug)]
struct Place {
    rank: Rank,
    finding: Finding,
    versions: BTreeMap<ObjectId, Version>,
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
    /// Adds a finding in an object, whose first commit has this rank if there is one, and
    /// which stands `at` this path.
    pub(super) fn add(
        &mut self,
        finding: Finding,
        object: ObjectId,
        kind: ObjectKind,
        first: Option<(Holder, usize)>,
        at: At<'_>,
    ) {
        let holder = finding.origin.as_ref().map(|origin| origin.holder).unwrap_or_default();
        let key = self.keys.entry(finding.digest.clone()).or_default();
        key.name.clone_from(&finding.key);
        key.findings.insert(finding.fingerprint);
        match kind {
            ObjectKind::Blob | ObjectKind::Tree => key.content.insert(object),
            ObjectKind::Commit => key.commits.insert(object),
            ObjectKind::Tag => false,
        };
        let rank = (first.is_none(), first.unwrap_or_default(), object);
        let version = Version::of(&finding, at, holder, first);
        match self.findings.entry(finding.fingerprint) {
            Entry::Vacant(vacant) => {
                vacant.insert(Place { rank, finding, versions: BTreeMap::from([(object, version)]) });
            }
            Entry::Occupied(mut occupied) => occupied.get_mut().add(rank, finding, object, version),
        }
    }

    /// The findings, with the refs that lead to any version of each, and with every
    /// commit that carries one where that is asked for. There may be thousands of
    /// both, so they are looked up once for each place and not for each version. `now` are
    /// the commits whose versions decide whether a comment holds.
    pub(super) fn into_findings(
        self,
        attribution: &Attribution<'_>,
        commits: &mut Commits<'_>,
        now: &[ObjectId],
        all_commits: bool,
    ) -> Vec<Finding> {
        let places: Vec<Place> = self.findings.into_values().collect();
        let groups: Vec<Vec<ObjectId>> =
            places.iter().map(|place| place.versions.keys().copied().collect()).collect();
        let refs = attribution.refs(&groups);
        let mut names: HashMap<&[u8], PathName> = HashMap::new();
        let mut findings = Vec::new();
        for (Place { mut finding, versions, .. }, refs) in places.into_iter().zip(refs) {
            finding.inline = version::settling(&versions, attribution, now);
            if let Some(origin) = &mut finding.origin {
                let name =
                    |name| names.entry(name).or_insert_with(|| commits.detector.path_name(name)).clone();
                origin.refs = refs.into_iter().map(name).collect();
                origin.versions = versions.len() as u64;
                if all_commits {
                    let carrying: BTreeSet<ObjectId> =
                        versions.keys().flat_map(|object| attribution.carrying(object)).collect();
                    let mut carrying: Vec<ObjectId> = carrying.into_iter().collect();
                    carrying.sort_by_key(|id| attribution.rank(id).1);
                    origin.commits = carrying.iter().filter_map(|id| commits.summary(id)).collect();
                }
            }
            findings.push(finding);
        }
        findings
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

impl Place {
    /// Adds a version, or more of one: of two the first tells of the place, and both count.
    fn add(&mut self, rank: Rank, mut other: Finding, object: ObjectId, version: Version) {
        match self.versions.entry(object) {
            Entry::Vacant(vacant) => drop(vacant.insert(version)),
            Entry::Occupied(mut known) => known.get_mut().add(version),
        }
        if rank < self.rank {
            self.rank = rank;
            std::mem::swap(&mut self.finding, &mut other);
        }
        if let (Some(origin), Some(other)) = (&mut self.finding.origin, other.origin) {
            origin.in_head |= other.in_head;
            origin.holder = origin.holder.min(other.holder);
        }
    }
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
