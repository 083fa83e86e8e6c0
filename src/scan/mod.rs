//! The pipeline: source, then detection, then one report.
//!
//! [`Scan`] is the way in for a program that uses the library.

mod audit;
mod complete;
mod front;
mod history;
mod opening;
mod presence;
mod unpacked;
mod web;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::detect::Detector;
use crate::model::{Blob, Coverage, Finding, Note, NoteKind, Provenance, Report, SkipReason, Skipped};
use crate::select::Policy;
use crate::source::{self, Packed, Staged, StagedError, Walk};
use unpacked::{Eye, Form, Opener};

pub use front::{HistoryScan, Scan, ScanError, ScanErrorKind};

#[doc(hidden)]
pub use audit::{Sources, audit};
#[doc(hidden)]
pub use complete::Completion;
#[doc(hidden)]
pub use history::{Memory, Reading, Sifted, scan_history};
#[doc(hidden)]
pub use opening::Opening;
#[doc(hidden)]
pub use presence::{Moves, Scanned};
#[doc(hidden)]
pub use unpacked::removals;
#[doc(hidden)]
pub use web::scan_web;

/// What to scan.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub enum Input {
    /// Files and folders.
    Paths(Vec<PathBuf>),
    /// Standard input, under this name.
    Stdin(String),
}

/// How far a scan has come, for whoever watches it from another thread.
#[doc(hidden)]
#[derive(Default)]
pub struct Progress<'o> {
    files: AtomicU64,
    bytes: AtomicU64,
    images: AtomicU64,
    observer: Option<&'o (dyn Fn(&Finding) + Sync)>,
}

impl<'o> Progress<'o> {
    /// Has `observer` told of each finding in files, standard input or the index once its
    /// content was read to the end and the finding is what the report will say of it. It is
    /// called on any thread, several at a time, in no particular order, and more than once
    /// for a place that was named more than once.
    ///
    /// A history tells what it found only in its report: before all objects were seen,
    /// nobody knows their commits and paths.
    pub fn observed(observer: &'o (dyn Fn(&Finding) + Sync)) -> Self {
        Self { observer: Some(observer), ..Self::default() }
    }

    /// Files read so far.
    pub fn files(&self) -> u64 {
        self.files.load(Ordering::Relaxed)
    }

    /// Images looked at so far, plain ones included.
    pub fn images(&self) -> u64 {
        self.images.load(Ordering::Relaxed)
    }

