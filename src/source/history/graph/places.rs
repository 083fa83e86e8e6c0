//! Every path that each node has in any commit, found in one run from the trees of
//! commits down.
//!
//! A path is a number: the path of the folder it lies in, and a name. Most trees
//! stand at one path in all commits, so most edges add nothing.
//!
//! **Invariant:** a few trees can stand for more paths than there are atoms. The
//! looks taken are counted, and when there are too many, fewer paths are kept for
//! each node; who has more is marked. Nodes are visited in the order of their
//! numbers, so what is kept does not depend on how objects came.

use std::collections::{HashMap, HashSet};

use super::table::{NONE, number};
use super::trees::{Pair, Paths, Trees};

/// How many looks are always allowed.
const LOOKS: usize = 1 << 22;

/// The paths of nodes.
#[derive(Debug)]
pub(super) struct Places {
    /// For each path the one it lies in, and the number of its last name. The first
    /// is that of a commit's tree, and lies in none.
    steps: Vec<(u32, u32)>,
    /// For each wanted object its paths, and whether there are more.
    of: Vec<(Vec<u32>, bool)>,
}

impl Places {
    /// The places of `wanted` nodes below `roots`.
    pub(super) fn new(trees: &Trees, roots: &[u32], wanted: &[u32]) -> Self {
        let allowed = LOOKS + 4 * trees.edges.items();
        let mut most = Paths::MOST;
        loop {
            let mut run = Run::new(trees, most);
            // With one path for each node there are no more looks than edges.
            if run.all(roots, allowed) || most == 1 {
                let of = wanted.iter().map(|&node| (run.of(node).collect(), run.more[node as usize]));
                return Self { of: of.collect(), steps: run.steps };
            }
            most /= 10;
        }
    }

    /// The paths of the wanted object of this number.
    pub(super) fn paths(&self, trees: &Trees, wanted: usize) -> Paths {
        let (places, more) = &self.of[wanted];
        let (mut list, mut bytes) = (Vec::new(), 0);
        for &place in places {
            let Some(path) = self.path(trees, place, Paths::BYTES - bytes) else {
                return Paths::sorted(list, true);
            };
            bytes += path.len();
            list.push(path);
        }
        Paths::sorted(list, *more)
    }

    /// A path, unless it is longer than `most` bytes.
    fn path(&self, trees: &Trees, mut place: u32, most: usize) -> Option<Vec<u8>> {
        let (mut names, mut length) = (Vec::new(), 0);
        while place != 0 {
            let (above, name) = self.steps[place as usize];
            let name = trees.names.get(name);
            length += name.len() + usize::from(!names.is_empty());
            if length > most {
                return None;
            }
            names.push(name);
            place = above;
        }
        names.reverse();
        Some(names.join(&b'/'))
    }
}

/// One run from the top down.
struct Run<'t> {
    trees: &'t Trees,
    /// How many paths are kept for a node.
    most: usize,
    steps: Vec<(u32, u32)>,
    numbers: HashMap<(u32, u32), u32>,
    /// The newest cell of each node.
    heads: Vec<u32>,
    counts: Vec<u32>,
    more: Vec<bool>,
    /// A path of a node, and its next cell.
    cells: Vec<(u32, u32)>,
    /// Nodes and paths that have a cell.
    seen: HashSet<(u32, u32)>,
    /// For each pair the only path of the node that went through it last.
    last: Vec<u32>,
}

impl<'t> Run<'t> {
    fn new(trees: &'t Trees, most: usize) -> Self {
        let count = trees.count();
        Self {
            trees,
            most,
            steps: vec![(NONE, NONE)],
            numbers: HashMap::new(),
            heads: vec![NONE; count],
            counts: vec![0; count],
            more: vec![false; count],
            cells: Vec::new(),
            seen: HashSet::new(),
            last: vec![NONE; trees.pairs.len()],
        }
    }

    /// The paths of a node.
    fn of(&self, node: u32) -> impl Iterator<Item = u32> {
        let mut cell = self.heads[node as usize];
        std::iter::from_fn(move || {
            let &(path, next) = self.cells.get(cell as usize)?;
            cell = next;
            Some(path)
        })
    }

    /// Goes through all nodes; false when that took more looks than are allowed.
    fn all(&mut self, roots: &[u32], allowed: usize) -> bool {
        for &root in roots {
            self.add(root, 0);
        }
        let mut looks = 0;
        let mut paths = Vec::new();
        for node in (0..number(self.heads.len())).rev() {
            paths.clear();
            paths.extend(self.of(node));
            if paths.is_empty() {
                continue;
            }
            let edges = self.trees.edges.of(node as usize);
            looks += paths.len() * edges.len();
            if looks > allowed && self.most > 1 {
                return false;
            }
            for &edge in edges {
                self.follow(edge as usize, &paths, self.more[node as usize]);
            }
        }
        true
    }

    /// Takes the paths of a node along one of its edges.
    #[inline]
    fn follow(&mut self, edge: usize, paths: &[u32], more: bool) {
        let Pair { child, name } = self.trees.pairs[edge];
        self.more[child as usize] |= more;
        if let &[path] = paths {
            if self.last[edge] == path {
                return;
            }
            self.last[edge] = path;
        }
        for &path in paths {
            let next = number(self.steps.len());
            let below = *self.numbers.entry((path, name)).or_insert(next);
            if below == next {
                self.steps.push((path, name));
            }
            self.add(child, below);
        }
    }

    fn add(&mut self, node: u32, path: u32) {
        let at = node as usize;
        if self.seen.contains(&(node, path)) {
            return;
        }
        if self.counts[at] as usize == self.most {
            self.more[at] = true;
            return;
        }
        self.seen.insert((node, path));
        self.counts[at] += 1;
        let next = std::mem::replace(&mut self.heads[at], number(self.cells.len()));
        self.cells.push((path, next));
    }
}
