//! Compressed text: gzip and zlib, as they stand at the beginning of bytes that
//! were base64. It inflates up to a limit and takes what a damaged or cut stream
//! gave until then; archives are not its business.

use std::io::Read;

use flate2::bufread::{MultiGzDecoder, ZlibDecoder};

use super::{Encoding, zip};

/// What the bytes say that they are compressed with, if they do.
pub(super) fn kind(bytes: &[u8]) -> Option<Encoding> {
    match bytes {
        [0x1F, 0x8B, 8, ..] => Some(Encoding::Gzip),
        // Deflate with a window of 32 KiB, no dictionary, and a header that is a multiple of 31.
        [0x78, flags @ (0x01 | 0x5E | 0x9C | 0xDA), _, ..] => {
            debug_assert_eq!((0x7800 + u32::from(*flags)) % 31, 0);
            Some(Encoding::Zlib)
        }
        [b'P', b'K', 3, 4, ..] => Some(Encoding::Zip),
        _ => None,
    }
}

/// Inflates at most `limit` bytes; whether that was all.
pub(super) fn inflate(encoding: Encoding, bytes: &[u8], limit: usize) -> (Vec<u8>, bool) {
    match encoding {
        Encoding::Zip => zip::inflate(bytes, limit),
        Encoding::Gzip => take(&mut MultiGzDecoder::new(bytes), limit),
        _ => take(&mut ZlibDecoder::new(bytes), limit),
    }
}

pub(super) fn take<R: Read>(stream: &mut R, limit: usize) -> (Vec<u8>, bool) {
    let mut text = Vec::new();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    // A damaged end does not make what came before it worthless.
    let damaged = stream.by_ref().take(limit).read_to_end(&mut text).is_err();
    let more = !damaged && stream.read(&mut [0]).is_ok_and(|read| read > 0);
    (text, !more)
}
