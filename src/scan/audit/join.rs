//! Puts together what the parts of a repository hold: findings of one fingerprint are one
//! place, whichever parts have it, and the places of one key are one exposure.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Elsewhere;
use crate::model::{Exposure, Finding, Fingerprint, Holder, Origin, Seen};

/// What the parts of a repository hold. The findings of files and of the index say where
/// they were seen.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) tree: Vec<Finding>,
    pub(super) index: Vec<Finding>,
    pub(super) objects: Vec<Finding>,
    pub(super) metadata: Vec<Finding>,
    /// The keys that the objects hold.
    pub(super) exposures: Vec<Exposure>,
    /// Under which other names the objects stand.
    pub(super) elsewhere: Elsewhere,
}

/// The places that are told of, by fingerprint; several lines of a file are several.
#[derive(Default)]
struct Places {
    findings: Vec<Finding>,
    by_fingerprint: HashMap<Fingerprint, Vec<usize>>,
}

impl Parts {
    /// All places, and all keys. Of one place in several parts, the finding of the work
    /// tree tells, then that of the index; the origin is that of the history.
    pub(super) fn join(self) -> (Vec<Finding>, Vec<Exposure>) {
        let Self { tree, index, objects, metadata, exposures, elsewhere } = self;
        let mut places = Places::default();
        places.add(tree);
        places.add(index);
        let by_fingerprint: HashMap<Fingerprint, &Finding> =
            objects.iter().map(|finding| (finding.fingerprint, finding)).collect();
        let claimed = places.claim(&by_fingerprint, &elsewhere);
        drop(by_fingerprint);
        let objects = objects.into_iter().filter(|finding| !claimed.contains(&finding.fingerprint));
        places.add(objects.map(|finding| Finding { seen: vec![seen(&finding)], ..finding }).collect());
        let mut findings = places.findings;
        for finding in &mut findings {
            // HEAD may have an object here that is told of under another name.
            let in_head = elsewhere.twin(finding).is_some_and(|twin| twin.in_head);
            if let Some(origin) = &mut finding.origin {
                origin.in_head |= in_head;
            }
        }
        // Nothing else lies where these do, though in a bare repository paths look alike.
        findings.extend(metadata);
        for finding in &mut findings {
            finding.seen.sort_unstable();
            finding.seen.dedup();
        }
        let exposures = exposed(exposures, &findings);
        (findings, exposures)
    }
}

impl Places {
    /// Adds what one part holds: to the places that other parts have, or as places of its own.
    /// Takes time in proportion to both.
    fn add(&mut self, findings: Vec<Finding>) {
        let first = self.findings.len();
        // What is in a part says the same of a place however many lines it has there.
        let mut told = HashSet::new();
        for finding in findings {
            match self.by_fingerprint.get(&finding.fingerprint) {
                Some(known) if told.insert(finding.fingerprint) => {
                    for &place in known {
                        let known = &mut self.findings[place];
                        known.seen.extend(&finding.seen);
                        if known.origin.is_none() {
                            known.origin.clone_from(&finding.origin);
                        }
                    }
                }
                Some(_) => {}
                None => self.findings.push(finding),
            }
        }
        for (place, finding) in self.findings.iter().enumerate().skip(first) {
            self.by_fingerprint.entry(finding.fingerprint).or_default().push(place);
        }
    }

    /// Gives files the origins of objects that the history tells of under other names. Returns
    /// the findings that had no name of their own, and now have one.
    fn claim(
        &mut self,
        objects: &HashMap<Fingerprint, &Finding>,
        elsewhere: &Elsewhere,
    ) -> HashSet<Fingerprint> {
        let mut claimed = HashSet::new();
        for finding in &mut self.findings {
            if objects.contains_key(&finding.fingerprint) {
                continue;
            }
            let Some(twin) = elsewhere.twin(finding) else { continue };
            let Some(object) = objects.get(&twin.fingerprint) else { continue };
            let Some(origin) = &object.origin else { continue };
            finding.seen.push(seen(object));
            let mut origin: Origin = origin.clone();
            origin.in_head = twin.in_head;
            if origin.commit.is_some() {
                origin.other_paths.push(twin.told.clone());
                origin.other_paths.retain(|path| *path != twin.own);
                origin.other_paths.sort_unstable();
                origin.other_paths.dedup();
            } else if twin.told.as_str() == format!("{} {}", origin.kind, origin.object) {
                claimed.insert(object.fingerprint);
            }
            finding.origin = Some(origin);
        }
        claimed
    }
}

/// Where a finding among the objects was seen: what only the index leads to is staged, and
/// in no history.
fn seen(finding: &Finding) -> Seen {
    match &finding.origin {
        Some(Origin { commit: None, holder: Holder::Index, .. }) | None => Seen::Index,
        Some(_) => Seen::History,
    }
}

/// An entry for each key, with all its places; those that no object holds among them.
fn exposed(exposures: Vec<Exposure>, findings: &[Finding]) -> Vec<Exposure> {
    let mut places: BTreeMap<&str, (&str, BTreeSet<Fingerprint>)> = BTreeMap::new();
    for Finding { key, digest, fingerprint, .. } in findings {
        // One rule may name a key by its prefix, and another not.
        let (_, places) = places.entry(digest).or_insert_with(|| (key, BTreeSet::new()));
        places.insert(*fingerprint);
    }
    let mut known: HashMap<String, Exposure> =
        exposures.into_iter().map(|exposure| (exposure.digest.clone(), exposure)).collect();
    let exposed = places.into_iter().map(|(digest, (key, places))| {
        let findings = places.into_iter().collect();
        match known.remove(digest) {
            Some(exposure) => Exposure { findings, ..exposure },
            None => Exposure {
                key: key.to_owned(),
                digest: digest.to_owned(),
                findings,
                first: None,
                removed: None,
                in_head: false,
            },
        }
    });
    let mut exposed: Vec<Exposure> = exposed.collect();
    exposed.sort_by(|one, other| (&one.key, &one.digest).cmp(&(&other.key, &other.digest)));
    exposed
}
