//! Lists the git folders of submodules: those that a repository keeps below its own
//! git folder, and those that lie in the work tree, with theirs in turn.
//!
//! It reads no `.gitmodules`, which says what could be there and not what is.
//!
//! **Invariant:** links are not followed, and each git folder is listed once.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::git_dir::{GitDir, absolute, path_of};
use super::refs::Problems;
use super::root::slashed;
use super::staged;

/// How many folders may lie in one another before they are taken for a trap.
const DEPTH: usize = 32;
/// Folders of a git folder that hold no submodules, or are looked at in another way.
const OTHERS: [&str; 12] = [
    "annex",
    "branches",
    "hooks",
    "info",
    "lfs",
    "logs",
    "modules",
    "objects",
    "refs",
    "rr-cache",
    "svn",
    "worktrees",
];

/// The git folder of a submodule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Submodule {
    /// The folder of its HEAD, objects and refs, without links in its path.
    pub(super) folder: PathBuf,
    /// Its path from the root of the outermost work tree, or its name where that is not
    /// known; within another submodule, behind what that is shown as. Any bytes.
    pub(super) shown: Vec<u8>,
}

/// All submodules of a repository.
#[derive(Debug, Default)]
pub(super) struct Submodules {
    /// Sorted by what they are shown as.
    pub(super) found: Vec<Submodule>,
    /// Where something could not be looked into, and why.
    pub(super) problems: Problems,
    seen: HashSet<PathBuf>,
}

/// A repository that may have submodules.
struct Parent<'p> {
    /// Its git folders: that of the work tree and the shared one, if they are two.
    folders: Vec<&'p Path>,
    /// Its work tree, without links in its path.
    work_tree: Option<&'p Path>,
    /// What it is shown as; empty for the outermost.
    shown: &'p [u8],
    depth: usize,
}

impl Submodules {
    /// The submodules of a repository, and theirs.
    pub(super) fn read(git: &GitDir) -> Self {
        let mut all = Self::default();
        all.seen.extend([absolute(&git.path), absolute(&git.common)]);
        let work_tree = git.work_tree.as_deref().map(absolute);
        let linked = all.folders(&git.common.join("worktrees"));
        let mut folders = vec![&*git.common, &*git.path];
        folders.extend(linked.iter().map(|(_, folder)| &**folder));
        folders.dedup();
        let parent = Parent { folders, work_tree: work_tree.as_deref(), shown: b"", depth: 0 };
        all.below(&parent, Some(git));
        all.found.sort_by(|one, other| (&one.shown, &one.folder).cmp(&(&other.shown, &other.folder)));
        all
    }

    /// Lists the submodules of one repository; `git` is `None` where it cannot be opened.
    fn below(&mut self, parent: &Parent<'_>, git: Option<&GitDir>) {
        if parent.depth == DEPTH {
            let folder = parent.folders.first().map_or_else(PathBuf::new, |folder| folder.to_path_buf());
            return self.problems.push((folder, "submodules are nested too deep".to_owned()));
        }
        for folder in &parent.folders {
            self.absorbed(parent, &folder.join("modules"), b"", 0);
        }
        let (Some(root), Some(git)) = (parent.work_tree, git) else { return };
        match staged::gitlinks(git) {
            Ok(paths) => paths.iter().for_each(|path| self.inside(parent, root, path)),
            Err(error) => self.problems.push((git.index.clone(), error.to_string())),
        }
    }

    /// Lists what lies in a `modules` folder, or in a folder that is the beginning of names.
    fn absorbed(&mut self, parent: &Parent<'_>, folder: &Path, before: &[u8], depth: usize) {
        if depth == DEPTH {
            return self.problems.push((folder.to_owned(), "folders are nested too deep".to_owned()));
        }
        for (name, folder) in self.folders(folder) {
            let name = [before, &name].concat();
            if is_git_folder(&folder) {
                self.add(parent, &folder, &name, None);
            }
            // The name of one submodule may be the beginning of that of another.
            self.absorbed(parent, &folder, &[&*name, b"/"].concat(), depth + 1);
        }
    }

