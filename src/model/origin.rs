//! Where in a repository's history a finding comes from.

use std::fmt;

use super::PathName;

/// Where in a repository's history the object of a finding comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The id of the object, in hexadecimal: a blob, a tree (where the secret stands
    /// in the name of a file in it), a commit or a tag.
    pub object: String,
    /// What kind of object it is.
    pub kind: ObjectKind,
    /// The first commit that carries it, by topology, then by date; `None` where
    /// none does.
    pub commit: Option<CommitSummary>,
    /// The paths it has at that commit besides the one of the finding, sorted.
    pub other_paths: Vec<PathName>,
    /// How many versions of the file (blobs at this path) or of the folder (trees
    /// at this path) carry the secret; 1 for a commit or a tag.
    pub versions: u64,
    /// Whether the newest commit of the current branch still carries it.
    pub in_head: bool,
    /// What keeps it from being pruned.
    pub holder: Holder,
    /// Names of the refs that lead to a commit that carries it, or that point at
    /// it, sorted; there may be thousands. Empty where the holder is not [`Holder::Ref`].
    pub refs: Vec<PathName>,
    /// Every commit that carries it, oldest first; empty unless it was asked for.
    pub commits: Vec<CommitSummary>,
}

/// The kinds of objects that git keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// The content of a file.
    Blob,
    /// A folder: the names of what is in it.
    Tree,
    /// A commit: its message, author, committer and headers.
    Commit,
    /// An annotated tag: its name, message and tagger.
    Tag,
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Blob => "blob",
            Self::Tree => "tree",
            Self::Commit => "commit",
            Self::Tag => "tag",
        })
    }
}

/// What keeps an object from being pruned: the first of these that leads to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Holder {
    /// A ref other than the stash, HEAD included.
    Ref,
    /// The stash, entries below its top included.
    Stash,
    /// A reflog, until its entry expires.
    Reflog,
    /// The index: it is staged.
    Index,
    /// Nothing.
    #[default]
    Nothing,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ref => "ref",
            Self::Stash => "stash",
            Self::Reflog => "reflog",
            Self::Index => "index",
            Self::Nothing => "nothing",
        })
    }
}

/// What a report says of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitSummary {
    /// The id, in hexadecimal.
    pub id: String,
    /// The name and address of the author, secrets in it masked.
    pub author: String,
    /// When it was authored, in seconds since 1970 in UTC.
    pub seconds: i64,
}
