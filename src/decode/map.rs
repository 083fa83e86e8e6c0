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
    /// Where it ends in the original, if it was an escape; else it is there byte for byte.
    pub(super) end: Option<usize>,
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
        let piece = Piece { at: 0, original: region.start, end: None };
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
        let start = self.piece_at(self.skip + first).map_or(self.region.start, |(piece, offset)| {
            if piece.end.is_some() { piece.original } else { piece.original + offset }
        });
        let end = self
            .piece_at(self.skip + end - 1)
            .map_or(self.region.end, |(piece, offset)| piece.end.unwrap_or(piece.original + offset + 1));
        let end = end.clamp(self.region.start, self.region.end);
        start.min(end)..end
    }

    /// The piece that holds a place of the stream, and how far in.
    fn piece_at(&self, at: usize) -> Option<(Piece, usize)> {
        let after = self.pieces.partition_point(|piece| piece.at <= at);
        let piece = *self.pieces.get(after.checked_sub(1)?)?;
        Some((piece, at - piece.at))
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
            self.pieces.push(Piece { at: self.text.len(), original: range.start, end: None });
            self.text.extend_from_slice(&self.bytes[range]);
        }
    }

    /// Writes what the escape at `range` means: nothing, where it only joins.
    pub(super) fn put(&mut self, decoded: &[u8], range: Range<usize>) {
        let at = self.text.len();
        if !decoded.is_empty() {
            self.pieces.push(Piece { at, original: range.start, end: Some(range.end) });
            self.text.extend_from_slice(decoded);
        }
        self.marks.push(at..self.text.len());
    }

    /// The text and its map.
    pub(super) fn finish(self, region: Range<usize>) -> (Vec<u8>, Map) {
        (self.text, Map::new(Ratio::Same, 0, self.pieces, region))
    }
}
