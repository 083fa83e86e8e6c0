//! How many of a million random keys of each shape are found, in every place a
//! key is pasted into, and how many decoys stay silent. Prints counts and names
//! of places, never a key.
//!
//! `cargo bench --bench recall -- [COUNT] [SEED]`: keys of each shape and
//! surroundings (default 1000000), and where the random numbers start.
//! Run as a test (`cargo test --benches`) it looks for two thousand.
//! Measures what is found, not how fast: that is the bench `matcher`.
#![expect(clippy::print_stdout, reason = "a bench is a program whose result is its output")]

#[path = "../tests/it/contexts/mod.rs"]
mod contexts;

use std::collections::BTreeMap;

use rayon::prelude::*;

use contexts::decoys::{DECOYS, FRAMES};
use contexts::finder::Finder;
use contexts::{Context, Kind, Rng, Voice};

/// Keys one task looks for: enough to hide its start, few enough to share out well.
const BATCH: usize = 500;

/// A column of the table.
type Column = (Kind, Voice);

/// What was found of one kind of key in one place.
#[derive(Default, Clone)]
struct Tally {
    found: usize,
    total: usize,
    faults: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.found += other.found;
        self.total += other.total;
        for (fault, count) in other.faults {
            *self.faults.entry(fault).or_default() += count;
        }
    }

    fn rate(&self) -> String {
        // Cut, not rounded: nothing but all may look like 100 %.
        let parts = self.found as u128 * 1_000_000 / self.total.max(1) as u128;
        format!("{}.{:04} %", parts / 10_000, parts % 10_000)
    }
}

fn main() {
    // `cargo bench` passes `--bench`; `cargo test` does not, and builds without optimisation.
    let default = if std::env::args().any(|argument| argument == "--bench") { 1_000_000 } else { 2_000 };
    let mut numbers = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let mut number = |default| numbers.next().map_or(default, |text| text.parse().expect("a whole number"));
    let count = usize::try_from(number(default)).expect("fits the memory of this machine");
    let seed = number(2026);

    println!("seed {seed}, {count} keys in each column, {} places\n", Context::all().count());
    recall(count, seed);
    decoys(count / 100, seed);
}

fn recall(count: usize, seed: u64) {
    let columns: Vec<Column> = Kind::ALL
        .into_iter()
        .flat_map(|kind| [(kind, Voice::Baseten), (kind, Voice::Bare)])
        .filter(|&(kind, voice)| voice == Voice::Baseten || kind.stands_alone())
        .collect();
    let places: Vec<_> = Context::all().collect();
    let each = count.div_ceil(places.len());

    let mut tasks = Vec::new();
    for place in 0..places.len() {
        for column in 0..columns.len() {
            for done in (0..each).step_by(BATCH) {
                tasks.push((place, column, BATCH.min(each - done)));
            }
        }
    }
    let tallies: Vec<Tally> = tasks
        .par_iter()
        .enumerate()
        .map_init(Finder::new, |finder, (index, &(place, column, keys))| {
            let mut rng = Rng::of_part(seed, index);
            tally(finder, &mut rng, places[place], columns[column], keys)
        })
        .collect();

    let mut table = vec![vec![Tally::default(); columns.len()]; places.len()];
    for (&(place, column, _), tally) in tasks.iter().zip(tallies) {
        table[place][column].add(tally);
    }
    print_table(&places, &columns, &table);
    print_worst(&places, &columns, &table);
}

fn tally(finder: &Finder, rng: &mut Rng, place: &Context, (kind, voice): Column, keys: usize) -> Tally {
    let mut tally = Tally { total: keys, ..Tally::default() };
    for _ in 0..keys {
        let key = kind.key(rng);
        let sample = place.sample(rng, &key, voice);
        match finder.fault(&sample, kind, &key) {
            None => tally.found += 1,
            Some(fault) => *tally.faults.entry(fault).or_default() += 1,
        }
    }
    tally
}

fn print_table(places: &[&Context], columns: &[Column], table: &[Vec<Tally>]) {
    print!("{:36}", "found / total");
    for (kind, voice) in columns {
        print!("{:>20}", format!("{}, {}", kind.name(), voice.name()));
    }
    println!();
    for (place, row) in places.iter().zip(table) {
        print!("{:36}", place.name);
        for tally in row {
            print!("{:>20}", format!("{} / {}", tally.found, tally.total));
        }
        println!();
    }
    let overall = |column: usize| {
        table.iter().fold(Tally::default(), |mut sum, row| {
            sum.add(row[column].clone());
            sum
        })
    };
    print!("{:36}", "overall");
    for column in 0..columns.len() {
        let sum = overall(column);
        print!("{:>20}", format!("{} / {}", sum.found, sum.total));
    }
    print!("\n{:36}", "rate");
    for column in 0..columns.len() {
        print!("{:>20}", overall(column).rate());
    }
    println!("\n");
}

fn print_worst(places: &[&Context], columns: &[Column], table: &[Vec<Tally>]) {
    let mut cells: Vec<_> = places
        .iter()
        .zip(table)
        .flat_map(|(place, row)| columns.iter().zip(row).map(move |(column, tally)| (place, column, tally)))
        .filter(|(_, _, tally)| tally.found < tally.total)
        .collect();
    cells.sort_by_key(|(_, _, tally)| tally.found as u128 * 1_000_000_000 / tally.total as u128);
    println!("worst places ({} cells with a miss):", cells.len());
    for (place, (kind, voice), tally) in cells.iter().take(20) {
        println!(
            "  {:36}{:8}{:10}{:>12}  {:?}",
            place.name,
            kind.name(),
            voice.name(),
            tally.rate(),
            tally.faults
        );
    }
    println!();
}

fn decoys(count: usize, seed: u64) {
    let loud: Vec<_> = DECOYS
        .par_iter()
        .enumerate()
        .map_init(Finder::new, |finder, (index, decoy)| {
            let mut rng = Rng::of_part(!seed, index);
            FRAMES
                .iter()
                .map(|&(frame, template)| {
                    let loud = (0..count)
                        .map(|_| template.replace("«decoy»", &(decoy.make)(&mut rng)))
                        .filter(|text| !finder.find("src/main.js", text.as_bytes()).is_empty())
                        .count();
                    (decoy.name, frame, loud)
                })
                .collect::<Vec<_>>()
        })
        .flatten()
        .filter(|&(_, _, loud)| loud > 0)
        .collect();
    println!("decoys: {} kinds x {} frames x {count} texts; not silent:", DECOYS.len(), FRAMES.len());
    for (name, frame, loud) in &loud {
        println!("  {name:36}{frame:20}{loud:>8} / {count}");
    }
    if loud.is_empty() {
        println!("  none");
    }
}
