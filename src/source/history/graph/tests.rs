//! Histories made by hand, and what is to be known of them.

use super::{Attribution, Carrier, Exposure, Gathering, Graph, Paths, Selection, Tip, TipKind, Wanted};
use crate::model::Holder;
use crate::pack::ObjectId;

/// An id that a word names: its letters, then zeros.
pub(super) fn id(word: &str) -> ObjectId {
    let mut bytes = [0; ObjectId::LEN];
    bytes[..word.len()].copy_from_slice(word.as_bytes());
    ObjectId::from_bytes(&bytes).expect("20 bytes")
}

pub(super) fn ids(words: &str) -> Vec<ObjectId> {
    words.split_whitespace().map(id).collect()
}

pub(super) fn word(id: ObjectId) -> String {
    String::from_utf8_lossy(id.as_bytes()).trim_end_matches('\0').to_owned()
}

pub(super) fn words(ids: &[ObjectId]) -> String {
    ids.iter().map(|id| word(*id)).collect::<Vec<_>>().join(" ")
}

/// A repository made by hand.
#[derive(Default, Clone)]
pub(super) struct Builder {
    /// Whether it is a tree, its id, its bytes.
    pub(super) objects: Vec<(bool, ObjectId, Vec<u8>)>,
}

impl Builder {
    /// Adds a tree of `name:child` entries; a child that begins with `t` is a tree,
    /// with `s` a submodule.
    pub(super) fn tree(&mut self, tree: &str, entries: &str) {
        let mut bytes = Vec::new();
        for entry in entries.split_whitespace() {
            let (name, child) = entry.split_once(':').expect("a name and a child");
            let mode = match &child[..1] {
                "t" => "40000",
                "s" => "160000",
                _ => "100644",
            };
            bytes.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            bytes.extend_from_slice(id(child).as_bytes());
        }
        self.objects.push((true, id(tree), bytes));
    }

    pub(super) fn commit(&mut self, commit: &str, tree: &str, parents: &str, seconds: i64) {
        let parents: Vec<String> = ids(parents).iter().map(|parent| format!("parent {parent}\n")).collect();
        let parents = parents.concat();
        let text = format!("tree {}\n{parents}committer C <c> {seconds} +0000\n\n", id(tree));
        self.objects.push((false, id(commit), text.into_bytes()));
    }

    /// The graph; object number n goes to the share `share(n)` of three.
    pub(super) fn graph(&self, wanted: &[ObjectId], share: impl Fn(usize) -> usize) -> Graph {
        let wanted = Wanted::new(wanted);
        let mut shares: Vec<Gathering<'_>> = (0..3).map(|_| Gathering::new(&wanted)).collect();
        for (at, (tree, id, bytes)) in self.objects.iter().enumerate() {
            let share = &mut shares[share(at)];
            let taken = if *tree { share.tree(*id, bytes) } else { share.commit(*id, bytes) };
            taken.expect("it is well formed");
        }
        Graph::new(&wanted, shares)
    }
}

pub(super) fn tip(kind: TipKind, name: &str, objects: &str) -> Tip {
    Tip { kind, name: name.into(), objects: ids(objects) }
}

/// A line of commits a to d with a side branch x that b leaves and d merges.
/// The blob b1 comes with b at two paths, moves in c, and is gone in d.
fn line() -> Builder {
    let mut builder = Builder::default();
    builder.tree("t0", "README:b0");
    builder.tree("tb", "one:b1 two:b1 z:b0");
    builder.tree("t1", "README:b0 src:tb");
    builder.tree("t2", "README:b0 deep:t1");
    builder.tree("tx", "side:b2 sub:s1");
    builder.commit("a", "t0", "", 10);
    builder.commit("b", "t1", "a", 20);
    builder.commit("c", "t2", "b", 30);
    builder.commit("x", "tx", "b", 5);
    builder.commit("d", "t0", "c x", 40);
    builder.commit("l", "tx", "b", 1);
    builder
}

/// Shows a carrier in a line.
pub(super) fn show(carrier: &Carrier) -> String {
    let paths = |paths: &Paths| {
        let list: Vec<_> = paths.list.iter().map(|path| String::from_utf8_lossy(path)).collect();
        format!("[{}]{}", list.join(" "), if paths.more { "+" } else { "" })
    };
    format!(
        "{} {} {} head={} {:?} new={}",
        carrier.first.map_or_else(|| "-".to_owned(), word),
        paths(&carrier.paths),
        paths(&carrier.all_paths),
        carrier.in_head,
        carrier.holder,
        carrier.is_new
    )
}

