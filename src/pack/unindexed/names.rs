//! At what paths objects stand, by the trees of a pack.

use std::collections::HashMap;

use super::super::id::ObjectId;

/// Names that are remembered; who comes later has none.
const NAMES: usize = 1 << 20;
/// Bytes of all of them.
const BYTES: usize = 32 << 20;
/// Folders in one another.
const DEPTH: usize = 256;

/// The names in trees; of an object with several, the first.
#[derive(Default)]
pub(super) struct Names {
    by_id: HashMap<ObjectId, Name>,
    bytes: Vec<u8>,
}

struct Name {
    parent: ObjectId,
    start: u32,
    len: u32,
}

impl Names {
    /// Remembers the names in a tree, as far as it is sound.
    pub(super) fn add(&mut self, parent: ObjectId, mut tree: &[u8]) {
        while let Some(Entry { mode, name, id, rest }) = entry(tree) {
            tree = rest;
            let is_full = self.by_id.len() >= NAMES || self.bytes.len() + name.len() > BYTES;
            // A submodule's commit is not of this repository.
            if is_full || mode == b"160000" || self.by_id.contains_key(&id) {
                continue;
            }
            let number = |len| u32::try_from(len).expect("it is bounded");
            let (start, len) = (number(self.bytes.len()), number(name.len()));
            self.bytes.extend_from_slice(name);
            self.by_id.insert(id, Name { parent, start, len });
        }
    }

    /// A path of the object.
    pub(super) fn path(&self, id: &ObjectId) -> Option<Vec<u8>> {
        let mut names: Vec<&[u8]> = Vec::new();
        let mut name = self.by_id.get(id)?;
        loop {
            names.push(&self.bytes[name.start as usize..][..name.len as usize]);
            match self.by_id.get(&name.parent) {
                Some(parent) if names.len() < DEPTH => name = parent,
                _ => break,
            }
        }
        names.reverse();
        Some(names.join(&b'/'))
    }
}

/// An entry of a tree, and the others behind it.
struct Entry<'t> {
    mode: &'t [u8],
    name: &'t [u8],
    id: ObjectId,
    rest: &'t [u8],
}

/// The first entry of a tree.
fn entry(tree: &[u8]) -> Option<Entry<'_>> {
    let space = memchr::memchr(b' ', tree)?;
    let end = space + memchr::memchr(0, &tree[space..])?;
    let id = ObjectId::from_bytes(tree.get(end + 1..end + 1 + ObjectId::LEN)?)?;
    let (mode, name, rest) = (&tree[..space], &tree[space + 1..end], &tree[end + 1 + ObjectId::LEN..]);
    Some(Entry { mode, name, id, rest })
}
