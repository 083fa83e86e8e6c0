//! The answers found in the slow and plain way, for random repositories.

use std::collections::{BTreeMap, BTreeSet};

use super::tests::{Builder, id, show, tip, word};
use super::{Carrier, Exposure, Paths, Selection, Tip, TipKind};
use crate::model::Holder;
use crate::pack::ObjectId;

/// Numbers that look random and are always the same (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ mixed >> 31) % end as u64).expect("it is below a usize")
    }

    /// Up to `most` words of a prefix and a number below `end`.
    fn some(&mut self, most: usize, prefix: &str, end: usize) -> String {
        let count = if end == 0 { 0 } else { self.below(most + 1) };
        let words: Vec<String> = (0..count).map(|_| format!("{prefix}{}", self.below(end))).collect();
        words.join(" ")
    }
}

/// A repository as the plain way sees it.
#[derive(Default)]
struct Plain {
    trees: BTreeMap<ObjectId, Vec<(String, ObjectId)>>,
    commits: BTreeMap<ObjectId, (ObjectId, Vec<ObjectId>, i64)>,
}

type PathSet = BTreeSet<Vec<u8>>;

impl Plain {
    fn order(&self) -> Vec<ObjectId> {
        let mut order: Vec<ObjectId> = Vec::new();
        while order.len() < self.commits.len() {
            let ready = |id: &&ObjectId| {
                let known = |parent: &ObjectId| !self.commits.contains_key(parent) || order.contains(parent);
                !order.contains(id) && self.commits[id].1.iter().all(known)
            };
            let next = self.commits.keys().filter(ready).min_by_key(|id| (self.commits[id].2, **id));
            order.push(*next.expect("there are no rings"));
        }
        order
    }

    fn paths(&self, tree: ObjectId, object: ObjectId) -> PathSet {
        let mut paths = PathSet::new();
        if tree == object {
            paths.insert(Vec::new());
        }
        for (name, child) in self.trees.get(&tree).into_iter().flatten() {
            for path in self.paths(*child, object) {
                let parts =
                    if path.is_empty() { vec![name.as_bytes()] } else { vec![name.as_bytes(), &path] };
                paths.insert(parts.join(&b'/'));
            }
            if child == &object {
                paths.insert(name.as_bytes().to_vec());
            }
        }
        paths
    }

    fn carries(&self, commit: ObjectId, object: ObjectId) -> bool {
        commit == object || !self.paths(self.commits[&commit].0, object).is_empty()
    }

    /// Each commit reached with its least distance.
    fn reach(&self, from: &[ObjectId]) -> BTreeMap<ObjectId, u32> {
        let mut reached = BTreeMap::new();
        let mut ring = from.to_vec();
        for distance in 1.. {
            ring.retain(|id| self.commits.contains_key(id) && !reached.contains_key(id));
            if ring.is_empty() {
                break;
            }
            reached.extend(ring.iter().map(|id| (*id, distance)));
            ring = ring.iter().flat_map(|id| self.commits[id].1.clone()).collect();
        }
        reached
    }

    fn leads(&self, tip: &Tip, object: ObjectId) -> bool {
        let inside = |id: &ObjectId| *id == object || !self.paths(*id, object).is_empty();
        tip.objects.iter().any(inside)
            || self.reach(&tip.objects).keys().any(|commit| self.carries(*commit, object))
    }

    /// The commits in order that may be the first: the best class that `carries` any.
    fn first(
        &self,
        tips: &[Tip],
        chosen: Option<&BTreeSet<ObjectId>>,
        carries: &dyn Fn(ObjectId) -> bool,
    ) -> Option<ObjectId> {
        let order = self.order();
        if let Some(chosen) = chosen {
            return order.into_iter().find(|id| chosen.contains(id) && carries(*id));
        }
        for holder in [Holder::Ref, Holder::Stash, Holder::Reflog] {
            let of_kind = tips.iter().filter(|tip| Holder::from(tip.kind) == holder);
            let reached = self.reach(&of_kind.flat_map(|tip| tip.objects.clone()).collect::<Vec<_>>());
            if let Some(found) = order.iter().find(|id| reached.contains_key(id) && carries(**id)) {
                return Some(*found);
            }
        }
        order.into_iter().find(|id| carries(*id))
    }

