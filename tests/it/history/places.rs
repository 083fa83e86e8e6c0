//! A key in every place that git has, each found and each told of in git's terms,
//! and nothing written meanwhile.
//!
//! What git says of commits and refs is asked of git itself.

mod beside;
mod content;
mod texts;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use super::{finding, line, public, report};
use crate::sandbox::{Sandbox, key, state};

/// Refs that `git for-each-ref` does not list.
const BESIDE: [&str; 5] = [
    "ORIG_HEAD",
    "worktrees/detached/HEAD",
    "worktrees/detached/ORIG_HEAD",
    "worktrees/linked/HEAD",
    "worktrees/linked/ORIG_HEAD",
];

/// Where a key stands, and what is to be said of it.
#[derive(Debug, Default)]
pub(super) struct Place {
    number: usize,
    path: String,
    first: Option<String>,
    in_head: bool,
    /// Nothing where it stands in no object.
    holder: Option<&'static str>,
    /// The refs to it where no commit carries it.
    refs: Vec<String>,
    removed: Option<String>,
}

impl Place {
    /// The first commit that carries it.
    fn by(&mut self, commit: &str) -> &mut Self {
        self.first = Some(commit.to_owned());
        self.held("ref")
    }

    fn held(&mut self, holder: &'static str) -> &mut Self {
        self.holder = Some(holder);
        self
    }

    /// No commit carries it, and a ref leads to it.
    fn of_ref(&mut self, name: &str) -> &mut Self {
        self.refs.push(name.to_owned());
        self.held("ref")
    }

    fn in_head(&mut self) -> &mut Self {
        self.in_head = true;
        self
    }

    fn removed_by(&mut self, commit: &str) {
        self.removed = Some(commit.to_owned());
    }
}

/// A repository with each key in another place.
pub(super) struct Places {
    pub(super) sandbox: Sandbox,
    expect: Vec<Place>,
}

/// A key as it is shown in paths.
const MASK: &str = "****";

impl Places {
    /// All of them. The index and `ORIG_HEAD` come last, for much of git changes them.
    pub(super) fn all() -> Self {
        let mut places = Self { sandbox: Sandbox::repository(), expect: Vec::new() };
        places.content();
        places.merges();
        places.lost();
        places.names();
        places.messages();
        places.headers();
        places.tags();
        places.files();
        places.work_trees();
        // What git checks out from here on is the replacement.
        places.replaced();
        places.without_branch();
        places.index();
        places
    }

    /// What every clone has.
    pub(super) fn cloned() -> Self {
        let mut places = Self { sandbox: Sandbox::repository(), expect: Vec::new() };
        places.content();
        places.merges();
        places.git(&["update-ref", "-d", "ORIG_HEAD"]);
        places
    }

    fn git(&self, args: &[&str]) -> String {
        self.sandbox.git(args).trim_end().to_owned()
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.id("HEAD")
    }

    fn id(&self, name: &str) -> String {
        self.git(&["rev-parse", "--verify", name])
    }

    /// Writes an object that a text says; its id.
    fn object(&self, kind: &str, text: &str) -> String {
        fs::write(self.sandbox.home().join("object"), text).expect("the file can be written");
        self.git(&["hash-object", "-t", kind, "-w", "../home/object"])
    }

    fn expect(&mut self, number: usize, path: impl Into<String>) -> &mut Place {
        self.expect.push(Place { number, path: path.into(), ..Place::default() });
        self.expect.last_mut().expect("it was just added")
    }

    /// Holds a report to all that is expected.
    #[track_caller]
    pub(super) fn hold(&self, report: &Value) {
        let is_there = |name: &&str| self.sandbox.path(".git").join(name).is_file();
        let past = |name| (name, self.git(&["rev-list", name]));
        let beside: BTreeMap<&str, String> = BESIDE.into_iter().filter(is_there).map(past).collect();
        for place in &self.expect {
            let finding = finding(report, place.number, &place.path);
            let origin = &finding["origin"];
            assert_eq!(origin["commit"]["id"].as_str(), place.first.as_deref(), "{place:?} {finding}");
            assert_eq!(origin["holder"].as_str(), place.holder, "{place:?} {finding}");
            assert_eq!(origin["in_head"] == true, place.in_head, "{place:?} {finding}");
            if place.holder.is_some() {
                assert_eq!(origin["refs"], serde_json::json!(self.refs(place, &beside)), "{place:?}");
            }
            self.hold_exposure(report, place);
        }
        assert_eq!(report["coverage"]["complete"], true, "{report}");
    }

    #[track_caller]
    fn hold_exposure(&self, report: &Value, place: &Place) {
        // Some keys stand in several places; only the others say what to expect of all.
        if self.expect.iter().filter(|other| other.number == place.number).count() > 1 {
            return;
        }
        let exposures = report["exposures"].as_array().expect("there are exposures");
        let found = exposures.iter().find(|exposure| exposure["key"] == public(place.number));
        assert_eq!(found.is_some(), place.holder.is_some(), "{place:?}");
        let Some(exposure) = found else { return };
        assert_eq!(exposure["first"]["id"].as_str(), place.first.as_deref(), "{place:?} {exposure}");
        assert_eq!(exposure["removed"]["id"].as_str(), place.removed.as_deref(), "{place:?} {exposure}");
        assert_eq!(exposure["in_head"], place.in_head, "{place:?} {exposure}");
    }

    /// The refs that git says lead to the first commit, masked and in order.
    fn refs(&self, place: &Place, beside: &BTreeMap<&str, String>) -> BTreeSet<String> {
        let mut refs: BTreeSet<String> = place.refs.iter().cloned().collect();
        if let Some(first) = &place.first {
            let listed = self.git(&["for-each-ref", "--format=%(refname)", "--contains", first]);
            refs.extend(listed.lines().filter(|name| *name != "refs/stash").map(str::to_owned));
            let leads = |past: &&String| past.lines().any(|id| id == first);
            refs.extend(beside.iter().filter(|(_, past)| leads(past)).map(|(name, _)| (*name).to_owned()));
        }
        let mask = |name: String| {
            let keys = self.expect.iter().map(|place| place.number);
            keys.fold(name, |name, number| name.replace(&key(number), MASK))
        };
        refs.into_iter().map(mask).collect()
    }
}

#[test]
fn every_place_is_read_and_nothing_is_written() {
    let places = Places::all();
    let folders = [places.sandbox.path(""), places.sandbox.home().to_owned()];
    let before = state(&folders);
    let report = report(&places.sandbox, &[]);
    assert_eq!(before, state(&folders));
    places.hold(&report);
}
