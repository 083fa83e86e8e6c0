//! Lays the shape of a key over a row of marks: which mark stands for which character of it,
//! and at what cost.
//!
//! Characters may be lost, read twice or torn apart by blanks and line breaks; each costs,
//! less where the distances say that it is so. The costs are, roughly, negative logarithms
//! of how often that happens to a key. Nothing is said about which letter a mark is.

use std::ops::Range;

use super::likeness::{self, NEVER};
use super::measure::median;
use super::tape::{REAL_BLANK, Tape};

/// Characters lost between two marks, at most.
const LOST: usize = 2;

/// A character of the shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// Of the prefix.
    Literal(u8),
    /// A letter or digit.
    Any,
    Dot,
}

/// The shape of a key and what is believed to be one.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) slots: Vec<Slot>,
    /// What a match may cost before it is [measured](fit).
    pub(super) limit: f32,
    /// What its prefix may cost.
    pub(super) opening: f32,
    /// Without a prefix there is little that tells a key: then neighbours and wraps count more.
    pub(super) is_bare: bool,
    /// It is looked for in what was cut out around it: at the edges there are halves of neighbours.
    pub(super) is_cut_out: bool,
}

impl Shape {
    /// `prefix`, 8 letters or digits, a dot and 32 letters or digits.
    pub(super) fn dotted(prefix: &str, looseness: f32) -> Self {
        let is_bare = prefix.len() < 3;
        let slots = prefix
            .bytes()
            .map(Slot::Literal)
            .chain([Slot::Any; 8])
            .chain([Slot::Dot])
            .chain([Slot::Any; 32])
            .collect();
        let limit = looseness * if is_bare { 8.0 } else { 16.0 };
        Self { slots, limit, opening: 4.2 * looseness, is_bare, is_cut_out: false }
    }
}

/// Marks that may be a key.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) marks: Range<usize>,
    pub(super) cost: f32,
}

/// How far the shape is laid over the marks so far.
#[derive(Debug, Clone, Copy)]
struct State {
    cost: f32,
    /// The mark that it begins with.
    start: usize,
}

const DEAD: State = State { cost: f32::INFINITY, start: 0 };

/// Where in `tape` the shape can be laid at no more than its limit: for each last mark, the best.
pub(super) fn search(tape: &Tape<'_>, shape: &Shape) -> Vec<Span> {
    let count = shape.slots.len();
    let (mut old, mut new) = (vec![DEAD; count + 1], vec![DEAD; count + 1]);
    let mut spans = Vec::new();
    // One past the last slot that something living stands at.
    let mut alive = 0;
    for (at, mark) in tape.marks.iter().enumerate() {
        new.fill(DEAD);
        let mut reached = 0;
        old[0] = State { cost: before(tape, shape, at), start: at };
        let insert = insertion(tape, at);
        for slot in 0..count.min(alive + LOST + 1) {
            let state = bridged(tape, shape, at, &old, slot);
            let opens = slot > 0 && matches!(shape.slots[slot - 1], Slot::Literal(_))
                || slot > 1 && matches!(shape.slots[slot - 2], Slot::Literal(_));
            if state.cost > if opens { shape.opening } else { shape.limit } {
                continue;
            }
            let cost = state.cost + emission(mark, shape.slots[slot]);
            if cost <= shape.limit && cost < new[slot + 1].cost {
                new[slot + 1] = State { cost, ..state };
                reached = reached.max(slot + 1);
            }
            if slot > 0 && state.cost + insert < new[slot].cost.min(shape.limit) {
                new[slot] = State { cost: state.cost + insert, ..state };
                reached = reached.max(slot);
            }
        }
        let full = new[count];
        if full.cost <= shape.limit {
            let cost = full.cost + behind(tape, shape, at + 1);
            if cost <= shape.limit {
                spans.push(Span { marks: full.start..at + 1, cost });
            }
        }
        std::mem::swap(&mut old, &mut new);
        old[count] = DEAD;
        alive = reached.min(count - 1);
    }
    spans
}

/// The best way to come to `slot` before the mark `at`, over slots whose characters were lost.
fn bridged(tape: &Tape<'_>, shape: &Shape, at: usize, old: &[State], slot: usize) -> State {
    let mut best = DEAD;
    for lost in 0..=LOST.min(slot) {
        let from = old[slot - lost];
        if from.cost >= best.cost || (slot == lost && lost > 0) || is_torn(shape, slot, lost) {
            continue;
        }
        let cost = from.cost + if slot == lost { 0.0 } else { step(tape, shape, at, slot, lost) };
        if cost < best.cost {
            best = State { cost, ..from };
        }
    }
    best
}

