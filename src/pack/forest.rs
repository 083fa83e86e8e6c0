//! The delta forest of one pack: what is a delta of what, and which trees of it
//! hold objects that somebody wants.
//!
//! It reads headers and inflates nothing: the root of a tree says what all of its
//! objects are. **Invariant:** every object of the index is in one of the trees,
//! or named as a fault, or known not to be wanted. A header is believed here and
//! checked, with the rest of its entry, when that is decoded.

use std::cmp::Reverse;

use super::error::{ObjectFault, PackError};
use super::header::{Header, Kind};
use super::id::ObjectId;
use super::pack::Pack;
use super::visitor::Object;
use crate::model::ObjectKind;

/// A tree that is more than this part of all work goes first.
const HEAVY: u64 = 200;
/// Stands for "no entry".
const NONE: u32 = u32::MAX;

/// Which objects are not wanted, by name.
pub(super) type Skip<'s> = Option<&'s dyn Fn(&ObjectId) -> bool>;

/// The delta trees of one pack that hold wanted objects.
pub struct Forest<'p> {
    pub(super) pack: &'p Pack,
    /// All entries, by where they start.
    entries: Vec<Entry>,
    /// The wanted children of each entry, the one with the largest tree last.
    children: Vec<u32>,
    trees: Vec<Tree>,
    faults: Vec<(ObjectId, PackError)>,
}

#[derive(Clone, Copy)]
struct Entry {
    start: u64,
    /// Place in the index.
    position: u32,
    /// Where its children start in `children`; they end where those of the next start.
    children: u32,
    /// The checksum of its bytes, or 0 where the index has none. Here it is beside
    /// the rest: in the index it would have to be fetched from memory once more.
    checksum: u32,
    is_wanted: bool,
    kind: ObjectKind,
}

/// A tree of the forest: the unit of work to share out.
#[derive(Clone, Copy, Debug)]
pub struct Tree {
    pub(super) root: u32,
    weight: u64,
}

impl<'p> Forest<'p> {
    pub(super) fn plant(pack: &'p Pack, kinds: &[ObjectKind], skip: Skip<'_>) -> Self {
        let mut survey = Survey::new(pack);
        survey.classify();
        survey.grow(kinds, skip)
    }

    /// The trees in the order of the pack, but for heavy ones, which come first.
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// Objects that may be wanted and are in none of the trees, and why.
    pub fn faults(&self) -> &[(ObjectId, PackError)] {
        &self.faults
    }

    /// Deltas are about as large as their base.
    fn weight(&self, root: u32, wanted: u32) -> u64 {
        let (start, end) = self.span(root);
        let header = self.pack.entry(start, end).and_then(Header::parse);
        let size = header.map_or(0, |header| header.size);
        // What each object costs before its first byte.
        size.saturating_add(64).saturating_mul(u64::from(wanted))
    }

    pub(super) fn id(&self, entry: u32) -> ObjectId {
        self.pack.index().id(self.entries[entry as usize].position)
    }

    pub(super) fn object(&self, entry: u32) -> Object<'_> {
        let Entry { position, kind, .. } = self.entries[entry as usize];
        Object::packed(self.pack.index(), position, kind)
    }

    /// Whether the bytes of the entry have the checksum that the index remembers; `true` if it has none.
    pub(super) fn is_sound(&self, entry: u32, bytes: &[u8]) -> bool {
        !self.pack.index().has_checksums()
            || self.entries[entry as usize].checksum == libdeflater::crc32(bytes)
    }

    pub(super) fn is_wanted(&self, entry: u32) -> bool {
        self.entries[entry as usize].is_wanted
    }

    /// Where the entry starts and ends.
    pub(super) fn span(&self, entry: u32) -> (u64, u64) {
        let start = self.entries[entry as usize].start;
        (start, self.entries.get(entry as usize + 1).map_or(self.pack.end(), |next| next.start))
    }

    /// The children to decode, the one with the largest tree last.
    pub(super) fn children(&self, entry: u32) -> &[u32] {
        let start = self.entries[entry as usize].children as usize;
        let next = self.entries.get(entry as usize + 1);
        &self.children[start..next.map_or(self.children.len(), |next| next.children as usize)]
    }
}

/// What an entry is, as far as is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Whole(ObjectKind),
    /// A delta whose base has not been classified.
    Delta,
    /// A delta whose base is being looked for.
    Underway,
    Fault(ObjectFault),
}

