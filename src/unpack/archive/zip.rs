//! Zips by their central directory, entry after entry in its order.
//!
//! The directory is read as it is walked and never held, so that a count of four
//! billion entries costs nothing, two entries of one name are both read, and a
//! damaged entry leaves the others. It is a parser of our own for these reasons:
//! the crate `zip` holds the directory and keeps one entry per name. Checksums
//! are not looked at.
//!
//! **Invariant:** the entries read have together no more compressed bytes than
//! the file, so that entries which overlap end the walk.

use std::io::{Cursor, Read, SeekFrom};

use super::decode::Packing;
use super::reason::Reason;
use super::stream::fill;
use super::walk::{Stop, Walk};
use super::{ReadSeek, zip_stream};

/// Bytes of the directory that are read at a time; an entry has at most 192 KiB.
const WINDOW: usize = 256 << 10;
/// An end record and the longest comment.
const TAIL: u64 = 22 + 0xffff;
/// Bytes of an entry of the directory before its name, and of a local header before its.
const ENTRY: usize = 46;
pub(super) const LOCAL: usize = 30;

/// Two bytes of `bytes` at `at`; zero when they are not there.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u16::from_le_bytes(*bytes))
}

/// Four bytes of `bytes` at `at`; zero when they are not there.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// What the method's number stands for.
pub(super) fn packing(method: u16) -> Option<Packing> {
    Some(match method {
        0 => Packing::Stored,
        8 => Packing::Deflate,
        9 => Packing::Deflate64,
        12 => Packing::Bzip2,
        14 => Packing::ZipLzma,
        93 => Packing::Zstd,
        95 => Packing::Xz,
        _ => return None,
    })
}

/// An entry, as the directory or a local header has it.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Entry {
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) packed: u64,
    pub(super) size: u64,
    /// Where its local header is, from the first byte of the zip.
    pub(super) offset: u64,
}

impl Entry {
    pub(super) fn is_encrypted(self) -> bool {
        self.flags & 1 != 0
    }

    /// Takes the sizes of 64 bits, which stand for those that are all ones.
    pub(super) fn widen(&mut self, extra: &[u8]) {
        let mut rest = extra;
        while rest.len() >= 4 {
            let len = usize::from(u16_at(rest, 2)).min(rest.len() - 4);
            let field = &rest[4..4 + len];
            if u16_at(rest, 0) == 1 {
                let mut at = 0;
                for value in [&mut self.size, &mut self.packed, &mut self.offset] {
                    if *value == u64::from(u32::MAX) && at + 8 <= field.len() {
                        *value = u64_at(field, at);
                        at += 8;
                    }
                }
            }
            rest = &rest[4 + len..];
        }
    }
}

/// Where the directory lies.
struct Directory {
    start: u64,
    end: u64,
    /// Bytes before the zip itself, which no offset counts.
    prefix: u64,
}

/// Walks a zip; false when it has no directory.
pub(super) fn walk(walk: &mut Walk<'_>, file: &mut dyn ReadSeek) -> Result<bool, Stop> {
    let len = file.seek(SeekFrom::End(0))?;
    let Some(directory) = find(file, len)? else { return Ok(false) };
    let mut window = vec![0; WINDOW.min(usize::try_from(directory.end - directory.start).unwrap_or(WINDOW))];
    let (mut next, mut at, mut end) = (directory.start, 0, 0);
    // What entries may weigh together, headers included.
    let mut left = len;
    // Where the first of them begins.
    let mut first = directory.start;
    loop {
        let rest = &window[at..end];
        let Some(used) = entry_len(rest) else {
            let ahead = next - rest.len() as u64;
            if rest.len() >= 4 && !rest.starts_with(b"PK\x01\x02") {
                return Err(Stop::Here(Reason::Broken));
            }
            if next >= directory.end {
                if !rest.is_empty() {
                    return Err(Stop::Here(Reason::Truncated));
                }
                return unlisted(walk, file, first).map(|()| true);
            }
            file.seek(SeekFrom::Start(ahead))?;
            let room = usize::try_from(directory.end - ahead).unwrap_or(WINDOW).min(window.len());
            (at, end) = (0, fill(file, &mut window[..room])?);
            if ahead + end as u64 <= next {
                return Err(Stop::Here(Reason::Truncated));
            }
            next = ahead + end as u64;
            continue;
        };
        let (name, entry) = parse(&rest[..used]);
        at += used;
        let weight = (LOCAL + name.len()) as u64 + entry.packed;
        left = left.checked_sub(weight).ok_or(Stop::Here(Reason::Overlap))?;
        first = first.min(entry.offset.saturating_add(directory.prefix));
        member(walk, file, name, entry, directory.prefix)?;
    }
}

