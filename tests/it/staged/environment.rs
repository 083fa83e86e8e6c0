//! Where git keeps things: its environment variables, linked work trees,
//! subfolders, alternates, hooks.

use std::fs;

use super::{commit, committed, report, staged};
use crate::sandbox::{Sandbox, paths};

/// Holds a run in `folder` with these variables to the paths of its findings.
#[track_caller]
fn check(sandbox: &Sandbox, folder: &str, variables: &[(&str, &str)], args: &[&str], expect: &[&str]) {
    let mut command = sandbox.command(["staged", "--format", "json"]);
    command.args(args).current_dir(sandbox.path(folder)).envs(variables.iter().copied());
    let report = report(&mut command);
    assert_eq!(paths(&report), expect, "{folder} {variables:?} {args:?}");
    assert_eq!(report["coverage"]["complete"], true);
}

#[test]
fn it_starts_anywhere_in_the_repository() {
    let sandbox = committed();
    sandbox.write_key("a/b/one.txt");
    sandbox.write_key("two.txt");
    sandbox.git(["add", "--all"]);
    sandbox.write(".baseleak.toml", "[scan]\nexclude = [\"two.txt\"]\n");
    sandbox.write("a/.baseleak.toml", "[scan]\nexclude = [\"one.txt\"]\n");
    fs::create_dir(sandbox.path("elsewhere")).expect("a folder can be made");
    check(&sandbox, "a/b", &[], &[], &["a/b/one.txt"]);
    check(&sandbox, "elsewhere", &[], &["../a"], &["a/b/one.txt"]);
    check(&sandbox, ".git", &[], &["--no-config"], &["a/b/one.txt", "two.txt"]);
}

#[test]
fn the_index_of_a_partial_commit_is_read() {
    let sandbox = committed();
    sandbox.write_key("one.txt");
    sandbox.write_key("two.txt");
    sandbox.git(["add", "--all"]);
    // What `git commit --only` does: an index of its own beside the real one.
    sandbox.write("empty/file", "");
    let mut git = sandbox.confined("git");
    git.env("GIT_INDEX_FILE", ".git/next-index-1.lock");
    let status = git.args(["read-tree", "HEAD"]).status().expect("git can be run");
    assert!(status.success());
    let mut git = sandbox.confined("git");
    git.env("GIT_INDEX_FILE", ".git/next-index-1.lock");
    assert!(git.args(["add", "two.txt"]).status().expect("git can be run").success());
    let index = [("GIT_INDEX_FILE", ".git/next-index-1.lock")];
    check(&sandbox, "", &index, &[], &["two.txt"]);
    check(&sandbox, "", &index, &["."], &["two.txt"]);
    check(&sandbox, "empty", &index, &[], &["two.txt"]);
    check(&sandbox, "", &[], &[], &["one.txt", "two.txt"]);
}

/// A real hook, with the variables that git itself sets.
#[cfg(unix)]
#[test]
fn a_hook_sees_what_is_to_be_committed() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = committed();
    let program = env!("CARGO_BIN_EXE_baseleak");
    let hook = sandbox.path(".git/hooks/pre-commit");
    sandbox.write(".git/hooks/pre-commit", format!("#!/bin/sh\nexec '{program}' staged\n"));
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("it is ours");
    sandbox.write_key("bad.txt");
    sandbox.write("good.txt", "nothing\n");
    sandbox.git(["add", "--all"]);
    let commit = |args: &[&str]| {
        let mut git = sandbox.confined("git");
        let output = git.args(["commit", "--quiet", "--message", "m"]).args(args).output();
        output.expect("git can be run").status.success()
    };
    assert!(!commit(&[]));
    assert!(!commit(&["--only", "bad.txt"]));
    assert!(commit(&["--only", "good.txt"]));
    assert!(!commit(&["--all"]));
}

#[test]
fn the_repository_and_the_work_tree_can_lie_apart() {
    let sandbox = Sandbox::new();
    sandbox.git(["init", "--quiet", "--bare", "store"]);
    sandbox.write_key("tree/a/one.txt");
    let git = |args: &[&str]| {
        let apart = ["--git-dir=store", "--work-tree=tree"];
        sandbox.git(apart.iter().chain(args));
    };
    git(&["add", "--all"]);
    sandbox.write("tree/.baseleak.toml", "[scan]\nexclude = [\"*.py\"]\n");
    let store = sandbox.path("store").to_str().expect("the path is UTF-8").to_owned();
    let tree = sandbox.path("tree").to_str().expect("the path is UTF-8").to_owned();
    let absolute = [("GIT_DIR", &*store), ("GIT_WORK_TREE", &*tree)];
    check(&sandbox, "", &absolute, &[], &["a/one.txt"]);
    check(&sandbox, "tree/a", &absolute, &[], &["a/one.txt"]);
    check(&sandbox, "", &[("GIT_DIR", "store"), ("GIT_WORK_TREE", "tree")], &[], &["a/one.txt"]);
    check(&sandbox, "", &[], &["store"], &["a/one.txt"]);
    git(&["commit", "--quiet", "--message", "m"]);
    check(&sandbox, "tree/a", &absolute, &[], &[]);
}

