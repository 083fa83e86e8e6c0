//! A repository's object database: its folder of objects, those of its
//! alternates, and what is packed and loose in them.
//!
//! It lists and opens. What it cannot open is named; to read that in another way
//! is for the caller. Git may pack, unpack and prune while it looks: it looks
//! again until two looks agree. **Invariant:** an object that was there all the
//! time is in what it lists, wherever git moved it meanwhile.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::decode::Decoder;
use super::error::{FileFault, PackError};
use super::forest::Forest;
use super::id::ObjectId;
use super::loose::{self, Loose};
use super::pack::Pack;
use crate::model::ObjectKind;

/// Alternates of alternates, as deep as git follows them.
const DEPTH: usize = 5;
/// Looks at a database that keeps changing.
const LOOKS: usize = 10;

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
    pub fn open_all(objects: &[impl AsRef<Path>]) -> Result<Self, PackError> {
        for folder in objects.iter().map(AsRef::as_ref) {
            fs::read_dir(folder).map_err(|source| PackError::Io { path: folder.into(), source })?;
        }
        let mut faults = Vec::new();
        let folders = folders(objects, &mut faults);
        for _ in 0..LOOKS {
            if let Some(store) = Self::look(&folders) {
                return Ok(Self { faults: faults.into_iter().chain(store.faults).collect(), ..store });
            }
        }
        let path: Arc<Path> = folders.first().map_or(Path::new("objects"), PathBuf::as_path).into();
        faults.push(PackError::File { path, fault: FileFault::Restless });
        Ok(Self { folders, packs: Vec::new(), loose: Vec::new(), faults })
    }

    /// Opens what is there; nothing if git changed the packs meanwhile. What it
    /// moves between a pack and loose files comes with a pack or goes with one.
    fn look(folders: &[PathBuf]) -> Option<Self> {
        let (mut packs, mut loose, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        let listed: Vec<Vec<PathBuf>> =
            folders.iter().map(|folder| list_packs(&folder.join("pack"), &mut faults)).collect();
        for paths in &listed {
            open_packs(paths, &mut packs, &mut faults);
        }
        for folder in folders {
            loose::list(folder, &mut loose, &mut faults);
        }
        let mut again = folders.iter().map(|folder| list_packs(&folder.join("pack"), &mut Vec::new()));
        if !listed.iter().all(|paths| again.next().as_ref() == Some(paths)) {
            return None;
        }
        // Those that came first keep their numbers when another comes.
        packs
            .sort_by(|one: &Pack, other| (one.modified(), one.path()).cmp(&(other.modified(), other.path())));
        let mut store = Self { folders: folders.to_vec(), packs, loose: Vec::new(), faults };
        let mut seen = HashSet::new();
        loose.retain(|loose| store.find(&loose.id()).is_none() && seen.insert(loose.id()));
        store.loose = loose;
        Some(store)
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

    /// Whether all indexes are there, and as git wrote them. Who believes what they
    /// say, as libgit2 does, must not read them otherwise.
    pub fn has_intact_indexes(&self) -> bool {
        self.faults.is_empty() && self.packs.iter().all(|pack| pack.index().is_intact())
    }

    /// The forest of the pack with this number, of objects of these kinds and
    /// without those that a pack before it holds: over all packs, every object is
    /// shown once. Where `only` is given, without all others.
    ///
    /// # Panics
    ///
    /// When there is no pack with this number.
    pub fn forest(&self, pack: usize, kinds: &[ObjectKind], only: Option<&HashSet<ObjectId>>) -> Forest<'_> {
        let before = &self.packs[..pack];
        let skip = |id: &ObjectId| {
            only.is_some_and(|only| !only.contains(id))
                || before.iter().any(|pack| pack.index().find(id).is_some())
        };
        let must_ask = only.is_some() || !before.is_empty();
        self.packs[pack].forest(kinds, if must_ask { Some(&skip) } else { None })
    }

    /// Whether the object is here.
    pub fn has(&self, id: &ObjectId) -> bool {
        self.find(id).is_some() || self.find_loose(*id).is_some()
    }

    /// The first pack that holds the object, and where in its index.
    pub(super) fn find(&self, id: &ObjectId) -> Option<(&Pack, u32)> {
        self.packs.iter().find_map(|pack| pack.index().find(id).map(|position| (pack, position)))
    }

    /// The file of the object where it is loose.
    pub(super) fn find_loose(&self, id: ObjectId) -> Option<Loose> {
        self.folders.iter().find_map(|folder| Loose::in_folder(folder, id))
    }

    /// The kind and the bytes of an object; `None` if it is not here.
    ///
    /// # Errors
    ///
    /// When it is damaged, or larger than the decoder's limit.
    pub fn read(
        &self,
        id: &ObjectId,
        decoder: &mut Decoder,
    ) -> Result<Option<(ObjectKind, Vec<u8>)>, PackError> {
        if let Some((pack, position)) = self.find(id) {
            return pack.read(position, decoder).map(|(kind, bytes)| Some((kind, bytes.into_vec())));
        }
        self.find_loose(*id).map(|loose| loose.read(decoder)).transpose()
    }

    /// All objects whose names begin with these hexadecimal digits, in order.
    pub fn by_prefix(&self, digits: &str) -> Vec<ObjectId> {
        let bound = |fill: &str| {
            let rest = (2 * ObjectId::LEN).checked_sub(digits.len())?;
            ObjectId::from_hex((digits.to_ascii_lowercase() + &fill.repeat(rest)).as_bytes())
        };
        let (Some(first), Some(last)) = (bound("0"), bound("f")) else { return Vec::new() };
        let packed = self.packs.iter().map(Pack::index);
        let mut found: Vec<ObjectId> = packed
            .flat_map(|index| index.between(&first, &last).map(|position| index.id(position)))
            .chain(self.loose.iter().map(Loose::id).filter(|id| (first..=last).contains(id)))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The folders and all their alternates, each once.
fn folders(own: &[impl AsRef<Path>], faults: &mut Vec<PackError>) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut seen = HashSet::new();
    let mut left: Vec<(PathBuf, usize)> =
        own.iter().rev().map(|folder| (folder.as_ref().to_owned(), 0)).collect();
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
    let text = match read(&path) {
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

/// Reads a file, and nothing else that could stand in its place.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path.metadata()?.is_file() {
        fs::read(path)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"))
    }
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

/// The packs and indexes of a folder, in order of their names.
fn list_packs(folder: &Path, faults: &mut Vec<PackError>) -> Vec<PathBuf> {
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
    // What git is still writing has another name.
    paths.retain(|path| has(path, "idx") || has(path, "pack"));
    paths.sort();
    paths
}

fn has(path: &Path, extension: &str) -> bool {
    path.extension() == Some(OsStr::new(extension))
}

/// Opens every pack that has an index, and names those that cannot be opened.
fn open_packs(paths: &[PathBuf], packs: &mut Vec<Pack>, faults: &mut Vec<PackError>) {
    for path in paths {
        // A lone index or pack has lost its other half.
        if has(path, "idx") {
            match Pack::open(path) {
                Ok(pack) => packs.push(pack),
                Err(error) => faults.push(error),
            }
        } else if paths.binary_search(&path.with_extension("idx")).is_err() {
            let path: Arc<Path> = path.as_path().into();
            faults.push(PackError::File { path, fault: FileFault::NoIndex });
        }
    }
}
