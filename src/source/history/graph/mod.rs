//! Attribution: which commits carry an object, found in one pass over all commits
//! and trees of a repository.
//!
//! Each thread hands its commits and trees to a [`Gathering`], in any order; the
//! gatherings make a [`Graph`], and with the tips of the repository that answers
//! for any number of objects. It reads no repository and starts no threads: bytes
//! come in, answers come out. An id is taken to name one content.
//!
//! **Invariant:** no answer depends on the order in which objects came or on how
//! they were shared out. No repository makes it panic, hang or recurse: rings are
//! opened, paths are counted, and what is cut short says so.

mod attribution;
mod gather;
mod merge;
mod order;
mod parse;
mod places;
#[cfg(test)]
mod reference;
mod table;
#[cfg(test)]
mod tests;
mod tips;
mod trees;
mod wanted;

pub use attribution::{Attribution, Carrier, Exposure, Standing};
pub(super) use gather::Gathering;
pub use parse::{Description, Malformed, describe};
pub(super) use parse::{Entry, commit as header, entries};
pub use tips::{Selection, Tip, TipKind};
pub use trees::Paths;
pub use wanted::Wanted;

use merge::Merged;
use order::Commits;
use places::Places;
use table::NONE;
use trees::Trees;

use crate::pack::ObjectId;

/// The commits of a repository, and the trees that lead to wanted objects.
#[derive(Debug)]
pub struct Graph {
    /// What is asked about, sorted.
    wanted: Vec<ObjectId>,
    commits: Commits,
    trees: Trees,
    places: Places,
}

impl Graph {
    /// Puts together what `shares` gathered about `wanted`.
    pub fn new(wanted: &Wanted, shares: Vec<Gathering<'_>>) -> Self {
        let (merged, (gathered, parents)) = Merged::new(wanted, shares);
        let trees = Trees::new(merged, wanted.ids().len());
        let commits = Commits::new(&gathered, &parents, |tree| trees.ids.get(tree));
        let roots: Vec<u32> = commits.roots.iter().copied().filter(|&root| root != NONE).collect();
        let nodes: Vec<u32> = wanted.ids().iter().filter_map(|id| trees.ids.get(id)).collect();
        let places = Places::new(&trees, &roots, &nodes);
        Self { wanted: wanted.ids().to_vec(), commits, trees, places }
    }

    /// All commits: parents before children, of those that could be next the oldest
    /// by its committer, of those the one with the least id.
    pub fn order(&self) -> &[ObjectId] {
        self.commits.ids.list()
    }

    /// This graph with the tips of its repository, and with a selection of its
    /// commits; without one, all commits are asked about, reachable or not.
    pub fn attribution<'g>(&'g self, tips: &'g [Tip], selection: Option<&Selection>) -> Attribution<'g> {
        Attribution::new(self, tips, selection)
    }

    fn all_paths(&self, object: &ObjectId) -> Paths {
        let wanted = self.wanted.binary_search(object);
        wanted.map_or_else(|_| Paths::default(), |wanted| self.places.paths(&self.trees, wanted))
    }
}
