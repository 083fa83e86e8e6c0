//! The index of a pack, version 1 or 2: which objects it holds, and where.
//!
//! Its tables are measured against the file, and the names against each other,
//! when it is opened; from then on no look-up can leave the file. Where an
//! offset leads is for the reader of the pack to check.

use sha1::{Digest as _, Sha1};

use super::error::FileFault;
use super::id::ObjectId;
use super::map::Map;

/// Bytes of the table of counts by first byte of the name.
const FANOUT: usize = 256 * 4;
/// Bytes of the two checksums at the end: the pack's and the index's own.
const TRAILER: usize = 2 * ObjectId::LEN;
const SIGNATURE: [u8; 8] = *b"\xFFtOc\0\0\0\x02";

/// An index whose tables are known to lie within its file.
pub struct Index {
    map: Map,
    len: u32,
    layout: Layout,
}

/// Where the tables start.
#[derive(Clone, Copy)]
enum Layout {
    /// Offset and name side by side.
    V1,
    /// A table each: names, checksums, offsets, large offsets.
    V2 { checksums: usize, offsets: usize, large: usize },
}

impl Index {
    pub(super) fn new(map: Map) -> Result<Self, FileFault> {
        let is_v2 = map.starts_with(&SIGNATURE);
        if !is_v2 && map.starts_with(&SIGNATURE[..4]) {
            return Err(FileFault::Kind);
        }
        let header = if is_v2 { SIGNATURE.len() } else { 0 };
        if map.len() < header + FANOUT + TRAILER {
            return Err(FileFault::Length);
        }
        let len = be32(&map, header + FANOUT - 4);
        let count = usize::try_from(len).map_err(|_| FileFault::Length)?;
        let room = map.len() - header - FANOUT - TRAILER;
        // No product below overflows once the names are known to fit.
        let entry = if is_v2 { ObjectId::LEN + 8 } else { ObjectId::LEN + 4 };
        if room / entry < count {
            return Err(FileFault::Length);
        }
        let rest = room - count * entry;
        let names = header + FANOUT;
        let layout = if is_v2 {
            let checksums = names + count * ObjectId::LEN;
            Layout::V2 { checksums, offsets: checksums + count * 4, large: checksums + count * 8 }
        } else {
            Layout::V1
        };
        // At most all objects but the first have large offsets.
        if rest != 0 && (!is_v2 || !rest.is_multiple_of(8) || rest / 8 > count) {
            return Err(FileFault::Length);
        }
        let index = Self { map, len, layout };
        if index.is_sound() { Ok(index) } else { Err(FileFault::Tables) }
    }

    /// Objects in the pack.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Whether the pack holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether it guards each entry with a checksum. Without (version 1, which git
    /// has not written since 2008 unless told to), damage to a pack can turn a blob
    /// into something else unseen.
    pub fn has_checksums(&self) -> bool {
        matches!(self.layout, Layout::V2 { .. })
    }

    /// The name of the object at `position` (below [`len`](Self::len)) in the order of names.
    ///
    /// # Panics
    ///
    /// When the position lies behind the last.
    #[inline]
    pub fn id(&self, position: u32) -> ObjectId {
        let at = match self.layout {
            Layout::V1 => FANOUT + position as usize * 24 + 4,
            Layout::V2 { .. } => SIGNATURE.len() + FANOUT + position as usize * ObjectId::LEN,
        };
        ObjectId::from_bytes(&self.map[at..at + ObjectId::LEN]).expect("the slice is as long as a name")
    }

    /// Where the object is, by the order of names; `None` if it is not in the pack.
    pub fn find(&self, id: &ObjectId) -> Option<u32> {
        let first = usize::from(id.as_bytes()[0]);
        let mut low = if first == 0 { 0 } else { self.fanout(first - 1) };
        let mut high = self.fanout(first);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.id(middle).cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// The positions of all names that lie between two, both included.
    pub(super) fn between(&self, first: &ObjectId, last: &ObjectId) -> std::ops::Range<u32> {
        let below = |bound: &dyn Fn(&ObjectId) -> bool| {
            let (mut low, mut high) = (0, self.len);
            while low < high {
                let middle = low + (high - low) / 2;
                if bound(&self.id(middle)) { low = middle + 1 } else { high = middle }
            }
            low
        };
        below(&|id| id < first)..below(&|id| id <= last)
    }

    /// Where in the pack the object's entry starts; `None` if the index says so
    /// in a table that it does not have.
    #[inline]
    pub(super) fn offset(&self, position: u32) -> Option<u64> {
        let position = position as usize;
        match self.layout {
            Layout::V1 => Some(u64::from(be32(&self.map, FANOUT + position * 24))),
            Layout::V2 { offsets, large, .. } => {
                let offset = be32(&self.map, offsets + position * 4);
                if offset >> 31 == 0 {
                    return Some(u64::from(offset));
                }
                let at = large + (offset & 0x7FFF_FFFF) as usize * 8;
                let table = &self.map[..self.map.len() - TRAILER];
                let bytes = table.get(at..)?.first_chunk::<8>()?;
                Some(u64::from_be_bytes(*bytes))
            }
        }
    }

    /// The CRC-32 of the object's entry as it stands in the pack; version 1 has none.
    #[inline]
    pub(super) fn checksum(&self, position: u32) -> Option<u32> {
        match self.layout {
            Layout::V1 => None,
            Layout::V2 { checksums, .. } => Some(be32(&self.map, checksums + position as usize * 4)),
        }
    }

    /// The checksum at the end of the pack that this index is of.
    pub(super) fn pack_checksum(&self) -> &[u8] {
        let end = self.map.len() - ObjectId::LEN;
        &self.map[end - ObjectId::LEN..end]
    }

    /// Whether it has the checksum that git wrote at its end, for those who believe
    /// every offset in it. Here each is checked before use.
    pub(super) fn is_intact(&self) -> bool {
        let (text, sum) = self.map.split_at(self.map.len() - ObjectId::LEN);
        Sha1::digest(text)[..] == *sum
    }

    /// How many names start with `byte` or a lower one.
    fn fanout(&self, byte: usize) -> u32 {
        let header = if matches!(self.layout, Layout::V1) { 0 } else { SIGNATURE.len() };
        be32(&self.map, header + byte * 4)
    }

    /// Whether the counts rise, and every name stands after the one before it and
    /// where the counts say. Without that a look-up would miss what is there.
    fn is_sound(&self) -> bool {
        let mut position = 0;
        let mut last = None;
        for byte in 0..=255_u8 {
            let end = self.fanout(usize::from(byte));
            if end < position || end > self.len {
                return false;
            }
            for position in position..end {
                let id = self.id(position);
                if id.as_bytes()[0] != byte || last.is_some_and(|last| last > id) {
                    return false;
                }
                last = Some(id);
            }
            position = end;
        }
        position == self.len
    }
}

/// The number at `at`, which lies within a table.
#[inline]
fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("the slice has four bytes"))
}
