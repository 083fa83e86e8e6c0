//! The order in which places are asked for a key.
//!
//! What is named by an option or a variable must be there; of the rest, the
//! first that holds a key is taken. The keyring comes last, since it may ask the
//! user to unlock it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::auth_json::{self, AuthJson, System};
use super::key::{checked, expired, is_token};
use super::keyring::Keyring;
use super::trussrc::Trussrc;
use super::{Credential, CredentialError, Held, Place, Problem, Profile, Wanted, file};

/// The remote that is taken where none is named.
const USUAL: &str = "baseten";

/// Variables that hold a key, each with the one that holds its URL.
const VARIABLES: &[(&str, &str)] =
    &[("BASETEN_API_KEY", URL), ("BASETEN_TRUSS_AUTH_API_KEY", "BASETEN_TRUSS_AUTH_REMOTE_URL")];
const URL: &str = "BASETEN_REMOTE_URL";

/// The key of the operator: that of the key file, the remote or the profile
/// that is `wanted`; else of the environment, of `BASETEN_PROFILE`, of the only
/// remote in `~/.trussrc` or the one called `baseten`, of the current profile of
/// `auth.json`; else of the keyring, for these. `None` where there is none.
///
/// # Errors
///
/// Where what is named holds no key, and where a file or a variable that is
/// there cannot be used: the next place might hold the key of another workspace.
pub fn find(
    wanted: &Wanted<'_>,
    env: &dyn Fn(&str) -> Option<OsString>,
    home: Option<&Path>,
) -> Result<Option<Credential>, CredentialError> {
    let finder = Finder { env, home, system: System::THIS, keyring: Keyring::of(env) };
    finder.find(wanted)
}

/// What is known of the machine.
struct Finder<'a> {
    env: &'a dyn Fn(&str) -> Option<OsString>,
    home: Option<&'a Path>,
    system: System,
    keyring: Keyring,
}

/// A remote or a profile, and where it was found.
struct Named {
    place: Place,
    /// The place in words.
    shown: String,
    profile: Profile,
}

