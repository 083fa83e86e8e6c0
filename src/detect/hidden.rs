//! Secrets that do not stand in a text as they are, but encoded: looks into what
//! [`crate::decode`] gives out, and into what is encoded in that.
//!
//! A secret is judged with the words around it in what was decoded, and with those
//! around the encoded part in the text itself: a value of a Kubernetes Secret has
//! its name there.

use std::ops::Range;

use crate::decode::{self, Limits, Segment, Segments, Traces};
use crate::model::Encoding;

use super::filter::{Verdict, could_be_secret};
use super::matcher::{Believed, Candidate, Matcher, Text};
use super::shape::traces;

/// Encodings of one in another that are undone.
const DEPTH: usize = 4;
/// Bytes of the text on either side of an encoded part that have a say in it.
const AROUND: usize = 64 << 10;
/// Bytes decoded from one text at most: so many times its own, and so many more.
const TIMES: usize = 4;
const MORE: usize = 1 << 20;
/// Bytes that may be inflated from one text.
const INFLATED: usize = 16 << 20;

/// A believed secret that stands encoded in a text.
#[derive(Debug)]
pub(super) struct Hidden {
    pub(super) rule: usize,
    pub(super) verdict: Verdict,
    pub(super) secret: Vec<u8>,
    /// What it was decoded from, in the text.
    pub(super) span: Range<usize>,
    /// Outermost first.
    pub(super) encodings: Vec<Encoding>,
}

/// The secrets that stand encoded in `text`, in order; each once. And whether all that
/// is encoded was decoded, within the limits.
pub(super) fn secrets(matcher: &Matcher, text: Text<'_>) -> (Vec<Hidden>, bool) {
    let mut found: Vec<Hidden> = Vec::new();
    let is_complete = layers(text.bytes, look(text.bytes), &mut |layer| {
        if matcher.candidates(Text { bytes: layer.bytes(), ..text }).is_empty() {
            return true;
        }
        let (joined, own) = layer.with_surroundings(text.bytes);
        for Believed { candidate, verdict } in matcher.secrets(Text { bytes: &joined, ..text }) {
            let Some((secret, span)) = layer.place(&joined, &own, &candidate, text.bytes) else { continue };
            let encodings = layer.0.iter().map(|segment| segment.encoding).collect();
            found.push(Hidden { rule: candidate.rule, verdict, secret: secret.to_vec(), span, encodings });
        }
        true
    });
    (distinct(found), is_complete)
}

/// Whether a secret that stands encoded in `bytes` survives the filters, at whatever
/// path, or may stand where the limits end.
pub(super) fn glance(matcher: &Matcher, bytes: &[u8]) -> bool {
    let mut may_hold = false;
    let is_complete = layers(bytes, look(bytes), &mut |layer| {
        if !matcher.candidates(Text { bytes: layer.bytes(), path: None }).is_empty() {
            let (joined, own) = layer.with_surroundings(bytes);
            let text = Text { bytes: &joined, path: None };
            may_hold = matcher
                .survivors(text)
                .iter()
                .any(|candidate| layer.place(&joined, &own, candidate, bytes).is_some());
        }
        !may_hold
    });
    may_hold || !is_complete
}

/// Whether a text of which `piece` is a part may hold a secret that stands encoded
/// in and around the piece.
pub(super) fn stirs(piece: &[u8]) -> bool {
    let mut traces = Traces::of_part(piece);
    let mut from = 0;
    while let Some(next) = step(piece, from, &mut traces) {
        if traces.may_matter() {
            return true;
        }
        from = next;
    }
    decode::is_wide(piece)
}

/// Where in `bytes` anything stands encoded that could be a secret.
pub(super) fn suspects(matcher: &Matcher, bytes: &[u8]) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    layers(bytes, look(bytes), &mut |layer| {
        let text = Text { bytes: layer.bytes(), path: None };
        let could_be = |candidate: &Candidate| could_be_secret(&matcher.rules, candidate, &text);
        let candidates = matcher.candidates(text).into_iter().filter(could_be);
        spans.extend(candidates.map(|candidate| layer.original(candidate.secret)));
        true
    });
    spans
}

/// What was decoded, each segment from the text of the one before.
struct Layer<'s>(&'s [Segment]);

impl Layer<'_> {
    fn bytes(&self) -> &[u8] {
        self.0.last().map_or(&[], |segment| &segment.text)
    }

    /// What `span` of its bytes was decoded from, in the text.
    fn original(&self, span: Range<usize>) -> Range<usize> {
        self.0.iter().rev().fold(span, |span, segment| segment.original(span))
    }

    /// Its bytes, with what stands around each segment in the text that it was decoded
    /// from around them, and where they are in that.
    fn with_surroundings(&self, text: &[u8]) -> (Vec<u8>, Range<usize>) {
        let (mut joined, mut behind, mut from) = (Vec::new(), Vec::new(), text);
        for segment in self.0 {
            let region = segment.region();
            joined.extend_from_slice(&from[region.start.saturating_sub(AROUND)..region.start]);
            // Nothing of a text may go on in what was decoded.
            joined.push(b' ');
            behind.push(&from[region.end..from.len().min(region.end + AROUND)]);
            from = &segment.text;
        }
        let own = joined.len()..joined.len() + from.len();
        joined.extend_from_slice(from);
        for part in behind.into_iter().rev() {
            joined.push(b' ');
            joined.extend_from_slice(part);
        }
        (joined, own)
    }

    /// The secret of `candidate`, and what it was decoded from in `text`; nothing
    /// where it lies outside of the bytes or stands in the text as it is.
    fn place<'j>(
        &self,
        joined: &'j [u8],
        own: &Range<usize>,
        candidate: &Candidate,
        text: &[u8],
    ) -> Option<(&'j [u8], Range<usize>)> {
        let Range { start, end } = candidate.secret;
        if start < own.start || end > own.end {
            return None;
        }
        let span = self.original(start - own.start..end - own.start);
        let secret = &joined[start..end];
        (text[span.clone()] != *secret).then_some((secret, span))
    }
}

