//! Texts of which some characters are escaped: it decodes the run of characters
//! around an escape, and where that makes something that may hold a key, the
//! lines it stands in, so that the words beside it are seen, too.

use std::ops::Range;

use memchr::{memchr, memrchr};

use super::Output;
use super::escapes::{self, KINDS};
use super::hold::{Fresh, holds};
use super::joins::Chain;
use super::map::Writer;

/// Bytes of a run that are decoded at once, and how much of it two of them share.
const SLICE: usize = 8192;
const SHARED: usize = 1024;
/// Bytes of the lines around something that are decoded with it, on either side.
const AROUND: usize = 4096;

/// Adds the segments of one run of key characters and escapes. `done` says for
/// each kind up to where segments were made.
pub(super) fn run(bytes: &[u8], run: &Range<usize>, done: &mut [usize; 4], out: &mut Output) {
    for (kind, done) in KINDS.into_iter().zip(done) {
        if memchr(kind.1, &bytes[run.clone()]).is_none() {
            continue;
        }
        let mut from = run.start.max(done.saturating_sub(SHARED));
        while from < run.end {
            let slice = from..run.end.min(from + SLICE);
            let window = attempt(kind, bytes, slice.clone(), *done);
            from = match &window {
                Some(window) => window.end.saturating_sub(SHARED).max(from + SHARED),
                None if slice.end == run.end => run.end,
                None => slice.end - SHARED,
            };
            let Some(window) = window else { continue };
            *done = window.end;
            let mut writer = Writer::new(bytes);
            escapes::decode(kind, bytes, window.clone(), &mut writer);
            let (text, map) = writer.finish(window);
            out.push(kind.0, text, map);
        }
    }
}

/// The window around something in `slice` that may hold a key once decoded and
/// does not stand before `done`.
fn attempt(
    kind: (super::Encoding, u8),
    bytes: &[u8],
    slice: Range<usize>,
    done: usize,
) -> Option<Range<usize>> {
    escapes::find(kind, &bytes[slice.clone()])?;
    let mut writer = Writer::new(bytes);
    escapes::decode(kind, bytes, slice.clone(), &mut writer);
    // What the last window held need not be found again.
    let known = writer.marks.len();
    let marks = std::mem::take(&mut writer.marks);
    let (text, map) = writer.finish(slice);
    let fresh = marks.iter().position(|mark| map.original(mark.clone()).end > done).unwrap_or(known);
    let span = holds(&text, Fresh::Marks(&marks[fresh..]))?;
    Some(window(bytes, &map.original(span)))
}

/// Adds the segment of a chain.
pub(super) fn chain(bytes: &[u8], chain: &Chain, out: &mut Output) {
    let window = window(bytes, &chain.span());
    let mut writer = Writer::new(bytes);
    chain.write(bytes, window.clone(), &mut writer);
    let (text, map) = writer.finish(window);
    out.push(chain.encoding, text, map);
}

/// The lines that `span` stands in, as far as they are near.
fn window(bytes: &[u8], span: &Range<usize>) -> Range<usize> {
    let before = span.start.saturating_sub(AROUND);
    let start = memrchr(b'\n', &bytes[before..span.start]).map_or(before, |at| before + at + 1);
    let behind = bytes.len().min(span.end + AROUND);
    let end = memchr(b'\n', &bytes[span.end..behind]).map_or(behind, |at| span.end + at);
    start..end
}
