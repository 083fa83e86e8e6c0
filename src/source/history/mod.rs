//! What a repository keeps: every object that holds text, reachable or not, and
//! who brought in those that matter.
//!
//! **Invariant:** nothing is written into the repository.

mod attribute;
#[expect(unreachable_pub, unused_imports, reason = "the pass over a history is not built on it yet")]
#[cfg_attr(not(test), expect(dead_code, reason = "the pass over a history is not built on it yet"))]
mod graph;
mod objects;

use std::path::{Path, PathBuf};

use git2::{ErrorCode, Odb, Repository, RepositoryOpenFlags};

use crate::pack::{PackError, Store};

pub use attribute::{Carrier, Carriers, FirstCommit};
pub use objects::{Objects, Request};

/// A repository whose history is read.
#[derive(Debug)]
pub struct History {
    /// The git folder that holds objects and refs; of a linked work tree, the shared one.
    folder: PathBuf,
    store: Store,
}

/// Why a history cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// There is no repository.
    #[error("{0} is not in a git repository")]
    NoRepository(String),
    /// The repository is of a kind that is not supported, such as SHA-256.
    #[error("the repository {0} cannot be opened")]
    Unsupported(String, #[source] git2::Error),
    /// The folder of objects cannot be listed.
    #[error("the objects cannot be listed")]
    Objects(#[from] PackError),
    /// Git failed while reading.
    #[error("the repository cannot be read")]
    Git(#[from] git2::Error),
    /// An object ends too soon, or its bytes are damaged.
    #[error("object {0} is damaged")]
    Damaged(String),
    /// The system gave no threads.
    #[error("cannot start the threads to read with")]
    Threads(#[from] std::io::Error),
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

impl History {
    /// The repository that `path` lies in or is.
    ///
    /// # Errors
    /// When there is none, or it is of a kind that cannot be read.
    pub fn open(path: &Path) -> Result<Self, HistoryError> {
        let name = || path.display().to_string();
        // Content is judged, not verified; what is damaged still fails to inflate.
        git2::opts::strict_hash_verification(false);
        let found = Repository::open_ext(path, RepositoryOpenFlags::CROSS_FS, &[] as &[&str]);
        let repository = found.map_err(|error| match error.code() {
            ErrorCode::NotFound => HistoryError::NoRepository(name()),
            _ => HistoryError::Unsupported(name(), error),
        })?;
        let folder = repository.commondir().to_owned();
        let store = Store::open(&folder.join("objects"))?;
        Ok(Self { folder, store })
    }

    /// What is known to be missing from the repository, a sentence each: the clone is shallow or partial.
    ///
    /// # Errors
    /// When the repository cannot be opened again.
    pub fn gaps(&self) -> Result<Vec<&'static str>, HistoryError> {
        let mut gaps = Vec::new();
        if self.repository()?.is_shallow() {
            gaps.push("the clone is shallow: what lies before its oldest commits is not here");
        }
        let packs =
            std::fs::read_dir(self.folder.join("objects").join("pack")).into_iter().flatten().flatten();
        if packs.into_iter().any(|file| file.path().extension().is_some_and(|end| end == "promisor")) {
            gaps.push("the clone is partial: objects that were never fetched are not here");
        }
        Ok(gaps)
    }

    /// The folder that holds refs, logs, hooks and the configuration, as seen from
    /// the current folder where it lies below.
    pub fn folder(&self) -> &Path {
        let below = std::env::current_dir().ok().and_then(|here| self.folder.strip_prefix(here).ok());
        below.filter(|path| !path.as_os_str().is_empty()).unwrap_or(&self.folder)
    }

    fn odb(&self) -> Result<Odb<'static>, git2::Error> {
        let odb = Odb::new()?;
        let name = self.folder.join("objects");
        odb.add_disk_alternate(
            name.to_str().ok_or_else(|| git2::Error::from_str("a path that is not UTF-8"))?,
        )?;
        Ok(odb)
    }

    fn repository(&self) -> Result<Repository, git2::Error> {
        Repository::open_ext(&self.folder, RepositoryOpenFlags::NO_SEARCH, &[] as &[&str])
    }
}