/// A forest being planted.
struct Survey<'p> {
    pack: &'p Pack,
    entries: Vec<Entry>,
    places: Places,
    classes: Vec<Class>,
    parents: Vec<u32>,
}

/// Finds the entry that starts at an offset. A search by halves would fetch a
/// dozen places from memory for each of a million deltas.
struct Places {
    /// Offsets that differ only in so many low bits share a bucket.
    shift: u32,
    /// The first entry of each bucket, or of the next that has one, and one past the last.
    buckets: Vec<u32>,
}

impl Places {
    /// Of entries by where they start, in a pack of `end` bytes.
    fn new(entries: &[Entry], end: u64) -> Self {
        // About as many buckets as there are entries.
        let mean = end / (entries.len() as u64).max(1);
        let shift = mean.max(1).ilog2();
        let bucket = |start: u64| usize::try_from(start >> shift).expect("a pack is mapped whole");
        let mut buckets = Vec::with_capacity(bucket(end) + 1);
        let mut inside = 0;
        for entry in entries.iter().take_while(|entry| entry.start < end) {
            buckets.resize((bucket(entry.start) + 1).max(buckets.len()), inside);
            inside += 1;
        }
        buckets.push(inside);
        Self { shift, buckets }
    }

    fn find(&self, entries: &[Entry], start: u64) -> Option<u32> {
        let bucket = usize::try_from(start >> self.shift).ok()?;
        let &[first, end] = self.buckets.get(bucket..bucket + 2)? else { return None };
        let found = entries[first as usize..end as usize].binary_search_by_key(&start, |entry| entry.start);
        found.ok().map(|at| first + u32::try_from(at).expect("an index counts its objects in 32 bits"))
    }
}

impl<'p> Survey<'p> {
    /// Entries by offset. An offset that the index does not have sorts behind all
    /// others and lies outside the pack.
    fn new(pack: &'p Pack) -> Self {
        let index = pack.index();
        let mut entries: Vec<Entry> = (0..index.len())
            .map(|position| Entry {
                start: index.offset(position).unwrap_or(u64::MAX),
                position,
                children: 0,
                checksum: index.checksum(position).unwrap_or(0),
                is_wanted: false,
                kind: ObjectKind::Blob,
            })
            .collect();
        entries.sort_unstable_by_key(|entry| entry.start);
        let (classes, parents) = (Vec::with_capacity(entries.len()), Vec::with_capacity(entries.len()));
        Self { pack, places: Places::new(&entries, pack.end()), entries, classes, parents }
    }

    /// Reads every header, and lets the bases say what the deltas are.
    fn classify(&mut self) {
        for at in 0..self.entries.len() {
            let (class, parent) = match self.inspect(at) {
                Ok(found) => found,
                Err(fault) => (Class::Fault(fault), NONE),
            };
            // Mostly the base stands before its deltas and is classified by now.
            let class = match (class, self.classes.get(parent as usize)) {
                (Class::Delta, Some(base)) => inherited(*base),
                _ => class,
            };
            self.classes.push(class);
            self.parents.push(parent);
        }
        for at in 0..self.entries.len() {
            if self.classes[at] == Class::Delta {
                self.follow(at);
            }
        }
    }

    /// What the header of an entry says: its class and its base.
    fn inspect(&self, at: usize) -> Result<(Class, u32), ObjectFault> {
        let entry = self.entries[at];
        let end = self.entries.get(at + 1).map_or(self.pack.end(), |next| next.start.min(self.pack.end()));
        let bytes = self.pack.entry(entry.start, end)?;
        let base = match Header::parse(bytes)?.kind {
            Kind::Whole(kind) => return Ok((Class::Whole(kind), NONE)),
            Kind::OfsDelta(0) => return Err(ObjectFault::Cycle),
            Kind::OfsDelta(distance) => entry.start.checked_sub(distance).ok_or(ObjectFault::Header)?,
            Kind::RefDelta(id) => {
                let position = self.pack.index().find(&id).ok_or(ObjectFault::BaseElsewhere)?;
                self.pack.index().offset(position).ok_or(ObjectFault::Base)?
            }
        };
        let base = self.places.find(&self.entries, base).ok_or(ObjectFault::BaseElsewhere)?;
        Ok((Class::Delta, base))
    }

