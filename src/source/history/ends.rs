//! Where a history begins and ends: the commit that is looked at, and the one that it is
//! held against.

use git2::{Oid, Repository};

use super::{History, HistoryError, Limits};
use crate::pack::ObjectId;
use crate::source::refs;

/// The newest commit, and what was there before what is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// None where no commit was made yet.
    pub tip: Option<ObjectId>,
    /// The newest commits of other branches, where several are pushed at once.
    pub others: Vec<ObjectId>,
    /// Where the range parted from what it leaves out; none without a range.
    pub base: Option<ObjectId>,
}

impl History {
    /// The commit that HEAD stands for; none where its branch has none yet.
    ///
    /// # Errors
    /// When HEAD cannot be read.
    pub fn head(&self) -> Result<Option<ObjectId>, HistoryError> {
        refs::resolve(&self.place, b"HEAD").map_err(|error| HistoryError::Revision(error.into()))
    }

    /// The ends of what `limits` stand for: of a range or a branch its own, else HEAD.
    ///
    /// # Errors
    /// When a name in them stands for no commit.
    pub fn ends(&self, limits: &Limits) -> Result<Ends, HistoryError> {
        if limits.range.is_none() && limits.between.is_none() && limits.branch.is_none() {
            return Ok(Ends { tip: self.head()?, others: Vec::new(), base: None });
        }
        let none = Vec::new();
        let selected = self.select(limits, || &none)?.unwrap_or_default();
        let (tips, excluded) = (&selected.commits.tips, &selected.commits.excluded);
        // A tree that a tag names is no end of a history.
        let is_commit = |id: &&ObjectId| self.tree_of(id).is_ok();
        let mut commits = tips.iter().filter(is_commit).copied();
        let tip = commits.next();
        let others = commits.filter(|id| Some(*id) != tip).collect();
        let base = match (tip, excluded.iter().rfind(is_commit)) {
            // Of many, none alone says what was there before.
            (Some(tip), Some(_)) if limits.between.is_some() => {
                self.parting(tip, excluded).or_else(|| excluded.last().copied())
            }
            (Some(tip), Some(last)) => Some(self.parting(tip, &[*last]).unwrap_or(*last)),
            _ => None,
        };
        Ok(Ends { tip, others, base })
    }

    /// Where a commit parted from all of the others; none where that cannot be told.
    fn parting(&self, one: ObjectId, others: &[ObjectId]) -> Option<ObjectId> {
        let git = Repository::from_odb(self.odb().ok()?).ok()?;
        let oid = |id: ObjectId| Oid::from_bytes(id.as_bytes()).ok();
        let others = others.iter().filter_map(|id| oid(*id)).filter(|id| git.find_commit(*id).is_ok());
        let commits: Vec<Oid> = oid(one).into_iter().chain(others).collect();
        let base = git.merge_base_many(&commits).ok()?;
        ObjectId::from_bytes(base.as_bytes())
    }
}
