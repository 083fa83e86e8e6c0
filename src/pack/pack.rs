//! One pack and its index, opened and measured against each other.
//!
//! It knows the bytes of each entry; what they mean is for the forest of deltas.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::error::{FileFault, ObjectFault, PackError};
use super::forest::Forest;
use super::id::ObjectId;
use super::index::Index;
use super::map::Map;

/// Signature, version and number of objects.
pub(super) const HEADER: usize = 12;
const TRAILER: usize = ObjectId::LEN;

/// A pack and its index, mapped into memory. Shared by all threads.
pub struct Pack {
    path: Arc<Path>,
    map: Map,
    index: Index,
}

impl Pack {
    /// Opens the pack whose index is at `index`: the two have the same name but
    /// for `.idx` and `.pack`.
    ///
    /// # Errors
    ///
    /// When one of them is missing or cannot be read, is not of a known version,
    /// is cut short, or when they do not belong together. What is wrong with a
    /// single object is no error here.
    pub fn open(index: &Path) -> Result<Self, PackError> {
        let path: Arc<Path> = index.with_extension("pack").into();
        let index: Arc<Path> = index.into();
        let map = Map::open(&index).map_err(|source| PackError::Io { path: index.clone(), source })?;
        let table = Index::new(map).map_err(|fault| PackError::File { path: index.clone(), fault })?;
        let map = Map::open(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => PackError::File { path: index, fault: FileFault::NoPack },
            _ => PackError::Io { path: path.clone(), source },
        })?;
        match fault(&map, &table) {
            Some(fault) => Err(PackError::File { path, fault }),
            None => Ok(Self { path, map, index: table }),
        }
    }

    /// The path of the `.pack` file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which objects it holds.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Bytes of the `.pack` file.
    pub fn size(&self) -> u64 {
        self.map.len() as u64
    }

    /// The checksum of its content that git wrote at its end: its identity. It is
    /// not verified.
    pub fn checksum(&self) -> &[u8] {
        &self.map[self.map.len() - TRAILER..]
    }

    /// What is a delta of what, for all texts but those that `skip` names: they
    /// are decoded when others need them, but not handed out.
    pub fn forest(&self, skip: impl Fn(&ObjectId) -> bool) -> Forest<'_> {
        Forest::plant(self, skip)
    }

    /// Where entries may lie.
    pub(super) fn end(&self) -> u64 {
        (self.map.len() - TRAILER) as u64
    }

    /// The bytes of the entries between two offsets.
    #[inline]
    pub(super) fn entry(&self, start: u64, end: u64) -> Result<&[u8], ObjectFault> {
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
            return Err(ObjectFault::Outside);
        };
        if start < HEADER || end > self.map.len() - TRAILER {
            return Err(ObjectFault::Outside);
        }
        self.map.get(start..end).ok_or(ObjectFault::Outside)
    }

    /// An error about the object at `offset`.
    pub(super) fn error(&self, offset: u64, fault: ObjectFault) -> PackError {
        PackError::Object { path: self.path.clone(), offset, fault }
    }
}

/// What is wrong with the file as a whole.
fn fault(pack: &[u8], index: &Index) -> Option<FileFault> {
    if pack.len() < HEADER + TRAILER {
        return Some(FileFault::Length);
    }
    let number = |at: usize| u32::from_be_bytes([pack[at], pack[at + 1], pack[at + 2], pack[at + 3]]);
    if !pack.starts_with(b"PACK") || !matches!(number(4), 2 | 3) {
        return Some(FileFault::Kind);
    }
    // Git renames a pack into place before its index: the checksum says whether they belong together.
    if number(8) != index.len() || !pack.ends_with(index.pack_checksum()) {
        return Some(FileFault::Mismatch);
    }
    None
}

impl fmt::Debug for Pack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pack").field("path", &self.path).finish_non_exhaustive()
    }
}