fn check(builder: &Builder, tips: &[Tip], selection: Option<&Selection>, expect: &[(&str, &str)]) {
    let wanted: Vec<ObjectId> = expect.iter().map(|(object, _)| id(object)).collect();
    let graph = builder.graph(&wanted, |at| at % 3);
    let attribution = graph.attribution(tips, selection);
    let groups: Vec<Vec<ObjectId>> = wanted.iter().map(|object| vec![*object]).collect();
    let all = attribution.carriers(&wanted).into_iter().zip(attribution.refs(&groups));
    for ((carrier, refs), (object, expect)) in all.zip(expect) {
        let refs: Vec<_> = refs.into_iter().map(String::from_utf8_lossy).collect();
        let shown = show(&carrier).replace(" new=", &format!(" [{}] new=", refs.join(" ")));
        assert_eq!(shown, *expect, "{object}");
    }
}

#[test]
fn a_carrier_is_found() {
    use TipKind::{Head, Index, Ref, Reflog, Stash};
    let tips =
        [tip(Head, "HEAD", "d"), tip(Ref, "main", "d"), tip(Ref, "old", "b"), tip(Ref, "tag", "v b9 b0")];
    let (twice, moved) = ("[src/one src/two]", "[deep/src/one deep/src/two src/one src/two]");
    let b1 = format!("b {twice} {moved} head=false Ref [main old] new=false");
    check(
        &line(),
        &tips,
        None,
        &[
            ("b1", &b1),
            ("b0", "a [README] [README deep/README deep/src/z src/z] head=true Ref [main old tag] new=false"),
            ("b2", "x [side] [side] head=false Ref [main] new=false"),
            ("tb", "b [src] [deep/src src] head=false Ref [main old] new=false"),
            ("t0", "a [] [] head=true Ref [main old] new=false"),
            ("x", "x [] [] head=false Ref [main] new=false"),
            ("d", "d [] [] head=true Ref [main] new=false"),
            ("v", "- [] [] head=false Ref [tag] new=false"),
            ("b9", "- [] [] head=false Ref [tag] new=false"),
            ("s1", "- [] [] head=false Nothing [] new=false"),
            ("b8", "- [] [] head=false Nothing [] new=false"),
        ],
    );
    let few = [tip(Stash, "refs/stash", "c"), tip(Reflog, "main", "x q"), tip(Index, "index", "b8 b1")];
    check(
        &line(),
        &few,
        None,
        &[
            ("b2", "x [side] [side] head=false Reflog [] new=false"),
            ("b1", &format!("b {twice} {moved} head=false Stash [] new=false")),
            ("b8", "- [] [] head=false Index [] new=false"),
            ("d", "d [] [] head=false Nothing [] new=false"),
            ("l", "l [] [] head=false Nothing [] new=false"),
        ],
    );
    let tree = [tip(Ref, "tree", "t2")];
    check(&line(), &tree, None, &[("b1", &format!("b {twice} {moved} head=false Ref [tree] new=false"))]);
}

#[test]
fn a_selection_narrows() {
    let base =
        |tips, excluded| Selection { tips: ids(tips), excluded: ids(excluded), ..Selection::default() };
    let tips = [tip(TipKind::Ref, "main", "d")];
    let none = "head=false Ref";
    let all = "[README deep/README deep/src/z src/z]";
    for (selection, b0, b2, b1) in [
        (base("d", "c"), format!("d [README] {all} {none} new=false"), "x [side]", "-"),
        (base("c", "a"), format!("b [README src/z] {all} {none} new=false"), "-", "b"),
        (
            Selection { max_depth: Some(1), ..base("d", "") },
            format!("d [README] {all} {none} new=false"),
            "-",
            "-",
        ),
        (
            Selection { since: Some(30), ..base("d", "") },
            format!("c [README deep/README deep/src/z] {all} {none} new=false"),
            "-",
            "c",
        ),
        (base("q", ""), format!("- [] {all} {none} new=false"), "-", "-"),
    ] {
        let graph = line().graph(&ids("b0 b1 b2"), |_| 0);
        let attribution = graph.attribution(&tips, Some(&selection));
        let carriers = attribution.carriers(&ids("b0 b1 b2"));
        assert_eq!(show(&carriers[0]), b0, "{selection:?}");
        assert!(show(&carriers[1]).starts_with(b1), "{selection:?}");
        assert!(show(&carriers[2]).starts_with(b2), "{selection:?}");
        assert_eq!(carriers[2].is_new, b2 != "-", "{selection:?}");
    }
}

fn check_order(commits: &[(&str, &str, i64)], expect: &str) {
    let mut builder = Builder::default();
    for (commit, parents, seconds) in commits {
        builder.commit(commit, "t", parents, *seconds);
    }
    for turn in 0..commits.len() {
        builder.objects.rotate_left(1);
        let graph = builder.graph(&[], |at| (at * turn) % 3);
        assert_eq!(words(graph.order()), expect, "{commits:?}");
    }
}

