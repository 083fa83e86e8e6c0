//! Bytes per second and core of the matcher of the fixed shape: with the vector
//! unit and without, against the regex it stands for; all must agree.
//!
//! `cargo bench --bench matcher -- [FOLDER]`: the files to read (default: the
//! crate's own `src`), and always a generated text. Each matcher runs alone on
//! one thread; the best of several runs counts, by CPU time where the system
//! tells it (Linux) and by the clock elsewhere. The folder is read before and
//! stays in memory: no input or output is measured. Run as a test (`cargo test
//! --benches`) it only checks that all agree.
#![expect(clippy::print_stdout, reason = "a bench is a program whose result is its output")]

mod measured;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use baseleak::detect::shape;
use measured::{cpu_time, files};
use regex::bytes::Regex;

const RUNS: usize = 7;
/// One run lasts at least this long, so that the system's clock is fine enough.
const RUN: Duration = Duration::from_millis(400);
/// Most bytes of the folder that are read.
const LIMIT: usize = 1 << 30;

fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let folder = folder.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), PathBuf::from);
    if is_bench() {
        println!(
            "{:28}{:>10}{:>12}{:>12}{:>12}{:>10}",
            "input", "MB", "find_iter", "portable", "regex", "matches"
        );
    }
    bench(&folder.display().to_string(), &files(&folder, LIMIT));
    bench("generated text", &[generated(if is_bench() { 64_000_000 } else { 1_000_000 })]);
    if is_bench() {
        println!("GB/s of one core, best of {RUNS}");
    }
}

/// Whether `cargo bench` runs this, and not `cargo test` without optimisation.
fn is_bench() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

fn bench(name: &str, texts: &[Vec<u8>]) {
    let regex = Regex::new(r"(?-u)[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}").expect("the expression is valid");
    let size: usize = texts.iter().map(Vec::len).sum();
    let mut dots = 0;
    for text in texts {
        let expect = by_regex(&regex, text);
        assert!(shape::find_iter(text).eq(expect.iter().copied()), "the matcher and the regex differ");
        assert!(shape::find_iter_portable(text).eq(expect.iter().copied()), "the portable twin differs");
        dots += expect.len();
    }
    if !is_bench() {
        println!("{name}: all agree on {dots} matches");
        return;
    }
    let speeds = [
        best(texts, size, |text| shape::find_iter(text).count()),
        best(texts, size, |text| shape::find_iter_portable(text).count()),
        best(texts, size, |text| regex.find_iter(text).count()),
    ];
    print!("{name:28}{:>10}", size / 1_000_000);
    for speed in speeds {
        print!("{:>9}.{:02}", speed / 100, speed % 100);
    }
    println!("{dots:>10}");
}

/// The dots with 8 letters or digits before and exactly 32 behind, by the regex.
fn by_regex(regex: &Regex, text: &[u8]) -> Vec<usize> {
    let mut dots = Vec::new();
    let mut from = 0;
    while let Some(found) = regex.find_at(text, from) {
        let dot = found.start() + 8;
        if !text.get(found.end()).is_some_and(u8::is_ascii_alphanumeric) {
            dots.push(dot);
        }
        // What stands behind this dot may be the id of the next.
        from = dot + 1;
    }
    dots
}

/// Best speed of several runs over all texts, in hundredths of a GB/s (10^9 bytes).
fn best(texts: &[Vec<u8>], size: usize, count: impl Fn(&[u8]) -> usize) -> u128 {
    let pass = || texts.iter().map(|text| count(black_box(text))).sum::<usize>();
    let start = Instant::now();
    black_box(pass());
    let passes = RUN.as_nanos() / start.elapsed().as_nanos().max(1) + 1;
    let bytes = size as u128 * passes;
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let (wall, cpu) = (Instant::now(), cpu_time());
        for _ in 0..passes {
            black_box(pass());
        }
        let spent = match (cpu, cpu_time()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => wall.elapsed(),
        };
        best = best.min(spent);
    }
    bytes * 100 / best.as_nanos().max(1)
}

/// So many bytes of lines of words, numbers and dotted names, with a match every few kilobytes.
fn generated(size: usize) -> Vec<u8> {
    let mut state = 0x6D61_7463_6865_7221_u64;
    let mut random = move |bound: u64| {
        // xorshift64: quick, and good enough to shuffle words.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % bound
    };
    let mut text = Vec::with_capacity(size + 256);
    while text.len() < size {
        for _ in 0..=random(11) {
            for _ in 0..=random(10) {
                text.push(b'a' + u8::try_from(random(26)).expect("below 26"));
            }
            text.push(b" . _(=,)\t"[usize::try_from(random(9)).expect("below 9")]);
        }
        if random(64) == 0 {
            text.extend([b'a'; 8]);
            text.push(b'.');
            text.extend([b'b'; 32]);
        }
        text.push(b'\n');
    }
    text
}