#[test]
fn a_named_repository_is_not_confused_with_that_of_the_environment() {
    let sandbox = committed();
    sandbox.write_key("one.txt");
    sandbox.git(["add", "--all"]);
    let other = committed();
    other.write_key("other.txt");
    other.git(["add", "--all"]);
    let other = other.path("");
    let other = other.to_str().expect("the path is UTF-8");
    let index = sandbox.path(".git/index").to_str().expect("the path is UTF-8").to_owned();
    let folder = sandbox.path(".git").to_str().expect("the path is UTF-8").to_owned();
    let variables = [("GIT_DIR", &*folder), ("GIT_INDEX_FILE", &*index)];
    check(&sandbox, "", &variables, &[], &["one.txt"]);
    check(&sandbox, "", &variables, &[other], &["other.txt"]);
}

#[test]
fn objects_may_lie_elsewhere() {
    let sandbox = committed();
    sandbox.write_key("one.txt");
    fs::create_dir(sandbox.path("quarantine")).expect("a folder can be made");
    let mut git = sandbox.confined("git");
    git.env("GIT_OBJECT_DIRECTORY", sandbox.path("quarantine"));
    git.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", sandbox.path(".git/objects"));
    assert!(git.args(["add", "one.txt"]).status().expect("git can be run").success());
    sandbox.run(["staged"]).exits(2);
    let objects = sandbox.path(".git/objects").to_str().expect("the path is UTF-8").to_owned();
    let variables = [("GIT_OBJECT_DIRECTORY", "quarantine"), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", &*objects)];
    check(&sandbox, "", &variables, &[], &["one.txt"]);
    // Alternates that a file names, and theirs.
    sandbox.write(".git/objects/info/alternates", format!("{}\n", sandbox.path("quarantine").display()));
    check(&sandbox, "", &[], &[], &["one.txt"]);
}

/// Git puts a folder in quotes whose name holds what stands between two of them, and
/// keeps what a push brings in a folder of its own until all hooks have agreed.
#[cfg(unix)]
#[test]
fn folders_of_objects_may_be_quoted_or_in_quarantine() {
    let sandbox = committed();
    sandbox.write_key("one.txt");
    let objects = sandbox.path(".git/objects");
    fs::create_dir(sandbox.path("a:b")).expect("a folder can be made");
    let mut git = sandbox.confined("git");
    git.env("GIT_OBJECT_DIRECTORY", sandbox.path("a:b")).env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &objects);
    assert!(git.args(["add", "one.txt"]).status().expect("git can be run").success());
    let objects = objects.to_str().expect("the path is UTF-8").to_owned();
    let quoted = format!("{objects}:\"a\\072b\"");
    let check = |variables: &[(&str, &str)]| check(&sandbox, "", variables, &[], &["one.txt"]);
    check(&[("GIT_ALTERNATE_OBJECT_DIRECTORIES", "\"a:b\"")]);
    check(&[("GIT_ALTERNATE_OBJECT_DIRECTORIES", &quoted)]);
    check(&[("GIT_QUARANTINE_PATH", "a:b")]);
    let all = [("GIT_OBJECT_DIRECTORY", "a:b"), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", &*objects)];
    check(&[all[0], all[1], ("GIT_QUARANTINE_PATH", "a:b")]);
}

#[test]
fn a_linked_work_tree_has_an_index_of_its_own() {
    let sandbox = committed();
    sandbox.git(["worktree", "add", "--quiet", "linked"]);
    sandbox.write_key("linked/a/one.txt");
    sandbox.git(["-C", "linked", "add", "--all"]);
    sandbox.write("linked/.baseleak.toml", "[scan]\nexclude = [\"*.py\"]\n");
    check(&sandbox, "linked/a", &[], &[], &["a/one.txt"]);
    check(&sandbox, "", &[], &["linked"], &["a/one.txt"]);
    check(&sandbox, "", &[], &[], &[]);
    let mut command = sandbox.command(["staged", "--format", "json"]);
    let report = report(command.current_dir(sandbox.path("linked/a")));
    assert!(report["config"].as_str().is_some_and(|config| config.ends_with("linked/.baseleak.toml")));
}

#[test]
fn head_is_found_however_it_is_kept() {
    let sandbox = committed();
    sandbox.write_key("one.txt");
    commit(&sandbox);
    let read = || staged(&sandbox, &[])["coverage"]["files"].as_u64();
    for prepare in [
        &["pack-refs", "--all"][..],
        &["checkout", "--quiet", "--detach"],
        &["checkout", "--quiet", "-b", "a/b/c"],
        &["symbolic-ref", "refs/heads/alias", "refs/heads/main"],
        &["symbolic-ref", "HEAD", "refs/heads/alias"],
        &["gc", "--quiet"],
    ] {
        sandbox.git(prepare);
        assert_eq!(read(), Some(0), "{prepare:?}");
    }
    sandbox.git(["checkout", "--quiet", "--orphan", "fresh"]);
    assert_eq!(read(), Some(2));
}
