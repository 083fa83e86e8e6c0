//! Where lines of text stand in a picture, and which of them may hold a key.
//!
//! Text is told by its rhythm: rows of pixels in which the brightness changes sharply every
//! few pixels, over a long way, with rows that do not below and above. That holds for any
//! colours, dark or light. Nothing is recognised here. Where it is in doubt a line is kept:
//! one that is lost here is lost for good.

mod bands;
mod rests;
mod words;

use super::picture::{Picture, Rect};

pub(super) use words::Line;

/// A word this wide, in heights of its capitals, may be the longer part of a key: 32 letters
/// of a narrow font.
const KEY_WIDTH: usize = 19;
/// Most lines that are looked at, from the top; more no screen shows.
pub(super) const MOST_LINES: usize = 4_000;

/// The lines of a picture.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// All lines, in reading order.
    pub(super) lines: Vec<Line>,
    /// For each whether it may hold a key or a part of one.
    pub(super) wanted: Vec<bool>,
    /// Whether there may be more lines below.
    pub(super) is_cut: bool,
}

/// Finds the lines of `picture`.
pub(super) fn layout(picture: &Picture) -> Layout {
    let mut bands: Vec<Rect> = bands::bands(picture);
    bands.sort_by_key(|band| (band.top, band.left));
    let is_cut = bands.len() > MOST_LINES;
    bands.truncate(MOST_LINES);
    let mut lines: Vec<Line> = (0..bands.len()).filter_map(|at| words::line(picture, &bands, at)).collect();
    lines.sort_by_key(|line| (line.area.top, line.area.left));
    let heads: Vec<usize> = (0..lines.len()).filter(|&at| is_head(&lines, at)).collect();
    for rest in rests::rests(picture, &lines, &heads) {
        bands.push(rest);
        lines.extend(words::line(picture, &bands, bands.len() - 1));
    }
    let lines = in_reading_order(lines);
    let wanted = wanted(&lines);
    Layout { lines, wanted, is_cut }
}

/// From the top, and what stands in one row from the left: the name of a header, then its value.
fn in_reading_order(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by_key(|line| (line.base, line.area.left));
    for row in lines.chunk_by_mut(|one, next| (next.base - one.base) * 3 <= one.height()) {
        row.sort_by_key(|line| line.area.left);
    }
    lines
}

/// Which lines may hold a key: those with a word as wide as one, and neighbours of which one
/// ends, and the next begins, with what together is as wide.
fn wanted(lines: &[Line]) -> Vec<bool> {
    let whole: Vec<bool> = lines.iter().map(|line| line.widest() >= KEY_WIDTH * line.height()).collect();
    let mut wanted = whole.clone();
    for (at, line) in lines.iter().enumerate() {
        let below = lines.iter().enumerate().skip(at + 1).find(|(_, next)| line.is_above(next));
        let Some((next_at, next)) = below.filter(|_| is_full(lines, at)) else { continue };
        let key = KEY_WIDTH * line.height().min(next.height());
        let (end, begin) = (line.last_width(), next.first_width());
        // The rest of a key may be a few letters only.
        let is_rest = whole[at] && end * 2 >= key || whole[next_at] && begin * 2 >= key;
        if is_rest || end + begin >= key && end.max(begin) * 2 >= key {
            wanted[at] = true;
            wanted[next_at] = true;
        }
    }
    wanted
}

/// Whether a line may end with most of a key that goes on in the next.
fn is_head(lines: &[Line], at: usize) -> bool {
    lines[at].last_width() * 2 >= KEY_WIDTH * lines[at].height() && is_full(lines, at)
}

/// Whether a line may have been wrapped: none near it reaches further to the right.
fn is_full(lines: &[Line], at: usize) -> bool {
    let line = &lines[at];
    let near = lines[at.saturating_sub(8)..(at + 9).min(lines.len())].iter();
    let mut near = near.filter(|other| {
        other.area.left < line.area.right
            && line.area.left < other.area.right
            && other.base.abs_diff(line.base) <= line.height() * 8
    });
    near.all(|other| other.area.right <= line.area.right + line.height() * 2)
}
