//! All that a repository holds in one report: the work tree with what git ignores, the
//! index, the objects of the history, and git's own files.
//!
//! Each part is read by what reads it alone, one after the other; here they are put
//! together. All paths are from the root of the repository.
//!
//! **Invariant:** what goes wrong in one part makes the coverage incomplete and does not
//! stop the others.

mod join;
mod placed;
mod skips;

use std::error::Error;
use std::path::{Path, PathBuf};

use crate::detect::Detector;
use crate::model::{Coverage, Finding, Report, Seen, SkipReason, Skipped};
use crate::select::Policy;
use crate::source::history::{History, HistoryError};
use crate::source::{IgnoredFiles, Staged, StagedError, Walk};

use super::history::{Elsewhere, Reading, beside_objects, scan_objects};
use super::{Progress, report, scan_staged};
use join::Parts;
use placed::{Kind, View};

/// The parts of a repository, as far as it has them.
#[derive(Debug)]
pub struct Sources {
    history: Result<History, HistoryError>,
    /// None in a bare repository.
    staged: Option<Staged>,
    /// The work tree and the git folder, where the configuration cannot be read.
    outline: Option<(Option<PathBuf>, PathBuf)>,
}

impl Sources {
    /// Of the repository that `path` lies in or is, or that git would use here where none
    /// is named.
    ///
    /// # Errors
    /// When there is none, or nothing of it can be read.
    pub fn open(path: Option<&Path>) -> Result<Self, HistoryError> {
        let staged = Staged::open(path).ok();
        let history = History::open(path);
        let has_tree = staged.as_ref().is_some_and(|staged| staged.root().is_some());
        match history {
            Err(error) if error.file().is_some() => {
                let outline = Some(History::outline(path)?);
                Ok(Self { history: Err(error), staged: None, outline })
            }
            Err(error) if !has_tree || matches!(error, HistoryError::Place(_)) => Err(error),
            history => Ok(Self { history, staged, outline: None }),
        }
    }

    /// The root of the work tree, or the git folder of a bare repository.
    pub fn root(&self) -> &Path {
        self.work_tree().unwrap_or_else(|| self.folder())
    }

    fn work_tree(&self) -> Option<&Path> {
        let outlined = self.outline.as_ref().and_then(|(tree, _)| tree.as_deref());
        self.staged.as_ref().and_then(Staged::root).or(outlined)
    }

    /// The folder of refs, logs, hooks and the configuration.
    fn folder(&self) -> &Path {
        match (&self.history, &self.staged) {
            (Ok(history), _) => history.folder(),
            (Err(_), Some(staged)) => staged.folder(),
            (Err(_), None) => self.outline.as_ref().map_or(Path::new("."), |(_, folder)| folder),
        }
    }
}

/// Scans all parts of `sources` and reports each leaked key once, with all its places;
/// the same input gives the same report, whatever the number of threads.
///
/// `policy` holds for the work tree, the index and the objects, and not for git's own
/// files. The limits of `reading` are not to be set: all of the history is read.
///
/// # Errors
/// When the system gives no threads. What cannot be read is in the report.
pub fn audit(
    sources: &Sources,
    policy: &Policy,
    reading: &Reading<'_>,
    detector: &Detector,
    progress: &Progress,
) -> Result<Report, HistoryError> {
    let audit = Audit { policy, reading, detector, progress };
    let (mut parts, mut coverage) = (Parts::default(), Coverage::default());
    if let Some(root) = sources.work_tree() {
        (parts.tree, coverage) = audit.tree(root)?;
    }
    if let Some(staged) = &sources.staged {
        let (index, covered) = audit.index(staged);
        parts.index = index;
        coverage.merge(covered);
    }
    let (objects, elsewhere) = audit.objects(&sources.history);
    (parts.objects, parts.exposures, parts.elsewhere) = (objects.findings, objects.exposures, elsewhere);
    coverage.merge(objects.coverage);
    let (metadata, covered) = audit.metadata(sources.folder())?;
    parts.metadata = metadata;
    coverage.merge(covered);
    skips::settle(&mut coverage.skipped, sources.folder());
    let (findings, exposures) = parts.join();
    let mut report = report(findings, coverage, detector);
    report.exposures = exposures;
    Ok(report)
}

