//! Where in a text an encoded key may be, worked out from traces that someone
//! faster has found: runs of 16 letters or digits, and of 16 characters that keys and
//! escapes consist of.
//!
//! It takes the place of the sweep over all bytes, and finds what that finds,
//! but for keys that leave no such trace: literals in pieces of which none has 16
//! letters or digits, compressed text whose base64 has no 16 of them in its first
//! line, entities with names other than those of the dot and the underscore, and
//! `&amp;` before anything but a number.

use std::ops::Range;

use memchr::{memchr2_iter, memchr3_iter, memrchr2};

use super::hold::BLOCK;
use super::joins;
use super::sweep::{ALNUM, BASE64, KEYED, RUN, ahead, behind, is, runs_of, span_ahead};
use super::{Limits, Segments, base64};

/// Pieces of a literal that are gone back over, and bytes.
const BACK: usize = 64;
/// Characters of hex that no key fits in; letters of base64 would not be all of these.
const HEXED: usize = 66;
/// Characters of a line of a block whose other lines are not seen.
const LINE: usize = 32;

/// Where an encoded key may be.
#[derive(Debug)]
pub struct Traces<'a> {
    bytes: &'a [u8],
    /// Runs with an escape.
    pub(super) runs: Vec<Range<usize>>,
    /// Runs of base64 or hex.
    pub(super) blocks: Vec<Range<usize>>,
    /// Where pieces of a literal meet.
    pub(super) joints: Vec<usize>,
    /// Where base64 of compressed text may begin.
    pub(super) seeds: Vec<usize>,
    /// Whether lines count that may belong to a block of which more lies elsewhere, and
    /// whether there is one.
    counts_lines: bool,
    has_line: bool,
    /// The last run of characters that keys and escapes consist of, and up to where
    /// such runs, what stands beside them, and letters and digits were looked at.
    keyed: Range<usize>,
    escaped: usize,
    joined: usize,
    done: usize,
}

impl<'a> Traces<'a> {
    /// None so far.
    pub fn new(bytes: &'a [u8]) -> Self {
        let (runs, blocks, joints, seeds) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (counts_lines, has_line, keyed, escaped, joined, done) = (false, false, 0..0, 0, 0, 0);
        Self { bytes, runs, blocks, joints, seeds, counts_lines, has_line, keyed, escaped, joined, done }
    }

    /// None so far in `bytes` that are a part of a text.
    pub fn of_part(bytes: &'a [u8]) -> Self {
        Self { counts_lines: true, ..Self::new(bytes) }
    }

    /// Characters that keys and escapes consist of stand in all of `part`. Parts come
    /// in ascending order.
    pub fn keyed(&mut self, part: Range<usize>) {
        let bytes = self.bytes;
        if part.start < self.escaped {
            return;
        }
        let start = part.start - behind(&bytes[self.escaped..part.start], KEYED);
        let end = part.end + ahead(&bytes[part.end..], KEYED);
        self.escaped = end;
        if end - start >= RUN && has_escape(&bytes[start..end]) {
            self.runs.push(start..end);
        }
        self.keyed = start..end;
    }

    /// Letters or digits stand in all of `run`, at least 16. Says up to where no more need be told of.
    pub fn run(&mut self, run: Range<usize>) -> usize {
        let bytes = self.bytes;
        if run.start < self.done {
            return self.done;
        }
        let floor = self.done;
        let start = run.start - behind(&bytes[floor..run.start], ALNUM);
        let end = run.end + span_ahead(&bytes[run.end..], ALNUM);
        if (BLOCK..HEXED).contains(&(end - start))
            && !bytes.get(end).is_some_and(|&byte| is(byte, BASE64))
            && is_hex(&bytes[start..end])
        {
            // The name of a commit or a digest: too short for a key.
            self.done = end;
            return end;
        }
        let head = start - behind(&bytes[floor..start], BASE64);
        let tail = end + span_ahead(&bytes[end..], BASE64);
        self.done = tail;
        let block = Some(start..end).filter(|run| run.len() >= BLOCK).or_else(|| {
            let run = runs_of(&bytes[end..tail], ALNUM, BLOCK).next();
            run.map(|run| end + run.start..end + run.end)
        });
        match block {
            Some(block) if block.len() >= HEXED || !is_hex(&bytes[block.clone()]) => {
                self.blocks.push(block);
            }
            _ => {}
        }
        if self.counts_lines && tail - head >= LINE {
            self.has_line |= is_mixed(&bytes[head..tail.min(head + 256)]);
        }
        let head = head + usize::from(head > 0 && bytes[head - 1] == b'\\' && bytes[head] == b'n');
        if base64::is_compressed(&bytes[head..tail]) {
            self.seeds.push(head);
        }
        self.keyed(start..end);
        // Once for all letters and digits of it.
        if self.keyed.end > self.joined {
            self.joined = self.keyed.end;
            self.joints_beside(self.keyed.start, self.keyed.end);
        }
        tail
    }

