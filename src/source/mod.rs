//! Where content comes from: work trees, single files, standard input, the index.
//!
//! A source reads and hands out; it believes nothing and reports what it could
//! not read. **Invariant:** it opens files for reading only.

mod attributes;
mod folder;
mod git_dir;
pub mod history;
mod ignored;
mod ignores;
mod listing;
#[cfg(test)]
mod made_tests;
mod provenance;
mod read;
mod refs;
mod repository;
mod revision;
mod root;
mod skip;
pub mod snapshot;
mod staged;
mod submodules;
#[cfg(test)]
mod submodules_tests;
mod worktree;

pub use attributes::merge_driver;
pub use git_dir::GitDirError;
pub use ignored::IgnoredFiles;
pub use provenance::repository_of;
pub use read::Reader;
pub use refs::RefError;
pub use revision::RevisionError;
pub use root::{root_of, shown};
pub use staged::{Staged, StagedError};
pub use worktree::{Walk, scan_stdin, scan_stream};

use std::fs::File;
use std::io::Read;

use crate::model::{Blob, Coverage, Provenance, SkipReason};

/// What receives the content: one for each thread.
pub trait Worker: Send {
    /// A file or a folder of this name is there.
    fn name(&mut self, provenance: &Provenance<'_>);
    /// A piece of content.
    fn blob(&mut self, blob: &Blob<'_>);
    /// Whether what begins with `head` is to come once more, whole: [`packed`](Self::packed)
    /// is then called after its last blob. Asked once for each content, so it must be cheap.
    fn wants(&mut self, provenance: &Provenance<'_>, head: &[u8]) -> bool;
    /// The content that was asked for.
    fn packed(&mut self, packed: Packed<'_>);
    /// Something that was asked for, named as shown, cannot be read.
    fn skipped(&mut self, shown: &[u8], reason: SkipReason);
    /// Counts to add to the coverage; its `skipped` is empty.
    fn covered(&mut self, coverage: Coverage);
}

/// Content that a worker asked for because texts may be packed inside.
pub struct Packed<'c> {
    /// Where it comes from.
    pub provenance: Provenance<'c>,
    /// The content, from its first byte.
    pub content: Content<'c>,
    /// Whether the user named it, or it came on standard input.
    pub is_named: bool,
}

/// The ways in which content comes a second time.
pub enum Content<'c> {
    /// It is in memory.
    Bytes(&'c [u8]),
    /// A file, rewound.
    File(&'c mut File),
    /// It comes in order.
    Stream(&'c mut dyn Read),
    /// It came from a pipe and was too large to be kept.
    Gone,
}
