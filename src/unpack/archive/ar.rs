//! Unix `ar`, with the long names of GNU and of BSD: Debian packages, static libraries.
//!
//! The table of symbols and the table of names are not members.

use std::cell::Cell;
use std::io::Read;

use super::reason::Reason;
use super::stream::{Source, drain, fill};
use super::walk::{Stop, Walk};

/// The longest table of names, and the longest name, that is kept.
const NAMES: u64 = 4 << 20;

/// Walks the members of `content`.
pub(super) fn walk(walk: &mut Walk<'_>, content: &mut dyn Read) -> Result<(), Stop> {
    let taken = Cell::new(0);
    let mut source = Source::new(content, &taken);
    source.skip(8)?;
    let mut names = Vec::new();
    loop {
        let mut header = [0; 60];
        match fill(&mut source, &mut header)? {
            60 if header.ends_with(b"`\n") => {}
            0 => return Ok(()),
            60 => return Err(Stop::Here(Reason::Broken)),
            _ => return Err(Stop::Here(Reason::Truncated)),
        }
        let size = decimal(&header[48..58]).ok_or(Stop::Here(Reason::Broken))?;
        let mut content = (&mut source).take(size);
        match header[..16].trim_ascii_end() {
            b"/" | b"/SYM64/" => {}
            b"//" => {
                names.clear();
                (&mut content).take(NAMES).read_to_end(&mut names)?;
            }
            given => {
                let name = name(given, &names, &mut content)?;
                let left = content.limit();
                if !name.starts_with(b"__.SYMDEF") {
                    walk.member(&name, left, &mut content)?;
                }
            }
        }
        drain(&mut content)?;
        if content.limit() > 0 {
            return Err(Stop::Here(Reason::Truncated));
        }
        source.skip(size % 2)?;
    }
}

fn decimal(field: &[u8]) -> Option<u64> {
    std::str::from_utf8(field.trim_ascii()).ok()?.parse().ok()
}

/// A member's name, wherever it stands.
fn name(given: &[u8], names: &[u8], content: &mut dyn Read) -> Result<Vec<u8>, Stop> {
    if let Some(len) = given.strip_prefix(b"#1/").and_then(decimal) {
        let mut name = Vec::new();
        content.take(len.min(NAMES)).read_to_end(&mut name)?;
        name.truncate(memchr::memchr(0, &name).unwrap_or(name.len()));
        return Ok(name);
    }
    let at = given.strip_prefix(b"/").and_then(decimal).and_then(|at| usize::try_from(at).ok());
    let name = match at.and_then(|at| names.get(at..)) {
        Some(name) => &name[..memchr::memchr(b'\n', name).unwrap_or(name.len())],
        None => given,
    };
    Ok(name.strip_suffix(b"/").unwrap_or(name).to_vec())
}
