//! The baseline: what was known when it was made, a line for each key and place.
//!
//! It reads no file and no repository: its text is given, and what it must know of
//! moved files it asks a [`Presence`], and only where a key is known and its place is not.
//!
//! **Invariant:** it holds no secret, no line number, no date and no commit, so that it
//! means the same on every branch and for every source.

mod change;
mod escape;
#[doc(hidden)]
pub mod report;
mod settle;
mod sighting;
#[cfg(test)]
mod tests;
mod text;

use std::collections::HashMap;

use crate::model::{EntryNote, EntryState, Finding, PathName};

#[doc(hidden)]
pub use change::Changes;
pub use sighting::{Sighting, Spot};
pub use text::BaselineError;

/// The name of a baseline at the root of a repository.
pub const FILE: &str = ".baseleak-baseline";

/// What a baseline asks of the repository to tell a file that moved from a new one.
/// Paths are those of [`Finding::relative`]; a member of an archive stands for the archive.
pub trait Presence {
    /// Whether there is a file at `path`, in what was scanned: what is not is past.
    fn is_there(&self, path: &PathName) -> bool;
    /// Whether the file is there now; of a work tree that is scanned with its index and
    /// history, whether it is in the work tree.
    fn is_current(&self, path: &PathName) -> bool {
        self.is_there(path)
    }
    /// Whether there was a file at `path` before the change that is looked at.
    fn was_there(&self, path: &PathName) -> bool {
        let _ = path;
        true
    }
    /// Whether the file at `path` held the secret with this digest before the change that
    /// is looked at.
    fn held_before(&self, path: &PathName, digest: &str) -> bool;
    /// How many files that held the secret with this digest the change took away.
    fn taken_away(&self, digest: &str) -> usize;
    /// How much of the whole the findings tell of.
    fn view(&self) -> View {
        View::Whole
    }
    /// Where else now the content stands that holds the secret with this digest at `path`,
    /// or that has the id `object`: a history tells of the same content once.
    fn copies(&self, path: &PathName, object: &str, digest: &str) -> Vec<PathName> {
        let _ = (path, object, digest);
        Vec::new()
    }
}

/// How much of the whole the findings of a scan tell of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// All files as they are now.
    Whole,
    /// The files that a change touched.
    Changes,
    /// What a range of commits brought in, also what it took away again.
    Range,
    /// All files as they were committed last, and all that was there before.
    History,
    /// The same, and all files as they are now, committed or not.
    All,
}

/// Where nothing can be told of moves: every file is there, and none held anything before.
#[derive(Debug, Clone, Copy)]
pub struct Unmoved;

impl Presence for Unmoved {
    fn is_there(&self, _: &PathName) -> bool {
        true
    }

    fn held_before(&self, _: &PathName, _: &str) -> bool {
        false
    }

    fn taken_away(&self, _: &str) -> usize {
        0
    }
}

/// A baseline.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    /// What its file is called where a line of it is named.
    name: String,
    /// Sorted, each key and place once.
    entries: Vec<Entry>,
    /// Comments below the last entry.
    rest: Vec<String>,
    /// The entries of each key, by digest; ascending.
    by_digest: HashMap<String, Vec<usize>>,
}

/// What is known: a key and a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The public name of the key.
    pub key: String,
    /// What tells its secret from others.
    pub digest: String,
    /// Where it is known to stand.
    pub spot: Spot,
    /// The line of the file, from 1; 0 where it was not read from one.
    line: usize,
    /// The user's comments above it, `#` included.
    comments: Vec<String>,
}

/// The line of a baseline that has a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Where it stands: `.baseleak-baseline:7`.
    pub place: String,
    /// Where the file was, if it moved.
    pub moved_from: Option<PathName>,
}

impl Entry {
    /// The line of the file that it was read from, from 1; 0 where there was none.
    pub fn line(&self) -> usize {
        self.line
    }
}

impl Baseline {
    /// For each of `findings`, which are all that a scan found and nothing else settled,
    /// the line that has it.
    pub fn settle(&self, findings: &[&Finding], presence: &dyn Presence) -> Vec<Option<Known>> {
        let sightings: Vec<Sighting<'_>> = findings.iter().map(|finding| Sighting::of(finding)).collect();
        settle::known(self, &sightings, presence)
    }

    /// Whether any line has the key with this digest, so that a finding of it may be known.
    pub fn knows_key(&self, digest: &str) -> bool {
        self.by_digest.contains_key(digest)
    }

    /// Its entries, sorted by key, digest and place.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The lines that no finding of a scan with this view needed, where `known` are those
    /// that did; of those that such a scan could have needed.
    pub fn unused<'k>(&self, known: impl IntoIterator<Item = &'k Known>, view: View) -> Vec<EntryNote> {
        let used: std::collections::HashSet<&str> =
            known.into_iter().map(|known| known.place.as_str()).collect();
        let seen = self.entries.iter().filter(|entry| change::is_seen(&entry.spot, view));
        let notes = seen.map(|entry| EntryNote {
            place: self.place(entry),
            entry: format!("key {} {}", entry.key, entry.spot),
            state: EntryState::Unused,
        });
        notes.filter(|note| !used.contains(note.place.as_str())).collect()
    }

    /// Where an entry stands, as reports name it.
    fn place(&self, entry: &Entry) -> String {
        format!("{}:{}", self.name, entry.line)
    }

    /// The entries of a key, by their numbers.
    fn of_key(&self, digest: &str) -> &[usize] {
        self.by_digest.get(digest).map_or(&[], Vec::as_slice)
    }

    /// Puts the entries in order, each key and place once with the comments of all.
    fn sort(&mut self) {
        self.entries.sort_by_cached_key(|entry| (entry.text(), entry.line));
        self.entries.dedup_by(|later, first| {
            let is_same =
                (&later.key, &later.digest, &later.spot) == (&first.key, &first.digest, &first.spot);
            if is_same {
                for comment in later.comments.drain(..) {
                    if !first.comments.contains(&comment) {
                        first.comments.push(comment);
                    }
                }
            }
            is_same
        });
        self.by_digest.clear();
        for (number, entry) in self.entries.iter().enumerate() {
            self.by_digest.entry(entry.digest.clone()).or_default().push(number);
        }
    }
}
