//! The entries of a pack: where each begins, and what is a delta of what.

use std::collections::HashMap;

use super::super::header::{Header, Kind};
use super::super::id::ObjectId;
use super::super::pack::HEADER;
use super::tap::Tap;
use super::{Bounds, Shortfall};

/// No header of an entry is longer: ten bytes of size, and a name.
const LONGEST: usize = 32;

/// One entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Where its compressed bytes begin, in bytes from the beginning of the pack.
    pub(super) start: u64,
    /// One past their last.
    pub(super) end: u64,
    /// Where its header begins, which is where a delta looks for it.
    offset: u64,
    /// Inflated bytes: of the object, or of its delta.
    pub(super) size: u64,
    pub(super) kind: Kind,
}

/// All entries, in the order of the pack.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) list: Vec<Entry>,
    /// For each entry, itself and what is made from it by distance, over any number of steps.
    weights: Vec<u32>,
    /// The deltas by distance, those of one base side by side, the heaviest last.
    children: Vec<u32>,
    /// Where in [`children`](Self::children) those of each entry begin.
    first: Vec<u32>,
    /// The deltas by name.
    named: HashMap<ObjectId, Vec<u32>>,
    /// Deltas of a place where no entry begins.
    pub(super) strays: u64,
}

impl Entries {
    /// Finds the entries that `tap` has. Of what is not to be read again, only those that
    /// are kept whole.
    pub(super) fn walk(
        &mut self,
        tap: &mut Tap<'_>,
        bounds: &Bounds,
        must_keep: bool,
    ) -> Result<(), Shortfall> {
        let count = match tap.peek(HEADER) {
            [b'P', b'A', b'C', b'K', 0, 0, 0, 2 | 3, a, b, c, d] => u32::from_be_bytes([*a, *b, *c, *d]),
            start if b"PACK".starts_with(&start[..start.len().min(4)]) && start.len() < HEADER => {
                return Err(Shortfall::Truncated);
            }
            _ => return Err(Shortfall::Kind),
        };
        tap.pass(HEADER);
        for _ in 0..count {
            if self.list.len() >= bounds.entries {
                return Err(Shortfall::Entries);
            }
            let offset = tap.position();
            let bytes = tap.peek(LONGEST);
            let header = match Header::parse(bytes) {
                Ok(header) => header,
                Err(_) if bytes.len() < LONGEST => return Err(Shortfall::Truncated),
                Err(_) => return Err(Shortfall::Broken),
            };
            tap.pass(header.len);
            let start = tap.position();
            tap.pass_zlib(header.size)?;
            if must_keep && tap.position() > bounds.held as u64 {
                return Err(Shortfall::Held);
            }
            if tap.made > bounds.budget(tap.position()) {
                return Err(Shortfall::Bomb);
            }
            self.list.push(Entry {
                start,
                end: tap.position(),
                offset,
                size: header.size,
                kind: header.kind,
            });
        }
        tap.check()
    }

    /// Finds out what is a delta of what.
    pub(super) fn link(&mut self) {
        const NONE: u32 = u32::MAX;
        let count = self.list.len();
        let mut bases = vec![NONE; count];
        for (index, entry) in self.list.iter().enumerate() {
            match entry.kind {
                Kind::Whole(_) => {}
                Kind::OfsDelta(distance) => {
                    let base = entry.offset.checked_sub(distance).filter(|base| *base < entry.offset);
                    let base = base
                        .and_then(|base| self.list.binary_search_by_key(&base, |entry| entry.offset).ok());
                    match base {
                        Some(base) => bases[index] = number(base),
                        None => self.strays += 1,
                    }
                }
                Kind::RefDelta(id) => self.named.entry(id).or_default().push(number(index)),
            }
        }
        // A base stands before what is made from it.
        self.weights = vec![1; count];
        for index in (0..count).rev() {
            if bases[index] != NONE {
                self.weights[bases[index] as usize] += self.weights[index];
            }
        }
        let mut children: Vec<u32> =
            (0..number(count)).filter(|index| bases[*index as usize] != NONE).collect();
        children.sort_unstable_by_key(|child| {
            let child = *child as usize;
            (bases[child], self.weights[child])
        });
        let first =
            (0..=number(count)).map(|base| children.partition_point(|child| bases[*child as usize] < base));
        self.first = first.map(number).collect();
        self.children = children;
    }

    /// The entries that are deltas of the entry `base`, whose object has this name.
    pub(super) fn made_from(&self, base: u32, id: &ObjectId) -> Vec<u32> {
        let by_name = self.named.get(id).map(Vec::as_slice).unwrap_or_default();
        by_name.iter().chain(self.by_distance(base)).copied().collect()
    }

    fn by_distance(&self, base: u32) -> &[u32] {
        let base = base as usize;
        &self.children[self.first[base] as usize..self.first[base + 1] as usize]
    }

    /// How many entries need this one, itself included, as far as can be told without names.
    pub(super) fn weight(&self, entry: u32) -> u64 {
        u64::from(self.weights[entry as usize])
    }
}

/// An index of an entry, of which there are as many as 32 bits of a pack's header count.
fn number(index: usize) -> u32 {
    u32::try_from(index).expect("a pack counts its entries in 32 bits")
}