/// Why neither the objects nor the index are read.
#[derive(Debug, thiserror::Error)]
#[error("without its configuration nobody knows how the repository keeps objects and the index")]
struct Unconfigured;

/// One audit.
struct Audit<'a> {
    policy: &'a Policy,
    reading: &'a Reading<'a>,
    detector: &'a Detector,
    progress: &'a Progress<'a>,
}

impl Audit<'_> {
    /// The files of the work tree, those that git ignores among them.
    fn tree(&self, root: &Path) -> Result<(Vec<Finding>, Coverage), HistoryError> {
        let ignored = IgnoredFiles::below(root);
        let view = View::new(root, Vec::new(), Kind::Tree(&ignored));
        self.walk(root, self.policy, &view)
    }

    /// What git keeps beside its objects.
    fn metadata(&self, folder: &Path) -> Result<(Vec<Finding>, Coverage), HistoryError> {
        let (findings, mut coverage) =
            self.walk(folder, &beside_objects(), &View::new(folder, placed::name(folder), Kind::Metadata))?;
        // The objects were read in another way, and were not passed over.
        coverage.excluded = 0;
        Ok((findings, coverage))
    }

    fn walk(
        &self,
        root: &Path,
        policy: &Policy,
        view: &View<'_>,
    ) -> Result<(Vec<Finding>, Coverage), HistoryError> {
        let walk = Walk { policy, ignored: true, threads: self.reading.threads };
        let hire = || view.hire(super::Worker::new(self.detector, self.progress, self.reading.opening));
        let workers = walk.run(&[root.to_owned()], hire)?;
        let workers = workers.into_iter().map(|placed| placed.worker).collect();
        let Report { findings, coverage, .. } = super::gather(workers, self.detector);
        Ok((findings, coverage))
    }

    /// What is staged and HEAD does not have.
    fn index(&self, staged: &Staged) -> (Vec<Finding>, Coverage) {
        let Reading { threads, opening, .. } = *self.reading;
        match scan_staged(staged, self.policy, threads, opening, self.detector, self.progress) {
            Ok(mut report) => {
                report.findings.iter_mut().for_each(|finding| finding.seen = vec![Seen::Index]);
                // The submodules of the history are counted.
                report.coverage.submodules = 0;
                (report.findings, report.coverage)
            }
            Err(error) => {
                let place = match &error {
                    StagedError::Unreadable(file, _) | StagedError::Index(file, _) => file.to_string_lossy(),
                    StagedError::Head(_) => staged.head().to_string_lossy().into_owned().into(),
                    _ => "the index".into(),
                };
                (Vec::new(), self.unread(&place, &error))
            }
        }
    }

    /// The objects of the history, and under which other names they stand.
    fn objects(&self, history: &Result<History, HistoryError>) -> (Report, Elsewhere) {
        let Self { policy, reading, detector, progress } = self;
        let read = match history {
            Ok(history) => scan_objects(history, policy, reading, detector, progress),
            Err(error) => return (self.unread_history(error), Elsewhere::default()),
        };
        read.unwrap_or_else(|error| (self.unread_history(&error), Elsewhere::default()))
    }

    fn unread_history(&self, error: &HistoryError) -> Report {
        let mut coverage = match error.file() {
            Some(file) => self.unread(&file.to_string_lossy(), error),
            None => Coverage::default(),
        };
        coverage.merge(match error.file() {
            Some(_) => self.unread("the history", &Unconfigured),
            None => self.unread("the history", error),
        });
        report(Vec::new(), coverage, self.detector)
    }

    /// That a part cannot be read, with all that is known of the reason.
    fn unread(&self, part: &str, error: &dyn Error) -> Coverage {
        let mut why = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            why = format!("{why}: {error}");
            cause = error.source();
        }
        let reason = SkipReason::Unreadable(self.detector.masked(&why));
        let path = self.detector.path_name(part.as_bytes());
        Coverage { skipped: vec![Skipped { path, reason }], ..Coverage::default() }
    }
}
