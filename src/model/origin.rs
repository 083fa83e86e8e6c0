//! Where in a repository's history a finding comes from.

use super::PathName;

/// What git calls an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// The content of a file.
    Blob,
    /// A folder: names, modes and ids.
    Tree,
    /// A commit: its message, author, committer and other headers.
    Commit,
    /// An annotated tag: its message and tagger.
    Tag,
}

/// Where in a repository's history the blob of a finding comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The id of the blob, in hexadecimal.
    pub object: String,
    /// The first commit that carries it, by topology, then by date; `None` where
    /// no ref and no reflog leads to one.
    pub commit: Option<CommitSummary>,
    /// The paths it has at that commit besides the one of the finding, sorted.
    pub other_paths: Vec<PathName>,
    /// How many versions of the file (blobs at this path) carry the secret.
    pub versions: u64,
    /// Whether the newest commit of the current branch still carries it.
    pub in_head: bool,
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
