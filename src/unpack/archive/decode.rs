//! Decompressing one stream, of any method, frame after frame.
//!
//! The decoders are crates, all of them behind the feature `archives`; without it
//! every method but `Stored` is refused as [`NotBuilt`](super::Reason::NotBuilt). Checksums of the
//! formats are checked where their crates do it: bytes are handed out as they come.
//!
//! **Invariant:** the memory that a decoder's window may take is held in the
//! ledger before the decoder is made.

use std::io::{self, Read};

use super::budget::{Hold, Ledger};
#[cfg(feature = "archives")]
use super::decoder::{Decoder, begin};
use super::stream::Source;

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Stored,
    Deflate,
    Deflate64,
    Zlib,
    Gzip,
    Bzip2,
    Xz,
    /// The file format: properties, size, stream.
    Lzma,
    /// A zip's: version, properties, stream.
    ZipLzma,
    Zstd,
    Lz4,
}

/// A decompressing reader.
#[cfg_attr(not(feature = "archives"), expect(dead_code, reason = "without decoders there are no frames"))]
pub(super) struct Unpacked<'r> {
    packing: Packing,
    ledger: &'r Ledger,
    state: State<'r>,
    /// Memory of the frame that is being read.
    hold: Option<Hold<'r>>,
    /// Whether a frame was read already.
    begun: bool,
}

enum State<'r> {
    /// Between frames.
    Between(Source<'r>),
    #[cfg(feature = "archives")]
    Within(Box<Decoder<'r>>),
    End,
}

impl<'r> Unpacked<'r> {
    pub(super) fn new(packing: Packing, source: Source<'r>, ledger: &'r Ledger) -> Self {
        Self { packing, ledger, state: State::Between(source), hold: None, begun: false }
    }

    /// Starts on the next frame, if there is one.
    #[cfg(feature = "archives")]
    fn next_frame(&mut self, mut source: Source<'r>) -> io::Result<()> {
        self.hold = None;
        if follows(self.packing, &mut source, self.begun)? {
            let (decoder, hold) = begin(self.packing, source, self.ledger)?;
            (self.state, self.hold) = (State::Within(Box::new(decoder)), Some(hold));
        }
        self.begun = true;
        Ok(())
    }

    #[cfg(not(feature = "archives"))]
    fn next_frame(&mut self, _: Source<'r>) -> io::Result<()> {
        self.ledger.free();
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Whether a frame follows. The first is taken for one without a look; behind the
/// last some writers leave padding or a signature, which is no fault.
#[cfg(feature = "archives")]
fn follows(packing: Packing, source: &mut Source<'_>, begun: bool) -> io::Result<bool> {
    if matches!(packing, Packing::Zstd | Packing::Lz4) {
        while let Some(&[0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d]) = source.peek(8)?.first_chunk() {
            if !source.skip(8 + u64::from(u32::from_le_bytes([a, b, c, d])))? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        // A stream of nothing but such frames is empty.
        if source.peek(1)?.is_empty() {
            return Ok(false);
        }
    }
    Ok(match packing {
        _ if !begun => true,
        Packing::Gzip => source.peek(3)? == b"\x1f\x8b\x08",
        Packing::Bzip2 => source.peek(3)? == b"BZh",
        Packing::Zstd => source.peek(4)? == b"\x28\xb5\x2f\xfd",
        Packing::Lz4 => source.peek(4)? == b"\x04\x22\x4d\x18",
        _ => false,
    })
}

impl Read for Unpacked<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.state, State::End) {
                State::Between(mut source) if self.packing == Packing::Stored => {
                    let read = source.read(room);
                    self.state = State::Between(source);
                    return read;
                }
                State::Between(source) => self.next_frame(source)?,
                #[cfg(feature = "archives")]
                State::Within(mut decoder) => {
                    let read = decoder.read(room)?;
                    if read > 0 {
                        self.state = State::Within(decoder);
                        return Ok(read);
                    }
                    self.state = State::Between(decoder.into_source());
                }
                State::End => return Ok(0),
            }
        }
    }
}

/// Refuses for want of memory.
#[cfg(feature = "archives")]
pub(super) fn too_much() -> io::Error {
    io::Error::new(io::ErrorKind::OutOfMemory, super::reason::Reason::Window)
}
