//! Whether a JPEG is all there.
//!
//! Its decoder makes grey of what is missing and says nothing, so that its markers are followed
//! to the one that ends it. What is in between is for the decoder to read.

use memchr::memchr;

/// Whether the marker that ends the picture is there. What stands in a segment, such as a small
/// picture in the metadata, has one of its own, which does not count.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut at = 2;
    // What is between two markers is compressed data, or of no use to anybody.
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr(0xff, rest)) {
        at += found + 1;
        match bytes.get(at) {
            // A byte of the data, a mark to begin again at, or the beginning of a picture.
            Some(0x00 | 0x01 | 0xd0..=0xd8) => at += 1,
            // Any number of these may stand before a marker.
            Some(0xff) => {}
            Some(0xd9) => return true,
            Some(_) => {
                let Some(length) = bytes.get(at + 1..at + 3) else { return false };
                at += 1 + usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
            }
            None => return false,
        }
    }
    false
}