    fn selected(&self, selection: &Selection) -> (BTreeSet<ObjectId>, BTreeSet<ObjectId>) {
        let (reached, excluded) = (self.reach(&selection.tips), self.reach(&selection.excluded));
        let chosen = |(id, distance): &(&ObjectId, &u32)| {
            !excluded.contains_key(id)
                && selection.since.is_none_or(|since| self.commits[id].2 >= since)
                && selection.max_depth.is_none_or(|depth| **distance <= depth)
        };
        let chosen: BTreeSet<ObjectId> = reached.iter().filter(chosen).map(|(id, _)| *id).collect();
        (chosen, excluded.into_keys().collect())
    }

    fn carrier(&self, object: ObjectId, tips: &[Tip], selection: Option<&Selection>) -> Carrier {
        let selected = selection.map(|selection| self.selected(selection));
        let chosen = selected.as_ref().map(|(chosen, _)| chosen);
        let first = self.first(tips, chosen, &|commit| self.carries(commit, object));
        let at = |commit: &ObjectId| self.paths(self.commits[commit].0, object);
        let listed = |paths: PathSet| Paths { list: paths.into_iter().collect(), more: false };
        let any = |ids: &BTreeSet<ObjectId>| ids.iter().any(|id| self.carries(*id, object));
        let brings = |id: &ObjectId| {
            let parents = &self.commits[id].1;
            self.carries(*id, object)
                && !parents
                    .iter()
                    .any(|parent| self.commits.contains_key(parent) && self.carries(*parent, object))
        };
        let leading: Vec<&Tip> = tips.iter().filter(|tip| self.leads(tip, object)).collect();
        Carrier {
            first,
            paths: listed(first.iter().flat_map(at).collect()),
            all_paths: listed(self.commits.keys().flat_map(at).collect()),
            in_head: self.in_head(tips, object),
            holder: leading.iter().map(|tip| tip.kind.into()).min().unwrap_or_default(),
            is_new: selected.is_some_and(|(chosen, old)| chosen.iter().any(brings) && !any(&old)),
        }
    }

    fn refs<'t>(&self, key: &[ObjectId], tips: &'t [Tip]) -> Vec<&'t [u8]> {
        let leads = |tip: &&Tip| key.iter().any(|object| self.leads(tip, *object));
        let refs: BTreeSet<&[u8]> =
            tips.iter().filter(|tip| tip.kind == TipKind::Ref).filter(leads).map(|tip| &*tip.name).collect();
        refs.into_iter().collect()
    }

    fn in_head(&self, tips: &[Tip], object: ObjectId) -> bool {
        let heads = tips.iter().filter(|tip| tip.kind == TipKind::Head).flat_map(|tip| &tip.objects);
        heads.filter(|id| self.commits.contains_key(id)).any(|head| self.carries(*head, object))
    }

    fn exposure(&self, key: &[ObjectId], tips: &[Tip], selection: Option<&Selection>) -> Exposure {
        let carries = |commit: ObjectId| key.iter().any(|object| self.carries(commit, *object));
        let chosen = selection.map(|selection| self.selected(selection).0);
        let heads = tips.iter().filter(|tip| tip.kind == TipKind::Head);
        let reached = self.reach(&heads.flat_map(|tip| tip.objects.clone()).collect::<Vec<_>>());
        let in_head = key.iter().any(|object| self.in_head(tips, *object));
        let removed = |id: &&ObjectId| {
            let parents = self.commits[id].1.iter().filter(|parent| self.commits.contains_key(parent));
            reached.contains_key(id) && !carries(**id) && parents.copied().any(carries)
        };
        Exposure {
            first: self.first(tips, chosen.as_ref(), &carries),
            removed: self.order().iter().rev().find(removed).copied().filter(|_| !in_head),
            in_head,
        }
    }
}

