//! The names in a tree, and in the index.
//!
//! Under which names an object stood anywhere is [elsewhere](super::named).

use std::path::PathBuf;

use super::History;
use super::graph::{Malformed, entries, header};
use crate::pack::ObjectId;
use crate::source::staged::{self, Listed};

/// Calls `visit` with the name of each entry of a tree.
///
/// # Errors
/// When the tree is malformed; some of its names were visited then.
pub fn names(tree: &[u8], mut visit: impl FnMut(&[u8])) -> Result<(), Malformed> {
    entries(tree, |_, name, _| visit(name))
}

/// Calls `visit` with the tree and the parents of a commit.
///
/// # Errors
/// When the commit is malformed; some of them were visited then.
pub fn links(commit: &[u8], mut visit: impl FnMut(ObjectId)) -> Result<(), Malformed> {
    let tree = header(commit, &mut visit)?.tree;
    visit(tree);
    Ok(())
}

/// What all indexes of a repository list.
#[derive(Debug, Default)]
pub struct Indexed {
    /// Paths from the root, sorted, and the blob at each, unless it is a submodule or there is none.
    pub entries: Vec<(Vec<u8>, Option<ObjectId>)>,
    /// Indexes that cannot be read, and why.
    pub problems: Vec<(PathBuf, String)>,
}

impl History {
    /// What the index lists, and those of linked work trees.
    pub fn indexed(&self) -> Indexed {
        let mut indexed = Indexed::default();
        let common = &self.place.common;
        let mut files = vec![(self.place.index.clone(), self.place.path.clone())];
        files.push((common.join("index"), common.clone()));
        let linked = std::fs::read_dir(common.join("worktrees")).into_iter().flatten().flatten();
        files.extend(linked.map(|folder| (folder.path().join("index"), folder.path())));
        files.sort();
        files.dedup();
        for (file, folder) in files {
            match staged::listed(&file, &folder) {
                Ok(entries) => {
                    indexed.entries.extend(entries.into_iter().map(|Listed { path, id }| (path, id)));
                }
                Err(error) => indexed.problems.push((file, error.to_string())),
            }
        }
        indexed.entries.sort_unstable();
        indexed.entries.dedup();
        indexed
    }
}
