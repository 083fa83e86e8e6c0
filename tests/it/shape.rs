//! The matcher of the fixed shape against a regex, on hundreds of thousands of
//! texts made to nearly match.

use baseleak::detect::shape;
use regex::bytes::Regex;

use crate::contexts::Rng;

const SEED: u64 = 0x5A9E_5EED;
const INPUTS: usize = 400_000;
/// Inputs are joined into pages of this many bytes for the regex, which is slow to start.
const PAGE: usize = 1 << 16;

/// The dots with at least 8 letters or digits before them and exactly 32 behind, or
/// more where a prefix or a length may end before the 8, by the regex crate; that a
/// 33rd is missing is checked by hand.
struct Oracle(Regex);

impl Oracle {
    fn new() -> Self {
        Self(Regex::new(r"(?-u)[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}").expect("the expression is valid"))
    }

    fn dots(&self, bytes: &[u8]) -> Vec<usize> {
        let mut dots = Vec::new();
        let mut from = 0;
        while let Some(found) = self.0.find_at(bytes, from) {
            let dot = found.start() + 8;
            let may_end = dot > 8 && matches!(bytes[dot - 9], b'_' | b')' | 0);
            if may_end || !bytes.get(found.end()).is_some_and(u8::is_ascii_alphanumeric) {
                dots.push(dot);
            }
            // What stands behind this dot may be the id of the next.
            from = dot + 1;
        }
        dots
    }
}

#[track_caller]
fn check(bytes: &[u8], expect: &[usize]) {
    let text = || String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(shape::find_iter(bytes).collect::<Vec<_>>(), expect, "{:?}", text());
    assert_eq!(shape::find_iter_portable(bytes).collect::<Vec<_>>(), expect, "portable, {:?}", text());
}

/// A text of at most 200 bytes: free characters, or runs as long as a key's parts, give or take one.
fn near_miss(rng: &mut Rng, out: &mut Vec<u8>) {
    const FREE: &[u8] = b"aZ9.._-$ \n\xC3";
    let length = rng.within(0..=200);
    let start = out.len();
    let free = rng.one_in(4);
    while out.len() < start + length {
        if free {
            out.push(FREE[rng.below(FREE.len())]);
            continue;
        }
        let run = [7, 8, 8, 9, 31, 32, 32, 33, 1, 40][rng.below(10)];
        let letter = FREE[rng.below(3)];
        out.extend(std::iter::repeat_n(letter, run));
        let joint: &[u8] = [
            &b"."[..],
            b".",
            b".",
            b"..",
            b"_",
            b")",
            b"\0",
            b" ",
            b"@",
            b"[",
            b"`",
            b"{",
            b"/",
            b":",
            b"\xFF",
        ][rng.below(15)];
        out.extend_from_slice(joint);
    }
    out.truncate(start + length);
}

/// Each input stands at whatever alignment the ones before it left.
#[test]
fn the_matcher_agrees_with_a_regex() {
    let oracle = Oracle::new();
    let mut rng = Rng::of_part(SEED, 0);
    let (mut page, mut inputs) = (Vec::with_capacity(PAGE + 256), Vec::new());
    let (mut count, mut dots_seen) = (0, 0);
    while count < INPUTS {
        page.clear();
        inputs.clear();
        while page.len() < PAGE && count < INPUTS {
            let start = page.len();
            near_miss(&mut rng, &mut page);
            inputs.push(start..page.len());
            // Not a letter, digit or dot: for the regex the end of the input.
            page.push(b'\n');
            count += 1;
        }
        let dots = oracle.dots(&page);
        dots_seen += dots.len();
        let mut rest = dots.as_slice();
        for input in &inputs {
            let (here, after) = rest.split_at(rest.partition_point(|&dot| dot < input.end));
            let expect: Vec<_> = here.iter().map(|dot| dot - input.start).collect();
            check(&page[input.clone()], &expect);
            rest = after;
        }
    }
    assert!(dots_seen > INPUTS / 20, "the inputs hold matches: {dots_seen}");
}

/// Keys at every offset of texts of every length around the width of a vector.
#[test]
fn keys_are_found_across_every_border() {
    let key = [[b'a'; 8].as_slice(), b".", &[b'Z'; 32]].concat();
    for before in 0..140 {
        for after in [0, 1, 7, 15, 16, 31, 32, 63, 64, 65] {
            for filler in [b' ', b'.'] {
                let text = [vec![filler; before], key.clone(), vec![filler; after]].concat();
                check(&text, &[before + 8]);
            }
        }
    }
}

/// The same bytes at every alignment give the same answer.
#[test]
fn alignment_does_not_matter() {
    let oracle = Oracle::new();
    let mut rng = Rng::of_part(SEED, 1);
    for _ in 0..300 {
        let mut text = Vec::new();
        near_miss(&mut rng, &mut text);
        let expect = oracle.dots(&text);
        for shift in 0..64 {
            let shifted = [vec![b'x'; shift], text.clone()].concat();
            check(&shifted[shift..], &expect);
        }
    }
}

#[test]
fn edges() {
    let (id, secret) = ("a".repeat(8), "Z".repeat(32));
    check(b"", &[]);
    check(b".", &[]);
    check(id.as_bytes(), &[]);
    check(format!("{id}.{secret}").as_bytes(), &[8]);
    check(format!("{id}.{secret}Z").as_bytes(), &[]);
    check(format!("x{id}.{secret}").as_bytes(), &[9]);
    check(format!("{}.{secret}", &id[1..]).as_bytes(), &[]);
    check(format!("{id}.{secret}.{secret}.{secret}").as_bytes(), &[8, 41, 74]);
    check(format!("{id}..{secret}").as_bytes(), &[]);
}