/// Whether the `lost` slots before `slot` are of the prefix and of what stands behind it: then
/// nothing would hold the prefix to what it may cost.
fn is_torn(shape: &Shape, slot: usize, lost: usize) -> bool {
    let is_literal = |slot: &Slot| matches!(slot, Slot::Literal(_));
    lost > 1 && is_literal(&shape.slots[slot - lost]) != is_literal(&shape.slots[slot - 1])
}

/// What it costs to go on to the mark `at` with `slot`, the `lost` slots before it passed over.
fn step(tape: &Tape<'_>, shape: &Shape, at: usize, slot: usize, lost: usize) -> f32 {
    let lead = tape.marks[at].lead;
    let missing: f32 = shape.slots[slot - lost..slot]
        .iter()
        .map(|slot| match slot {
            Slot::Literal(b'_') => 0.4,
            Slot::Dot if shape.is_bare => 4.0,
            Slot::Any => 1.5,
            Slot::Dot | Slot::Literal(_) => 2.5,
        })
        .sum();
    let count = if lost == 0 { 0.0 } else { f32::from(u8::try_from(lost).unwrap_or(u8::MAX)) };
    if lead.line_break {
        let wrap = match (lead.wraps, shape.is_bare) {
            (true, _) => 0.8,
            (false, false) => 2.5,
            (false, true) => 3.0,
        };
        return wrap + missing + 2.0 * count;
    }
    // Boxes beside a blank that is not there are often wrong: they decide little.
    match lead.columns {
        _ if lost == 0 && at > 0 && tape.is_frame(at - 1) => 0.0,
        Some(columns) if lost > 0 => {
            missing + count * if (columns - 1.0 - count).abs() <= 0.5 { 0.2 } else { 1.2 }
        }
        None if lost > 0 => missing + count * if lead.blank { 0.6 } else { 1.2 },
        Some(_) if lead.blank && lead.gap >= REAL_BLANK => 1.5 + 2.0 * (lead.gap - REAL_BLANK).min(1.5),
        Some(_) if lead.blank => 0.2,
        None if lead.blank => 0.4 + 2.0 * (lead.gap - 0.6).clamp(0.0, 1.0),
        Some(_) | None => 0.0,
    }
}

/// What it costs that the mark `at` is no character of the key, but one that was read twice
/// or of the ground.
fn insertion(tape: &Tape<'_>, at: usize) -> f32 {
    let letter = |at: usize| tape.marks.get(at).map_or(' ', |mark| mark.letter);
    let twin =
        [at.wrapping_sub(1), at + 1].into_iter().any(|other| likeness::is_alike(letter(other), letter(at)));
    let at_edge =
        tape.marks[at].lead.line_break || tape.marks.get(at + 1).is_some_and(|mark| mark.lead.line_break);
    let is_beside_blank =
        [at, at + 1].iter().any(|at| tape.marks.get(*at).is_some_and(|mark| mark.lead.blank));
    match tape.columns_around(at) {
        _ if tape.is_frame(at) => 0.3,
        Some(columns) if columns <= 1.4 => {
            if twin {
                0.6
            } else {
                1.2
            }
        }
        // It has a column of its own.
        Some(columns) if (columns - 2.0).abs() < 0.25 && !is_beside_blank => {
            if twin {
                3.0
            } else {
                4.0
            }
        }
        Some(_) if twin => 1.0,
        Some(_) => 2.0,
        // Where a line begins or ends there is often something that was read and is not there.
        None if at_edge && !tape.marks[at].is_alnum() => 0.6,
        None if twin => 1.2,
        None => 2.8,
    }
}

fn emission(mark: &super::tape::Mark<'_>, slot: Slot) -> f32 {
    match slot {
        Slot::Any => mark.as_alnum,
        Slot::Dot => mark.as_dot,
        Slot::Literal(literal) => likeness::as_literal(mark.glyph, literal),
    }
}

/// What it costs that a key begins with the mark `at`.
fn before(tape: &Tape<'_>, shape: &Shape, at: usize) -> f32 {
    let lead = tape.marks[at].lead;
    let Some(before) = at.checked_sub(1).map(|at| &tape.marks[at]) else { return 0.0 };
    let goes_on = before.is_alnum() || before.letter == '_';
    edge(shape, lead, goes_on, || tape.is_word(tape.word_before(at)))
}

/// What it costs that a key ends before the mark `at`.
fn behind(tape: &Tape<'_>, shape: &Shape, at: usize) -> f32 {
    let Some(next) = tape.marks.get(at) else { return 0.0 };
    edge(shape, next.lead, next.is_alnum(), || tape.is_word(tape.word_from(at)))
}

