//! `~/.trussrc` as Truss reads it, and one of its keys replaced.
//!
//! Truss uses Python's `ConfigParser` with its defaults: sections and options may
//! stand once only, comments have lines of their own, a line indented deeper than
//! the option above it goes on with that option's value, `%` refers to other
//! values, and what `[DEFAULT]` holds is valid in each section. What Python
//! refuses is refused here, but for a byte order mark. It does not write files.
//!
//! **Invariant:** [`replace`] changes the bytes of one value and no other byte.

use std::collections::HashMap;
use std::ops::Range;

use super::key::{check_new, checked, spliced};
use super::{Held, Problem, Profile};
use crate::model::Secret;

/// The section whose values are valid in all others, and which is no remote.
const DEFAULT: &str = "DEFAULT";

/// How deep values may refer to each other, and how often, as in Python (depth)
/// and so that a hostile file costs no time (number).
const MAX_DEPTH: usize = 10;
const MAX_REFERENCES: usize = 1000;

/// A parsed `.trussrc`.
#[derive(Debug)]
pub(super) struct Trussrc<'t> {
    text: &'t [u8],
    /// The names; the first is [`DEFAULT`].
    sections: Vec<String>,
    /// By the number of the section and the name in lower case: the trimmed
    /// lines of the value, blank ones included.
    values: HashMap<(usize, String), Vec<Range<usize>>>,
}

impl<'t> Trussrc<'t> {
    /// Reads all of `text`, which need not be UTF-8 throughout.
    pub(super) fn parse(text: &'t [u8]) -> Result<Self, Problem> {
        let file = Self { text, sections: vec![DEFAULT.to_owned()], values: HashMap::new() };
        let mut parser = Parser { file, seen: HashMap::new(), section: None, option: None, indent: 0 };
        for (number, line) in lines(text).enumerate() {
            parser.line(number + 1, line)?;
        }
        Ok(parser.file)
    }

    /// The names of the remotes, in the order of the file.
    pub(super) fn remotes(&self) -> &[String] {
        &self.sections[1..]
    }

    /// What the section of a remote says.
    pub(super) fn remote(&self, name: &str) -> Result<Profile, Problem> {
        let section = self.section(name)?;
        if self.value(section, "remote_provider")?.is_some_and(|provider| provider != "baseten") {
            return Err(Problem::OtherProvider);
        }
        let auth = self.value(section, "auth_type")?;
        let is_oauth = auth.as_deref() == Some("oauth");
        let key = self.value(section, option_of(is_oauth))?.filter(|key| !key.is_empty());
        let held = match key {
            Some(key) => Held::Here(checked(key.as_bytes())?),
            // A section without a type is older than the use of the keyring.
            None if is_oauth || auth.as_deref() == Some("api_key") => Held::InKeyring,
            None => Held::Nowhere,
        };
        let seconds = if is_oauth { self.value(section, "oauth_expires_at")? } else { None };
        let expiry = seconds.and_then(|text| text.split('.').next().and_then(|whole| whole.parse().ok()));
        Ok(Profile {
            held,
            is_oauth,
            remote_url: self.value(section, "remote_url")?.filter(|url| !url.is_empty()),
            expiry: expiry.and_then(|at| time::OffsetDateTime::from_unix_timestamp(at).ok()),
        })
    }

    /// The number of the section of a remote.
    fn section(&self, remote: &str) -> Result<usize, Problem> {
        let at = self.remotes().iter().position(|name| name == remote);
        at.map(|at| at + 1).ok_or(Problem::NoRemote)
    }

    /// The lines of a value, of the section or else of `[DEFAULT]`.
    fn lines_of(&self, section: usize, option: &str) -> Option<&[Range<usize>]> {
        let of = |section: usize| self.values.get(&(section, option.to_owned()));
        of(section).or_else(|| of(0)).map(Vec::as_slice)
    }

    /// The value as it is written.
    fn raw(&self, section: usize, option: &str) -> Option<String> {
        let lines = self.lines_of(section, option)?.iter();
        let text: Vec<_> = lines.map(|line| String::from_utf8_lossy(&self.text[line.clone()])).collect();
        Some(text.join("\n").trim_end_matches(is_space).to_owned())
    }

    /// The value as it is meant.
    fn value(&self, section: usize, option: &str) -> Result<Option<String>, Problem> {
        let Some(raw) = self.raw(section, option) else { return Ok(None) };
        let (mut value, mut left) = (String::new(), MAX_REFERENCES);
        self.expand(section, &raw, 0, &mut left, &mut value)?;
        Ok(Some(value))
    }

    /// Adds `raw` to `out` with `%%` and `%(name)s` followed.
    fn expand(
        &self,
        section: usize,
        raw: &str,
        depth: usize,
        left: &mut usize,
        out: &mut String,
    ) -> Result<(), Problem> {
        let mut rest = raw;
        while let Some((before, behind)) = rest.split_once('%') {
            *left = left.checked_sub(1).ok_or(Problem::Reference)?;
            out.push_str(before);
            if let Some(behind) = behind.strip_prefix('%') {
                out.push('%');
                rest = behind;
                continue;
            }
            let named = behind.strip_prefix('(').and_then(|behind| behind.split_once(')'));
            let (name, behind) = named.ok_or(Problem::Reference)?;
            rest = behind.strip_prefix('s').ok_or(Problem::Reference)?;
            let value = self.raw(section, &name.to_lowercase()).ok_or(Problem::Reference)?;
            if depth == MAX_DEPTH {
                return Err(Problem::Reference);
            }
            self.expand(section, &value, depth + 1, left, out)?;
        }
        out.push_str(rest);
        Ok(())
    }
}

