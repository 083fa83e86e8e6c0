//! Blocks of base64 and hex: where one begins and ends, across the line breaks,
//! indentation and quotes that wrap it. What is in it is for [`super::base64`]
//! to say.

use std::borrow::Cow;
use std::ops::Range;

use super::map::{Piece, Written};
use super::sweep::{BASE64, behind, is, span_ahead};

/// Characters of a line that is wrapped, at least.
const LINE: usize = 32;
/// Bytes between two lines of a block, at most.
const GAP: usize = 96;

/// A block, without what wraps it.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) text: Cow<'a, [u8]>,
    pub(super) pieces: Vec<Piece>,
    pub(super) region: Range<usize>,
}

impl<'a> Block<'a> {
    /// The block that `run` belongs to; it begins at `floor` or behind.
    pub(super) fn around(bytes: &'a [u8], run: &Range<usize>, floor: usize) -> Self {
        let mut start = run.start - behind(&bytes[floor..run.start], BASE64);
        start += escaped(bytes, start, floor);
        while let Some(line) = line_before(bytes, start, floor) {
            start = line;
        }
        let mut lines = Vec::new();
        let (mut at, mut wrapped) = (start, false);
        let end = loop {
            let len = span_ahead(&bytes[at..], BASE64);
            lines.push(at..at + len);
            wrapped |= len >= LINE;
            match gap(bytes, at + len) {
                Some(next) if wrapped => at = next,
                _ => break at + len,
            }
        };
        Self::of(bytes, &lines, start..end)
    }

    fn of(bytes: &'a [u8], lines: &[Range<usize>], region: Range<usize>) -> Self {
        let mut pieces = Vec::with_capacity(lines.len());
        if let [line] = lines {
            pieces.push(Piece { at: 0, original: line.start, written: Written::Plain });
            return Self { text: Cow::Borrowed(&bytes[line.clone()]), pieces, region };
        }
        let mut text = Vec::new();
        for line in lines {
            pieces.push(Piece { at: text.len(), original: line.start, written: Written::Plain });
            text.extend_from_slice(&bytes[line.clone()]);
        }
        Self { text: Cow::Owned(text), pieces, region }
    }

    /// The pieces that characters `from..to` of the block stand in.
    pub(super) fn pieces(&self, from: usize, to: usize) -> Vec<Piece> {
        let first = self.pieces.partition_point(|piece| piece.at <= from).saturating_sub(1);
        let last = self.pieces.partition_point(|piece| piece.at < to);
        self.pieces[first..last.max(first)].to_vec()
    }

    /// Where characters `from..to` of the block stand in the original.
    pub(super) fn region(&self, from: usize, to: usize) -> Range<usize> {
        let place = |at: usize| {
            let piece = self.pieces[self.pieces.partition_point(|piece| piece.at <= at) - 1];
            piece.original + at - piece.at
        };
        place(from)..place(to - 1) + 1
    }
}

/// One, if the character at `start` belongs to `\n` or its like.
fn escaped(bytes: &[u8], start: usize, floor: usize) -> usize {
    let slashed = start > floor && bytes[start - 1] == b'\\';
    usize::from(slashed && matches!(bytes.get(start), Some(b'n' | b'r' | b't')))
}

/// Where the next line of a block begins whose last ended at `end`.
fn gap(bytes: &[u8], end: usize) -> Option<usize> {
    let limit = bytes.len().min(end + GAP);
    let (mut at, mut quotes, mut breaks) = (end, 0, 0);
    while at < limit {
        at += match (bytes[at], bytes.get(at + 1)) {
            (b'\\', Some(b'n')) => {
                breaks += 1;
                2
            }
            (b'\\', Some(b'r' | b't')) => 2,
            (b'\n', _) => {
                breaks += 1;
                1
            }
            (b'"' | b'\'' | b'`', _) => {
                quotes += 1;
                1
            }
            (b' ' | b'\t' | b'\r' | b'\\' | b',' | b'.' | b'&' | b'#' | b'*' | b'>' | b'|', _) => 1,
            (b'+', _) if quotes == 1 => 1,
            _ => break,
        };
    }
    // One line may be left empty; more end the block.
    let joined = quotes == 2 || (quotes == 0 && (1..=2).contains(&breaks));
    (joined && at < limit && is(bytes[at], BASE64)).then_some(at)
}

/// Where the line before the one at `start` begins, if the block has it.
fn line_before(bytes: &[u8], start: usize, floor: usize) -> Option<usize> {
    let low = floor.max(start.saturating_sub(GAP));
    let mut end = start;
    while end > low {
        end -= match (bytes[end - 1], bytes[low..end - 1].last()) {
            (b'n' | b'r' | b't', Some(b'\\')) => 2,
            (b'+', Some(b' ' | b'"' | b'\'')) => 1,
            (byte, _) if !is(byte, BASE64) => 1,
            _ => break,
        };
    }
    let len = behind(&bytes[floor..end], BASE64);
    let line = end - len;
    let line = line + escaped(bytes, line, floor);
    (end < start && end - line.min(end) >= LINE && gap(bytes, end) == Some(start)).then_some(line)
}
