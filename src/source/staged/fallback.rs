//! Reads an index through libgit2: the slow way, for what [`super::index`] does not understand.
//!
//! **Invariant:** the index is opened by its path and never written.

use std::path::Path;

use super::index::{Id, Index};

/// Bit of the extended flags that says that something will be added.
const INTENT_TO_ADD: u16 = 0x2000;

/// The entries of the index in `file`.
///
/// # Errors
/// When libgit2 does not understand it either.
pub(super) fn read(file: &Path) -> Result<Index, git2::Error> {
    let index = git2::Index::open(file)?;
    let entries = index.iter().map(|entry| {
        let mut id = Id::default();
        id.copy_from_slice(entry.id.as_bytes());
        let stage = u8::try_from(entry.flags >> 12 & 3).unwrap_or(0);
        let is_intent = entry.flags_extended & INTENT_TO_ADD != 0;
        (entry.path, Index::nameless(id, entry.mode, stage, is_intent))
    });
    Index::of(entries).ok_or_else(|| git2::Error::from_str("its paths are too long"))
}
