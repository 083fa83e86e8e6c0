//! The text of a page as one row of marks, each with what lies between it and the one before.
//!
//! A recogniser puts blanks where there are none and leaves out what is there. In a
//! monospaced font the distances tell, so they are kept, in columns. What the marks mean is
//! not decided here.

use std::ops::Range;

use crate::model::{Glyph, Region, TextLine};

use super::likeness;
use super::measure::{Height, Metrics, middle};

/// From edge to edge of what stands beside a blank in a monospaced font, in columns, at least.
pub(super) const REAL_BLANK: f32 = 1.0;

/// A character on a page that is no gap.
#[derive(Debug)]
pub(super) struct Mark<'p> {
    pub(super) glyph: &'p Glyph,
    /// The likeliest, quotes and dashes in their plain form.
    pub(super) letter: char,
    /// Index of its line.
    pub(super) line: usize,
    /// Where it stands in the text of the tape.
    pub(super) text: Range<usize>,
    pub(super) lead: Lead,
    /// How tall it is among the letters of its line.
    pub(super) height: Height,
    /// What it costs to take it for a letter or digit, and for a dot.
    pub(super) as_alnum: f32,
    pub(super) as_dot: f32,
}

impl Mark<'_> {
    pub(super) fn is_alnum(&self) -> bool {
        self.letter.is_ascii_alphanumeric()
    }
}

/// What lies between a mark and the one before it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lead {
    /// A gap was read.
    pub(super) blank: bool,
    /// The mark is the first of its line.
    pub(super) line_break: bool,
    /// The line before reaches the right edge of the text: it may go on in this one.
    pub(super) wraps: bool,
    /// From middle to middle in columns of a monospaced font; none where the font is not, or
    /// at a line break.
    pub(super) columns: Option<f32>,
    /// From edge to edge, in widths of an average character.
    pub(super) gap: f32,
}

impl Lead {
    /// Whether what stands on either side is apart for certain, whatever was read between.
    pub(super) fn is_apart(&self) -> bool {
        // Measured: blanks that are there are 1.05 columns wide and more, those that are only
        // read 0.95 and less; in proportional fonts they overlap.
        match self.columns {
            _ if self.line_break => true,
            Some(_) => self.gap >= REAL_BLANK,
            None => self.blank && self.gap >= 0.45,
        }
    }
}

/// A page, or a part of one that was read again.
#[derive(Debug)]
pub(super) struct Tape<'p> {
    pub(super) marks: Vec<Mark<'p>>,
    /// Its lines, joined by line breaks.
    pub(super) text: String,
    metrics: Vec<Metrics>,
}

impl<'p> Tape<'p> {
    pub(super) fn new(lines: &'p [TextLine]) -> Self {
        let metrics = Metrics::of_page(lines);
        let mut tape = Self { marks: Vec::new(), text: String::new(), metrics: Vec::new() };
        let right = lines.iter().map(|line| line.region.right()).max().unwrap_or(0);
        let mut wraps = false;
        for (index, (line, metrics)) in lines.iter().zip(&metrics).enumerate() {
            tape.push(index, line, metrics, wraps);
            wraps = is_full(lines, right, line, metrics.width);
        }
        tape.metrics = metrics;
        tape
    }

    /// Width of a column on the line `index`, in pixels, where its font is monospaced.
    pub(super) fn pitch(&self, index: usize) -> Option<f32> {
        self.metrics.get(index)?.pitch
    }

    fn push(&mut self, index: usize, line: &'p TextLine, metrics: &Metrics, wraps: bool) {
        if index > 0 {
            self.text.push('\n');
        }
        let mut blank = false;
        let mut before: Option<Region> = None;
        for glyph in &line.glyphs {
            let Some(&(read, _)) = glyph.choices.first() else { continue };
            let letter = likeness::plain(read);
            let start = self.text.len();
            if letter.is_whitespace() || letter.is_control() {
                blank = true;
                self.text.push(' ');
                continue;
            }
            self.text.push(letter);
            let lead = match before {
                None => Lead { line_break: true, wraps, blank: true, ..Lead::default() },
                Some(before) => metrics.lead(before, glyph.region, blank),
            };
            self.marks.push(Mark {
                glyph,
                letter,
                line: index,
                text: start..self.text.len(),
                lead,
                height: metrics.height(glyph.region),
                as_alnum: likeness::as_alnum(glyph),
                as_dot: likeness::as_dot(glyph),
            });
            before = Some(glyph.region);
            blank = false;
        }
    }

    /// How far it is from the mark before `at` to the one behind it, in columns, where known.
    pub(super) fn columns_around(&self, at: usize) -> Option<f32> {
        let next = self.marks.get(at + 1)?;
        Some(self.marks[at].lead.columns? + next.lead.columns?)
    }

