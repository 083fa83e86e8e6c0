//! Which files of a work tree git ignores and does not track, asked one by one.
//!
//! A walk that passes such files over has ways of its own; this answers for a walk that
//! read them all, and is asked about the few that matter.
//!
//! **Invariant:** a file counts as ignored only where git says so; where git cannot be
//! asked, it does not.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::git_dir::path_of;
use super::repository::Repository;
use super::root::repository;

/// What git ignores in a work tree, and in the repositories in it.
#[derive(Debug)]
pub struct IgnoredFiles {
    /// The absolute path of the work tree.
    root: PathBuf,
    /// Repositories by their roots, opened when they are asked; `None` where git cannot.
    opened: Mutex<HashMap<PathBuf, Option<Arc<Repository>>>>,
}

impl IgnoredFiles {
    /// Of the work tree at `root`.
    pub fn below(root: &Path) -> Self {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        Self { root, opened: Mutex::default() }
    }

    /// Whether git ignores what lies at `path`, from the root and with `/`, and tracks
    /// nothing of it. In a repository within another, that of the inner one counts, and
    /// then whether the outer one ignores the inner as a whole.
    pub fn has(&self, path: &[u8]) -> bool {
        let mut path = self.root.join(path_of(path));
        let mut is_folder = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
        while let Some(above) = path.parent().and_then(|folder| repository(folder, true)) {
            if !above.starts_with(&self.root) {
                return false;
            }
            let git = self.open(above);
            if git.is_some_and(|git| git.ignores(&path, is_folder) && !git.tracks(&path, is_folder)) {
                return true;
            }
            (path, is_folder) = (above.to_owned(), true);
        }
        false
    }

    fn open(&self, root: &Path) -> Option<Arc<Repository>> {
        let mut opened = self.opened.lock().expect("no thread panics while it asks git");
        opened.entry(root.to_owned()).or_insert_with(|| Repository::open(root)).clone()
    }
}
