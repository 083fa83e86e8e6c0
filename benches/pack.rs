//! CPU seconds to decode every blob of a repository, with and without the built-in
//! rules looking at each.
//!
//! `cargo bench --bench pack -- [--scan] [--threads N] GIT_DIR…`. To compare with
//! `git --git-dir=GIT_DIR cat-file --batch-all-objects --batch --unordered --buffer`.
//! Without a repository, and when run as a test, it does nothing. CPU is what all
//! threads spent in user and system, on Linux.
#![expect(clippy::print_stdout, reason = "a bench is a program whose result is its output")]

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use baseleak::detect::Detector;
use baseleak::model::{Blob, Provenance};
use baseleak::pack::{Decoded, Decoder, Forest, ObjectId, Store};
use baseleak::rules::RuleSet;

fn main() {
    let mut args = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (mut scan, mut threads, mut folders) = (false, 2, Vec::new());
    while let Some(argument) = args.next() {
        match argument.as_str() {
            "--scan" => scan = true,
            "--threads" => threads = args.next().and_then(|n| n.parse().ok()).expect("a number of threads"),
            _ => folders.push(argument),
        }
    }
    let detector = scan.then(|| Detector::new(RuleSet::builtin()));
    for folder in folders {
        bench(&Path::new(&folder).join("objects"), threads, detector.as_ref());
    }
}

/// What the threads counted.
#[derive(Default)]
struct Sum {
    blobs: u64,
    bytes: u64,
    huge: u64,
    faults: u64,
    findings: usize,
    /// Over all blobs, whatever their order.
    digest: u64,
}

impl Sum {
    fn add(&mut self, id: ObjectId, what: &Decoded<'_>, detector: Option<&Detector>) {
        match what {
            Decoded::Text(bytes) => {
                self.blobs += 1;
                self.bytes += bytes.len() as u64;
                let first = id.as_bytes().first_chunk().expect("a name has 20 bytes");
                self.digest = self.digest.wrapping_add(u64::from_le_bytes(*first) ^ bytes.len() as u64);
                if let Some(detector) = detector {
                    let provenance = Provenance { shown: b"blob", relative: b"blob" };
                    let mut findings = Vec::new();
                    detector.scan(&Blob::whole(bytes, provenance), &mut findings);
                    self.findings += findings.len();
                }
            }
            Decoded::Huge(_) => self.huge += 1,
            Decoded::Fault(_) => self.faults += 1,
        }
    }

    fn merge(mut self, other: &Self) -> Self {
        self.blobs += other.blobs;
        self.bytes += other.bytes;
        self.huge += other.huge;
        self.faults += other.faults;
        self.findings += other.findings;
        self.digest = self.digest.wrapping_add(other.digest);
        self
    }
}

fn bench(objects: &Path, threads: usize, detector: Option<&Detector>) {
    let (wall, before) = (Instant::now(), cpu_seconds());
    let store = Store::open(objects).expect("the folder of objects can be listed");
    let forests: Vec<Forest<'_>> =
        (0..store.packs().len()).map(|pack| store.forest(pack, |_| false)).collect();
    let planted = cpu_seconds() - before;
    let mut trees: Vec<_> =
        forests.iter().flat_map(|forest| forest.trees().iter().map(move |tree| (forest, *tree))).collect();
    trees.sort_by_key(|(_, tree)| std::cmp::Reverse(tree.weight()));
    let (next, next_loose) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let (mut decoder, mut sum) = (Decoder::new(Decoder::LIMIT), Sum::default());
        while let Some((forest, tree)) = trees.get(next.fetch_add(1, Ordering::Relaxed)) {
            forest.decode(*tree, &mut decoder, |id, what| sum.add(id, &what, detector));
        }
        while let Some(loose) = store.loose().get(next_loose.fetch_add(1, Ordering::Relaxed)) {
            let read = loose.decode(&mut decoder, |id, what| sum.add(id, &what, detector));
            sum.faults += u64::from(read.is_err());
        }
        sum
    };
    let sum = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let sums = workers.into_iter().map(|worker| worker.join().expect("no worker panics"));
        sums.fold(Sum::default(), |all, one| all.merge(&one))
    });
    let unplanted: usize = forests.iter().map(|forest| forest.faults().len()).sum();
    let (cpu, wall) = (cpu_seconds() - before, wall.elapsed().as_secs_f64());
    println!("{}", objects.display());
    println!(
        "  {} packs, {} loose, {} trees, {} file faults, {unplanted} objects without a tree",
        store.packs().len(),
        store.loose().len(),
        trees.len(),
        store.faults().len()
    );
    println!(
        "  {} blobs, {} bytes, {} huge, {} faults, {} findings, digest {:016x}",
        sum.blobs, sum.bytes, sum.huge, sum.faults, sum.findings, sum.digest
    );
    println!("  {cpu:.2} s CPU ({planted:.2} before the first blob), {wall:.2} s wall, {threads} threads");
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
