//! Under which other names the objects stand that hold something: a finding in a history
//! has the name of its first commit, and the file may have another by now.
//!
//! Only whoever joins a history with a work tree asks; it is not kept otherwise.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::detect::Detector;
use crate::model::{Finding, Fingerprint, PathName};
use crate::pack::ObjectId;
use crate::source::history::Indexed;

/// The other places of the findings of a history.
#[derive(Debug, Default)]
pub(in crate::scan) struct Elsewhere {
    /// By the digest of the secret, and the path that a finding there would have, as text.
    twins: HashMap<String, HashMap<String, Twin>>,
}

/// What a finding of a history is in another place.
#[derive(Debug)]
pub(in crate::scan) struct Twin {
    /// The finding of the history.
    pub(in crate::scan) fingerprint: Fingerprint,
    /// The path of the object that the finding has.
    pub(in crate::scan) told: PathName,
    /// The path of the object in this place.
    pub(in crate::scan) own: PathName,
    /// Whether HEAD has the object in this place.
    pub(in crate::scan) in_head: bool,
}

/// The paths at which an index has objects.
pub(super) type Staged<'i> = HashMap<ObjectId, Vec<&'i [u8]>>;

/// Where the indexes have any of `ids`.
pub(super) fn staged<'i>(indexed: &'i Indexed, ids: &[ObjectId]) -> Staged<'i> {
    let mut staged: Staged<'i> = ids.iter().map(|id| (*id, Vec::new())).collect();
    for (path, id) in &indexed.entries {
        if let Some(paths) = id.as_ref().and_then(|id| staged.get_mut(id)) {
            paths.push(path);
        }
    }
    staged
}

impl Elsewhere {
    /// Notes that `findings`, whose object is told of at `path`, stand at `others` as well,
    /// each with whether HEAD has the object there.
    pub(super) fn add<'p>(
        &mut self,
        findings: &[Finding],
        path: &[u8],
        others: impl Iterator<Item = (bool, Vec<u8>)> + 'p,
        detector: &Detector,
    ) {
        let told = detector.path_name(path);
        for (in_head, other) in others.filter(|(_, other)| other != path) {
            let own = detector.path_name(&other);
            for finding in findings {
                // What stands in an archive has its path there behind that of the archive.
                let Some(inside) = finding.relative.as_str().strip_prefix(told.as_str()) else { continue };
                let (fingerprint, told, own) = (finding.fingerprint, told.clone(), own.clone());
                let place = format!("{own}{inside}");
                let mut twin = Twin { fingerprint, told, own, in_head };
                let places = self.twins.entry(finding.digest.clone()).or_default();
                match places.entry(place) {
                    Entry::Vacant(vacant) => drop(vacant.insert(twin)),
                    // Of several, the same whatever the order in which they come.
                    Entry::Occupied(mut known) if twin.fingerprint < known.get().fingerprint => {
                        twin.in_head |= known.get().in_head;
                        known.insert(twin);
                    }
                    Entry::Occupied(mut known) => known.get_mut().in_head |= in_head,
                }
            }
        }
    }

    /// What the finding would be told as in the history.
    pub(in crate::scan) fn twin(&self, finding: &Finding) -> Option<&Twin> {
        self.twins.get(&finding.digest)?.get(finding.relative.as_str())
    }

    /// Adds those of another repository.
    pub(super) fn merge(&mut self, other: Self) {
        for (digest, places) in other.twins {
            self.twins.entry(digest).or_default().extend(places);
        }
    }
}
