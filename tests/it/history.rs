//! Everything that git keeps is read, and each leak is told of in git's terms.

mod names;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;

use crate::sandbox::{Sandbox, key};

/// The report of `history --format json` over the work folder.
fn report(sandbox: &Sandbox, args: &[&str]) -> Value {
    sandbox.run(["history", "--format", "json"].iter().chain(args)).json()
}

/// The finding of the key with this number whose path holds `path`. A message may
/// stand in a commit and in a log as well.
#[track_caller]
fn finding<'r>(report: &'r Value, number: usize, path: &str) -> &'r Value {
    let name = key(number);
    let name = name.split('.').next().expect("it has a public part");
    let all = report["findings"].as_array().expect("there are findings");
    let at_path = |finding: &&Value| finding["path"].as_str().is_some_and(|found| found.contains(path));
    let found: Vec<_> = all.iter().filter(|finding| finding["key"] == name).filter(at_path).collect();
    assert_eq!(found.len(), 1, "key {number} at {path:?}");
    found[0]
}

/// A repository with the key of each number in another place, and where it is to be found.
struct Places {
    sandbox: Sandbox,
    /// Number, path, whether a commit carries it, whether it is in HEAD.
    expect: Vec<(usize, String, bool, bool)>,
}

impl Places {
    fn line(number: usize) -> String {
        format!("KEY = {}\n", key(number))
    }

