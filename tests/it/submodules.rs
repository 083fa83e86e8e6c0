//! `--submodules`: the repositories within a repository, wherever git keeps them.

use std::fs;

use serde_json::Value;

use crate::sandbox::{Sandbox, key, paths};

/// A repository at `../home/<name>` with one key in `<name>.env`.
fn origin(sandbox: &Sandbox, name: &str, number: usize) {
    let place = format!("../home/{name}");
    sandbox.git(["init", "--quiet", "--initial-branch=main", &place]);
    sandbox.write(format!("{place}/{name}.env"), format!("KEY = {}\n", key(number)));
    commit(sandbox, &place);
}

fn commit(sandbox: &Sandbox, place: &str) {
    sandbox.git(["-C", place, "add", "--all"]);
    sandbox.git(["-C", place, "commit", "--quiet", "--message", "a commit"]);
}

/// Adds a submodule as git does today: its git folder lies in that of the parent.
fn add(sandbox: &Sandbox, place: &str, name: &str, path: &str) {
    let url = sandbox.home().join(name).into_os_string().into_string().expect("it is UTF-8");
    let allow = "protocol.file.allow=always";
    sandbox.git(["-C", place, "-c", allow, "submodule", "--quiet", "add", &url, path]);
    commit(sandbox, place);
}

fn report(sandbox: &Sandbox, args: &[&str], code: i32) -> Value {
    sandbox.run(["history", "--format", "json"].iter().chain(args)).exits(code).json()
}

#[track_caller]
fn check(sandbox: &Sandbox, args: &[&str], expect: &[&str], passed_over: usize) {
    let report = report(sandbox, args, i32::from(!expect.is_empty()));
    assert_eq!(paths(&report), expect, "{args:?}");
    assert_eq!(report["coverage"]["submodules"], passed_over, "{args:?}");
}

#[test]
fn absorbed_old_and_nested_ones() {
    let sandbox = Sandbox::repository();
    for (number, name) in ["inner", "outer", "old"].into_iter().enumerate() {
        origin(&sandbox, name, number);
    }
    add(&sandbox, "../home/outer", "inner", "deep/inner");
    add(&sandbox, ".", "outer", "libs/outer");
    // As git did before, and does where a clone is added.
    sandbox.git(["clone", "--quiet", "../home/old", "old"]);
    sandbox.git(["add", "old"]);
    sandbox.git(["commit", "--quiet", "--message", "an old one"]);
    // The one within is not there yet.
    check(&sandbox, &["--submodules"], &["libs/outer/outer.env", "old/old.env"], 0);
    check(&sandbox, &[], &[], 2);
    sandbox.git([
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "update",
        "--init",
        "--recursive",
        "libs",
    ]);
    let all = ["libs/outer/deep/inner/inner.env", "libs/outer/outer.env", "old/old.env"];
    check(&sandbox, &["--submodules"], &all, 0);
    check(&sandbox, &["--submodules", "--engine", "git2"], &all, 0);
    check(&sandbox, &["--submodules", "--exclude", "libs"], &all[2..], 0);
    check(&sandbox, &["--submodules", "--include", "**/inner.env"], &all[..1], 0);
    check(&sandbox, &[], &[], 3);
    // What the work tree holds does not matter: the objects are kept elsewhere.
    fs::remove_dir_all(sandbox.path("libs")).expect("it is there");
    check(&sandbox, &["--submodules"], &all, 0);
}

#[test]
fn one_that_is_not_initialised() {
    let sandbox = Sandbox::repository();
    origin(&sandbox, "sub", 0);
    add(&sandbox, ".", "sub", "sub");
    sandbox.git(["clone", "--quiet", ".", "../home/clone"]);
    check(&sandbox, &["../home/clone"], &[], 0);
    // It was asked for, and is not here.
    let run = sandbox.run(["history", "../home/clone", "--submodules"]).exits(2);
    assert!(run.stdout.contains("sub: unreadable: the submodule was never fetched"), "{}", run.stdout);
    check(&sandbox, &["../home/clone", "--submodules", "--allow-incomplete"], &[], 0);
    sandbox.git([
        "-C",
        "../home/clone",
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "update",
        "--init",
    ]);
    check(&sandbox, &["../home/clone"], &[], 1);
    check(&sandbox, &["../home/clone", "--submodules"], &["sub/sub.env"], 0);
}

