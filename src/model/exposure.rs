//! A leaked key over a whole history: since when, until when, and where.

use super::{CommitSummary, Fingerprint};

/// One leaked key over a whole history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The public name of the key, as in a [`super::Finding`].
    pub key: String,
    /// What tells it from other secrets, as in a [`super::Finding`].
    pub digest: String,
    /// The findings that are its places, sorted.
    pub findings: Vec<Fingerprint>,
    /// The first commit that carries it anywhere; `None` where none does.
    pub first: Option<CommitSummary>,
    /// The last commit on the way to HEAD that took it out; `None` while it is
    /// in HEAD, or if it never was there.
    pub removed: Option<CommitSummary>,
    /// Whether the newest commit of the current branch carries it.
    pub in_head: bool,
}
