//! What the commits of a range bring in, found by their differences to their
//! parents, so that a small range of a large repository is read in no time.
//!
//! It may find more than is new, where a commit brings back what was there before
//! or dates are in disorder, and never less: what is found is judged again by the
//! whole [graph](super::graph). **Invariant:** what cannot be read makes it give up,
//! and then everything is read.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::graph::{Entry, Selection, entries, header};
use super::{History, Selected};
use crate::model::ObjectKind;
use crate::pack::{Decoder, ObjectId};

/// Commits beyond which reading everything is not slower by much.
const MOST: usize = 4000;

/// Trees beyond which it is not, either: a stranger could have made them to be many.
const MOST_TREES: usize = 200_000;

/// A commit to be looked at, the youngest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Next {
    seconds: i64,
    id: ObjectId,
    depth: u32,
}

impl Ord for Next {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.seconds, self.id).cmp(&(other.seconds, other.id))
    }
}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What is known of a commit.
#[derive(Debug, Clone)]
struct Known {
    tree: ObjectId,
    parents: Vec<ObjectId>,
    seconds: i64,
    is_excluded: bool,
    /// How many times it stands in the queue while it is not excluded.
    pending: usize,
}

/// The commits to be looked at.
#[derive(Default)]
struct Queue {
    open: BinaryHeap<Next>,
    /// How many of them are not excluded: when there are none, the rest is history.
    wanted: usize,
}

impl Queue {
    fn push(&mut self, id: ObjectId, known: &mut Known, depth: u32) {
        self.open.push(Next { seconds: known.seconds, id, depth });
        if !known.is_excluded {
            known.pending += 1;
            self.wanted += 1;
        }
    }

    fn popped(&mut self, known: &mut Known) {
        if !known.is_excluded {
            known.pending -= 1;
            self.wanted -= 1;
        }
    }

    fn exclude(&mut self, known: &mut Known) {
        known.is_excluded = true;
        self.wanted -= std::mem::take(&mut known.pending);
    }
}

struct Walk<'h> {
    history: &'h History,
    decoder: Decoder,
    known: HashMap<ObjectId, Known>,
    found: HashSet<ObjectId>,
    /// The trees that were looked at, each with those that it was held against.
    /// Beside others it may bring in more: a folder that was changed and changed back
    /// was new once.
    compared: HashSet<(ObjectId, Vec<ObjectId>)>,
}

impl History {
    /// The objects that a selection brings in, and perhaps some more; `None` where
    /// that is best found out by reading all.
    pub fn introduced(&self, selected: &Selected) -> Option<HashSet<ObjectId>> {
        let selection = selected.commits();
        // Without an end the walk would visit the whole history.
        if selection.excluded.is_empty() && selection.max_depth.is_none() {
            return None;
        }
        let mut walk = Walk {
            history: self,
            decoder: Decoder::new(Decoder::LIMIT),
            known: HashMap::new(),
            found: selected.tags.iter().copied().collect(),
            compared: HashSet::new(),
        };
        walk.run(selection).ok()?;
        Some(walk.found)
    }
}

/// The walk met what it cannot read, or too much.
struct GivenUp;

/// The entries of a tree by name.
type Names = HashMap<Vec<u8>, (Entry, ObjectId)>;

