//! Why a finding does not count, and what is to be said of the entries that decide it.

use std::fmt;

use super::{Finding, PathName};

/// What a comment beside a secret says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineComment {
    /// The word that allows it, such as `baseleak:allow`.
    pub marker: &'static str,
    /// The line that it stands on, counted as the finding's own is.
    pub line: u64,
    /// Why, in the words of the comment, secrets in it masked; none where it gives none.
    pub reason: Option<String>,
}

/// A finding that does not count, because somebody settled it.
#[derive(Debug, Clone)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// What settles it.
    pub by: Suppression,
}

/// What settles a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Which way.
    pub kind: SuppressionKind,
    /// Where it is said: `.baseleak.toml:12`; of a comment the line of the finding's file: `line 7`.
    pub place: String,
    /// Why, in the words of whoever settled it. It is not cleaned for a terminal.
    pub reason: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day that it holds: `2026-12-31`.
    pub expires: Option<String>,
}

/// The ways to settle a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SuppressionKind {
    /// A comment beside it, with this marker.
    Inline(&'static str),
    /// An `[[allow]]` entry of the configuration.
    Allow,
    /// A line of `.gitleaksignore`.
    IgnoreFile,
    /// The baseline has it.
    Baseline,
    /// The baseline has it at this path, and its file moved.
    Moved(PathName),
}

impl SuppressionKind {
    /// The word that reports use.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Inline(_) => "inline",
            Self::Allow => "allow",
            Self::IgnoreFile => "ignore-file",
            Self::Baseline | Self::Moved(_) => "baseline",
        }
    }
}

impl fmt::Display for SuppressionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(marker) => write!(f, "the comment `{marker}`"),
            Self::Allow => f.write_str("an allow entry"),
            Self::IgnoreFile => f.write_str("an ignore file"),
            Self::Baseline => f.write_str("the baseline"),
            Self::Moved(path) => write!(f, "the baseline, where its file was {path}"),
        }
    }
}

/// Something to be said of an entry that could suppress.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryNote {
    /// Where it stands: `.baseleak.toml:12`; of a comment `src/app.py:7`.
    pub place: String,
    /// What it is about, such as `key b10_abcd1234`; no secret in it. It is not cleaned for a terminal.
    pub entry: String,
    /// What is to be said.
    pub state: EntryState,
}

/// What is to be said of an entry. `Display` is the text of the reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum EntryState {
    /// It expired on this day, and hides nothing any more.
    Expired(String),
    /// It gives no reason, which the configuration requires, and hides nothing.
    NoReason,
    /// It hid nothing in this scan.
    Unused,
}

impl EntryState {
    /// The word that reports use.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Expired(_) => "expired",
            Self::NoReason => "no-reason",
            Self::Unused => "unused",
        }
    }
}

impl fmt::Display for EntryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired(day) => write!(f, "expired after {day}, and hides nothing any more"),
            Self::NoReason => f.write_str("gives no reason, which is required here, and hides nothing"),
            Self::Unused => f.write_str("hides nothing"),
        }
    }
}
