//! Bands of rows in which a picture has the rhythm of text.
//!
//! Five sizes of text are looked for, each with its own width of gap: a row of text of that
//! size has no wider gap between two changes of brightness, but the rows between two lines
//! have.

use std::collections::BTreeMap;

use crate::ocr::picture::{Picture, Rect};

/// How much a channel changes from a pixel to the next but one where a letter begins or ends;
/// in pictures that were scaled up or blurred an edge is wider than a pixel.
const EDGE: u8 = 24;
/// Widest gaps in a row of text, in pixels, for each size of text: about the size of its font.
const GAPS: [usize; 5] = [11, 20, 36, 66, HIGHEST];
/// The highest band, in rows.
const HIGHEST: usize = 120;
/// The fewest gaps that the text of a row is long.
const LENGTH: usize = 5;

/// A run of rows with the rhythm of text.
struct Band {
    rect: Rect,
    /// For each of its rows how often it changes.
    changes: Vec<usize>,
}

/// A stretch of a row: from, to, and how often it changes.
type Stretch = (usize, usize, usize);

/// The bands of all sizes, each line once.
pub(super) fn bands(picture: &Picture) -> Vec<Rect> {
    let mut open: Vec<Vec<Band>> = GAPS.iter().map(|_| Vec::new()).collect();
    let mut found: Vec<Vec<Band>> = GAPS.iter().map(|_| Vec::new()).collect();
    let (mut changes, mut edges) = (Vec::new(), Vec::new());
    for y in 0..picture.height {
        edges_of(picture.row(y, 0, picture.width), &mut changes, &mut edges);
        for (level, &gap) in GAPS.iter().enumerate() {
            let stretches = stretches(&edges, gap);
            grow(&mut open[level], &stretches, y, gap, &mut found[level]);
        }
    }
    for (level, &gap) in GAPS.iter().enumerate() {
        for band in open[level].drain(..) {
            close(band, gap, &mut found[level]);
        }
    }
    merge(picture, found)
}

/// The columns at which a row of pixels changes sharply.
pub(super) fn edges_of(row: &[u8], changes: &mut Vec<u8>, edges: &mut Vec<u32>) {
    edges.clear();
    changes.clear();
    let Some(next) = row.get(6..) else { return };
    changes.extend(row.iter().zip(next).map(|(one, other)| u8::from(one.abs_diff(*other) > EDGE)));
    for (x, pixel) in (0..).zip(changes.chunks_exact(3)) {
        if pixel[0] | pixel[1] | pixel[2] != 0 {
            edges.push(x);
        }
    }
}

/// The stretches from the first to the last of edges that are at most `gap` from each other,
/// if they are long enough and have enough of them.
fn stretches(edges: &[u32], gap: usize) -> Vec<Stretch> {
    let mut all = Vec::new();
    let mut rest = edges;
    while let Some(&first) = rest.first() {
        let end = rest.windows(2).position(|two| (two[1] - two[0]) as usize > gap);
        let count = end.map_or(rest.len(), |at| at + 1);
        let last = rest[count - 1];
        rest = &rest[count..];
        let length = (last - first) as usize + 1;
        if length >= LENGTH * gap && count * gap >= length * 3 / 2 {
            all.push((first as usize, first as usize + length, count));
        }
    }
    all
}

/// Adds the stretches of row `y` to the bands that they continue.
fn grow(open: &mut Vec<Band>, stretches: &[Stretch], y: usize, gap: usize, found: &mut Vec<Band>) {
    for &(from, to, count) in stretches {
        let continued = open.iter_mut().find(|band| {
            let common = band.rect.right.min(to).saturating_sub(band.rect.left.max(from));
            common * 2 >= (to - from).min(band.rect.width())
        });
        if let Some(Band { rect, changes }) = continued {
            *rect = Rect { left: rect.left.min(from), right: rect.right.max(to), bottom: y + 1, ..*rect };
            changes.resize(y + 1 - rect.top, 0);
            changes[y - rect.top] += count;
        } else {
            open.push(Band {
                rect: Rect { left: from, top: y, right: to, bottom: y + 1 },
                changes: vec![count],
            });
        }
    }
    // A letter may have a row without an edge, but a line is not two of them away.
    let patience = 1 + gap / 16;
    for at in (0..open.len()).rev() {
        if open[at].rect.bottom + patience <= y {
            close(open.swap_remove(at), gap, found);
        }
    }
}

