//! The shares of the pass, put together.

use super::gather::{Gathered, Gathering};
use super::table::{Ids, Names};
use super::trees::Pair;
use super::wanted::Wanted;
use crate::pack::ObjectId;

/// All trees that were gathered.
#[derive(Debug)]
pub(super) struct Merged {
    /// Every object that is wanted, those first and in order, or is a tree with
    /// edges, or is in one.
    pub(super) nodes: Ids,
    pub(super) names: Names,
    pub(super) pairs: Vec<Pair>,
    edges: Vec<u32>,
    /// Where the edges of each node begin, and how many it has.
    spans: Vec<(usize, u32)>,
}

/// The commits that were gathered, and the parents of one after the other.
pub(super) type AllCommits = (Vec<Gathered>, Vec<ObjectId>);

impl Merged {
    pub(super) fn new(wanted: &Wanted, shares: Vec<Gathering<'_>>) -> (Self, AllCommits) {
        let mut nodes = Ids::new();
        for &id in wanted.ids() {
            nodes.number(id);
        }
        let mut merged =
            Self { nodes, names: Names::new(), pairs: Vec::new(), edges: Vec::new(), spans: Vec::new() };
        let mut commits = (Vec::new(), Vec::new());
        for share in shares {
            let Gathering { commits: more, parents, .. } = merged.add(share);
            if commits.0.is_empty() {
                commits = (more, parents);
            } else {
                commits.0.reserve_exact(more.len());
                commits.0.extend(more);
                commits.1.reserve_exact(parents.len());
                commits.1.extend(parents);
            }
        }
        merged.spans.resize(merged.nodes.list().len(), (0, 0));
        (merged, commits)
    }

    /// Adds the trees of a share, and gives the rest of it back.
    fn add<'w>(&mut self, mut share: Gathering<'w>) -> Gathering<'w> {
        let before = self.pairs.len();
        let names: Vec<u32> =
            (0..share.names.count()).map(|name| self.names.number(share.names.get(name))).collect();
        for (child, name) in std::mem::take(&mut share.pairs.list) {
            self.pairs.push(Pair { child: self.nodes.number(child), name: names[name as usize] });
        }
        let mut start = self.edges.len();
        let edges = std::mem::take(&mut share.edges);
        if start == 0 {
            self.edges = edges;
        } else {
            let offset = super::table::number(before);
            // Doubling would hold millions of edges twice for a while.
            self.edges.reserve_exact(edges.len());
            self.edges.extend(edges.into_iter().map(|edge| edge + offset));
        }
        for (id, length) in std::mem::take(&mut share.trees) {
            let node = self.nodes.number(id) as usize;
            if self.spans.len() <= node {
                self.spans.resize(self.nodes.list().len(), (0, 0));
            }
            // One id is one content: whoever comes again says the same.
            self.spans[node] = (start, length);
            start += length as usize;
        }
        share
    }

    #[inline]
    pub(super) fn edges(&self, node: u32) -> &[u32] {
        let (start, length) = self.spans[node as usize];
        &self.edges[start..start + length as usize]
    }
}
