//! From entries to objects: a root first, then what is made from it, depth first.
//!
//! A base is let go before the last and heaviest of its deltas is followed, so that few
//! are held at a time; what would take more than the bound is counted and left.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};

use flate2::read::ZlibDecoder;
use sha1::{Digest, Sha1};

use super::super::decode::{Decoder, Failure};
use super::super::error::ObjectFault;
use super::super::header::Kind;
use super::super::id::ObjectId;
use super::super::inflate::Buffer;
use super::entries::{Entries, Entry};
use super::{Bounds, Shape, Shortfall, Shown};
use crate::model::ObjectKind;

/// Where the bytes of a pack are.
pub(super) enum Bytes<'b> {
    /// In memory.
    Held(&'b [u8]),
    /// In a file, from `start` on.
    File { file: &'b mut File, start: u64 },
}

impl Bytes<'_> {
    /// The compressed bytes of an entry; `scratch` is room for them.
    fn packed<'s>(&'s mut self, entry: &Entry, scratch: &'s mut Vec<u8>) -> Result<&'s [u8], Failure> {
        let bytes = match self {
            Self::Held(bytes) => {
                let place = usize::try_from(entry.start).ok().zip(usize::try_from(entry.end).ok());
                place.and_then(|(start, end)| bytes.get(start..end))
            }
            Self::File { .. } => {
                scratch.clear();
                let read = self.stream(entry).and_then(|mut stream| stream.read_to_end(scratch));
                read.is_ok().then_some(&scratch[..])
            }
        };
        bytes.ok_or(Failure::Fault(ObjectFault::Outside))
    }

    /// The same as a stream.
    fn stream(&mut self, entry: &Entry) -> io::Result<Box<dyn Read + '_>> {
        let len = entry.end - entry.start;
        match self {
            Self::Held(bytes) => {
                let from = usize::try_from(entry.start).unwrap_or(usize::MAX).min(bytes.len());
                Ok(Box::new(bytes[from..].take(len)))
            }
            Self::File { file, start } => {
                file.seek(SeekFrom::Start(start.saturating_add(entry.start)))?;
                Ok(Box::new(BufReader::with_capacity(1 << 16, (&mut **file).take(len))))
            }
        }
    }
}

/// Puts objects together.
pub(super) struct Resolver<'r> {
    bytes: Bytes<'r>,
    entries: &'r Entries,
    bounds: &'r Bounds,
    decoder: Decoder,
    scratch: Vec<u8>,
    /// Bytes of the objects that wait for their deltas.
    waiting: u64,
    /// Bytes that may still be made.
    budget: u64,
    done: Vec<bool>,
    count: Count,
}

/// How many entries came to what.
#[derive(Clone, Copy, Default)]
struct Count {
    shown: u64,
    damaged: u64,
    large: u64,
    is_spent: bool,
}

/// An object whose deltas are being made.
struct Frame {
    bytes: Buffer,
    children: Vec<u32>,
    next: usize,
}

impl<'r> Resolver<'r> {
    pub(super) fn new(bytes: Bytes<'r>, entries: &'r Entries, bounds: &'r Bounds, budget: u64) -> Self {
        let done = vec![false; entries.list.len()];
        let decoder = Decoder::new(bounds.object);
        let (scratch, count) = (Vec::new(), Count::default());
        Self { bytes, entries, bounds, decoder, scratch, waiting: 0, budget, done, count }
    }

