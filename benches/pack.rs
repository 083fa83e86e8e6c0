//! Reads every object of a repository and says how long it took and what was in it.
//!
//! `cargo bench --bench pack -- [--word WORD] [--edits] [--git2] [--threads N] REPOSITORY…`
//!
//! The digest is over the name of every object and the offsets of WORD in it: it must
//! be the same for the pack reader and for git2, and for any number of threads. With
//! `--edits` the pack reader looks at what deltas change alone, and the digest is over
//! the names of the objects that hold the word: as many as without.
//! To compare with `git -C REPOSITORY cat-file --batch-all-objects --batch --unordered --buffer`.
//! Without a repository, and when run as a test, it does nothing. CPU is what all
//! threads spent in user and system, on Linux.
#![expect(clippy::print_stdout, reason = "a bench is a program whose result is its output")]

use std::path::Path;
use std::time::Instant;

use baseleak::model::ObjectKind;
use baseleak::pack::{Lack, Object, ObjectId, Visitor};
use baseleak::source::history::{Engine, History, Part, Request};
use memchr::memmem::Finder;

const KINDS: [ObjectKind; 4] = [ObjectKind::Blob, ObjectKind::Tree, ObjectKind::Commit, ObjectKind::Tag];

fn main() {
    let mut args = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (mut word, mut edits, mut engine, mut threads) = ("lock".to_owned(), false, Engine::Pack, 2);
    let mut folders = Vec::new();
    while let Some(argument) = args.next() {
        match argument.as_str() {
            "--word" => word = args.next().expect("a word"),
            "--edits" => edits = true,
            "--git2" => engine = Engine::Git2,
            "--threads" => threads = args.next().and_then(|n| n.parse().ok()).expect("a number of threads"),
            _ => folders.push(argument),
        }
    }
    for folder in folders {
        bench(&folder, &Finder::new(&word), edits, engine, threads);
    }
}

/// What one thread saw.
struct Sum<'w> {
    word: &'w Finder<'w>,
    edits: bool,
    objects: u64,
    bytes: u64,
    holding: u64,
    digest: u64,
}

impl Visitor for Sum<'_> {
    fn reach(&self) -> Option<usize> {
        self.edits.then_some(self.word.needle().len())
    }

    fn whole(&mut self, object: &Object<'_>, bytes: &[u8]) -> bool {
        self.objects += 1;
        self.bytes += bytes.len() as u64;
        let id = object.id();
        let name = u64::from_le_bytes(*id.as_bytes().first_chunk().expect("a name has 20 bytes"));
        let mut places = self.word.find_iter(bytes).peekable();
        let holds = places.peek().is_some();
        self.holding += u64::from(holds);
        if self.edits {
            self.digest = self.digest.wrapping_add(if holds { name } else { 0 });
        } else {
            let mix = |at: usize| (name ^ at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            self.digest = places.map(mix).fold(self.digest.wrapping_add(name), u64::wrapping_add);
        }
        holds
    }

    fn edited(&mut self, _: &Object<'_>, size: u64, edits: &[u8]) -> bool {
        let holds = self.word.find(edits).is_some();
        if !holds {
            self.objects += 1;
            self.bytes += size;
        }
        holds
    }

    fn lack(&mut self, _: ObjectId, _: Lack) {}
}

fn bench(folder: &str, word: &Finder<'_>, edits: bool, engine: Engine, threads: usize) {
    let (wall, before) = (Instant::now(), cpu_seconds());
    let history = History::open(Some(Path::new(folder))).expect("it is a repository");
    let hire = || Sum { word, edits, objects: 0, bytes: 0, holding: 0, digest: 0 };
    let read = history
        .read_all(Request { engine, threads, kinds: &KINDS, only: None, part: Part::All }, hire)
        .expect("the objects can be listed");
    let (cpu, wall) = (cpu_seconds() - before, wall.elapsed().as_secs_f64());
    let sum = |field: fn(&Sum<'_>) -> u64| read.visitors.iter().map(field).fold(0, u64::wrapping_add);
    println!("{folder}");
    println!(
        "  {} objects, {} bytes, {} with the word, digest {:016x}, {} large, {} unreadable",
        sum(|one| one.objects),
        sum(|one| one.bytes),
        sum(|one| one.holding),
        sum(|one| one.digest),
        read.large.len(),
        read.unreadable.len()
    );
    println!("  {cpu:.2} s CPU, {wall:.2} s wall, {threads} threads");
}

/// What this process has spent on cores so far, its finished threads included; zero where the system does not tell.
fn cpu_seconds() -> f64 {
    // The ticks that Linux counts in are a hundredth of a second wherever it runs.
    let ticks = std::fs::read_to_string("/proc/self/stat").ok().and_then(|stat| {
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        Some(fields.get(11)?.parse::<u32>().ok()? + fields.get(12)?.parse::<u32>().ok()?)
    });
    f64::from(ticks.unwrap_or(0)) / 100.0
}
