//! A folder on the walk: where it is, how it is shown, and what git ignores in it.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;

use super::ignores::Ignores;
use super::listing::Entries;
use super::root::{self, Root};

/// A folder to be walked.
#[derive(Debug)]
pub(super) struct Folder {
    /// The absolute path.
    pub(super) path: PathBuf,
    pub(super) shown: Vec<u8>,
    pub(super) relative: Vec<u8>,
    /// The ignore rules in force; `None` outside of repositories and where they do not matter.
    ignores: Option<Arc<Ignores>>,
    /// Whether git ignores the folder, which is walked for the files that it tracks all the same.
    is_ignored: bool,
}

impl Folder {
    /// A folder that the user named, under the ignore rules of its repository if `obeys`.
    pub(super) fn named(root: Root, obeys: bool) -> Self {
        let ignores = if obeys { root.ignores() } else { None };
        Self { path: root.path, shown: root.shown, relative: root.relative, ignores, is_ignored: false }
    }

    /// Takes the rules of the folder itself into account, under the ignore rules if `obeys`.
    pub(super) fn enter(&mut self, entries: &Entries, obeys: bool) {
        if entries.is_repository && obeys {
            // Another repository inside of one is a world of its own; where git
            // knows of none, the rules above go on.
            if let Some(own) = Ignores::of_repository(&self.path) {
                self.ignores = Some(own);
                self.is_ignored = false;
            }
        }
        if entries.has_gitignore
            && let Some(ignores) = &self.ignores
        {
            self.ignores = Some(ignores.with_gitignore(&self.path));
        }
    }

    /// The folder `name` in this one; `None` where git ignores it and tracks nothing in it.
    pub(super) fn below(&self, name: &OsStr) -> Option<Self> {
        let path = self.path.join(name);
        let is_ignored = self.is_ignored(name, true);
        let is_tracked = || self.ignores.as_ref().is_some_and(|ignores| ignores.track(&path, true));
        if is_ignored && !is_tracked() {
            return None;
        }
        Some(Self {
            shown: root::joined(&self.shown, name),
            relative: root::joined(&self.relative, name),
            ignores: self.ignores.clone(),
            is_ignored,
            path,
        })
    }

    /// Whether git ignores the file `name` and does not track it.
    pub(super) fn passes_over(&self, name: &OsStr) -> bool {
        self.is_ignored(name, false)
            && !self.ignores.as_ref().is_some_and(|ignores| ignores.track(&self.path.join(name), false))
    }

    fn is_ignored(&self, name: &OsStr, is_folder: bool) -> bool {
        self.is_ignored
            || self.ignores.as_ref().is_some_and(|ignores| ignores.ignore(&self.path.join(name), is_folder))
    }
}
