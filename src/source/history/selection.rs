//! Which part of a history is asked about: a range, a branch, since when, how deep.

use std::collections::BTreeSet;

use super::graph::{Selection, Tip, TipKind};
use super::{History, HistoryError};
use crate::pack::ObjectId;
use crate::source::revision::{self, Range};

/// What a user limits a scan to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// A range such as `main..topic`, or a commit with all of its past.
    pub range: Option<Vec<u8>>,
    /// A branch with all of its past.
    pub branch: Option<Vec<u8>>,
    /// The earliest that a commit may have been committed, in seconds since 1970.
    pub since: Option<i64>,
    /// How many commits a commit may lie from a tip; a tip is 1.
    pub max_depth: Option<u32>,
}

/// The limits as commits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selected {
    pub(super) commits: Selection,
    /// The annotated tags on the way to its tips, and tips that are no commits.
    pub(super) tags: BTreeSet<ObjectId>,
    /// The tip where it was given by its id: in a hook, no ref leads to it yet.
    pub pushed: Option<Tip>,
}

impl Selected {
    /// The commits, as the graph takes them.
    pub fn commits(&self) -> &Selection {
        &self.commits
    }

    /// Whether an object is named by it, as an annotated tag is.
    pub fn names(&self, object: &ObjectId) -> bool {
        self.tags.contains(object)
    }
}

impl History {
    /// What `limits` stand for in this repository; `None` where there are none.
    ///
    /// # Errors
    /// When a name in them stands for no commit.
    pub fn select<'t>(
        &self,
        limits: &Limits,
        tips: impl FnOnce() -> &'t Vec<Tip>,
    ) -> Result<Option<Selected>, HistoryError> {
        let Limits { range, branch, since, max_depth } = limits;
        if *limits == Limits::default() {
            return Ok(None);
        }
        let mut selected = Selected::default();
        (selected.commits.since, selected.commits.max_depth) = (*since, *max_depth);
        if let Some(range) = range {
            let Range { exclude, include } = Range::parse(range)?;
            let excluded = exclude.map(|text| revision::way(text, &self.place, self)).transpose()?;
            if let Some(text) = include {
                let (included, is_commit) = self.included(text)?;
                selected.add(&included);
                selected.tags.extend(included.last().filter(|_| !is_commit));
                if ObjectId::from_hex(text).is_some() {
                    let name = text.to_vec();
                    selected.pushed = Some(Tip { kind: TipKind::Ref, name, objects: included });
                }
            }
            for id in excluded.unwrap_or_default() {
                selected.tags.remove(&id);
                selected.commits.excluded.push(id);
            }
        } else if let Some(branch) = branch {
            selected.add(&self.branch(branch)?);
        } else {
            for tip in tips().iter().filter(|tip| is_asked_about(tip)) {
                selected.add(&tip.objects);
            }
        }
        Ok(Some(selected))
    }

    /// What a range leads to, and whether that is a commit: as a tag may be pushed
    /// that names one, it may as well be a blob or a tree.
    fn included(&self, text: &[u8]) -> Result<(Vec<ObjectId>, bool), HistoryError> {
        let named = ObjectId::from_hex(text).filter(|id| self.missing(vec![*id]).is_empty());
        match (revision::way(text, &self.place, self), named) {
            (Err(_), Some(id)) => Ok((revision::peel(id, self), false)),
            (way, _) => Ok((way?, true)),
        }
    }

    /// A branch, or whatever else has that name where no branch has.
    fn branch(&self, name: &[u8]) -> Result<Vec<ObjectId>, HistoryError> {
        let full = [b"refs/heads/", name].concat();
        let way = revision::way(&full, &self.place, self);
        Ok(way.or_else(|_| revision::way(name, &self.place, self))?)
    }
}

/// Whether a tip is one of those that git means by `--all`: HEAD, that of every work
/// tree, and what is below `refs/`. What git notes beside them, such as `ORIG_HEAD`,
/// is where somebody was once.
fn is_asked_about(tip: &Tip) -> bool {
    let is_ref = |name: &[u8]| name.starts_with(b"refs/") || name == b"HEAD" || name.ends_with(b"/HEAD");
    matches!(tip.kind, TipKind::Head | TipKind::Ref) && is_ref(&tip.name)
}

impl Selected {
    /// Adds a tip: the tags on the way to it, and the commit.
    fn add(&mut self, way: &[ObjectId]) {
        if let Some((last, tags)) = way.split_last() {
            self.tags.extend(tags);
            self.commits.tips.push(*last);
        }
    }
}
