//! A baseline says what was known: nothing of that is reported again, wherever its file
//! goes, and all that is new is.
//!
//! The repositories are made by git, with fixed dates. The four sources are `scan`,
//! `staged`, `history` and `history --range`.

use std::fs;

use crate::sandbox::{Run, Sandbox, key};

mod audit;
mod files;
mod merge;
mod moves;
mod sources;

/// The name of the file.
const FILE: &str = ".baseleak-baseline";

/// The public part of the key with this number.
fn public(number: usize) -> String {
    let key = key(number);
    key.split('.').next().expect("it has a public part").to_owned()
}

/// A text of some lines that holds the key with this number.
fn text(number: usize) -> String {
    let lines = "# a line of a file that goes places\n".repeat(20);
    format!("{lines}KEY = {}\n", key(number))
}

/// A repository with a key in `a.env` and a baseline that knows it, both committed.
fn known() -> Sandbox {
    let sandbox = Sandbox::repository();
    sandbox.write("a.env", text(1));
    sandbox.write("other.txt", "nothing\n");
    commit(&sandbox, "first");
    sandbox.run(["baseline", "create"]).exits(0);
    commit(&sandbox, "baseline");
    sandbox
}

#[track_caller]
fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", message]);
}

/// Renames a file and changes it somewhere.
fn move_and_edit(sandbox: &Sandbox, from: &str, to: &str) {
    let text = fs::read_to_string(sandbox.path(from)).expect("it is there");
    fs::remove_file(sandbox.path(from)).expect("it is there");
    sandbox.write(to, format!("# moved from {from}\n{text}"));
}

/// The paths that a scan reports, sorted, and holds it to the code that follows from them.
#[track_caller]
fn reported(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    let run = sandbox.run(args.iter().copied().chain(["--format", "json"]));
    let report = run.json();
    let findings = report["findings"].as_array().expect("there is a list");
    let mut paths: Vec<String> = findings
        .iter()
        .map(|finding| finding["relative_path"].as_str().expect("it is a path").to_owned())
        .collect();
    paths.sort();
    assert_eq!(run.code, Some(i32::from(!paths.is_empty())), "{args:?} {paths:?} {}", run.stderr);
    paths
}

/// Holds all sources to reporting just these paths; `range` is what is new.
#[track_caller]
fn check(sandbox: &Sandbox, range: &str, expect: &[&str]) {
    for args in [&["scan"][..], &["staged"], &["history"], &["history", "--range", range]] {
        assert_eq!(reported(sandbox, args), expect, "{args:?}");
    }
}

/// The lines of the baseline that are no comments, without the digest.
fn lines(sandbox: &Sandbox) -> Vec<String> {
    lines_of(sandbox, FILE)
}

fn lines_of(sandbox: &Sandbox, file: &str) -> Vec<String> {
    let text = fs::read_to_string(sandbox.path(file)).expect("there is a baseline");
    let entries = text.lines().filter(|line| !line.starts_with('#'));
    let fields = |line: &str| {
        let mut fields = line.splitn(3, ' ').map(str::to_owned);
        let (key, _, place) = (fields.next(), fields.next(), fields.next());
        format!("{} {}", key.expect("a key"), place.expect("a place"))
    };
    entries.map(fields).collect()
}

#[track_caller]
fn create(sandbox: &Sandbox, args: &[&str]) -> Run {
    sandbox.run(["baseline", "create"].iter().chain(args)).exits(0)
}
