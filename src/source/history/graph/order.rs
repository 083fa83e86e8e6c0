//! All commits in one order: parents before children, older before newer.
//!
//! Commits are spoken of by their place in it from here on, so that one run
//! through a list settles what flows from parents to children, and one backwards
//! what flows the other way. Parents that are not here (the clone is shallow) are
//! left out, and so is a parent that comes later after all: there are rings then,
//! which no honest repository has.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::gather::Gathered;
use super::table::{Ids, NONE, number};
use crate::pack::ObjectId;

/// Lists of numbers, one for each place.
#[derive(Debug)]
pub(super) struct Lists {
    starts: Vec<usize>,
    items: Vec<u32>,
}

impl Lists {
    pub(super) fn new() -> Self {
        Self { starts: vec![0], items: Vec::new() }
    }

    /// Adds an item to the list that is not closed yet.
    pub(super) fn push(&mut self, item: u32) {
        self.items.push(item);
    }

    /// Closes a list.
    pub(super) fn close(&mut self) {
        self.starts.push(self.items.len());
    }

    #[inline]
    pub(super) fn of(&self, place: usize) -> &[u32] {
        &self.items[self.starts[place]..self.starts[place + 1]]
    }

    pub(super) fn items(&self) -> usize {
        self.items.len()
    }

    /// For each place that items name, the places whose lists name it.
    fn turned(&self) -> Self {
        let places = self.starts.len() - 1;
        let mut starts = vec![0; places + 1];
        for &item in &self.items {
            starts[item as usize + 1] += 1;
        }
        for place in 0..places {
            starts[place + 1] += starts[place];
        }
        let (mut next, mut items) = (starts.clone(), vec![0; self.items.len()]);
        for place in 0..places {
            for &item in self.of(place) {
                items[next[item as usize]] = number(place);
                next[item as usize] += 1;
            }
        }
        Self { starts, items }
    }
}

/// The commits, by their place in the order.
#[derive(Debug)]
pub(super) struct Commits {
    pub(super) ids: Ids,
    /// When each was committed, in seconds since 1970.
    pub(super) seconds: Vec<i64>,
    /// The node of each one's tree.
    pub(super) roots: Vec<u32>,
    /// The parents of each, all of them at earlier places.
    pub(super) parents: Lists,
}

impl Commits {
    /// Orders commits; `root` says the node of a tree.
    pub(super) fn new(
        gathered: &[Gathered],
        parents: &[ObjectId],
        root: impl Fn(&ObjectId) -> Option<u32>,
    ) -> Self {
        let (by_age, known) = by_age(gathered, parents);
        let order = parents_first(&known);
        let mut places = vec![NONE; order.len()];
        for (place, &age) in order.iter().enumerate() {
            places[age as usize] = number(place);
        }
        let mut commits =
            Self { ids: Ids::new(), seconds: Vec::new(), roots: Vec::new(), parents: Lists::new() };
        for (place, &age) in order.iter().enumerate() {
            let commit = &gathered[by_age[age as usize]];
            commits.ids.number(commit.id);
            commits.seconds.push(commit.seconds);
            commits.roots.push(root(&commit.tree).unwrap_or(NONE));
            for &parent in known.of(age as usize) {
                let parent = places[parent as usize];
                if (parent as usize) < place {
                    commits.parents.push(parent);
                }
            }
            commits.parents.close();
        }
        commits
    }

    pub(super) fn count(&self) -> usize {
        self.seconds.len()
    }
}

/// The commits from the oldest to the newest, each once, and the parents of each
/// by their age.
fn by_age(gathered: &[Gathered], parents: &[ObjectId]) -> (Vec<usize>, Lists) {
    let mut starts = Vec::with_capacity(gathered.len());
    let mut start = 0;
    for commit in gathered {
        starts.push(start);
        start += commit.parents as usize;
    }
    let mut sorted: Vec<usize> = (0..gathered.len()).collect();
    sorted.sort_unstable_by_key(|&at| (gathered[at].seconds, gathered[at].id));
    let mut ids = Ids::new();
    sorted.retain(|&at| {
        let new = ids.list().len();
        ids.number(gathered[at].id) as usize == new
    });
    let mut known = Lists::new();
    for &at in &sorted {
        let named = &parents[starts[at]..starts[at] + gathered[at].parents as usize];
        named.iter().filter_map(|parent| ids.get(parent)).for_each(|parent| known.push(parent));
        known.close();
    }
    (sorted, known)
}

/// All places of `parents`, parents first, the least of those that are ready first.
fn parents_first(parents: &Lists) -> Vec<u32> {
    let count = parents.starts.len() - 1;
    let children = parents.turned();
    let mut missing: Vec<u32> = (0..count).map(|place| number(parents.of(place).len())).collect();
    let mut ready: BinaryHeap<Reverse<u32>> =
        (0..count).filter(|&place| missing[place] == 0).map(|place| Reverse(number(place))).collect();
    let (mut order, mut done, mut oldest) = (Vec::with_capacity(count), vec![false; count], 0);
    while order.len() < count {
        // Nothing is ready but where there are rings: the oldest commit that is left goes on.
        let next = ready.pop().map_or_else(
            || {
                while done[oldest] {
                    oldest += 1;
                }
                oldest
            },
            |Reverse(next)| next as usize,
        );
        if std::mem::replace(&mut done[next], true) {
            continue;
        }
        order.push(number(next));
        for &child in children.of(next) {
            missing[child as usize] -= 1;
            if missing[child as usize] == 0 {
                ready.push(Reverse(child));
            }
        }
    }
    order
}
