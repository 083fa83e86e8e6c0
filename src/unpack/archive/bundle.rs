//! Git bundles: where the pack begins. Reading the pack is another's matter.

use std::cell::Cell;
use std::io::{BufRead, Read};

use super::reason::Reason;
use super::stream::Source;
use super::walk::{Stop, Walk};

/// A line of the header, a reference or a capability, is never longer.
const LINE: u64 = 64 << 10;
/// Nor is the header.
const HEADER: u64 = 64 << 20;

/// Hands out the pack behind the header.
pub(super) fn walk(walk: &mut Walk<'_>, content: &mut dyn Read) -> Result<(), Stop> {
    let taken = Cell::new(0);
    let mut source = Source::new(content, &taken);
    let (mut at, mut line) = (0, Vec::new());
    loop {
        line.clear();
        (&mut source).take(LINE).read_until(b'\n', &mut line)?;
        at += line.len() as u64;
        match &line[..] {
            b"\n" => break,
            [b'@', ..] if is_foreign(&line) => return Err(Stop::Here(Reason::ObjectFormat)),
            [.., b'\n'] if at < HEADER => {}
            line if (line.len() as u64) < LINE && !line.ends_with(b"\n") => {
                return Err(Stop::Here(Reason::Truncated));
            }
            _ => return Err(Stop::Here(Reason::Broken)),
        }
    }
    if source.peek(4)? != b"PACK" {
        return Err(Stop::Here(Reason::Broken));
    }
    walk.bundle(at, &mut source)
}

/// Whether a capability says that the objects have other names than git's usual ones, so
/// that nothing in the pack is where one would look for it.
fn is_foreign(line: &[u8]) -> bool {
    let format = line.trim_ascii_end().strip_prefix(b"@object-format=");
    format.is_some_and(|format| format != b"sha1")
}