/// A random repository, in both forms.
fn repository(random: &mut Random) -> (Builder, Plain) {
    let (mut builder, mut plain) = (Builder::default(), Plain::default());
    let (trees, commits) = (1 + random.below(10), 1 + random.below(12));
    for tree in 0..trees {
        let mut children = random.some(3, "b", 5);
        children = format!("{children} {}", random.some(3, "t", tree));
        let named: Vec<String> = children
            .split_whitespace()
            .enumerate()
            .map(|(at, child)| format!("{}{at}:{child}", ["a", "long-name-", "z."][random.below(3)]))
            .collect();
        let name = format!("t{tree}");
        builder.tree(&name, &named.join(" "));
        let split = named.iter().map(|entry| entry.split_once(':').expect("it was put there"));
        plain.trees.insert(id(&name), split.map(|(name, child)| (name.to_owned(), id(child))).collect());
    }
    for commit in 0..commits {
        let name = format!("c{commit}");
        // One tree more than there are, and a parent that may be missing.
        let tree = format!("t{}", random.below(trees + 1));
        let mut parents = random.some(2, "c", commit);
        if random.below(9) == 0 {
            parents.push_str(" missing");
        }
        let seconds = i64::try_from(random.below(5)).expect("it is small");
        builder.commit(&name, &tree, &parents, seconds);
        plain.commits.insert(id(&name), (id(&tree), super::tests::ids(&parents), seconds));
    }
    (builder, plain)
}

fn tips(random: &mut Random) -> Vec<Tip> {
    use TipKind::{Head, Index, Ref, Reflog, Stash};
    let mut tips =
        vec![tip(Index, "index", &random.some(3, "b", 6)), tip(Head, "HEAD", &random.some(1, "c", 13))];
    for number in 0..random.below(6) {
        let kind = [Ref, Stash, Reflog][random.below(3)];
        let prefix = ["c", "c", "b", "t"][random.below(4)];
        tips.push(tip(kind, &format!("{}", 9 - number), &random.some(2, prefix, 13)));
    }
    tips
}

fn selection(random: &mut Random) -> Option<Selection> {
    let ids = |words: String| super::tests::ids(&words);
    (random.below(2) == 0).then(|| Selection {
        tips: ids(random.some(3, "c", 13)),
        excluded: ids(random.some(2, "c", 13)),
        since: (random.below(3) == 0).then(|| i64::try_from(random.below(5)).expect("it is small")),
        max_depth: (random.below(3) == 0).then(|| u32::try_from(random.below(4)).expect("it is small")),
    })
}

#[test]
fn the_answers_are_those_of_the_plain_way() {
    let mut random = Random(7);
    for round in 0..60 {
        let (mut builder, plain) = repository(&mut random);
        let (tips, selection) = (tips(&mut random), selection(&mut random));
        let mut wanted: Vec<ObjectId> = Vec::new();
        for (prefix, end) in [("b", 7), ("t", 11), ("c", 13)] {
            wanted.extend(super::tests::ids(&random.some(5, prefix, end)));
        }
        wanted.extend((0..random.below(2) * 70).map(|extra| id(&format!("b{extra}"))));
        let keys: Vec<Vec<ObjectId>> = (0..3 + random.below(2) * 63)
            .map(|_| wanted.iter().filter(|_| random.below(3) == 0).copied().collect())
            .collect();
        for _ in 0..2 {
            let salt = random.below(1000);
            let graph = builder.graph(&wanted, |at| (at * salt / 7) % 3);
            assert_eq!(graph.order(), plain.order(), "{round}");
            let found = graph.attribution(&tips, selection.as_ref());
            let chosen = selection.as_ref().map(|selection| plain.selected(selection).0);
            let mut order = plain.order();
            order.retain(|id| chosen.as_ref().is_none_or(|chosen| chosen.contains(id)));
            assert_eq!(found.selected(), order, "{round}");
            for (object, carrier) in wanted.iter().zip(found.carriers(&wanted)) {
                let expect = plain.carrier(*object, &tips, selection.as_ref());
                assert_eq!(show(&carrier), show(&expect), "{round} {}", word(*object));
                let carrying: Vec<ObjectId> =
                    plain.order().into_iter().filter(|commit| plain.carries(*commit, *object)).collect();
                assert_eq!(graph.carrying(object), carrying, "{round}");
            }
            for (key, refs) in keys.iter().zip(found.refs(&keys)) {
                assert_eq!(refs, plain.refs(key, &tips), "{round}");
            }
            for (key, exposure) in keys.iter().zip(found.exposures(&keys)) {
                assert_eq!(exposure, plain.exposure(key, &tips, selection.as_ref()), "{round}");
            }
            // The same objects in another order, some of them twice.
            for at in (1..builder.objects.len()).rev() {
                builder.objects.swap(at, random.below(at + 1));
            }
            let again = builder.objects[random.below(builder.objects.len())].clone();
            builder.objects.push(again);
        }
    }
}