/// What was removed from the tree is still kept, under its name.
#[test]
fn one_that_was_removed() {
    let sandbox = Sandbox::repository();
    origin(&sandbox, "sub", 0);
    add(&sandbox, ".", "sub", "path/of/it");
    sandbox.git(["rm", "--quiet", "path/of/it"]);
    sandbox.git(["commit", "--quiet", "--message", "removed"]);
    let report = report(&sandbox, &["--submodules"], 1);
    assert_eq!(paths(&report), ["path/of/it/sub.env"]);
}

/// A key that stands in several repositories is one key in several places.
#[test]
fn the_same_key_in_both() {
    let sandbox = Sandbox::repository();
    origin(&sandbox, "sub", 0);
    add(&sandbox, ".", "sub", "sub");
    sandbox.write("own.env", format!("KEY = {}\n", key(0)));
    commit(&sandbox, ".");
    let report = report(&sandbox, &["--submodules"], 1);
    assert_eq!(paths(&report), ["own.env", "sub/sub.env"]);
    assert_eq!(report["summary"]["keys"], 1);
    let exposures = report["exposures"].as_array().expect("there are some");
    assert_eq!(exposures.len(), 1, "{exposures:?}");
    assert_eq!(exposures[0]["findings"].as_array().expect("it names them").len(), 2);
}

#[test]
fn one_that_is_damaged_leaves_no_verdict() {
    let sandbox = Sandbox::repository();
    origin(&sandbox, "sub", 0);
    add(&sandbox, ".", "sub", "sub");
    sandbox.git(["-C", "sub", "repack", "-adq"]);
    let packs = fs::read_dir(sandbox.path(".git/modules/sub/objects/pack")).expect("it is there").flatten();
    let pack = packs.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|end| end == "pack"));
    fs::remove_file(pack.expect("there is a pack")).expect("it can be removed");
    let found = report(&sandbox, &["--submodules"], 2);
    assert_ne!(found["coverage"]["skipped"], serde_json::json!([]));
    // It was not asked for.
    check(&sandbox, &[], &[], 1);
}

#[test]
fn a_shallow_one_leaves_no_verdict_unless_allowed() {
    let sandbox = Sandbox::repository();
    origin(&sandbox, "sub", 0);
    sandbox.write("../home/sub/more.txt", "more\n");
    commit(&sandbox, "../home/sub");
    let url = format!("file://{}", sandbox.home().join("sub").display());
    sandbox.git([
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        "--depth=1",
        &url,
        "sub",
    ]);
    commit(&sandbox, ".");
    let found = report(&sandbox, &["--submodules"], 2);
    assert!(found["coverage"]["skipped"].to_string().contains("the clone is shallow"), "{found}");
    check(&sandbox, &["--submodules", "--allow-incomplete"], &["sub/sub.env"], 0);
    check(&sandbox, &[], &[], 1);
}

/// A cache serves all of them.
#[test]
fn with_a_cache() {
    let sandbox = Sandbox::repository();
    origin(&sandbox, "sub", 0);
    add(&sandbox, ".", "sub", "sub");
    for place in [".", "sub"] {
        sandbox.git(["-C", place, "repack", "-adq"]);
    }
    let plain = report(&sandbox, &["--submodules"], 1);
    for _ in 0..2 {
        assert_eq!(report(&sandbox, &["--submodules", "--cache", "../home/cache"], 1), plain);
    }
    assert_eq!(fs::read_dir(sandbox.home().join("cache")).expect("it is there").count(), 2);
}
