//! Why there is no telling which commit is meant.

use crate::pack::ObjectId;

use super::super::refs::RefError;

/// How many candidates are named.
const NAMED: usize = 4;

/// Why what the user gave stands for no commit.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// No ref and no object has this name.
    #[error("`{0}` is no commit, branch or tag of the repository")]
    NotFound(String),
    /// Several objects have names that begin with these digits.
    #[error("`{0}` is ambiguous: {list}", list = list(.1))]
    Ambiguous(String, Vec<ObjectId>),
    /// Several refs have this short name, and stand for different objects.
    #[error("`{0}` is ambiguous: {list}", list = .1.join(", "))]
    SeveralRefs(String, Vec<String>),
    /// It is written in a way that is not understood; what to give instead.
    #[error("`{0}` is not supported")]
    Unsupported(String, &'static str),
    /// It is no range.
    #[error("`{0}` is no range of commits")]
    NoRange(String),
    /// A commit has no parent of this number.
    #[error("the commit {0} has no parent {1}")]
    NoParent(ObjectId, usize),
    /// An object is no commit, and leads to none.
    #[error("the object {0} is no commit")]
    NoCommit(ObjectId),
    /// An object is no tag, but has to be.
    #[error("the object {0} is no tag")]
    NoTag(ObjectId),
    /// An object is missing or damaged.
    #[error("the object {0} is missing or damaged")]
    Unreadable(ObjectId),
    /// A ref cannot be read.
    #[error(transparent)]
    Ref(#[from] RefError),
}

impl RevisionError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "`git branch --all`, `git tag` and `git log` list what can be given",
            Self::Ambiguous(..) => "give more digits",
            Self::SeveralRefs(..) => {
                "write the full name, as in `refs/remotes/origin/main` or `refs/heads/main`"
            }
            Self::Unsupported(_, instead) => instead,
            Self::NoRange(_) => "give two commits, as in `main..HEAD`",
            Self::NoParent(..) => "`git log --graph` shows the parents; those of a root commit are none",
            Self::NoCommit(_) | Self::NoTag(_) => "`git cat-file -t` says what it is",
            Self::Unreadable(_) => {
                "`git fsck` says what is missing or damaged; a shallow clone can be completed by \
                 `git fetch --unshallow`"
            }
            Self::Ref(error) => error.hint(),
        }
    }
}

fn list(ids: &[ObjectId]) -> String {
    let named: Vec<_> = ids.iter().take(NAMED).map(ObjectId::to_string).collect();
    let more = if ids.len() > NAMED { ", …" } else { "" };
    named.join(", ") + more
}
