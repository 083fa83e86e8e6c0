//! A part of what is staged: the paths of it, and a look at some of them alone.

use std::collections::HashSet;

use super::{Staged, StagedError, read_index};

impl Staged {
    /// The paths from the root, as bytes with `/`, of the files that are staged: not of
    /// submodules, and not of what is only promised (`git add --intent-to-add`).
    ///
    /// # Errors
    /// When the index or HEAD cannot be read.
    pub fn paths(&self) -> Result<Vec<Vec<u8>>, StagedError> {
        let index = read_index(&self.place)?;
        let entries = self.changed(&index)?.into_iter().map(|number| &index.entries[number]);
        let files = entries.filter(|entry| !entry.is_gitlink() && !entry.is_intent);
        let mut paths: Vec<Vec<u8>> = files.map(|entry| index.path(entry).to_vec()).collect();
        // In a conflict there is one for each side.
        paths.dedup();
        Ok(paths)
    }

    /// The same index, of which only what stands at `paths` is asked about.
    #[must_use]
    pub fn only(self, paths: HashSet<Vec<u8>>) -> Self {
        Self { some: Some(paths), ..self }
    }
}
