//! What a repository keeps: every object, reachable or not, who brought in those
//! that matter, and what is new in a range.
//!
//! **Invariant:** nothing is written into the repository.

mod ends;
mod gather;
mod graph;
mod introduced;
mod named;
mod names;
mod objects;
mod selection;
mod tips;
mod tree;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use git2::Odb;

use super::git_dir::{GitDir, GitDirError, path_of};
use super::refs::Refs;
use super::revision::RevisionError;
use super::staged;
use super::submodules::Submodules;
use crate::pack::{PackError, Store};

pub use ends::Ends;
pub use graph::{
    Attribution, Carrier, Description, Exposure, Graph, Malformed, Paths, Selection, Standing, Tip, TipKind,
    Wanted, describe,
};
pub use names::{Indexed, links, names};
pub use objects::{Objects, Part, Request};
pub use selection::{Between, Limits, Selected};
pub use tips::Tips;
pub use tree::{TreeEntry, TreeKind};

/// A repository whose history is read.
#[derive(Debug)]
pub struct History {
    place: GitDir,
    store: Store,
    /// Whether git2 can be asked at all; found out when it is.
    is_safe_for_git2: OnceLock<bool>,
    refs: OnceLock<Refs>,
    /// What its paths begin with in reports: that of the submodule, or nothing.
    prefix: Vec<u8>,
}

/// Why a history cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// There is no repository, or it is kept in a way that cannot be read.
    #[error(transparent)]
    Place(#[from] GitDirError),
    /// The folder of objects cannot be listed.
    #[error("the objects cannot be listed")]
    Objects(#[from] PackError),
    /// Git failed while reading.
    #[error("the objects cannot be read")]
    Git(#[from] git2::Error),
    /// An object ends too soon, or its bytes are damaged.
    #[error("object {0} is damaged")]
    Damaged(String),
    /// An index of a pack is damaged, so that git2 must not be asked.
    #[error("it cannot be read by other means, for the index of a pack is damaged")]
    Unsafe,
    /// An object is too large to be held in memory.
    #[error("object {0} is too large to be held in memory")]
    Large(String),
    /// A commit that the user named cannot be found.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// The system gave no threads.
    #[error("cannot start the threads to read with")]
    Threads(#[from] io::Error),
}

/// Who reads the objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// Our own pack reader, and git2 for what it does not understand.
    #[default]
    Pack,
    /// git2 alone: slow, for comparison and for trust.
    Git2,
}

impl HistoryError {
    /// The file that cannot be read, where it is this that stops the rest.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Place(GitDirError::Unreadable(file, _)) => Some(file),
            _ => None,
        }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Place(error) => error.hint(),
            Self::Revision(error) => error.hint(),
            Self::Objects(_) | Self::Git(_) | Self::Damaged(_) | Self::Unsafe | Self::Large(_) => {
                "`git fsck` says what is missing or damaged"
            }
            Self::Threads(_) => "give a smaller number with --threads",
        }
    }
}

impl History {
    /// The repository that `path` lies in or is, or that git would use here where
    /// none is named.
    ///
    /// # Errors
    /// When there is none, or it is of a kind that cannot be read.
    pub fn open(path: Option<&Path>) -> Result<Self, HistoryError> {
        Self::of(GitDir::find(path)?, Vec::new())
    }

    /// The root of the work tree, if there is one, and the folder of refs, logs, hooks and the
    /// configuration, of a repository whose configuration cannot be read.
    ///
    /// # Errors
    /// When there is no repository.
    pub fn outline(path: Option<&Path>) -> Result<(Option<PathBuf>, PathBuf), HistoryError> {
        Ok(GitDir::outline(path)?)
    }

    fn of(place: GitDir, prefix: Vec<u8>) -> Result<Self, HistoryError> {
        // Content is judged, not verified; what is damaged still fails to inflate.
        git2::opts::strict_hash_verification(false);
        let store = Store::open_all(&place.object_folders())?;
        Ok(Self { place, store, is_safe_for_git2: OnceLock::new(), refs: OnceLock::new(), prefix })
    }

    /// The repositories of its submodules and theirs, as far as they can be opened,
    /// and where and why others cannot.
    pub fn submodules(&self) -> (Vec<Self>, Vec<(PathBuf, String)>) {
        let Submodules { found, mut problems, .. } = Submodules::read(&self.place);
        let mut opened = Vec::new();
        for path in staged::gitlinks(&self.place).unwrap_or_default() {
            if !found.iter().any(|submodule| submodule.shown == path) {
                let reason = "the submodule was never fetched: its repository is not here";
                problems.push((path_of(&path), reason.to_owned()));
            }
        }
        for submodule in found {
            let place = GitDir::at(&submodule.folder).map_err(HistoryError::from);
            match place.and_then(|place| Self::of(place, [&*submodule.shown, b"/"].concat())) {
                Ok(history) => opened.push(history),
                Err(error) => problems.push((submodule.folder, error.to_string())),
            }
        }
        problems.sort();
        problems.dedup_by(|one, other| one.0 == other.0);
        (opened, problems)
    }

    /// Where git keeps what.
    pub(super) fn place(&self) -> &GitDir {
        &self.place
    }

    /// What its paths begin with in reports.
    pub fn prefix(&self) -> &[u8] {
        &self.prefix
    }

    /// What is known to be missing from the repository, a sentence each: the clone is shallow or partial.
    pub fn gaps(&self) -> Vec<&'static str> {
        let mut gaps = Vec::new();
        if self.place.is_shallow() {
            gaps.push("the clone is shallow: what lies before its oldest commits is not here");
        }
        let promises = |folder: &PathBuf| {
            let packs = std::fs::read_dir(folder.join("pack")).into_iter().flatten().flatten();
            packs.into_iter().any(|file| file.path().extension().is_some_and(|end| end == "promisor"))
        };
        if self.place.is_partial || self.store.folders().iter().any(promises) {
            gaps.push("the clone is partial: objects that were never fetched are not here");
        }
        gaps
    }

    /// The folder that holds refs, logs, hooks and the configuration, as seen from
    /// the current folder where it lies below.
    pub fn folder(&self) -> &Path {
        let folder = &self.place.common;
        let here = std::env::current_dir().and_then(|here| here.canonicalize()).ok();
        let below = here.and_then(|here| folder.strip_prefix(here).ok());
        below.filter(|path| !path.as_os_str().is_empty()).unwrap_or(folder)
    }

    /// The root of the work tree, or the git folder of a bare repository.
    pub fn root(&self) -> &Path {
        self.place.work_tree.as_deref().unwrap_or(&self.place.common)
    }

    /// Whether it has no work tree.
    pub fn is_bare(&self) -> bool {
        self.place.work_tree.is_none()
    }

    /// The object database as git2 reads it.
    ///
    /// # Errors
    /// When it cannot be opened, or an index is damaged: libgit2 believes what an
    /// index says, and where that leads out of the file it takes the program with it.
    fn odb(&self) -> Result<Odb<'static>, HistoryError> {
        if self.is_safe_for_git2() { Ok(self.place.odb()?) } else { Err(HistoryError::Unsafe) }
    }

    fn is_safe_for_git2(&self) -> bool {
        *self.is_safe_for_git2.get_or_init(|| self.store.has_intact_indexes())
    }
}
