//! A repository's object database: its folder of objects, those of its
//! alternates, and what is packed and loose in them.
//!
//! It lists and opens and decodes nothing. What it cannot open is named; to read
//! that in another way is for the caller.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{FileFault, PackError};
use super::forest::Forest;
use super::id::ObjectId;
use super::loose::{self, Loose};
use super::pack::Pack;

/// Alternates of alternates, as deep as git follows them.
const DEPTH: usize = 5;

/// The object database of one repository, as it was when it was opened.
#[derive(Debug)]
pub struct Store {
    folders: Vec<PathBuf>,
    packs: Vec<Pack>,
    loose: Vec<Loose>,
    faults: Vec<PackError>,
}

impl Store {
    /// Opens the folder of objects at `objects` and its alternates.
    ///
    /// # Errors
    ///
    /// When the folder itself cannot be listed. All else that cannot be opened is
    /// among the [`faults`](Self::faults).
    pub fn open(objects: &Path) -> Result<Self, PackError> {
        Self::open_all(&[objects])
    }

    /// Opens several folders of objects as one database: the repository's own
    /// first, then what git's environment adds.
    ///
    /// # Errors
    ///
    /// When one of the folders themselves cannot be listed.
    pub fn open_all(objects: &[&Path]) -> Result<Self, PackError> {
        for folder in objects {
            fs::read_dir(folder).map_err(|source| PackError::Io { path: (*folder).into(), source })?;
        }
        let (mut packs, mut loose, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        let folders = folders(objects, &mut faults);
        for folder in &folders {
            open_packs(&folder.join("pack"), &mut packs, &mut faults);
            loose::list(folder, &mut loose, &mut faults);
        }
        let mut store = Self { folders, packs, loose: Vec::new(), faults };
        let mut seen = HashSet::new();
        loose.retain(|loose| store.find(&loose.id()).is_none() && seen.insert(loose.id()));
        store.loose = loose;
        Ok(store)
    }

    /// The folders of objects: the repository's own, then its alternates.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// All packs that could be opened.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// The loose objects that are in none of the packs, each once.
    pub fn loose(&self) -> &[Loose] {
        &self.loose
    }

    /// What could not be listed or opened. While there is any, the packs and
    /// loose objects are not all there is.
    pub fn faults(&self) -> &[PackError] {
        &self.faults
    }

    /// The forest of the pack with this number, without the texts that a pack
    /// before it holds: over all packs, every text is handed out once. `skip`
    /// names more that are not wanted.
    ///
    /// # Panics
    ///
    /// When there is no pack with this number.
    pub fn forest(&self, pack: usize, skip: impl Fn(&ObjectId) -> bool) -> Forest<'_> {
        let before = &self.packs[..pack];
        self.packs[pack].forest(|id| before.iter().any(|pack| pack.index().find(id).is_some()) || skip(id))
    }

    /// The first pack that holds the object.
    pub fn find(&self, id: &ObjectId) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.index().find(id).is_some())
    }
}

/// The folders and all their alternates, each once.
fn folders(own: &[&Path], faults: &mut Vec<PackError>) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut seen = HashSet::new();
    let mut left: Vec<(PathBuf, usize)> = own.iter().rev().map(|folder| ((*folder).to_owned(), 0)).collect();
    while let Some((folder, depth)) = left.pop() {
        if depth > DEPTH {
            faults.push(PackError::File { path: folder.as_path().into(), fault: FileFault::TooDeep });
            continue;
        }
        let real = match folder.canonicalize() {
            Ok(real) => real,
            Err(source) => {
                faults.push(PackError::Io { path: folder.into(), source });
                continue;
            }
        };
        if !seen.insert(real) {
            continue;
        }
        let mut others = alternates(&folder, faults);
        others.reverse();
        left.extend(others.into_iter().map(|other| (other, depth + 1)));
        found.push(folder);
    }
    found
}

/// What the alternates file of a folder names, one folder a line.
fn alternates(objects: &Path, faults: &mut Vec<PackError>) -> Vec<PathBuf> {
    let path = objects.join("info").join("alternates");
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(source) => {
            faults.push(PackError::Io { path: path.into(), source });
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && line[0] != b'#') {
        match native(line) {
            // An absolute path replaces what it is joined to.
            Some(line) => found.push(objects.join(line)),
            None => faults.push(PackError::File { path: path.as_path().into(), fault: FileFault::Alternate }),
        }
    }
    found
}

/// A path as git writes it, unless it is quoted.
fn native(line: &[u8]) -> Option<PathBuf> {
    if line.starts_with(b"\"") {
        return None;
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        Some(OsStr::from_bytes(line).into())
    }
    #[cfg(not(unix))]
    std::str::from_utf8(line).ok().map(PathBuf::from)
}

/// Opens every pack of a folder that has an index, and names those that cannot be opened.
fn open_packs(folder: &Path, packs: &mut Vec<Pack>, faults: &mut Vec<PackError>) {
    let mut fault = |source| faults.push(PackError::Io { path: folder.into(), source });
    let mut paths = Vec::new();
    match fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries {
                match entry {
                    Ok(entry) => paths.push(entry.path()),
                    Err(error) => fault(error),
                }
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => fault(error),
    }
    paths.sort();
    let has = |path: &Path, extension: &str| path.extension() == Some(OsStr::new(extension));
    for path in &paths {
        // What git is still writing has another name; a lone index or pack has lost its other half.
        if has(path, "idx") {
            match Pack::open(path) {
                Ok(pack) => packs.push(pack),
                Err(error) => faults.push(error),
            }
        } else if has(path, "pack") && paths.binary_search(&path.with_extension("idx")).is_err() {
            let path: Arc<Path> = path.as_path().into();
            faults.push(PackError::File { path, fault: FileFault::NoIndex });
        }
    }
}
