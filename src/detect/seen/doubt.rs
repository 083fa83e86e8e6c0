//! Why not to believe in a key that was read in an image, beyond what speaks against one in
//! a text: a misread word, digest or number can look random.
//!
//! It asks what the text may have been before it was misread.

use crate::rules::Rule;

use super::super::filter::randomness::randomness;
use super::ballot::Choices;
use super::likeness;

/// Letters whose case is seen by their form.
const SURELY_UPPER: &[u8] = b"ABDEGHLMNQRT";
const SURELY_LOWER: &[u8] = b"abdeghnqrt";
/// Of 32 characters, how many that can be hexadecimal digits make a digest. Of a random key
/// all but three are one time in a million.
const DIGEST: usize = 29;
/// What a random secret scores at least with nothing beside it that names its owner, its
/// letters taken for what makes it most like a word.
const LONELY: f64 = 18.0;
/// Letters that each character may be, at most.
const FEW: usize = 6;

/// Whether a key, whose characters behind the dot may be `tail`, could as well be a digest.
pub(super) fn is_digest(tail: &[Choices]) -> bool {
    likeliest(tail).filter(|&letter| can_be_hex(letter)).count() >= DIGEST
}

/// Whether it could as well be a word, misread.
pub(super) fn is_word(rule: &Rule, tail: &[Choices]) -> bool {
    let Some(least) = rule.traits.min_randomness else { return false };
    let has = |letters: &[u8]| likeliest(tail).any(|letter| letters.contains(&letter));
    !has(SURELY_UPPER) || !has(SURELY_LOWER) || least_random(tail) < least
}

fn likeliest(tail: &[Choices]) -> impl Iterator<Item = u8> + '_ {
    tail.iter().filter_map(|choices| choices.first()).map(|(letter, _)| *letter)
}

/// Whether `tail` is too like a word for a key that nothing near it names.
pub(super) fn is_too_plain(tail: &[Choices]) -> bool {
    least_random(tail) < LONELY
}

fn can_be_hex(letter: u8) -> bool {
    letter.is_ascii_hexdigit() && !letter.is_ascii_uppercase()
        || matches!(
            letter,
            b'O' | b'o' | b'l' | b'I' | b'i' | b'S' | b's' | b'Z' | b'z' | b'B' | b'G' | b'g' | b'q' | b'C'
        )
}

/// The least that a reading scores whose letters look like these.
fn least_random(tail: &[Choices]) -> f64 {
    let mut scores: Vec<(u8, f64)> = Vec::new();
    for choices in tail {
        let Some(&(best, _)) = choices.first() else { continue };
        let own = choices.iter().take_while(|(_, share)| *share > 0.02).map(|(letter, _)| *letter);
        let mut letters: Vec<u8> =
            own.chain(likeness::folds_with(best).filter(|other| alike(best, *other))).collect();
        letters.sort_unstable();
        letters.dedup();
        letters.truncate(FEW);
        let next = letters.into_iter().map(|letter| {
            let before = scores.iter().map(|(other, score)| score + randomness(&[*other, letter]));
            (letter, before.min_by(f64::total_cmp).unwrap_or(0.0))
        });
        scores = next.collect();
    }
    scores.into_iter().map(|(_, score)| score).min_by(f64::total_cmp).unwrap_or(0.0)
}

/// Whether `a` is often read as `b`, or the other way round.
fn alike(a: u8, b: u8) -> bool {
    let often = |a: u8, b: u8| {
        likeness::index(a).is_some_and(|at| likeness::share(at, char::from(b)) > (0.04_f32).ln())
    };
    a == b || often(a, b) || often(b, a)
}
