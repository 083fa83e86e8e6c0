//! Since when a key leaked, until when, and what tells of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::script::{Files, Script};
use super::{line, public, report};
use crate::sandbox::{Sandbox, key};

/// A history of lines such as `main a b: k.env=1 l.env=- message=2`: the name of a
/// commit, those of its parents, and what it changes from the first of them. A file
/// holds the key of a number, is deleted by `-`, or holds what is said. Each commit
/// has a branch of its name; that of HEAD is `main`.
struct History {
    sandbox: Sandbox,
    /// The name of each commit by its id.
    names: BTreeMap<String, String>,
}

impl History {
    fn of(lines: &[&str]) -> Self {
        let sandbox = Sandbox::repository();
        let (mut script, mut trees) = (Script::default(), Vec::<Files>::new());
        let mut names: Vec<&str> = Vec::new();
        for line in lines {
            let (commit, changes) = line.split_once(':').expect("a commit and its changes");
            let mut words = commit.split_whitespace();
            let name = words.next().expect("a commit has a name");
            let place = |parent| names.iter().position(|name| *name == parent).expect("a parent is known");
            let parents: Vec<usize> = words.map(place).collect();
            let files = parents.first().map_or_else(Files::new, |&first| trees[first].clone());
            let (files, message) = changed(files, changes);
            script.commit(name, &parents, &files, &message);
            trees.push(files);
            names.push(name);
        }
        let ids = script.run(&sandbox);
        Self { sandbox, names: ids.into_iter().zip(names.into_iter().map(str::to_owned)).collect() }
    }

    /// The name of a commit that a report writes down.
    fn name(&self, commit: &Value) -> &str {
        &self.names[commit["id"].as_str().expect("a commit has an id")]
    }

    /// What a report says of the first key, in few words: its exposure, then its findings.
    fn told(&self, args: &[&str]) -> Vec<String> {
        let report = report(&self.sandbox, args);
        let list = |name: &str| report[name].as_array().expect("it is a list").clone();
        let is_first = |value: &Value| value["key"] == public(1);
        let mut told = Vec::new();
        for exposure in list("exposures").iter().filter(|exposure| is_first(exposure)) {
            let until = match (&exposure["removed"], exposure["in_head"] == true) {
                (Value::Null, true) => "in HEAD".to_owned(),
                (Value::Null, false) => "never in HEAD".to_owned(),
                (removed, false) => format!("removed by {}", self.name(removed)),
                (removed, true) => format!("in HEAD and removed by {}", self.name(removed)),
            };
            told.push(format!("since {}, {until}", self.name(&exposure["first"])));
            let places = exposure["findings"].as_array().expect("it is a list").len();
            assert_eq!(places, list("findings").iter().filter(|finding| is_first(finding)).count());
        }
        told.extend(list("findings").iter().filter(|finding| is_first(finding)).map(|one| self.place(one)));
        told
    }

    fn place(&self, finding: &Value) -> String {
        let (path, origin) = (finding["path"].as_str().expect("it is a text"), &finding["origin"]);
        let path = match path.strip_prefix("commit ") {
            Some(id) => format!("commit {}", self.names[id]),
            None => path.to_owned(),
        };
        let words = |name: &str, word: &dyn Fn(&Value) -> String| {
            let words: Vec<_> = origin[name].as_array().into_iter().flatten().map(word).collect();
            words.join(" ")
        };
        let text = |value: &Value| value.as_str().expect("it is a text").replace("refs/heads/", "");
        let mut told = format!("{path} by {} x{}", self.name(&origin["commit"]), origin["versions"]);
        if origin["in_head"] == true {
            told.push_str(" HEAD");
        }
        told.extend([" (", &words("refs", &text), ")"]);
        for (name, words) in [
            ("other_paths", words("other_paths", &text)),
            ("commits", words("commits", &|commit| self.name(commit).to_owned())),
        ] {
            if !words.is_empty() {
                told.extend([" ", name, ": ", &words]);
            }
        }
        assert_eq!(origin["holder"], "ref");
        told
    }
}

