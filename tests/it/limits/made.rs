//! A repository whose commits bring keys by number, each at a time of its own.
//!
//! It makes commits and asks the program for key numbers; it expects nothing itself.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::sandbox::{Run, Sandbox, key};

/// The date of the first commit; each later one is a day younger.
const FIRST: i64 = 1_767_225_600;
pub(super) const DAY: i64 = 86_400;
/// Keys have lower numbers.
const KEYS: usize = 400;

/// A repository and a clock.
pub(super) struct Made {
    pub(super) sandbox: Sandbox,
    clock: Cell<i64>,
}

impl Made {
    pub(super) fn new() -> Self {
        Self { sandbox: Sandbox::repository(), clock: Cell::new(FIRST) }
    }

    /// A file with the key of this number.
    pub(super) fn plant(&self, path: &str, number: usize) {
        self.sandbox.write(path, line(number));
    }

    /// Commits all there is and returns the id.
    pub(super) fn commit(&self, message: &str) -> String {
        self.clock.set(self.clock.get() + DAY);
        self.commit_at(self.clock.get(), message)
    }

    /// Commits all there is with this date, and returns the id.
    pub(super) fn commit_at(&self, seconds: i64, message: &str) -> String {
        self.sandbox.git(["add", "--all"]);
        let mut git = self.sandbox.confined("git");
        git.args(["commit", "--quiet", "--allow-empty", "--message", message]);
        dated(&mut git, seconds);
        assert!(git.status().expect("git can be run").success());
        self.id("HEAD")
    }

    /// Plants a key in a file of its own, and commits.
    pub(super) fn commit_key(&self, number: usize) -> String {
        self.plant(&format!("{number}.env"), number);
        self.commit(&format!("brings {number}"))
    }

    pub(super) fn switch(&self, args: &[&str]) {
        self.sandbox.git(["switch", "--quiet"].iter().chain(args));
    }

    /// Merges a branch without making the commit.
    pub(super) fn merge(&self, branch: &str) {
        self.sandbox.git(["merge", "--quiet", "--no-ff", "--no-commit", branch]);
    }

    pub(super) fn id(&self, name: &str) -> String {
        self.sandbox.git(["rev-parse", name]).trim().to_owned()
    }

    /// The numbers of the keys that are found with these arguments; the exit code must fit.
    #[track_caller]
    pub(super) fn found(&self, args: &[&str]) -> BTreeSet<usize> {
        let run = self.sandbox.run(["history", "--format", "json"].iter().chain(args));
        numbers(run)
    }

    #[track_caller]
    pub(super) fn check(&self, args: &[&str], expect: &[usize]) {
        assert_eq!(self.found(args), expect.iter().copied().collect(), "{args:?}");
    }

    /// What a range holds, by both ways of reading.
    #[track_caller]
    pub(super) fn range(&self, range: &str, expect: &[usize]) {
        self.check(&["--range", range], expect);
        self.check(&["--range", range, "--engine", "git2"], expect);
    }
}

/// The numbers of the keys of a report, whose exit code must fit.
#[track_caller]
pub(super) fn numbers(run: Run) -> BTreeSet<usize> {
    let report = run.json();
    let numbers = numbers_of(&report);
    run.exits(i32::from(!numbers.is_empty()));
    numbers
}

/// The numbers of the keys of a report.
pub(super) fn numbers_of(report: &Value) -> BTreeSet<usize> {
    let findings = report["findings"].as_array().expect("there is a list of findings");
    let names: BTreeSet<&str> = findings.iter().filter_map(|finding| finding["key"].as_str()).collect();
    let is_found = |number: &usize| names.contains(key(*number).split('.').next().expect("it is not empty"));
    let numbers: BTreeSet<usize> = (0..KEYS).filter(is_found).collect();
    assert_eq!(numbers.len(), names.len(), "a key that nobody planted is found");
    numbers
}

/// A line with the key of this number.
pub(super) fn line(number: usize) -> String {
    format!("KEY = {}\n", key(number))
}

fn dated(command: &mut Command, seconds: i64) {
    for name in ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"] {
        command.env(name, format!("@{seconds} +0000"));
    }
}