    /// Notes the joints on either side of the piece at `first..last`, and those before.
    fn joints_beside(&mut self, mut first: usize, last: usize) {
        let bytes = self.bytes;
        match bytes.get(last) {
            Some(b'"' | b'\'') if joins::literals(bytes, last).is_some() => self.joints.push(last),
            Some(b'\n' | b'\r') if joins::line_joint(bytes, last - 1).is_some() => self.joints.push(last - 1),
            _ => {}
        }
        for _ in 0..BACK {
            let Some(joint) = literal_before(bytes, first).or_else(|| line_before(bytes, first)) else {
                break;
            };
            self.joints.push(joint);
            let piece = joint - backslashes(&bytes[..joint]);
            let next = piece - behind(&bytes[piece.saturating_sub(256)..piece], KEYED);
            if next >= first {
                break;
            }
            first = next;
        }
        if let Some(opener) = folded_before(bytes, first) {
            self.joints.push(opener);
        }
    }

    /// Whether there is nothing to decode.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.blocks.is_empty() && self.joints.is_empty() && self.seeds.is_empty()
    }

    /// Whether anything may be encoded here, or in a text of which this is a part.
    pub fn may_matter(&self) -> bool {
        self.has_line || !self.is_empty()
    }

    /// As [`super::segments`], at the traces only, and with UTF-16 everywhere.
    /// What the bytes themselves are compressed with is left to who knows archives.
    pub fn segments(mut self, limits: &Limits) -> Segments {
        self.joints.sort_unstable();
        self.joints.dedup();
        self.seeds.sort_unstable();
        super::at_traces(self.bytes, self, limits)
    }
}

/// Whether `bytes` are hex digits, 16 at a time.
fn is_hex(bytes: &[u8]) -> bool {
    let is_in =
        |byte: u8| u8::from((byte | 0x20).wrapping_sub(b'a') < 6) | u8::from(byte.wrapping_sub(b'0') < 10);
    let (parts, rest) = bytes.as_chunks::<16>();
    parts.iter().all(|part| part.iter().fold(1, |all, &byte| all & is_in(byte)) == 1)
        && rest.iter().all(u8::is_ascii_hexdigit)
}

/// Whether `bytes` have capitals, small letters and digits, as base64 does.
fn is_mixed(bytes: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| bytes.iter().any(test);
    // Digits are the rarest of the three.
    has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)
}

/// How many backslashes stand at the end of `bytes`.
fn backslashes(bytes: &[u8]) -> usize {
    bytes.iter().rev().take(8).take_while(|&&byte| byte == b'\\').count()
}

/// The quote that ends the literal before the one that begins at `start`.
fn literal_before(bytes: &[u8], start: usize) -> Option<usize> {
    if !matches!(bytes.get(start.checked_sub(1)?), Some(b'"' | b'\'')) {
        return None;
    }
    let floor = start.saturating_sub(joins::GAP);
    let mut end = start - 1;
    for _ in 0..2 {
        let quote = floor + memrchr2(b'"', b'\'', &bytes[floor..end])?;
        if joins::literals(bytes, quote).is_some_and(|joint| joint.end == start) {
            return Some(quote);
        }
        end = quote;
    }
    None
}

/// The `=` or `\` behind which the line goes on whose next text begins at `start`.
fn line_before(bytes: &[u8], start: usize) -> Option<usize> {
    let blanks = bytes[..start].iter().rev().take(joins::GAP);
    let indented = start - blanks.take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let line = bytes[..indented].strip_suffix(b"\n")?;
    let at = line.strip_suffix(b"\r").unwrap_or(line).len().checked_sub(1)?;
    let joint = joins::line_joint(bytes, at).filter(|joint| joint.end == start);
    joint.filter(|_| at > 0 && is(bytes[at - 1], KEYED)).map(|_| at)
}

/// Whether `bytes` have what begins an escape of something that a key has.
fn has_escape(bytes: &[u8]) -> bool {
    let is_escape = |at: usize| {
        matches!(
            (bytes[at], bytes.get(at + 1)),
            (b'%' | b'=' | b'\\', Some(b'0'..=b'7'))
                | (b'&' | b';', Some(b'#'))
                | (b'\\', Some(b'x' | b'u' | b'U'))
                | (b'&', Some(b'p' | b'U' | b'l'))
        )
    };
    memchr3_iter(b'%', b'=', b'\\', bytes).chain(memchr2_iter(b'&', b';', bytes)).any(is_escape)
}

/// Where the folded block opens of which the line that has its text at `start` may be one.
fn folded_before(bytes: &[u8], start: usize) -> Option<usize> {
    let mut line = start;
    for _ in 0..BACK {
        let blanks = bytes[..line].iter().rev().take(joins::GAP);
        let indented = line - blanks.take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let end = indented.checked_sub(1).filter(|&at| indented < line && bytes[at] == b'\n')?;
        let text = end - usize::from(bytes[..end].ends_with(b"\r"));
        if bytes[..text].ends_with(b" >") || bytes[..text].ends_with(b">-") {
            return text.checked_sub(2);
        }
        let floor = text.saturating_sub(1024);
        let key = behind(&bytes[floor..text], KEYED);
        if key == 0 {
            return None;
        }
        line = text - key;
    }
    None
}