/// The files after some changes, and the message of their commit.
fn changed(mut files: Files, changes: &str) -> (Files, String) {
    let mut message = "next".to_owned();
    for change in changes.split_whitespace() {
        let (path, content) = change.split_once('=').expect("a path and a content");
        // What follows the number makes another version of it.
        let (number, version) = content.split_at(content.find('+').unwrap_or(content.len()));
        let text = number.parse().map(|number| line(number) + version);
        match (path, text) {
            ("message", _) => message = format!("with {}", key(number.parse().expect("a number"))),
            (_, Ok(text)) => drop(files.insert(path.to_owned(), text)),
            (_, Err(_)) if content == "-" => drop(files.remove(path)),
            (_, Err(_)) => drop(files.insert(path.to_owned(), content.to_owned())),
        }
    }
    (files, message)
}

#[track_caller]
fn check(lines: &[&str], args: &[&str], expect: &[&str]) {
    assert_eq!(History::of(lines).told(args), expect, "{lines:#?}");
}

#[test]
fn an_exposure_begins_with_the_first_commit_and_ends_with_the_last_removal() {
    // Added, and kept.
    check(&["a: k=1", "main a: o=x"], &[], &["since a, in HEAD", "k by a x1 HEAD (a main)"]);
    // Added, removed, added again.
    let lines = ["z: o=x", "a z: k=1", "b a: k=-", "main b: k=1"];
    check(&lines, &[], &["since a, in HEAD", "k by a x1 HEAD (a b main)"]);
    // And removed again, and then something else.
    let lines = ["a: k=1", "b a: k=-", "c b: k=1", "d c: k=-", "main d: o=x"];
    check(&lines, &[], &["since a, removed by d", "k by a x1 (a b c d main)"]);
    // In HEAD's first commit, and gone at once.
    check(&["a: k=1", "main a: k=-"], &[], &["since a, removed by main", "k by a x1 (a main)"]);
    // Another key takes its place, at the same line and column.
    let lines = ["a: k=1", "b a: k=2", "main b: k=3"];
    check(&lines, &[], &["since a, removed by b", "k by a x1 (a b main)"]);
    let lines = ["a: k=2", "b a: k=1", "main b: k=3"];
    check(&lines, &[], &["since b, removed by main", "k by b x1 (b main)"]);
    let lines = ["a: k=3", "b a: k=2", "main b: k=1"];
    check(&lines, &[], &["since main, in HEAD", "k by main x1 HEAD (main)"]);
    // Each version may be the last.
    let lines = ["a: k=1", "b a: k=1+x", "c b: k=1+y", "main c: k=other"];
    check(&lines, &[], &["since a, removed by main", "k by a x3 (a b c main)"]);
}

