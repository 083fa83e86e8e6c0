//! Which part of a history is asked about: a range, a branch, since when, how deep.

use std::collections::BTreeSet;

use super::graph::{Selection, Tip, TipKind};
use super::{History, HistoryError};
use crate::model::ObjectKind;
use crate::pack::ObjectId;
use crate::source::revision::{self, Range, RevisionError};

/// What a user limits a scan to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// A range such as `main..topic`, or a commit with all of its past.
    pub range: Option<Vec<u8>>,
    /// What one side has and another has not, by ids and refs; looked at where there is no range.
    pub between: Option<Between>,
    /// A branch with all of its past.
    pub branch: Option<Vec<u8>>,
    /// The earliest that a commit may have been committed, in seconds since 1970.
    pub since: Option<i64>,
    /// How many commits a commit may lie from a tip; a tip is 1.
    pub max_depth: Option<u32>,
}

/// What is about to be sent or taken in, as git tells it to its hooks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Between {
    /// Commits with all of their past, and what else a tag may name. Each must be here.
    pub included: Vec<ObjectId>,
    /// What the other side has, with all of its past. What is not here is passed over: nothing is
    /// known of its past.
    pub excluded: Vec<ObjectId>,
    /// Refs that the other side has, by their full names; one that ends in `/` stands for all below it.
    pub excluded_refs: Vec<Vec<u8>>,
}

impl Between {
    /// Whether it leaves out what the ref of this name leads to.
    fn leaves_out(&self, name: &[u8]) -> bool {
        self.excluded_refs.iter().any(|part| name == part || part.ends_with(b"/") && name.starts_with(part))
    }
}

/// The limits as commits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selected {
    pub(super) commits: Selection,
    /// The annotated tags on the way to its tips.
    pub(super) tags: BTreeSet<ObjectId>,
    /// The tips that were given by their ids: in a hook, no ref leads to them yet.
    pub pushed: Vec<Tip>,
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
        let Limits { range, between, branch, since, max_depth } = limits;
        if *limits == Limits::default() {
            return Ok(None);
        }
        let mut selected = Selected::default();
        (selected.commits.since, selected.commits.max_depth) = (*since, *max_depth);
        if let Some(range) = range {
            let Range { exclude, include } = Range::parse(range)?;
            let excluded = exclude.map(|text| revision::way(text, &self.place, self)).transpose()?;
            if let Some(text) = include {
                let included = self.included(text)?;
                self.read_to_its_end(&included)?;
                selected.add(&included);
                if ObjectId::from_hex(text).is_some() {
                    let name = text.to_vec();
                    selected.pushed.push(Tip { kind: TipKind::Ref, name, objects: included });
                }
            }
            for id in excluded.unwrap_or_default() {
                selected.tags.remove(&id);
                selected.commits.excluded.push(id);
            }
        } else if let Some(between) = between {
            self.select_between(between, &mut selected)?;
        } else if let Some(branch) = branch {
            selected.add(&self.branch(branch)?);
        } else {
            for tip in tips().iter().filter(|tip| is_asked_about(tip)) {
                selected.add(&tip.objects);
            }
        }
        Ok(Some(selected))
    }

    /// Adds what `between` stands for.
    fn select_between(&self, between: &Between, selected: &mut Selected) -> Result<(), HistoryError> {
        if let Some(missing) = self.missing(between.included.clone()).first() {
            return Err(RevisionError::Unreadable(*missing).into());
        }
        for id in &between.included {
            let objects = revision::peel(*id, self);
            self.read_to_its_end(&objects)?;
            selected.add(&objects);
            let name = id.to_string().into_bytes();
            selected.pushed.push(Tip { kind: TipKind::Ref, name, objects });
        }
        let refs = self.refs().refs.iter().filter(|one| between.leaves_out(&one.name));
        let refs = refs.flat_map(|one| revision::peel_to(one.target, one.peeled, self));
        let named = between.excluded.iter().flat_map(|id| revision::peel(*id, self));
        let excluded: BTreeSet<ObjectId> = named.chain(refs).collect();
        for id in &excluded {
            selected.tags.remove(id);
        }
        let missing: BTreeSet<ObjectId> =
            self.missing(excluded.iter().copied().collect()).into_iter().collect();
        selected.commits.excluded.extend(excluded.difference(&missing));
        Ok(())
    }

    /// Tags of tags have an end, for git at least; what lies behind the last that is followed
    /// would not be looked at.
    fn read_to_its_end(&self, way: &[ObjectId]) -> Result<(), HistoryError> {
        match way.last().map(|last| (last, revision::Objects::read(self, last))) {
            Some((last, Some((ObjectKind::Tag, _)))) => Err(RevisionError::Unreadable(*last).into()),
            _ => Ok(()),
        }
    }

    /// What a range leads to: as a tag may be pushed that names a commit, it may as well be a
    /// blob or a tree.
    fn included(&self, text: &[u8]) -> Result<Vec<ObjectId>, HistoryError> {
        let named = ObjectId::from_hex(text).filter(|id| self.missing(vec![*id]).is_empty());
        match (revision::way(text, &self.place, self), named) {
            (Err(_), Some(id)) => Ok(revision::peel(id, self)),
            (way, _) => Ok(way?),
        }
    }

    /// A branch, or whatever else has that name where no branch has. A tag of the same name is
    /// not meant; a branch of a remote might be, as where a branch here is called `origin/main`.
    fn branch(&self, name: &[u8]) -> Result<Vec<ObjectId>, HistoryError> {
        let any = revision::way(name, &self.place, self);
        if let Err(RevisionError::SeveralRefs(_, refs)) = &any
            && refs.iter().any(|name| name.starts_with("refs/remotes/"))
        {
            return Ok(any?);
        }
        let full = [b"refs/heads/", name].concat();
        Ok(revision::way(&full, &self.place, self).or(any)?)
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
