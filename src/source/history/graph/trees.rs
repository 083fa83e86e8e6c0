//! The trees that lead to a wanted object, and what lies below them.
//!
//! All other trees are dropped here and cost nothing from then on. A node is a
//! tree that leads to a wanted object, or a wanted object. Nodes are numbered by
//! their height above the lowest and then by id, so children come before parents,
//! and no answer depends on the order in which objects came.
//!
//! **Invariant:** a tree that contains itself, which only a damaged store can
//! have, is harmless: edges within a ring are cut, and what is left has none.
//! Nothing here calls itself, however deep trees are.

use super::merge::Merged;
use super::order::Lists;
use super::table::{Ids, NONE, Names, number};

/// How far finding the paths of one object in one tree may go: looks at an edge, and
/// one more for every 16 bytes of a name.
const STEPS: usize = 1 << 24;

/// A child and the number of its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) child: u32,
    pub(super) name: u32,
}

/// Paths of an object, raw bytes, sorted, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paths {
    /// The paths; that of a commit's own tree is empty.
    pub list: Vec<Vec<u8>>,
    /// Whether there are more than were listed: at most [`Paths::MOST`], and at
    /// most [`Paths::BYTES`] altogether.
    pub more: bool,
}

impl Paths {
    /// The most paths of an object that are listed.
    pub const MOST: usize = 10_000;
    /// The most bytes that the listed paths of an object have.
    pub const BYTES: usize = 1 << 22;

    pub(super) fn sorted(mut list: Vec<Vec<u8>>, more: bool) -> Self {
        list.sort_unstable();
        list.dedup();
        Self { list, more }
    }
}

/// The nodes, by number.
#[derive(Debug)]
pub(super) struct Trees {
    pub(super) ids: Ids,
    pub(super) names: Names,
    pub(super) pairs: Vec<Pair>,
    /// The edges of each node, numbers of pairs, in the order of its entries. All
    /// children have lower numbers.
    pub(super) edges: Lists,
}

impl Trees {
    /// Keeps of `merged` what leads to its first `wanted` nodes.
    pub(super) fn new(merged: Merged, wanted: usize) -> Self {
        let survey = Survey::new(&merged, wanted);
        let old = merged.nodes.list();
        let mut kept: Vec<u32> = (0..number(old.len())).filter(|&node| survey.leads[node as usize]).collect();
        kept.sort_unstable_by_key(|&node| (survey.height[node as usize], old[node as usize]));
        let (mut ids, mut new) = (Ids::new(), vec![NONE; old.len()]);
        for &node in &kept {
            new[node as usize] = ids.number(old[node as usize]);
        }
        let mut edges = Lists::new();
        for &node in &kept {
            for &edge in merged.edges(node) {
                let child = merged.pairs[edge as usize].child as usize;
                if survey.leads[child] && survey.height[child] < survey.height[node as usize] {
                    edges.push(edge);
                }
            }
            edges.close();
        }
        let renamed = |pair: &Pair| Pair { child: new[pair.child as usize], name: pair.name };
        Self { ids, names: merged.names, pairs: merged.pairs.iter().map(renamed).collect(), edges }
    }

    pub(super) fn count(&self) -> usize {
        self.ids.list().len()
    }

    /// Which bits each node leads to; `own` are the nodes that bits stand for.
    pub(super) fn bits(&self, own: &[(u32, u64)]) -> Vec<u64> {
        let mut bits = vec![0; self.count()];
        for &(node, bit) in own {
            bits[node as usize] |= bit;
        }
        for node in 0..bits.len() {
            let below = self.edges.of(node).iter();
            bits[node] |= below.fold(0, |all, &edge| all | bits[self.pairs[edge as usize].child as usize]);
        }
        bits
    }