    fn commit(&self, message: &str) {
        self.sandbox.git(["add", "--all"]);
        self.sandbox.git(["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    fn expect(&mut self, number: usize, path: &str, has_commit: bool, in_head: bool) {
        self.expect.push((number, path.to_owned(), has_commit, in_head));
    }

    /// Content that commits carry.
    fn content(&mut self) {
        self.sandbox.write("kept.env", Self::line(1));
        self.sandbox.write("deleted.env", Self::line(2));
        self.sandbox.write("edited.env", format!("a\n{}b\n", Self::line(3)));
        self.commit("first");
        fs::remove_file(self.sandbox.path("deleted.env")).expect("it is there");
        self.sandbox.write("edited.env", "a\nb\n");
        self.commit("second");
        self.expect(1, "kept.env", true, true);
        self.expect(2, "deleted.env", true, false);
        self.expect(3, "edited.env", true, false);

        self.sandbox.git(["switch", "--quiet", "--create", "unmerged"]);
        self.sandbox.write("branch.env", Self::line(4));
        self.commit("on a branch");
        self.sandbox.git(["switch", "--quiet", "main"]);
        self.expect(4, "branch.env", true, false);

        self.sandbox.git(["switch", "--quiet", "--create", "other"]);
        self.sandbox.write("other.txt", "other\n");
        self.commit("to be merged");
        self.sandbox.git(["switch", "--quiet", "main"]);
        self.sandbox.git(["merge", "--quiet", "--no-ff", "--no-commit", "other"]);
        self.sandbox.write("evil.env", Self::line(5));
        self.commit("a merge that brings its own");
        self.expect(5, "evil.env", true, true);
    }

    /// Content that no branch leads to.
    fn lost(&mut self) {
        self.sandbox.write("amended.env", Self::line(6));
        self.commit("to be amended");
        self.sandbox.git(["rm", "--quiet", "amended.env"]);
        self.sandbox.git(["commit", "--quiet", "--amend", "--message", "amended", "--allow-empty"]);
        self.expect(6, "amended.env", true, false);

        self.sandbox.git(["switch", "--quiet", "--create", "doomed"]);
        self.sandbox.write("doomed.env", Self::line(7));
        self.commit("on a branch that goes");
        self.sandbox.git(["switch", "--quiet", "main"]);
        self.sandbox.git(["branch", "--quiet", "-D", "doomed"]);
        self.expect(7, "doomed.env", true, false);

        self.sandbox.write("kept.env", format!("{}{}", Self::line(1), Self::line(8)));
        self.sandbox.write("untracked.env", Self::line(9));
        self.sandbox.git(["stash", "push", "--quiet", "--include-untracked"]);
        self.expect(8, "kept.env", true, false);
        self.expect(9, "untracked.env", true, false);

        self.sandbox.write("staged.env", Self::line(10));
        self.sandbox.git(["add", "staged.env"]);
        self.sandbox.write("staged.env", "overwritten\n");
        self.sandbox.git(["add", "staged.env"]);
        self.sandbox.git(["reset", "--quiet", "--hard"]);
        self.expect(10, "blob ", false, false);
    }

    /// Texts that are no content.
    fn texts(&mut self) {
        self.sandbox.git([
            "commit",
            "--quiet",
            "--allow-empty",
            "--message",
            &format!("message {}", key(11)),
        ]);
        self.expect(11, "commit ", true, true);
        self.sandbox.git(["tag", "--annotate", "v1", "--message", &format!("tag {}", key(12))]);
        self.expect(12, "tag ", false, false);
        self.sandbox.git(["notes", "add", "--message", &format!("note {}", key(13))]);
        self.expect(13, "", true, false);
        let author = format!("--author=Me {} <me@example.com>", key(14));
        self.sandbox.git(["commit", "--quiet", "--allow-empty", "--message", "by whom", &author]);
        self.expect(14, "commit ", true, true);
        self.sandbox.git(["branch", &format!("topic/{}", key(15))]);
        self.expect(15, ".git/refs/heads/topic/", false, false);
        self.sandbox.git(["config", "remote.o.url", &format!("https://x:{}@example.com/r", key(16))]);
        self.expect(16, ".git/config", false, false);
        self.sandbox.write(".git/hooks/post-commit", format!("#!/bin/sh\nexport K={}\n", key(17)));
        self.expect(17, "hooks/post-commit", false, false);
        self.sandbox.git(["update-ref", "-m", &format!("log {}", key(18)), "refs/heads/logged", "HEAD"]);
        self.sandbox.git([
            "update-ref",
            "--create-reflog",
            "-m",
            &format!("log {}", key(18)),
            "refs/heads/l2",
            "HEAD",
        ]);
        self.expect(18, "logs/refs/heads/l2", false, false);
        self.sandbox.write("blob.txt", Self::line(19));
        let blob = self.sandbox.git(["hash-object", "-w", "blob.txt"]);
        self.sandbox.git(["tag", "blobtag", blob.trim()]);
        fs::remove_file(self.sandbox.path("blob.txt")).expect("it is there");
        self.expect(19, "blob ", false, false);
    }
}

fn places() -> Places {
    let mut places = Places { sandbox: Sandbox::repository(), expect: Vec::new() };
    places.content();
    places.lost();
    places.texts();
    places
}

#[track_caller]
fn hold(places: &Places, report: &Value) {
    for (number, path, has_commit, in_head) in &places.expect {
        let finding = finding(report, *number, path);
        assert_eq!(finding["origin"]["commit"].is_object(), *has_commit, "key {number}: {finding}");
        assert_eq!(finding["origin"]["in_head"] == true, *in_head, "key {number}: {finding}");
    }
    assert_eq!(report["coverage"]["complete"], true, "{report}");
}

/// Every file of the git folder with its size and time, which a scan must leave as they are.
fn state(folder: &Path, into: &mut BTreeMap<String, (u64, SystemTime)>) {
    for entry in fs::read_dir(folder).expect("it can be listed").flatten() {
        let metadata = entry.metadata().expect("it is there");
        let time = metadata.modified().expect("the system knows");
        into.insert(entry.path().display().to_string(), (metadata.len(), time));
        if metadata.is_dir() {
            state(&entry.path(), into);
        }
    }
}

#[test]
fn every_place_is_read_and_nothing_is_written() {
    let places = places();
    let git = places.sandbox.path(".git");
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    state(&git, &mut before);
    let loose = report(&places.sandbox, &[]);
    state(&git, &mut after);
    assert_eq!(before, after);
    hold(&places, &loose);
    assert_eq!(loose, report(&places.sandbox, &["--threads", "1"]));

    places.sandbox.git(["repack", "-adkfq", "--depth=50", "--window=50"]);
    let packed = report(&places.sandbox, &[]);
    hold(&places, &packed);
}

#[test]
fn bare_repositories_and_alternates_are_read() {
    let sandbox = Sandbox::repository();
    sandbox.write("a.env", format!("KEY = {}\n", key(1)));
    sandbox.git(["add", "a.env"]);
    sandbox.git(["commit", "--quiet", "--message", "first"]);
    sandbox.git(["clone", "--quiet", "--shared", "--bare", ".", "../home/shared.git"]);
    let report = report(&sandbox, &["../home/shared.git"]);
    assert_eq!(finding(&report, 1, "a.env")["origin"]["in_head"], true);
}

#[test]
fn versions_of_a_file_are_one_leak() {
    let sandbox = Sandbox::repository();
    for version in 0..5 {
        sandbox.write("a.env", format!("# {version}\nKEY = {}\n", key(1)));
        sandbox.git(["add", "a.env"]);
        sandbox.git(["commit", "--quiet", "--message", "next"]);
    }
    let report = report(&sandbox, &[]);
    let origin = &finding(&report, 1, "a.env")["origin"];
    assert_eq!((&origin["versions"], &origin["in_head"]), (&Value::from(5), &Value::from(true)));
    assert_eq!(report["summary"]["findings"], 1);
}

#[test]
fn where_there_is_no_repository_there_is_no_verdict() {
    let sandbox = Sandbox::new();
    sandbox.run(["history"]).exits(2).says(&["is not in a git repository"]);
}

#[test]
fn an_object_that_cannot_be_read_leaves_no_verdict() {
    let sandbox = Sandbox::repository();
    sandbox.write("a.txt", "nothing\n");
    let blob = sandbox.git(["hash-object", "-w", "a.txt"]);
    let blob = blob.trim();
    let file = sandbox.path(format!(".git/objects/{}/{}", &blob[..2], &blob[2..]));
    fs::remove_file(&file).expect("it is there");
    fs::write(&file, "broken").expect("it can be written");
    let run = sandbox.run(["history"]).exits(2);
    assert!(run.stdout.contains(blob), "{}", run.stdout);
}

#[test]
fn a_shallow_clone_leaves_no_verdict_unless_allowed() {
    let sandbox = Sandbox::repository();
    for number in 0..3 {
        sandbox.write("a.txt", format!("{number}\n"));
        sandbox.git(["add", "a.txt"]);
        sandbox.git(["commit", "--quiet", "--message", "next"]);
    }
    let origin = format!("file://{}", sandbox.path(".git").display());
    sandbox.git(["clone", "--quiet", "--depth=1", &origin, "../home/shallow"]);
    let run = sandbox.run(["history", "../home/shallow"]).exits(2);
    assert!(run.stdout.contains("the clone is shallow"), "{}", run.stdout);
    sandbox.run(["history", "../home/shallow", "--allow-incomplete"]).exits(0);
}

#[test]
fn an_index_without_its_pack_leaves_no_verdict() {
    let sandbox = Sandbox::repository();
    sandbox.write("a.txt", "nothing\n");
    sandbox.git(["add", "a.txt"]);
    sandbox.git(["commit", "--quiet", "--message", "first"]);
    sandbox.git(["repack", "-adq"]);
    let packs = fs::read_dir(sandbox.path(".git/objects/pack")).expect("it can be listed").flatten();
    let pack = packs.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|end| end == "pack"));
    fs::remove_file(pack.expect("there is a pack")).expect("it can be removed");
    sandbox.run(["history"]).exits(2);
}

