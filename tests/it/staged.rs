//! `baseleak staged`: the content of the index that HEAD does not have, and nothing else.

mod environment;
mod kinds;
mod refusals;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use serde_json::Value;

use crate::sandbox::{Sandbox, key, paths};

/// Runs `staged --format json`, which must leave the repository as it was.
#[track_caller]
fn staged(sandbox: &Sandbox, args: &[&str]) -> Value {
    report(sandbox.command(["staged", "--format", "json"]).args(args))
}

/// The report of a run.
#[track_caller]
fn report(command: &mut Command) -> Value {
    let output = command.output().expect("the program can be started");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let report = serde_json::from_slice(&output.stdout);
    assert!(report.is_ok(), "no report: {:?}, {stderr}", output.status);
    report.expect("it was just looked at")
}

/// Holds what is staged to these paths with a finding each.
#[track_caller]
fn check(sandbox: &Sandbox, expect: &[&str]) {
    let report = staged(sandbox, &[]);
    assert_eq!(paths(&report), expect);
    assert_eq!(report["coverage"]["complete"], true);
}

/// A repository with one commit of a file without keys.
fn committed() -> Sandbox {
    let sandbox = Sandbox::repository();
    sandbox.write("old.txt", "nothing\n");
    commit(&sandbox);
    sandbox
}

/// Commits all that is in the work tree.
fn commit(sandbox: &Sandbox) {
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "a commit"]);
}

/// Every file below `folder` with its bytes and its time of change.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut files = BTreeMap::new();
    for entry in ignore::WalkBuilder::new(folder).standard_filters(false).build() {
        let path = entry.expect("the folder can be listed").into_path();
        let metadata = path.symlink_metadata().expect("it is there");
        let bytes = if metadata.is_file() { fs::read(&path).expect("it can be read") } else { Vec::new() };
        files.insert(path, (bytes, metadata.modified().expect("there are times")));
    }
    files
}

#[test]
fn what_is_staged_is_read_and_nothing_else() {
    let sandbox = committed();
    sandbox.write_key("committed.txt");
    commit(&sandbox);
    sandbox.write_key("untracked.txt");
    check(&sandbox, &[]);
    sandbox.write_key("a/staged.txt");
    sandbox.git(["add", "a/staged.txt"]);
    check(&sandbox, &["a/staged.txt"]);
    let report = staged(&sandbox, &[]);
    assert_eq!(report["coverage"]["files"], 1);
    sandbox.run(["staged"]).exits(1).prints(&["a/staged.txt:1:7: high"]);
    sandbox.run(["staged", "--exit-zero"]).exits(0);
}

#[test]
fn the_index_counts_and_not_the_work_tree() {
    let sandbox = committed();
    sandbox.write_key("one.txt");
    sandbox.git(["add", "one.txt"]);
    sandbox.write("one.txt", "cleaned in the work tree only\n");
    check(&sandbox, &["one.txt"]);
    fs::remove_file(sandbox.path("one.txt")).expect("it can be removed");
    check(&sandbox, &["one.txt"]);
    sandbox.write_key("one.txt");
    sandbox.write("one.txt", "clean\n");
    sandbox.git(["add", "one.txt"]);
    sandbox.write_key("one.txt");
    check(&sandbox, &[]);
}

#[test]
fn lines_are_those_of_the_staged_file() {
    let sandbox = committed();
    sandbox.write("old.txt", format!("one\ntwo\nKEY = {}\n", key(1)));
    sandbox.git(["add", "--all"]);
    sandbox.write("old.txt", "other\n");
    let report = staged(&sandbox, &[]);
    let finding = &report["findings"][0];
    assert_eq!((finding["line"].as_u64(), finding["column"].as_u64()), (Some(3), Some(7)));
}

