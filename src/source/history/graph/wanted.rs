//! The objects that are asked about.

use super::table::Ids;
use crate::pack::ObjectId;

/// The ids of the blobs, trees, commits and tags asked about, each once.
///
/// What most entries of trees come to is a look at one bit.
#[derive(Debug)]
pub struct Wanted {
    /// Numbered in order.
    ids: Ids,
    /// A bit for each start that an id may have, set where one has it.
    starts: Vec<u64>,
    /// How far the first 32 bits of an id are shifted down to be such a start.
    shift: u32,
}

impl Wanted {
    /// The set of `objects`.
    pub fn new(objects: &[ObjectId]) -> Self {
        let mut sorted = objects.to_vec();
        sorted.sort_unstable();
        // One id in 64 that is not asked about passes; half a megabyte still lies in a near cache.
        let bits = (sorted.len().saturating_mul(64).next_power_of_two().ilog2()).clamp(16, 22);
        let mut wanted = Self { ids: Ids::new(), starts: vec![0; 1 << (bits - 6)], shift: 32 - bits };
        for id in sorted {
            let start = wanted.start(id.as_bytes());
            wanted.starts[start / 64] |= 1 << (start % 64);
            wanted.ids.number(id);
        }
        wanted
    }

    /// The ids, sorted.
    pub fn ids(&self) -> &[ObjectId] {
        self.ids.list()
    }

    /// The id that these bytes are, if it is asked about.
    #[inline]
    pub(in crate::source::history) fn find(&self, bytes: &[u8; ObjectId::LEN]) -> Option<ObjectId> {
        let start = self.start(bytes);
        if self.starts[start / 64] >> (start % 64) & 1 == 0 {
            return None;
        }
        ObjectId::from_bytes(bytes).filter(|id| self.ids.get(id).is_some())
    }

    #[inline]
    fn start(&self, id: &[u8; ObjectId::LEN]) -> usize {
        (u32::from_be_bytes([id[0], id[1], id[2], id[3]]) >> self.shift) as usize
    }
}
