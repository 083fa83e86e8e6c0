//! The rest of a key that was wrapped: a few letters, too short to have the rhythm of text.
//!
//! It is looked for only right below a line that ends with what may be most of a key, and only
//! where no line was found there.

use std::ops::Range;

use super::bands::edges_of;
use super::words::Line;
use crate::ocr::picture::{Picture, Rect};

/// A column with edges in more of the rows than that, in tenths, is a rule or a frame.
const UPRIGHT: usize = 9;

/// Where the rest of each of the `heads` may stand, which are numbers of `lines`.
pub(super) fn rests(picture: &Picture, lines: &[Line], heads: &[usize]) -> Vec<Rect> {
    let mut found: Vec<Rect> = Vec::new();
    for &at in heads {
        let rest = rest(picture, lines, at);
        found.extend(rest.filter(|rest| lines.iter().all(|line| !meets(rest, line))));
    }
    found
}

fn rest(picture: &Picture, lines: &[Line], at: usize) -> Option<Rect> {
    let head = &lines[at];
    let height = head.height();
    // What is wrapped goes on where lines begin, as far as those near tell.
    let near = lines[at.saturating_sub(8)..(at + 9).min(lines.len())].iter();
    let near = near.filter(|line| line.base.abs_diff(head.base) <= height * 16);
    let left = near.map(|line| line.area.left).filter(|&left| left < head.area.right).min()?;
    // Below what hangs down of the head.
    let top = head.base + height / 2;
    let area =
        Rect { left, right: head.area.right, top, bottom: (head.base + height * 9 / 2).min(picture.height) };
    if area.top >= area.bottom || area.right <= area.left + 2 {
        return None;
    }
    let edges = edges(picture, area);
    // The dot of an `i` is a row or two above it.
    let gap = 1 + height / 5;
    let is_line = |rows: &Range<usize>| {
        rows.len() * 5 >= height * 3 && rows.len() * 5 <= height * 9 && area.top + rows.end < picture.height
    };
    // A selection may begin or end between two lines.
    let rows = runs(&edges, gap).into_iter().take(3).find(is_line)?;
    let columns = edges[rows.clone()].iter().flatten();
    let (from, to) = (*columns.clone().min()?, *columns.max()?);
    let (top, bottom) = (area.top + rows.start, area.top + rows.end);
    Some(Rect { left: left + from, right: left + to + 2, top, bottom })
}

/// Runs of rows with edges, with gaps of at most `gap` rows.
fn runs(edges: &[Vec<usize>], gap: usize) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in (0..edges.len()).filter(|&at| !edges[at].is_empty()) {
        match runs.last_mut() {
            Some(run) if at - run.end <= gap => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// For each row of `area` the columns at which it changes sharply, without those of upright rules.
fn edges(picture: &Picture, area: Rect) -> Vec<Vec<usize>> {
    let (mut changes, mut edges) = (Vec::new(), Vec::new());
    let of_row = |y: usize| {
        edges_of(picture.row(y, area.left, area.right), &mut changes, &mut edges);
        edges.iter().map(|&x| x as usize).collect::<Vec<_>>()
    };
    let mut rows: Vec<Vec<usize>> = (area.top..area.bottom).map(of_row).collect();
    let mut counts = vec![0; area.width()];
    for &x in rows.iter().flatten() {
        counts[x] += 1;
    }
    let most = rows.len() * UPRIGHT / 10;
    for row in &mut rows {
        row.retain(|&x| counts[x] <= most);
    }
    rows
}

/// Whether letters of `line` have rows and columns of `rest`.
fn meets(rest: &Rect, line: &Line) -> bool {
    let area = line.area;
    rest.left < area.right && area.left < rest.right && rest.top < line.base && line.cap < rest.bottom
}