/// `bytes`, the text of a `.trussrc`, with `new` where the key of `remote`
/// stands. Where the section has no key of its own, that of `[DEFAULT]` is meant.
///
/// # Errors
///
/// What [`Problem`] says of files that cannot be read; [`Problem::OtherValue`]
/// where the value is not `old`; [`Problem::Referring`] where it refers to
/// another value; [`Problem::NewKey`] where `new` would not mean itself.
pub fn replace(bytes: &[u8], remote: &str, old: &Secret, new: &Secret) -> Result<Vec<u8>, Problem> {
    check_new(new)?;
    let file = Trussrc::parse(bytes)?;
    let profile = file.remote(remote)?;
    let Held::Here(held) = profile.held else { return Err(Problem::NoKey) };
    if held != *old {
        return Err(Problem::OtherValue);
    }
    let lines = file.lines_of(file.section(remote)?, option_of(profile.is_oauth));
    let first = lines.and_then(<[_]>::first).ok_or(Problem::NoKey)?;
    // The value as it is written is not the one that is meant where it holds a `%`.
    if bytes[first.clone()] != *old.expose() {
        return Err(Problem::Referring);
    }
    Ok(spliced(bytes, first.clone(), new.expose()))
}

/// Where the key of a remote stands.
fn option_of(is_oauth: bool) -> &'static str {
    if is_oauth { "oauth_access_token" } else { "api_key" }
}

/// The state between two lines.
struct Parser<'t> {
    file: Trussrc<'t>,
    /// The number of each section but the first.
    seen: HashMap<String, usize>,
    /// The section of the line, and the option whose value may go on.
    section: Option<usize>,
    option: Option<String>,
    /// How far the last line with an option or a section is indented, in characters.
    indent: usize,
}

impl Parser<'_> {
    /// Reads line `number`.
    fn line(&mut self, number: usize, line: Range<usize>) -> Result<(), Problem> {
        let trimmed = trim(self.file.text, line.clone());
        let bytes = &self.file.text[trimmed.clone()];
        if bytes.starts_with(b"#") || bytes.starts_with(b";") {
            return Ok(());
        }
        if bytes.is_empty() {
            self.go_on(trimmed);
            return Ok(());
        }
        let before = &self.file.text[line.start..trimmed.start];
        let indent = String::from_utf8_lossy(before).chars().count();
        if self.option.is_some() && indent > self.indent {
            self.go_on(trimmed);
            return Ok(());
        }
        self.indent = indent;
        match header(bytes) {
            Some(name) => self.open(number, String::from_utf8_lossy(name).into_owned()),
            None => self.set(number, trimmed),
        }
    }

    /// Adds a line to the value above it, if there is one.
    fn go_on(&mut self, line: Range<usize>) {
        let (Some(section), Some(option)) = (self.section, &self.option) else { return };
        if let Some(value) = self.file.values.get_mut(&(section, option.clone())) {
            value.push(line);
        }
    }

    fn open(&mut self, line: usize, name: String) -> Result<(), Problem> {
        self.option = None;
        if name == DEFAULT {
            self.section = Some(0);
            return Ok(());
        }
        let number = self.file.sections.len();
        if self.seen.insert(name.clone(), number).is_some() {
            return Err(Problem::Twice { line, what: "section" });
        }
        self.file.sections.push(name);
        self.section = Some(number);
        Ok(())
    }

    fn set(&mut self, line: usize, trimmed: Range<usize>) -> Result<(), Problem> {
        let syntax = |what| Problem::Syntax { line, what };
        let section = self.section.ok_or(syntax("stands above the first [section]"))?;
        let bytes = &self.file.text[trimmed.clone()];
        let mark = bytes.iter().position(|byte| matches!(byte, b'=' | b':'));
        let mark = mark.ok_or(syntax("is no section, no comment and no `name = value`"))?;
        let name = trim(self.file.text, trimmed.start..trimmed.start + mark);
        if name.is_empty() {
            return Err(syntax("has no name before its `=`"));
        }
        let name = String::from_utf8_lossy(&self.file.text[name]).to_lowercase();
        let value = trim(self.file.text, trimmed.start + mark + 1..trimmed.end);
        self.option = Some(name.clone());
        match self.file.values.insert((section, name), vec![value]) {
            None => Ok(()),
            Some(_) => Err(Problem::Twice { line, what: "option" }),
        }
    }
}

/// The name in `[name]`, whatever stands behind the last bracket.
fn header(line: &[u8]) -> Option<&[u8]> {
    let inner = line.strip_prefix(b"[")?;
    let end = inner.iter().rposition(|&byte| byte == b']')?;
    (end > 0).then(|| &inner[..end])
}

/// The lines of a text without what ends them, which is `\n`, `\r\n` or `\r`;
/// a byte order mark does not count.
fn lines(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = if text.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let len = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let line = at..at + len;
        at = line.end + if rest[len..].starts_with(b"\r\n") { 2 } else { 1 };
        Some(line)
    })
}

/// `range` without white space on either side; always within `range`.
fn trim(text: &[u8], range: Range<usize>) -> Range<usize> {
    let bytes = &text[range.clone()];
    let (start, end) = if let Ok(text) = std::str::from_utf8(bytes) {
        let behind = text.trim_start_matches(is_space);
        let start = text.len() - behind.len();
        (start, start + behind.trim_end_matches(is_space).len())
    } else {
        let behind = bytes.trim_ascii_start();
        let start = bytes.len() - behind.len();
        (start, start + behind.trim_ascii_end().len())
    };
    range.start + start..range.start + end
}

/// What Python takes for white space.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || ('\x1c'..='\x1f').contains(&letter)
}

#[cfg(test)]
#[path = "trussrc_tests.rs"]
mod tests;
