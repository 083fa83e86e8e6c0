//! Finds encoded parts of a text that may hold a key, and decodes them: base64,
//! hex, UTF-16, escapes, compressed data within such, and literals in pieces.
//!
//! [`segments`] undoes one encoding; who wants the next calls it on a segment's
//! text. Each [`Segment`] says where its bytes stood. The work goes in three
//! steps: `sweep` and `joins` look at all bytes and prove of nearly all that
//! no encoded key is there, decoders undo what is left, and `hold` refuses
//! what was decoded in vain. It reads no files, matches no keys, and knows no
//! file formats or archives but the zip, which attachments of mails are.
//!
//! **Invariant:** time is linear in the input, and so is what is given out,
//! within [`Limits`]; where these cut something off, [`Segments::complete`] says so.

mod base64;
mod block;
mod escapes;
mod hold;
mod inflate;
mod joins;
mod map;
mod partial;
mod sweep;
#[cfg(test)]
mod tests;
mod traces;
mod zip;

use std::fmt;
use std::ops::Range;

pub use crate::model::Encoding;
pub use traces::Traces;

use block::Block;
use hold::{BLOCK, Fresh, holds};
use joins::Joins;
use map::{Map, Ratio};
use sweep::{ALNUM, runs_of};

/// Pieces of all maps of one text together, of some 32 bytes each.
const PIECES: usize = 2 << 20;

/// How much may be decoded from one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all segments together, but for the inflated.
    pub max_output: usize,
    /// Bytes that compressed data may inflate to; 0 leaves it compressed, which is told.
    pub max_inflated: usize,
}

impl Limits {
    /// Enough for all of a text of `len` bytes in which no encoding is repeated
    /// more than people do: four times as much, and 64 KiB; 16 MiB inflated.
    pub fn for_len(len: usize) -> Self {
        Self { max_output: len.saturating_mul(4).saturating_add(1 << 16), max_inflated: 16 << 20 }
    }
}

/// A part of a text, decoded. `Debug` shows no decoded bytes: they may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Segment {
    /// How it was encoded.
    pub encoding: Encoding,
    /// The decoded bytes, with some of what stood around them.
    pub text: Vec<u8>,
    map: Map,
}

impl Segment {
    /// What was decoded, as a byte range of the original.
    pub fn region(&self) -> Range<usize> {
        self.map.region().clone()
    }

    /// The smallest byte range of the original that holds what `span` of
    /// [`Segment::text`] was decoded from. All of the region for compressed data.
    pub fn original(&self, span: Range<usize>) -> Range<usize> {
        self.map.original(span)
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Segment({}, {} bytes of {:?})", self.encoding, self.text.len(), self.map.region())
    }
}

/// What [`segments`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    /// The segments in the order of their regions; those of different encodings may overlap.
    pub list: Vec<Segment>,
    /// False if the limits left something undecoded.
    pub complete: bool,
    /// Bytes that compressed data inflated to, given out or not.
    pub inflated: usize,
}

/// Takes segments while there is room for them.
#[derive(Debug)]
struct Output {
    segments: Segments,
    left: usize,
    /// Pieces that maps may still have: a map can be larger than its text.
    pieces: usize,
}

impl Output {
    fn new(limits: &Limits) -> Self {
        let segments = Segments { list: Vec::new(), complete: true, inflated: 0 };
        Self { segments, left: limits.max_output, pieces: PIECES }
    }

    fn finish(mut self) -> Segments {
        self.segments.list.sort_by_key(|segment| (segment.map.region().start, segment.encoding));
        self.segments
    }

    fn push(&mut self, encoding: Encoding, text: Vec<u8>, map: Map) {
        // A piece for each line is no more than the text itself.
        let weight = map.pieces().saturating_sub(text.len() / 16);
        match (self.left.checked_sub(text.len()), self.pieces.checked_sub(weight)) {
            (Some(left), Some(pieces)) => {
                (self.left, self.pieces) = (left, pieces);
                self.segments.list.push(Segment { encoding, text, map });
            }
            _ => self.segments.complete = false,
        }
    }
}

