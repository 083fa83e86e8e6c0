//! What commits are reached from: refs and logs, and the range that is asked about.

use super::order::Commits;
use crate::model::Holder;
use crate::pack::ObjectId;

/// What a tip is, the ones that tell most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TipKind {
    /// What is checked out.
    Head,
    /// A branch, a tag or another ref.
    Ref,
    /// The stash, with its log.
    Stash,
    /// The log of a ref.
    Reflog,
    /// The index of a work tree.
    Index,
}

/// Something that keeps objects from being thrown away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// What it is.
    pub kind: TipKind,
    /// Its name, raw bytes.
    pub name: Vec<u8>,
    /// What it points to: a tag and what that points to, the last of them last; of
    /// a log or an index, all that it names.
    pub objects: Vec<ObjectId>,
}

impl From<TipKind> for Holder {
    fn from(kind: TipKind) -> Self {
        match kind {
            TipKind::Head | TipKind::Ref => Self::Ref,
            TipKind::Stash => Self::Stash,
            TipKind::Reflog => Self::Reflog,
            TipKind::Index => Self::Index,
        }
    }
}

/// The commits that are asked about: reachable from `tips`, not from `excluded`, and
/// within the limits. A tree or a blob among them stands for itself and what is in it, and has
/// no date. Other ids that are no commits of the repository lead nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Where it begins.
    pub tips: Vec<ObjectId>,
    /// What was there before.
    pub excluded: Vec<ObjectId>,
    /// The earliest that a commit may have been committed, in seconds since 1970.
    pub since: Option<i64>,
    /// How many commits a commit may lie from the nearest tip; a tip is 1.
    pub max_depth: Option<u32>,
}

/// What a selection makes of each commit, by place in the order.
#[derive(Debug)]
pub(super) struct Selected {
    pub(super) chosen: Vec<bool>,
    /// Reachable from what is excluded.
    pub(super) excluded: Vec<bool>,
}

impl Selection {
    pub(super) fn apply(&self, commits: &Commits) -> Selected {
        let from_tips = reachable(commits, &self.tips);
        let excluded = reachable(commits, &self.excluded);
        let near = self.max_depth.map(|depth| near(commits, &self.tips, depth));
        let chosen = |place: usize| {
            from_tips[place]
                && !excluded[place]
                && self.since.is_none_or(|since| commits.seconds[place] >= since)
                && near.as_ref().is_none_or(|near| near[place])
        };
        Selected { chosen: (0..commits.count()).map(chosen).collect(), excluded }
    }
}

/// Which commits can be reached from `from`, themselves included.
pub(super) fn reachable(commits: &Commits, from: &[ObjectId]) -> Vec<bool> {
    let mut reached = vec![false; commits.count()];
    for place in from.iter().filter_map(|id| commits.ids.get(id)) {
        reached[place as usize] = true;
    }
    // Parents lie at earlier places, so one run suffices.
    for place in (0..reached.len()).rev().filter(|_| !from.is_empty()) {
        if reached[place] {
            for &parent in commits.parents.of(place) {
                reached[parent as usize] = true;
            }
        }
    }
    reached
}

/// Which commits are at most `depth` commits from the nearest of `from`.
fn near(commits: &Commits, from: &[ObjectId], depth: u32) -> Vec<bool> {
    let mut reached = vec![false; commits.count()];
    let mut ring: Vec<u32> = from.iter().filter_map(|id| commits.ids.get(id)).collect();
    for _ in 0..depth {
        ring.retain(|&place| !std::mem::replace(&mut reached[place as usize], true));
        if ring.is_empty() {
            break;
        }
        ring = ring.iter().flat_map(|&place| commits.parents.of(place as usize)).copied().collect();
    }
    reached
}
