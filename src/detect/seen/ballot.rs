//! What each character of a key is, by all that was read of it: how likely each letter is,
//! the likeliest reading, and the names that the key may have.

use super::align::Slot;
use super::likeness::{self, ALPHABET};
use super::tape::Mark;

/// Letters that are as tall as a capital where they are small, or of a height that differs
/// from font to font.
const NO_HEIGHT: &[u8] = b"tijQ";
/// Small letters that are as tall as capitals.
const ASCENDERS: &[u8] = b"bdfhkl";
/// Variants of a name, at most.
pub(super) const VARIANTS: usize = 256;
/// The share that the variants have of all that the name may be, at most.
const ENOUGH: f32 = 0.9999;
/// A letter that is less likely than that is left out.
const UNLIKELY: f32 = 0.001;

/// What is known of one character of a key.
#[derive(Debug, Clone)]
struct Votes {
    /// For each of the alphabet, a logarithm of how well it explains what was read.
    scores: [f32; ALPHABET.len()],
    count: f32,
}

/// The letters that a character may be, the likeliest first, each with how likely it is.
pub(super) type Choices = Vec<(u8, f32)>;

/// Votes on all characters of a key.
#[derive(Debug)]
pub(super) struct Ballot<'s> {
    slots: &'s [Slot],
    votes: Vec<Votes>,
}

impl<'s> Ballot<'s> {
    pub(super) fn new(slots: &'s [Slot]) -> Self {
        Self { slots, votes: vec![Votes { scores: [0.0; ALPHABET.len()], count: 0.0 }; slots.len()] }
    }

    /// Counts `mark` as a reading of the character `slot`.
    pub(super) fn add(&mut self, slot: usize, mark: &Mark<'_>, weight: f32) {
        if self.slots[slot] != Slot::Any {
            return;
        }
        let votes = &mut self.votes[slot];
        votes.count += weight;
        let best = mark.glyph.choices.first().map_or(0, |(_, sure)| *sure);
        for (at, score) in votes.scores.iter_mut().enumerate() {
            let letter = ALPHABET[at];
            let chosen = mark.glyph.choices.iter().position(|(other, _)| *other == char::from(letter));
            let by_choice = match chosen {
                Some(0) => -(90.0 - f32::from(best)).max(0.0) / 10.0,
                Some(other) => match mark.glyph.choices[other].1 {
                    0 => 0.5,
                    sure => 1.0 + f32::from(sure) / 30.0,
                },
                None => -0.7,
            };
            *score += weight * (likeness::share(at, mark.letter) + by_choice - misfit(letter, mark));
        }
    }

    /// What each character may be. A character that was not read may be any.
    pub(super) fn count(&self) -> Vec<Choices> {
        self.slots.iter().zip(&self.votes).map(|(slot, votes)| choices(*slot, votes)).collect()
    }
}

fn choices(slot: Slot, votes: &Votes) -> Choices {
    match slot {
        Slot::Literal(literal) => return vec![(literal, 1.0)],
        Slot::Dot => return vec![(b'.', 1.0)],
        Slot::Any => {}
    }
    // Readings of one picture err alike: many of them are worth hardly more than one.
    let temper = if votes.count > 0.0 { votes.count.powf(-0.9) } else { 0.0 };
    let most = votes.scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shares = votes.scores.map(|score| ((score - most) * temper).exp());
    let sum: f32 = shares.iter().sum();
    let mut choices: Choices = ALPHABET.iter().copied().zip(shares.map(|share| share / sum)).collect();
    choices.sort_by(|a, b| b.1.total_cmp(&a.1));
    choices
}

/// How badly the height of `mark` fits `letter`, as a negative logarithm.
fn misfit(letter: u8, mark: &Mark<'_>) -> f32 {
    let Some(share) = mark.height.share else { return 0.0 };
    if NO_HEIGHT.contains(&letter) {
        return 0.0;
    }
    let is_tall = !letter.is_ascii_lowercase() || ASCENDERS.contains(&letter);
    let off = if is_tall { 0.5 - share } else { share - 0.5 };
    mark.height.weight * off.clamp(0.0, 0.5) * 2.0
}

/// The likeliest reading, and how likely it is that it is right to the letter.
pub(super) fn likeliest(choices: &[Choices]) -> (Vec<u8>, f32) {
    let best = choices.iter().filter_map(|choices| choices.first());
    let sure = best.clone().map(|(_, share)| *share).product();
    (best.map(|(letter, _)| *letter).collect(), sure)
}

/// What the characters together may be, the likeliest first, as far as it is likely.
pub(super) fn variants(choices: &[Choices]) -> Vec<String> {
    let mut all: Vec<(String, f32)> = vec![(String::new(), 1.0)];
    for choices in choices {
        let few = choices.iter().enumerate().take_while(|(at, (_, share))| *at == 0 || *share >= UNLIKELY);
        let few: Vec<(u8, f32)> = few.map(|(_, choice)| *choice).collect();
        let mut next: Vec<(String, f32)> = Vec::with_capacity(all.len() * few.len());
        for (name, likely) in &all {
            next.extend(few.iter().map(|&(letter, share)| {
                let mut name = name.clone();
                name.push(char::from(letter));
                (name, likely * share)
            }));
        }
        next.sort_by(|a, b| b.1.total_cmp(&a.1));
        next.truncate(VARIANTS);
        all = next;
    }
    let mut sum = 0.0;
    let needed = |(_, share): &(String, f32)| {
        let is_needed = sum < ENOUGH;
        sum += *share;
        is_needed
    };
    all.into_iter().take_while(needed).map(|(name, _)| name).collect()
}
