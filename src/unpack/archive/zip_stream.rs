//! Zips by their local headers, one after the other: for those that cannot be
//! sought in, and for those that lost their directory.
//!
//! It sees what the directory no longer names, too. It stops at the directory.

use std::cell::Cell;
use std::io::Read;

use super::reason::Reason;
use super::stream::{Source, drain};
use super::walk::{Stop, Walk};
use super::zip::{Entry, LOCAL, packing, u16_at, u32_at};

/// Walks the entries of `content`.
pub(super) fn walk(walk: &mut Walk<'_>, content: &mut dyn Read) -> Result<(), Stop> {
    let taken = Cell::new(0);
    let mut source = Source::new(content, &taken);
    loop {
        if !find(&mut source)? {
            // Without a directory behind the entries it is not whole.
            return Err(Stop::Here(Reason::Truncated));
        }
        if source.peek(4)? != b"PK\x03\x04" {
            drain(&mut source)?;
            return Ok(());
        }
        member(walk, &mut source)?;
    }
}

/// Walks the entries of `content`, which lies before a zip and need not be whole; where
/// there is a directory in it, the entries behind that are walked, too.
pub(super) fn unlisted(walk: &mut Walk<'_>, content: &mut dyn Read) -> Result<(), Stop> {
    let taken = Cell::new(0);
    let mut source = Source::new(content, &taken);
    while find(&mut source)? {
        if source.peek(4)? == b"PK\x03\x04" {
            member(walk, &mut source)?;
        } else {
            source.skip(4)?;
        }
    }
    Ok(())
}

/// Goes to the next header, of an entry or of the directory; false at the end.
fn find(source: &mut Source<'_>) -> Result<bool, Stop> {
    loop {
        let seen = source.peek(16 << 10)?;
        if seen.len() < 4 {
            return Ok(false);
        }
        let is_header = |at: &usize| {
            matches!(&seen[*at..], [b'P', b'K', 3, 4, ..] | [b'P', b'K', 1, 2, ..] | [b'P', b'K', 5, 6, ..])
        };
        let found = memchr::memchr_iter(b'P', seen).find(is_header);
        let skip = found.unwrap_or(seen.len() - 3);
        source.skip(skip as u64)?;
        if found.is_some() {
            return Ok(true);
        }
    }
}

/// Hands out the entry at the start of `source`.
fn member(walk: &mut Walk<'_>, source: &mut Source<'_>) -> Result<(), Stop> {
    let mut header = [0; LOCAL];
    if source.read_exact(&mut header).is_err() {
        return Err(if walk.ledger.has_failed() { Stop::Below } else { Stop::Here(Reason::Truncated) });
    }
    let mut bytes = |len: u16| -> Result<Vec<u8>, Stop> {
        let mut bytes = Vec::new();
        source.take(len.into()).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let (name, extra) = (bytes(u16_at(&header, 26))?, bytes(u16_at(&header, 28))?);
    let mut entry = Entry {
        flags: u16_at(&header, 6),
        method: u16_at(&header, 8),
        packed: u32_at(&header, 18).into(),
        size: u32_at(&header, 22).into(),
        ..Entry::default()
    };
    entry.widen(&extra);
    // Sizes that stand behind the bytes are not known yet: the next header is looked for.
    let is_open = entry.flags & 8 != 0 && entry.packed == 0;
    if name.ends_with(b"/") && entry.size == 0 {
        return Ok(());
    }
    walk.at(&name, |walk| {
        let reason = match packing(entry.method) {
            _ if entry.is_encrypted() => Some(Reason::Encrypted),
            None => Some(Reason::UnknownMethod(entry.method)),
            _ => None,
        };
        let known = (!is_open).then_some(entry.packed);
        let mut content = Entire { source, left: known };
        match (reason, packing(entry.method)) {
            (None, Some(packing)) => {
                walk.unpacked(packing, &name, known.map(|_| entry.size), &mut content)?;
            }
            (reason, _) => walk.skip(reason.unwrap_or(Reason::Broken)),
        }
        drain(&mut content)?;
        Ok(())
    })
}

/// The compressed bytes of one entry: as many as it says, or all up to the next header.
struct Entire<'s, 'r> {
    source: &'s mut Source<'r>,
    left: Option<u64>,
}

impl Read for Entire<'_, '_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let Some(left) = &mut self.left else {
            return self.until_header(room);
        };
        let read = Read::take(&mut *self.source, *left).read(room)?;
        *left -= read as u64;
        Ok(read)
    }
}

impl Entire<'_, '_> {
    /// Bytes before the descriptor that stands behind an entry, which has a
    /// signature wherever writers of today make one.
    fn until_header(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let seen = self.source.peek(room.len().clamp(4, 16 << 10))?;
        let is_mark =
            |at: &usize| matches!(&seen[*at..], [b'P', b'K', 7, 8, ..] | [b'P', b'K', 1 | 3, 2 | 4, ..]);
        let most = match memchr::memchr_iter(b'P', seen).find(is_mark) {
            Some(at) => at,
            None if seen.len() < 4 => seen.len(),
            None => seen.len() - 3,
        };
        Read::take(&mut *self.source, most as u64).read(room)
    }
}
