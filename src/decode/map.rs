//! Where decoded bytes stood in the original: the map behind a segment, and the
//! writer that makes it while a decoder works.
//!
//! A map has two steps. Decoded bytes come from a stream of original characters
//! in a fixed ratio (three of four in base64); the stream is the original
//! without what stands between its pieces (line breaks, quotes), and where an
//! escape stood it has what the escape means.
//!
//! **Invariant:** a span of decoded bytes maps to the smallest span of the
//! original that holds all of what they were decoded from.

use std::ops::Range;

/// How decoded bytes lie in the stream that they were decoded from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ratio {
    /// Byte for byte.
    Same,
    /// Three bytes in four characters: base64.
    ThreeOfFour,
    /// A byte in two: hex and UTF-16.
    OneOfTwo,
    /// Each byte in all of the stream: compressed data.
    Whole,
}

/// A part of the stream, up to where the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where it begins in the stream.
    pub(super) at: usize,
    /// Where it begins in the original.
    pub(super) original: usize,
    /// How it is written there.
    pub(super) written: Written,
}

/// How a piece of the stream is written in the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// Byte for byte.
    Plain,
    /// As one escape of so many bytes.
    Escape(usize),
    /// As a row of escapes of so many bytes, one for each byte.
    Row(usize),
}

impl Piece {
    /// Where in the original the byte is written that is `offset` into the piece.
    fn place(&self, offset: usize) -> Range<usize> {
        let (start, len) = match self.written {
            Written::Plain => (self.original + offset, 1),
            Written::Escape(len) => (self.original, len),
            Written::Row(len) => (self.original + offset * len, len),
        };
        start..start + len
    }
}

/// Spans of decoded bytes to spans of the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Map {
    ratio: Ratio,
    /// Where in the stream decoding began.
    skip: usize,
    pieces: Vec<Piece>,
    /// What was decoded, in the original.
    region: Range<usize>,
}

impl Map {
    /// A map of a stream whose `pieces` ascend; decoding began at `skip` in it.
    pub(super) fn new(ratio: Ratio, skip: usize, pieces: Vec<Piece>, region: Range<usize>) -> Self {
        Self { ratio, skip, pieces, region }
    }

    /// A map of a stream that stands in one piece in the original.
    pub(super) fn straight(ratio: Ratio, region: Range<usize>) -> Self {
        let piece = Piece { at: 0, original: region.start, written: Written::Plain };
        Self { ratio, skip: 0, pieces: vec![piece], region }
    }

    /// What was decoded, in the original.
    pub(super) fn region(&self) -> &Range<usize> {
        &self.region
    }

    /// The smallest span of the original that holds the decoded `span`.
    pub(super) fn original(&self, span: Range<usize>) -> Range<usize> {
        let last = span.end.max(span.start + 1) - 1;
        let (first, end) = match self.ratio {
            Ratio::Same => (span.start, last + 1),
            Ratio::OneOfTwo => (2 * span.start, 2 * last + 2),
            Ratio::ThreeOfFour => (span.start / 3 * 4 + span.start % 3, last / 3 * 4 + last % 3 + 2),
            Ratio::Whole => return self.region.clone(),
        };
        let start = self.place(self.skip + first).map_or(self.region.start, |place| place.start);
        let end = self.place(self.skip + end - 1).map_or(self.region.end, |place| place.end);
        let end = end.clamp(self.region.start, self.region.end);
        start.min(end)..end
    }

    /// How many pieces it has.
    pub(super) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Where in the original a byte of the stream is written.
    fn place(&self, at: usize) -> Option<Range<usize>> {
        let after = self.pieces.partition_point(|piece| piece.at <= at);
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        Some(piece.place(at - piece.at))
    }
}

/// Takes down what a decoder finds, and where.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    bytes: &'a [u8],
    /// What is decoded so far.
    pub(super) text: Vec<u8>,
    pieces: Vec<Piece>,
    /// What of `text` differs from the original; an empty range where something was left out.
    pub(super) marks: Vec<Range<usize>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, text: Vec::new(), pieces: Vec::new(), marks: Vec::new() }
    }

    /// Takes over a range of the original as it is.
    pub(super) fn copy(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.pieces.push(Piece { at: self.text.len(), original: range.start, written: Written::Plain });
            self.text.extend_from_slice(&self.bytes[range]);
        }
    }

    /// Writes what the escape at `range` means: nothing, where it only joins.
    pub(super) fn put(&mut self, decoded: &[u8], range: Range<usize>) {
        let at = self.text.len();
        let written =
            if decoded.len() == 1 { Written::Row(range.len()) } else { Written::Escape(range.len()) };
        if !decoded.is_empty() {
            let goes_on = |last: &Piece| {
                written == last.written && decoded.len() == 1 && last.place(at - last.at) == range
            };
            if !self.pieces.last().is_some_and(goes_on) {
                self.pieces.push(Piece { at, original: range.start, written });
            }
            self.text.extend_from_slice(decoded);
        }
        self.marks.push(at..self.text.len());
    }

    /// The text and its map.
    pub(super) fn finish(self, region: Range<usize>) -> (Vec<u8>, Map) {
        (self.text, Map::new(Ratio::Same, 0, self.pieces, region))
    }
}
