//! JSON by offsets: one check of the whole, then a walk over the raw bytes.
//!
//! `serde_json` judges whether bytes are JSON. What it hands out has lost its place in
//! the file, so the walk is ours: it finds strings, members and elements in bytes
//! that are known to be sound, copies nothing and recurses into nothing. What Python
//! writes and JSON forbids (`NaN`, `Infinity`, half a surrogate pair) is tolerated.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2};
use serde::de::IgnoredAny;
use serde_json::error::Category;

use super::broken::{Broken, Fault};

/// How many lists and objects may stand within each other. Python's own limit is about 1000.
const DEPTH: usize = 1000;
const BOM: &[u8] = b"\xEF\xBB\xBF";
/// What Python writes for floats that JSON has no word for, and numbers as long as these.
const CONSTANTS: [(&[u8], &[u8]); 2] = [(b"NaN", b"0.0"), (b"Infinity", b"0.000000")];

/// Proves that `bytes` are one JSON value of bearable depth, and says where it starts.
pub(super) fn check(bytes: &[u8]) -> Result<usize, Broken> {
    let start = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let text = &bytes[start..];
    if let Err(error) = std::str::from_utf8(text) {
        // Bytes that could have become a character show that the rest is missing.
        let fault = if error.error_len().is_none() { Fault::Truncated } else { Fault::Encoding };
        return Err(broken(bytes, start + error.valid_up_to(), fault));
    }
    if let Err(error) = judge(text) {
        judge(&without_constants(text).ok_or(error)?)?;
    }
    let start = blank(bytes, start);
    if let Some(at) = too_deep(bytes, start) {
        return Err(broken(bytes, at, Fault::Depth));
    }
    Ok(start)
}

/// Whether `text` is JSON, by `serde_json`.
fn judge(text: &[u8]) -> Result<(), Broken> {
    let Err(error) = serde_json::from_slice::<IgnoredAny>(text) else { return Ok(()) };
    let line_text = text.split(|&byte| byte == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let markers: [&[u8]; 4] = [b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"];
    let fault = if text.trim_ascii().is_empty() {
        Fault::Empty
    } else if markers.iter().any(|marker| line_text.starts_with(marker)) {
        Fault::Conflict
    } else if error.classify() == Category::Eof {
        Fault::Truncated
    } else {
        Fault::Syntax(error.column().max(1))
    };
    Err(Broken { line: error.line().max(1) as u64, fault })
}

/// `text` with Python's constants as numbers of the same length; `None` where it has none.
fn without_constants(text: &[u8]) -> Option<Vec<u8>> {
    let mut copy = None;
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'"' {
            at = string_end(text, at);
            continue;
        }
        for (constant, number) in CONSTANTS {
            if text[at..].starts_with(constant) {
                copy.get_or_insert_with(|| text.to_vec())[at..at + number.len()].copy_from_slice(number);
            }
        }
        at += 1;
    }
    copy
}

fn broken(bytes: &[u8], at: usize, fault: Fault) -> Broken {
    Broken { line: 1 + memchr::memchr_iter(b'\n', &bytes[..at]).count() as u64, fault }
}

/// Where the depth first exceeds the limit.
fn too_deep(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = string_end(bytes, at);
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The first offset from `at` that is no white space.
pub(super) fn blank(bytes: &[u8], at: usize) -> usize {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(is_text).unwrap_or(rest.len())
}

/// One past the closing quote of the string whose opening quote stands at `at`.
pub(super) fn string_end(bytes: &[u8], at: usize) -> usize {
    /// Most strings are shorter than it takes to start a vectorised search.
    const SHORT: usize = 24;
    let mut at = at + 1;
    let short = bytes.len().min(at + SHORT);
    while at < short {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += next;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// One past the end of the value that starts at `at`.
pub(super) fn value_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at),
            b'[' | b'{' => {
                depth += 1;
                at += 1;
            }
            b']' | b'}' | b',' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return at,
            b']' | b'}' => {
                depth -= 1;
                at += 1;
            }
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

/// The members of the object that starts at `at`: the raw text of a name (without quotes) and where its
/// value stands. Of anything else, nothing.
pub(super) fn members(bytes: &[u8], at: usize) -> impl Iterator<Item = (&[u8], Range<usize>)> {
    let mut next = (bytes.get(at) == Some(&b'{')).then_some(at);
    std::iter::from_fn(move || {
        let quote = blank(bytes, next? + 1);
        next = None;
        if bytes.get(quote) != Some(&b'"') {
            return None;
        }
        let name_end = string_end(bytes, quote);
        let colon = blank(bytes, name_end);
        let start = blank(bytes, colon + 1);
        let value = start..value_end(bytes, start);
        let comma = blank(bytes, value.end);
        next = (bytes.get(comma) == Some(&b',')).then_some(comma);
        Some((&bytes[quote + 1..name_end - 1], value))
    })
}

/// Where the elements of the list that starts at `at` stand. Of anything else, nothing.
pub(super) fn elements(bytes: &[u8], at: usize) -> impl Iterator<Item = Range<usize>> {
    let mut next = (bytes.get(at) == Some(&b'[')).then_some(at);
    std::iter::from_fn(move || {
        let start = blank(bytes, next? + 1);
        next = None;
        if bytes.get(start) == Some(&b']') {
            return None;
        }
        let value = start..value_end(bytes, start);
        let comma = blank(bytes, value.end);
        next = (bytes.get(comma) == Some(&b',')).then_some(comma);
        Some(value)
    })
}

/// The value of the last member of this name, as Python would take it.
pub(super) fn member(bytes: &[u8], at: usize, name: &str) -> Option<Range<usize>> {
    members(bytes, at).filter(|(key, _)| *key == name.as_bytes()).last().map(|(_, value)| value)
}

/// The raw text within the quotes, if the value is a string.
pub(super) fn string(bytes: &[u8], value: Range<usize>) -> Option<&[u8]> {
    (bytes.get(value.start) == Some(&b'"')).then(|| &bytes[value.start + 1..value.end - 1])
}

/// Whether a value is a string or a list of nothing but strings.
pub(super) fn is_lines(bytes: &[u8], value: &Range<usize>) -> bool {
    match bytes.get(value.start) {
        Some(b'"') => true,
        Some(b'[') => elements(bytes, value.start).all(|element| bytes[element.start] == b'"'),
        _ => false,
    }
}

/// A stretch of a text and where it stands raw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// The same bytes raw and as text.
    Plain { start: usize, end: usize },
    /// `len` bytes of text that are written in another way, or (with `start == end`) not at all.
    Escape { start: usize, end: usize, text: [u8; 4], len: usize },
}

/// A text on its way out of a string, or of a list of strings that belong together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Runs<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
    /// Within the quotes of a string.
    inside: bool,
    /// A string was left, so that a separator stands before the next.
    later: bool,
    separator: Option<u8>,
    /// The most bytes of a plain run.
    most: usize,
}

impl<'a> Runs<'a> {
    /// The text of `value`, the strings of a list with `separator` between them.
    pub(super) fn new(bytes: &'a [u8], value: &Range<usize>, separator: Option<u8>) -> Self {
        Self {
            bytes,
            at: value.start,
            end: value.end,
            inside: false,
            later: false,
            separator,
            most: usize::MAX,
        }
    }

    /// The same with plain runs of at most `most` bytes.
    pub(super) fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Bytes of the file.
    pub(super) fn slice(&self, raw: Range<usize>) -> &'a [u8] {
        &self.bytes[raw]
    }

    fn escape(&mut self) -> Run {
        let start = self.at;
        let letter = self.bytes.get(start + 1).copied().unwrap_or(b'\\');
        self.at = start + 2;
        let character = match letter {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => self.code_point(start),
            other => char::from(other),
        };
        let mut text = [0; 4];
        let len = character.encode_utf8(&mut text).len();
        Run::Escape { start, end: self.at, text, len }
    }

    /// The character of `\uXXXX` or of a surrogate pair; half a pair stands for nothing.
    fn code_point(&mut self, start: usize) -> char {
        let unit = |at: usize| {
            let digits = self.bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
            u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
        };
        let high = unit(start).unwrap_or(0xFFFD);
        let low = if (0xD800..0xDC00).contains(&high) { unit(start + 6) } else { None };
        self.at = start + 6;
        match low {
            Some(low) if (0xDC00..0xE000).contains(&low) => {
                self.at = start + 12;
                char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)).unwrap_or('\u{FFFD}')
            }
            _ => char::from_u32(high).unwrap_or('\u{FFFD}'),
        }
    }
}

