//! What was read and what was not: the ground of every verdict.

use std::fmt;

use super::PathName;

/// What a scan read, passed over by policy, and failed to read.
///
/// Policy (ignore rules, globs, a size limit, symbolic links, submodules) is what the user
/// asked for, and is counted. A [`Skipped`] was asked for and not read: it makes
/// the coverage incomplete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coverage {
    /// Files whose every byte was scanned, standard input included.
    pub files: u64,
    /// Blobs, commits and tags of a repository's history that were scanned.
    pub objects: u64,
    /// Members of archives that were scanned, whatever they are nested in.
    pub members: u64,
    /// Images whose text was looked for.
    pub images: u64,
    /// Images passed over because they can show no key: too small, of one colour, or without
    /// a line of text long enough.
    pub plain_images: u64,
    /// Documents of deployed front ends that were fetched and scanned, pages included.
    pub documents: u64,
    /// Addresses on other sites, which were not asked for.
    pub foreign: u64,
    /// Addresses that `robots.txt` asks programs not to fetch.
    pub disallowed: u64,
    /// Bytes of content scanned, overlaps counted once; what archives inflate to is not counted.
    pub bytes: u64,
    /// Files passed over because git ignores them, those in ignored folders included.
    pub ignored: u64,
    /// Files passed over by `--include`, `--exclude` or the configuration.
    pub excluded: u64,
    /// Files passed over because they are larger than the limit.
    pub oversized: u64,
    /// Symbolic links not followed.
    pub symlinks: u64,
    /// Submodules, whose content lies in repositories of their own.
    pub submodules: u64,
    /// Entries of the index that only promise a file (`git add --intent-to-add`).
    pub intent_to_add: u64,
    /// What was asked for and could not be read, sorted by path.
    pub skipped: Vec<Skipped>,
    /// What was read in a lesser way than it could be, sorted by path.
    pub notes: Vec<Note>,
}

impl Coverage {
    /// Whether all that was asked for was read.
    pub fn is_complete(&self) -> bool {
        self.skipped.is_empty()
    }

    /// Adds what another worker covered.
    pub fn merge(&mut self, other: Self) {
        self.files += other.files;
        self.objects += other.objects;
        self.bytes += other.bytes;
        self.ignored += other.ignored;
        self.excluded += other.excluded;
        self.oversized += other.oversized;
        self.symlinks += other.symlinks;
        self.submodules += other.submodules;
        self.intent_to_add += other.intent_to_add;
        self.members += other.members;
        self.images += other.images;
        self.plain_images += other.plain_images;
        self.documents += other.documents;
        self.foreign += other.foreign;
        self.disallowed += other.disallowed;
        self.skipped.extend(other.skipped);
        self.notes.extend(other.notes);
    }
}

/// Something that was asked for and not (wholly) read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Its path.
    pub path: PathName,
    /// Why.
    pub reason: SkipReason,
}

/// Something that the user should know of what was read. It does not make the coverage
/// incomplete: the bytes of the file were scanned as they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Its path.
    pub path: PathName,
    /// What it is about.
    pub kind: NoteKind,
}

/// What a note is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoteKind {
    /// An archive or a member of one was not read to its end: why.
    Member(String),
    /// A notebook was read as plain text, or something in it was: why.
    Notebook(String),
    /// Something encoded was not decoded to its end, or not deep enough.
    Encoded,
}

impl NoteKind {
    /// Why something [encoded](Self::Encoded) was not decoded.
    pub const DECODING: &str = "beyond the limits of depth or size";
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(why) => write!(f, "not unpacked to its end: {why}"),
            Self::Notebook(why) => write!(f, "read as plain text: {why}"),
            Self::Encoded => write!(f, "not decoded to its end: {}", Self::DECODING),
        }
    }
}

/// Why something was not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SkipReason {
    /// The system refused: its message, such as `permission denied`.
    Unreadable(String),
    /// A FIFO, socket or device: what it is.
    Special(&'static str),
    /// It was there when the folder was listed and gone when it was opened.
    Vanished,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "unreadable: {why}"),
            Self::Special(what) => write!(f, "not a regular file: {what}"),
            Self::Vanished => f.write_str("vanished while scanning"),
        }
    }
}
