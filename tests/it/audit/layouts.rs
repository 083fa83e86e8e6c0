//! Repositories of other kinds, and broken ones.

use std::fs;

use serde_json::Value;

use super::{commit, line, places, report};
use crate::sandbox::{Sandbox, key};

/// What was not read, and why.
fn skipped(report: &Value) -> Vec<String> {
    let skipped = report["coverage"]["skipped"].as_array().expect("there is a list").iter();
    skipped.map(|one| format!("{} {}", one["path"], one["detail"])).collect()
}

fn committed() -> Sandbox {
    let sandbox = Sandbox::repository();
    sandbox.write("a.env", line(1));
    sandbox.git(["add", "--all"]);
    commit(&sandbox, "first");
    sandbox
}

#[test]
fn a_bare_repository_has_its_history_and_its_files() {
    let sandbox = committed();
    sandbox.git(["clone", "--quiet", "--bare", ".", "../home/bare.git"]);
    fs::write(sandbox.home().join("bare.git/description"), line(2)).expect("it can be written");
    let report = report(&sandbox, &["../home/bare.git"]);
    assert_eq!(places(&report), ["a.env:1: history (ref)", "bare.git/description:1: metadata"]);
    assert_eq!(skipped(&report), [""; 0]);
    let path = sandbox.home().join("bare.git/a.env");
    // A file of the git folder that is called as one of the history is another place.
    fs::write(path, line(1)).expect("it can be written");
    let report = super::report(&sandbox, &["../home/bare.git"]);
    assert_eq!(report["summary"]["findings"], 3);
}

#[test]
fn a_linked_work_tree_has_files_of_its_own_and_the_shared_history() {
    let sandbox = committed();
    sandbox.git(["worktree", "add", "--quiet", "../home/linked", "-b", "side"]);
    fs::write(sandbox.home().join("linked/b.env"), line(2)).expect("it can be written");
    sandbox.git(["-C", "../home/linked", "add", "b.env"]);
    sandbox.write("c.env", line(3));
    sandbox.write(".git/hooks/x", line(4));
    let linked = report(&sandbox, &["../home/linked"]);
    assert_eq!(
        places(&linked),
        [".git/hooks/x:1: metadata", "a.env:1: tree history (ref)", "b.env:1: tree index (index)",]
    );
    // The other one's index is read with the objects.
    let main = report(&sandbox, &[]);
    let expect = [
        ".git/hooks/x:1: metadata",
        "a.env:1: tree history (ref)",
        "b.env:1: index (index)",
        "c.env:1: tree",
    ];
    assert_eq!(places(&main), expect);
}

#[test]
fn a_broken_index_does_not_stop_the_rest() {
    let sandbox = committed();
    sandbox.write("b.env", line(2));
    sandbox.write(".git/index", "broken");
    let run = sandbox.run(["audit", "--format", "json"]).exits(2);
    let report = run.json();
    assert_eq!(places(&report), ["a.env:1: tree history (ref)", "b.env:1: tree"]);
    let skipped = skipped(&report);
    assert!(skipped.len() == 1 && skipped[0].contains("cannot read the index"), "{skipped:?}");
}

/// What several parts need is skipped once, and named from the root.
#[test]
fn what_is_damaged_is_named_once() {
    for file in [".git/index", ".git/HEAD", ".git/logs/HEAD"] {
        let sandbox = committed();
        sandbox.write(file, "broken");
        let report = sandbox.run(["audit", "--format", "json"]).exits(2).json();
        let skipped = report["coverage"]["skipped"].as_array().expect("it is a list");
        let paths: Vec<_> = skipped.iter().map(|skipped| &skipped["path"]).collect();
        assert_eq!(paths, [file], "{skipped:?}");
    }
}

#[test]
fn a_broken_configuration_does_not_stop_the_rest() {
    let sandbox = committed();
    sandbox.write(".git/hooks/x", line(4));
    sandbox.write(".git/config", "[core\n");
    let run = sandbox.run(["audit", "--format", "json"]).exits(2);
    let report = run.json();
    assert_eq!(places(&report), [".git/hooks/x:1: metadata", "a.env:1: tree"]);
    let skipped = report["coverage"]["skipped"].as_array().expect("it is a list");
    let paths: Vec<_> = skipped.iter().map(|skipped| &skipped["path"]).collect();
    assert_eq!(paths, [".git/config", "the history"]);
}

#[test]
fn a_broken_head_or_object_does_not_stop_the_rest() {
    let sandbox = committed();
    sandbox.write("b.env", line(2));
    sandbox.write(".git/refs/heads/main", "broken\n");
    let run = sandbox.run(["audit", "--format", "json"]).exits(2);
    let found = places(&run.json());
    assert!(found.contains(&"b.env:1: tree".to_owned()), "{found:?}");
    assert!(found.iter().any(|place| place.contains("history")), "{found:?}");
    let sandbox = committed();
    fs::remove_dir_all(sandbox.path(".git/objects")).expect("it is there");
    fs::write(sandbox.path(".git/objects"), "a file").expect("it can be written");
    let run = sandbox.run(["audit", "--format", "json"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
}

#[test]
fn where_there_is_no_repository_there_is_no_verdict() {
    let sandbox = Sandbox::new();
    sandbox.write("a.env", line(1));
    sandbox.run(["audit"]).exits(2).says(&[
        "error: cannot audit the repository",
        "is not in a git repository",
        "use `baseleak scan`",
    ]);
    sandbox.run(["audit", "missing"]).exits(2).says(&["cause:", "hint:"]);
}

#[test]
fn an_empty_repository_is_clean() {
    let sandbox = Sandbox::repository();
    sandbox.run(["audit"]).exits(0).prints(&["no keys found"]);
}

/// Files of a submodule are files of the work tree; its history is read where it is asked for.
#[test]
fn submodules() {
    let sandbox = Sandbox::repository();
    sandbox.git(["init", "--quiet", "--initial-branch=main", "../home/inner"]);
    fs::write(sandbox.home().join("inner/in.env"), line(1)).expect("it can be written");
    fs::write(sandbox.home().join("inner/.gitignore"), "own.env\n").expect("it can be written");
    sandbox.git(["-C", "../home/inner", "add", "--all"]);
    sandbox.git(["-C", "../home/inner", "commit", "--quiet", "--message", "first"]);
    let url = sandbox.home().join("inner");
    let url = url.to_str().expect("it is UTF-8");
    sandbox.git(["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "libs/inner"]);
    sandbox.write("libs/inner/own.env", format!("KEY = {}\n", key(2)));
    let alone = report(&sandbox, &[]);
    assert_eq!(places(&alone), ["libs/inner/in.env:1: tree", "libs/inner/own.env:1: ignored"]);
    assert_eq!(alone["coverage"]["submodules"], 1);
    let with = report(&sandbox, &["--submodules"]);
    assert_eq!(places(&with), ["libs/inner/in.env:1: tree history (ref)", "libs/inner/own.env:1: ignored"]);
    assert_eq!(with["coverage"]["submodules"], 0);
}

#[test]
fn globs_hold_for_every_part_but_gits_own_files() {
    let sandbox = committed();
    sandbox.write("b/c.env", line(2));
    sandbox.write("b/d.env", line(3));
    sandbox.git(["add", "b/d.env"]);
    sandbox.write(".git/hooks/x", line(4));
    let report = report(&sandbox, &["--exclude", "b", "--exclude", "a.env"]);
    let found = places(&report);
    assert_eq!(found[0], ".git/hooks/x:1: metadata");
    assert!(found.iter().all(|place| !place.contains("env")), "{found:?}");
}
