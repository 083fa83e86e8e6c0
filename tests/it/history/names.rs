//! The names of objects, against a plain reading of all trees; and what is told of
//! files that some rules look at for their name.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;
use std::sync::Mutex;

use baseleak::pack::ObjectId;
use baseleak::source::history::{Engine, History};
use git2::{ObjectType, Repository};

use super::report;
use crate::sandbox::Sandbox;

type Names = BTreeMap<ObjectId, BTreeSet<Vec<u8>>>;

/// Numbers that look random.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("it has 31 bits") % sides
    }
}

/// A name: mostly short, some with what looks like a mode, some longer than what
/// is shown around an edit.
fn name(dice: &mut Dice) -> String {
    let number = dice.roll(1000);
    match dice.roll(12) {
        0 => format!("100644 config-{number}.yaml"),
        1 => format!("part 7 of {number}"),
        2 => format!("{number}{}", "long".repeat(dice.roll(60))),
        3 => format!("{}{number}", "x".repeat(200 + dice.roll(400))),
        _ => format!("file-{number}.md"),
    }
}

/// A history as `git fast-import` reads it: files that are renamed, copied, changed
/// and deleted in some folders.
fn story(commits: usize, dice: &mut Dice) -> String {
    let mut story = String::new();
    for blob in 1..=80 {
        let text = format!("blob {blob}\n");
        writeln!(story, "blob\nmark :{blob}\ndata {}\n{text}", text.len()).expect("a string takes it");
    }
    let mut paths: Vec<String> = Vec::new();
    for commit in 0..commits {
        let when = 1_700_000_000 + commit;
        write!(story, "commit refs/heads/main\ncommitter A <a@b> {when} +0000\ndata 2\nx\n")
            .expect("a string takes it");
        for _ in 0..if commit == 0 { 200 } else { 1 + dice.roll(4) } {
            let path = format!("{}/{}", ["a", "b", "c/d", "c"][dice.roll(4)], name(dice));
            let blob = 1 + dice.roll(80);
            let act = if paths.len() < 150 { 3 } else { dice.roll(6) };
            let line = match act {
                0 => format!("D {}", paths.swap_remove(dice.roll(paths.len()))),
                1 => {
                    let old = paths.swap_remove(dice.roll(paths.len()));
                    paths.push(path.clone());
                    format!("R \"{old}\" \"{path}\"")
                }
                2 => {
                    let old = &paths[dice.roll(paths.len())];
                    let line = format!("C \"{old}\" \"{path}\"");
                    paths.push(path.clone());
                    line
                }
                4 => format!("M 100755 :{blob} {}", paths[dice.roll(paths.len())]),
                _ => {
                    paths.push(path.clone());
                    format!("M 100644 :{blob} {path}")
                }
            };
            // One path stands once, or a file would be taken away twice.
            paths.sort();
            paths.dedup();
            writeln!(story, "{line}").expect("a string takes it");
        }
        story.push('\n');
    }
    story
}

fn import(sandbox: &Sandbox, story: &str) {
    let mut command = sandbox.confined("git");
    command.args(["fast-import", "--quiet"]).stdin(Stdio::piped());
    let mut child = command.spawn().expect("git can be run");
    child.stdin.take().expect("it is piped").write_all(story.as_bytes()).expect("git reads it all");
    assert!(child.wait().expect("it ends").success());
}

/// The names of all entries of all trees.
fn naive(sandbox: &Sandbox) -> Names {
    let repository = Repository::open(sandbox.path(".")).expect("it can be opened");
    let odb = repository.odb().expect("it has objects");
    let mut ids = Vec::new();
    odb.foreach(|id| {
        ids.push(*id);
        true
    })
    .expect("they can be listed");
    let mut names = Names::new();
    for id in ids {
        if odb.read_header(id).expect("it is there").1 != ObjectType::Tree {
            continue;
        }
        for entry in &repository.find_tree(id).expect("it is sound") {
            let id = ObjectId::from_bytes(entry.id().as_bytes()).expect("it is 20 bytes long");
            names.entry(id).or_default().insert(entry.name_bytes().to_vec());
        }
    }
    names
}

