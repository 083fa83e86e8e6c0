//! Whether the comment in a version of a file settles the place that the versions share.
//!
//! It knows of versions no more than where they stand, when, and what they say.
//!
//! **Invariant:** a comment holds no longer than it stands in the file, and one that nobody
//! took over does not hold: whoever may push a branch settles nothing for HEAD.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::{Finding, Holder, InlineComment};
use crate::pack::ObjectId;
use crate::source::history::Attribution;

/// Where a version stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'p> {
    /// The path that its finding has, raw and without the prefix of a submodule.
    pub(super) path: &'p [u8],
    /// Whether it stands at no other.
    pub(super) is_only: bool,
}

/// What one version of a file says of a secret in it.
#[derive(Debug)]
pub(super) struct Version {
    path: Vec<u8>,
    is_only_path: bool,
    holder: Holder,
    /// The rank of its first commit.
    first: Option<(Holder, usize)>,
    /// The comment, if it has one on every line with the secret: one with a reason first.
    comment: Option<InlineComment>,
}

impl Version {
    pub(super) fn of(finding: &Finding, at: At<'_>, holder: Holder, first: Option<(Holder, usize)>) -> Self {
        let comment = finding.inline.clone();
        Self { path: at.path.to_vec(), is_only_path: at.is_only, holder, first, comment }
    }

    /// Adds another finding in the same object.
    pub(super) fn add(&mut self, other: Self) {
        self.is_only_path &= other.is_only_path;
        self.comment = match (self.comment.take(), other.comment) {
            (Some(one), Some(other)) => Some(told(one, other)),
            _ => None,
        };
    }
}

/// Of two comments the one that gives a reason, or else the first.
fn told(one: InlineComment, other: InlineComment) -> InlineComment {
    if one.reason.is_none() && other.reason.is_some() { other } else { one }
}

/// The comment that settles the place of `versions`. Those that stand there in the commits
/// `now` decide. Where none does, the newest decides, of those that are held best.
pub(super) fn settling(
    versions: &BTreeMap<ObjectId, Version>,
    attribution: &Attribution<'_>,
    now: &[ObjectId],
) -> Option<InlineComment> {
    // A comment at this path says nothing of the same bytes at another one.
    let is_open = versions.values().any(|version| version.comment.is_none() && !version.is_only_path);
    if is_open || versions.values().all(|version| version.comment.is_none()) {
        return None;
    }
    let objects: Vec<ObjectId> = versions.keys().copied().collect();
    let standings = attribution.standings(&objects, now);
    let ages = versions.values().zip(&standings).map(|(version, standing)| {
        let is_now = standing.now.contains(&version.path);
        // The last commit may have it at another path only, and says nothing of this one.
        let last = if version.is_only_path { standing.last } else { version.first.map(|first| first.1) };
        // Several may stand there now, as there may be several work trees: all of them decide.
        (is_now, (!is_now).then_some((Reverse(version.holder), last)))
    });
    let ages: Vec<_> = ages.collect();
    let newest = ages.iter().max()?;
    let mut deciding: Vec<&Version> =
        versions.values().zip(&ages).filter(|(_, age)| *age == newest).map(|(version, _)| version).collect();
    deciding.sort_by_key(|version| (version.first.is_none(), version.first));
    let comments: Option<Vec<InlineComment>> =
        deciding.into_iter().map(|version| version.comment.clone()).collect();
    comments?.into_iter().reduce(told)
}
