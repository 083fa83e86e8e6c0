//! `baseleak audit`: all that a repository holds in one report, by key.

use std::fs;

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, key, state};

mod layouts;

/// The report of `audit --format json` over the work folder.
fn report(sandbox: &Sandbox, args: &[&str]) -> Value {
    sandbox.run(["audit", "--format", "json"].iter().chain(args)).json()
}

fn line(number: usize) -> String {
    format!("KEY = {}\n", key(number))
}

fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(["commit", "--quiet", "--message", message]);
}

/// The places of a report: path and line, where it was seen, and what holds the object.
#[track_caller]
fn places(report: &Value) -> Vec<String> {
    let place = |finding: &Value| {
        let seen = finding["seen_in"].as_array().expect("an audit says where").iter();
        let seen: Vec<_> = seen.map(|seen| seen.as_str().expect("it is a word")).collect();
        let path = finding["path"].as_str().expect("it is a text");
        let holder = finding["origin"]["holder"].as_str().map(|holder| format!(" ({holder})"));
        format!("{path}:{}: {}{}", finding["line"], seen.join(" "), holder.unwrap_or_default())
    };
    report["findings"].as_array().expect("there are findings").iter().map(place).collect()
}

/// One key wherever a repository can hold it.
fn everywhere() -> Sandbox {
    let sandbox = Sandbox::repository();
    let hook = sandbox.path(".git/hooks");
    fs::remove_dir_all(&hook).expect("git made it");
    let cell = json!({"cell_type": "code", "source": ["run()"], "metadata": {}, "execution_count": 1,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": [line(1)]}]});
    let notebook = json!({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    sandbox.write("app.py", format!("{}\n\n{}", line(1), line(1)));
    sandbox.write("gone.env", line(1));
    sandbox.write("old.env", format!("{}# old\n", line(1)));
    sandbox.write("nb.ipynb", notebook.to_string());
    sandbox.write(".gitignore", ".env\nbuild/\n");
    sandbox.write("stashed.env", "nothing\n");
    sandbox.git(["add", "--all"]);
    commit(&sandbox, "first");
    sandbox.git(["archive", "--format=zip", "--output=all.zip", "HEAD", "gone.env"]);
    sandbox.git(["add", "all.zip"]);
    sandbox.git(["rm", "--quiet", "gone.env"]);
    sandbox.git(["mv", "old.env", "renamed.env"]);
    commit(&sandbox, &format!("second\n\nwithout {}", key(1)));
    sandbox.write("stashed.env", format!("{}# stashed\n", line(1)));
    sandbox.git(["stash", "--quiet"]);
    sandbox.write("dangling", format!("{}# dangling\n", line(1)));
    sandbox.git(["hash-object", "-w", "dangling"]);
    fs::remove_file(sandbox.path("dangling")).expect("it was just written");
    fs::remove_file(sandbox.path(".git/COMMIT_EDITMSG")).expect("git wrote it");
    sandbox.write(".env", line(1));
    sandbox.write("build/deep/out.log", line(1));
    sandbox.write("both.env", format!("{}# both\n", line(1)));
    sandbox.write("index.env", format!("{}# index\n", line(1)));
    sandbox.write("edited.env", format!("# {0}\n{0}", line(1)));
    sandbox.git(["add", "both.env", "index.env", "edited.env"]);
    fs::remove_file(sandbox.path("index.env")).expect("it was just written");
    sandbox.write("edited.env", format!("\n\n{}", line(1)));
    sandbox.write("new.env", line(1));
    sandbox.write(".git/hooks/pre-push", format!("#!/bin/sh\n{}", line(1)));
    sandbox
}

#[test]
fn one_key_in_all_places_is_one_leak() {
    let sandbox = everywhere();
    let report = report(&sandbox, &[]);
    let (dangling, commit) = (
        sandbox.git(["fsck", "--unreachable", "--no-reflogs", "--no-progress"]),
        sandbox.git(["rev-parse", "HEAD"]),
    );
    let dangling = dangling.lines().find_map(|line| line.strip_prefix("unreachable blob "));
    let mut expect = [
        ".env:1: ignored",
        ".git/hooks/pre-push:2: metadata",
        "all.zip!gone.env:1: tree history (ref)",
        "app.py:1: tree history (ref)",
        "app.py:4: tree history (ref)",
        &format!("blob {}:1: history (nothing)", dangling.expect("git knows of it")),
        "both.env:1: tree index (index)",
        "build/deep/out.log:1: ignored",
        &format!("commit {}:8: history (ref)", commit.trim()),
        "edited.env:3: tree index (index)",
        "gone.env:1: history (ref)",
        "index.env:1: index (index)",
        "nb.ipynb:1: tree history (ref)",
        // Git knows the content by another name, and this file is not staged.
        "new.env:1: tree",
        "old.env:1: history (ref)",
        "renamed.env:1: tree history (ref)",
        "stashed.env:1: history (stash)",
    ]
    .map(str::to_owned);
    expect.sort();
    let mut found = places(&report);
    found.sort();
    assert_eq!(found, expect);
    assert_eq!(report["summary"]["keys"], 1);
    let [exposure] = &report["exposures"].as_array().expect("there is one")[..] else {
        panic!("there is one key")
    };
    assert_eq!((&exposure["in_head"], &exposure["removed"]), (&json!(true), &Value::Null));
    let mut fingerprints: Vec<_> =
        report["findings"].as_array().expect("there are").iter().map(|one| &one["fingerprint"]).collect();
    fingerprints.sort_by_key(ToString::to_string);
    fingerprints.dedup();
    assert_eq!(exposure["findings"], json!(fingerprints));
    sandbox.run(["audit"]).exits(1).prints(&[
        "in 17 places",
        " objects and ",
        "  @ seen in the work tree, the index\n",
        "  @ seen in a file that git ignores\n",
        "  @ seen in git's own files\n",
    ]);
}

/// A renamed file is told with the commit that brought it in under its old name.
#[test]
fn a_renamed_file_keeps_its_origin() {
    let report = report(&everywhere(), &[]);
    let at = |path: &str| {
        let mut all = report["findings"].as_array().expect("there are").iter();
        all.find(|finding| finding["path"] == path).expect("it is there")["origin"].clone()
    };
    let (old, renamed) = (at("old.env"), at("renamed.env"));
    assert_eq!(old["other_paths"], json!([]));
    assert_eq!(renamed["other_paths"], json!(["old.env"]));
    for field in ["object", "commit", "refs"] {
        assert_eq!(old[field], renamed[field], "{field}");
    }
    // HEAD has the object, and not under its old name.
    assert_eq!((&old["in_head"], &renamed["in_head"]), (&json!(false), &json!(true)));
}

/// What only the index holds is told of at the path that it is staged under, also where the
/// history has the key at this path already.
#[test]
fn an_edited_file_is_one_place() {
    let sandbox = Sandbox::repository();
    sandbox.write("f", line(1));
    sandbox.git(["add", "f"]);
    commit(&sandbox, "first");
    sandbox.write("f", format!("\n\n{}", line(1)));
    let json = ["audit", "--format", "json"];
    let before = sandbox.run(json).exits(1).stdout;
    sandbox.git(["add", "f"]);
    let after = sandbox.run(json).exits(1).stdout;
    let staged = report(&sandbox, &[]);
    assert_eq!(places(&staged), ["f:3: tree index history (ref)"]);
    assert_eq!(staged["exposures"][0]["findings"].as_array().map(Vec::len), Some(1));
    sandbox.write("../before.json", before);
    sandbox.write("../after.json", after);
    sandbox.run(["diff", "../before.json", "../after.json"]).exits(0);
    // Staged under several names, and nowhere else.
    sandbox.write("a", format!("{}# staged", line(2)));
    sandbox.write("b", format!("{}# staged", line(2)));
    sandbox.git(["add", "a", "b"]);
    let expect = ["a:1: tree index (index)", "b:1: tree index (index)", "f:3: tree index history (ref)"];
    assert_eq!(places(&report(&sandbox, &[])), expect);
}

/// A baseline from the report of an audit is that of the audit itself.
#[test]
fn a_baseline_from_a_report_has_the_same_lines() {
    let sandbox = everywhere();
    let audit = sandbox.run(["audit", "--format", "json"]).exits(1).stdout;
    sandbox.write("../audit.json", audit);
    let create = |more: &[&str]| {
        let args = ["baseline", "create", "--no-gitattributes", "--output", "../lines"];
        sandbox.run(args.iter().chain(more)).exits(0);
        let lines = fs::read_to_string(sandbox.path("../lines")).expect("it was written");
        fs::remove_file(sandbox.path("../lines")).expect("it is there");
        lines
    };
    let (itself, reported) = (create(&["--from", "audit"]), create(&["--report", "../audit.json"]));
    assert_eq!(itself, reported);
    for path in [".env", "build/deep/out.log", "index.env", "new.env", "renamed.env"] {
        assert!(itself.lines().any(|line| line.ends_with(&format!(" {path}"))), "{path}: {itself}");
    }
}

#[test]
fn globs_hold_for_what_is_staged() {
    let sandbox = Sandbox::repository();
    sandbox.write("a.env", line(1));
    sandbox.write("b.txt", line(2));
    sandbox.git(["add", "--all"]);
    let check = |args: &[&str], audit: &[&str], history: usize| {
        assert_eq!(places(&report(&sandbox, args)), audit, "{args:?}");
        let alone = sandbox.run(["history", "--format", "json"].iter().chain(args)).json();
        let paths: Vec<_> = alone["findings"].as_array().expect("there are").iter().collect();
        assert_eq!(paths.len(), history, "{args:?} {paths:?}");
        assert!(paths.iter().all(|finding| finding["path"].to_string().starts_with("\"blob ")));
    };
    check(&[], &["a.env:1: tree index (index)", "b.txt:1: tree index (index)"], 2);
    check(&["--exclude", "*.env"], &["b.txt:1: tree index (index)"], 1);
    check(&["--include", "*.env"], &["a.env:1: tree index (index)"], 1);
}

#[test]
fn a_key_that_was_never_committed_has_an_exposure_too() {
    let sandbox = Sandbox::repository();
    sandbox.write(".gitignore", "*.env\n!tracked.env\n");
    sandbox.write("a.txt", line(1));
    sandbox.write("tracked.env", line(3));
    sandbox.git(["add", "--all"]);
    commit(&sandbox, "first");
    sandbox.write("b.env", format!("{0}{0}", line(2)));
    let report = report(&sandbox, &[]);
    assert_eq!(
        places(&report),
        [
            "a.txt:1: tree history (ref)",
            "b.env:1: ignored",
            "b.env:2: ignored",
            "tracked.env:1: tree history (ref)"
        ]
    );
    let exposures = report["exposures"].as_array().expect("there are some");
    assert_eq!(exposures.len(), 3);
    let never = exposures.iter().find(|exposure| exposure["first"].is_null()).expect("one was not committed");
    assert_eq!((&never["removed"], &never["in_head"]), (&Value::Null, &json!(false)));
    assert_eq!(never["findings"].as_array().map(Vec::len), Some(1));
    sandbox.run(["audit"]).exits(1).prints(&[": not in the history, in 2 places\n", "still in HEAD"]);
    for command in ["scan", "staged", "history"] {
        let run = sandbox.run([command, "--format", "json"]).json();
        assert!(!run.to_string().contains("seen_in"), "{run}");
    }
}

#[test]
fn paths_are_from_the_root_wherever_it_is_started() {
    let sandbox = Sandbox::repository();
    sandbox.write("sub/.env", line(1));
    sandbox.write(".git/hooks/a", line(1));
    let expect = [".git/hooks/a:1: metadata", "sub/.env:1: tree"];
    let here = sandbox.run(["audit", "--format", "json"]);
    assert_eq!(places(&here.json()), expect);
    let root = sandbox.path("");
    let root = root.to_str().expect("it is UTF-8");
    for args in [&["sub"][..], &[root], &["."]] {
        let there = sandbox.run(["audit", "--format", "json"].iter().chain(args));
        assert_eq!(here.stdout, there.stdout, "{args:?}");
    }
    let mut command = sandbox.command(["audit", "--format", "json", "../work"]);
    let away = command.current_dir(sandbox.home()).output().expect("it can be run");
    assert_eq!(here.stdout.as_bytes(), away.stdout);
}

#[test]
fn the_same_bytes_with_any_number_of_threads_and_nothing_is_written() {
    let sandbox = everywhere();
    let all = |sandbox: &Sandbox| state([sandbox.path("")]);
    let before = all(&sandbox);
    let one = sandbox.run(["audit", "--format", "json", "--threads", "1"]).exits(1);
    for args in [&["--threads", "2"][..], &["--threads", "7"], &["--engine", "git2"]] {
        let other = sandbox.run(["audit", "--format", "json"].iter().chain(args)).exits(1);
        assert_eq!(one.stdout, other.stdout, "{args:?}");
    }
    assert_eq!(before, all(&sandbox));
}

/// The parts that are read count together, and nothing is lost to what another part says.
#[test]
fn the_coverage_is_the_sum() {
    let sandbox = everywhere();
    let number = |report: &Value, field: &str| report["coverage"][field].as_u64().expect("it is a number");
    let audit = report(&sandbox, &[]);
    let alone = |args: &[&str]| sandbox.run(args.iter().chain(&["--format", "json"])).json();
    let parts = [alone(&["scan", "--no-ignore"]), alone(&["staged"]), alone(&["history"])];
    for field in ["files", "objects", "members", "bytes", "symlinks", "ignored", "excluded"] {
        let sum: u64 = parts.iter().map(|part| number(part, field)).sum();
        assert_eq!(number(&audit, field), sum, "{field}");
    }
    let fingerprints = |report: &Value| {
        let all = report["findings"].as_array().expect("there are").iter();
        all.map(|one| one["fingerprint"].to_string()).collect::<std::collections::BTreeSet<_>>()
    };
    let audited = fingerprints(&audit);
    for part in &parts[..2] {
        assert!(fingerprints(part).is_subset(&audited));
    }
    // What only the index holds has no path in a history, and has one here.
    let left = fingerprints(&parts[2]).difference(&audited).count();
    assert_eq!(left, 3);
}

/// A key in many lines of a file costs what its lines do, in however many parts they stand.
#[test]
fn many_lines_of_one_key() {
    let sandbox = Sandbox::repository();
    sandbox.write("a.env", line(1).repeat(20_000));
    sandbox.git(["add", "a.env"]);
    let report = report(&sandbox, &[]);
    assert_eq!(report["summary"]["findings"], 20_000);
    assert_eq!(report["exposures"][0]["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["findings"][19_999]["seen_in"], json!(["tree", "index"]));
}
