//! Why there is no report at all.
//!
//! What was asked for and cannot be read is no error: it is in the report's coverage.

use std::io;

use crate::rules::{RuleError, UnknownRule};
use crate::source::StagedError;
use crate::source::history::HistoryError;

/// Why a scan could not be set up, or not be begun.
///
/// It displays as one line in lower case, and [`source`](std::error::Error::source) leads to
/// what lies beneath. No secret is in it. A file that cannot be read is no error: it is in the
/// [coverage](crate::model::Coverage) of the report.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ScanError(#[from] Cause);

/// What a [`ScanError`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScanErrorKind {
    /// A rule file cannot be used, or no rule has an id.
    Rules,
    /// Options that do not go together.
    Options,
    /// There is no repository, or it cannot be read.
    Repository,
    /// A revision that was named stands for nothing.
    Revision,
    /// The system gives no threads.
    Threads,
}

/// What a [`ScanError`] keeps to itself: types of other crates are among these.
#[derive(Debug, thiserror::Error)]
pub(super) enum Cause {
    #[error(transparent)]
    Rules(#[from] RuleError),
    #[error(transparent)]
    UnknownRule(#[from] UnknownRule),
    #[error("submodules have histories of their own, in which a range or a branch names nothing")]
    LimitedSubmodules,
    #[error(transparent)]
    Staged(#[from] StagedError),
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error("cannot start the threads to read with")]
    Threads(#[from] io::Error),
}

impl ScanError {
    /// What it is about.
    pub fn kind(&self) -> ScanErrorKind {
        match &self.0 {
            Cause::Rules(_) | Cause::UnknownRule(_) => ScanErrorKind::Rules,
            Cause::LimitedSubmodules => ScanErrorKind::Options,
            Cause::History(HistoryError::Revision(_)) => ScanErrorKind::Revision,
            Cause::History(HistoryError::Threads(_)) | Cause::Threads(_) => ScanErrorKind::Threads,
            Cause::Staged(_) | Cause::History(_) => ScanErrorKind::Repository,
        }
    }
}
