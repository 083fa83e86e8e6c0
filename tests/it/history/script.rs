//! Histories that are written down, and made by `git fast-import` in one go.
//!
//! Every commit is a minute younger than the one before it, so that there is only
//! one order in which they can be told.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};

use crate::sandbox::Sandbox;

/// The time of the commit before the first, in seconds since 1970.
const BEGIN: usize = 1_767_323_045;
const MINUTE: usize = 60;

/// The content of each file by path.
pub(super) type Files = BTreeMap<String, String>;

/// A history to be made. Its commits have numbers from 0.
#[derive(Default)]
pub(super) struct Script {
    stream: String,
    count: usize,
}

impl Script {
    /// Adds a commit of exactly these files to a branch, which is new where there are
    /// no parents; its number.
    pub(super) fn commit(&mut self, branch: &str, parents: &[usize], files: &Files, message: &str) -> usize {
        // Marks begin with 1; one that is 0 is none.
        let mark = self.count + 1;
        let seconds = BEGIN + mark * MINUTE;
        self.add(&format!("commit refs/heads/{branch}\nmark :{mark}\n"));
        for role in ["author", "committer"] {
            self.add(&format!("{role} A <a@example.org> {seconds} +0000\n"));
        }
        self.data(message);
        for (place, parent) in parents.iter().enumerate() {
            let word = if place == 0 { "from" } else { "merge" };
            self.add(&format!("{word} :{}\n", parent + 1));
        }
        self.add("deleteall\n");
        for (path, content) in files {
            self.add(&format!("M 100644 inline {path}\n"));
            self.data(content);
        }
        self.count = mark;
        mark - 1
    }

    /// Lets a ref with this full name stand for a commit.
    pub(super) fn reset(&mut self, name: &str, commit: usize) {
        self.add(&format!("reset {name}\nfrom :{}\n", commit + 1));
    }

    /// Makes it all in a repository that has no commits; the id of each commit.
    pub(super) fn run(self, sandbox: &Sandbox) -> Vec<String> {
        let (input, marks) = (sandbox.home().join("stream"), sandbox.home().join("marks"));
        fs::write(&input, self.stream).expect("the file can be written");
        let mut git = sandbox.confined("git");
        git.args(["fast-import", "--quiet", "--export-marks=../home/marks"]);
        let status = git.stdin(File::open(&input).expect("it was written")).status();
        assert!(status.expect("git can be run").success());
        let marks = fs::read_to_string(marks).expect("git wrote it");
        let mut ids = vec![String::new(); self.count];
        for line in marks.lines() {
            let (mark, id) = line.split_once(' ').expect("a mark and an id");
            let mark: usize = mark[1..].parse().expect("marks are numbers");
            id.clone_into(&mut ids[mark - 1]);
        }
        ids
    }

    fn add(&mut self, text: &str) {
        self.stream.push_str(text);
    }

    fn data(&mut self, text: &str) {
        writeln!(self.stream, "data {}\n{text}", text.len()).expect("a string takes everything");
    }
}
