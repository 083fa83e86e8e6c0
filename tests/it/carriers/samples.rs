//! What widely used libraries ship as samples of their formats: all is read, and nothing is found.
//!
//! The samples are no part of this repository. `.ci/samples` fetches them into a folder, which
//! `BASELEAK_SAMPLES` names; without it the tests pass over, unless `BASELEAK_TEST_ALL=1`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

use super::{notes, places};
use crate::sandbox::{Run, Sandbox, skipped};

/// One sample, with a program without optimisation on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// In the names of samples that their makers broke or locked on purpose.
const BROKEN: [&str; 5] = ["/bad-", "/unsupported-", "/corrupt", "/invalid", "/aes_"];
/// Samples have these endings.
const ENDINGS: [&str; 15] = [
    "ipynb", "zip", "tar", "gz", "tgz", "bz2", "xz", "lzma", "zst", "bin", "whl", "egg", "Rmd", "qmd", "html",
];

/// The folder with the samples. Says so where there is none.
#[expect(clippy::print_stderr, reason = "it says why a test is passed over")]
fn folder() -> Option<PathBuf> {
    if let Some(folder) = env::var_os("BASELEAK_SAMPLES") {
        return Some(PathBuf::from(folder));
    }
    let all = env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
    assert!(!all, "BASELEAK_SAMPLES is not set: run `.ci/samples FOLDER`");
    eprintln!("passed over: BASELEAK_SAMPLES is not set; `.ci/samples FOLDER` fetches the samples");
    None
}

/// Files below `folder` whose ending is that of a sample.
fn samples(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let entry = entry.expect("the folder can be read");
        let kind = entry.file_type().expect("it has a kind");
        let path = entry.path();
        if kind.is_dir() {
            samples(&path, into);
        } else if kind.is_file()
            && path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known))
        {
            into.push(path);
        }
    }
}

/// Holds a run to no finding, and what it gave up to what is broken.
#[track_caller]
fn check(run: &Run, what: &str) {
    let report = run.json();
    assert!(!run.stderr.contains("panicked"), "{what}: {}", run.stderr);
    assert_eq!(places(&report), Vec::<String>::new(), "{what}");
    // What the system brings has its own names for what it broke.
    for note in notes(&report).iter().filter(|note| !note.contains("debian")) {
        let name = note.replace('\\', "/");
        assert!(BROKEN.iter().any(|word| name.contains(word)), "{note}");
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are asked for")]
fn a_folder_of_all_samples() {
    let Some(folder) = folder() else { return };
    let sandbox = Sandbox::new();
    let began = Instant::now();
    let run = sandbox
        .run([
            "scan".as_ref(),
            "--no-ignore".as_ref(),
            "--format".as_ref(),
            "json".as_ref(),
            folder.as_os_str(),
        ])
        .exits(0);
    check(&run, "all of them");
    let report = run.json();
    let coverage = &report["coverage"];
    let count = |field: &str| coverage[field].as_u64().expect("it is a number");
    println!(
        "{} files, {} members, {} bytes, {} notes, {:.1} s",
        count("files"),
        count("members"),
        count("bytes"),
        notes(&report).len(),
        began.elapsed().as_secs_f64()
    );
    assert_eq!(coverage["complete"], true);
    assert!(count("files") > 1000 && count("members") > 1000, "that is not all of them: {coverage}");
}

/// On its own, a sample that can be read is no error, and one that cannot is said to be.
#[test]
fn each_sample_by_its_name() {
    let Some(folder) = folder() else { return };
    let sandbox = Sandbox::new();
    let mut paths = Vec::new();
    samples(&folder, &mut paths);
    paths.sort();
    let notebooks = paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "ipynb"));
    assert!(notebooks.count() > 100, "that is not all of them");
    for path in paths {
        let name = path.to_string_lossy();
        let began = Instant::now();
        let run = sandbox.run(["scan".as_ref(), "--format".as_ref(), "json".as_ref(), path.as_os_str()]);
        assert!(began.elapsed() < PATIENCE, "{name} takes {:?}", began.elapsed());
        check(&run, &name);
        let (report, code) = (run.json(), run.code.expect("nothing ended it"));
        let is_closed = !skipped(&report).is_empty();
        assert_eq!(code, if is_closed { 2 } else { 0 }, "{name}");
        let is_broken = BROKEN.iter().any(|word| name.replace('\\', "/").contains(word));
        assert!(!is_closed || is_broken || name.contains("debian"), "{name}: {:?}", skipped(&report));
    }
}
