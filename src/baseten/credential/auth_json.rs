//! The `auth.json` of the Baseten CLI: its profiles, and one of its keys replaced.
//!
//! It does not write files and does not ask the keyring, where the CLI keeps its
//! keys if it can.
//!
//! **Invariant:** [`replace`] changes the bytes of one string and no other byte.

use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::key::{check_new, checked, spliced};
use super::{Held, Problem, Profile};
use crate::model::Secret;

/// A kind of system, by where it keeps the files of programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    MacOs,
    Windows,
    Other,
}

impl System {
    /// The one that the program was built for.
    pub(super) const THIS: Self = if cfg!(target_os = "macos") {
        Self::MacOs
    } else if cfg!(windows) {
        Self::Windows
    } else {
        Self::Other
    };
}

/// Where the CLI keeps its file; `None` where the system does not say.
pub(super) fn path(
    system: System,
    env: &dyn Fn(&str) -> Option<OsString>,
    home: Option<&Path>,
) -> Option<PathBuf> {
    let named = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = named("BASETEN_CONFIG_DIR");
    let of_system = || {
        let parent = match system {
            System::MacOs => home?.join("Library").join("Application Support"),
            System::Windows => named("APPDATA")?,
            // The CLI does not take a relative path here either.
            System::Other => match named("XDG_CONFIG_HOME") {
                Some(folder) => Some(folder).filter(|folder| folder.is_absolute())?,
                None => home?.join(".config"),
            },
        };
        Some(parent.join("baseten"))
    };
    Some(own.or_else(of_system)?.join("auth.json"))
}

/// A parsed `auth.json`.
#[derive(Debug)]
pub(super) struct AuthJson<'t> {
    text: &'t [u8],
    root: Range<usize>,
}

impl<'t> AuthJson<'t> {
    /// Checks that all of `text` is JSON.
    pub(super) fn parse(text: &'t [u8]) -> Result<Self, Problem> {
        serde_json::from_slice::<IgnoredAny>(text)
            .map_err(|error| Problem::NotJson { line: error.line(), column: error.column() })?;
        Ok(Self { text, root: 0..text.len() })
    }

    /// The profile that the CLI uses where none is named.
    pub(super) fn current(&self) -> Result<Option<String>, Problem> {
        let current = self.member(&self.root, "current")?;
        Ok(current.map(|span| self.string(&span)).transpose()?.flatten())
    }

    /// What the file says of a profile.
    pub(super) fn profile(&self, name: &str) -> Result<Profile, Problem> {
        let profile = self.span_of(name)?;
        let is_oauth = self.text_of(&profile, "auth_type")?.as_deref() == Some("oauth");
        let held = match self.key_of(&profile, is_oauth)? {
            Some((_, key)) => Held::Here(checked(key.as_bytes())?),
            None => Held::InKeyring,
        };
        let token = self.member(&profile, "oauth_credential")?.filter(|_| is_oauth);
        let expiry = token.map(|token| self.text_of(&token, "expiry")).transpose()?.flatten();
        let expiry = expiry.and_then(|text| OffsetDateTime::parse(&text, &Rfc3339).ok());
        Ok(Profile {
            held,
            is_oauth,
            remote_url: self.text_of(&profile, "remote_url")?.filter(|url| !url.is_empty()),
            // The CLI writes the year 1 where it does not know.
            expiry: expiry.filter(|expiry| expiry.year() > 1),
        })
    }

    /// The object of a profile.
    fn span_of(&self, name: &str) -> Result<Range<usize>, Problem> {
        let profiles = self.member(&self.root, "profiles")?.ok_or(Problem::NoProfile)?;
        self.member(&profiles, name)?.ok_or(Problem::NoProfile)
    }

    /// The key of a profile and where it stands, quotation marks included.
    fn key_of(
        &self,
        profile: &Range<usize>,
        is_oauth: bool,
    ) -> Result<Option<(Range<usize>, String)>, Problem> {
        let span = if is_oauth {
            let token = self.member(profile, "oauth_credential")?;
            token.map(|token| self.member(&token, "access_token")).transpose()?.flatten()
        } else {
            self.member(profile, "api_key")?
        };
        let Some(span) = span else { return Ok(None) };
        let key = self.string(&span)?.filter(|key| !key.is_empty());
        Ok(key.map(|key| (span, key)))
    }

