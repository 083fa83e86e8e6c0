//! Random histories: a range holds what git lists, and nothing that its base has.
//!
//! Merges, dates without order, content that goes and comes back, in other places too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use super::made::{Made, line};
use crate::contexts::Rng;
use crate::sandbox::key;

const SEED: u64 = 0x4A2D_0301;
/// Texts with a key each, of which every commit writes some.
const TEXTS: usize = 60;
/// The key in the message of commit `n` has this number and `n` more.
const MESSAGES: usize = 100;

/// A random history of so many commits, as `git fast-import` reads it.
/// One in `roots` of them has no parent.
fn history(rng: &mut Rng, commits: usize, roots: usize) -> String {
    let mut stream = String::new();
    let mut all = vec![0_usize];
    for commit in 0..commits {
        let mark = commit + 1;
        writeln!(stream, "commit refs/heads/b{commit}\nmark :{mark}").expect("a string takes all");
        let date = 1_700_000_000 + rng.below(1000);
        writeln!(stream, "committer C <c@example.org> {date} +0000").expect("a string takes all");
        let has_key = commit < TEXTS && rng.one_in(4);
        let message = if has_key { key(MESSAGES + commit) } else { format!("commit {commit}") };
        writeln!(stream, "data {}\n{message}", message.len()).expect("a string takes all");
        // Near ones, so that there is a history, and now and then a root.
        let recent = |rng: &mut Rng| all[all.len() - 1 - rng.below(all.len().min(6))];
        let first = if rng.one_in(roots) { 0 } else { recent(rng) };
        if first != 0 {
            writeln!(stream, "from :{first}").expect("a string takes all");
            let other = recent(rng);
            if rng.one_in(3) && other != 0 && other != first {
                writeln!(stream, "merge :{other}").expect("a string takes all");
            }
        }
        for _ in 0..rng.within(1..=3) {
            change(rng, &mut stream);
        }
        all.push(mark);
    }
    stream + "done\n"
}

fn change(rng: &mut Rng, stream: &mut String) {
    let folder = rng.pick(&["", "a/", "b/", "a/c/", "a/c/d/"]);
    let path = format!("{folder}{}", rng.pick(&["x", "y", "z"]));
    if rng.one_in(4) {
        return writeln!(stream, "D {path}").expect("a string takes all");
    }
    let text = if rng.one_in(3) { format!("text {}\n", rng.below(9)) } else { line(rng.below(TEXTS)) };
    writeln!(stream, "M 100644 inline {path}\ndata {}\n{text}", text.len()).expect("a string takes all");
}

fn import(made: &Made, stream: &str) {
    let mut git = made.sandbox.confined("git");
    git.args(["fast-import", "--quiet", "--done"]).stdin(Stdio::piped());
    let mut child = git.spawn().expect("git can be run");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    stdin.write_all(stream.as_bytes()).expect("git reads it");
    drop(stdin);
    assert!(child.wait().expect("a child can be waited for").success());
}

/// A random history in a repository, and which keys each object of it holds.
struct Case {
    made: Made,
    keys: BTreeMap<String, usize>,
}

impl Case {
    fn new(rng: &mut Rng, commits: usize, roots: usize) -> Self {
        let made = Made::new();
        import(&made, &history(rng, commits, roots));
        let mut keys = BTreeMap::new();
        for number in 0..TEXTS {
            made.sandbox.write("text", line(number));
            keys.insert(made.sandbox.git(["hash-object", "text"]).trim().to_owned(), number);
        }
        for commit in 0..commits.min(TEXTS) {
            let name = format!("b{commit}");
            if made.sandbox.git(["log", "-1", "--format=%s", &name]).trim() == key(MESSAGES + commit) {
                keys.insert(made.id(&name), MESSAGES + commit);
            }
        }
        Self { made, keys }
    }

    /// The objects that git lists.
    fn listed(&self, range: &str) -> BTreeSet<String> {
        let text = self.made.sandbox.git(["rev-list", "--objects", "--no-object-names", range]);
        text.lines().map(str::to_owned).collect()
    }

    #[track_caller]
    fn check(&self, base: &str, tip: &str) {
        let range = format!("{base}..{tip}");
        let (of_tip, of_base) = (self.listed(tip), self.listed(base));
        let new: BTreeSet<&String> = of_tip.difference(&of_base).collect();
        // Git lists a little more: what the base had once and has no longer.
        let listed = self.listed(&range);
        assert!(new.iter().all(|id| listed.contains(*id)), "git itself differs: {range}");
        let expect: BTreeSet<usize> = new.iter().filter_map(|id| self.keys.get(*id)).copied().collect();
        let found = self.made.found(&["--range", &range]);
        assert_eq!(found, expect, "{range}");
    }
}

#[test]
fn hold_what_git_lists() {
    for seed in 0..6 {
        let mut rng = Rng::of_part(SEED, seed);
        let case = Case::new(&mut rng, 50, 25);
        if seed % 2 == 1 {
            case.made.sandbox.git(["repack", "-adfq"]);
        }
        for _ in 0..10 {
            let (base, tip) = (rng.below(50), rng.below(50));
            case.check(&format!("b{base}"), &format!("b{tip}"));
        }
    }
}

/// So many objects that they are not read one by one.
#[test]
fn hold_what_git_lists_where_it_is_much() {
    let mut rng = Rng::of_part(SEED, 100);
    let case = Case::new(&mut rng, 400, 10_000);
    assert!(case.listed("b0..b399").len() > 600, "there is less than was wanted");
    case.check("b0", "b399");
    case.made.sandbox.git(["repack", "-adfq"]);
    case.check("b0", "b399");
    case.check("b20", "b399");
    case.check("b399", "b398");
}
