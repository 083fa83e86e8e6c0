//! Why a key of the operator cannot be had, or not be replaced where it stands.
//!
//! **Invariant:** no variant holds a value of a file, a variable or the keyring:
//! an error names the place, the line and the option, and nothing that could be a key.

use std::fmt;
use std::io;

/// A key that cannot be taken from a place, or not be replaced there. Displays
/// as what failed; [`Problem`] is its source and says why.
#[derive(Debug)]
pub struct CredentialError {
    /// The place in words: `~/.trussrc [baseten]`, `BASETEN_API_KEY`.
    pub place: String,
    /// Why.
    pub problem: Problem,
}

impl CredentialError {
    /// `problem` at `place`.
    pub(super) fn new(place: impl Into<String>, problem: Problem) -> Self {
        Self { place: place.into(), problem }
    }

    /// What the operator can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        self.problem.hint()
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.problem.is_of_edit() { "replaced in" } else { "taken from" };
        // A name of a remote or a profile may hold any character.
        write!(f, "no key can be {what} {}", self.place.escape_debug())
    }
}

impl std::error::Error for CredentialError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.problem)
    }
}

/// Why a place gives no key, or does not take another one.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file cannot be opened or read.
    #[error("the file cannot be read")]
    Unreadable(#[source] io::Error),
    /// There is no such file.
    #[error("there is no such file")]
    NoFile,
    /// Where the file would stand is not known.
    #[error("the home folder is not known")]
    NoHome,
    /// More than 4 MiB.
    #[error("the file is larger than 4 MiB")]
    TooLarge,
    /// Not UTF-8.
    #[error("it is not UTF-8 text")]
    NotText,
    /// Nothing but white space.
    #[error("it is empty")]
    Empty,
    /// A value that goes over more than one line.
    #[error("the value goes on over several lines")]
    SeveralLines,
    /// A line that Truss cannot read.
    #[error("line {line} {what}")]
    Syntax {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A section or an option that stands twice, which Truss refuses.
    #[error("the {what} of line {line} was given before")]
    Twice {
        /// The second of the two, from 1.
        line: usize,
        /// `section` or `option`.
        what: &'static str,
    },
    /// Not JSON.
    #[error("it is not JSON: line {line}, column {column}")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// JSON of another shape.
    #[error("{0}")]
    Shape(&'static str),
    /// No such section.
    #[error("there is no such remote in the file")]
    NoRemote,
    /// No such profile.
    #[error("there is no such profile in the file")]
    NoProfile,
    /// No such variable.
    #[error("the file does not set this variable")]
    NoVariable,
    /// The place is there, but holds no key, nor does the keyring.
    #[error("neither it nor the keyring holds a key")]
    NoKey,
    /// Several remotes, none of which is called `baseten`.
    #[error("it has {0} remotes, and none of them is called baseten")]
    SeveralRemotes(usize),
    /// The remote belongs to somebody else.
    #[error("its remote_provider is not baseten")]
    OtherProvider,
    /// The value refers to other values in a way that cannot be followed.
    #[error("the value refers to others with %, and these cannot be followed")]
    Reference,
    /// The value is the result of a command, an expansion or an escape.
    #[error(
        "the value is not written out there: it holds $, a backtick, a backslash or an open quotation mark"
    )]
    Computed,
    /// White space or a control character in the key.
    #[error("the key holds white space or a control character")]
    WhiteSpace,
    /// A character outside ASCII in the key.
    #[error("the key holds a character that is not ASCII")]
    NotAscii,
    /// Quotation marks in the key.
    #[error("the key holds a quotation mark")]
    Quoted,
    /// The keyring holds something that Truss or the CLI did not write.
    #[error("the entry in the keyring is not one that Truss or the Baseten CLI writes")]
    KeyringEntry,
    /// The keyring is one that no tool of the system reads out.
    #[error("its key is in the keyring, which cannot be read on this system")]
    KeyringClosed,
    /// The keyring did not answer in time.
    #[error("the keyring did not answer within {0} seconds")]
    KeyringSilent(u64),
    /// The place holds another key than the one to be replaced.
    #[error("the value there is not the key that is to be replaced")]
    OtherValue,
    /// The key to be replaced is found there by reference only.
    #[error("the value there refers to another one with %")]
    Referring,
    /// The new key cannot be written plainly into every kind of file.
    #[error("the new key holds characters that cannot be written into the file")]
    NewKey,
    /// Not a regular file.
    #[error("it is not a regular file")]
    NotAFile,
}

/// Why a key is not replaced: the same reasons as for reading, and a few more.
pub type EditError = Problem;

impl Problem {
    /// Whether it can come up only when a key is to be replaced.
    fn is_of_edit(&self) -> bool {
        matches!(self, Self::OtherValue | Self::Referring | Self::NewKey | Self::NotAFile)
    }

    /// What the operator can do about it.
    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unreadable(_) => "check that the file belongs to you and can be read",
            Self::TooLarge | Self::NotText | Self::Empty => "a key is one line of ASCII: look what is there",
            Self::SeveralLines => "write the key on one line, and do not indent the line behind it",
            Self::Syntax { .. } | Self::Twice { .. } => "truss refuses the file as well: correct that line",
            Self::NotJson { .. } | Self::Shape(_) | Self::NoProfile => {
                "log in again with `baseten auth login`"
            }
            Self::NoRemote | Self::NoKey => "log in with `truss login`, or set BASETEN_API_KEY",
            Self::SeveralRemotes(_) => "choose one with --remote NAME",
            Self::NoFile | Self::NoHome | Self::KeyringClosed | Self::KeyringEntry => {
                "set BASETEN_API_KEY, or name a file with --key-file"
            }
            Self::Computed => "set BASETEN_API_KEY to the result, and change the value where it is kept",
            Self::Reference | Self::Referring => "write the key itself into the section",
            Self::WhiteSpace => "a key has none: a comment behind it, or a line break, belongs to the value",
            Self::Quoted => "write the key without quotation marks",
            Self::KeyringSilent(_) => "unlock the keyring, or set BASETEN_API_KEY",
            Self::OtherValue => "nothing was changed: look which key is in use there",
            Self::NotAscii => "a key has none: copy it anew",
            Self::NoVariable | Self::OtherProvider | Self::NewKey | Self::NotAFile => return None,
        })
    }
}
