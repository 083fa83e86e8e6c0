//! Brings a baseline up to date with what a scan saw.

use std::collections::{BTreeSet, HashMap};

use super::settle::{Copies, Verdict, verdicts};
use super::{Baseline, Entry, Presence, Sighting, Spot, View};

/// What changed in a baseline, each sorted as its lines are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// What is known now.
    pub added: Vec<Entry>,
    /// What is known at another place now: the old entry and the new.
    pub moved: Vec<(Entry, Entry)>,
    /// What is not known any more.
    pub dropped: Vec<Entry>,
}

impl Changes {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.moved.is_empty() && self.dropped.is_empty()
    }
}

impl Baseline {
    /// An empty one; `name` is what its file is called where a line of it is named.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Drops what was not seen, of what such a scan could have seen, and moves the entries
    /// of what moved. Nothing is added.
    pub fn drop_unseen(&mut self, sightings: &[Sighting<'_>], presence: &dyn Presence) -> Changes {
        let before: BTreeSet<String> = self.entries.iter().map(Entry::text).collect();
        let mut changes = self.bring_up(sightings, presence, true);
        let moved: BTreeSet<String> = changes.moved.iter().map(|(_, new)| new.text()).collect();
        self.entries.retain(|entry| before.contains(&entry.text()) || moved.contains(&entry.text()));
        self.sort();
        changes.added.clear();
        changes
    }

    /// Adds what was seen and is not known, moves the entries of what moved, and with
    /// `drop_unseen` drops what was not seen, of what such a scan could have seen.
    ///
    /// What is in no file any more has an entry only where its key has no other.
    pub fn bring_up(
        &mut self,
        sightings: &[Sighting<'_>],
        presence: &dyn Presence,
        drop_unseen: bool,
    ) -> Changes {
        let mut changes = Changes::default();
        let all: Vec<&Sighting<'_>> = sightings.iter().collect();
        let names: HashMap<&str, &str> =
            sightings.iter().map(|sighting| (sighting.digest, sighting.key)).collect();
        let mut copies = Copies { presence, known: HashMap::new() };
        let verdicts = verdicts(self, &all, &mut copies);
        let (mut used, mut moving) = (BTreeSet::new(), HashMap::new());
        let mut added = Vec::new();
        for (digest, spots) in &verdicts {
            let entry = |spot: &Spot| Entry {
                key: names.get(digest).copied().unwrap_or_default().to_owned(),
                digest: (*digest).to_owned(),
                spot: spot.clone(),
                line: 0,
                comments: Vec::new(),
            };
            let has_past = |verdict: &Verdict| matches!(verdict, Verdict::Past(_) | Verdict::NewPast);
            let is_past = spots.values().any(has_past);
            for (spot, verdict) in spots {
                match *verdict {
                    Verdict::Exact(line) => drop(used.insert(line)),
                    Verdict::Moved(line) if moving.contains_key(&line) => added.push(entry(spot)),
                    Verdict::Moved(line) => {
                        used.insert(line);
                        moving.insert(line, spot.clone());
                    }
                    Verdict::New => added.push(entry(spot)),
                    Verdict::Past(_) | Verdict::NewPast => {}
                }
            }
            if is_past {
                let lines = self.of_key(digest);
                used.extend(lines.iter().filter(|&&line| self.entries[line].spot == Spot::History));
                let is_listed = lines.iter().any(|line| !drop_unseen || used.contains(line));
                if !is_listed && added.last().is_none_or(|last: &Entry| last.digest != *digest) {
                    added.push(entry(&Spot::History));
                }
            }
        }
        drop(verdicts);
        let mut kept = Vec::new();
        for (number, entry) in std::mem::take(&mut self.entries).into_iter().enumerate() {
            if let Some(spot) = moving.remove(&number) {
                let moved = Entry { spot, ..entry.clone() };
                changes.moved.push((entry, moved.clone()));
                kept.push(moved);
            } else if drop_unseen && !used.contains(&number) && is_seen(&entry.spot, presence.view()) {
                changes.dropped.push(entry);
            } else {
                kept.push(entry);
            }
        }
        kept.extend(added.iter().cloned());
        changes.added = added;
        changes.added.sort_by_cached_key(Entry::text);
        self.entries = kept;
        self.sort();
        changes
    }
}

/// Whether a scan with this view would have seen what stands at a spot.
pub(super) fn is_seen(spot: &Spot, view: View) -> bool {
    match view {
        View::Whole => matches!(spot, Spot::File(_)),
        View::History | View::All => true,
        View::Changes | View::Range => false,
    }
}