    /// Shows all objects of a kind, or all.
    pub(super) fn run(&mut self, only: Option<ObjectKind>, show: &mut dyn FnMut(Shown<'_>)) {
        self.done.fill(false);
        self.count = Count { is_spent: self.count.is_spent, ..Count::default() };
        for index in 0..self.done.len() {
            if let Kind::Whole(kind) = self.entries.list[index].kind
                && only.is_none_or(|only| only == kind)
            {
                let root = u32::try_from(index).expect("a pack counts its entries in 32 bits");
                self.tree(root, kind, show);
            }
        }
    }

    /// What the last run did not show.
    pub(super) fn shortfalls(&self) -> impl Iterator<Item = Shortfall> + use<> {
        let Count { shown, mut damaged, large, is_spent } = self.count;
        damaged += self.entries.strays;
        let left = (self.done.len() as u64).saturating_sub(shown + damaged + large);
        let thin = (left > 0 && !is_spent).then_some(Shortfall::Thin(left));
        let damaged = (damaged > 0).then_some(Shortfall::Damaged(damaged));
        let large = (large > 0).then_some(Shortfall::Large(large));
        let bomb = is_spent.then_some(Shortfall::Bomb);
        [thin, damaged, large, bomb].into_iter().flatten()
    }

    /// A root and all that is made from it.
    fn tree(&mut self, root: u32, kind: ObjectKind, show: &mut dyn FnMut(Shown<'_>)) {
        let mut stack: Vec<Frame> = Vec::new();
        stack.extend(self.step(root, kind, None, show));
        while let Some(mut frame) = stack.pop() {
            self.waiting -= frame.bytes.bytes().len() as u64;
            let child = frame.children[frame.next];
            frame.next += 1;
            let below = self.step(child, kind, Some(frame.bytes.bytes()), show);
            if frame.next == frame.children.len() {
                self.decoder.give_back(frame.bytes);
            } else {
                self.waiting += frame.bytes.bytes().len() as u64;
                stack.push(frame);
            }
            stack.extend(below);
        }
    }

    /// Makes and shows one object; a frame if there is more to do below it.
    fn step(
        &mut self,
        index: u32,
        kind: ObjectKind,
        base: Option<&[u8]>,
        show: &mut dyn FnMut(Shown<'_>),
    ) -> Option<Frame> {
        if std::mem::replace(&mut self.done[index as usize], true) || self.count.is_spent {
            return None;
        }
        let bytes = match self.made(index, base) {
            Ok(bytes) => bytes,
            Err(Failure::Huge(_)) if base.is_none() => {
                self.stream(index, kind, show);
                return None;
            }
            Err(failure) => {
                let weight = self.entries.weight(index);
                match failure {
                    Failure::Huge(_) => self.count.large += weight,
                    Failure::Fault(_) => self.count.damaged += weight,
                }
                return None;
            }
        };
        let object = bytes.bytes();
        let size = object.len() as u64;
        let mut hash = Sha1::new();
        hash.update(start(kind, size));
        hash.update(object);
        let id = name(hash);
        show(Shown { id, kind, path: None, content: Shape::Whole(object) });
        self.count.shown += 1;
        let Some(left) = self.budget.checked_sub(size) else {
            self.count.is_spent = true;
            return None;
        };
        self.budget = left;
        let children = self.entries.made_from(index, &id);
        if children.is_empty() {
            self.decoder.give_back(bytes);
            return None;
        }
        if self.waiting + size > self.bounds.memory {
            let below: u64 = children.iter().map(|child| self.entries.weight(*child)).sum();
            self.count.large += below;
            return None;
        }
        self.waiting += size;
        Some(Frame { bytes, children, next: 0 })
    }

    /// The bytes of an object.
    fn made(&mut self, index: u32, base: Option<&[u8]>) -> Result<Buffer, Failure> {
        let entry = self.entries.list[index as usize];
        if entry.size > self.bounds.object {
            return Err(Failure::Huge(entry.size));
        }
        // A stream may have any number of blocks with nothing in them.
        if entry.end - entry.start > 2 * self.bounds.object {
            return Err(Failure::Fault(ObjectFault::Inflate));
        }
        let packed = self.bytes.packed(&entry, &mut self.scratch)?;
        match base {
            None => self.decoder.inflate(packed, entry.size),
            Some(base) => {
                let size = self.decoder.delta(packed, entry.size)?;
                self.decoder.apply(base, size)
            }
        }
    }

    /// Shows an object that is too large to be held. What is made from it is left.
    fn stream(&mut self, index: u32, kind: ObjectKind, show: &mut dyn FnMut(Shown<'_>)) {
        let entry = self.entries.list[index as usize];
        self.count.large += self.entries.weight(index) - 1;
        let Some(left) = self.budget.checked_sub(entry.size.saturating_mul(2)) else {
            self.count.is_spent = true;
            return;
        };
        self.budget = left;
        let mut hash = Sha1::new();
        hash.update(start(kind, entry.size));
        let hashed = self
            .bytes
            .stream(&entry)
            .and_then(|packed| io::copy(&mut ZlibDecoder::new(packed), &mut Hashing(&mut hash)));
        let Ok(packed) = self.bytes.stream(&entry) else {
            self.count.damaged += 1;
            return;
        };
        if hashed.is_ok_and(|size| size == entry.size) {
            let id = name(hash);
            show(Shown { id, kind, path: None, content: Shape::Stream(&mut ZlibDecoder::new(packed)) });
            self.count.shown += 1;
        } else {
            self.count.damaged += 1;
        }
    }
}

/// A hash that can be written to.
struct Hashing<'h>(&'h mut Sha1);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What git hashes before the bytes of an object.
fn start(kind: ObjectKind, size: u64) -> String {
    format!("{kind} {size}\0")
}

fn name(hash: Sha1) -> ObjectId {
    ObjectId::from_bytes(&hash.finalize()).expect("SHA-1 has 20 bytes")
}