#[test]
fn the_first_commit_is_compared_with_nothing() {
    let sandbox = Sandbox::repository();
    check(&sandbox, &[]);
    sandbox.write_key("one.txt");
    sandbox.write_key("a/b/two.txt");
    sandbox.git(["add", "--all"]);
    check(&sandbox, &["a/b/two.txt", "one.txt"]);
}

#[test]
fn a_part_of_a_file_can_be_staged() {
    let sandbox = committed();
    let lines = "a line\n".repeat(40);
    sandbox.write("part.txt", &lines);
    commit(&sandbox);
    let (first, last) = (key(1), key(2));
    sandbox.write("part.txt", format!("KEY = {first}\n{lines}KEY = {last}\n"));
    let mut git = sandbox.confined("git");
    git.args(["add", "--patch"]).stdin(std::process::Stdio::piped());
    let mut child = git.stdout(std::process::Stdio::null()).spawn().expect("git can be run");
    let mut answers = child.stdin.take().expect("it is a pipe");
    std::io::Write::write_all(&mut answers, b"y\nn\n").expect("git reads its answers");
    drop(answers);
    assert!(child.wait().expect("git ends").success());
    let report = staged(&sandbox, &[]);
    assert_eq!(paths(&report), ["part.txt"]);
    assert_eq!(report["findings"][0]["line"], 1);
}

#[test]
fn nothing_is_written() {
    let sandbox = committed();
    sandbox.write_key("a/one.txt");
    sandbox.write_key("two.txt");
    sandbox.git(["add", "--all"]);
    sandbox.git(["update-index", "--force-remove", "old.txt"]);
    // The index is now out of date with the work tree: git would refresh it.
    sandbox.write("two.txt", "other\n");
    let before = snapshot(&sandbox.path(""));
    check(&sandbox, &["a/one.txt", "two.txt"]);
    sandbox.run(["staged"]).exits(1);
    assert!(snapshot(&sandbox.path("")) == before, "something was written");
}

#[test]
fn globs_limits_and_the_configuration_hold() {
    let sandbox = committed();
    sandbox.write_key("a/one.txt");
    sandbox.write_key("b/two.py");
    sandbox.write("c/large.txt", format!("{}\n{}", "x ".repeat(600), key(3)));
    sandbox.git(["add", "--all"]);
    let check = |args: &[&str], expect: &[&str]| {
        assert_eq!(paths(&staged(&sandbox, args)), expect, "{args:?}");
    };
    check(&["--max-file-size", "1000"], &["a/one.txt", "b/two.py"]);
    check(&["--exclude", "a"], &["b/two.py", "c/large.txt"]);
    check(&["--include", "*.py"], &["b/two.py"]);
    check(&["--disable", "baseten-api-key"], &[]);
    sandbox.write(".baseleak.toml", "[scan]\nexclude = [\"b\"]\n");
    check(&[], &["a/one.txt", "c/large.txt"]);
    check(&["--no-config"], &["a/one.txt", "b/two.py", "c/large.txt"]);
    let report = staged(&sandbox, &["--exclude", "c"]);
    assert_eq!(report["coverage"]["excluded"], 2);
}

#[test]
fn many_files_and_a_large_one_are_read_whole() {
    let sandbox = committed();
    let names: Vec<String> = (0..600).map(|number| format!("d{}/{number:04}.txt", number % 7)).collect();
    for (number, name) in names.iter().enumerate() {
        sandbox.write(name, format!("KEY = {}\n", key(number)));
    }
    sandbox.write("large.txt", format!("{}KEY = {}\n", "some words\n".repeat(700_000), key(700)));
    sandbox.git(["add", "--all"]);
    let mut expect: Vec<&str> = names.iter().map(String::as_str).collect();
    expect.push("large.txt");
    expect.sort_unstable();
    for threads in ["1", "2", "7"] {
        let report = staged(&sandbox, &["--threads", threads]);
        assert_eq!(paths(&report), expect);
        assert_eq!(report["coverage"]["files"], 601);
    }
}
