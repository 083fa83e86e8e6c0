//! A text of a file of JSON, such as a notebook, and the way from it back to the raw file.
//!
//! The way is walked when it is asked for: a text keeps no map of its characters, since
//! a map can be larger than the file and few texts hold anything worth a place.

use std::cell::Cell as Slot;
use std::fmt;
use std::ops::Range;

use super::base64;
use super::json::{Run, Runs};

/// A text in a file of JSON, at a place that is told as a `P`.
pub struct Part<'p, P> {
    /// Where it stands.
    pub place: P,
    /// What it says, unescaped, the strings of a list joined.
    pub text: &'p [u8],
    /// How `text` is written in the file.
    pub kind: PartKind,
    /// The value in the file, with its quotes or brackets.
    pub value: Range<usize>,
    runs: Runs<'p>,
    /// Where the last walk ended: a run, and the index of its first unit. Spans
    /// asked for in order cost one walk in all.
    resume: Slot<(Runs<'p>, usize)>,
}

/// How the text of a part is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// As a JSON string, or a list of them.
    Text,
    /// The same in base64: `text` holds the decoded bytes.
    Binary,
}

impl<P: fmt::Debug> fmt::Debug for Part<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text may hold a secret.
        f.debug_struct("Part").field("place", &self.place).field("value", &self.value).finish_non_exhaustive()
    }
}

impl<'p, P> Part<'p, P> {
    pub(super) fn new(place: P, text: &'p [u8], kind: PartKind, value: Range<usize>, runs: Runs<'p>) -> Self {
        let runs = match kind {
            PartKind::Text => runs,
            // Letters are counted one by one, so that a long run would be counted again for every span.
            PartKind::Binary => runs.at_most(4096),
        };
        Self { place, text, kind, value, runs, resume: Slot::new((runs, 0)) }
    }

    /// The line of the text on which the byte at `offset` stands, from 1.
    pub fn line(&self, offset: usize) -> u64 {
        let before = &self.text[..offset.min(self.text.len())];
        1 + memchr::memchr_iter(b'\n', before).count() as u64
    }

    /// The bytes of the file that write `span` of the text: from its first byte's to its
    /// last's, with all that stands between, such as the quotes between two strings of a list.
    ///
    /// In base64 a character may also carry bits of the bytes beside the span. A span that
    /// does not lie in the text yields the end of the value.
    pub fn raw(&self, span: Range<usize>) -> Range<usize> {
        let span = self.units(span);
        let start = self.unit(span.start).map_or(self.value.end, |unit| unit.start);
        let end = match span.end.checked_sub(1) {
            Some(last) if last >= span.start => self.unit(last).map_or(self.value.end, |unit| unit.end),
            _ => start,
        };
        start..end
    }

    /// The inverse of [`raw`](Self::raw): the span of the text that `raw` touches, if all
    /// of `raw` lies in this part's value. In base64 these are the bytes that are wholly
    /// written there. It is empty where no text is.
    pub fn span(&self, raw: &Range<usize>) -> Option<Range<usize>> {
        if raw.start < self.value.start || raw.end > self.value.end {
            return None;
        }
        let (mut index, mut start, mut end) = (0, None, 0);
        for run in self.runs {
            let (at, stop) = bounds(run);
            if at >= raw.end {
                break;
            }
            let touched = at.max(raw.start)..stop.min(raw.end);
            if touched.start < touched.end {
                let (before, within, all) = match run {
                    Run::Plain { .. } => (
                        self.count(at..touched.start),
                        self.count(touched.clone()),
                        self.count(touched.start..stop) + self.count(at..touched.start),
                    ),
                    Run::Escape { text, len, .. } => {
                        let all = self.significant(&text[..len]);
                        (0, all, all)
                    }
                };
                start.get_or_insert(index + before);
                end = index + before + within;
                index += all;
            } else {
                index += self.length(run);
            }
        }
        let span = start.unwrap_or(index)..end.max(start.unwrap_or(index));
        Some(match self.kind {
            PartKind::Text => span,
            PartKind::Binary => {
                let end = (span.end * 6 / 8).min(self.text.len());
                (span.start * 6).div_ceil(8).min(end)..end
            }
        })
    }

    /// Where `span` of the text is written, string by string of a list, in order and
    /// without what stands between; runs that touch are one.
    pub(super) fn pieces(&self, span: Range<usize>) -> Vec<Range<usize>> {
        let mut pieces: Vec<Range<usize>> = Vec::new();
        let raw = self.raw(span);
        for run in self.runs {
            let (start, end) = bounds(run);
            let piece = start.max(raw.start)..end.min(raw.end);
            match pieces.last_mut() {
                _ if start >= raw.end => break,
                _ if piece.start >= piece.end => {}
                Some(last) if last.end == piece.start => last.end = piece.end,
                _ => pieces.push(piece),
            }
        }
        pieces
    }

    /// The base64 characters that carry `span` of a binary text: index and place of each.
    pub(super) fn letters(&self, span: Range<usize>) -> Vec<(usize, Range<usize>)> {
        self.units(span).filter_map(|index| Some((index, self.unit(index)?))).collect()
    }

    /// `span` in units of the file: bytes of text, or base64 characters.
    fn units(&self, span: Range<usize>) -> Range<usize> {
        match self.kind {
            PartKind::Text => span,
            PartKind::Binary => span.start * 8 / 6..(span.end * 8).div_ceil(6),
        }
    }

    /// Where the unit of this index is written.
    fn unit(&self, index: usize) -> Option<Range<usize>> {
        let (mut runs, mut first) = self.resume.get();
        if index < first {
            (runs, first) = (self.runs, 0);
        }
        loop {
            let here = runs;
            let run = runs.next()?;
            let length = self.length(run);
            if index < first + length {
                self.resume.set((here, first));
                return Some(match run {
                    Run::Plain { start, end } => self.nth(start..end, index - first),
                    Run::Escape { start, end, .. } => start..end,
                });
            }
            first += length;
        }
    }

    /// How many units a run has.
    fn length(&self, run: Run) -> usize {
        match run {
            Run::Plain { start, end } => self.count(start..end),
            Run::Escape { text, len, .. } => self.significant(&text[..len]),
        }
    }

    fn count(&self, raw: Range<usize>) -> usize {
        match self.kind {
            PartKind::Text => raw.len(),
            PartKind::Binary => self.significant(self.runs.slice(raw)),
        }
    }

    fn significant(&self, bytes: &[u8]) -> usize {
        match self.kind {
            PartKind::Text => bytes.len(),
            PartKind::Binary => bytes.iter().filter(|&&byte| base64::is_letter(byte)).count(),
        }
    }

    fn nth(&self, run: Range<usize>, index: usize) -> Range<usize> {
        let at = match self.kind {
            PartKind::Text => index,
            PartKind::Binary => {
                let bytes = self.runs.slice(run.clone()).iter();
                let mut characters = bytes.enumerate().filter(|(_, byte)| base64::is_letter(**byte));
                characters.nth(index).map_or(run.len(), |(at, _)| at)
            }
        };
        run.start + at..run.start + at + 1
    }
}

fn bounds(run: Run) -> (usize, usize) {
    match run {
        Run::Plain { start, end } | Run::Escape { start, end, .. } => (start, end),
    }
}
