//! A line of text measured: where its letters stand, and its words.

use std::ops::Range;

use crate::ocr::ink::{self, Ink};
use crate::ocr::picture::{Picture, Rect};

/// A line of text.
#[derive(Debug, Clone)]
pub(in crate::ocr) struct Line {
    /// All that its letters cover, with what hangs below and stands above.
    pub(in crate::ocr) area: Rect,
    /// The row of the upper edge of its capitals.
    pub(in crate::ocr) cap: usize,
    /// The row below the letters that nothing hangs down from.
    pub(in crate::ocr) base: usize,
    /// From and to of its words, in columns of the picture.
    pub(in crate::ocr) words: Vec<(usize, usize)>,
}

impl Line {
    /// Height of its capitals.
    pub(in crate::ocr) fn height(&self) -> usize {
        self.base - self.cap
    }

    /// Width of its widest word.
    pub(super) fn widest(&self) -> usize {
        self.words.iter().map(|(from, to)| to - from).max().unwrap_or(0)
    }

    /// Width of its first word.
    pub(super) fn first_width(&self) -> usize {
        self.words.first().map_or(0, |(from, to)| to - from)
    }

    /// Width of its last word.
    pub(super) fn last_width(&self) -> usize {
        self.words.last().map_or(0, |(from, to)| to - from)
    }

    /// Whether `other` may be the next line of the same text.
    pub(in crate::ocr) fn is_above(&self, other: &Self) -> bool {
        let step = other.base.saturating_sub(self.base);
        let (height, other_height) = (self.height(), other.height());
        other.base > self.base
            && step >= height
            && step <= height.max(other_height) * 4
            && height * 3 <= other_height * 5
            && other_height * 3 <= height * 5
            && self.area.left < other.area.right
            && other.area.left < self.area.right
    }
}

/// Measures the band that is `bands[at]`; none where it is no text.
pub(super) fn line(picture: &Picture, bands: &[Rect], at: usize) -> Option<Line> {
    let band = bands[at];
    let height = band.height();
    // Letters stand out of the band by as much as the next line leaves room.
    let shared = |other: &&Rect| other.left < band.right && band.left < other.right;
    let above = bands.iter().filter(shared).map(|other| other.bottom).filter(|&bottom| bottom <= band.top);
    let below = bands.iter().filter(shared).map(|other| other.top).filter(|&top| top >= band.bottom);
    let above = above.max().unwrap_or(0).max(band.top.saturating_sub(height * 6 / 10));
    let below = below.min().unwrap_or(picture.height).min(band.bottom + height * 6 / 10);
    let area = Rect {
        left: band.left.saturating_sub(height),
        right: (band.right + height).min(picture.width),
        top: above,
        bottom: below.min(picture.height),
    };
    let ink = ink::ink(picture, area, height * 6)?;
    let floor = floor(&ink)?;
    let (top, base) = core(&ink, floor.saturating_mul(2), band.top - area.top..band.bottom - area.top)?;
    let cap = cap(&ink, floor, top);
    let words = words(&ink, floor, cap, base);
    let (cap, base) = (cap + area.top, base + area.top);
    let words: Vec<_> = words.iter().map(|(from, to)| (from + area.left, to + area.left)).collect();
    let (first, last) = (words.first()?.0, words.last()?.1);
    let area = Rect { left: first, right: last, ..area };
    Some(Line { area, cap, base, words })
}

/// Ink below this is noise: a quarter of what letters have.
fn floor(ink: &Ink) -> Option<u8> {
    let mut counts = [0_usize; 256];
    for &value in &ink.values {
        counts[usize::from(value)] += 1;
    }
    // Of the pixels a twentieth at least are letters.
    let mut left = ink.values.len() / 20;
    let strong = (0..256).rev().find(|&value| {
        let enough = counts[value] > left;
        left = left.saturating_sub(counts[value]);
        enough
    })?;
    let strong = u8::try_from(strong).unwrap_or(u8::MAX);
    (strong >= 12).then_some((strong / 4).max(6))
}

