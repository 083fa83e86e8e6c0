//! Telling what an archive is from its first bytes.
//!
//! Content decides; a name does only where content says nothing. A kind is a
//! guess that costs next to nothing: it does not promise that the rest can be read.

use flate2::{Decompress, FlushDecompress, Status};

use super::zip;

/// Bytes that [`kind()`] wants to see, if there are as many.
pub const HEAD: usize = 512;

/// What can be taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The zip family: jar, whl, docx, apk, `PyTorch`'s files, npz and all others.
    Zip,
    /// Every dialect of tar: v7, ustar, GNU, pax. Images of `docker save` and OCI are tars.
    Tar,
    /// Unix `ar`: Debian packages, static libraries.
    Ar,
    /// `cpio` with ASCII headers (`newc`, `crc` and `odc`).
    Cpio,
    /// What a system can run, behind which a zip may stand: a script, ELF, or a
    /// program for Windows.
    Runnable,
    /// One or more gzip members.
    Gzip,
    /// A zlib stream: `joblib`'s files, loose git objects.
    Zlib,
    /// One or more bzip2 streams.
    Bzip2,
    /// One or more xz streams.
    Xz,
    /// The older `.lzma`, which only its name tells.
    Lzma,
    /// One or more Zstandard frames.
    Zstd,
    /// One or more LZ4 frames.
    Lz4,
    /// A PDF, for its deflated streams.
    Pdf,
    /// A PNG, for its deflated text.
    Png,
    /// A git bundle: references and a pack.
    GitBundle,
}

/// Signatures at the start.
const MAGIC: &[(&[u8], Kind)] = &[
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"PK\x07\x08", Kind::Zip),
    (b"\x1f\x8b\x08", Kind::Gzip),
    (b"\xfd7zXZ\0", Kind::Xz),
    (b"\x28\xb5\x2f\xfd", Kind::Zstd),
    (b"\x04\x22\x4d\x18", Kind::Lz4),
    (b"!<arch>\n", Kind::Ar),
    (b"070701", Kind::Cpio),
    (b"070702", Kind::Cpio),
    (b"070707", Kind::Cpio),
    (b"%PDF-", Kind::Pdf),
    (b"\x89PNG\r\n\x1a\n", Kind::Png),
    (b"# v2 git bundle\n", Kind::GitBundle),
    (b"# v3 git bundle\n", Kind::GitBundle),
];

/// Names of zips that may stand behind a line that starts an interpreter.
const RUNNABLE: &[&[u8]] =
    &[b".pyz", b".pyzw", b".pex", b".par", b".zip", b".jar", b".whl", b".egg", b".xpi"];

/// Beginnings of what a system can run.
const PREFIXES: [&[u8]; 3] = [b"#!", b"\x7fELF", b"MZ"];

/// As [`kind()`] for content that is all there: it says [`Kind::Runnable`] only where a
/// zip does stand behind it.
pub fn kind_of(bytes: &[u8], name: &[u8]) -> Option<Kind> {
    kind(bytes, name).filter(|kind| *kind != Kind::Runnable || zip::first(bytes).is_some())
}

/// What the content that starts with `head` is, if it is something to take apart.
/// `head` should be [`HEAD`] bytes or all there are; `name` is empty where it is not known.
pub fn kind(head: &[u8], name: &[u8]) -> Option<Kind> {
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return is_whole(*kind, head).then_some(*kind);
    }
    if is_zlib(head) {
        return Some(Kind::Zlib);
    }
    if is_bzip2(head) {
        return Some(Kind::Bzip2);
    }
    if is_skippable(head) {
        return Some(Kind::Zstd);
    }
    if super::tar::is_header(head) {
        return Some(Kind::Tar);
    }
    let named = |ending: &[u8]| {
        name.len() > ending.len() && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending)
    };
    if head.starts_with(b"#!") && RUNNABLE.iter().any(|ending| named(ending)) {
        return Some(Kind::Zip);
    }
    if PREFIXES.iter().any(|prefix| head.starts_with(prefix)) {
        return Some(Kind::Runnable);
    }
    let is_lzma = head.len() > 13 && head[0] < 225 && head[1..3] == [0, 0];
    let is_lzma = is_lzma && (named(b".lzma") || name.is_empty() && is_usual_lzma(head));
    is_lzma.then_some(Kind::Lzma)
}

/// A text can begin with six digits, too: a cpio header has digits all through.
fn is_whole(kind: Kind, head: &[u8]) -> bool {
    kind != Kind::Cpio || super::cpio::is_header(head)
}

/// The header of zlib with a window of 32 KiB and no dictionary, and deflated bytes behind
/// it, of which the beginning inflates. `x^` is text as well, so that what is short and
/// begins with it must inflate to its end.
fn is_zlib(head: &[u8]) -> bool {
    let [0x78, flags @ (0x01 | 0x5e | 0x9c | 0xda), _, ..] = head else { return false };
    let head = &head[..head.len().min(HEAD)];
    let (mut inflater, mut room) = (Decompress::new(true), vec![0; 32 << 10]);
    match inflater.decompress(head, &mut room, FlushDecompress::None) {
        Ok(Status::StreamEnd) => true,
        Ok(_) => inflater.total_out() > 0 && (*flags != 0x5e || head.len() == HEAD),
        Err(_) => false,
    }
}

/// `BZh`, a level, and the signature of a block or of the end.
fn is_bzip2(head: &[u8]) -> bool {
    let signature = head.get(4..10);
    head.starts_with(b"BZh")
        && matches!(head.get(3), Some(b'1'..=b'9'))
        && (signature == Some(b"\x31\x41\x59\x26\x53\x59") || signature == Some(b"\x17\x72\x45\x38\x50\x90"))
}

/// The properties that all encoders choose, a dictionary of a power of two, and a size that
/// is not known or below a terabyte.
fn is_usual_lzma(head: &[u8]) -> bool {
    let Some([0x5d, a, b, c, d, size @ .., _]) = head.first_chunk::<14>() else { return false };
    u32::from_le_bytes([*a, *b, *c, *d]).is_power_of_two() && (*size == [0xff; 8] || size[5..] == [0; 3])
}

/// A frame that Zstandard and LZ4 pass over, with another frame behind it.
fn is_skippable(head: &[u8]) -> bool {
    let Some([mark, 0x2a, 0x4d, 0x18, a, b, c, d]) = head.first_chunk() else { return false };
    let behind = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
    let next = head.get(behind.saturating_add(8)..).unwrap_or_default();
    // What lies behind a long one is not seen; such frames are Zstandard's in practice.
    (0x50..=0x5f).contains(mark) && (next.is_empty() || next.starts_with(b"\x28\xb5\x2f\xfd"))
}
