//! A pack without an index, as it lies in a git bundle: its objects from its bytes alone.
//!
//! The pack is walked once from its first byte to its last, for an entry begins where the
//! one before it ends; then deltas are put together: first trees, which say at what paths
//! the rest stands, then all. A pack that comes from a file is read again there, any other
//! is held in memory as far as it may be. Names are computed, not believed. It repairs
//! nothing, looks for no object elsewhere, and knows SHA-1 repositories only.
//!
//! **Invariant:** nothing is passed over in silence: each entry is shown, or a [`Shortfall`]
//! counts it. No size that the pack declares is believed before it is checked; memory and
//! the bytes that are made are bounded by [`Bounds`].

mod entries;
mod names;
mod resolve;
mod tap;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Read;

use super::id::ObjectId;
use crate::model::ObjectKind;

use entries::Entries;
use names::Names;
use resolve::{Bytes, Resolver};
use tap::Tap;

/// What reading one pack may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of a pack that is held in memory, since it cannot be read again.
    pub held: usize,
    /// Bytes of the largest object that is held whole.
    pub object: u64,
    /// Bytes of the objects that are held at one time while deltas of them are made.
    pub memory: u64,
    /// Entries.
    pub entries: usize,
    /// Bytes made for one byte of the pack, beside those that are free.
    pub ratio: u64,
    /// Bytes that may be made of any pack.
    pub free: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        let (held, object, memory, free) = (64 << 20, 32 << 20, 96 << 20, 256 << 20);
        Self { held, object, memory, entries: 2 << 20, ratio: 400, free }
    }
}

impl Bounds {
    /// Bytes that may be made of so many.
    fn budget(&self, packed: u64) -> u64 {
        packed.saturating_mul(self.ratio).saturating_add(self.free)
    }
}

/// An object on its way out.
pub struct Shown<'s> {
    /// Its name.
    pub id: ObjectId,
    /// What it is.
    pub kind: ObjectKind,
    /// A path at which it stands, by the trees of the pack: empty for a tree that stands in
    /// no other, `None` for anything else that does not.
    pub path: Option<Vec<u8>>,
    /// Its bytes.
    pub content: Shape<'s>,
}

/// The bytes of an object.
pub enum Shape<'s> {
    /// All of them.
    Whole(&'s [u8]),
    /// One that is too large to be held. Reading it does not fail; it was once read to its end.
    Stream(&'s mut dyn Read),
}

/// Why entries of a pack were not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Shortfall {
    /// It does not begin as a pack of a version that is known.
    #[error("no pack of a known version")]
    Kind,
    /// It ends within an entry, or before its checksum. What follows was not read.
    #[error("ends too early")]
    Truncated,
    /// An entry cannot be told from what follows, or the pack has another checksum.
    #[error("damaged")]
    Broken,
    /// It is larger than what is held of a pack. What follows was not read.
    #[error("too large to be taken apart in memory")]
    Held,
    /// It has more entries than are read of one pack. What follows was not read.
    #[error("holds more objects than are read of one pack")]
    Entries,
    /// So many objects are deltas of what the pack does not hold, as in a thin one.
    #[error("objects that differ from ones it does not hold, and were not read: {0}")]
    Thin(u64),
    /// So many objects cannot be put together.
    #[error("damaged objects: {0}")]
    Damaged(u64),
    /// So many objects would be made from what is too large to be held, or are.
    #[error("objects too large to be put together in memory: {0}")]
    Large(u64),
    /// It inflates to far more than it weighs. Some of it was read.
    #[error("inflates to far more than its size, as a bomb does")]
    Bomb,
}

/// Reads the pack that `stream` has and hands its objects to `show`. `again` is a file that
/// has the same pack, and the offset of its first byte there. What was not shown is returned.
pub fn read(
    stream: &mut dyn Read,
    again: Option<(&mut File, u64)>,
    bounds: &Bounds,
    show: &mut dyn FnMut(Shown<'_>),
) -> Vec<Shortfall> {
    let held = if again.is_some() { 0 } else { bounds.held };
    let mut tap = Tap::new(stream, held);
    let mut entries = Entries::default();
    let end = entries.walk(&mut tap, bounds, again.is_none()).err();
    let size = tap.position();
    let kept = tap.into_kept();
    let bytes = match again {
        Some((file, start)) => Bytes::File { file, start },
        None => Bytes::Held(&kept),
    };
    entries.link();
    let mut resolver = Resolver::new(bytes, &entries, bounds, bounds.budget(size));
    let mut names = Names::default();
    resolver.run(Some(ObjectKind::Tree), &mut |tree| {
        if let Shape::Whole(bytes) = tree.content {
            names.add(tree.id, bytes);
        }
    });
    resolver.run(None, &mut |object| {
        let path = names.path(&object.id).or((object.kind == ObjectKind::Tree).then(Vec::new));
        show(Shown { path, ..object });
    });
    let mut lacks: Vec<Shortfall> = end.into_iter().chain(resolver.shortfalls()).collect();
    lacks.sort_unstable();
    lacks.dedup();
    lacks
}
