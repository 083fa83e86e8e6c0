//! Puts a split index together: a small file of what changed, and the shared
//! index that it builds on.
//!
//! The shared file is looked for beside the repository's HEAD, where git puts it.

use std::fs;
use std::path::Path;

use git2::Oid;

use super::index::{Entry, Id, Index};

/// What the index says of the shared one: its name, and two bitmaps over its entries.
#[derive(Debug)]
pub(super) struct Link {
    base: Id,
    bitmaps: Vec<u8>,
}

impl Link {
    /// From the bytes of the extension.
    pub(super) fn parse(data: &[u8]) -> Option<Self> {
        let (base, bitmaps) = data.split_first_chunk()?;
        Some(Self { base: *base, bitmaps: bitmaps.to_vec() })
    }

    /// The index that `changes` and the shared index in `folder` make up; `None`
    /// where they do not fit together.
    ///
    /// In `changes`, entries without a path come first: they take the place of
    /// those in the shared index that the second bitmap names.
    pub(super) fn join(self, changes: &Index, folder: &Path) -> Option<Index> {
        let base = if self.base == Id::default() { Index::default() } else { shared(folder, &self.base)? };
        let mut data = &*self.bitmaps;
        let deleted = bitmap(&mut data, base.entries.len())?;
        let replaced = bitmap(&mut data, base.entries.len())?;
        let nameless = changes.entries.partition_point(|entry| changes.path(entry).is_empty());
        let (replacements, added) = changes.entries.split_at(nameless);
        let owned = |index: &Index, entry: &Entry| (index.path(entry).to_vec(), *entry);
        // What was added comes first, and wins over what it stands for.
        let mut entries: Vec<_> = added.iter().map(|entry| owned(changes, entry)).collect();
        let mut replacements = replacements.iter();
        for (number, entry) in base.entries.iter().enumerate() {
            let path = base.path(entry).to_vec();
            let entry = if replaced[number] { replacements.next()? } else { entry };
            if !deleted[number] {
                entries.push((path, *entry));
            }
        }
        if replacements.next().is_some() {
            return None;
        }
        Index::of(entries.into_iter())
    }
}

/// The shared index with this name, which builds on no other.
fn shared(folder: &Path, id: &Id) -> Option<Index> {
    let name = format!("sharedindex.{}", Oid::from_bytes(id).ok()?);
    let index = Index::parse(fs::read(folder.join(name)).ok()?)?;
    index.link.is_none().then_some(index)
}

/// Takes a compressed bitmap (EWAH) from the front of `data`, for so many
/// entries; none at all where there is no more data.
fn bitmap(data: &mut &[u8], entries: usize) -> Option<Vec<bool>> {
    let mut bits = Vec::with_capacity(entries);
    if !data.is_empty() {
        let _bits = number(data)?;
        let words = number(data)? as usize;
        let (compressed, rest) = data.split_at_checked(words.checked_mul(8)?)?;
        *data = rest;
        let _position_of_the_last_marker = number(data)?;
        let mut words = compressed
            .chunks_exact(8)
            .map(|word| u64::from_be_bytes(word.try_into().expect("the pieces have eight bytes")));
        while let Some(marker) = words.next() {
            let (is_set, repeats, literals) = (marker & 1 == 1, marker >> 1 & 0xFFFF_FFFF, marker >> 33);
            // The last word may go on behind the entries, with nothing in it.
            let run = usize::try_from(repeats).ok()?.checked_mul(64)?;
            let room = entries.saturating_sub(bits.len());
            if is_set && run > room.next_multiple_of(64) {
                return None;
            }
            bits.resize(bits.len() + run.min(room), is_set);
            for _ in 0..literals {
                let word = words.next()?;
                for bit in 0..64 {
                    match (bits.len() < entries, word >> bit & 1 == 1) {
                        (true, is_set) => bits.push(is_set),
                        (false, true) => return None,
                        (false, false) => {}
                    }
                }
            }
        }
    }
    bits.resize(entries, false);
    Some(bits)
}

fn number(data: &mut &[u8]) -> Option<u32> {
    let (number, rest) = data.split_first_chunk()?;
    *data = rest;
    Some(u32::from_be_bytes(*number))
}
