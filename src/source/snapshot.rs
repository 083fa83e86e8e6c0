//! The files of a commit, of the index or of a folder, by path.
//!
//! It tells what is where, and reads no content. **Invariant:** nothing is written.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::history::{History, HistoryError, TreeEntry, TreeKind};
use super::root;
use super::staged::{self, Listed, StagedError};
use crate::pack::ObjectId;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file; the blob where that is known.
    File(Option<ObjectId>),
    /// A folder.
    Folder,
    /// Something of which no more is known, such as what lies in a submodule.
    Closed,
}

/// The files of one place at one time.
#[derive(Debug)]
pub enum Snapshot {
    /// Those below a folder.
    Folder(PathBuf),
    /// Those below a folder, and those that the index lists: of a work tree that is checked
    /// out in part.
    Sparse(PathBuf, Box<Self>),
    /// Those that the index lists: sorted by path.
    Index(Vec<(Vec<u8>, Option<ObjectId>)>),
    /// Those of a commit.
    Commit(Trees),
}

/// The trees of a commit, each read once.
#[derive(Debug)]
pub struct Trees {
    history: Rc<History>,
    root: ObjectId,
    known: RefCell<HashMap<ObjectId, Rc<[TreeEntry]>>>,
}

impl Snapshot {
    /// The files of a commit.
    ///
    /// # Errors
    /// When the commit cannot be read.
    pub fn commit(history: &Rc<History>, commit: &ObjectId) -> Result<Self, HistoryError> {
        let root = history.tree_of(commit)?;
        Ok(Self::Commit(Trees { history: history.clone(), root, known: RefCell::default() }))
    }

    /// The files of the work tree at `root`. Of one that is checked out in part, those
    /// count as well that are not.
    ///
    /// # Errors
    /// When it is checked out in part and its index cannot be read.
    pub fn work_tree(root: &Path, history: &History) -> Result<Self, StagedError> {
        if !history.place().path.join("info").join("sparse-checkout").exists() {
            return Ok(Self::Folder(root.to_owned()));
        }
        Ok(Self::Sparse(root.to_owned(), Box::new(Self::index(history)?)))
    }

    /// The files of the index.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn index(history: &History) -> Result<Self, StagedError> {
        let place = history.place();
        let listed = staged::listed(&place.index, &place.path)?;
        let mut files: Vec<_> = listed.into_iter().map(|Listed { path, id }| (path, id)).collect();
        files.sort_unstable();
        Ok(Self::Index(files))
    }

    /// What stands at `path`, which has `/` for a separator; none where nothing does.
    ///
    /// # Errors
    /// When a tree on the way cannot be read.
    pub fn kind(&self, path: &[u8]) -> Result<Option<Kind>, HistoryError> {
        match self {
            Self::Folder(folder) => Ok(on_disk(folder, path)),
            Self::Sparse(folder, index) => {
                on_disk(folder, path).map_or_else(|| index.kind(path), |kind| Ok(Some(kind)))
            }
            Self::Index(files) => Ok(listed(files, path)),
            Self::Commit(trees) => trees.kind(path),
        }
    }

    /// The names in the folder at `path`, in no order; none where there is no such folder.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn names(&self, path: &[u8]) -> Result<Vec<Vec<u8>>, HistoryError> {
        match self {
            Self::Sparse(folder, index) => {
                let mut names = Self::Folder(folder.clone()).names(path)?;
                names.extend(index.names(path)?);
                Ok(names)
            }
            Self::Folder(folder) => {
                let entries = fs::read_dir(below(folder, path)).into_iter().flatten().flatten();
                Ok(entries.map(|entry| root::slashed(&entry.file_name())).collect())
            }
            Self::Index(files) => {
                let prefix = prefix(path);
                let start = files.partition_point(|(file, _)| **file < *prefix);
                let inside = files[start..].iter().map_while(|(file, _)| file.strip_prefix(&*prefix));
                let name = |rest: &[u8]| rest.split(|&byte| byte == b'/').next().map(<[u8]>::to_vec);
                let names: BTreeSet<Vec<u8>> = inside.filter_map(name).collect();
                Ok(names.into_iter().collect())
            }
            Self::Commit(trees) => {
                let Some(tree) = trees.folder(path)? else { return Ok(Vec::new()) };
                Ok(trees.entries(tree)?.iter().map(|entry| entry.name.clone()).collect())
            }
        }
    }

    /// The files and folders that this has and `now` has not, folders before what is in
    /// them, where this is a commit; of another nothing is known.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn gone(&self, now: &Self) -> Result<Vec<(Vec<u8>, Kind)>, HistoryError> {
        let Self::Commit(trees) = self else { return Ok(Vec::new()) };
        let other = match now {
            Self::Commit(other) => Some(other),
            Self::Folder(_) | Self::Sparse(..) | Self::Index(_) => None,
        };
        let mut gone = Vec::new();
        trees.each(&mut |path, entry| {
            if let (Some(other), TreeKind::Folder) = (other, entry.kind)
                && other.folder(path)? == Some(entry.id)
            {
                return Ok(false);
            }
            if now.kind(path)?.is_none() {
                gone.push((path.to_vec(), kind_of(entry)));
            }
            Ok(true)
        })?;
        Ok(gone)
    }

    /// The paths of each blob, where this is a commit.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn paths(&self) -> Result<HashMap<ObjectId, Vec<Vec<u8>>>, HistoryError> {
        let mut paths: HashMap<ObjectId, Vec<Vec<u8>>> = HashMap::new();
        if let Self::Commit(trees) = self {
            trees.each(&mut |path, entry| {
                if entry.kind == TreeKind::File {
                    paths.entry(entry.id).or_default().push(path.to_vec());
                }
                Ok(true)
            })?;
        }
        Ok(paths)
    }
}

