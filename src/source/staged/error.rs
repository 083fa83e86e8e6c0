//! Why the index of a repository cannot be scanned at all.
//!
//! An object that is missing is no error: it is a `Skipped` in the report.

use std::io;
use std::path::PathBuf;

use super::super::{GitDirError, RefError};

/// Why there is nothing to scan, or no telling what.
#[derive(Debug, thiserror::Error)]
pub enum StagedError {
    /// There is no repository that can be opened.
    #[error(transparent)]
    GitDir(#[from] GitDirError),
    /// The repository has neither a work tree nor an index.
    #[error("{} is a bare repository, and nothing can be staged in it", .0.display())]
    Bare(PathBuf),
    /// A file of the repository cannot be read.
    #[error("cannot read {}", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// The index is damaged, or written in a way that nobody here understands.
    #[error("cannot read the index {}", .0.display())]
    Index(PathBuf, #[source] git2::Error),
    /// The commit that the index is compared with cannot be read.
    #[error("cannot read what HEAD points to")]
    Head(#[source] git2::Error),
}

impl StagedError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::GitDir(error) => error.hint(),
            Self::Bare(_) => "set GIT_WORK_TREE, or name a repository with a work tree",
            Self::Unreadable(..) => "check the permissions, and that GIT_DIR and GIT_INDEX_FILE are right",
            Self::Index(..) => "`git status` says whether git can read it",
            Self::Head(_) => "`git fsck` says what is missing or damaged",
        }
    }
}

/// HEAD, or a ref that it names, cannot be read.
impl From<RefError> for StagedError {
    fn from(error: RefError) -> Self {
        match error {
            RefError::Unreadable(file, error) => Self::Unreadable(file, error),
            RefError::Malformed(_, reason) => Self::Head(git2::Error::from_str(reason)),
        }
    }
}
