//! Random keys of every shape in every place are found: once, where they stand,
//! by their rule and under their public name.
//!
//! A few thousand keys with a fixed seed; the bench `recall` does the same with
//! millions. Reports name places and counts, never a key.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::contexts::finder::Finder;
use crate::contexts::{Context, Kind, Rng, Voice};

const SEED: u64 = 0x0B10_5EED;
/// Keys of each shape in each place.
const ROUNDS: usize = 10;
/// The words that make a text Baseten's, in lower case.
const WORDS: [&str; 4] = ["baseten", "truss", "api-key", "b10"];

/// Holds what is found of each kind to at least 999 in 1000, and shows the counts of all.
#[track_caller]
fn check(kinds: impl IntoIterator<Item = Kind>, voice: Voice) {
    let runs: Vec<_> = kinds.into_iter().map(|kind| measure(kind, voice)).collect();
    let evidence = runs.iter().map(|(summary, _)| summary.as_str()).collect::<Vec<_>>().join("\n");
    assert!(runs.iter().all(|&(_, enough)| enough), "{evidence}");
    show(&evidence);
}

/// Puts keys of `kind` in every place: the counts, and whether enough of them are found.
fn measure(kind: Kind, voice: Voice) -> (String, bool) {
    let finder = Finder::new();
    let mut faults = BTreeMap::new();
    let (mut missed, mut total) = (0_usize, 0_usize);
    for (index, context) in Context::all().enumerate() {
        let mut rng = Rng::of_part(SEED, index);
        for _ in 0..ROUNDS {
            let key = kind.key(&mut rng);
            let sample = context.sample(&mut rng, &key, voice);
            total += 1;
            if let Some(fault) = finder.fault(&sample, kind, &key) {
                missed += 1;
                *faults.entry((context.name, fault)).or_insert(0_usize) += 1;
            }
        }
    }
    let mut summary = format!("{}, {}: {} of {total} found", kind.name(), voice.name(), total - missed);
    for ((name, fault), count) in faults {
        write!(summary, "\n  {count} of {ROUNDS} in {name}: {fault}")
            .expect("writing to a string cannot fail");
    }
    (summary, missed * 1000 <= total)
}

/// Shows evidence to whoever runs the tests with `--nocapture`.
#[expect(clippy::print_stdout, reason = "the count is evidence, and the test harness captures it")]
fn show(evidence: &str) {
    println!("{evidence}");
}

#[test]
fn keys_are_found_near_basetens_words() {
    check(Kind::ALL, Voice::Baseten);
}

#[test]
fn keys_that_stand_alone_are_found_where_nothing_names_baseten() {
    check(Kind::ALL.into_iter().filter(|kind| kind.stands_alone()), Voice::Bare);
}

/// The generator is evidence only if its texts are what they say.
#[test]
fn samples_are_what_their_voice_says() {
    let mut rng = Rng::of_part(SEED, 0);
    // A mark in place of a key, so that no key brings a word of its own.
    let mark = "=THE-MARK=";
    for context in Context::all() {
        let bare = context.sample(&mut rng, mark, Voice::Bare);
        assert!(bare.text[bare.at..].starts_with(mark.as_bytes()), "{}", context.name);
        let text = bare.path + &String::from_utf8_lossy(&bare.text);
        assert_eq!(first_word(&text), None, "{}, bare", context.name);

        let ours = context.sample(&mut rng, mark, Voice::Baseten);
        let text = String::from_utf8_lossy(&ours.text);
        let lines: Vec<_> = text.split('\n').collect();
        let line = lines.iter().position(|line| line.contains(mark)).expect("the mark stands in the text");
        let near = lines[line.saturating_sub(5)..lines.len().min(line + 6)].join("\n");
        assert!(first_word(&near).is_some(), "{}, with Baseten's words", context.name);
    }
}

fn first_word(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    WORDS.into_iter().find(|word| text.contains(word))
}

#[test]
fn names_of_places_are_unique() {
    let mut names: Vec<_> = Context::all().map(|context| context.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
