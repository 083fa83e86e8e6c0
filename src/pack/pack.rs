//! One pack and its index, opened and measured against each other.
//!
//! It knows the bytes of each entry; what they mean is for the forest of deltas.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use super::decode::{Decoder, Failure};
use super::error::{FileFault, ObjectFault, PackError};
use super::forest::Forest;
use super::header::{Header, Kind};
use super::id::ObjectId;
use super::index::Index;
use super::inflate::{Buffer, SLACK};
use super::map::Map;
use crate::model::ObjectKind;

/// Signature, version and number of objects.
pub(super) const HEADER: usize = 12;
const TRAILER: usize = ObjectId::LEN;

/// A pack and its index, mapped into memory. Shared by all threads.
pub struct Pack {
    path: Arc<Path>,
    map: Map,
    index: Index,
    modified: SystemTime,
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
        if let Some(fault) = fault(&map, &table) {
            return Err(PackError::File { path, fault });
        }
        let time = path.metadata().and_then(|metadata| metadata.modified());
        Ok(Self { path, map, index: table, modified: time.unwrap_or(SystemTime::UNIX_EPOCH) })
    }

    /// The path of the `.pack` file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// When its file was last written, as far as the system tells.
    pub(super) fn modified(&self) -> SystemTime {
        self.modified
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

    /// What is a delta of what, for all objects of these kinds but those that `skip`
    /// names: they are decoded when others need them, but not shown.
    pub fn forest(&self, kinds: &[ObjectKind], skip: Option<&dyn Fn(&ObjectId) -> bool>) -> Forest<'_> {
        Forest::plant(self, kinds, skip)
    }

    /// The kind and the bytes of the object at `position` in the index: its chain
    /// of deltas is walked to the end and back.
    ///
    /// # Errors
    ///
    /// When it, or what it is made from, is damaged or too large.
    pub(super) fn read(
        &self,
        position: u32,
        decoder: &mut Decoder,
    ) -> Result<(ObjectKind, Buffer), PackError> {
        let start = self.index.offset(position).unwrap_or(u64::MAX);
        let (kind, mut bytes, chain) =
            self.bottom(start, decoder).map_err(|(at, why)| self.failed(at, why))?;
        for start in chain.into_iter().rev() {
            let made = self.patched(start, bytes.bytes(), decoder).map_err(|why| self.failed(start, why))?;
            decoder.give_back(std::mem::replace(&mut bytes, made));
        }
        Ok((kind, bytes))
    }

    /// The object that the one at `start` is made from in the end, and where the
    /// deltas on the way start.
    fn bottom(
        &self,
        mut start: u64,
        decoder: &mut Decoder,
    ) -> Result<(ObjectKind, Buffer, Vec<u64>), (u64, Failure)> {
        let mut chain = Vec::new();
        loop {
            let at = |fault: ObjectFault| (start, Failure::from(fault));
            let entry = self.entry(start, self.end()).map_err(at)?;
            let header = Header::parse(entry).map_err(at)?;
            let base = match header.kind {
                Kind::Whole(kind) => {
                    let made = decoder.inflate(&entry[header.len..], header.size);
                    return Ok((kind, made.map_err(|failure| (start, failure))?, chain));
                }
                Kind::OfsDelta(distance) => start.checked_sub(distance),
                Kind::RefDelta(id) => self.index.find(&id).and_then(|position| self.index.offset(position)),
            };
            chain.push(start);
            // A chain that is longer than all there is goes in a circle.
            if chain.len() > self.index.len() as usize {
                return Err(at(ObjectFault::Cycle));
            }
            start = base.ok_or_else(|| at(ObjectFault::BaseElsewhere))?;
        }
    }

    /// What the delta at `start` makes of `base`.
    fn patched(&self, start: u64, base: &[u8], decoder: &mut Decoder) -> Result<Buffer, Failure> {
        let entry = self.entry(start, self.end())?;
        let header = Header::parse(entry)?;
        let size = decoder.delta(&entry[header.len..], header.size)?;
        decoder.apply(base, size)
    }

    fn failed(&self, start: u64, failure: Failure) -> PackError {
        self.error(
            start,
            match failure {
                Failure::Huge(size) => ObjectFault::Large(size),
                Failure::Fault(fault) => fault,
            },
        )
    }

    /// The packed bytes of an object that is no delta, its kind and its size. They
    /// are read from the file, for what is mapped and was looked at stays in memory;
    /// where git has taken the file away, the map still has them.
    pub(super) fn whole(&self, position: u32) -> Option<(ObjectKind, u64, Box<dyn Read + '_>)> {
        let start = self.index.offset(position)?;
        let entry = self.entry(start, self.end()).ok()?;
        let header = Header::parse(entry).ok()?;
        let Kind::Whole(kind) = header.kind else { return None };
        let packed: Box<dyn Read> = match self.reopened(start + header.len as u64) {
            Ok(file) => Box::new(file),
            Err(_) => Box::new(&entry[header.len..]),
        };
        Some((kind, header.size, packed))
    }

    /// The file, to be read from `offset` on.
    fn reopened(&self, offset: u64) -> io::Result<BufReader<File>> {
        let mut file = File::open(&self.path)?;
        // Another file may have its name by now.
        if file.metadata()?.len() != self.map.len() as u64 {
            return Err(io::ErrorKind::NotFound.into());
        }
        file.seek(SeekFrom::Start(offset))?;
        Ok(BufReader::with_capacity(1 << 16, file))
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

    /// The bytes between two offsets, which lie within an entry, and some of those
    /// behind it, so that the decompressor need not be careful at the end.
    #[inline]
    pub(super) fn from(&self, start: u64, end: u64) -> &[u8] {
        let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).min(self.map.len());
        &self.map[at(start)..at(end.saturating_add(SLACK as u64)).max(at(start))]
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
