//! Decoding a delta tree: each object once, from its root down.
//!
//! The walk is depth-first with a stack of its own and takes the child with the
//! largest tree last, so that its base is given back before it is followed: of n
//! objects at most log2(n) are held. A delta that nothing else is made from and
//! that its visitor can judge by its edits is never put together.
//! **Invariant:** every wanted object of a tree is shown or named exactly once.

use super::delta::Delta;
use super::error::ObjectFault;
use super::forest::{Forest, Tree};
use super::header::{Header, Kind};
use super::inflate::{Buffer, Inflater, is_possible};
use super::visitor::{Lack, Visitor};

/// Bytes of spare buffers that a decoder keeps.
const SPARE: usize = 4 << 20;

/// One thread's decompressor and buffers.
pub struct Decoder {
    pub(super) inflater: Inflater,
    pub(super) limit: u64,
    /// An inflated delta.
    delta: Buffer,
    /// What it puts in, with what stands around.
    edits: Vec<u8>,
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
    bytes: Buffer,
    is_loud: bool,
}

/// What a delta is made from.
#[derive(Clone, Copy)]
struct Base<'b> {
    bytes: &'b [u8],
    /// Whether what is made from it must be shown whole.
    is_loud: bool,
}

/// Why there are no bytes.
#[derive(Clone, Copy)]
pub(super) enum Failure {
    Huge(u64),
    Fault(ObjectFault),
}

impl From<ObjectFault> for Failure {
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
        Self {
            inflater: Inflater::new(),
            limit: limit.min(1 << 30),
            delta: Buffer::default(),
            edits: Vec::new(),
            spare: Vec::new(),
            spared: 0,
            stack: Vec::new(),
        }
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
    fn room(&self, size: u64, packed: &[u8]) -> Result<usize, Failure> {
        if !is_possible(packed.len(), size) {
            return Err(ObjectFault::Absurd.into());
        }
        self.within(size)
    }

    fn within(&self, size: u64) -> Result<usize, Failure> {
        if size > self.limit {
            return Err(Failure::Huge(size));
        }
        usize::try_from(size).map_err(|_| Failure::Huge(size))
    }

    /// Inflates `packed` to `size` bytes.
    pub(super) fn inflate(&mut self, packed: &[u8], size: u64) -> Result<Buffer, Failure> {
        let size = self.room(size, packed)?;
        self.made(|decoder, buffer| decoder.inflater.fill(packed, buffer, size))
    }

    /// Inflates a delta into the place for it and says how large its result is.
    pub(super) fn delta(&mut self, packed: &[u8], size: u64) -> Result<usize, Failure> {
        let size = self.room(size, packed)?;
        self.inflater.fill(packed, &mut self.delta, size)?;
        self.within(Delta::parse(self.delta.bytes())?.result_size)
    }

    /// Makes what the inflated delta makes of `base`.
    pub(super) fn apply(&mut self, base: &[u8], size: usize) -> Result<Buffer, Failure> {
        self.made(|decoder, buffer| Delta::parse(decoder.delta.bytes())?.apply(base, buffer.room(size)))
    }

    /// Gathers what the inflated delta changes in `base`.
    fn gather_edits(&mut self, base: &[u8], reach: usize) -> Result<(), ObjectFault> {
        Delta::parse(self.delta.bytes())?.edits(base, reach, &mut self.edits)
    }

    /// A buffer that `fill` has filled.
    fn made(
        &mut self,
        fill: impl FnOnce(&mut Self, &mut Buffer) -> Result<(), ObjectFault>,
    ) -> Result<Buffer, Failure> {
        let mut buffer = self.take();
        match fill(self, &mut buffer) {
            Ok(()) => Ok(buffer),
            Err(fault) => {
                self.give_back(buffer);
                Err(fault.into())
            }
        }
    }
}