impl Walk<'_> {
    fn run(&mut self, selection: &Selection) -> Result<(), GivenUp> {
        for id in &selection.excluded {
            if self.learn(*id)?.is_some() {
                self.known_mut(id)?.is_excluded = true;
            }
        }
        for id in &selection.tips {
            // A tag of a blob or a tree brings that in.
            if self.learn(*id)?.is_none() {
                self.bring_in(*id, Entry::Tree, &[])?;
            }
        }
        for commit in self.commits(selection)? {
            self.differences(commit)?;
        }
        Ok(())
    }

    /// The commits of a selection, whose ends are known.
    fn commits(&mut self, selection: &Selection) -> Result<Vec<ObjectId>, GivenUp> {
        let mut queue = Queue::default();
        for id in selection.tips.iter().chain(&selection.excluded) {
            if let Some(known) = self.known.get_mut(id) {
                queue.push(*id, known, 1);
            }
        }
        let mut depths: HashMap<ObjectId, u32> = HashMap::new();
        while queue.wanted > 0
            && let Some(Next { id, depth, .. }) = queue.open.pop()
        {
            let known = self.known_mut(&id)?;
            queue.popped(known);
            let (parents, is_excluded) = (known.parents.clone(), known.is_excluded);
            if !is_excluded {
                let is_deep = selection.max_depth.is_some_and(|most| depth > most);
                if is_deep || depths.get(&id).is_some_and(|known| *known <= depth) {
                    continue;
                }
                depths.insert(id, depth);
            }
            if depths.len() > MOST {
                return Err(GivenUp);
            }
            for parent in parents {
                // The parents of the oldest commits of a shallow clone are not here.
                if self.learn(parent)?.is_none() {
                    continue;
                }
                let known = self.known_mut(&parent)?;
                if !known.is_excluded {
                    if is_excluded {
                        queue.exclude(known);
                    }
                    queue.push(parent, known, depth + 1);
                }
            }
        }
        Ok(depths.into_keys().filter(|id| !self.known[id].is_excluded).collect())
    }

    fn known_mut(&mut self, id: &ObjectId) -> Result<&mut Known, GivenUp> {
        self.known.get_mut(id).ok_or(GivenUp)
    }

    /// Reads a commit if it was not; nothing for what is no commit, or not here.
    fn learn(&mut self, id: ObjectId) -> Result<Option<&Known>, GivenUp> {
        if !self.known.contains_key(&id) {
            let read = self.history.fetch(&id, &mut self.decoder).map_err(|_| GivenUp)?;
            let Some((ObjectKind::Commit, bytes)) = read else { return Ok(None) };
            let mut parents = Vec::new();
            let header = header(&bytes, |parent| parents.push(parent)).map_err(|_| GivenUp)?;
            let (tree, seconds) = (header.tree, header.seconds);
            self.known.insert(id, Known { tree, parents, seconds, is_excluded: false, pending: 0 });
        }
        Ok(self.known.get(&id))
    }

    /// Adds what a commit has that none of its parents has in the same place.
    fn differences(&mut self, commit: ObjectId) -> Result<(), GivenUp> {
        let Known { tree, parents, .. } = self.known.get(&commit).ok_or(GivenUp)?.clone();
        self.found.insert(commit);
        let mut before = Vec::new();
        for parent in parents {
            before.extend(self.learn(parent)?.map(|known| known.tree));
        }
        if before.contains(&tree) { Ok(()) } else { self.bring_in(tree, Entry::Tree, &before) }
    }

    /// Adds an object and, if it is a tree, what it has that none of the trees
    /// `before` has: that was there before, or another commit of the range brings it
    /// in. Trees that may be as deep as a stranger made them are walked with a list.
    fn bring_in(&mut self, id: ObjectId, entry: Entry, before: &[ObjectId]) -> Result<(), GivenUp> {
        let mut open = vec![(id, entry, before.to_vec())];
        while let Some((id, entry, mut before)) = open.pop() {
            if entry == Entry::Submodule {
                continue;
            }
            self.found.insert(id);
            before.sort_unstable();
            before.dedup();
            if entry != Entry::Tree || !self.compared.insert((id, before.clone())) {
                continue;
            }
            if self.compared.len() > MOST_TREES {
                return Err(GivenUp);
            }
            // What a tag leads to may as well be a blob.
            let Some(tree) = self.tree(&id)? else { continue };
            let old = before.iter().map(|tree| self.tree(tree)).collect::<Result<Vec<_>, _>>()?;
            for (name, (entry, id)) in tree {
                let before: Vec<_> = old.iter().flatten().filter_map(|old| old.get(&name)).collect();
                if before.iter().all(|(_, old)| *old != id) {
                    let trees = before.iter().filter(|(entry, _)| *entry == Entry::Tree);
                    open.push((id, entry, trees.map(|(_, id)| *id).collect()));
                }
            }
        }
        Ok(())
    }

    /// The entries of a tree; nothing for what is none.
    fn tree(&mut self, id: &ObjectId) -> Result<Option<Names>, GivenUp> {
        let read = self.history.fetch(id, &mut self.decoder).map_err(|_| GivenUp)?;
        let (kind, bytes) = read.ok_or(GivenUp)?;
        if kind != ObjectKind::Tree {
            return Ok(None);
        }
        let mut found = Names::new();
        let add = |entry, name: &[u8], id: &[u8; ObjectId::LEN]| {
            let id = ObjectId::from_bytes(id).expect("there are 20 bytes");
            found.insert(name.to_vec(), (entry, id));
        };
        entries(&bytes, add).map_err(|_| GivenUp)?;
        Ok(Some(found))
    }
}
