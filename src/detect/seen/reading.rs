//! From marks that may be a key to what the key is: reads its lines again, lays the shape
//! over each reading, and counts what all say. Whether it is a key at all is not decided here.

use std::ops::Range;

use crate::model::{Region, TextLine};

use super::align::{self, Shape, Span};
use super::ballot::{self, Ballot, Choices};
use super::tape::{Tape, padded};

/// What a reading of a part may cost, for each of its characters, to be counted.
const DEAR: f32 = 0.35;
/// Readings of a part that are counted, at most.
const READINGS: usize = 16;

/// A way to read a part of the page again.
pub(super) type Reread<'r> = dyn FnMut(Region) -> Vec<TextLine> + 'r;

/// What marks come to that may be a key.
#[derive(Debug)]
pub(super) struct Reading {
    /// What each character may be.
    pub(super) choices: Vec<Choices>,
    /// The likeliest of all.
    pub(super) secret: Vec<u8>,
    /// How likely that is right to the letter.
    pub(super) sure: f32,
    /// What it costs to see a key in them, at best.
    pub(super) cost: f32,
}

impl Reading {
    /// Reads `span` of `tape`, and its lines again with `reread` where there is one.
    pub(super) fn of(
        tape: &Tape<'_>,
        shape: &Shape,
        span: &Span,
        size: (u32, u32),
        reread: Option<&mut Reread<'_>>,
    ) -> Option<Self> {
        let (places, _) = align::trace(tape, shape, span.marks.clone())?;
        let mut ballot = Ballot::new(&shape.slots);
        cast(&mut ballot, tape, &places, span.marks.clone(), 0);
        let mut cost = align::fit(tape, shape, &places, span.cost);
        if let Some(reread) = reread {
            let parts = parts(tape, &places);
            for part in &parts {
                let whole = (parts.len() == 1).then_some(&mut cost);
                read_part(&mut ballot, tape, shape, &places, part, (size, &mut *reread, whole));
            }
        }
        let choices = ballot.count();
        let (secret, sure) = ballot::likeliest(&choices);
        Some(Self { choices, secret, sure, cost })
    }

    /// The public names that it may have: what stands before the dot, the likeliest first.
    pub(super) fn names(&self) -> Vec<String> {
        let dot = self.secret.iter().position(|&byte| byte == b'.').unwrap_or(self.secret.len());
        ballot::variants(&self.choices[..dot])
    }
}

/// Counts the marks at `places` of the slots from `first` on, and those of `marks` that were
/// passed over for a twin of one beside them.
fn cast(
    ballot: &mut Ballot<'_>,
    tape: &Tape<'_>,
    places: &[Option<usize>],
    marks: Range<usize>,
    first: usize,
) {
    let mut slots = vec![None; marks.len()];
    for (slot, place) in places.iter().enumerate() {
        if let Some(at) = *place {
            ballot.add(first + slot, &tape.marks[at], 1.0);
            slots[at - marks.start] = Some(first + slot);
        }
    }
    for row in 0..slots.len() {
        if slots[row].is_some() {
            continue;
        }
        let letter = tape.marks[marks.start + row].letter;
        let beside = [row.checked_sub(1), Some(row + 1)].into_iter().flatten();
        let twin = beside.filter(|&other| other < slots.len()).find_map(|other| {
            let is_alike = super::likeness::is_alike(tape.marks[marks.start + other].letter, letter);
            slots[other].filter(|_| is_alike)
        });
        if let Some(slot) = twin {
            ballot.add(slot, &tape.marks[marks.start + row], 0.7);
        }
    }
}

/// The slots that stand on one line each.
fn parts(tape: &Tape<'_>, places: &[Option<usize>]) -> Vec<Range<usize>> {
    let mut parts: Vec<(usize, Range<usize>)> = Vec::new();
    for (slot, place) in places.iter().enumerate() {
        let Some(at) = *place else { continue };
        let line = tape.marks[at].line;
        match parts.last_mut() {
            Some((last, part)) if *last == line => part.end = slot + 1,
            _ => {
                let start = parts.last().map_or(0, |(_, part)| part.end);
                parts.push((line, start..slot + 1));
            }
        }
    }
    if let Some((_, part)) = parts.last_mut() {
        part.end = places.len();
    }
    parts.into_iter().map(|(_, part)| part).collect()
}

/// Reads the line again on which `part` of the slots stands, and counts what that gives.
fn read_part(
    ballot: &mut Ballot<'_>,
    tape: &Tape<'_>,
    shape: &Shape,
    places: &[Option<usize>],
    part: &Range<usize>,
    (size, reread, mut whole): ((u32, u32), &mut Reread<'_>, Option<&mut f32>),
) {
    let own: Vec<usize> = places[part.clone()].iter().flatten().copied().collect();
    let region = own.iter().map(|&at| tape.marks[at].glyph.region).reduce(Region::join);
    let Some(region) = region else { return };
    let sub = Shape {
        slots: shape.slots[part.clone()].to_vec(),
        limit: shape.limit + DEAR * f32::from(u8::try_from(part.len()).unwrap_or(u8::MAX)),
        opening: shape.opening,
        is_bare: shape.is_bare,
        is_cut_out: true,
    };
    for line in reread(padded(region, size)).into_iter().take(READINGS) {
        let again = Tape::new(std::slice::from_ref(&line));
        let spans = align::search(&again, &sub);
        let Some(span) = spans.into_iter().min_by(|a, b| a.cost.total_cmp(&b.cost)) else { continue };
        let Some((found, _)) = align::trace(&again, &sub, span.marks.clone()) else { continue };
        let found = in_place(tape, &again, &places[part.clone()], found, region);
        cast(ballot, &again, &found, span.marks.clone(), part.start);
        if let Some(cost) = whole.as_deref_mut() {
            *cost = cost.min(align::fit(&again, &sub, &found, span.cost));
        }
    }
}

/// Of the places `found` in a part that was read again, those that are where the character
/// was before, to about its width.
fn in_place(
    tape: &Tape<'_>,
    again: &Tape<'_>,
    places: &[Option<usize>],
    found: Vec<Option<usize>>,
    region: Region,
) -> Vec<Option<usize>> {
    let count = u16::try_from(places.len().max(1)).unwrap_or(u16::MAX);
    let pixels = u16::try_from(region.width).unwrap_or(u16::MAX);
    let slack = 1.2 * f32::from(pixels) / f32::from(count);
    let is_there = |old: Option<usize>, new: usize| {
        old.is_none_or(|old| (tape.middle(old) - again.middle(new)).abs() <= slack)
    };
    places.iter().zip(found).map(|(old, new)| new.filter(|&new| is_there(*old, new))).collect()
}