impl Forest<'_> {
    /// Decodes one of the forest's trees and shows its wanted objects to `visitor`,
    /// bases before what is a delta of them.
    pub fn decode(&self, tree: Tree, decoder: &mut Decoder, visitor: &mut impl Visitor) {
        // A visitor that panicked may have left something.
        decoder.stack.clear();
        let Some(root) = self.step(tree.root, None, decoder, visitor) else { return };
        decoder.stack.push(root);
        while let Some(mut frame) = decoder.stack.pop() {
            let children = self.children(frame.entry);
            let child = children[frame.next];
            frame.next += 1;
            let base = Base { bytes: frame.bytes.bytes(), is_loud: frame.is_loud };
            let below = self.step(child, Some(base), decoder, visitor);
            if frame.next == children.len() {
                decoder.give_back(frame.bytes);
            } else {
                decoder.stack.push(frame);
            }
            decoder.stack.extend(below);
        }
    }

    /// Decodes and shows one object; a frame if there is more to do below it.
    fn step(
        &self,
        entry: u32,
        base: Option<Base<'_>>,
        decoder: &mut Decoder,
        visitor: &mut impl Visitor,
    ) -> Option<Frame> {
        let made = match base {
            None => self.root(entry, decoder, visitor).map(Some),
            Some(base) => self.patched(entry, base, decoder, visitor),
        };
        match made {
            Ok(Some((bytes, is_loud))) if !self.children(entry).is_empty() => {
                Some(Frame { entry, next: 0, bytes, is_loud })
            }
            Ok(Some((bytes, _))) => {
                decoder.give_back(bytes);
                None
            }
            Ok(None) => None,
            Err(failure) => {
                self.abandon(entry, failure, visitor);
                None
            }
        }
    }

    /// A whole object, and whether its deltas must be shown whole.
    fn root(
        &self,
        entry: u32,
        decoder: &mut Decoder,
        visitor: &mut impl Visitor,
    ) -> Result<(Buffer, bool), Failure> {
        let (header, packed) = self.entry(entry, decoder.limit)?;
        let Kind::Whole(_) = header.kind else { return Err(ObjectFault::Header.into()) };
        let made = decoder.inflate(packed, header.size)?;
        let is_loud = self.show(entry, made.bytes(), visitor);
        Ok((made, is_loud))
    }

    /// A delta of `base`; nothing if there was no need to put it together.
    fn patched(
        &self,
        entry: u32,
        base: Base<'_>,
        decoder: &mut Decoder,
        visitor: &mut impl Visitor,
    ) -> Result<Option<(Buffer, bool)>, Failure> {
        let (header, packed) = self.entry(entry, decoder.limit)?;
        let (Kind::OfsDelta(_) | Kind::RefDelta(_)) = header.kind else {
            return Err(ObjectFault::Header.into());
        };
        let size = decoder.delta(packed, header.size)?;
        let mut must_show = true;
        if let Some(reach) = visitor.reach()
            && !base.is_loud
            && self.is_wanted(entry)
        {
            decoder.gather_edits(base.bytes, reach)?;
            must_show = visitor.edited(&self.object(entry), size as u64, &decoder.edits);
            if !must_show && self.children(entry).is_empty() {
                return Ok(None);
            }
        }
        let made = decoder.apply(base.bytes, size)?;
        let is_loud = must_show && self.show(entry, made.bytes(), visitor);
        Ok(Some((made, is_loud)))
    }

    /// Shows an object. One that nobody wants is not judged, so that its deltas must be.
    fn show(&self, entry: u32, bytes: &[u8], visitor: &mut impl Visitor) -> bool {
        !self.is_wanted(entry) || visitor.whole(&self.object(entry), bytes)
    }

    /// The header of an entry and its packed bytes, with some of what follows. What
    /// says that it is too large, and may be, is not even looked at: that would
    /// bring all of it into memory.
    fn entry(&self, entry: u32, limit: u64) -> Result<(Header, &[u8]), Failure> {
        let (start, end) = self.span(entry);
        let bytes = self.pack.entry(start, end)?;
        let header = Header::parse(bytes);
        if let Ok(header) = &header
            && header.size > limit
            && is_possible(bytes.len(), header.size)
        {
            return Err(Failure::Huge(header.size));
        }
        if !self.is_sound(entry, bytes) {
            return Err(ObjectFault::Checksum.into());
        }
        let header = header?;
        Ok((header, self.pack.from(start + header.len as u64, end)))
    }

    /// Names an object that has no bytes, and all that would be made from it.
    #[cold]
    fn abandon(&self, entry: u32, failure: Failure, visitor: &mut impl Visitor) {
        let below = match failure {
            Failure::Huge(size) => Failure::Huge(size),
            Failure::Fault(_) => Failure::Fault(ObjectFault::Base),
        };
        let mut left = vec![(entry, failure)];
        while let Some((entry, failure)) = left.pop() {
            if self.is_wanted(entry) {
                let lack = match failure {
                    Failure::Huge(size) => Lack::Huge(size),
                    Failure::Fault(fault) => Lack::Fault(self.pack.error(self.span(entry).0, fault)),
                };
                visitor.lack(self.id(entry), lack);
            }
            left.extend(self.children(entry).iter().map(|child| (*child, below)));
        }
    }
}
