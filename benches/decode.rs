//! Bytes per second and core of the search for encoded keys, and what it gives
//! out: the number of segments of each encoding, and their bytes.
//!
//! `cargo bench --bench decode -- [FOLDER…]`: the files to read (default: the
//! crate's own `src`). It runs alone on one thread; the best of several runs
//! counts, by CPU time where the system tells it (Linux) and by the clock
//! elsewhere. A folder is read before and stays in memory: no input or output is
//! measured. Run as a test (`cargo test --benches`) it only runs once.
#![expect(clippy::print_stdout, reason = "a bench is a program whose result is its output")]

mod measured;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use baseleak::decode::{Encoding, Limits, segments};
use measured::{cpu_time, files};

const RUNS: usize = 5;
/// Most bytes of a folder that are read.
const LIMIT: usize = 1 << 28;

fn main() {
    let named = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let mut folders: Vec<PathBuf> = named.map(PathBuf::from).collect();
    if folders.is_empty() {
        folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    }
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    for folder in folders {
        bench(&folder, if is_bench { RUNS } else { 1 });
    }
}

fn bench(folder: &Path, runs: usize) {
    let texts = files(folder, LIMIT);
    let size: usize = texts.iter().map(Vec::len).sum();
    let mut best = Duration::MAX;
    for _ in 0..runs {
        let (wall, cpu) = (Instant::now(), cpu_time());
        for text in &texts {
            black_box(segments(black_box(text), &Limits::for_len(text.len())));
        }
        let spent = match (cpu, cpu_time()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => wall.elapsed(),
        };
        best = best.min(spent);
    }
    let speed = size as u128 * 100 / best.as_nanos().max(1);
    println!("{}: {} MB, {}.{:02} GB/s", folder.display(), size / 1_000_000, speed / 100, speed % 100);
    for (encoding, (count, bytes)) in given_out(&texts) {
        println!("  {count:>8} {encoding}, {bytes} bytes");
    }
}

/// Segments and their bytes, for each encoding.
fn given_out(texts: &[Vec<u8>]) -> BTreeMap<Encoding, (usize, usize)> {
    let mut sums = BTreeMap::new();
    for text in texts {
        for segment in segments(text, &Limits::for_len(text.len())).list {
            let sum: &mut (usize, usize) = sums.entry(segment.encoding).or_default();
            *sum = (sum.0 + 1, sum.1 + segment.text.len());
        }
    }
    sums
}
