//! What on a page must not be shown: whatever could be a secret, a password or a token.
//!
//! It errs on the side of covering: letters are read wrongly, words torn apart and gaps lost.

use std::ops::Range;

use super::super::Detector;
use super::super::mask;
use super::tape::{Mark, Tape};

/// How much more than to be found a key may cost to be covered.
pub(super) const LOOSE: f32 = 1.8;
/// Characters of a word that is covered where it has letters and digits, or both cases in turns.
const LONG: usize = 12;
/// Characters of a word of letters and digits that is covered whatever they are.
const ENDLESS: usize = 30;

/// Marks that could be, or be a part of, something secret; in order and disjoint.
pub(super) fn suspects(detector: &Detector, tape: &Tape<'_>) -> Vec<Range<usize>> {
    let bytes = tape.text.as_bytes();
    let mut spans = detector.suspects(bytes);
    mask::called_secret(bytes, &mut spans);
    let in_text = spans.into_iter().map(|span| tape.marks_of(&span)).filter(|marks| !marks.is_empty());
    let mut all: Vec<Range<usize>> = in_text.collect();
    all.extend(words(tape).filter(|word| is_token(&tape.marks[word.clone()])));
    mask::disjoint(all)
}

/// The words of the page: letters, digits and what joins them in tokens, whatever narrow
/// gaps were read in them.
fn words<'t>(tape: &'t Tape<'_>) -> impl Iterator<Item = Range<usize>> + 't {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < tape.marks.len() && !joins(&tape.marks[at]) {
            at += 1;
        }
        let start = at;
        while at < tape.marks.len() && joins(&tape.marks[at]) && (at == start || !is_break(&tape.marks[at])) {
            at += 1;
        }
        (start < at).then_some(start..at)
    })
}

/// Whether a word ends before `mark`.
fn is_break(mark: &Mark<'_>) -> bool {
    let lead = mark.lead;
    if lead.line_break {
        return !lead.wraps;
    }
    match lead.columns {
        Some(columns) => columns >= 1.75,
        None => lead.blank && lead.gap >= 0.5,
    }
}

fn joins(mark: &Mark<'_>) -> bool {
    mark.letter.is_alphanumeric()
        || matches!(mark.letter, '_' | '-' | '+' | '.' | ',' | '@' | '|' | '!' | '$' | '&' | '~' | '%' | '*')
}

/// Whether the characters of `word` could be a token, or a part of one.
fn is_token(word: &[Mark<'_>]) -> bool {
    // A part of a word that keeps to letters or to digits is one of a name, a number or an address.
    let longest = word
        .split(|mark| matches!(mark.letter, '.' | '-' | '_' | ','))
        .map(<[Mark<'_>]>::len)
        .max()
        .unwrap_or(0);
    let count = |is: fn(char) -> bool| word.iter().filter(|mark| is(mark.letter)).count();
    let digits = count(|letter| letter.is_ascii_digit());
    let letters = count(char::is_alphabetic);
    let turns = word
        .windows(2)
        .filter(|pair| pair[0].letter.is_ascii_lowercase() && pair[1].letter.is_ascii_uppercase())
        .count();
    (word.len() >= LONG && longest >= 7 && digits >= 1 && letters >= 1)
        || (longest >= LONG && 5 * turns >= longest)
        || longest >= ENDLESS
}
