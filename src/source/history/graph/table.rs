//! Numbers for ids and names: what repeats is kept once and spoken of by a `u32`.
//!
//! One open-addressed table of numbers serves all of them, four bytes a place;
//! what is numbered lies in a list beside it. Nothing is ever taken out.
//!
//! **Invariant:** a repository cannot make a table slow. The ids of subtrees need not
//! be those of any object, so whoever writes a tree chooses them freely; all hashes
//! are keyed by numbers drawn when the process starts. No answer depends on them.

use std::hash::{BuildHasher, RandomState};

use crate::pack::ObjectId;

/// Stands for no number.
pub(super) const NONE: u32 = u32::MAX;

/// The number of the next item of a list.
pub(super) fn number(length: usize) -> u32 {
    u32::try_from(length).ok().filter(|&number| number != NONE).expect("memory ends before the numbers do")
}

/// What a hash is keyed by.
#[derive(Debug)]
struct Key([u64; 3]);

impl Key {
    fn new() -> Self {
        let random = RandomState::new();
        Self([0_u8, 1, 2].map(|seed| random.hash_one(seed)))
    }

    /// The hash of an id and what is told apart with it.
    #[inline]
    fn id(&self, id: &ObjectId, beside: u32) -> u64 {
        let bytes = id.as_bytes();
        let end = u32::from_le_bytes(bytes[16..].try_into().expect("an id has 20 bytes"));
        let first = fold(word(&bytes[..8]) ^ self.0[0], word(&bytes[8..16]) ^ self.0[1]);
        fold(first ^ (u64::from(end) << 32 | u64::from(beside)), self.0[2])
    }

    #[inline]
    fn bytes(&self, bytes: &[u8]) -> u64 {
        let mut hash = self.0[0] ^ bytes.len() as u64;
        let mut words = bytes.chunks_exact(8);
        for eight in &mut words {
            hash = fold(hash ^ word(eight), self.0[1]);
        }
        let rest = words.remainder().iter().fold(0, |rest, &byte| rest << 8 | u64::from(byte));
        fold(hash ^ rest, self.0[2])
    }
}

fn word(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("a word has 8 bytes"))
}

#[expect(clippy::cast_possible_truncation, reason = "both halves of the product are taken")]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// The places of numbers, by hash.
#[derive(Debug)]
struct Table {
    places: Vec<u32>,
    taken: usize,
}

impl Table {
    fn new() -> Self {
        Self { places: vec![NONE; 64], taken: 0 }
    }

    /// The number that is the `same`, or the place where it would be.
    #[inline]
    fn find(&self, hash: u64, same: impl Fn(usize) -> bool) -> Result<u32, usize> {
        let mask = self.places.len() - 1;
        let mut place = spot(hash) & mask;
        loop {
            match self.places[place] {
                NONE => return Err(place),
                number if same(number as usize) => return Ok(number),
                _ => place = (place + 1) & mask,
            }
        }
    }

