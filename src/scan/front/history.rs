//! A scan of a history, and which part of it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::model::Report;
use crate::source::history::{History, Limits};

use super::error::Cause;
use super::{Scan, ScanError};
use crate::scan::{Scanned, scan_history};

/// A scan of what a repository keeps, begun by [`run`](Self::run). Made by [`Scan::history`].
///
/// Without a limit every object is read, whether anything leads to it or not: what was
/// deleted, amended, stashed or never pushed is there, too.
#[derive(Debug)]
#[must_use = "nothing is read before `run`"]
pub struct HistoryScan<'s> {
    scan: &'s Scan,
    repository: PathBuf,
    limits: Limits,
}

impl<'s> HistoryScan<'s> {
    pub(super) fn new(scan: &'s Scan, repository: &Path) -> Self {
        Self { scan, repository: repository.to_owned(), limits: Limits::default() }
    }

    /// Only what `B` has and `A` has not, for `"A..B"`, as for a pull request; a revision alone
    /// stands for itself with all of its past. It takes the place of a [branch](Self::branch).
    pub fn range(mut self, range: impl AsRef<OsStr>) -> Self {
        self.limits.range = Some(range.as_ref().as_encoded_bytes().to_vec());
        self.limits.branch = None;
        self
    }

    /// Only what a branch leads to, such as `main`. It takes the place of a [range](Self::range).
    pub fn branch(mut self, name: impl AsRef<OsStr>) -> Self {
        self.limits.branch = Some(name.as_ref().as_encoded_bytes().to_vec());
        self.limits.range = None;
        self
    }

    /// Only what was committed then or later, in seconds since 1970 in UTC.
    pub fn since(mut self, seconds: i64) -> Self {
        self.limits.since = Some(seconds);
        self
    }

    /// Only what commits brought in that lie at most so many from a tip; a tip is 1.
    pub fn max_depth(mut self, commits: u32) -> Self {
        self.limits.max_depth = Some(commits);
        self
    }

    /// Reads, and reports each finding with the first commit that carries it; the report's
    /// [exposures](Report::exposures) say of each key since when it leaked and until when.
    ///
    /// # Errors
    /// When there is no repository, or a revision stands for nothing in it; and where
    /// submodules are to be read, which a range or a branch says nothing about.
    pub fn run(self) -> Result<Report, ScanError> {
        let Self { scan, repository, limits } = self;
        if scan.submodules && (limits.range.is_some() || limits.branch.is_some()) {
            return Err(Cause::LimitedSubmodules.into());
        }
        let history = History::open(Some(&repository)).map_err(Cause::from)?;
        let (detector, reading) = (scan.detector(), scan.reading(&limits));
        let report = scan_history(&history, &scan.policy, &reading, detector, &scan.progress());
        let report = report.map_err(Cause::from)?;
        let scanned = Scanned::History(Some(repository.clone()), limits);
        Ok(scan.completed(report, Some(&repository), Some(scanned)))
    }
}