    fn text_of(&self, object: &Range<usize>, name: &str) -> Result<Option<String>, Problem> {
        let span = self.member(object, name)?;
        Ok(span.map(|span| self.string(&span)).transpose()?.flatten())
    }

    /// A string, or nothing for a `null`.
    fn string(&self, span: &Range<usize>) -> Result<Option<String>, Problem> {
        serde_json::from_slice(&self.text[span.clone()])
            .map_err(|_| Problem::Shape("a value that should be a string is none"))
    }

    /// The names of all profiles.
    pub(super) fn profiles(&self) -> Result<Vec<String>, Problem> {
        let Some(profiles) = self.member(&self.root, "profiles")? else { return Ok(Vec::new()) };
        Ok(self.members(&profiles)?.into_iter().map(|(name, _)| name).collect())
    }

    /// The value of a member of an object.
    fn member(&self, object: &Range<usize>, name: &str) -> Result<Option<Range<usize>>, Problem> {
        let mut found = self.members(object)?.into_iter().filter(|(key, _)| key == name);
        let first = found.next().map(|(_, value)| value);
        match found.next() {
            None => Ok(first),
            Some(_) => Err(Problem::Shape("a name stands twice in an object")),
        }
    }

    /// The members of an object; none of a `null`.
    fn members(&self, object: &Range<usize>) -> Result<Vec<(String, Range<usize>)>, Problem> {
        let mut members = Vec::new();
        let mut at = space(self.text, object.start);
        if self.text[at..object.end].starts_with(b"null") {
            return Ok(members);
        }
        if self.text.get(at) != Some(&b'{') {
            return Err(Problem::Shape("a value that should be an object is none"));
        }
        at = space(self.text, at + 1);
        while self.text.get(at) == Some(&b'"') {
            let end = value_end(self.text, at);
            let name = self.string(&(at..end))?.unwrap_or_default();
            let start = space(self.text, space(self.text, end) + 1);
            let value = start..value_end(self.text, start);
            at = space(self.text, value.end);
            if self.text.get(at) == Some(&b',') {
                at = space(self.text, at + 1);
            }
            members.push((name, value));
        }
        Ok(members)
    }
}

/// `bytes`, the text of an `auth.json`, with `new` where the key of `profile` stands.
///
/// # Errors
///
/// What [`Problem`] says of files that cannot be read; [`Problem::NoKey`] where
/// the keyring holds the key; [`Problem::OtherValue`] where the value is not
/// `old`; [`Problem::NewKey`] where `new` would not mean itself.
pub fn replace(bytes: &[u8], profile: &str, old: &Secret, new: &Secret) -> Result<Vec<u8>, Problem> {
    check_new(new)?;
    let file = AuthJson::parse(bytes)?;
    let is_oauth = file.profile(profile)?.is_oauth;
    let (span, key) = file.key_of(&file.span_of(profile)?, is_oauth)?.ok_or(Problem::NoKey)?;
    if key.as_bytes() != old.expose() {
        return Err(Problem::OtherValue);
    }
    Ok(spliced(bytes, span.start + 1..span.end - 1, new.expose()))
}

/// The first place from `at` on that is no white space.
fn space(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at.min(text.len()) + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The end of the value that begins at `at` of a text that is known to be JSON.
fn value_end(text: &[u8], at: usize) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (offset, &byte) in text.iter().enumerate().skip(at) {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            if !in_string && depth == 0 {
                return offset + 1;
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 1 => depth -= 1,
            b'}' | b']' if depth == 1 => return offset + 1,
            b'}' | b']' | b',' if depth == 0 => return offset,
            _ if depth == 0 && byte.is_ascii_whitespace() => return offset,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
#[path = "auth_json_tests.rs"]
mod tests;