    /// The paths of `target` below `root`; what leads to it has `bit` in `bits`.
    /// Every tree that is entered leads to it, so nothing is walked in vain.
    pub(super) fn paths(&self, root: u32, target: u32, bits: &[u64], bit: u64) -> Paths {
        let (mut found, mut bytes, mut steps) = (Vec::new(), 0, 0);
        let mut path: Vec<u8> = Vec::new();
        if root == target {
            found.push(Vec::new());
        }
        // The tree that is open, its next edge, and how long the path to it is.
        let mut open = vec![(root, 0, 0)];
        while let Some((node, next, length)) = open.last_mut() {
            let Some(&edge) = self.edges.of(*node as usize).get(*next) else {
                open.pop();
                continue;
            };
            *next += 1;
            steps += 1;
            let length = *length;
            let Pair { child, name } = self.pairs[edge as usize];
            if bits[child as usize] & bit != 0 {
                let name = self.names.get(name);
                steps += name.len() / 16;
                path.truncate(length);
                path.extend_from_slice(name);
                if child != target {
                    path.push(b'/');
                    open.push((child, 0, path.len()));
                } else if found.len() < Paths::MOST {
                    bytes += path.len();
                    found.push(path.clone());
                } else {
                    return Paths::sorted(found, true);
                }
            }
            if steps > STEPS || bytes + path.len() > Paths::BYTES {
                return Paths::sorted(found, true);
            }
        }
        Paths::sorted(found, false)
    }
}

/// What is to know of each node before most of them are dropped.
struct Survey {
    /// Whether it is wanted or leads to what is.
    leads: Vec<bool>,
    /// The longest way down from it; the same for all trees of a ring.
    height: Vec<u32>,
    /// When it was opened; 0 before.
    opened: Vec<u32>,
    /// The node opened first that it is known to lead back to.
    back: Vec<u32>,
    /// Whether its ring (mostly itself alone) is complete.
    done: Vec<bool>,
}

impl Survey {
    /// Goes through all nodes, depth first (Tarjan's strongly connected components).
    fn new(merged: &Merged, wanted: usize) -> Self {
        let count = merged.nodes.list().len();
        let mut survey = Self {
            leads: (0..count).map(|node| node < wanted).collect(),
            height: vec![0; count],
            opened: vec![0; count],
            back: vec![0; count],
            done: (0..number(count)).map(|node| merged.edges(node).is_empty()).collect(),
        };
        let (mut clock, mut ring, mut open) = (0, Vec::new(), Vec::new());
        for start in 0..number(count) {
            if survey.done[start as usize] {
                continue;
            }
            open.push((start, 0));
            while let Some((node, next)) = open.last_mut() {
                let node = *node;
                if *next == 0 {
                    clock += 1;
                    survey.opened[node as usize] = clock;
                    survey.back[node as usize] = clock;
                    ring.push(node);
                }
                if let Some((at, child)) = survey.next(merged, node, *next) {
                    *next = at;
                    open.push((child, 0));
                    continue;
                }
                open.pop();
                survey.close(node, &mut ring);
                if let Some(&(parent, _)) = open.last() {
                    survey.pass(node, parent);
                }
            }
        }
        survey
    }

    /// The next child of `node` to open, from its edge `from` on, and the edge after it.
    fn next(&mut self, merged: &Merged, node: u32, from: usize) -> Option<(usize, u32)> {
        let edges = merged.edges(node);
        for (at, &edge) in edges.iter().enumerate().skip(from) {
            let child = merged.pairs[edge as usize].child;
            if !self.done[child as usize] && self.opened[child as usize] == 0 {
                return Some((at + 1, child));
            }
            self.pass(child, node);
        }
        None
    }

    /// Passes on to `parent` what is known of its child.
    #[inline]
    fn pass(&mut self, child: u32, parent: u32) {
        let (child, parent) = (child as usize, parent as usize);
        let above = if self.done[child] {
            self.height[child] + 1
        } else {
            self.back[parent] = self.back[parent].min(self.back[child]);
            self.height[child]
        };
        self.height[parent] = self.height[parent].max(above);
        self.leads[parent] |= self.leads[child];
    }

    /// Leaves `node`; where it was the first of its ring, the ring is complete.
    fn close(&mut self, node: u32, ring: &mut Vec<u32>) {
        let first = node as usize;
        if self.back[first] != self.opened[first] {
            return;
        }
        while let Some(member) = ring.pop() {
            self.done[member as usize] = true;
            self.height[member as usize] = self.height[first];
            self.leads[member as usize] = self.leads[first];
            if member == node {
                break;
            }
        }
    }
}