/// The rows within `band` in which most letters have ink: what a JPEG scatters around them has
/// not.
fn core(ink: &Ink, floor: u8, band: Range<usize>) -> Option<(usize, usize)> {
    let count = |y: usize| {
        let row = &ink.values[y * ink.width..][..ink.width];
        row.iter().filter(|&&value| value > floor).count()
    };
    let counts: Vec<usize> = band.clone().map(count).collect();
    let mut sorted = counts.clone();
    sorted.sort_unstable();
    let usual = sorted[sorted.len() * 3 / 4];
    let has = |&at: &usize| counts[at] * 4 >= usual && counts[at] > 0;
    let first = (0..counts.len()).find(has)?;
    let last = (0..counts.len()).rev().find(has)?;
    (last - first >= 3).then_some((band.start + first, band.start + last + 1))
}

/// The upper edge of the capitals: the highest row above the band with a good part of the
/// letters of its first row.
fn cap(ink: &Ink, floor: u8, top: usize) -> usize {
    let count = |y: usize| {
        let row = &ink.values[y * ink.width..][..ink.width];
        row.iter().filter(|&&value| value > floor).count()
    };
    let within = (top..ink.height).take(4).map(count).max().unwrap_or(0);
    let mut cap = top;
    while cap > 0 && count(cap - 1) * 7 >= within && count(cap - 1) > 0 {
        cap -= 1;
    }
    cap
}

/// The words: runs of columns with ink, without a gap as wide as a blank.
fn words(ink: &Ink, floor: u8, cap: usize, base: usize) -> Vec<(usize, usize)> {
    let height = base - cap;
    let bottom = (base + height / 3).min(ink.height);
    let mut columns = vec![false; ink.width];
    for y in cap..bottom {
        let row = &ink.values[y * ink.width..][..ink.width];
        for (column, &value) in columns.iter_mut().zip(row) {
            *column |= value > floor;
        }
    }
    let mut letters: Vec<(usize, usize)> = Vec::new();
    for (x, _) in columns.iter().enumerate().filter(|&(_, &has)| has) {
        match letters.last_mut() {
            Some((_, to)) if *to == x => *to = x + 1,
            _ => letters.push((x, x + 1)),
        }
    }
    let blank = blank(&letters, height);
    let mut words: Vec<(usize, usize)> = Vec::new();
    for (from, to) in letters {
        match words.last_mut() {
            Some((_, end)) if from - *end < blank => *end = to,
            _ => words.push((from, to)),
        }
    }
    words
}

/// The width of gap that is a blank: what tells the wide gaps of a line best from the narrow
/// ones, within what fonts have.
fn blank(letters: &[(usize, usize)], height: usize) -> usize {
    let (least, most) = ((height * 2).div_ceil(5).max(2), (height * 7).div_ceil(10).max(3));
    let mut gaps: Vec<usize> = letters.windows(2).map(|two| (two[1].0 - two[0].1).min(height * 2)).collect();
    gaps.sort_unstable();
    let total: usize = gaps.iter().sum();
    let mut best = (0, most);
    let mut sum = 0;
    for at in 1..gaps.len() {
        sum += gaps[at - 1];
        if gaps[at] == gaps[at - 1] {
            continue;
        }
        let (below, above) = (at, gaps.len() - at);
        // How far the means of both are apart, times the product of their numbers.
        let (wide, narrow) = ((total - sum) * below, sum * above);
        let apart = wide.saturating_sub(narrow) as u128;
        let score = apart * apart / (below * above) as u128;
        // A key alone has no blank, and the gaps beside its dot are no more than twice the others.
        if score > best.0 && wide * 2 >= narrow * 5 {
            best = (score, (gaps[at - 1] + gaps[at]).div_ceil(2));
        }
    }
    best.1.clamp(least, most)
}
