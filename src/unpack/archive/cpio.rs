//! `cpio` with ASCII headers: `newc`, `crc` and `odc`.
//!
//! The older binary headers are not read. Links have nothing to read.

use std::cell::Cell;
use std::io::Read;

use super::reason::Reason;
use super::stream::{Source, drain};
use super::walk::{Stop, Walk};

/// Names end here: a longer one is no name.
const NAME: u64 = 64 << 10;
/// The name of the member behind the last.
const TRAILER: &[u8] = b"TRAILER!!!";

/// What a header says.
struct Header {
    /// Bytes of the header itself.
    len: u64,
    mode: u64,
    name: u64,
    size: u64,
    /// What names and contents are padded to.
    align: u64,
}

/// Whether `head` starts with a header.
pub(super) fn is_header(head: &[u8]) -> bool {
    parse(head).is_some()
}

fn parse(head: &[u8]) -> Option<Header> {
    let field = |at: usize, len: usize, base: u32| {
        let digits = head.get(at..at + len)?;
        let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.contains('+'))?;
        u64::from_str_radix(digits, base).ok()
    };
    if head.starts_with(b"070707") {
        let (mode, name, size) = (field(18, 6, 8)?, field(59, 6, 8)?, field(65, 11, 8)?);
        return Some(Header { len: 76, mode, name, size, align: 1 });
    }
    if !head.starts_with(b"070701") && !head.starts_with(b"070702") {
        return None;
    }
    let (mode, name, size) = (field(14, 8, 16)?, field(94, 8, 16)?, field(54, 8, 16)?);
    Some(Header { len: 110, mode, name, size, align: 4 })
}

/// Walks the members of `content`.
pub(super) fn walk(walk: &mut Walk<'_>, content: &mut dyn Read) -> Result<(), Stop> {
    let taken = Cell::new(0);
    let mut source = Source::new(content, &taken);
    loop {
        let head = source.peek(110)?;
        let Some(header) = parse(head) else {
            return Err(Stop::Here(if head.len() < 110 { Reason::Truncated } else { Reason::Broken }));
        };
        if header.name > NAME {
            return Err(Stop::Here(Reason::Broken));
        }
        let padding = |len: u64| (header.align - len % header.align) % header.align;
        source.skip(header.len)?;
        let mut name = Vec::new();
        (&mut source).take(header.name).read_to_end(&mut name)?;
        name.truncate(memchr::memchr(0, &name).unwrap_or(name.len()));
        source.skip(padding(header.len + header.name))?;
        if name == TRAILER {
            drain(&mut source)?;
            return Ok(());
        }
        let mut content = (&mut source).take(header.size);
        // Files only; a link's content is where it points to.
        if header.mode & 0o170_000 == 0o100_000 && header.size > 0 {
            walk.member(&name, header.size, &mut content)?;
        }
        drain(&mut content)?;
        if content.limit() > 0 {
            return Err(Stop::Here(Reason::Truncated));
        }
        source.skip(padding(header.size))?;
    }
}