/// What is shown of `ids` has all names in it, and others only where they look like it.
#[track_caller]
fn check(sandbox: &Sandbox, naive: &Names, ids: &HashSet<ObjectId>) {
    for engine in [Engine::Pack, Engine::Git2] {
        let history = History::open(Some(&sandbox.path("."))).expect("it can be opened");
        let found = Mutex::new(Names::new());
        let visit = |id: &ObjectId, name: &[u8]| {
            found.lock().expect("nobody panics").entry(*id).or_default().insert(name.to_vec());
        };
        history.names_of(engine, 2, ids, visit).expect("all can be read");
        let found = found.into_inner().expect("nobody panicked");
        assert!(found.keys().all(|id| ids.contains(id)));
        let (mut strange, mut total) = (0, 0);
        for id in ids {
            let (found, naive) = (&found[id], &naive[id]);
            assert!(found.is_superset(naive), "{engine:?}: {id}: {:?}", naive - found);
            for more in found.difference(naive) {
                // Between edits a name may end where something is left out.
                let is_like = naive.iter().any(|name| name.ends_with(more) || more.ends_with(name));
                assert!(is_like || engine == Engine::Pack, "{id}: {}", more.escape_ascii());
                strange += usize::from(!is_like);
            }
            total += naive.len();
        }
        assert!(strange <= total / 20, "{strange} of {total}");
    }
}

#[test]
fn no_name_of_an_object_is_missed() {
    for seed in 0..4 {
        let sandbox = Sandbox::repository();
        let mut dice = Dice(seed);
        import(&sandbox, &story(150, &mut dice));
        for way in [["--depth=50", "--window=50"], ["--depth=4000", "--window=10"]] {
            sandbox.git(["repack", "-adfq"].iter().chain(&way));
            let naive = naive(&sandbox);
            let all: Vec<ObjectId> = naive.keys().copied().collect();
            check(&sandbox, &naive, &all.iter().copied().collect());
            for few in [1, 9] {
                let some = (0..few).map(|_| all[dice.roll(all.len())]).collect();
                check(&sandbox, &naive, &some);
            }
        }
    }
}

/// A text that a rule believes in, but at names like `config.yaml` only.
const CONFIG: &str = "model_name: a\nsecrets:\n  token: q8ZkR0vXw3JbT9mLc5HdY1sN\n";

/// Some files, and a commit of all; the trees are deltas of each other when packed.
fn commit(sandbox: &Sandbox) {
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "next"]);
}

#[track_caller]
fn finds(sandbox: &Sandbox, expect: &[&str]) {
    for args in [&[][..], &["--engine", "git2"], &["--threads", "1"]] {
        let report = report(sandbox, args);
        let findings = report["findings"].as_array().expect("it is a list");
        let paths: Vec<_> = findings.iter().map(|finding| finding["path"].as_str().unwrap_or("")).collect();
        assert_eq!(paths, expect, "{args:?}");
    }
}

#[test]
fn a_file_is_judged_at_any_name_that_it_ever_had() {
    let sandbox = Sandbox::repository();
    for number in 0..40 {
        sandbox.write(format!("docs/{number}.md"), format!("page {number}\n"));
    }
    sandbox.write("docs/guide.md", CONFIG);
    commit(&sandbox);
    finds(&sandbox, &[]);
    // What is staged and in no commit has no path.
    sandbox.write("docs/config.yaml", CONFIG);
    sandbox.git(["add", "docs/config.yaml"]);
    finds(&sandbox, &[]);
    sandbox.git(["rm", "--quiet", "-f", "docs/config.yaml"]);
    for number in 0..20 {
        sandbox.write(format!("docs/{number}.md"), "other\n");
        commit(&sandbox);
        if number == 10 {
            sandbox.git(["mv", "docs/guide.md", "docs/config.yaml"]);
            commit(&sandbox);
            sandbox.git(["mv", "docs/config.yaml", "docs/guide.md"]);
        }
    }
    commit_nothing_more(&sandbox);
    finds(&sandbox, &["docs/config.yaml"]);
}

#[track_caller]
fn commit_nothing_more(sandbox: &Sandbox) {
    sandbox.git(["repack", "-adfq", "--depth=50", "--window=50"]);
    assert_eq!(sandbox.git(["status", "--porcelain"]), "");
}

#[test]
fn what_lies_at_excluded_paths_is_counted_all_the_same() {
    let sandbox = Sandbox::repository();
    sandbox.write("guide.md", CONFIG);
    commit(&sandbox);
    assert_eq!(report(&sandbox, &["--exclude", "*.md"])["coverage"]["excluded"], 1);
}
