//! The text of a baseline: `KEY DIGEST PLACE`, a line for each key and place.
//!
//! What git's union merge leaves is read: any order, lines that are there twice, line
//! ends of either kind. **Invariant:** an error quotes nothing of the line.

use super::escape::is_sound;
use super::{Baseline, Entry, Spot};

/// What the first line begins with, before the number of the format.
const HEAD: &str = "# baseleak baseline ";
/// The number of the format.
const FORMAT: &str = "1";
/// The first line.
const FIRST: &str = "# baseleak baseline 1: what was known when it was made; docs/suppression.md";
/// What git puts around the sides of a conflict.
const MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
/// Hexadecimal digits of a digest.
const DIGITS: usize = 16;
/// How many of them name a key that has no public name.
const NAMING: usize = 12;
/// Characters of the public part of a key; a rule of the user may know longer ones.
const PUBLIC: usize = 8;
/// Letters and digits of a secret in a row, which no public name has.
const SECRET: usize = 32;
/// What stands between the columns. Tabs come from editors.
const BLANKS: [char; 2] = [' ', '\t'];

/// Why a baseline cannot be read. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// Bytes that are no text.
    #[error("line {0} is not UTF-8")]
    NotText(usize),
    /// A conflict was left in it.
    #[error("line {0} is the mark of a conflict that git left in it")]
    Conflict(usize),
    /// A whole key.
    #[error("line {0} holds a whole key")]
    Key(usize),
    /// A line that is no entry.
    #[error("line {0} is no entry: {1}")]
    Malformed(usize, &'static str),
    /// It is of another format.
    #[error("line {0} says that a newer version wrote it")]
    Newer(usize),
}

impl BaselineError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Conflict(_) => {
                "remove the marks and keep the lines of both sides: the order does not matter"
            }
            Self::Key(_) => {
                "take it out, and revoke it; a line names a key by what stands before the dot, and masks it in paths"
            }
            Self::NotText(_) | Self::Malformed(..) => {
                "mend or remove the line, or make the file again with `baseleak baseline create --force`"
            }
            Self::Newer(_) => "use the version that made it, or a newer one",
        }
    }
}

impl Entry {
    /// Its line.
    pub(super) fn text(&self) -> String {
        format!("{} {} {}", self.key, self.digest, self.spot.text())
    }
}

impl Baseline {
    /// The baseline in `bytes`; `name` is what its file is called where a line of it is named.
    ///
    /// # Errors
    /// When a line is none of a baseline; the first such line is told of.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, BaselineError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut baseline = Self { name: name.to_owned(), ..Self::default() };
        let mut comments: Vec<String> = Vec::new();
        // Some programs end lines with a carriage return alone.
        let end = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
        for (line, number) in bytes.split(|&byte| byte == end).zip(1..) {
            let text = std::str::from_utf8(line).map_err(|_| BaselineError::NotText(number))?.trim();
            if text.contains('\r') {
                return Err(BaselineError::Malformed(number, "a carriage return stands in the midst of it"));
            }
            if MARKERS.iter().any(|marker| text.starts_with(marker)) {
                return Err(BaselineError::Conflict(number));
            }
            if holds_key(text) {
                return Err(BaselineError::Key(number));
            }
            if let Some(format) = text.strip_prefix(HEAD) {
                if format.split([':', ' ']).next() != Some(FORMAT) {
                    return Err(BaselineError::Newer(number));
                }
            } else if text.starts_with('#') {
                comments.push(text.to_owned());
            } else if !text.is_empty() {
                let comments = std::mem::take(&mut comments);
                baseline.entries.push(entry(text, number, comments)?);
            }
        }
        baseline.rest = comments;
        baseline.sort();
        Ok(baseline)
    }

    /// Its text, the same for the same entries and comments.
    pub fn text(&self) -> String {
        let mut text = format!("{FIRST}\n");
        let lines = self.entries.iter().flat_map(|entry| {
            let comments = entry.comments.iter().cloned();
            comments.chain([entry.text()])
        });
        for line in lines.chain(self.rest.iter().cloned()) {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

/// The entry in a line.
fn entry(text: &str, number: usize, comments: Vec<String>) -> Result<Entry, BaselineError> {
    let malformed = |why| BaselineError::Malformed(number, why);
    let (key, rest) = column(text);
    let (digest, place) = column(rest);
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if key.contains('.') {
        return Err(BaselineError::Key(number));
    }
    if digest.len() != DIGITS || !digest.bytes().all(is_hex) {
        return Err(malformed("after the key and a blank stands no digest of 16 digits"));
    }
    if !is_name(key, digest) {
        return Err(malformed("it does not begin with the public name of a key, as reports write it"));
    }
    if place.is_empty() {
        return Err(malformed("it has no place"));
    }
    if place.starts_with("./") || place.starts_with('/') && !place.starts_with("//") {
        return Err(malformed("its place is no path from the root of the repository, such as `src/a.env`"));
    }
    if !is_sound(place) {
        return Err(malformed("a backslash in its place begins nothing that is known: double it"));
    }
    let spot = Spot::read(place).ok_or_else(|| malformed("its place is unknown to this version"))?;
    Ok(Entry { key: key.to_owned(), digest: digest.to_owned(), spot, line: number, comments })
}

/// What stands before the first blank, and behind all blanks that follow.
fn column(text: &str) -> (&str, &str) {
    let (column, rest) = text.split_once(BLANKS).unwrap_or((text, ""));
    (column, rest.trim_start_matches(BLANKS))
}

/// Whether a report may name a key so whose secret has this digest.
fn is_name(key: &str, digest: &str) -> bool {
    if let Some(digits) = key.strip_prefix("sha256:") {
        return digits.len() == NAMING && digest.starts_with(digits);
    }
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if let Some(public) = key.strip_prefix("b10_") {
        return public.len() == PUBLIC && is_word(public);
    }
    let mut words = key.split(['_', '-']);
    // The secret of a webhook has no public part.
    key.len() >= PUBLIC
        && !key.starts_with("whsec_")
        && words.all(|word| is_word(word) && word.len() < SECRET)
}

/// Whether a key stands in `text` whose shape nothing else has.
fn holds_key(text: &str) -> bool {
    let is_word = |text: &[u8], length: usize| {
        text.get(..length).is_some_and(|word| word.iter().all(u8::is_ascii_alphanumeric))
    };
    let starts = memchr::memmem::find_iter(text.as_bytes(), b"b10_");
    let mut rests = starts.map(|at| &text.as_bytes()[at + 4..]);
    rests.any(|rest| is_word(rest, 8) && rest.get(8) == Some(&b'.') && is_word(&rest[9..], 32))
}
