//! What would be committed: the content of the index that HEAD does not have.
//!
//! The bytes come from the object database, never from the work tree, so that a
//! file staged in part is read as staged. Deletions and what is as in HEAD are not
//! read; submodules and entries that only promise a file are counted.
//!
//! **Invariant:** nothing is written: no object, no index, no lock.

mod cache_tree;
mod compare;
mod error;
mod fallback;
mod head;
mod index;
mod object;
mod some;
mod split;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use git2::{ObjectType, Oid, Repository};

use crate::model::{Coverage, Provenance, SkipReason};
use crate::pack::ObjectId;
use crate::select::Policy;

pub use error::StagedError;
use head::head;
use index::{Entry, Index};
use object::Objects;

use super::Worker;
use super::git_dir::GitDir;

/// Entries from which on it pays to read with several threads.
const SHARED: usize = 256;

/// A repository whose index is to be scanned.
#[derive(Debug)]
pub struct Staged {
    place: GitDir,
    /// The paths that alone are asked about, if not all are.
    some: Option<HashSet<Vec<u8>>>,
}

impl Staged {
    /// The repository that `path` lies in, or that git would use here where none is
    /// named. `GIT_INDEX_FILE` and the like speak of the latter.
    ///
    /// # Errors
    /// When there is no repository, or it is kept in a way that cannot be read.
    pub fn open(path: Option<&Path>) -> Result<Self, StagedError> {
        let place = GitDir::find(path)?;
        if place.work_tree.is_none() && !place.index.exists() {
            return Err(StagedError::Bare(place.path));
        }
        Ok(Self { place, some: None })
    }

    /// The root of the work tree, if there is one.
    pub fn root(&self) -> Option<&Path> {
        self.place.work_tree.as_deref()
    }

    /// The folder that holds refs, logs, hooks and the configuration.
    pub fn folder(&self) -> &Path {
        &self.place.common
    }

    /// The file that says what is checked out.
    pub fn head(&self) -> PathBuf {
        self.place.path.join("HEAD")
    }

    /// Hands what is staged to workers made by `hire`, and returns the workers. Paths are from the
    /// root of the repository, as git lists them; the globs and the size limit of `policy` hold.
    /// `threads` read; 0 means as many as there are cores.
    ///
    /// # Errors
    /// When the index or HEAD cannot be read. An object that cannot be is skipped.
    ///
    /// # Panics
    /// Where a worker does.
    pub fn run<W: Worker>(
        &self,
        policy: &Policy,
        threads: usize,
        hire: impl Fn() -> W,
    ) -> Result<Vec<W>, StagedError> {
        let index = read_index(&self.place)?;
        let changed = self.changed(&index)?;
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let threads = if threads == 0 { cores() } else { threads };
        if changed.len() < SHARED || threads < 2 {
            return Ok(vec![self.read(&index, &changed, policy, hire())?]);
        }
        let share = changed.len().div_ceil(threads);
        thread::scope(|scope| {
            let (index, reading) = (&index, changed.chunks(share));
            let started: Vec<_> = reading
                .map(|share| {
                    let worker = hire();
                    scope.spawn(move || self.read(index, share, policy, worker))
                })
                .collect();
            started.into_iter().map(|thread| thread.join().expect("a worker does not panic")).collect()
        })
    }

    /// The entries that are not as HEAD has them, by number, sorted.
    fn changed(&self, index: &Index) -> Result<Vec<usize>, StagedError> {
        let git = Repository::from_odb(self.place.odb()?).map_err(StagedError::Head)?;
        let tree = |commit: Oid| {
            let commit = git.find_object(commit, None).and_then(|object| object.peel(ObjectType::Commit));
            commit.map(|commit| commit.as_commit().expect("it was peeled to one").tree_id())
        };
        let head = head(&self.place)?.map(tree).transpose().map_err(StagedError::Head)?;
        let mut changed = compare::changed(index, head, &git).map_err(StagedError::Head)?;
        changed.sort_unstable();
        if let Some(some) = &self.some {
            changed.retain(|&number| some.contains(index.path(&index.entries[number])));
        }
        Ok(changed)
    }