    /// Puts a number where [`Self::find`] said.
    fn put(&mut self, place: usize, number: u32, hash: impl Fn(usize) -> u64) {
        self.places[place] = number;
        self.taken += 1;
        if self.taken * 4 < self.places.len() * 3 {
            return;
        }
        let mask = self.places.len() * 2 - 1;
        let old = std::mem::replace(&mut self.places, vec![NONE; mask + 1]);
        for number in old.into_iter().filter(|&number| number != NONE) {
            let mut place = spot(hash(number as usize)) & mask;
            while self.places[place] != NONE {
                place = (place + 1) & mask;
            }
            self.places[place] = number;
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a place needs no more bits than there are places")]
fn spot(hash: u64) -> usize {
    hash as usize
}

/// Numbered ids.
#[derive(Debug)]
pub(super) struct Ids {
    key: Key,
    list: Vec<ObjectId>,
    table: Table,
}

impl Ids {
    pub(super) fn new() -> Self {
        Self { key: Key::new(), list: Vec::new(), table: Table::new() }
    }

    /// The number of `id`, the next one if it had none.
    #[inline]
    pub(super) fn number(&mut self, id: ObjectId) -> u32 {
        let Self { key, list, table } = self;
        let place = match table.find(key.id(&id, 0), |known| list[known] == id) {
            Ok(known) => return known,
            Err(place) => place,
        };
        let next = number(list.len());
        list.push(id);
        table.put(place, next, |known| key.id(&list[known], 0));
        next
    }

    #[inline]
    pub(super) fn get(&self, id: &ObjectId) -> Option<u32> {
        self.table.find(self.key.id(id, 0), |known| self.list[known] == *id).ok()
    }

    /// The ids, in the order of their numbers.
    pub(super) fn list(&self) -> &[ObjectId] {
        &self.list
    }
}

/// Numbered pairs of an id and a number.
#[derive(Debug)]
pub(super) struct Pairs {
    key: Key,
    pub(super) list: Vec<(ObjectId, u32)>,
    table: Table,
}

impl Pairs {
    pub(super) fn new() -> Self {
        Self { key: Key::new(), list: Vec::new(), table: Table::new() }
    }

    #[inline]
    pub(super) fn number(&mut self, id: ObjectId, beside: u32) -> u32 {
        let Self { key, list, table } = self;
        let place = match table.find(key.id(&id, beside), |known| list[known] == (id, beside)) {
            Ok(known) => return known,
            Err(place) => place,
        };
        let next = number(list.len());
        list.push((id, beside));
        table.put(place, next, |known| key.id(&list[known].0, list[known].1));
        next
    }
}

/// Numbered names, raw bytes.
#[derive(Debug)]
pub(super) struct Names {
    key: Key,
    bytes: Vec<u8>,
    /// Where each name ends in `bytes`.
    ends: Vec<usize>,
    table: Table,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { key: Key::new(), bytes: Vec::new(), ends: Vec::new(), table: Table::new() }
    }

    #[inline]
    pub(super) fn number(&mut self, name: &[u8]) -> u32 {
        let Self { key, bytes, ends, table } = self;
        let place = match table.find(key.bytes(name), |known| nth(bytes, ends, known) == name) {
            Ok(known) => return known,
            Err(place) => place,
        };
        let next = number(ends.len());
        bytes.extend_from_slice(name);
        ends.push(bytes.len());
        table.put(place, next, |known| key.bytes(nth(bytes, ends, known)));
        next
    }

    pub(super) fn get(&self, number: u32) -> &[u8] {
        nth(&self.bytes, &self.ends, number as usize)
    }

    pub(super) fn count(&self) -> u32 {
        number(self.ends.len())
    }
}

#[inline]
fn nth<'b>(bytes: &'b [u8], ends: &[usize], name: usize) -> &'b [u8] {
    let start = if name == 0 { 0 } else { ends[name - 1] };
    &bytes[start..ends[name]]
}

#[cfg(test)]
mod tests {
    use super::{Ids, Names, Pairs};
    use crate::pack::ObjectId;

    fn id(number: u32) -> ObjectId {
        let mut bytes = [7; ObjectId::LEN];
        bytes[16..].copy_from_slice(&number.to_be_bytes());
        ObjectId::from_bytes(&bytes).expect("20 bytes")
    }

    #[test]
    fn what_repeats_has_one_number() {
        let (mut ids, mut pairs, mut names) = (Ids::new(), Pairs::new(), Names::new());
        for round in 0..2 {
            for next in 0..5000 {
                let name = format!("a name that is longer than a word {next}");
                assert_eq!(ids.number(id(next)), next, "{round}");
                assert_eq!(pairs.number(id(next / 2), next % 2), next, "{round}");
                assert_eq!(names.number(name.as_bytes()), next, "{round}");
                assert_eq!(names.get(next), name.as_bytes(), "{round}");
            }
        }
        assert_eq!(ids.get(&id(4999)), Some(4999));
        assert_eq!(ids.get(&id(5000)), None);
        assert_eq!((ids.list().len(), pairs.list.len(), names.count()), (5000, 5000, 5000));
    }
}