    /// Counts images.
    fn look(&self, images: u64) {
        self.images.fetch_add(images, Ordering::Relaxed);
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// Scans `input` and reports what `detector` finds, also in what
/// `opening` says; the same input gives the same report, whatever the number of threads.
///
/// # Errors
/// When the system gives no threads. What cannot be read is in the report.
#[doc(hidden)]
pub fn scan(
    input: &Input,
    walk: &Walk<'_>,
    opening: Opening<'_>,
    detector: &Detector,
    progress: &Progress,
) -> io::Result<Report> {
    let hire = || Worker::new(detector, progress, opening);
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

/// Scans what is staged in a repository, with so many threads (0 stands for one for each
/// core), also in what `opening` says.
///
/// # Errors
/// When there is no telling what is staged. What is and cannot be read is in the report.
#[doc(hidden)]
pub fn scan_staged(
    staged: &Staged,
    policy: &Policy,
    threads: usize,
    opening: Opening<'_>,
    detector: &Detector,
    progress: &Progress,
) -> Result<Report, StagedError> {
    let hire = || Worker::new(detector, progress, opening);
    Ok(gather(staged.run(policy, threads, hire)?, detector))
}

/// Scans files that a tool lists and no person named: the policy of `walk` holds for them,
/// links are not followed, and what is damaged in an archive is a note.
///
/// # Errors
/// When the system gives no threads. What cannot be read is in the report.
pub fn scan_listed(
    files: &[PathBuf],
    walk: &Walk<'_>,
    opening: Opening<'_>,
    detector: &Detector,
    progress: &Progress,
) -> io::Result<Report> {
    let hire = || Worker::new(detector, progress, opening);
    Ok(gather(walk.run_listed(files, hire)?, detector))
}

/// Puts two reports on the same repository together, each as [`scan_staged`] and
/// [`scan_listed`] give it: what stands in the same place in both is told of once.
pub fn join(one: Report, other: Report, detector: &Detector) -> Report {
    let (mut findings, mut coverage) = (one.findings, one.coverage);
    findings.extend(other.findings);
    coverage.merge(other.coverage);
    report(findings, coverage, detector)
}

/// Puts together what the workers found.
fn gather(workers: Vec<Worker<'_>>, detector: &Detector) -> Report {
    let mut findings = Vec::new();
    let mut coverage = Coverage::default();
    for mut worker in workers {
        worker.tell();
        findings.extend(worker.findings);
        coverage.merge(worker.coverage);
    }
    report(findings, coverage, detector)
}

/// Puts a report together, in an order that does not depend on who found what.
fn report(mut findings: Vec<Finding>, mut coverage: Coverage, detector: &Detector) -> Report {
    findings.sort_by(|one, other| order(one).cmp(&order(other)));
    // What was named twice, as in `scan . src`, is reported once. Another secret can
    // stand in the same place: in another version of a file, or in a masked name.
    findings.dedup_by(|one, other| order(one) == order(other));
    coverage.skipped.sort();
    coverage.skipped.dedup();
    coverage.notes.sort();
    coverage.notes.dedup();
    Report { findings, coverage, rules: detector.rules().collect(), ..Report::default() }
}

/// What findings are listed by: the place in the file goes before the cell of a notebook.
fn order(finding: &Finding) -> impl Ord + '_ {
    let location = &finding.location;
    // Two headers of one request are two texts, and an image may show a key twice.
    let part = finding.deployed.as_ref().map(|deployed| &deployed.part);
    let regions = finding.sight.as_ref().map(|sight| &sight.regions);
    let place = (location.path.as_str(), location.place, part, location.start, location.end);
    (place, location.cell(), regions, &finding.rule, &finding.fingerprint)
}

/// Detection at work on one thread.
struct Worker<'d> {
    detector: &'d Detector,
    progress: &'d Progress<'d>,
    opener: Opener<'d>,
    /// Looks at images, if they are looked at.
    eye: Option<Eye<'d>>,
    /// What is opened, and what is looked at.
    opening: Opening<'d>,
    /// What the content that is being read is, if it is opened.
    form: Option<Form>,
    findings: Vec<Finding>,
    /// How many of them there were before that content.
    before: usize,
    /// How many of them the observer was told of.
    told: usize,
    coverage: Coverage,
}

impl<'d> Worker<'d> {
    fn new(detector: &'d Detector, progress: &'d Progress<'d>, opening: Opening<'d>) -> Self {
        let (findings, coverage) = (Vec::new(), Coverage::default());
        let (opener, eye) = (Opener::new(detector, opening), Eye::new(detector, opening));
        Self { detector, progress, opener, eye, opening, form: None, findings, before: 0, told: 0, coverage }
    }

    /// Tells the observer of what it was not told of yet; nothing of it changes any more.
    fn tell(&mut self) {
        if let Some(observer) = self.progress.observer {
            self.findings[self.told..].iter().for_each(observer);
            self.told = self.findings.len();
        }
    }
}

impl source::Worker for Worker<'_> {
    fn name(&mut self, provenance: &Provenance<'_>) {
        self.form = None;
        self.tell();
        self.detector.scan_name(provenance, &mut self.findings);
        self.before = self.findings.len();
    }

    fn blob(&mut self, blob: &Blob<'_>) {
        if !self.detector.scan(blob, &mut self.findings) {
            let path = self.detector.path_name(blob.provenance.shown);
            self.coverage.notes.push(Note { path, kind: NoteKind::Encoded });
        }
        if let Some(eye) = &mut self.eye {
            let mut coverage = Coverage::default();
            eye.look(blob, &mut self.findings, &mut coverage);
            self.progress.look(coverage.images + coverage.plain_images);
            self.coverage.merge(coverage);
        }
        self.progress.bytes.fetch_add(blob.fresh.len() as u64, Ordering::Relaxed);
    }

    fn wants(&mut self, provenance: &Provenance<'_>, head: &[u8]) -> bool {
        self.form = if self.opening.unpack { unpacked::form(provenance.relative, head) } else { None };
        self.form.is_some()
    }

    fn packed(&mut self, packed: Packed<'_>) {
        let Some(form) = self.form.take() else { return };
        let mut findings = self.findings.split_off(self.before);
        let coverage = self.opener.open(form, packed, &mut findings);
        self.progress.look(coverage.images + coverage.plain_images);
        self.findings.append(&mut findings);
        self.coverage.merge(coverage);
        self.tell();
    }

    fn skipped(&mut self, shown: &[u8], reason: SkipReason) {
        self.coverage.skipped.push(Skipped { path: self.detector.path_name(shown), reason });
    }

    fn covered(&mut self, coverage: Coverage) {
        self.progress.files.fetch_add(coverage.files, Ordering::Relaxed);
        // What is wanted once more may still say more of a finding.
        if coverage.files > 0 && self.form.is_none() {
            self.tell();
        }
        self.coverage.merge(coverage);
    }
}