/// The parts of `bytes` that may hold a key once one encoding is undone, or
/// another encoding of a key.
pub fn segments(bytes: &[u8], limits: &Limits) -> Segments {
    let mut out = Output::new(limits);
    compressed(bytes, limits, &mut out);
    let mut blocks = Blocks { bytes, seen: Vec::new() };
    let mut done = [0; 4];
    for run in sweep::runs(bytes) {
        partial::run(bytes, &run, &mut done, &mut out);
        for part in runs_of(&bytes[run.clone()], ALNUM, BLOCK) {
            blocks.add(&(run.start + part.start..run.start + part.end), &mut out);
        }
    }
    wide(bytes, &mut out);
    let mut joins = Joins::new(bytes);
    for chain in joins.by_ref() {
        partial::chain(bytes, &chain, &mut out);
    }
    blocks.seeds(&joins.seeds, &mut out);
    out.finish()
}

/// As [`segments`], where `traces` say.
fn at_traces(bytes: &[u8], traces: Traces<'_>, limits: &Limits) -> Segments {
    let mut out = Output::new(limits);
    let mut blocks = Blocks { bytes, seen: Vec::new() };
    let mut done = [0; 4];
    for run in &traces.runs {
        partial::run(bytes, run, &mut done, &mut out);
    }
    for block in &traces.blocks {
        blocks.add(block, &mut out);
    }
    wide(bytes, &mut out);
    for chain in Joins::at(bytes, traces.joints) {
        partial::chain(bytes, &chain, &mut out);
    }
    blocks.seeds(&traces.seeds, &mut out);
    out.finish()
}

/// Whether a text of which `bytes` are a part may be UTF-16.
pub fn is_wide(bytes: &[u8]) -> bool {
    sweep::wide(bytes).next().is_some()
}

/// The blocks of base64 and hex that were looked at.
struct Blocks<'a> {
    bytes: &'a [u8],
    seen: Vec<Range<usize>>,
}

impl Blocks<'_> {
    /// Adds the segments of the block around `run`, unless it is done.
    fn add(&mut self, run: &Range<usize>, out: &mut Output) {
        let floor = self.seen.last().map_or(0, |last| last.end);
        if run.end <= floor {
            return;
        }
        let block = Block::around(self.bytes, &(run.start.max(floor)..run.end), floor);
        base64::block(&block, out);
        self.seen.push(block.region);
    }

    /// Adds the blocks at `seeds`, where compressed data may begin, that were not seen.
    fn seeds(&self, seeds: &[usize], out: &mut Output) {
        let mut floor = 0;
        for &seed in seeds {
            let next = self.seen.partition_point(|seen| seen.end <= seed);
            let known = self.seen.get(next).is_some_and(|seen| seen.start <= seed);
            if known || seed < floor {
                continue;
            }
            let block = Block::around(self.bytes, &(seed..seed + 1), seed);
            if block.text.len() >= BLOCK {
                floor = block.region.end;
                base64::block(&block, out);
            }
        }
    }
}

/// Adds what compressed bytes say.
fn compressed(bytes: &[u8], limits: &Limits, out: &mut Output) {
    let Some(encoding) = inflate::kind(bytes) else { return };
    let (text, complete) = inflate::inflate(encoding, bytes, limits.max_inflated);
    out.segments.complete &= complete;
    out.segments.inflated += text.len();
    if holds(&text, Fresh::All).is_some() {
        let map = Map::straight(Ratio::Whole, 0..bytes.len());
        out.segments.list.push(Segment { encoding, text, map });
    }
}

/// Adds the texts in UTF-16.
fn wide(bytes: &[u8], out: &mut Output) {
    for run in sweep::wide(bytes) {
        let shift = usize::from(run.big_endian);
        // Which byte order it is cannot always be told, so both ends are tried.
        for end in [run.text.end, run.text.end + 2].into_iter().take(1 + usize::from(run.open)) {
            let units = &bytes[run.text.start..end.min(bytes.len())];
            let text: Vec<u8> = units.iter().step_by(2).copied().collect();
            if holds(&text, Fresh::All).is_some() {
                let region = run.text.start - shift..(end - shift).min(bytes.len());
                out.push(Encoding::Utf16, text, Map::straight(Ratio::OneOfTwo, region));
            }
        }
    }
}