    /// Reads the entries with these numbers.
    fn read<W: Worker>(
        &self,
        index: &Index,
        numbers: &[usize],
        policy: &Policy,
        mut worker: W,
    ) -> Result<W, StagedError> {
        let mut objects = Objects::new(self.place.odb()?, &self.place);
        for &number in numbers {
            let entry = &index.entries[number];
            read_entry(entry, index.path(entry), policy, &mut objects, &mut worker);
        }
        Ok(worker)
    }
}

/// The paths of the submodules in the index, from the root, sorted.
///
/// # Errors
/// When the index cannot be read; that there is none is no error.
pub(super) fn gitlinks(place: &GitDir) -> Result<Vec<Vec<u8>>, StagedError> {
    let index = read_index(place)?;
    let gitlinks = index.entries.iter().filter(|entry| entry.is_gitlink());
    let mut paths: Vec<_> = gitlinks.map(|entry| index.path(entry).to_vec()).collect();
    // In a conflict there is one for each side.
    paths.dedup();
    Ok(paths)
}

/// An entry of an index.
pub(super) struct Listed {
    /// From the root of the work tree.
    pub(super) path: Vec<u8>,
    /// The blob, unless it is a submodule or there is none.
    pub(super) id: Option<ObjectId>,
}

/// What the index in `file` lists, which belongs to the git folder `folder`.
///
/// # Errors
/// As [`gitlinks`].
pub(super) fn listed(file: &Path, folder: &Path) -> Result<Vec<Listed>, StagedError> {
    let index = index_in(file, folder)?;
    let listed = |entry: &Entry| {
        let is_blob = !entry.is_gitlink() && !entry.is_intent && !entry.is_folder();
        let id = if is_blob { ObjectId::from_bytes(&entry.id) } else { None };
        Listed { path: index.path(entry).to_vec(), id }
    };
    Ok(index.entries.iter().map(listed).collect())
}

fn read_index(place: &GitDir) -> Result<Index, StagedError> {
    index_in(&place.index, &place.path)
}

fn index_in(file: &Path, folder: &Path) -> Result<Index, StagedError> {
    let read = match file.metadata() {
        // Opening a pipe would wait for whoever writes into it.
        Ok(metadata) if !metadata.is_file() => Err(io::Error::other("not a file")),
        _ => fs::read(file),
    };
    let bytes = match read {
        Ok(bytes) => bytes,
        // As git sees it, an index that is not there is empty.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Index::default()),
        Err(error) => return Err(StagedError::Unreadable(file.to_owned(), error)),
    };
    if bytes.is_empty() {
        return Err(StagedError::Index(file.to_owned(), git2::Error::from_str("the file is empty")));
    }
    match Index::read(bytes, folder) {
        Some(index) => Ok(index),
        None => fallback::read(file).map_err(|error| StagedError::Index(file.to_owned(), error)),
    }
}

fn read_entry<W: Worker>(entry: &Entry, path: &[u8], policy: &Policy, objects: &mut Objects, worker: &mut W) {
    if !policy.admits_all() && !policy.admits_file(path) {
        return worker.covered(Coverage { excluded: 1, ..Coverage::default() });
    }
    let provenance = Provenance { shown: path, relative: path };
    worker.name(&provenance);
    if entry.is_gitlink() {
        worker.covered(Coverage { submodules: 1, ..Coverage::default() });
    } else if entry.is_intent {
        worker.covered(Coverage { intent_to_add: 1, ..Coverage::default() });
    } else if entry.is_folder() {
        let reason = "a folder that the sparse index keeps folded, and HEAD has otherwise";
        worker.skipped(path, SkipReason::Unreadable(reason.to_owned()));
    } else {
        objects.read(entry.id, provenance, policy, worker);
    }
}
