//! PNGs: the text chunks that are deflated (`zTXt`, `iTXt`).
//!
//! Other text is plain. Pixels are passed over; checksums are not looked at.

use super::decode::Packing;
use super::reason::Reason;
use super::walk::{Stop, Walk};

/// Walks the chunks of `png`.
pub(super) fn walk(walk: &mut Walk<'_>, png: &[u8]) -> Result<(), Stop> {
    let mut rest = png.get(8..).unwrap_or_default();
    while let Some((len, tail)) = rest.split_first_chunk() {
        let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
        let Some((kind, tail)) = tail.split_first_chunk::<4>() else { break };
        let Some(data) = tail.get(..len) else { return Err(Stop::Here(Reason::Truncated)) };
        if let Some((keyword, packed)) = text(*kind, data) {
            let name = [&kind[..], b" ", keyword].concat();
            walk.at(&name, |walk| walk.unpacked(Packing::Zlib, b"", None, &mut &packed[..]))?;
        }
        if kind == b"IEND" {
            return Ok(());
        }
        rest = tail.get(len + 4..).unwrap_or_default();
    }
    Err(Stop::Here(Reason::Truncated))
}

/// The keyword of a text chunk, and its text if that is deflated.
fn text<'p>(kind: [u8; 4], data: &'p [u8]) -> Option<(&'p [u8], &'p [u8])> {
    let split = |bytes: &'p [u8]| {
        let at = memchr::memchr(0, bytes)?;
        Some((&bytes[..at], &bytes[at + 1..]))
    };
    let (keyword, rest) = split(data)?;
    match (&kind, rest) {
        (b"zTXt", [0, packed @ ..]) => Some((keyword, packed)),
        (b"iTXt", [1, 0, rest @ ..]) => {
            let (_language, rest) = split(rest)?;
            let (_translated, packed) = split(rest)?;
            Some((keyword, packed))
        }
        _ => None,
    }
}
