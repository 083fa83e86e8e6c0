//! The answers: who carries an object, who was first, and from where it is reached.
//!
//! Objects are asked about 64 at a time, a bit each in a word for each tree and
//! each commit, so the whole history is run through once for 64 answers.

use std::collections::BTreeSet;

use super::Graph;
use super::table::NONE;
use super::tips::{Selected, Selection, Tip, TipKind, reachable};
use super::trees::Paths;
use crate::model::Holder;
use crate::pack::ObjectId;

/// Objects of one sweep.
const BITS: usize = 64;

/// What carries an object. An id that is not among the wanted is carried by nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carrier {
    /// The first commit that carries it: of those that are selected; without a
    /// selection of those that a ref or HEAD leads to, or else the stash, or else a
    /// log, or else of all.
    pub first: Option<ObjectId>,
    /// The paths it has at that commit; none for a commit, or for a tag.
    pub paths: Paths,
    /// The paths it has at any commit, reachable or not.
    pub all_paths: Paths,
    /// Whether what is checked out carries it.
    pub in_head: bool,
    /// The first kind of tip that leads to it.
    pub holder: Holder,
    /// Whether a selected commit brings it in, which is to say carries it while none
    /// of its parents does, or it is or stands in a tree or a blob that the selection begins
    /// with; and nothing that the selection excludes carries it. False without a selection.
    pub is_new: bool,
}

/// Where a key stood that was in one or several objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exposure {
    /// The first commit that carries any of the objects, as [`Carrier::first`].
    pub first: Option<ObjectId>,
    /// The last commit of those that HEAD leads to that carries none of them while
    /// a parent of it carries one; none while HEAD carries one.
    pub removed: Option<ObjectId>,
    /// Whether what is checked out carries one.
    pub in_head: bool,
}

/// Where an object stands now, and how long it stood anywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The paths that it has at the commits that were asked about.
    pub now: BTreeSet<Vec<u8>>,
    /// The place in the order of the last commit that carries it, among those that
    /// [`Carrier::first`] is the first of; greater is later.
    pub last: Option<usize>,
}

/// A graph with the tips of its repository, and with a selection if there is one.
#[derive(Debug)]
pub struct Attribution<'g> {
    graph: &'g Graph,
    tips: Vec<Place<'g>>,
    /// How near to a ref each commit is: what first leads to it.
    holders: Vec<Holder>,
    /// Whether HEAD leads to each commit.
    in_head: Vec<bool>,
    selected: Option<Selected>,
    /// The trees and blobs that a selection begins with, and those that it leaves out, by node.
    loose: Loose,
}

/// Trees and blobs that a selection names itself: no commit need have them.
#[derive(Debug, Default)]
struct Loose {
    tips: Vec<u32>,
    excluded: Vec<u32>,
}

/// A tip, and where it leads.
#[derive(Debug)]
struct Place<'g> {
    kind: TipKind,
    name: &'g [u8],
    commits: Vec<u32>,
    nodes: Vec<u32>,
}

/// What is known for 64 groups of objects.
struct Sweep {
    /// The groups that each node leads to.
    nodes: Vec<u64>,
    /// The groups that each commit carries.
    carried: Vec<u64>,
}

/// For each group the place of its first commit.
type Firsts = [Option<usize>; BITS];

impl<'g> Attribution<'g> {
    pub(super) fn new(graph: &'g Graph, tips: &'g [Tip], selection: Option<&Selection>) -> Self {
        let mut holders = vec![Holder::Nothing; graph.commits.count()];
        for holder in [Holder::Reflog, Holder::Stash, Holder::Ref] {
            let of_kind = tips.iter().filter(|tip| Holder::from(tip.kind) == holder);
            let objects: Vec<ObjectId> = of_kind.flat_map(|tip| &tip.objects).copied().collect();
            let reached = reachable(&graph.commits, &objects);
            holders
                .iter_mut()
                .zip(reached)
                .filter(|(_, reached)| *reached)
                .for_each(|(old, _)| *old = holder);
        }
        let heads = tips.iter().filter(|tip| tip.kind == TipKind::Head);
        let heads: Vec<ObjectId> = heads.flat_map(|tip| &tip.objects).copied().collect();
        let mut places: Vec<Place<'g>> = tips.iter().map(|tip| Place::new(graph, tip)).collect();
        places.sort_by_key(|tip| tip.name);
        Self {
            graph,
            tips: places,
            holders,
            in_head: reachable(&graph.commits, &heads),
            selected: selection.map(|selection| selection.apply(&graph.commits)),
            loose: selection.map(|selection| Loose::new(graph, selection)).unwrap_or_default(),
        }
    }