/// The traces of encoded keys in `bytes`.
fn look(bytes: &[u8]) -> Traces<'_> {
    let mut traces = Traces::new(bytes);
    let mut from = 0;
    while let Some(next) = step(bytes, from, &mut traces) {
        from = next;
    }
    traces
}

/// Tells `traces` of the next step that has any; where to go on.
#[inline]
fn step(bytes: &[u8], from: usize, found: &mut Traces<'_>) -> Option<usize> {
    let step = traces::next(bytes, from)?;
    let mut keyed = step.keyed;
    while keyed != 0 {
        let start = step.keyed_at(keyed.trailing_zeros());
        found.keyed(start..start + traces::KEYED);
        keyed &= keyed - 1;
    }
    let mut next = step.start + traces::STEP;
    let mut runs = step.runs;
    while runs != 0 {
        let place = runs.trailing_zeros() as usize;
        let length = traces::RUN - 1 + (runs >> place).trailing_ones() as usize;
        let start = step.start + place - traces::RUN;
        let end = found.run(start..start + length);
        next = next.max(end);
        let beyond = (end + traces::RUN).saturating_sub(step.start).max(place + 1);
        runs = if beyond < 128 { runs >> beyond << beyond } else { 0 };
    }
    Some(next)
}

/// Shows `visit` all that can be decoded, until it has seen enough; whether the limits
/// left nothing undecoded that it would have seen.
fn layers(bytes: &[u8], traces: Traces<'_>, visit: &mut dyn FnMut(&Layer<'_>) -> bool) -> bool {
    if traces.is_empty() && !decode::is_wide(bytes) {
        return true;
    }
    let left =
        Limits { max_output: bytes.len().saturating_mul(TIMES).saturating_add(MORE), max_inflated: INFLATED };
    let segments = traces.segments(&left);
    let mut way = Way { stack: Vec::new(), left, is_complete: true };
    way.deeper(segments, visit);
    way.is_complete
}

/// The way down to where it is being decoded.
struct Way {
    stack: Vec<Segment>,
    left: Limits,
    is_complete: bool,
}

impl Way {
    /// Shows `visit` each of `segments` and what is in it; whether to go on.
    fn deeper(&mut self, segments: Segments, visit: &mut dyn FnMut(&Layer<'_>) -> bool) -> bool {
        self.is_complete &= segments.complete;
        // What was inflated in vain has cost as much.
        self.left.max_inflated = self.left.max_inflated.saturating_sub(segments.inflated);
        let is_inflated =
            |segment: &Segment| matches!(segment.encoding, Encoding::Gzip | Encoding::Zlib | Encoding::Zip);
        let others = segments.list.iter().filter(|segment| !is_inflated(segment));
        let spent: usize = others.map(|segment| segment.text.len()).sum();
        self.left.max_output = self.left.max_output.saturating_sub(spent);
        for segment in segments.list {
            self.stack.push(segment);
            let mut goes_on = visit(&Layer(&self.stack));
            if goes_on {
                let inner = decode::segments(Layer(&self.stack).bytes(), &self.left);
                if self.stack.len() < DEPTH {
                    goes_on = self.deeper(inner, visit);
                } else {
                    self.is_complete &= inner.complete && inner.list.is_empty();
                    self.left.max_inflated = self.left.max_inflated.saturating_sub(inner.inflated);
                }
            }
            self.stack.pop();
            if !goes_on {
                return false;
            }
        }
        true
    }
}

/// Each secret once where its places overlap, by the shortest chain.
fn distinct(mut found: Vec<Hidden>) -> Vec<Hidden> {
    found.sort_by_key(|hidden| (hidden.encodings.len(), hidden.rule, hidden.span.start));
    let mut kept: Vec<Hidden> = Vec::new();
    for hidden in found {
        let is_same = |other: &Hidden| overlap(&other.span, &hidden.span) && is_part(&hidden, other);
        if !kept.iter().any(is_same) {
            kept.push(hidden);
        }
    }
    kept.sort_by_key(|hidden| hidden.span.start);
    kept
}

/// Whether one of two secrets is the other, or a part of it.
fn is_part(one: &Hidden, other: &Hidden) -> bool {
    let holds = |long: &Hidden, short: &Hidden| memchr::memmem::find(&long.secret, &short.secret).is_some();
    holds(one, other) || holds(other, one)
}

/// Whether two ranges share a place.
fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

#[cfg(test)]
#[path = "hidden_tests.rs"]
mod tests;