#[test]
fn side_branches_count_as_far_as_head_leads_to_them() {
    // Removed on a side branch, which is then merged: the merge takes it out of what was there.
    let lines = ["a: k=1", "b a: k=-", "c a: o=x", "main b c: o=x"];
    check(&lines, &[], &["since a, removed by main", "k by a x1 (a b c main)"]);
    let lines = ["a: k=1", "b a: k=-", "c a: o=x", "main c b: k=-"];
    check(&lines, &[], &["since a, removed by main", "k by a x1 (a b c main)"]);
    // Merged without its removal.
    let lines = ["a: k=1", "b a: k=-", "c a: o=x", "main c b: p=x"];
    check(&lines, &[], &["since a, in HEAD", "k by a x1 HEAD (a b c main)"]);
    // Removed on a branch that is not merged.
    let lines = ["a: k=1", "b a: k=-", "main a: o=x"];
    check(&lines, &[], &["since a, in HEAD", "k by a x1 HEAD (a b main)"]);
    // Added on a branch that is not merged, whether or not it is removed there.
    let lines = ["a: o=x", "b a: k=1", "main a: o=y"];
    check(&lines, &[], &["since b, never in HEAD", "k by b x1 (b)"]);
    let lines = ["a: o=x", "b a: k=1", "c b: k=-", "main a: o=y"];
    check(&lines, &[], &["since b, never in HEAD", "k by b x1 (b c)"]);
    // Added and removed on a branch, and only then merged.
    let lines = ["a: o=x", "b a: k=1", "c b: k=-", "d a: p=x", "main d c: o=x"];
    check(&lines, &[], &["since b, removed by c", "k by b x1 (b c main)"]);
    // Brought in on two branches.
    let lines = ["a: o=x", "b a: k=1", "c a: k=1", "main b c: p=x"];
    check(&lines, &[], &["since b, in HEAD", "k by b x1 HEAD (b c main)"]);
    // Brought in by a merge, and by a history of another root.
    let lines = ["a: o=x", "b: p=x", "main a b: k=1"];
    check(&lines, &[], &["since main, in HEAD", "k by main x1 HEAD (main)"]);
    let lines = ["a: o=x", "b: k=1", "main a b: k=-"];
    check(&lines, &[], &["since b, removed by main", "k by b x1 (b main)"]);
}

#[test]
fn a_key_in_several_places_is_one_exposure() {
    // A file that is renamed keeps its name; with an edit there is a second place.
    let lines = ["a: k=1", "main a: k=- l=1"];
    check(&lines, &[], &["since a, in HEAD", "k by a x1 HEAD (a main)"]);
    let lines = ["a: k=1", "main a: k=- l=1+x"];
    let expect = ["since a, in HEAD", "k by a x1 (a main)", "l by main x1 HEAD (main)"];
    check(&lines, &[], &expect);
    // Two files of one content, and of two.
    let expect = ["since main, in HEAD", "d/l by main x1 HEAD (main) other_paths: k"];
    check(&["main: k=1 d/l=1"], &[], &expect);
    let lines = ["a: k=1", "b a: l=1+x", "main b: k=-"];
    let expect = ["since a, in HEAD", "k by a x1 (a b main)", "l by b x1 HEAD (b main)"];
    check(&lines, &[], &expect);
    let lines = ["a: k=1", "b a: l=1+x", "c b: k=-", "main c: l=-"];
    check(&lines, &[], &["since a, removed by main", "k by a x1 (a b c main)", "l by b x1 (b c main)"]);
    // What a commit says of itself can be read from HEAD for ever.
    let lines = ["a: k=1", "b a: k=- message=1", "main b: o=x"];
    let expect = ["since a, in HEAD", "commit b by b x1 HEAD (b main)", "k by a x1 (a b main)"];
    check(&lines, &[], &expect);
    let lines = ["a: o=x message=1", "b a: k=1", "main a: o=y"];
    let expect = ["since a, in HEAD", "commit a by a x1 HEAD (a b main)", "k by b x1 (b)"];
    check(&lines, &[], &expect);
    let lines = ["a: k=1", "b a: o=x message=1", "main a: k=-"];
    let expect = ["since a, removed by main", "commit b by b x1 (b)", "k by a x1 (a b main)"];
    check(&lines, &[], &expect);
}

#[test]
fn all_commits_lists_each_that_carries_it() {
    let lines = [
        "a: k=1",
        "b a: k=-",
        "c b: k=1",
        "d c: k=1+x o=y",
        "e a: o=x",
        "f d e: o=z",
        "main f: k=- message=1",
    ];
    let expect = [
        "since a, in HEAD",
        "commit main by main x1 HEAD (main) commits: main",
        "k by a x2 (a b c d e f main) commits: a c d e f",
    ];
    check(&lines, &["--all-commits"], &expect);
    check(&lines, &["--all-commits", "--engine", "git2"], &expect);
}
