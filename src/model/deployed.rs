//! Where in a deployed front end a finding comes from.

use std::fmt;

use super::PathName;

/// Where in a deployed front end a secret stands: on its [`location`](super::Finding::location)
/// is the address of the document that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deployed {
    /// The addresses that lead to the document, the page first; without the document itself,
    /// so that it is empty where the page holds the secret.
    pub via: Vec<PathName>,
    /// What of the exchange holds it.
    pub part: ExchangePart,
    /// The file that the bundler made that place from, where a source map tells.
    pub original: Option<Original>,
    /// Whether a browser sent it to a host of Baseten's: a proof that visitors can use it.
    pub is_sent_to_baseten: bool,
}

impl Deployed {
    /// In `part` of a document that these addresses lead to.
    pub fn new(via: Vec<PathName>, part: ExchangePart) -> Self {
        Self { via, part, original: None, is_sent_to_baseten: false }
    }
}

impl ExchangePart {
    /// Where a secret stands, in words; none for the content, where lines say it. A header's
    /// name in it is not cleaned.
    pub fn place(&self) -> Option<String> {
        match self {
            Self::Body => None,
            part => Some(format!("in the {part}")),
        }
    }
}

/// What of a request and its answer holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ExchangePart {
    /// The content of the document.
    Body,
    /// The address.
    Address,
    /// A header of the request, by its name in lower case.
    RequestHeader(String),
    /// What the request carried.
    RequestBody,
    /// A header of the answer, by its name in lower case.
    ResponseHeader(String),
    /// What is of no request: what the page keeps in the browser (`local storage`, `session
    /// storage`, `cookie`), the `page after its scripts ran`, or a `comment` in a capture.
    Storage(String),
}

impl fmt::Display for ExchangePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => f.write_str("content"),
            Self::Address => f.write_str("address"),
            Self::RequestHeader(name) => write!(f, "header {name} of the request"),
            Self::RequestBody => f.write_str("content of the request"),
            Self::ResponseHeader(name) => write!(f, "header {name} of the answer"),
            Self::Storage(what) => f.write_str(what),
        }
    }
}

/// A place in a file that a bundle was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// The file, as its source map names it.
    pub file: PathName,
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1.
    pub column: u64,
}
