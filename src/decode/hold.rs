//! Whether a decoded text may hold a key, or another encoding of one. What may
//! not is not given out.
//!
//! It is generous: who matches keys will look closer.

use std::ops::Range;

use memchr::{memchr_iter, memmem};

use super::escapes::{self, KINDS};
use super::joins::Joins;
use super::sweep::{self, ALNUM, BASE64, ahead, behind, is};
use super::{base64, inflate};

/// Letters or digits before a key's dot, at least.
const ID: usize = 8;
/// Letters or digits behind a key's dot, at least.
const SECRET: usize = 16;
/// Bytes of a key that are looked at on either side of its dot, at most.
const REACH: usize = 64;
/// Letters or digits of a webhook secret.
const WEBHOOK: usize = 40;
/// Characters of the shortest key in base64, at the worst alignment.
pub(super) const BLOCK: usize = 40;

/// Which spans of a text are looked at: those that decoding made, or all.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fresh<'m> {
    All,
    /// Ascending; an empty one is a place where something was left out.
    Marks(&'m [Range<usize>]),
}

impl Fresh<'_> {
    /// Whether `span` has something of what decoding made.
    pub(super) fn touches(self, span: &Range<usize>) -> bool {
        let Fresh::Marks(marks) = self else { return true };
        let first = marks.partition_point(|mark| mark.end <= span.start);
        marks.get(first).is_some_and(|mark| mark.start < span.end)
    }
}

/// A span of `text` that may hold a key, if there is one.
pub(super) fn holds(text: &[u8], fresh: Fresh<'_>) -> Option<Range<usize>> {
    holds_plain(text, fresh)
        .or_else(|| compressed(text, fresh))
        .or_else(|| sweep::wide(text).map(|wide| wide.text).find(|span| fresh.touches(span)))
        .or_else(|| Joins::new(text).map(|chain| chain.span()).find(|span| fresh.touches(span)))
}

/// As [`holds`], but only keys and encodings that stand without a break.
pub(super) fn holds_plain(text: &[u8], fresh: Fresh<'_>) -> Option<Range<usize>> {
    dotted(text, fresh).or_else(|| webhook(text, fresh)).or_else(|| encoded(text, fresh))
}

/// A dot with an id before it and a secret behind.
fn dotted(text: &[u8], fresh: Fresh<'_>) -> Option<Range<usize>> {
    memchr_iter(b'.', text).find_map(|dot| {
        if !text.get(dot + SECRET).is_some_and(|&byte| is(byte, ALNUM)) {
            return None;
        }
        let tail = &text[dot + 1..text.len().min(dot + 1 + REACH)];
        let secret = ahead(tail, ALNUM);
        let id = behind(&text[dot.saturating_sub(REACH)..dot], ALNUM);
        if secret < SECRET || id < ID {
            return None;
        }
        // The prefix of a key ends in an underscore.
        let start = dot - id;
        let prefix = if text[..start].ends_with(b"_") { 4.min(start) } else { 0 };
        let span = start - prefix..dot + 1 + secret;
        fresh.touches(&span).then_some(span)
    })
}

fn webhook(text: &[u8], fresh: Fresh<'_>) -> Option<Range<usize>> {
    memmem::find_iter(text, b"whsec_").find_map(|start| {
        let secret = start + b"whsec_".len();
        let run = ahead(&text[secret..text.len().min(secret + REACH)], ALNUM);
        let span = start..secret + run;
        (run >= WEBHOOK && fresh.touches(&span)).then_some(span)
    })
}

/// Runs of base64 or hex, and escapes.
fn encoded(text: &[u8], fresh: Fresh<'_>) -> Option<Range<usize>> {
    sweep::runs(text).find_map(|run| {
        let part = &text[run.clone()];
        let here = |span: Range<usize>| run.start + span.start..run.start + span.end;
        let mut blocks = sweep::runs_of(part, ALNUM, BLOCK).map(|span| with_breaks(text, here(span)));
        let block = blocks.find(|span| fresh.touches(span));
        let escaped = || KINDS.iter().any(|&kind| escapes::find(kind, part).is_some());
        block.or_else(|| (fresh.touches(&run) && escaped()).then(|| run.clone()))
    })
}

/// A run of base64 with the line breaks on either side that only wrap it.
fn with_breaks(text: &[u8], run: Range<usize>) -> Range<usize> {
    let is_break = |byte: &&u8| matches!(byte, b'\r' | b'\n');
    let before = text[..run.start].iter().rev().take(2).take_while(is_break).count();
    let behind = text[run.end..].iter().take(2).take_while(is_break).count();
    let wraps = |at: Option<&u8>| at.is_some_and(|&byte| is(byte, BASE64));
    let start = run.start - before;
    let start = if wraps(start.checked_sub(1).map(|at| &text[at])) { start } else { run.start };
    let end = if wraps(text.get(run.end + behind)) { run.end + behind } else { run.end };
    start..end
}

/// The beginnings of compressed data, as it is or in base64.
fn compressed(text: &[u8], fresh: Fresh<'_>) -> Option<Range<usize>> {
    if inflate::kind(text).is_some() || base64::is_compressed(text) {
        return Some(0..text.len()).filter(|span| fresh.touches(span));
    }
    memmem::find_iter(text, b"H4sI").map(|at| at..at + 4).find(|span| fresh.touches(span))
}