    /// Classifies a delta whose base stands behind it, and the deltas on the way.
    fn follow(&mut self, at: usize) {
        let mut path = Vec::new();
        let mut last = at;
        let class = loop {
            match self.classes[last] {
                Class::Delta => {
                    self.classes[last] = Class::Underway;
                    path.push(last);
                    last = self.parents[last] as usize;
                }
                Class::Underway => break Class::Fault(ObjectFault::Cycle),
                class => break inherited(class),
            }
        };
        for at in path {
            self.classes[at] = class;
        }
    }

    /// Marks what is wanted and keeps the branches that bear something.
    fn grow(mut self, kinds: &[ObjectKind], skip: Skip<'_>) -> Forest<'p> {
        let mut faults = Vec::new();
        for (entry, class) in self.entries.iter_mut().zip(&self.classes) {
            let id = || self.pack.index().id(entry.position);
            let is_skipped = || skip.is_some_and(|skip| skip(&id()));
            match class {
                Class::Whole(kind) => {
                    entry.is_wanted = kinds.contains(kind) && !is_skipped();
                    entry.kind = *kind;
                }
                Class::Fault(fault) if !is_skipped() => {
                    faults.push((id(), self.pack.error(entry.start, *fault)));
                }
                _ => {}
            }
        }
        let wanted = self.count();
        let children = self.adopt(&wanted);
        let mut forest =
            Forest { pack: self.pack, entries: self.entries, children, trees: Vec::new(), faults };
        let roots = (0_u32..)
            .zip(&wanted)
            .filter(|(root, wanted)| **wanted > 0 && self.parents[*root as usize] == NONE);
        let trees = roots.map(|(root, wanted)| Tree { root, weight: forest.weight(root, *wanted) }).collect();
        forest.trees = trees;
        // Git writes what belongs to one tree in one place, so the order of the pack is
        // the one in which memory is read fastest. What would be long at the end goes first.
        let heavy = forest.trees.iter().fold(0, |sum: u64, tree| sum.saturating_add(tree.weight)) / HEAVY;
        forest.trees.sort_by_key(|tree| Reverse(if tree.weight > heavy { tree.weight } else { 0 }));
        forest
    }

    /// How many wanted objects each entry's tree holds, itself included.
    fn count(&self) -> Vec<u32> {
        let mut wanted: Vec<u32> = self.entries.iter().map(|entry| u32::from(entry.is_wanted)).collect();
        let mut pending = vec![0_u32; self.entries.len()];
        for at in self.branches() {
            pending[self.parents[at] as usize] += 1;
        }
        for leaf in self.branches() {
            // Who has been counted with all below it is marked, and not counted again.
            let mut at = leaf;
            while pending[at] == 0 && self.parents[at] != NONE {
                pending[at] = NONE;
                let parent = self.parents[at] as usize;
                wanted[parent] += wanted[at];
                pending[parent] -= 1;
                at = parent;
            }
        }
        wanted
    }

    /// The list of all children that bear something; the entries learn where theirs start.
    fn adopt(&mut self, wanted: &[u32]) -> Vec<u32> {
        let mut ends = vec![0_u32; self.entries.len()];
        let kept: Vec<usize> = self.branches().filter(|at| wanted[*at] > 0).collect();
        for at in &kept {
            ends[self.parents[*at] as usize] += 1;
        }
        let mut total = 0;
        for (entry, end) in self.entries.iter_mut().zip(&mut ends) {
            entry.children = total;
            total += *end;
            *end = entry.children;
        }
        let mut children = vec![0_u32; kept.len()];
        for at in kept {
            let parent = self.parents[at] as usize;
            let (first, end) = (self.entries[parent].children as usize, ends[parent] as usize);
            children[end] = u32::try_from(at).expect("an index counts its objects in 32 bits");
            ends[parent] += 1;
            // The largest stays last.
            if end > first && wanted[children[end - 1] as usize] > wanted[at] {
                children.swap(end - 1, end);
            }
        }
        children
    }

    /// The deltas whose root is sound.
    fn branches(&self) -> impl Iterator<Item = usize> {
        let is_branch =
            |at: &usize| matches!(self.classes[*at], Class::Whole(_)) && self.parents[*at] != NONE;
        (0..self.entries.len()).filter(is_branch)
    }
}

/// What a delta of such a base is.
fn inherited(base: Class) -> Class {
    match base {
        Class::Fault(ObjectFault::Cycle) => Class::Fault(ObjectFault::Cycle),
        Class::Fault(_) => Class::Fault(ObjectFault::Base),
        class => class,
    }
}