/// Keeps a band that is as high as text of its size.
fn close(band: Band, gap: usize, found: &mut Vec<Band>) {
    let height = band.rect.height();
    let rows = band.changes.iter().filter(|&&changes| changes > 0).count();
    if height >= (gap / 4).max(4) && height <= gap && rows * 4 >= height * 3 {
        found.push(band);
    }
}

/// Each line once: larger sizes have the whole of it, unless they took two lines for one.
fn merge(picture: &Picture, found: Vec<Vec<Band>>) -> Vec<Rect> {
    // By their first rows, so that each is held against those near it: noise has very many.
    let mut all: BTreeMap<(usize, usize), Rect> = BTreeMap::new();
    for (number, band) in found.into_iter().flatten().enumerate() {
        let near = all.range((band.rect.top.saturating_sub(HIGHEST), 0)..(band.rect.bottom, 0));
        let inside = near.filter(|(_, small)| covers(&band.rect, small));
        let inside: Vec<((usize, usize), Rect)> = inside.map(|(key, small)| (*key, *small)).collect();
        if !is_two(picture, &band.rect, &inside.iter().map(|(_, small)| *small).collect::<Vec<_>>()) {
            for (key, _) in inside {
                all.remove(&key);
            }
            all.insert((band.rect.top, number), band.rect);
        }
    }
    all.into_values().collect()
}

/// Whether a band takes two of those `inside` it for one.
fn is_two(picture: &Picture, band: &Rect, inside: &[Rect]) -> bool {
    let mut ends: Vec<usize> = inside.iter().map(|upper| upper.bottom).collect();
    let mut starts: Vec<usize> = inside.iter().map(|lower| lower.top).collect();
    for rows in [&mut ends, &mut starts] {
        rows.sort_unstable();
        rows.dedup();
    }
    let mut gaps = ends.iter().flat_map(|&end| starts.iter().map(move |&start| (end, start)));
    let is_inside = |&(end, start): &(usize, usize)| band.top <= end && end < start && start <= band.bottom;
    let Some(first) = gaps.find(is_inside) else { return false };
    let edges = edges_in(picture, band);
    std::iter::once(first)
        .chain(gaps.filter(is_inside))
        .any(|(end, start)| is_parted(band, &edges, end, start))
}

/// For each row of `area` how often it changes.
fn edges_in(picture: &Picture, area: &Rect) -> Vec<usize> {
    let (mut changes, mut edges) = (Vec::new(), Vec::new());
    let of_row = |y: usize| {
        edges_of(picture.row(y, area.left, area.right), &mut changes, &mut edges);
        edges.len()
    };
    (area.top..area.bottom).map(of_row).collect()
}

/// Whether a band with `edges` in its rows has hardly a letter in one of the rows `from` to
/// before `to`. Lines of one text are about as high as each other; what is not must be apart
/// more clearly.
fn is_parted(band: &Rect, edges: &[usize], from: usize, to: usize) -> bool {
    let mean = edges.iter().sum::<usize>() / edges.len();
    let (upper, lower) = (from - band.top, band.bottom - to);
    let least = if upper.max(lower) <= 2 * upper.min(lower) { mean * 2 / 5 } else { mean / 8 };
    edges[from - band.top..to - band.top].iter().any(|&edges| edges < least)
}

/// Whether most of `small` lies in `large`.
fn covers(large: &Rect, small: &Rect) -> bool {
    let width = large.right.min(small.right).saturating_sub(large.left.max(small.left));
    let height = large.bottom.min(small.bottom).saturating_sub(large.top.max(small.top));
    width * 10 >= small.width() * 6 && height * 10 >= small.height() * 6
}