    /// Whether the mark `at` is a frame or a rule that its line begins behind.
    pub(super) fn is_frame(&self, at: usize) -> bool {
        let mark = &self.marks[at];
        mark.lead.line_break
            && matches!(mark.letter, '|' | '!' | '\u{a6}' | '_' | '[' | ']' | ':')
            && self.marks.get(at + 1).is_some_and(|next| !next.lead.line_break && next.lead.blank)
    }

    /// The marks from `at` to where a blank or something else than a letter or digit ends them.
    pub(super) fn word_from(&self, at: usize) -> Range<usize> {
        let goes_on = |mark: &&Mark<'_>| mark.is_alnum() && !mark.lead.blank;
        let more = self.marks[at + 1..].iter().take_while(goes_on).count();
        at..at + 1 + more
    }

    /// The letters and digits before `at`, from the last blank on.
    pub(super) fn word_before(&self, at: usize) -> Range<usize> {
        let mut start = at;
        while start > 0 && self.marks[start - 1].is_alnum() {
            start -= 1;
            if self.marks[start].lead.blank {
                break;
            }
        }
        start..at
    }

    /// Whether `marks` spell a word as labels and buttons have it, which letters of a key hardly do.
    pub(super) fn is_word(&self, marks: Range<usize>) -> bool {
        let letters: Vec<char> = self.marks[marks].iter().map(|mark| mark.letter).collect();
        let is_lower = letters.iter().skip(1).all(char::is_ascii_lowercase);
        let is_key = letters.iter().collect::<String>().eq_ignore_ascii_case("key");
        let begins = letters.first().is_some_and(char::is_ascii_alphabetic);
        is_key || begins && is_lower && (4..=12).contains(&letters.len())
    }

    /// The marks that the bytes `span` of the text are of.
    pub(super) fn marks_of(&self, span: &Range<usize>) -> Range<usize> {
        let first = self.marks.partition_point(|mark| mark.text.end <= span.start);
        let last = self.marks.partition_point(|mark| mark.text.start < span.end);
        first..last.max(first)
    }

    /// Where `marks` stand, a region for each line, with some margin, within `size`.
    pub(super) fn regions(&self, marks: Range<usize>, size: (u32, u32)) -> Vec<Region> {
        let mut regions: Vec<(usize, Region)> = Vec::new();
        for mark in &self.marks[marks] {
            match regions.last_mut() {
                Some((line, region)) if *line == mark.line => *region = region.join(mark.glyph.region),
                _ => regions.push((mark.line, mark.glyph.region)),
            }
        }
        regions.into_iter().map(|(_, region)| padded(region, size)).collect()
    }

    /// The line that holds the mark `at`: its bytes in the text.
    pub(super) fn line_of(&self, at: usize) -> Range<usize> {
        let place = self.marks[at].text.start;
        let start = self.text[..place].rfind('\n').map_or(0, |found| found + 1);
        let end = self.text[place..].find('\n').map_or(self.text.len(), |found| place + found);
        start..end
    }

    /// The middle of the mark `at`, from the left of the page, in pixels.
    pub(super) fn middle(&self, at: usize) -> f32 {
        middle(self.marks[at].glyph.region)
    }
}

/// Whether `line`, with characters of this `width`, reaches the `right` edge of the text, or one at
/// which another line ends that begins where it does.
fn is_full(lines: &[TextLine], right: u32, line: &TextLine, width: f32) -> bool {
    let slack = f64::from(2.5 * width);
    let own = line.region.right();
    let is_below = |other: &&TextLine| {
        f64::from(other.region.x.abs_diff(line.region.x)) <= f64::from(1.5 * width)
            && !std::ptr::eq(*other, line)
    };
    let column = lines.iter().filter(is_below).map(|other| other.region.right()).max();
    f64::from(right) - f64::from(own) <= slack
        || column.is_some_and(|right| f64::from(own.abs_diff(right)) <= slack)
}

/// `region` with a margin of a fifth of its height, and two pixels, within `size`.
pub(super) fn padded(region: Region, size: (u32, u32)) -> Region {
    let margin = region.height / 5 + 2;
    let (x, y) = (region.x.saturating_sub(margin), region.y.saturating_sub(margin));
    // A page of unknown size ends where its text does.
    let end = |size: u32, end: u32| if size == 0 { end } else { end.saturating_add(margin).min(size) };
    let (right, bottom) = (end(size.0, region.right()), end(size.1, region.bottom()));
    Region { x, y, width: right.saturating_sub(x), height: bottom.saturating_sub(y) }
}