    /// Lists the submodule at `path` in the work tree if its git folder lies there.
    fn inside(&mut self, parent: &Parent<'_>, root: &Path, path: &[u8]) {
        let mut folder = root.to_owned();
        for part in path_of(path).components().chain([Component::Normal(".git".as_ref())]) {
            // An index is not to be believed: `..` would lead out.
            let Component::Normal(part) = part else { return };
            folder.push(part);
            match folder.symlink_metadata() {
                Ok(metadata) if metadata.is_dir() => {}
                // A file in place of the last part says that the git folder is absorbed.
                Ok(metadata) if metadata.is_symlink() => return self.link(folder),
                Ok(_) => return,
                Err(error) => return self.fails(folder, &error),
            }
        }
        if is_git_folder(&folder) {
            let work_tree = folder.parent().map(Path::to_owned);
            self.add(parent, &folder, path, work_tree);
        }
    }

    /// Adds a submodule, and those in it. Its `work_tree` is what its configuration says
    /// where it is not known otherwise, and counts only within that of its parent.
    fn add(&mut self, parent: &Parent<'_>, folder: &Path, name: &[u8], work_tree: Option<PathBuf>) {
        let folder = absolute(folder);
        if !self.seen.insert(folder.clone()) {
            return;
        }
        let git = GitDir::at(&folder);
        let git = git.map_err(|error| self.problems.push((folder.clone(), error.to_string()))).ok();
        // Without a setting it would be the folder around this one.
        let is_apart = |work_tree: &PathBuf| !folder.starts_with(work_tree);
        let said = || git.as_ref()?.work_tree.as_deref().map(plain).filter(is_apart);
        let place = parent.work_tree.and_then(|root| {
            let work_tree = work_tree.or_else(said)?;
            let inside = work_tree.strip_prefix(root).ok().filter(|path| !path.as_os_str().is_empty())?;
            Some((slashed(inside.as_os_str()), work_tree))
        });
        let inside = place.as_ref().map_or(name, |(inside, _)| inside);
        let shown = match parent.shown {
            [] => inside.to_vec(),
            parent => [parent, b"/", inside].concat(),
        };
        let work_tree = place.as_ref().map(|(_, work_tree)| &**work_tree);
        let within = Parent { folders: vec![&folder], work_tree, shown: &shown, depth: parent.depth + 1 };
        self.below(&within, git.as_ref());
        self.found.push(Submodule { folder, shown });
    }

    /// The folders in a folder, by name, sorted; none where it is none.
    fn folders(&mut self, folder: &Path) -> Vec<(Vec<u8>, PathBuf)> {
        let is_git = is_git_folder(folder);
        let mut folders = Vec::new();
        match folder.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(metadata) if metadata.is_symlink() => {
                self.link(folder.to_owned());
                return folders;
            }
            _ => return folders,
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.fails(folder.to_owned(), &error);
                return folders;
            }
        };
        for entry in entries {
            let entry = entry.and_then(|entry| Ok((entry.file_type()?, entry)));
            match entry {
                Ok((_, entry)) if is_git && OTHERS.iter().any(|other| entry.file_name() == *other) => {}
                Ok((kind, entry)) if kind.is_dir() => {
                    folders.push((slashed(&entry.file_name()), entry.path()));
                }
                Ok((kind, entry)) if kind.is_symlink() && entry.path().is_dir() => self.link(entry.path()),
                Ok(_) => {}
                Err(error) => self.fails(folder.to_owned(), &error),
            }
        }
        folders.sort_unstable();
        folders
    }

    fn link(&mut self, path: PathBuf) {
        self.problems.push((path, "it is a symbolic link, which is not followed".to_owned()));
    }

    fn fails(&mut self, path: PathBuf, error: &io::Error) {
        // A submodule need not be checked out.
        if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) {
            self.problems.push((path, error.to_string()));
        }
    }
}

/// Whether git would take this for the folder of a repository.
fn is_git_folder(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).is_dir();
    folder.join("HEAD").symlink_metadata().is_ok() && has("objects") && has("refs")
}

/// The path without `..` in it, as its text says: the folder need not be there.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}
