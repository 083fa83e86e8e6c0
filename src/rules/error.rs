//! What can be wrong with a rule file, and where.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use super::document::DocumentError;

/// A rule file that cannot be used. Displays as one line:
/// `rules/x.toml:12: rule "foo": …`.
#[derive(Debug)]
#[non_exhaustive]
pub struct RuleError {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The line, from 1, where one is to blame.
    pub line: Option<usize>,
    /// The id of the rule, where one is to blame.
    pub rule: Option<String>,
    /// What is wrong.
    pub what: Box<RuleProblem>,
}

/// What is wrong with a rule file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuleProblem {
    /// The file cannot be read, is too large, or is not TOML.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// More rules than one file may hold.
    #[error("holds {count} rules, more than the {most} allowed")]
    TooManyRules {
        /// How many it holds.
        count: usize,
        /// How many are allowed.
        most: usize,
    },
    /// A rule without an id.
    #[error("a rule has no id")]
    MissingId,
    /// A rule that could never find anything.
    #[error("it has neither a regex nor a path, and could never find anything")]
    NoPattern,
    /// An expression that does not compile.
    #[error("{key} does not compile: {message}")]
    BadExpression {
        /// The key that holds it.
        key: &'static str,
        /// Why, on one line.
        message: String,
    },
    /// A secret group that the expression does not have.
    #[error("secretGroup is {group}, but the highest group of the regex is {groups}")]
    SecretGroup {
        /// The group asked for.
        group: usize,
        /// How many there are.
        groups: usize,
    },
    /// An id that is taken.
    #[error("the id is already used {first}")]
    DuplicateId {
        /// Where it was used first, in words: `on line 3`.
        first: String,
    },
    /// An allowlist without a check.
    #[error("an allowlist must hold commits, paths, regexes or stopwords")]
    EmptyAllowlist,
    /// An allowlist for a rule that is not there.
    #[error("targetRules names \"{0}\", which is no rule in force")]
    UnknownTarget(String),
    /// A value of the wrong kind, or one that is not allowed.
    #[error("{key} {message}")]
    BadValue {
        /// The key, with its table where that is not plain.
        key: String,
        /// What it must be.
        message: String,
    },
    /// A key that our own tables do not have.
    #[error("unknown key \"{key}\" in {table}{hint}")]
    UnknownKey {
        /// The key.
        key: String,
        /// The table it stands in.
        table: &'static str,
        /// The nearest right key, in words; empty where none is near.
        hint: String,
    },
    /// Files that extend each other.
    #[error("extend.path leads back to a file that extends this one")]
    ExtendCycle,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_place(f, &self.file, self.line)?;
        if let Some(rule) = &self.rule {
            write!(f, "rule {}: ", super::document::quote(rule))?;
        }
        write!(f, "{}", self.what)
    }
}

impl Error for RuleError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.what.source()
    }
}

/// Writes `file:line: `, or `file: ` where the line is not known.
pub(super) fn write_place(
    f: &mut impl fmt::Write,
    file: &std::path::Path,
    line: Option<usize>,
) -> fmt::Result {
    write!(f, "{}:", file.display())?;
    if let Some(line) = line {
        write!(f, "{line}:")?;
    }
    f.write_str(" ")
}
