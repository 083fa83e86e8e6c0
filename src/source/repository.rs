//! What git says of a path: whether it ignores it, and whether it tracks it all the same.
//!
//! Nothing is written: neither objects nor the index are touched.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use git2::RepositoryOpenFlags;

/// A repository with a work tree.
pub(super) struct Repository {
    /// The absolute path of its work tree.
    root: PathBuf,
    /// Asked rarely, and by one thread at a time.
    git: Mutex<git2::Repository>,
}

impl Repository {
    /// The repository whose work tree is at `root`, an absolute path. `None` where
    /// git cannot open it, so that nothing is passed over for its sake.
    pub(super) fn open(root: &Path) -> Option<Arc<Self>> {
        let git = git2::Repository::open_ext(root, RepositoryOpenFlags::NO_SEARCH, &[] as &[&str]).ok()?;
        Some(Arc::new(Self { root: root.to_owned(), git: Mutex::new(git) }))
    }

    /// The file of exclusions that all work trees of the repository share.
    pub(super) fn exclude_file(&self) -> PathBuf {
        self.git().commondir().join("info").join("exclude")
    }

    /// Whether git ignores what lies at `path`.
    pub(super) fn ignores(&self, path: &Path, is_folder: bool) -> bool {
        let Some(inside) = self.inside(path, is_folder) else { return false };
        self.git().is_path_ignored(inside).unwrap_or(false)
    }

    /// Whether git tracks the file at `path`, or anything in the folder.
    pub(super) fn tracks(&self, path: &Path, is_folder: bool) -> bool {
        let Some(inside) = self.inside(path, is_folder) else { return false };
        // An index that cannot be read may hold anything.
        let Ok(index) = self.git().index() else { return true };
        if is_folder {
            index.find_prefix(inside).is_ok()
        } else {
            (0..=3).any(|stage| index.get_path(&inside, stage).is_some())
        }
    }

    /// `path` from the root, a folder with a slash behind it, as git writes them.
    fn inside(&self, path: &Path, is_folder: bool) -> Option<PathBuf> {
        let inside = path.strip_prefix(&self.root).ok()?;
        Some(if is_folder { inside.join("") } else { inside.to_owned() })
    }

    fn git(&self) -> std::sync::MutexGuard<'_, git2::Repository> {
        self.git.lock().expect("no thread panics while it asks git")
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository").field("root", &self.root).finish_non_exhaustive()
    }
}
