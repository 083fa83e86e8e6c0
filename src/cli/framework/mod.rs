//! What the pre-commit framework asks for, told by what it sets and what it names. It does
//! not scan; the command does.
//!
//! The framework says nothing of the mode it was started in but this: the ends of a range
//! are in variables, the variables of a push are there where it has no range, and a hook of
//! git has the index in one. Sources: `commands/run.py` and `commands/hook_impl.py` of
//! pre-commit 4.7.0, and githooks(5).
//!
//! **Invariant:** where it cannot tell, more is read, and never less.

mod arguments;
mod choice;
#[cfg(test)]
mod tests;

use std::ffi::OsString;

use baseleak::pack::ObjectId;
use baseleak::source::history::{Between, Limits};

use super::complaint;

pub(crate) use arguments::told_apart;
pub(crate) use choice::Choice;

/// What is to be judged.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Commits: those of a range, or those that are about to be pushed.
    Commits(Limits),
    /// What git is about to commit, as far as it is named.
    Commit,
    /// The files that are named, and what is staged of them.
    Files,
}

impl Asked {
    /// By the variables that `variable` looks up.
    pub(crate) fn of(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let value = |name| variable(name).filter(|value| !value.is_empty()).map(OsString::into_encoded_bytes);
        let range = |text| Self::Commits(Limits { range: Some(text), ..Limits::default() });
        let remote = value("PRE_COMMIT_REMOTE_NAME");
        if let (Some(from), Some(to)) = (value("PRE_COMMIT_FROM_REF"), value("PRE_COMMIT_TO_REF")) {
            let pushed = remote.and_then(|remote| pushed(&from, &to, &remote));
            return pushed.unwrap_or_else(|| range([&*from, b"..", &*to].concat()));
        }
        // A push without a range is one of a branch of which the remote has nothing.
        if let (Some(_), Some(branch)) = (remote, value("PRE_COMMIT_LOCAL_BRANCH")) {
            return range(branch);
        }
        match value("GIT_INDEX_FILE") {
            Some(_) => Self::Commit,
            None => Self::Files,
        }
    }

    /// What to do about findings, a line each.
    pub(crate) fn advice(&self) -> [&'static str; 3] {
        let mend = match self {
            Self::Commits(_) => {
                "to mend: take the key out of every commit, with `git commit --amend` or `git rebase -i`; \
                 one more commit does not help"
            }
            Self::Commit => {
                "to mend: read the key from the environment instead, `git add` the file, and commit again"
            }
            Self::Files => "to mend: read the key from the environment instead, and run it again",
        };
        [
            mend,
            "whoever had the file or the commits has the key: `baseleak revoke --prefix PREFIX` ends it",
            "to allow: `baseleak:allow REASON` in a comment on the line, or an entry in .baseleak.toml",
        ]
    }

    /// Says them.
    pub(crate) fn advise(&self) {
        self.advice().into_iter().for_each(complaint::hint);
    }
}

/// What a push from one commit to another brings that the remote is not known to have: the
/// framework leaves out the past of one commit only, so that what was merged since would count
/// as new. None where the commits are not given by their ids, as by a person.
fn pushed(from: &[u8], to: &[u8], remote: &[u8]) -> Option<Asked> {
    let between = Between {
        included: vec![ObjectId::from_hex(to)?],
        excluded: vec![ObjectId::from_hex(from)?],
        excluded_refs: vec![[b"refs/remotes/", remote, b"/"].concat()],
    };
    Some(Asked::Commits(Limits { between: Some(between), ..Limits::default() }))
}
