//! Inflating zlib streams into buffers that are used again and again.
//!
//! A stream must fill its declared size exactly. It does not stream: what is
//! larger than a caller's limit is not for this room.

use libdeflater::{DecompressionError, Decompressor};

use super::error::ObjectFault;

/// Bytes of room behind an object, and of input behind its stream: where there are
/// fewer the decompressor goes byte by byte, which for most deltas is all the way.
pub(super) const SLACK: usize = 512;
/// Deflate cannot do better than 258 bytes for two bits.
const RATIO: u64 = 1032;

/// Bytes of an object. What it held before is not cleared, so that taking it
/// from the spares costs nothing; only the first `len` bytes are the object's.
#[derive(Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    len: usize,
}

impl Buffer {
    /// Room for `len` bytes, with anything in it.
    pub(super) fn room(&mut self, len: usize) -> &mut [u8] {
        if self.bytes.len() < len {
            // Growing in place would copy what nobody wants.
            self.bytes = Vec::new();
            self.bytes = vec![0; len.next_power_of_two().max(4096)];
        }
        self.len = len;
        &mut self.bytes[..len]
    }

    /// The object.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// The object alone.
    pub(super) fn into_vec(mut self) -> Vec<u8> {
        self.bytes.truncate(self.len);
        self.bytes
    }

    /// Bytes that it keeps from other uses.
    pub(super) fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

/// Whether `packed` bytes can inflate to `size`.
pub(super) fn is_possible(packed: usize, size: u64) -> bool {
    size <= (packed as u64 + 1).saturating_mul(RATIO)
}

/// One thread's decompressor.
pub(super) struct Inflater(Decompressor);

impl Inflater {
    pub(super) fn new() -> Self {
        Self(Decompressor::new())
    }

    /// Inflates the zlib stream at the start of `packed` into `buffer`, where it must make `size` bytes.
    pub(super) fn fill(
        &mut self,
        packed: &[u8],
        buffer: &mut Buffer,
        size: usize,
    ) -> Result<(), ObjectFault> {
        let made = self.0.zlib_decompress(packed, buffer.room(size + SLACK));
        buffer.len = size;
        match made {
            Ok(made) if made == size => Ok(()),
            Ok(_) | Err(DecompressionError::InsufficientSpace) => Err(ObjectFault::Size),
            Err(DecompressionError::BadData) => Err(ObjectFault::Inflate),
        }
    }

    /// Inflates a stream of unknown size; `None` when it is larger than `room`,
    /// which then holds as much of its beginning as was convenient, or nothing.
    pub(super) fn attempt(&mut self, packed: &[u8], room: &mut [u8]) -> Result<Option<usize>, ObjectFault> {
        match self.0.zlib_decompress(packed, room) {
            Ok(size) => Ok(Some(size)),
            Err(DecompressionError::InsufficientSpace) => Ok(None),
            Err(DecompressionError::BadData) => Err(ObjectFault::Inflate),
        }
    }
}
