//! The pipeline: source, then detection, then one report.

mod history;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::detect::Detector;
use crate::model::{Blob, Coverage, Finding, Provenance, Report, SkipReason, Skipped};
use crate::select::Policy;
use crate::source::{self, Staged, StagedError, Walk};

pub use history::{Memory, Reading, Sifted, scan_history};

/// What to scan.
#[derive(Debug, Clone)]
pub enum Input {
    /// Files and folders.
    Paths(Vec<PathBuf>),
    /// Standard input, under this name.
    Stdin(String),
}

/// How far a scan has come, for whoever watches it from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    files: AtomicU64,
    bytes: AtomicU64,
}

impl Progress {
    /// Files read so far.
    pub fn files(&self) -> u64 {
        self.files.load(Ordering::Relaxed)
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// Scans `input` and reports what `detector` finds; the same input gives the
/// same report, whatever the number of threads.
///
/// # Errors
/// When the system gives no threads. What cannot be read is in the report.
pub fn scan(input: &Input, walk: &Walk<'_>, detector: &Detector, progress: &Progress) -> io::Result<Report> {
    let hire = || Worker { detector, progress, findings: Vec::new(), coverage: Coverage::default() };
    let workers = match input {
        Input::Paths(paths) => walk.run(paths, hire)?,
        Input::Stdin(name) => {
            let mut worker = hire();
            source::scan_stdin(name, &mut worker);
            vec![worker]
        }
    };
    Ok(gather(workers, detector))
}

/// Scans what is staged in a repository, with so many threads (0 stands for one for each core).
///
/// # Errors
/// When there is no telling what is staged. What is and cannot be read is in the report.
pub fn scan_staged(
    staged: &Staged,
    policy: &Policy,
    threads: usize,
    detector: &Detector,
    progress: &Progress,
) -> Result<Report, StagedError> {
    let hire = || Worker { detector, progress, findings: Vec::new(), coverage: Coverage::default() };
    Ok(gather(staged.run(policy, threads, hire)?, detector))
}

/// Puts together what the workers found.
fn gather(workers: Vec<Worker<'_>>, detector: &Detector) -> Report {
    let mut findings = Vec::new();
    let mut coverage = Coverage::default();
    for worker in workers {
        findings.extend(worker.findings);
        coverage.merge(worker.coverage);
    }
    report(findings, coverage, detector)
}

/// Puts a report together, in an order that does not depend on who found what.
fn report(mut findings: Vec<Finding>, mut coverage: Coverage, detector: &Detector) -> Report {
    // Versions of a file may have different secrets in the same place.
    findings.sort_by(|one, other| {
        (&one.location, &one.rule, &one.digest).cmp(&(&other.location, &other.rule, &other.digest))
    });
    // What was named twice, as in `scan . src`, is reported once.
    findings.dedup_by(|one, other| {
        one.location == other.location && one.rule == other.rule && one.digest == other.digest
    });
    coverage.skipped.sort();
    coverage.skipped.dedup();
    Report {
        version: env!("CARGO_PKG_VERSION"),
        findings,
        exposures: Vec::new(),
        coverage,
        rules: detector.rules().collect(),
        disabled: Vec::new(),
        config: None,
    }
}

/// Detection at work on one thread.
struct Worker<'d> {
    detector: &'d Detector,
    progress: &'d Progress,
    findings: Vec<Finding>,
    coverage: Coverage,
}

impl source::Worker for Worker<'_> {
    fn name(&mut self, provenance: &Provenance<'_>) {
        self.detector.scan_name(provenance, &mut self.findings);
    }

    fn blob(&mut self, blob: &Blob<'_>) {
        self.detector.scan(blob, &mut self.findings);
        self.progress.bytes.fetch_add(blob.fresh.len() as u64, Ordering::Relaxed);
    }

    fn skipped(&mut self, shown: &[u8], reason: SkipReason) {
        self.coverage.skipped.push(Skipped { path: self.detector.path_name(shown), reason });
    }

    fn covered(&mut self, coverage: Coverage) {
        self.progress.files.fetch_add(coverage.files, Ordering::Relaxed);
        self.coverage.merge(coverage);
    }
}
