//! Whether a leaked key is live, and how that is known.
//!
//! How it is found out stands elsewhere. Names, addresses and reasons may be texts of
//! the API, which are not cleaned: whoever shows them does that.

use std::fmt;

/// A distinct key and what was found out about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The public name of the key, as in a [`super::Finding`].
    pub key: String,
    /// What tells it from other secrets, as in a [`super::Finding`].
    pub digest: String,
    /// Id of the rule that found it.
    pub rule: String,
    /// Where it leaked, in the order of the report.
    pub places: Vec<LeakPlace>,
    /// Whether it is live.
    pub validity: Validity,
}

/// Where a key stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeakPlace {
    /// The path as the report shows it. It is not cleaned for a terminal.
    pub path: String,
    /// Line, from 1; none where the key stands in the name of the file.
    pub line: Option<u64>,
    /// Where in it, in words, where no line says it: a region of an image, a header. It is
    /// not cleaned either.
    pub within: Option<String>,
    /// The first commit that carries it there, where a history was read.
    pub commit: Option<String>,
}

/// Whether a key is live. `Display` is the word that reports use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Validity {
    /// It is: the API said so.
    Active(Reach),
    /// It is not, for the remote that was asked.
    Inactive(Death),
    /// Nothing was proven: why.
    Unknown(String),
}

/// What is known of a live key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Which way proved it.
    pub proof: Proof,
    /// Its category in the API's word; none where only a probe saw it.
    pub category: Option<String>,
    /// What the category may do, in words.
    pub may: Option<&'static str>,
    /// Its name.
    pub name: Option<String>,
    /// Whose it is; the API tells it of personal keys.
    pub owner: Option<String>,
    /// The team that it belongs to.
    pub team: Option<String>,
    /// The models that it is limited to; none means no limit, or none that is told.
    pub models: Vec<ReachedModel>,
    /// Of a key that was read in images only: the one of its readings that is listed.
    pub read_as: Option<String>,
}

/// A model that a key is limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachedModel {
    /// Its id.
    pub id: String,
    /// Its name, where the operator may see it.
    pub name: Option<String>,
}

/// What proved that a key is live. `Display` is the word that reports use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Its prefix is in the inventory; the secret was not sent.
    Inventory,
    /// The management API took it.
    Management,
    /// The models API took it, and the management API did not.
    Inference,
}

/// What proved that a key is not live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Death {
    /// Both APIs answer it as they answer a key that was never made.
    Rejected,
    /// The audit log says that it was deleted, and the inventory does not list it.
    Deleted {
        /// When, as the log writes it.
        when: String,
        /// By whom, if the log tells.
        by: Option<String>,
    },
}

impl Reach {
    /// What a proof alone tells.
    pub fn of(proof: Proof) -> Self {
        let (category, may, name, owner, team) = (None, None, None, None, None);
        Self { proof, category, may, name, owner, team, models: Vec::new(), read_as: None }
    }
}

impl Validity {
    /// Whether it is live.
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Active(_))
    }

    /// Whether nothing was proven.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Active(_) => "active",
            Self::Inactive(_) => "inactive",
            Self::Unknown(_) => "unknown",
        })
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Inventory => "inventory",
            Self::Management => "probe-management",
            Self::Inference => "probe-inference",
        })
    }
}
