//! The places a key can be replaced in: which file, and where in it.
//!
//! It says what the file should hold and does not write it.

use std::path::PathBuf;

use super::auth_json::{self, AuthJson};
use super::trussrc::{self, Trussrc};
use super::{CredentialError, Held, Problem, dotenv, file};
use crate::model::Secret;

/// Where a key stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A remote of Truss.
    Trussrc {
        /// The file, `~/.trussrc` as a rule.
        path: PathBuf,
        /// The section.
        remote: String,
    },
    /// A profile of the Baseten CLI.
    AuthJson {
        /// The file.
        path: PathBuf,
        /// The profile.
        profile: String,
    },
    /// A variable of an `.env` file or of a shell's start-up file.
    Dotenv {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
    },
}

/// A file with another key in it, to be written.
#[derive(Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The file behind symbolic links.
    pub path: PathBuf,
    /// All that it shall hold, the new key included.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Replaced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Replaced({}, {} bytes)", self.path.display(), self.bytes.len())
    }
}

impl Place {
    /// The key that stands there now.
    ///
    /// # Errors
    ///
    /// With [`Problem::NoKey`] where the keyring holds it, and with what
    /// [`Problem`] says of files that cannot be read.
    pub fn read(&self) -> Result<Secret, CredentialError> {
        self.read_key().map_err(|problem| self.error(problem))
    }

    /// The file with `new` where `old` stands, and nothing else changed.
    ///
    /// # Errors
    ///
    /// As for [`Self::read`]; with [`Problem::OtherValue`] where another key
    /// stands there by now, and with [`Problem::NewKey`] where `new` cannot be
    /// written into such a file.
    pub fn replaced(&self, old: &Secret, new: &Secret) -> Result<Replaced, CredentialError> {
        self.replaced_key(old, new).map_err(|problem| self.error(problem))
    }

    /// The other remotes or profiles of the same file that hold `key` as well,
    /// and cease to work when it is revoked. A variable has no others: all
    /// lines with the key are replaced at once.
    ///
    /// # Errors
    ///
    /// As for [`Self::read`]; a remote or a profile that cannot be read is none.
    pub fn others(&self, key: &Secret) -> Result<Vec<Self>, CredentialError> {
        let others = self.others_with(|held| matches!(held, Held::Here(held) if held == *key));
        others.map_err(|problem| self.error(problem))
    }

    fn others_with(&self, is_it: impl Fn(Held) -> bool) -> Result<Vec<Self>, Problem> {
        let mut others = Vec::new();
        match self {
            Self::Trussrc { path, remote } => {
                let bytes = file::read(path)?;
                let file = Trussrc::parse(&bytes)?;
                for name in file.remotes().iter().filter(|name| *name != remote) {
                    if file.remote(name).is_ok_and(|profile| is_it(profile.held)) {
                        others.push(Self::Trussrc { path: path.clone(), remote: name.clone() });
                    }
                }
            }
            Self::AuthJson { path, profile } => {
                let bytes = file::read(path)?;
                let file = AuthJson::parse(&bytes)?;
                for name in file.profiles()?.into_iter().filter(|name| name != profile) {
                    if file.profile(&name).is_ok_and(|profile| is_it(profile.held)) {
                        others.push(Self::AuthJson { path: path.clone(), profile: name });
                    }
                }
            }
            Self::Dotenv { .. } => {}
        }
        Ok(others)
    }

    fn read_key(&self) -> Result<Secret, Problem> {
        let (Self::Trussrc { path, .. } | Self::AuthJson { path, .. } | Self::Dotenv { path, .. }) = self;
        let bytes = file::read(path)?;
        let held = match self {
            Self::Trussrc { remote, .. } => Trussrc::parse(&bytes)?.remote(remote)?.held,
            Self::AuthJson { profile, .. } => AuthJson::parse(&bytes)?.profile(profile)?.held,
            Self::Dotenv { variable, .. } => return dotenv::read(&bytes, variable),
        };
        if let Held::Here(key) = held { Ok(key) } else { Err(Problem::NoKey) }
    }

    fn replaced_key(&self, old: &Secret, new: &Secret) -> Result<Replaced, Problem> {
        let (Self::Trussrc { path, .. } | Self::AuthJson { path, .. } | Self::Dotenv { path, .. }) = self;
        let path = file::behind_links(path)?;
        let bytes = file::read(&path)?;
        let bytes = match self {
            Self::Trussrc { remote, .. } => trussrc::replace(&bytes, remote, old, new)?,
            Self::AuthJson { profile, .. } => auth_json::replace(&bytes, profile, old, new)?,
            Self::Dotenv { variable, .. } => dotenv::replace(&bytes, variable, old, new)?,
        };
        Ok(Replaced { path, bytes })
    }

    fn error(&self, problem: Problem) -> CredentialError {
        CredentialError::new(self.to_string(), problem)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Trussrc { path, remote } => write!(f, "{} [{remote}]", path.display()),
            Self::AuthJson { path, profile } => write!(f, "{} (profile {profile})", path.display()),
            Self::Dotenv { path, variable } => write!(f, "{} ({variable})", path.display()),
        }
    }
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
