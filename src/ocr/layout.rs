//! Where lines of text stand in a picture, and which of them may hold a key.
//!
//! Text is told by its rhythm: rows of pixels in which the brightness changes sharply every
//! few pixels, over a long way, with rows that do not below and above. That holds for any
//! colours, dark or light. Nothing is recognised here. Where it is in doubt a line is kept:
//! one that is lost here is lost for good.

mod bands;
mod words;

use super::picture::{Picture, Rect};

pub(super) use words::Line;

/// A word this wide, in heights of its capitals, may be the longer part of a key: 32 letters
/// of a narrow font.
const KEY_WIDTH: usize = 19;
/// More lines than this no screen shows; what has more is no text.
const MOST_LINES: usize = 4_000;

/// The lines of a picture.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// All lines, from the top, then from the left.
    pub(super) lines: Vec<Line>,
    /// For each whether it may hold a key or a part of one.
    pub(super) wanted: Vec<bool>,
}

/// Finds the lines of `picture`.
pub(super) fn layout(picture: &Picture) -> Layout {
    let mut bands: Vec<Rect> = bands::bands(picture);
    bands.truncate(MOST_LINES);
    bands.sort_by_key(|band| (band.top, band.left));
    let mut lines: Vec<Line> = (0..bands.len()).filter_map(|at| words::line(picture, &bands, at)).collect();
    lines.sort_by_key(|line| (line.area.top, line.area.left));
    let wanted = wanted(&lines);
    Layout { lines, wanted }
}

/// Which lines may hold a key: those with a word as wide as one, and neighbours of which one
/// ends, and the next begins, with what together is as wide.
fn wanted(lines: &[Line]) -> Vec<bool> {
    let mut wanted: Vec<bool> = lines.iter().map(|line| line.widest() >= KEY_WIDTH * line.height()).collect();
    for (at, line) in lines.iter().enumerate() {
        let below = lines.iter().enumerate().skip(at + 1).find(|(_, next)| line.is_above(next));
        let Some((next_at, next)) = below else { continue };
        let height = line.height().min(next.height());
        let (end, begin) = (line.last_width(), next.first_width());
        let both = end + begin >= KEY_WIDTH * height && end.min(begin) >= height;
        // A line is wrapped where there was no more room: what follows is not longer.
        let wrapped = line.area.right + 2 * height >= next.area.left + begin;
        if both && wrapped && end.max(begin) * 2 >= KEY_WIDTH * height {
            wanted[at] = true;
            wanted[next_at] = true;
        }
        // The rest of a key may be a few letters only.
        if wanted[at] && wrapped && line.last_width() >= KEY_WIDTH * height / 2 {
            wanted[next_at] = true;
        }
        if wanted[next_at] && next.first_width() >= KEY_WIDTH * height && wrapped {
            wanted[at] = true;
        }
    }
    wanted
}