/// Sees an entry with its path, and says of a folder whether to go on in it.
type Visit<'v> = dyn FnMut(&[u8], &TreeEntry) -> Result<bool, HistoryError> + 'v;

impl Trees {
    fn entries(&self, tree: ObjectId) -> Result<Rc<[TreeEntry]>, HistoryError> {
        if let Some(entries) = self.known.borrow().get(&tree) {
            return Ok(entries.clone());
        }
        let entries: Rc<[TreeEntry]> = self.history.entries_of(&tree)?.into();
        self.known.borrow_mut().insert(tree, entries.clone());
        Ok(entries)
    }

    fn kind(&self, path: &[u8]) -> Result<Option<Kind>, HistoryError> {
        let mut tree = self.root;
        let mut names = path.split(|&byte| byte == b'/').peekable();
        while let Some(name) = names.next() {
            let entries = self.entries(tree)?;
            let Ok(at) = entries.binary_search_by(|entry| (*entry.name).cmp(name)) else { return Ok(None) };
            let entry = &entries[at];
            match entry.kind {
                _ if names.peek().is_none() => return Ok(Some(kind_of(entry))),
                TreeKind::Folder => tree = entry.id,
                TreeKind::Submodule => return Ok(Some(Kind::Closed)),
                TreeKind::File => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The tree of the folder at `path`.
    fn folder(&self, path: &[u8]) -> Result<Option<ObjectId>, HistoryError> {
        let mut tree = self.root;
        for name in path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()) {
            let entries = self.entries(tree)?;
            let at = entries.binary_search_by(|entry| (*entry.name).cmp(name)).ok();
            match at.map(|at| &entries[at]).filter(|entry| entry.kind == TreeKind::Folder) {
                Some(entry) => tree = entry.id,
                None => return Ok(None),
            }
        }
        Ok(Some(tree))
    }

    /// Calls `visit` with each entry and its path; of folders it says whether to go on in them.
    fn each(&self, visit: &mut Visit<'_>) -> Result<(), HistoryError> {
        let mut open = vec![(Vec::new(), self.root)];
        while let Some((folder, tree)) = open.pop() {
            for entry in self.entries(tree)?.iter() {
                let path = [&*prefix(&folder), &*entry.name].concat();
                if visit(&path, entry)? && entry.kind == TreeKind::Folder {
                    open.push((path, entry.id));
                }
            }
        }
        Ok(())
    }
}

fn kind_of(entry: &TreeEntry) -> Kind {
    match entry.kind {
        TreeKind::File => Kind::File(Some(entry.id)),
        TreeKind::Folder => Kind::Folder,
        TreeKind::Submodule => Kind::Closed,
    }
}

/// What paths in the folder at `path` begin with.
fn prefix(path: &[u8]) -> Vec<u8> {
    if path.is_empty() { Vec::new() } else { [path, b"/"].concat() }
}

fn on_disk(folder: &Path, path: &[u8]) -> Option<Kind> {
    let kind = below(folder, path).symlink_metadata().ok()?.file_type();
    Some(if kind.is_dir() { Kind::Folder } else { Kind::File(None) })
}

/// The path in the words of the system.
fn below(folder: &Path, path: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        folder.join(std::ffi::OsStr::from_bytes(path))
    }
    #[cfg(not(unix))]
    {
        folder.join(&*String::from_utf8_lossy(path))
    }
}

/// What an index has at `path`.
fn listed(files: &[(Vec<u8>, Option<ObjectId>)], path: &[u8]) -> Option<Kind> {
    let at = files.partition_point(|(file, _)| **file < *path);
    if let Some((_, id)) = files.get(at).filter(|(file, _)| file == path) {
        return Some(id.map_or(Kind::Closed, |id| Kind::File(Some(id))));
    }
    let prefix = prefix(path);
    let next = files.partition_point(|(file, _)| **file < *prefix);
    if files.get(next).is_some_and(|(file, _)| file.starts_with(&prefix)) {
        return Some(Kind::Folder);
    }
    // What lies in a submodule, or in a folder that a sparse index keeps folded.
    let mut above = memchr::memchr_iter(b'/', path).map(|end| (&path[..end], &path[..=end]));
    let is_closed = |name: &[u8]| {
        let found = files.binary_search_by(|(file, _)| (**file).cmp(name));
        found.is_ok_and(|at| files[at].1.is_none())
    };
    above.any(|(name, folder)| is_closed(name) || is_closed(folder)).then_some(Kind::Closed)
}
