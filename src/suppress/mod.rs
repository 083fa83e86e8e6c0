//! Findings that somebody settled: they are counted and shown apart, and do not fail a scan.
//!
//! It decides by what it is given and reads no repository.

pub mod baseline;

use crate::model::Suppression;

/// What can be said of a finding while a scan goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtOnce {
    /// Nothing settles it.
    Counts,
    /// This settles it.
    Suppressed(Suppression),
    /// Only the baseline can tell, at the end.
    Later,
}
