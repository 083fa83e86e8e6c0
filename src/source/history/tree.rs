//! The entries of a tree, one by one.

use super::graph::{Entry, entries, header};
use super::{History, HistoryError};
use crate::model::ObjectKind;
use crate::pack::{Decoder, ObjectId};

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeKind {
    /// A file, or a link.
    File,
    /// A folder.
    Folder,
    /// A commit of another repository.
    Submodule,
}

/// An entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// Its name in the folder.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: TreeKind,
    /// The object it names.
    pub id: ObjectId,
}

impl History {
    /// The tree of a commit.
    ///
    /// # Errors
    /// When it is no commit that can be read.
    pub fn tree_of(&self, commit: &ObjectId) -> Result<ObjectId, HistoryError> {
        let text = self.object(commit, ObjectKind::Commit)?;
        let parsed = header(&text, |_| {}).map_err(|_| HistoryError::Damaged(commit.to_string()))?;
        Ok(parsed.tree)
    }

    /// The entries of a tree, sorted by name.
    ///
    /// # Errors
    /// When it is no tree that can be read.
    ///
    /// # Panics
    /// Never: an id in a tree has the length of one.
    pub fn entries_of(&self, tree: &ObjectId) -> Result<Vec<TreeEntry>, HistoryError> {
        let bytes = self.object(tree, ObjectKind::Tree)?;
        let mut list = Vec::new();
        let read = entries(&bytes, |entry, name, id| {
            let kind = match entry {
                Entry::Blob => TreeKind::File,
                Entry::Tree => TreeKind::Folder,
                Entry::Submodule => TreeKind::Submodule,
            };
            let id = ObjectId::from_bytes(id).expect("it has the length of one");
            list.push(TreeEntry { name: name.to_vec(), kind, id });
        });
        read.map_err(|_| HistoryError::Damaged(tree.to_string()))?;
        list.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(list)
    }

    fn object(&self, id: &ObjectId, kind: ObjectKind) -> Result<Vec<u8>, HistoryError> {
        match self.fetch(id, &mut Decoder::new(Decoder::LIMIT))? {
            Some((found, bytes)) if found == kind => Ok(bytes),
            _ => Err(HistoryError::Damaged(id.to_string())),
        }
    }
}
