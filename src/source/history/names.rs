//! The names in a tree, and in the index.

use std::path::PathBuf;

use super::History;
use super::graph::{Malformed, entries};
use crate::pack::ObjectId;
use crate::source::staged::{self, Listed};

/// Calls `visit` with the name of each entry of a tree.
///
/// # Errors
/// When the tree is malformed; some of its names were visited then.
pub fn names(tree: &[u8], mut visit: impl FnMut(&[u8])) -> Result<(), Malformed> {
    entries(tree, |_, name, _| visit(name))
}

/// What all indexes of a repository list.
#[derive(Debug, Default)]
pub struct Indexed {
    /// Paths from the root, sorted, each once.
    pub paths: Vec<Vec<u8>>,
    pub(super) ids: Vec<ObjectId>,
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
                    for Listed { path, id } in entries {
                        indexed.paths.push(path);
                        indexed.ids.extend(id);
                    }
                }
                Err(error) => indexed.problems.push((file, error.to_string())),
            }
        }
        indexed.paths.sort_unstable();
        indexed.paths.dedup();
        indexed
    }
}
