//! Where the operator's own key comes from: the environment, a file, Truss's
//! `~/.trussrc`, the Baseten CLI's `auth.json`, and the system's keyring.
//!
//! It never takes a key from an argument, writes no file, and does not judge
//! whether a key is a live one. URLs are handed on as they were found.
//!
//! **Invariant:** a key leaves this room as a [`Secret`] or within the bytes of
//! [`Replaced`]; errors, sources and warnings name places and hold no values.

pub mod auth_json;
pub mod dotenv;
mod error;
mod file;
mod find;
mod key;
mod keyring;
mod place;
pub mod trussrc;

use std::path::Path;

pub use error::{CredentialError, EditError, Problem};
pub use find::find;
pub use place::{Place, Replaced};

use crate::model::Secret;

/// A key of the operator.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The key, or an OAuth access token.
    pub key: Secret,
    /// Where it was found, in words: `BASETEN_API_KEY`, `~/.trussrc [baseten]`.
    pub source: String,
    /// The URL that goes with it, as it was found.
    pub remote_url: Option<String>,
    /// Whether [`Self::remote_url`] comes from a file and not from the environment.
    pub is_url_from_file: bool,
    /// Whether it is an OAuth token: it has no prefix, and cannot be revoked as a key.
    pub is_oauth: bool,
    /// Where a new key can be written in its stead; nothing where it came from
    /// the environment, a key file or the keyring.
    pub place: Option<Place>,
    /// What the operator should know, a sentence each.
    pub warnings: Vec<String>,
}

impl Credential {
    /// A key without a URL.
    fn new(key: Secret, source: impl Into<String>) -> Self {
        let source = source.into();
        Self {
            key,
            source,
            remote_url: None,
            is_url_from_file: false,
            is_oauth: false,
            place: None,
            warnings: Vec::new(),
        }
    }
}

/// What the operator asked for by options.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// A file that holds nothing but the key; wins over the others.
    pub key_file: Option<&'a Path>,
    /// A remote of `~/.trussrc`; wins over a profile.
    pub remote: Option<&'a str>,
    /// A profile of `auth.json`.
    pub profile: Option<&'a str>,
}

/// What a file says of a remote or a profile.
#[derive(Debug)]
struct Profile {
    held: Held,
    is_oauth: bool,
    remote_url: Option<String>,
    expiry: Option<time::OffsetDateTime>,
}

/// Where the key of a remote or a profile is.
#[derive(Debug)]
enum Held {
    /// In the file.
    Here(Secret),
    /// In the keyring, if anywhere.
    InKeyring,
    /// Nowhere.
    Nowhere,
}

#[cfg(test)]
mod made_tests;
