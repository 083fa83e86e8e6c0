//! The pass over all commits and trees: what of them attribution needs.
//!
//! A tree leaves its edges: the subtrees it has and the wanted objects in it, each
//! with its name. Versions of a tree share most of them, so a pair of child and
//! name is kept once and an edge is its number, four bytes. A tree without edges
//! leaves nothing. Authors and messages are not kept; those of the few commits that
//! matter are read again.

use super::parse::{self, Entry, Malformed};
use super::table::{Names, Pairs, number};
use super::wanted::Wanted;
use crate::pack::ObjectId;

/// One thread's share of the pass. Any object may come to any share, in any
/// order, and more than once.
#[derive(Debug)]
pub struct Gathering<'w> {
    wanted: &'w Wanted,
    pub(super) names: Names,
    /// Each child with the number of its name.
    pub(super) pairs: Pairs,
    /// Trees that have edges, and how many.
    pub(super) trees: Vec<(ObjectId, u32)>,
    /// The edges of these trees, one tree after the other: numbers of pairs.
    pub(super) edges: Vec<u32>,
    pub(super) commits: Vec<Gathered>,
    /// The parents of these commits, one commit after the other.
    pub(super) parents: Vec<ObjectId>,
}

/// A commit as it was gathered.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    pub(super) parents: u32,
    pub(super) seconds: i64,
}

impl<'w> Gathering<'w> {
    /// A share that nothing came to yet.
    pub fn new(wanted: &'w Wanted) -> Self {
        Self {
            wanted,
            names: Names::new(),
            pairs: Pairs::new(),
            trees: Vec::new(),
            edges: Vec::new(),
            commits: Vec::new(),
            parents: Vec::new(),
        }
    }

    /// Takes in a commit.
    ///
    /// # Errors
    /// When it is malformed; nothing of it is kept then.
    pub fn commit(&mut self, id: ObjectId, bytes: &[u8]) -> Result<(), Malformed> {
        let before = self.parents.len();
        let header = parse::commit(bytes, |parent| self.parents.push(parent))
            .inspect_err(|_| self.parents.truncate(before))?;
        let parents = number(self.parents.len() - before);
        self.commits.push(Gathered { id, tree: header.tree, parents, seconds: header.seconds });
        Ok(())
    }

    /// Takes in a tree.
    ///
    /// # Errors
    /// When it is malformed; nothing of it is kept then.
    pub fn tree(&mut self, id: ObjectId, bytes: &[u8]) -> Result<(), Malformed> {
        let before = self.edges.len();
        let Self { wanted, names, pairs, edges, .. } = self;
        parse::entries(bytes, |entry, name, child| {
            let child = match entry {
                Entry::Blob => wanted.find(child),
                Entry::Tree => ObjectId::from_bytes(child),
                Entry::Submodule => None,
            };
            if let Some(child) = child {
                edges.push(pairs.number(child, names.number(name)));
            }
        })
        .inspect_err(|_| self.edges.truncate(before))?;
        if self.edges.len() > before {
            self.trees.push((id, number(self.edges.len() - before)));
        }
        Ok(())
    }
}
