//! How many keys are found in screenshots, how exactly, and at what cost; and how many images
//! without a key stay silent. Prints counts, seeds and descriptions of cases, never a key.
//!
//! `cargo bench --bench ocr -- [COUNT] [SEED]`: screenshots with a key (default 600), and where
//! the random numbers start. Options, each with its value after a blank:
//! `--silent N` images without a key that are drawn (default 500), `--near N` such that show what
//! is a letter away from a key (default 0), `--sources DIR` and `--files N` excerpts of the text
//! files below a folder (default 100), `--folder DIR` all images below a folder, `--truths DIR`
//! what `benches/ocr_chromium.py` made, `--jobs N` threads (default: all cores; with 1 the CPU
//! time of each image is told, too), `--failures DIR` a folder for the images that failed, with a
//! list of what was wrong, `--dump DIR` a folder for all images, which are then not read.
//!
//! Run as a test (`cargo test --benches`) it reads six. It needs Tesseract and the fonts of
//! `tests/it/screens/fonts.rs`.
#![expect(clippy::print_stdout, reason = "a bench is a program whose result is its output")]

#[path = "../tests/it/contexts/mod.rs"]
#[expect(dead_code, reason = "screenshots need keys, words and decoys, and none of the places in texts")]
mod contexts;
#[path = "ocr/gather.rs"]
mod gather;
#[path = "ocr/measure.rs"]
mod measure;
#[path = "../tests/it/screens/mod.rs"]
mod screens;
#[path = "ocr/tables.rs"]
mod tables;

use std::path::PathBuf;

use screens::eye::Eye;

/// What the command line says.
struct Options {
    count: usize,
    seed: u64,
    silent: usize,
    near: usize,
    files: usize,
    jobs: usize,
    sources: Option<PathBuf>,
    folder: Option<PathBuf>,
    truths: Option<PathBuf>,
    failures: Option<PathBuf>,
    dump: Option<PathBuf>,
}

fn main() {
    let options = options();
    let missing = screens::fonts::missing();
    if !missing.is_empty() {
        println!("not installed, so that the images are others: {}", missing.join(", "));
    }
    if let Some(folder) = &options.dump {
        gather::dump(folder, &options);
        return;
    }
    let Some(eye) = Eye::new() else {
        println!("Tesseract is not installed: nothing is measured");
        return;
    };
    println!("seed {}, {} threads", options.seed, options.jobs);

    let run = |title: &str, shots: Vec<screens::Shot>| {
        if shots.is_empty() {
            return Vec::new();
        }
        println!("\n{title}: {} images", shots.len());
        let judged = measure::judge(&eye, shots, options.jobs);
        if let Some(folder) = &options.failures {
            measure::save_failures(folder, &judged);
        }
        judged
    };
    let positives = run("with a key", gather::positives(&options));
    tables::found(&positives);
    let seconds = run("with a key, drawn by a browser", gather::truths(&options));
    tables::found(&seconds);
    for (title, shots) in gather::silent(&options) {
        tables::silent(&run(title, shots));
    }
}

fn options() -> Options {
    // `cargo bench` passes `--bench`; `cargo test` does not, and builds without optimisation.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let default = |bench, test| if is_bench { bench } else { test };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut options = Options {
        count: default(600, 3),
        seed: 2026,
        silent: default(500, 3),
        near: 0,
        files: 100,
        jobs: cores,
        sources: None,
        folder: None,
        truths: None,
        failures: None,
        dump: None,
    };
    let mut arguments = std::env::args().skip(1);
    let mut place = 0;
    while let Some(argument) = arguments.next() {
        if argument == "--bench" {
            continue;
        }
        if let Some(name) = argument.strip_prefix("--") {
            let value = arguments.next().expect("the option has a value");
            options.set(name, &value);
        } else if place == 0 {
            options.count = argument.parse().expect("a whole number");
            place = 1;
        } else {
            options.seed = argument.parse().expect("a whole number");
        }
    }
    options
}

impl Options {
    fn set(&mut self, name: &str, value: &str) {
        let number = || value.parse().expect("a whole number");
        let folder = || Some(PathBuf::from(value));
        match name {
            "silent" => self.silent = number(),
            "near" => self.near = number(),
            "files" => self.files = number(),
            "jobs" => self.jobs = number(),
            "sources" => self.sources = folder(),
            "folder" => self.folder = folder(),
            "truths" => self.truths = folder(),
            "failures" => self.failures = folder(),
            "dump" => self.dump = folder(),
            _ => println!("no such option: {name}"),
        }
    }
}
