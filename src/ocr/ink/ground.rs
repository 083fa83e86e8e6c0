//! Where in a line the colour behind the text changes: at a selection, a mark, a badge.

use std::ops::Range;

use super::{ALIKE, Colour, distance};
use crate::ocr::picture::{Picture, Rect};

/// How far a pixel of a background is from its colour, at most.
const NEAR: u16 = 48;
/// How many columns the edge of a box may be off at first.
const EDGE: usize = 3;
/// The share of a row, in hundredths, that has another background where the box of one ends.
const BEYOND: usize = 85;

/// The background of each column of `area`: of what its piece and those beside it have, what
/// most of the column and of those near it has.
pub(super) fn grounds(
    picture: &Picture,
    area: Rect,
    piece: usize,
    backs: &[Colour],
    seconds: &[Option<Colour>],
) -> Vec<Colour> {
    let width = area.width();
    let last = backs.len() - 1;
    let mut grounds: Vec<Colour> = (0..width).map(|x| backs[(x / piece).min(last)]).collect();
    let reach = (piece / 10).max(2);
    for at in 0..backs.len() {
        let (from, to) = (at * piece, if at == last { width } else { (at + 1) * piece });
        let near = at.saturating_sub(1)..(at + 2).min(backs.len());
        let all = near.flat_map(|other| [Some(backs[other]), seconds[other]]).flatten();
        let mut choices = vec![backs[at]];
        for colour in all {
            if choices.iter().all(|known| distance(known, colour) >= ALIKE) {
                choices.push(colour);
            }
        }
        if choices.len() == 1 {
            continue;
        }
        let start = from.saturating_sub(reach);
        let end = (to + reach).min(width);
        let sums: Vec<Vec<usize>> =
            choices.iter().map(|colour| sums(picture, area, start..end, *colour)).collect();
        for (x, ground) in grounds.iter_mut().enumerate().take(to).skip(from) {
            let (low, high) = (x.saturating_sub(reach).max(start) - start, (x + reach + 1).min(end) - start);
            // Of equals the first, which is the piece's own.
            let best = (0..choices.len()).rev().max_by_key(|&at| sums[at][high] - sums[at][low]);
            *ground = choices[best.unwrap_or(0)];
        }
        sharpen(&mut grounds, &choices, &sums, from..to, start);
    }
    grounds
}

/// Moves the edges of boxes to the very column: what is near it says only roughly where it is.
/// `sums` are those of the `choices`, from the column `start` on.
fn sharpen(
    grounds: &mut [Colour],
    choices: &[Colour],
    sums: &[Vec<usize>],
    columns: Range<usize>,
    start: usize,
) {
    let edges: Vec<usize> =
        (columns.start.max(1)..columns.end).filter(|&x| grounds[x] != grounds[x - 1]).collect();
    let place = |colour: Colour| choices.iter().position(|choice| *choice == colour);
    let has = |at: usize, x: usize| sums[at][x + 1 - start] - sums[at][x - start];
    for x in edges {
        let (Some(one), Some(next)) = (place(grounds[x - 1]), place(grounds[x])) else { continue };
        let before = (x.saturating_sub(EDGE).max(columns.start)..x).rev();
        for at in before.take_while(|&at| has(next, at) > has(one, at)) {
            grounds[at] = choices[next];
        }
        for at in (x..(x + EDGE).min(columns.end)).take_while(|&at| has(one, at) > has(next, at)) {
            grounds[at] = choices[one];
        }
    }
}

/// For each of the columns, and one more, how many pixels in the middle rows of those before it
/// are near `colour`.
fn sums(picture: &Picture, area: Rect, columns: Range<usize>, colour: Colour) -> Vec<usize> {
    let mut counts = vec![0; columns.len() + 1];
    let height = area.height();
    for y in area.top + height / 5..area.bottom - height / 5 {
        let row = picture.row(y, area.left + columns.start, area.left + columns.end);
        for (count, pixel) in counts[1..].iter_mut().zip(row.chunks_exact(3)) {
            *count += usize::from(distance(pixel, colour) <= NEAR);
        }
    }
    for at in 1..counts.len() {
        counts[at] += counts[at - 1];
    }
    counts
}

/// Takes away what is no ink but the background that goes on above and below a box in a line.
pub(super) fn clear_around(picture: &Picture, area: Rect, grounds: &[Colour], values: &mut [u8]) {
    let width = area.width();
    let runs: Vec<&[Colour]> = grounds.chunk_by(|one, next| distance(one, *next) < ALIKE).collect();
    let mut from = 0;
    for (at, run) in runs.iter().enumerate() {
        let to = from + run.len();
        let beside = [at.checked_sub(1).map(|at| runs[at].last()), runs.get(at + 1).map(|run| run.first())];
        for other in beside.into_iter().flatten().flatten() {
            for y in 0..area.height() {
                let row = picture.row(area.top + y, area.left + from, area.left + to);
                let near = row.chunks_exact(3).filter(|pixel| distance(pixel, *other) <= NEAR).count();
                if near * 100 >= run.len() * BEYOND {
                    values[y * width + from..y * width + to].fill(0);
                }
            }
        }
        from = to;
    }
}
