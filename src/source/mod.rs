//! Where content comes from: work trees, single files, standard input, the index.
//!
//! A source reads and hands out; it believes nothing and reports what it could
//! not read. **Invariant:** it opens files for reading only.

mod folder;
mod git_dir;
pub mod history;
mod ignores;
mod listing;
#[cfg(test)]
mod made_tests;
mod read;
mod refs;
mod repository;
mod revision;
mod root;
mod skip;
mod staged;
mod submodules;
#[cfg(test)]
mod submodules_tests;
mod worktree;

pub use git_dir::GitDirError;
pub use read::Reader;
pub use refs::RefError;
pub use revision::RevisionError;
pub use root::{root_of, shown};
pub use staged::{Staged, StagedError};
pub use worktree::{Walk, scan_stdin};

use crate::model::{Blob, Coverage, Provenance, SkipReason};

/// What receives the content: one for each thread.
pub trait Worker: Send {
    /// A file or a folder of this name is there.
    fn name(&mut self, provenance: &Provenance<'_>);
    /// A piece of content.
    fn blob(&mut self, blob: &Blob<'_>);
    /// Something that was asked for, named as shown, cannot be read.
    fn skipped(&mut self, shown: &[u8], reason: SkipReason);
    /// Counts to add to the coverage; its `skipped` is empty.
    fn covered(&mut self, coverage: Coverage);
}