impl Finder<'_> {
    fn find(&self, wanted: &Wanted<'_>) -> Result<Option<Credential>, CredentialError> {
        if let Some(path) = wanted.key_file {
            let shown = self.shown(path);
            let found =
                file::key_file(path, &shown).map_err(|problem| CredentialError::new(shown, problem))?;
            return Ok(Some(Credential { remote_url: self.text(URL)?, ..found }));
        }
        if let Some(remote) = wanted.remote {
            let named = self.remote(Some(remote))?;
            return self.must(named).map(Some);
        }
        if let Some(profile) = wanted.profile {
            let named = self.profile(Some(profile))?;
            return self.must(named).map(Some);
        }
        for (variable, url) in VARIABLES {
            if let Some(key) = self.text(variable)? {
                let key =
                    checked(key.as_bytes()).map_err(|problem| CredentialError::new(*variable, problem))?;
                let (remote_url, is_oauth) = (self.text(url)?, is_token(&key));
                return Ok(Some(Credential { remote_url, is_oauth, ..Credential::new(key, *variable) }));
            }
        }
        if let Some(profile) = self.text("BASETEN_PROFILE")? {
            let named = self.profile(Some(&profile))?;
            return self.must(named).map(Some);
        }
        self.find_unnamed()
    }

    /// What stands in the files without anybody having named it.
    fn find_unnamed(&self) -> Result<Option<Credential>, CredentialError> {
        // Only where nothing else is found does it matter that nobody chose a remote.
        let (remote, undecided) = match self.remote(None) {
            Err(error) if matches!(error.problem, Problem::SeveralRemotes(_)) => (None, Some(error)),
            other => (other?, None),
        };
        let mut in_keyring = Vec::new();
        for named in [remote, self.profile(None)?].into_iter().flatten() {
            match named.here() {
                Ok(found) => return Ok(Some(found)),
                Err(named) => in_keyring.push(named),
            }
        }
        for named in in_keyring {
            if let Some(found) = self.in_keyring(&named)? {
                return Ok(Some(found));
            }
        }
        undecided.map_or(Ok(None), Err)
    }

    /// A remote of `~/.trussrc`; without a name, the only one or the usual one.
    fn remote(&self, name: Option<&str>) -> Result<Option<Named>, CredentialError> {
        let Some(path) = self.trussrc() else { return no_home("~/.trussrc", name) };
        let shown = self.shown(&path);
        let error = |problem| CredentialError::new(shown.clone(), problem);
        let Some(bytes) = bytes_of(&path, name).map_err(error)? else { return Ok(None) };
        let file = Trussrc::parse(&bytes).map_err(error)?;
        let remote = match (name, file.remotes()) {
            (Some(name), _) => name,
            (None, []) => return Ok(None),
            (None, [only]) => only,
            (None, remotes) if remotes.iter().any(|remote| remote == USUAL) => USUAL,
            (None, remotes) => return Err(error(Problem::SeveralRemotes(remotes.len()))),
        };
        let shown = format!("{shown} [{remote}]");
        let profile = file.remote(remote).map_err(|problem| CredentialError::new(shown.clone(), problem))?;
        let place = Place::Trussrc { path, remote: remote.to_owned() };
        Ok(Some(Named { place, shown, profile }))
    }

    /// A profile of `auth.json`; without a name, the current one.
    fn profile(&self, name: Option<&str>) -> Result<Option<Named>, CredentialError> {
        let Some(path) = auth_json::path(self.system, self.env, self.home) else {
            return no_home("auth.json", name);
        };
        let shown = self.shown(&path);
        let error = |problem| CredentialError::new(shown.clone(), problem);
        let Some(bytes) = bytes_of(&path, name).map_err(error)? else { return Ok(None) };
        let file = AuthJson::parse(&bytes).map_err(error)?;
        let name = match name {
            Some(name) => name.to_owned(),
            None => match file.current().map_err(error)?.filter(|name| !name.is_empty()) {
                Some(name) => name,
                None => return Ok(None),
            },
        };
        let shown = format!("{shown} (profile {name})");
        let profile = file.profile(&name).map_err(|problem| CredentialError::new(shown.clone(), problem))?;
        Ok(Some(Named { place: Place::AuthJson { path, profile: name }, shown, profile }))
    }

    /// The key of what was named; that there is none is an error.
    fn must(&self, named: Option<Named>) -> Result<Credential, CredentialError> {
        let named =
            named.ok_or_else(|| CredentialError::new("the file that was asked for", Problem::NoFile))?;
        match named.here() {
            Ok(found) => Ok(found),
            Err(named) => {
                let found = self.in_keyring(&named)?;
                found.ok_or_else(|| CredentialError::new(named.shown, Problem::NoKey))
            }
        }
    }

    /// The key that the keyring has for it.
    fn in_keyring(&self, named: &Named) -> Result<Option<Credential>, CredentialError> {
        if !matches!(named.profile.held, Held::InKeyring) {
            return Ok(None);
        }
        let key = match &named.place {
            Place::Trussrc { remote, .. } => self.keyring.truss(remote, named.profile.is_oauth),
            Place::AuthJson { profile, .. } => self.keyring.cli(profile, named.profile.is_oauth),
            Place::Dotenv { .. } => Ok(None),
        };
        let shown = format!("the keyring, for {}", named.shown);
        match key {
            Ok(key) => Ok(key.map(|key| named.credential(key, shown))),
            Err(problem) => Err(CredentialError::new(shown, problem)),
        }
    }

    /// Where Truss keeps its remotes.
    fn trussrc(&self) -> Option<PathBuf> {
        let named = (self.env)("USER_TRUSSRC_PATH").filter(|path| !path.is_empty()).map(PathBuf::from);
        let path = named.unwrap_or_else(|| PathBuf::from("~/.trussrc"));
        match path.strip_prefix("~") {
            Ok(below) => Some(self.home?.join(below)),
            Err(_) => Some(path),
        }
    }

    /// A variable that is set and not empty.
    fn text(&self, variable: &str) -> Result<Option<String>, CredentialError> {
        let value = (self.env)(variable).filter(|value| !value.is_empty());
        let text = value.map(OsString::into_string).transpose();
        text.map_err(|_| CredentialError::new(variable, Problem::NotText))
    }

    /// A path in words, with `~` for the home folder.
    fn shown(&self, path: &Path) -> String {
        let below = self.home.and_then(|home| path.strip_prefix(home).ok());
        below.map_or_else(|| path.display().to_string(), |below| format!("~/{}", below.display()))
    }
}

/// The bytes of a file, which must be there if a part of it is named.
fn bytes_of(path: &Path, name: Option<&str>) -> Result<Option<Vec<u8>>, Problem> {
    if name.is_some() { file::read(path).map(Some) } else { file::read_if_there(path) }
}

/// What it means that a file has no folder to stand in.
fn no_home(file: &str, name: Option<&str>) -> Result<Option<Named>, CredentialError> {
    name.map_or(Ok(None), |_| Err(CredentialError::new(file, Problem::NoHome)))
}

impl Named {
    /// The key that stands in the file; the remote or profile again where none does.
    #[expect(clippy::result_large_err, reason = "the other half is no error, and passed once")]
    fn here(self) -> Result<Credential, Self> {
        let Held::Here(key) = &self.profile.held else { return Err(self) };
        let mut found = self.credential(key.clone(), self.shown.clone());
        found.place = Some(self.place);
        Ok(found)
    }

    fn credential(&self, key: crate::model::Secret, source: String) -> Credential {
        let Profile { is_oauth, remote_url, expiry, .. } = &self.profile;
        // The keyring has an expiry of its own, which is not asked for.
        let expiry = expiry.filter(|_| matches!(self.profile.held, Held::Here(_)));
        Credential {
            is_oauth: *is_oauth,
            remote_url: remote_url.clone(),
            is_url_from_file: remote_url.is_some(),
            warnings: expired(&source, expiry).into_iter().collect(),
            ..Credential::new(key, source)
        }
    }
}

#[cfg(test)]
#[path = "find_tests.rs"]
mod tests;
