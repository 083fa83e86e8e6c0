//! Decoding a delta tree: each object once, from its root down.
//!
//! The walk is depth-first with a stack of its own and takes the child with the
//! largest tree last, so that its base is given back before it is followed: of n
//! objects at most log2(n) are held. **Invariant:** every wanted text of a tree is
//! handed out exactly once, as its bytes, as too large, or as a fault.

use super::delta::Delta;
use super::error::{ObjectFault, PackError};
use super::forest::{Forest, Tree};
use super::header::{Header, Kind};
use super::id::ObjectId;
use super::inflate::{Buffer, Inflater, is_possible};

/// Bytes of spare buffers that a decoder keeps.
const SPARE: usize = 16 << 20;

/// What became of one text.
#[derive(Debug)]
pub enum Decoded<'b> {
    /// Its bytes, all of them.
    Text(&'b [u8]),
    /// It, its delta or a base of it is larger than the decoder's limit: so many
    /// bytes, by its own account. It was not inflated.
    Huge(u64),
    /// It cannot be decoded.
    Fault(PackError),
}

/// One thread's decompressor and buffers.
pub struct Decoder {
    pub(super) inflater: Inflater,
    pub(super) limit: u64,
    /// Inflated deltas.
    delta: Buffer,
    spare: Vec<Buffer>,
    /// Bytes that `spare` holds.
    spared: usize,
    stack: Vec<Frame>,
}

/// An object whose children are being decoded.
struct Frame {
    entry: u32,
    /// The next of its children.
    next: usize,
    base: Buffer,
}

/// Why there are no bytes.
#[derive(Clone, Copy)]
enum Lack {
    Huge(u64),
    Fault(ObjectFault),
}

impl From<ObjectFault> for Lack {
    fn from(fault: ObjectFault) -> Self {
        Self::Fault(fault)
    }
}

impl Decoder {
    /// The largest object, in bytes, that a decoder usually inflates.
    pub const LIMIT: u64 = 32 << 20;

    /// A decoder that leaves objects of more than `limit` bytes to others. No
    /// limit is higher than a gigabyte: memory is set aside by what a file declares.
    pub fn new(limit: u64) -> Self {
        let limit = limit.min(1 << 30);
        let (spare, stack) = (Vec::new(), Vec::new());
        Self { inflater: Inflater::new(), limit, delta: Buffer::default(), spare, spared: 0, stack }
    }

    pub(super) fn take(&mut self) -> Buffer {
        let buffer = self.spare.pop().unwrap_or_default();
        self.spared -= buffer.capacity();
        buffer
    }

    pub(super) fn give_back(&mut self, buffer: Buffer) {
        if self.spared + buffer.capacity() <= SPARE {
            self.spared += buffer.capacity();
            self.spare.push(buffer);
        }
    }

    /// The size to make room for, if the packed bytes may hold it.
    fn room(&self, size: u64, packed: &[u8]) -> Result<usize, Lack> {
        if !is_possible(packed.len(), size) {
            return Err(ObjectFault::Absurd.into());
        }
        self.within(size)
    }

    fn within(&self, size: u64) -> Result<usize, Lack> {
        if size > self.limit {
            return Err(Lack::Huge(size));
        }
        usize::try_from(size).map_err(|_| Lack::Huge(size))
    }

    /// Decodes one entry; `base` is what it is a delta of, if it is one.
    fn object(&mut self, entry: &[u8], base: Option<&[u8]>) -> Result<Buffer, Lack> {
        let header = Header::parse(entry)?;
        let packed = &entry[header.len..];
        let size = self.room(header.size, packed)?;
        let mut made = self.take();
        let filled = match (header.kind, base) {
            (Kind::Text, None) => self.inflater.fill(packed, made.room(size)).map_err(Lack::from),
            (Kind::OfsDelta(_) | Kind::RefDelta(_), Some(base)) => self.patch(packed, size, base, &mut made),
            // The forest has read the same header.
            _ => Err(ObjectFault::Header.into()),
        };
        match filled {
            Ok(()) => Ok(made),
            Err(lack) => {
                self.give_back(made);
                Err(lack)
            }
        }
    }

    /// Applies a packed delta of `size` bytes to `base`.
    fn patch(&mut self, packed: &[u8], size: usize, base: &[u8], made: &mut Buffer) -> Result<(), Lack> {
        self.inflater.fill(packed, self.delta.room(size))?;
        let delta = Delta::parse(self.delta.bytes())?;
        let room = self.within(delta.result_size)?;
        delta.apply(base, made.room(room))?;
        Ok(())
    }
}

impl Forest<'_> {
    /// Decodes one of the forest's trees and hands its wanted texts to `visit`,
    /// bases before what is a delta of them.
    pub fn decode(&self, tree: Tree, decoder: &mut Decoder, mut visit: impl FnMut(ObjectId, Decoded<'_>)) {
        // A visitor that panicked may have left something.
        decoder.stack.clear();
        let Some(root) = self.step(tree.root, None, decoder, &mut visit) else { return };
        decoder.stack.push(root);
        while let Some(mut frame) = decoder.stack.pop() {
            let children = self.children(frame.entry);
            let child = children[frame.next];
            frame.next += 1;
            let below = self.step(child, Some(frame.base.bytes()), decoder, &mut visit);
            if frame.next == children.len() {
                decoder.give_back(frame.base);
            } else {
                decoder.stack.push(frame);
            }
            decoder.stack.extend(below);
        }
    }

    /// Decodes and hands out one object; a frame if there is more to do below it.
    fn step(
        &self,
        entry: u32,
        base: Option<&[u8]>,
        decoder: &mut Decoder,
        visit: &mut impl FnMut(ObjectId, Decoded<'_>),
    ) -> Option<Frame> {
        let (start, end) = self.span(entry);
        let made =
            self.pack.entry(start, end).map_err(Lack::from).and_then(|bytes| decoder.object(bytes, base));
        let made = match made {
            Ok(made) => made,
            Err(lack) => {
                self.abandon(entry, lack, visit);
                return None;
            }
        };
        if self.is_wanted(entry) {
            visit(self.id(entry), Decoded::Text(made.bytes()));
        }
        if self.children(entry).is_empty() {
            decoder.give_back(made);
            return None;
        }
        Some(Frame { entry, next: 0, base: made })
    }

    /// Names an object that has no bytes, and all that would be made from it.
    #[cold]
    fn abandon(&self, entry: u32, lack: Lack, visit: &mut impl FnMut(ObjectId, Decoded<'_>)) {
        let below = match lack {
            Lack::Huge(size) => Lack::Huge(size),
            Lack::Fault(_) => Lack::Fault(ObjectFault::Base),
        };
        let mut left = vec![(entry, lack)];
        while let Some((entry, lack)) = left.pop() {
            if self.is_wanted(entry) {
                let what = match lack {
                    Lack::Huge(size) => Decoded::Huge(size),
                    Lack::Fault(fault) => Decoded::Fault(self.pack.error(self.span(entry).0, fault)),
                };
                visit(self.id(entry), what);
            }
            left.extend(self.children(entry).iter().map(|child| (*child, below)));
        }
    }
}