/// What the edge of a key costs that something stands beside, letters where it `goes_on`; `is_word`
/// says whether those are a word, such as that of a button.
fn edge(shape: &Shape, lead: super::tape::Lead, goes_on: bool, is_word: impl Fn() -> bool) -> f32 {
    let glued = if shape.is_bare { 1.5 * NEVER } else { 3.5 };
    match lead {
        _ if !goes_on || shape.is_cut_out => 0.0,
        lead if lead.line_break && lead.wraps && shape.is_bare => 1.5,
        lead if lead.is_apart() => 0.0,
        lead if lead.blank && is_word() => 0.5,
        lead if lead.blank => 0.7 * glued,
        _ => glued,
    }
}

/// Which mark stands for which slot, for the best way to lay `slots` over all of `marks`
/// from the first to the last; none where there is no way.
pub(super) fn trace(
    tape: &Tape<'_>,
    shape: &Shape,
    marks: Range<usize>,
) -> Option<(Vec<Option<usize>>, f32)> {
    let count = shape.slots.len();
    let width = count + 1;
    let mut states = vec![f32::INFINITY; (marks.len() + 1) * width];
    // How each was come to: 255 for a mark that is no character, else how many slots were passed over.
    let mut ways = vec![u8::MAX; states.len()];
    states[0] = 0.0;
    for (row, at) in marks.clone().enumerate() {
        let insert = insertion(tape, at);
        for slot in 0..count {
            for lost in 0..=LOST.min(slot) {
                let from = states[row * width + slot - lost];
                let is_first = slot == lost;
                if !from.is_finite() || (is_first && (lost > 0 || row > 0)) || is_torn(shape, slot, lost) {
                    continue;
                }
                let cost = from + if is_first { 0.0 } else { step(tape, shape, at, slot, lost) };
                let matched = (row + 1) * width + slot + 1;
                let total = cost + emission(&tape.marks[at], shape.slots[slot]);
                if total < states[matched] {
                    states[matched] = total;
                    ways[matched] = u8::try_from(lost).unwrap_or(0);
                }
                let passed = (row + 1) * width + slot;
                if lost == 0 && !is_first && cost + insert < states[passed] {
                    states[passed] = cost + insert;
                    ways[passed] = u8::MAX;
                }
            }
        }
    }
    let cost = states[marks.len() * width + count];
    let (mut places, mut slot) = (vec![None; count], count);
    for (row, at) in marks.clone().enumerate().rev() {
        let way = ways[(row + 1) * width + slot];
        if !cost.is_finite() {
            return None;
        }
        if way != u8::MAX {
            places[slot - 1] = Some(at);
            slot -= 1 + usize::from(way);
        }
    }
    Some((places, cost))
}

/// What `cost` comes to when the columns are counted: in a monospaced font, a key is as wide
/// as it has characters, whatever was read between. `places` are those of its slots.
pub(super) fn fit(tape: &Tape<'_>, shape: &Shape, places: &[Option<usize>], cost: f32) -> f32 {
    let mut total = cost;
    let mut is_measured = true;
    let read: Vec<(usize, usize)> =
        places.iter().enumerate().filter_map(|(slot, place)| Some((slot, (*place)?))).collect();
    for part in read.chunk_by(|a, b| tape.marks[a.1].line == tape.marks[b.1].line) {
        match excess(tape, part) {
            Some(excess) if excess <= 0.6 => {}
            Some(excess) => {
                is_measured = false;
                let each = if shape.is_bare { 6.0 } else { 2.5 };
                total += (each * (excess - 0.6)).min(6.0);
            }
            None => is_measured = false,
        }
    }
    // Where nothing but the length tells a key, what is missing of it weighs all the same.
    let credit = if shape.is_bare { 1.0_f32 } else { f32::INFINITY };
    if is_measured { total - (0.5 * total).min(credit) } else { total }
}

/// By how many columns the slots and marks of `part`, on one line, are apart at its ends. The
/// middles of its quarters count, for single boxes are often wrong.
fn excess(tape: &Tape<'_>, part: &[(usize, usize)]) -> Option<f32> {
    let pitch = tape.pitch(tape.marks[part.first()?.1].line)?;
    let mut offsets: Vec<f32> = Vec::with_capacity(part.len());
    for &(slot, at) in part {
        offsets.push(tape.middle(at) / pitch - f32::from(u16::try_from(slot).ok()?));
    }
    let quarter = (offsets.len() / 4).max(1);
    let last = offsets.len() - quarter;
    let (first, last) = (median(&mut offsets[..quarter].to_vec())?, median(&mut offsets[last..].to_vec())?);
    Some((last - first).abs())
}