#[test]
fn both_engines_say_the_same() {
    let places = places();
    places.sandbox.git(["repack", "-adkfq"]);
    let slow = report(&places.sandbox, &["--engine", "git2"]);
    assert_eq!(report(&places.sandbox, &[]), slow);
}

/// Some rules look at some paths only, and an excluded path does not hide another.
#[test]
fn a_blob_with_several_paths_is_judged_at_each() {
    let sandbox = Sandbox::repository();
    let config = "model_name: a\nsecrets:\n  token: q8ZkR0vXw3JbT9mLc5HdY1sN\n";
    sandbox.write("a/other.yaml", config);
    sandbox.write("b/config.yaml", config);
    for path in ["a/key.txt", "b/key.txt"] {
        sandbox.write(path, format!("KEY = {}\n", key(1)));
    }
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "first"]);
    let all = report(&sandbox, &[]);
    let rules: Vec<_> =
        all["findings"].as_array().expect("there are some").iter().map(|f| &f["rule"]).collect();
    assert_eq!(rules, ["baseten-api-key", "truss-config-secret"]);
    let finding = &all["findings"][1];
    assert_eq!(finding["path"], "b/config.yaml");
    assert_eq!(finding["origin"]["other_paths"], serde_json::json!(["a/other.yaml"]));
    let rest = report(&sandbox, &["--exclude", "a"]);
    assert_eq!(self::finding(&rest, 1, "b/key.txt")["origin"]["in_head"], true);
    assert_eq!(rest["summary"]["findings"], 2);
    assert_eq!(report(&sandbox, &["--exclude", "a", "--exclude", "b"])["summary"]["findings"], 0);
}
