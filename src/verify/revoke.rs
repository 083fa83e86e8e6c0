//! Revoking keys: what is to be done, and doing it with proof.
//!
//! [`survey()`] asks Baseten what it knows, [`plan()`] says from that what would be revoked
//! and what would break, and [`execute`] revokes key by key. Nothing is printed here, and
//! nobody is asked: that a plan was agreed to is the business of the caller.
//!
//! **Invariant:** a key is named by its public prefix, and one whose prefix has no
//! documented shape is never asked to be deleted, nor one that is known from images only
//! unless it is the only one of its readings that the inventory lists. A key counts as dead
//! only where the API was seen not to have it any more.

mod judge;
mod plan;
mod read;
mod run;
mod survey;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use super::leak::LeakPlace;
use super::reading::Reading;
use crate::baseten::{Category, Owner};

pub use plan::{Again, Wish, plan};
pub use run::{Revocation, Stop, Watch, execute};
pub use survey::{Survey, survey};

/// What would be revoked.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The base of the API.
    pub remote: String,
    /// Who revokes: the prefix of the key, or `user:` and an id.
    pub operator: Option<String>,
    /// Whether the inventory lists the key that revokes.
    pub sees_itself: bool,
    /// The prefixes of all keys that were listed when the plan was made: under `None` those
    /// of the inventory, under the id of a gateway's group those of that group. What is
    /// still listed of them later says that the list is still whole.
    pub seen: HashMap<Option<String>, HashSet<String>>,
    /// The keys, in the order in which they are revoked; the operator's own is last.
    pub keys: Vec<PlannedKey>,
    /// Keys that leaked and stay live for all that this plan does.
    pub left: Vec<Unplanned>,
    /// What leaked and is, as far as anybody can tell, no key of Baseten's.
    pub passed_over: Vec<Unplanned>,
    /// What could not be looked up, a sentence each.
    pub notes: Vec<String>,
}

/// A key that would be revoked. What the API did not tell is missing.
///
/// Texts of the API, and paths, are not cleaned for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct PlannedKey {
    /// What stands before the dot.
    pub prefix: String,
    /// The prefix exactly as the inventory lists it, which deletes it; none where it is
    /// not listed.
    pub listed_as: Option<String>,
    /// The gateway's group, for a key of one.
    pub group: Option<String>,
    /// Whether the inventory lists it.
    pub listed: bool,
    /// Whether the inventory listed it for the same operator when it was first planned,
    /// so that its absence says that it is gone.
    pub was_listed: bool,
    /// Whether it is the key that revokes.
    pub is_self: bool,
    /// Whether a run that was broken off may have asked for its deletion.
    pub attempted: bool,
    /// What it may do.
    pub category: Option<Category>,
    /// Its name.
    pub name: Option<String>,
    /// Whose it is; personal keys only.
    pub owner: Option<Owner>,
    /// The team that it belongs to.
    pub team: Option<String>,
    /// The models that it is limited to, by name where that is known, else by id.
    pub models: Vec<String>,
    /// Where it leaked.
    pub places: Vec<LeakPlace>,
    /// How it was read, where it is known from images only; then it is the only one of its
    /// readings that is listed.
    pub reading: Option<Reading>,
    /// The newest entry of the audit log by it or about it.
    pub last: Option<LastEvent>,
    /// When it was deleted by the audit log, as the API writes it.
    pub deleted: Option<String>,
    /// What will stop to work.
    pub breaks: String,
}

/// An entry of the audit log. The log tells of management, not of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastEvent {
    /// When, as the API writes it.
    pub time: String,
    /// What, in the API's word.
    pub what: String,
    /// Whether the key did it; else it happened to the key.
    pub is_by_it: bool,
}

/// Something that leaked and that the plan does not revoke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplanned {
    /// Its public name.
    pub key: String,
    /// Why not.
    pub why: String,
    /// Where it leaked.
    pub places: Vec<LeakPlace>,
}

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// What is known of it now.
    pub state: State,
    /// What says so, in words.
    pub why: String,
}

/// What is known of a key that was to be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is proven dead.
    Dead,
    /// It lives, or nothing was done that could have ended it.
    Live,
    /// It cannot be told.
    Unknown,
    /// It was not its turn yet when the run ended.
    Untried,
}

impl State {
    /// The word for it in the trail and in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dead => "dead",
            Self::Live => "live",
            Self::Unknown => "unknown",
            Self::Untried => "untried",
        }
    }
}

/// What a prefix is by its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PrefixShape {
    /// Of a key of a workspace or a user.
    Key,
    /// Of a key of a gateway's group.
    Gateway,
}

impl PrefixShape {
    /// The documented shapes; nothing else is ever put into a call that deletes.
    fn of(prefix: &str) -> Option<Self> {
        let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_key = |text: &str| text.len() == 8 && is_word(text);
        match (prefix.strip_prefix("b10_"), prefix.strip_prefix("sky_")) {
            (Some(rest), _) => is_key(rest).then_some(Self::Key),
            (_, Some(rest)) => ((9..=16).contains(&rest.len()) && is_word(rest)).then_some(Self::Gateway),
            _ => is_key(prefix).then_some(Self::Key),
        }
    }
}

impl PlannedKey {
    /// The prefix that goes into the call that deletes.
    fn address(&self) -> &str {
        self.listed_as.as_deref().unwrap_or(&self.prefix)
    }

    /// Whether `listed`, of the inventory, is this key.
    fn is(&self, listed: &str) -> bool {
        match &self.listed_as {
            Some(known) => known == listed,
            None => super::prefix::names(listed, &self.prefix),
        }
    }
}

/// Whether a text is the public prefix of a key that can be revoked.
pub fn is_prefix(text: &str) -> bool {
    PrefixShape::of(text).is_some()
}
