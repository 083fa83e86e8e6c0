//! Why the index of a repository cannot be scanned at all.
//!
//! An object that is missing is no error: it is a `Skipped` in the report.

use std::io;
use std::path::PathBuf;

/// Why there is nothing to scan, or no telling what.
#[derive(Debug, thiserror::Error)]
pub enum StagedError {
    /// There is no repository at or above the path.
    #[error("{} is not in a git repository", .0.display())]
    NoRepository(PathBuf),
    /// The repository has neither a work tree nor an index.
    #[error("{} is a bare repository, and nothing can be staged in it", .0.display())]
    Bare(PathBuf),
    /// The repository is kept in a way that cannot be read: which way.
    #[error("the repository uses {0}, which cannot be read yet")]
    Unsupported(&'static str),
    /// A file of the repository cannot be read.
    #[error("cannot read {}", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// The index is damaged, or written in a way that nobody here understands.
    #[error("cannot read the index {}", .0.display())]
    Index(PathBuf, #[source] git2::Error),
    /// The commit that the index is compared with cannot be read.
    #[error("cannot read what HEAD points to")]
    Head(#[source] git2::Error),
    /// The object database cannot be opened.
    #[error("cannot read the objects in {}", .0.display())]
    Objects(PathBuf, #[source] git2::Error),
}

impl StagedError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoRepository(_) => {
                "start it in a repository, name one, or use `baseleak scan` for other folders"
            }
            Self::Bare(_) => "set GIT_WORK_TREE, or name a repository with a work tree",
            Self::Unsupported(_) => "`baseleak scan` reads the work tree of such a repository",
            Self::Unreadable(..) => "check the permissions, and that GIT_DIR and GIT_INDEX_FILE are right",
            Self::Index(..) => "`git status` says whether git can read it",
            Self::Head(_) | Self::Objects(..) => "`git fsck` says what is missing or damaged",
        }
    }
}
