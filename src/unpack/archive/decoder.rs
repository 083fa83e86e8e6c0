//! The crates that decompress, behind one type.
//!
//! It reads one frame; what may follow it is another's matter. Windows are
//! limited by what the ledger has left, whatever a header asks for.

use std::io::{self, BufRead, Read};

use bzip2::bufread::BzDecoder;
use deflate64::Deflate64Decoder;
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use lz4_flex::frame::FrameDecoder as Lz4Decoder;
use lzma_rust2::{LzmaReader, XzReader};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::budget::{Hold, Ledger};
use super::decode::{Packing, too_much};
use super::stream::Source;

/// Memory of decoders whose windows have a fixed size.
const SMALL: u64 = 512 << 10;
/// Memory of a bzip2 block of the largest level.
const BZIP2: u64 = 5 << 20;
/// Two blocks, a window and the compressed bytes, of the largest size.
const LZ4: u64 = 13 << 20;
/// What xz takes at its highest level: 64 MiB and the decoder itself.
const XZ: u64 = 66 << 20;
/// What a Zstandard decoder takes besides its window.
const ZSTD: u64 = 1 << 20;

/// One frame being decompressed.
pub(super) enum Decoder<'r> {
    Deflate(DeflateDecoder<Source<'r>>),
    Deflate64(Deflate64Decoder<Source<'r>>),
    Zlib(ZlibDecoder<Source<'r>>),
    Gzip(GzDecoder<Source<'r>>),
    Bzip2(BzDecoder<Source<'r>>),
    Xz(XzReader<Source<'r>>),
    Lzma(LzmaReader<Source<'r>>),
    Zstd(StreamingDecoder<Source<'r>, FrameDecoder>),
    Lz4(Lz4Decoder<Source<'r>>),
}

impl<'r> Decoder<'r> {
    /// What lies behind the frame.
    pub(super) fn into_source(self) -> Source<'r> {
        match self {
            Self::Deflate(decoder) => decoder.into_inner(),
            Self::Deflate64(decoder) => decoder.into_inner(),
            Self::Zlib(decoder) => decoder.into_inner(),
            Self::Gzip(decoder) => decoder.into_inner(),
            Self::Bzip2(decoder) => decoder.into_inner(),
            Self::Xz(decoder) => decoder.into_inner(),
            Self::Lzma(decoder) => decoder.into_inner(),
            Self::Zstd(decoder) => decoder.into_inner(),
            Self::Lz4(decoder) => decoder.into_inner(),
        }
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Deflate(decoder) => decoder.read(room),
            Self::Deflate64(decoder) => decoder.read(room),
            Self::Zlib(decoder) => decoder.read(room),
            Self::Gzip(decoder) => decoder.read(room),
            Self::Bzip2(decoder) => decoder.read(room),
            Self::Xz(decoder) => decoder.read(room),
            Self::Lzma(decoder) => decoder.read(room),
            Self::Zstd(decoder) => decoder.read(room),
            Self::Lz4(decoder) => decoder.read(room),
        }
    }
}

/// A decoder for the frame at the start of `source`, and the memory it may take.
pub(super) fn begin<'r>(
    packing: Packing,
    mut source: Source<'r>,
    ledger: &'r Ledger,
) -> io::Result<(Decoder<'r>, Hold<'r>)> {
    let hold = |bytes| ledger.hold(bytes).ok_or_else(too_much);
    let limit = u32::try_from(ledger.free().min(XZ) >> 10).unwrap_or(u32::MAX);
    Ok(match packing {
        Packing::Stored => return Err(io::ErrorKind::Unsupported.into()),
        Packing::Deflate => (Decoder::Deflate(DeflateDecoder::new(source)), hold(SMALL)?),
        Packing::Deflate64 => (Decoder::Deflate64(Deflate64Decoder::with_buffer(source)), hold(SMALL)?),
        Packing::Zlib => (Decoder::Zlib(ZlibDecoder::new(source)), hold(SMALL)?),
        Packing::Gzip => (Decoder::Gzip(GzDecoder::new(source)), hold(SMALL)?),
        Packing::Bzip2 => (Decoder::Bzip2(BzDecoder::new(source)), hold(BZIP2)?),
        Packing::Xz => {
            let hold = hold(u64::from(limit) << 10)?;
            (Decoder::Xz(XzReader::new_mem_limit(source, true, limit)), hold)
        }
        Packing::Lzma => {
            let hold = hold(u64::from(limit) << 10)?;
            (Decoder::Lzma(LzmaReader::new_mem_limit(source, limit, None)?), hold)
        }
        Packing::ZipLzma => {
            let mut header = [0; 9];
            source.read_exact(&mut header)?;
            let [_, _, _, _, properties, a, b, c, d] = header;
            let window = u32::from_le_bytes([a, b, c, d]);
            let hold = hold(u64::from(window).max(4096) + SMALL)?;
            (Decoder::Lzma(LzmaReader::new_with_props(source, u64::MAX, properties, window, None)?), hold)
        }
        Packing::Zstd => {
            let window = zstd_window(source.peek(14)?).ok_or(io::ErrorKind::UnexpectedEof)?;
            let hold = hold(window.saturating_add(ZSTD))?;
            let decoder = StreamingDecoder::new_with_max_window_size(source, window.max(1 << 10));
            (Decoder::Zstd(decoder.map_err(io::Error::other)?), hold)
        }
        Packing::Lz4 => {
            // A frame of which there is nothing is passed over by the crate as if it were whole.
            if source.fill_buf()?.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            (Decoder::Lz4(Lz4Decoder::new(source)), hold(LZ4)?)
        }
    })
}

/// The window, in bytes, that the Zstandard frame at the start of `head` asks
/// for; `None` when the header is cut short.
fn zstd_window(head: &[u8]) -> Option<u64> {
    let descriptor = *head.get(4)?;
    if descriptor & 0x20 == 0 {
        let window = *head.get(5)?;
        let base = 1u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    // A frame in one segment has its content for a window.
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = |len: usize| {
        let bytes = head.get(5 + dictionary..5 + dictionary + len)?;
        Some(bytes.iter().rev().fold(0, |size, byte| size << 8 | u64::from(*byte)))
    };
    match descriptor >> 6 {
        0 => size(1),
        1 => size(2).map(|size| size + 256),
        2 => size(4),
        _ => size(8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_of_zstandard() {
        let check = |rest: &[u8], expect| {
            let head = [b"\x28\xb5\x2f\xfd", rest].concat();
            assert_eq!(zstd_window(&head), expect, "{rest:?}");
        };
        check(&[0x00, 0x00], Some(1 << 10));
        check(&[0x00, 0x58], Some(2 << 20));
        check(&[0x04, 0x6a], Some((8 << 20) + (2 << 20)));
        check(&[0x20, 7], Some(7));
        check(&[0x60, 1, 1], Some(513));
        check(&[0xa3, 9, 9, 9, 9, 0, 0, 0, 1], Some(1 << 24));
        check(&[0xe0, 1, 2, 3], None);
        check(&[], None);
    }
}