#[test]
fn parents_come_before_children() {
    check_order(&[], "");
    check_order(&[("a", "", 3), ("b", "", 1), ("c", "", 1)], "b c a");
    check_order(&[("a", "", 3), ("b", "a", 1), ("c", "", 2)], "c a b");
    check_order(&[("a", "missing", 1), ("b", "a a", 0), ("c", "a b", 0)], "a b c");
    check_order(&[("a", "b", 2), ("b", "a", 1), ("c", "b", 0), ("a", "b", 2)], "c b a");
    check_order(&[("a", "a", 2), ("b", "c", 1), ("c", "b", 3)], "b c a");
}

fn check_exposure(objects: &str, head: &str, expect: (&str, &str, bool)) {
    let graph = line().graph(&ids("b0 b1 b2"), |_| 0);
    let tips = [tip(TipKind::Head, "HEAD", head), tip(TipKind::Ref, "main", "d")];
    let found: Vec<Exposure> = graph.attribution(&tips, None).exposures(&[ids(objects)]);
    let name = |id: Option<ObjectId>| id.map_or_else(|| "-".to_owned(), word);
    let Exposure { first, removed, in_head } = found[0];
    assert_eq!((&*name(first), &*name(removed), in_head), expect, "{objects} {head}");
}

#[test]
fn a_key_is_exposed_and_removed() {
    check_exposure("b1", "d", ("b", "d", false));
    check_exposure("b1", "x", ("b", "x", false));
    check_exposure("b1", "c", ("b", "-", true));
    check_exposure("b1", "a", ("b", "-", false));
    check_exposure("b1 b2", "d", ("b", "d", false));
    check_exposure("b0", "d", ("a", "-", true));
    check_exposure("b2", "x", ("x", "-", true));
    check_exposure("b7", "d", ("-", "-", false));
}

#[test]
fn no_repository_makes_it_hang() {
    let mut builder = Builder::default();
    // A tree that contains itself, and two that contain each other.
    builder.tree("tself", "me:tself it:b1");
    builder.tree("tone", "other:ttwo it:b1");
    builder.tree("ttwo", "back:tone");
    builder.commit("a", "tself", "", 1);
    builder.commit("b", "tone", "a", 2);
    // More paths than can be listed, in a tree of few.
    for level in 0..60 {
        let below = if level == 0 { "b2".to_owned() } else { format!("tbomb{}", level - 1) };
        builder.tree(&format!("tbomb{level}"), &format!("x:{below} y:{below}"));
    }
    builder.commit("c", "tbomb59", "b", 3);
    // Deeper than a stack could be.
    for level in 0..50_000 {
        let below = if level == 0 { "b3".to_owned() } else { format!("tdeep{}", level - 1) };
        builder.tree(&format!("tdeep{level}"), &format!("d:{below}"));
    }
    builder.commit("d", "tdeep49999", "c", 4);
    let graph = builder.graph(&ids("b1 b2 b3"), |at| at % 3);
    let carriers = graph.attribution(&[], None).carriers(&ids("b1 b2 b3"));
    assert_eq!(show(&carriers[0]), "a [it] [it] head=false Nothing new=false");
    for paths in [&carriers[1].paths, &carriers[1].all_paths] {
        assert!(paths.more);
        assert_eq!(paths.list.len(), Paths::MOST);
        assert!(paths.list.iter().all(|path| path.len() == 119));
    }
    for paths in [&carriers[2].paths, &carriers[2].all_paths] {
        assert_eq!(paths.list.iter().map(Vec::len).collect::<Vec<_>>(), [99_999]);
        assert!(!paths.more);
    }
}

#[test]
fn what_is_malformed_leaves_nothing() {
    let wanted = Wanted::new(&ids("b1"));
    let mut whole = Builder::default();
    whole.tree("t1", "a:b1 t:t2");
    whole.commit("a", "t1", "p q", 1);
    let mut share = Gathering::new(&wanted);
    let (tree, commit) = (&whole.objects[0].2, &whole.objects[1].2);
    assert!(share.tree(id("t1"), &tree[..tree.len() - 1]).is_err());
    assert!(share.commit(id("a"), &commit[..commit.len() - 3]).is_err());
    assert!(share.commit(id("t1"), tree).is_err());
    assert!(share.tree(id("a"), commit).is_err());
    let graph = Graph::new(&wanted, vec![share]);
    assert!(graph.order().is_empty());
    let none: Attribution<'_> = graph.attribution(&[], None);
    assert_eq!(none.carriers(&ids("b1")), [Carrier { holder: Holder::Nothing, ..Carrier::default() }]);
}
