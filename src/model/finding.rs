//! A believed, owned match.

use std::fmt;
use std::sync::Arc;

use super::{Deployed, Encoding, Fingerprint, InlineComment, Location, Origin, PathName, Secret, Sight};

/// How sure we are that a finding is a secret of the kind its rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The shape is right, and nothing else speaks for it.
    Low,
    /// Something in the file or nearby speaks for it.
    Medium,
    /// The shape is unmistakable, or the line or the file says what it is.
    High,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

/// A fact that a confidence rests on. Its `Display` is the text of the reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// The shape alone is documented as belonging to this kind of secret.
    Shape,
    /// The pattern of the rule matched; the rule asks for nothing more.
    Pattern,
    /// This word stands on the same line.
    ContextOnLine(Arc<str>),
    /// This word stands within a few lines.
    ContextNearby(Arc<str>),
    /// This word stands elsewhere in the file.
    ContextInFile(Arc<str>),
    /// This word stands in the path of the file.
    ContextInPath(Arc<str>),
    /// The file or the field is one that is known to hold such secrets.
    KnownPlace(Arc<str>),
    /// A word of another vendor with the same key shape stands nearer than any of Baseten's.
    RivalNearer(Arc<str>),
    /// Nothing around it names its owner.
    NoContext,
    /// It was read in an image, so that its letters are not certain.
    ReadInImage,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => f.write_str("the shape is documented as a Baseten key"),
            Self::Pattern => f.write_str("the rule's pattern matches"),
            Self::ContextOnLine(word) => write!(f, "\"{word}\" on the same line"),
            Self::ContextNearby(word) => write!(f, "\"{word}\" within five lines"),
            Self::ContextInFile(word) => write!(f, "\"{word}\" in the same file"),
            Self::ContextInPath(word) => write!(f, "\"{word}\" in the path"),
            Self::KnownPlace(what) => write!(f, "known place: {what}"),
            Self::RivalNearer(word) => {
                write!(
                    f,
                    "\"{word}\" is nearer than any word of Baseten's: another vendor with the same key shape"
                )
            }
            Self::NoContext => f.write_str("the shape of a key, and nothing near it names an owner"),
            Self::ReadInImage => f.write_str("read in an image"),
        }
    }
}

/// Whose secret it is, as far as the text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribution {
    /// Baseten's, by shape or by context.
    Baseten,
    /// Another vendor with the same shape is named nearer than Baseten.
    Other,
    /// Nothing tells.
    Unknown,
}

impl fmt::Display for Attribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Baseten => "baseten",
            Self::Other => "other",
            Self::Unknown => "unknown",
        })
    }
}

/// What of a repository holds a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Seen {
    /// A file of the work tree that git tracks, or would.
    Tree,
    /// A file of the work tree that git ignores.
    Ignored,
    /// The index.
    Index,
    /// An object of the history.
    History,
    /// What git keeps beside its objects: refs, their logs, hooks, the configuration.
    Metadata,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tree => "tree",
            Self::Ignored => "ignored",
            Self::Index => "index",
            Self::History => "history",
            Self::Metadata => "metadata",
        })
    }
}

/// The text around a secret on its line, the secret itself and all else that
/// looks like one masked. Not yet sanitised for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The end of the line's text before the secret; cut text begins with `…`.
    pub before: String,
    /// What stands for the secret, such as `b10_abcd1234.****`.
    pub mask: String,
    /// The beginning of the line's text after the secret; cut text ends with `…`.
    pub after: String,
}

/// A believed, owned match.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Finding {
    /// Id of the rule that made it.
    pub rule: Arc<str>,
    /// How sure we are.
    pub confidence: Confidence,
    /// Why, strongest first; never empty.
    pub reasons: Vec<Reason>,
    /// Whose it is.
    pub attribution: Attribution,
    /// The public name of the key: its prefix (`b10_abcd1234`, or the 8
    /// characters before the dot of an old key), or where a secret has no public
    /// part `sha256:` and 12 hexadecimal digits.
    pub key: String,
    /// The same secret in another place has the same digest: 16 hexadecimal digits of SHA-256.
    pub digest: String,
    /// The name of this finding.
    pub fingerprint: Fingerprint,
    /// What hides it where it stands, outermost first; empty for a secret that stands there as it is.
    pub encodings: Vec<Encoding>,
    /// Where it stands; of a hidden one, where what it is decoded from does.
    pub location: Location,
    /// The path from the root of the repository, or of the scanned folder where there is
    /// none; made fit to show as the location's is. What names it wherever the program runs.
    pub relative: PathName,
    /// Where in a history it comes from; `None` for what was read from files or the index.
    pub origin: Option<Origin>,
    /// Where in an image it was read; `None` for what stands in a text. Its line and column
    /// are then those of the image in the file that carries it, or 1 and 1.
    pub sight: Option<Box<Sight>>,
    /// Where in a deployed front end it stands; `None` for what comes from anywhere else.
    pub deployed: Option<Box<Deployed>>,
    /// Its line, masked.
    pub snippet: Snippet,
    /// The comment beside it that allows it, if there is one.
    pub inline: Option<InlineComment>,
    /// Where an audit saw it, sorted; empty in the report of one source, where that goes
    /// without saying.
    pub seen: Vec<Seen>,
    /// The secret.
    pub secret: Secret,
}
