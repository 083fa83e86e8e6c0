//! The comment beside a secret that allows it: which one, where, and the reason that it gives.
//!
//! It looks at the lines of one secret and knows no file. What a reason may show is for the
//! caller to mask.
//!
//! **Invariant:** at most `REACH` bytes on either side of a secret are looked at, and as many
//! of the line above, so that a marker in a line without end does not allow all that stands in
//! it, and many secrets on one line cost no more than as many on lines of their own.

mod comment;
mod marker;
mod reason;
#[cfg(test)]
mod tests;

use std::ops::Range;

use marker::{Marker, markers};

/// Bytes on either side of a secret, and of the line above, that are looked at.
const REACH: usize = 1024;

/// A comment that allows a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    /// The word that allows it, such as `baseleak:allow`.
    pub marker: &'static str,
    /// The line that it stands on, counted as the secret's.
    pub line: u64,
    /// Where the reason stands in the text, if it gives one.
    pub reason: Option<Range<usize>>,
}

/// The comments of a text that may allow secrets in it.
#[derive(Debug)]
pub(crate) struct Comments<'t> {
    bytes: &'t [u8],
    /// The places of all secrets, in order and disjoint.
    secrets: &'t [Range<usize>],
    /// Whether a marker stands anywhere near them: mostly none does, and that is found
    /// out once for all.
    has_any: bool,
}

impl<'t> Comments<'t> {
    /// Those in `bytes`; `secrets` are the places of all secrets in it, in order and disjoint.
    pub(crate) fn new(bytes: &'t [u8], secrets: &'t [Range<usize>]) -> Self {
        let near = match secrets {
            [first, .., last] => first.start..last.end,
            [only] => only.clone(),
            [] => 0..0,
        };
        // A line, and the one above it.
        let near = near.start.saturating_sub(2 * REACH + 1)..bytes.len().min(near.end + REACH);
        Self { bytes, secrets, has_any: marker::any(&bytes[near]) }
    }

    /// The comment that allows the secret at `span`, which begins on `line`.
    ///
    /// It stands on the first or the last line of the secret, or above it on a line that holds
    /// nothing but a comment: one that has a secret beside it belongs to that one.
    pub(crate) fn find(&self, span: &Range<usize>, line: u64) -> Option<Comment> {
        if self.has_any { find(self.bytes, span, line, self.secrets) } else { None }
    }
}

fn find(bytes: &[u8], span: &Range<usize>, line: u64, secrets: &[Range<usize>]) -> Option<Comment> {
    let (start, begins) = line_start(bytes, span.start);
    let (end, is_cut) = line_end(bytes, span.end);
    let on_line = |marker: &Marker| !marker.next_line;
    let behind: Vec<Marker> = markers(bytes, span.end..end).filter(on_line).collect();
    if let Some((marker, reason)) = telling(bytes, &behind, end, is_cut) {
        let last = line + memchr::memchr_iter(b'\n', &bytes[span.clone()]).count() as u64;
        return Some(Comment { marker, line: last, reason });
    }
    let before = markers(bytes, start..span.start).filter(on_line).last();
    if let Some(found) = before {
        // What stands between it and the secret is a reason only where the comment is closed there.
        let reason = reason::closed(bytes, found.end..span.start);
        return Some(Comment { marker: found.name, line, reason });
    }
    above(bytes, start.checked_sub(1).filter(|_| begins)?, line, secrets)
}

/// The comment on the line that ends at `end`, for a secret on `line`.
fn above(bytes: &[u8], end: usize, line: u64, secrets: &[Range<usize>]) -> Option<Comment> {
    let (start, begins) = line_start(bytes, end);
    let mut found: Vec<Marker> = markers(bytes, start..end).collect();
    let first = secrets.partition_point(|secret| secret.end <= start);
    let is_taken = secrets.get(first).is_some_and(|secret| secret.start < end);
    if is_taken || !begins || !comment::is_alone(&bytes[start..end]) {
        found.retain(|marker| marker.next_line);
    }
    let (marker, reason) = telling(bytes, &found, end, false)?;
    Some(Comment { marker, line: line.checked_sub(1)?, reason })
}

/// The first of `markers` that gives a reason, or else the first, and the reason. The text
/// that they stand in goes to `end`, and is cut off there or not.
fn telling(
    bytes: &[u8],
    markers: &[Marker],
    end: usize,
    is_cut: bool,
) -> Option<(&'static str, Option<Range<usize>>)> {
    let ends = markers.iter().skip(1).map(|next| next.start).chain([end]);
    let reasons = markers.iter().zip(ends).map(|(marker, until)| {
        let reason = reason::open(bytes, marker.end..until, is_cut && until == end);
        (marker.name, reason)
    });
    let first = (markers.first()?.name, None);
    Some(reasons.into_iter().find(|(_, reason)| reason.is_some()).unwrap_or(first))
}

/// Where the line of `at` begins, as far as it is looked at, and whether it does begin there.
fn line_start(bytes: &[u8], at: usize) -> (usize, bool) {
    let floor = at.saturating_sub(REACH);
    match memchr::memrchr(b'\n', &bytes[floor..at]) {
        Some(newline) => (floor + newline + 1, true),
        None => (floor, floor == 0),
    }
}

/// Where the line of `at` ends, as far as it is looked at, and whether it goes on.
fn line_end(bytes: &[u8], at: usize) -> (usize, bool) {
    let ceiling = bytes.len().min(at + REACH);
    match memchr::memchr(b'\n', &bytes[at..ceiling]) {
        Some(newline) => (at + newline, false),
        None => (ceiling, ceiling < bytes.len()),
    }
}