#[expect(clippy::copy_iterator, reason = "a walk is copied on purpose, to be resumed where it was")]
impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        loop {
            let rest = self.bytes.get(self.at..self.end)?;
            if !self.inside {
                // Nothing but white space, commas and brackets stands between the strings.
                self.at += memchr(b'"', rest)? + 1;
                self.inside = true;
                if let (true, Some(separator)) = (self.later, self.separator) {
                    return Some(Run::Escape {
                        start: self.at,
                        end: self.at,
                        text: [separator, 0, 0, 0],
                        len: 1,
                    });
                }
                continue;
            }
            match rest.first()? {
                b'"' => {
                    self.at += 1;
                    (self.inside, self.later) = (false, true);
                }
                b'\\' => return Some(self.escape()),
                _ => {
                    let start = self.at;
                    let rest = &rest[..self.most.min(rest.len())];
                    self.at += memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                    return Some(Run::Plain { start, end: self.at });
                }
            }
        }
    }
}

/// The text of a value; borrowed where the file has it as one stretch, else made in `scratch`.
pub(super) fn text<'t>(runs: Runs<'t>, scratch: &'t mut Vec<u8>) -> &'t [u8] {
    let bytes = runs.bytes;
    let mut rest = runs;
    let first = rest.next();
    match first {
        None => return &[],
        Some(Run::Plain { start, end }) if rest.clone().next().is_none() => return &bytes[start..end],
        Some(_) => {}
    }
    scratch.clear();
    for run in first.into_iter().chain(rest) {
        match run {
            Run::Plain { start, end } => scratch.extend_from_slice(&bytes[start..end]),
            Run::Escape { text, len, .. } => scratch.extend_from_slice(&text[..len]),
        }
    }
    scratch
}

/// `text` as it stands in a JSON string.
pub(super) fn escaped(text: &str) -> Vec<u8> {
    let quoted = serde_json::to_vec(text).expect("a string is always JSON");
    quoted[1..quoted.len() - 1].to_vec()
}

/// A name of the file as it may be shown: cut where it is long.
pub(super) fn shown(raw: &[u8]) -> Cow<'_, str> {
    const MOST: usize = 60;
    match String::from_utf8_lossy(raw) {
        long if long.len() > MOST => long.chars().take(MOST).chain(['…']).collect::<String>().into(),
        short => short,
    }
}
