//! The cache tree of an index: which folders are as some tree object has them.
//!
//! **Invariant:** it only ever spares work: a cache that is wrong in its form is
//! not used, and [`super::compare`] checks that a folder's entries are its own.

use super::index::Id;

/// How deep folders may lie in one another; git's own paths are far from it.
const DEPTH: usize = 512;

/// A folder and those in it.
#[derive(Debug)]
pub(super) struct CacheTree {
    name: Box<[u8]>,
    /// How many entries of the index lie in it, and the tree that they make up;
    /// `None` where something changed since.
    pub(super) valid: Option<(usize, Id)>,
    /// Sorted by name.
    folders: Vec<CacheTree>,
}

impl CacheTree {
    /// The root, from the bytes of the extension.
    pub(super) fn parse(mut data: &[u8]) -> Option<Self> {
        let root = Self::node(&mut data, DEPTH)?;
        data.is_empty().then_some(root)
    }

    /// The folder `name` in this one.
    pub(super) fn folder(&self, name: &[u8]) -> Option<&Self> {
        let at = self.folders.binary_search_by(|folder| (*folder.name).cmp(name)).ok()?;
        Some(&self.folders[at])
    }

    fn node(data: &mut &[u8], depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        let name = until(data, 0)?.into();
        let entries: i64 = number(until(data, b' ')?)?;
        let count: i64 = number(until(data, b'\n')?)?;
        let valid = match usize::try_from(entries) {
            Ok(entries) => {
                let (id, rest) = data.split_first_chunk::<20>()?;
                *data = rest;
                Some((entries, *id))
            }
            Err(_) => None,
        };
        let mut folders = Vec::new();
        for _ in 0..count {
            folders.push(Self::node(data, depth)?);
        }
        // Git sorts them by length first.
        folders.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Some(Self { name, valid, folders })
    }
}

fn until<'d>(data: &mut &'d [u8], end: u8) -> Option<&'d [u8]> {
    let at = memchr::memchr(end, data)?;
    let (line, rest) = data.split_at(at);
    *data = &rest[1..];
    Some(line)
}

fn number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}
