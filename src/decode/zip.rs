//! The members of a zip that was encoded, as one text: each behind its name.
//!
//! It goes from local header to local header and looks at no directory, so that one which
//! was cut gives what is there. It knows what nearly all zips are made with, stored and
//! deflated members; of others, and of zips in it, it says that it did not read them.

use flate2::bufread::DeflateDecoder;

use super::inflate::take;

/// Bytes of a local header before the name.
const LOCAL: usize = 30;

/// Inflates at most `limit` bytes of the zip at the beginning of `bytes`; whether that was all.
pub(super) fn inflate(bytes: &[u8], limit: usize) -> (Vec<u8>, bool) {
    let (mut text, mut is_complete, mut from) = (Vec::new(), true, 0);
    while let Some(found) = memchr::memmem::find(&bytes[from..], b"PK\x03\x04") {
        let header = &bytes[from + found..];
        if header.len() < LOCAL {
            break;
        }
        let number = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let name_end = (LOCAL + number(26)).min(header.len());
        let start = (name_end + number(28)).min(header.len());
        let packed = number(18) | number(20) << 16;
        let content = &header[start..];
        text.extend_from_slice(&header[LOCAL..name_end]);
        text.push(b'\n');
        let left = limit.saturating_sub(text.len());
        let (member, used, is_whole) = match (number(6) & 1, number(8)) {
            (0, 0) => stored(content, packed, left),
            (0, 8) => deflated(content, left),
            _ => (Vec::new(), packed, false),
        };
        is_complete &= is_whole && !member.starts_with(b"PK\x03\x04");
        text.extend_from_slice(&member);
        text.push(b'\n');
        from += found + start + used.min(content.len());
    }
    text.truncate(limit);
    (text, is_complete)
}

/// A stored member of `packed` bytes: itself, how much it takes, whether it fits.
fn stored(content: &[u8], packed: usize, limit: usize) -> (Vec<u8>, usize, bool) {
    let content = &content[..packed.min(content.len())];
    (content[..content.len().min(limit)].to_vec(), content.len(), content.len() <= limit)
}

/// The same of a deflated one, whose end tells itself.
fn deflated(content: &[u8], limit: usize) -> (Vec<u8>, usize, bool) {
    let mut decoder = DeflateDecoder::new(content);
    let (member, is_whole) = take(&mut decoder, limit);
    (member, content.len() - decoder.into_inner().len(), is_whole)
}