    /// What carries each of `objects`, in their order.
    pub fn carriers(&self, objects: &[ObjectId]) -> Vec<Carrier> {
        objects.chunks(BITS).flat_map(|objects| self.sixty_four(objects)).collect()
    }

    /// The names of the refs that lead to any object of each group, sorted: to a
    /// commit or a tree that carries it, or to itself.
    pub fn refs(&self, groups: &[Vec<ObjectId>]) -> Vec<Vec<&'g [u8]>> {
        let mut refs: Vec<Vec<&'g [u8]>> = vec![Vec::new(); groups.len()];
        for (groups, refs) in groups.chunks(BITS).zip(refs.chunks_mut(BITS)) {
            let groups: Vec<&[ObjectId]> = groups.iter().map(Vec::as_slice).collect();
            self.lead(self.graph.sweep(&groups), |bit, tip| {
                if tip.kind == TipKind::Ref && refs[bit].last() != Some(&tip.name) {
                    refs[bit].push(tip.name);
                }
            });
        }
        refs
    }

    /// Where each key stood; a key is the objects that hold it.
    pub fn exposures(&self, keys: &[Vec<ObjectId>]) -> Vec<Exposure> {
        let sweeps = keys.chunks(BITS).flat_map(|keys| {
            let keys: Vec<&[ObjectId]> = keys.iter().map(Vec::as_slice).collect();
            self.exposed(&keys)
        });
        sweeps.collect()
    }

    /// Whether HEAD leads to a commit.
    pub fn leads_to(&self, commit: &ObjectId) -> bool {
        self.graph.commits.ids.get(commit).is_some_and(|place| self.in_head[place as usize])
    }

    /// What decides which of two commits is the first, as for [`Carrier::first`]: the
    /// less one is. A commit that is not here comes last.
    pub fn rank(&self, commit: &ObjectId) -> (Holder, usize) {
        let Some(place) = self.graph.commits.ids.get(commit) else { return (Holder::Nothing, usize::MAX) };
        let place = place as usize;
        // Among the selected it does not matter what leads to them.
        (if self.selected.is_some() { Holder::Ref } else { self.holders[place] }, place)
    }

    /// Where each of `objects` stands at the commits `now`, in their order.
    pub fn standings(&self, objects: &[ObjectId], now: &[ObjectId]) -> Vec<Standing> {
        let now: Vec<usize> =
            now.iter().filter_map(|id| self.graph.commits.ids.get(id)).map(|place| place as usize).collect();
        let mut standings = Vec::with_capacity(objects.len());
        for objects in objects.chunks(BITS) {
            let groups: Vec<&[ObjectId]> = objects.iter().map(std::slice::from_ref).collect();
            let sweep = self.graph.sweep(&groups);
            let firsts = self.firsts(&sweep.carried);
            for (bit, id) in objects.iter().enumerate() {
                let at = |&place: &usize| self.paths(id, Some(place), &sweep.nodes, 1 << bit).list;
                let kind = |place: usize| match &self.selected {
                    Some(selected) => (selected.chosen[place], Holder::Ref),
                    None => (true, self.holders[place]),
                };
                let is_like = |place: &usize| {
                    let carries = sweep.carried[*place] >> bit & 1 == 1;
                    carries && firsts[bit].is_some_and(|first| kind(*place) == kind(first))
                };
                standings.push(Standing {
                    now: now.iter().flat_map(at).collect(),
                    last: (0..sweep.carried.len()).rev().find(is_like),
                });
            }
        }
        standings
    }

    /// Every commit that carries `object`, in order.
    pub fn carrying(&self, object: &ObjectId) -> Vec<ObjectId> {
        self.graph.carrying(object)
    }

    /// The commits that are selected, in order; all of them without a selection.
    pub fn selected(&self) -> Vec<ObjectId> {
        let chosen = |place: &usize| self.selected.as_ref().is_none_or(|selected| selected.chosen[*place]);
        (0..self.graph.commits.count()).filter(chosen).map(|place| self.graph.order()[place]).collect()
    }

    fn exposed(&self, keys: &[&[ObjectId]]) -> Vec<Exposure> {
        let sweep = self.graph.sweep(keys);
        let firsts = self.firsts(&sweep.carried);
        let head = self.head(&sweep.carried);
        let mut removed: Firsts = [None; BITS];
        let mut open = if self.in_head.contains(&true) { !head } else { 0 };
        for place in (0..sweep.carried.len()).rev().filter(|&place| self.in_head[place]) {
            let parents = self.graph.commits.parents.of(place).iter();
            let before = parents.fold(0, |all, &parent| all | sweep.carried[parent as usize]);
            each_bit(before & !sweep.carried[place] & open, |bit| removed[bit] = Some(place));
            open &= !(before & !sweep.carried[place]);
        }
        let id = |place: Option<usize>| place.map(|place| self.graph.order()[place]);
        let exposure = |bit: usize| Exposure {
            first: id(firsts[bit]),
            removed: id(removed[bit]),
            in_head: head >> bit & 1 == 1,
        };
        (0..keys.len()).map(exposure).collect()
    }

    fn sixty_four(&self, objects: &[ObjectId]) -> Vec<Carrier> {
        let groups: Vec<&[ObjectId]> = objects.iter().map(std::slice::from_ref).collect();
        let sweep = self.graph.sweep(&groups);
        let firsts = self.firsts(&sweep.carried);
        let (head, new) = (self.head(&sweep.carried), self.new_in_selection(&sweep));
        let mut carriers: Vec<Carrier> = Vec::with_capacity(objects.len());
        for (bit, id) in objects.iter().enumerate() {
            carriers.push(Carrier {
                first: firsts[bit].map(|place| self.graph.order()[place]),
                paths: self.paths(id, firsts[bit], &sweep.nodes, 1 << bit),
                all_paths: self.graph.all_paths(id),
                in_head: head >> bit & 1 == 1,
                is_new: new >> bit & 1 == 1,
                ..Carrier::default()
            });
        }
        self.lead(sweep, |bit, tip| carriers[bit].holder = carriers[bit].holder.min(tip.kind.into()));
        carriers
    }

    /// Tells for each tip, in the order of their names, to which groups it leads.
    fn lead(&self, sweep: Sweep, mut note: impl FnMut(usize, &Place<'g>)) {
        let Sweep { nodes, carried: mut before } = sweep;
        for place in 0..before.len() {
            let parents = self.graph.commits.parents.of(place).iter();
            before[place] |= parents.fold(0, |all, &parent| all | before[parent as usize]);
        }
        for tip in &self.tips {
            let commits = tip.commits.iter().fold(0, |all, &commit| all | before[commit as usize]);
            let led = tip.nodes.iter().fold(commits, |all, &node| all | nodes[node as usize]);
            each_bit(led, |bit| note(bit, tip));
        }
    }

    /// The paths of an object at the commit at `place`.
    fn paths(&self, id: &ObjectId, place: Option<usize>, nodes: &[u64], bit: u64) -> Paths {
        let root = place.map_or(NONE, |place| self.graph.commits.roots[place]);
        match self.graph.trees.ids.get(id) {
            Some(target) if root != NONE && nodes[root as usize] & bit != 0 => {
                self.graph.trees.paths(root, target, nodes, bit)
            }
            _ => Paths::default(),
        }
    }

    fn firsts(&self, carried: &[u64]) -> Firsts {
        let mut firsts = [None; BITS];
        let mut found = 0;
        let mut among = |allowed: &dyn Fn(usize) -> bool| {
            for (place, carried) in carried.iter().enumerate() {
                if carried & !found != 0 && allowed(place) {
                    each_bit(carried & !found, |bit| firsts[bit] = Some(place));
                    found |= carried;
                }
            }
        };
        if let Some(selected) = &self.selected {
            among(&|place| selected.chosen[place]);
        } else {
            for holder in [Holder::Ref, Holder::Stash, Holder::Reflog, Holder::Nothing] {
                among(&|place| self.holders[place] == holder);
            }
        }
        firsts
    }

    /// What HEAD carries.
    fn head(&self, carried: &[u64]) -> u64 {
        let heads = self.tips.iter().filter(|tip| tip.kind == TipKind::Head);
        heads.flat_map(|tip| &tip.commits).fold(0, |all, &commit| all | carried[commit as usize])
    }

    /// What a chosen commit carries that none of its parents does, or a tree that is named
    /// has, and nothing that is excluded.
    fn new_in_selection(&self, Sweep { nodes, carried }: &Sweep) -> u64 {
        let Some(Selected { chosen, excluded }) = &self.selected else { return 0 };
        let held = |list: &[u32]| list.iter().fold(0, |all, &node| all | nodes[node as usize]);
        let (mut new, mut old) = (held(&self.loose.tips), held(&self.loose.excluded));
        for (place, &here) in carried.iter().enumerate() {
            if chosen[place] {
                let parents = self.graph.commits.parents.of(place).iter();
                new |= here & !parents.fold(0, |all, &parent| all | carried[parent as usize]);
            }
            if excluded[place] {
                old |= here;
            }
        }
        new & !old
    }
}

