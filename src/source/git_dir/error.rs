//! Why a repository cannot be opened.

use std::io;
use std::path::PathBuf;

/// Why there is no repository, or none that can be read.
#[derive(Debug, thiserror::Error)]
pub enum GitDirError {
    /// There is no repository at or above the path.
    #[error("{} is not in a git repository", .0.display())]
    NoRepository(PathBuf),
    /// The repository is kept in a way that cannot be read: which way.
    #[error("the repository uses {0}, which cannot be read yet")]
    Unsupported(&'static str),
    /// A file of the repository cannot be read.
    #[error("cannot read {}", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// The object database cannot be opened.
    #[error("cannot read the objects in {}", .0.display())]
    Objects(PathBuf, #[source] git2::Error),
}

impl GitDirError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoRepository(_) => {
                "start it in a repository, name one, or use `baseleak scan` for other folders"
            }
            Self::Unsupported(_) => "`baseleak scan` reads the work tree of such a repository",
            Self::Unreadable(..) => "check the permissions, and that GIT_DIR and GIT_INDEX_FILE are right",
            Self::Objects(..) => "`git fsck` says what is missing or damaged",
        }
    }
}
