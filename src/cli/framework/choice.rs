//! Which of the files that the framework names are read from the index, and which from the
//! work tree.

use std::collections::HashSet;
use std::env;
use std::path::{Component, Path, PathBuf};

use baseleak::source;

use super::Asked;

/// What is read from where.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Paths from the root, as the index has them.
    pub(crate) index: HashSet<Vec<u8>>,
    /// Paths from the current folder.
    pub(crate) files: Vec<PathBuf>,
}

impl Choice {
    /// Of `named`, in a work tree at `root`, where `staged` stands in the index and not in HEAD.
    ///
    /// While git commits, the framework has put aside what is not staged, and the index is what
    /// counts: filters may make a file of the work tree something else than what is committed. So
    /// the work tree is read for what is not staged, and there is nothing of that but where somebody
    /// has a hook of git call the framework with a list of files. What is staged and not in the work
    /// tree (it is checked out in part) is never named, and read all the same.
    ///
    /// Otherwise nobody knows whether the files are meant or what is staged of them: both are read.
    pub(crate) fn new(asked: &Asked, named: &[PathBuf], staged: Vec<Vec<u8>>, root: &Path) -> Self {
        let staged: HashSet<Vec<u8>> = staged.into_iter().collect();
        if named.is_empty() {
            return Self { index: staged, files: Vec::new() };
        }
        let place = Place::of(root);
        let is_commit = *asked == Asked::Commit;
        let mut choice = Self::default();
        for file in named {
            let path = place.path(file).filter(|path| staged.contains(path));
            let is_staged = path.is_some();
            choice.index.extend(path);
            if !is_staged || !is_commit && file.symlink_metadata().is_ok() {
                choice.files.push(file.clone());
            }
        }
        if is_commit {
            let is_away = |path: &&Vec<u8>| place.file(path).is_some_and(|file| !is_there(&file));
            choice.index.extend(staged.iter().filter(is_away).cloned());
        }
        choice
    }
}

fn is_there(file: &Path) -> bool {
    file.symlink_metadata().is_ok()
}

/// Where names stand in the repository.
struct Place<'r> {
    root: &'r Path,
    /// Whether names from here are names from the root, as the framework gives them.
    is_here: bool,
}

impl<'r> Place<'r> {
    fn of(root: &'r Path) -> Self {
        let here = env::current_dir().and_then(|here| here.canonicalize()).ok();
        Self { root, is_here: here.as_deref() == Some(root) }
    }

    /// The path of `file` from the root; none where it lies elsewhere.
    fn path(&self, file: &Path) -> Option<Vec<u8>> {
        if self.is_here && file.components().all(|part| matches!(part, Component::Normal(_))) {
            return Some(source::shown(file));
        }
        // The folder's links are followed, the file's are not: git tracks them themselves.
        let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let whole = folder.canonicalize().ok()?.join(file.file_name()?);
        Some(source::shown(whole.strip_prefix(self.root).ok()?))
    }

    /// The file at `path` from the root; none where its name cannot be told from the bytes.
    fn file(&self, path: &[u8]) -> Option<PathBuf> {
        std::str::from_utf8(path).ok().map(|path| self.root.join(path))
    }
}