/// Hands out the entries that stand before the `first` that the directory lists: those of
/// a zip that another was put behind.
fn unlisted(walk: &mut Walk<'_>, file: &mut dyn ReadSeek, first: u64) -> Result<(), Stop> {
    let mut mark = [0; 4];
    file.rewind()?;
    if first < LOCAL as u64 || fill(file, &mut mark)? < 4 || mark != *b"PK\x03\x04" {
        return Ok(());
    }
    file.rewind()?;
    zip_stream::unlisted(walk, &mut file.take(first))
}

/// Where in `bytes` the zip begins whose directory stands at their end, if there is one:
/// its first entry, or the directory where it has none.
pub(super) fn first(bytes: &[u8]) -> Option<usize> {
    let mut file = Cursor::new(bytes);
    let directory = find(&mut file, bytes.len() as u64).ok()??;
    let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    let mut rest = bytes.get(place(directory.start)..place(directory.end))?;
    let mut first = directory.start;
    while let Some(used) = entry_len(rest) {
        let (_, entry) = parse(&rest[..used]);
        first = first.min(entry.offset.saturating_add(directory.prefix));
        rest = &rest[used..];
    }
    Some(place(first))
}

/// The directory, by the end record that is last and fits the file.
fn find(file: &mut dyn ReadSeek, len: u64) -> Result<Option<Directory>, Stop> {
    let tail_start = len.saturating_sub(TAIL);
    let mut tail = vec![0; usize::try_from(len - tail_start).unwrap_or(0)];
    file.seek(SeekFrom::Start(tail_start))?;
    let read = fill(file, &mut tail)?;
    let tail = &tail[..read];
    for at in memchr::memmem::rfind_iter(tail, b"PK\x05\x06") {
        let record = &tail[at..];
        if record.len() < 22 {
            continue;
        }
        let end = tail_start + at as u64;
        let (mut size, mut offset, mut end) =
            (u64::from(u32_at(record, 12)), u64::from(u32_at(record, 16)), end);
        // The record of 64 bits stands before its locator, which stands before this one.
        if let Some(locator) = at.checked_sub(20).map(|at| &tail[at..])
            && locator.starts_with(b"PK\x06\x07")
        {
            let wide = end - 20;
            for start in [u64_at(locator, 8), wide.saturating_sub(56)] {
                let mut record = [0; 56];
                file.seek(SeekFrom::Start(start))?;
                if fill(file, &mut record)? == 56 && record.starts_with(b"PK\x06\x06") {
                    (size, offset, end) = (u64_at(&record, 40), u64_at(&record, 48), start);
                    break;
                }
            }
        }
        let Some(start) = end.checked_sub(size) else { continue };
        // A directory that is not where it says has something before the zip.
        if let Some(prefix) = start.checked_sub(offset) {
            return Ok(Some(Directory { start, end, prefix }));
        }
    }
    Ok(None)
}

/// Bytes of the directory's entry at the start of `bytes`, if all of it is there.
fn entry_len(bytes: &[u8]) -> Option<usize> {
    if bytes.len() < ENTRY || !bytes.starts_with(b"PK\x01\x02") {
        return None;
    }
    let behind = [28, 30, 32].map(|at| usize::from(u16_at(bytes, at)));
    let len = ENTRY + behind.iter().sum::<usize>();
    (len <= bytes.len()).then_some(len)
}

/// A whole entry of the directory.
fn parse(bytes: &[u8]) -> (&[u8], Entry) {
    let (name, extra) = bytes[ENTRY..].split_at(usize::from(u16_at(bytes, 28)));
    let mut entry = Entry {
        flags: u16_at(bytes, 8),
        method: u16_at(bytes, 10),
        packed: u32_at(bytes, 20).into(),
        size: u32_at(bytes, 24).into(),
        offset: u32_at(bytes, 42).into(),
    };
    entry.widen(&extra[..usize::from(u16_at(bytes, 30))]);
    (name, entry)
}

/// Hands out one entry. What is wrong with it is said at its path.
fn member(
    walk: &mut Walk<'_>,
    file: &mut dyn ReadSeek,
    name: &[u8],
    entry: Entry,
    prefix: u64,
) -> Result<(), Stop> {
    if name.ends_with(b"/") && entry.size == 0 {
        return Ok(());
    }
    walk.at(name, |walk| {
        if entry.is_encrypted() {
            walk.skip(Reason::Encrypted);
            return Ok(());
        }
        let Some(packing) = packing(entry.method) else {
            walk.skip(Reason::UnknownMethod(entry.method));
            return Ok(());
        };
        let mut header = [0; LOCAL];
        let Some(offset) = entry.offset.checked_add(prefix) else {
            walk.skip(Reason::Broken);
            return Ok(());
        };
        file.seek(SeekFrom::Start(offset))?;
        if fill(file, &mut header)? < LOCAL || !header.starts_with(b"PK\x03\x04") {
            walk.skip(Reason::Broken);
            return Ok(());
        }
        let behind = u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
        file.seek(SeekFrom::Start(offset + LOCAL as u64 + behind))?;
        walk.unpacked(packing, name, Some(entry.size), &mut file.take(entry.packed))
    })
}