impl Loose {
    fn new(graph: &Graph, selection: &Selection) -> Self {
        let nodes = |ids: &[ObjectId]| ids.iter().filter_map(|id| graph.trees.ids.get(id)).collect();
        Self { tips: nodes(&selection.tips), excluded: nodes(&selection.excluded) }
    }
}

impl<'g> Place<'g> {
    fn new(graph: &Graph, tip: &'g Tip) -> Self {
        let commits = tip.objects.iter().filter_map(|id| graph.commits.ids.get(id)).collect();
        let nodes = tip.objects.iter().filter_map(|id| graph.trees.ids.get(id)).collect();
        Self { kind: tip.kind, name: &tip.name, commits, nodes }
    }
}

impl Graph {
    /// The commits that carry an object, in order.
    pub fn carrying(&self, object: &ObjectId) -> Vec<ObjectId> {
        let sweep = self.sweep(&[std::slice::from_ref(object)]);
        let carried = self.order().iter().zip(sweep.carried).filter(|(_, carried)| *carried != 0);
        carried.map(|(id, _)| *id).collect()
    }

    /// Finds what leads to each of at most 64 groups.
    fn sweep(&self, groups: &[&[ObjectId]]) -> Sweep {
        let (mut own, mut commits) = (Vec::new(), Vec::new());
        for (bit, group) in groups.iter().enumerate() {
            for id in group.iter().filter(|id| self.wanted.binary_search(id).is_ok()) {
                own.extend(self.trees.ids.get(id).map(|node| (node, 1 << bit)));
                commits.extend(self.commits.ids.get(id).map(|place| (place as usize, 1 << bit)));
            }
        }
        let nodes = self.trees.bits(&own);
        let held = |&root: &u32| nodes.get(root as usize).copied().unwrap_or(0);
        let mut carried: Vec<u64> = self.commits.roots.iter().map(held).collect();
        for (place, bit) in commits {
            carried[place] |= bit;
        }
        Sweep { nodes, carried }
    }
}

/// Calls `visit` for each bit that is set.
fn each_bit(mut bits: u64, mut visit: impl FnMut(usize)) {
    while bits != 0 {
        visit(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}
