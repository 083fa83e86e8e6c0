//! A variable of an `.env` file or of a shell's start-up file, read and replaced.
//!
//! A line counts where it begins with `NAME=` or `export NAME=`; the value may
//! stand in quotation marks and a comment behind it. It is no shell: of what is
//! computed (`$(…)`, `${…}`, escapes) it says that it is, and nothing else, and
//! it does not know which branch of a script is taken. It does not write files.
//!
//! **Invariant:** [`replace`] changes the bytes of values and no other byte.

use std::ops::Range;

use super::Problem;
use super::key::{check_new, checked};
use crate::model::Secret;

/// The words that may stand before a name.
const KEYWORDS: &[&[u8]] = &[b"export", b"declare", b"typeset", b"set"];

/// What a line sets a variable to.
#[derive(Debug, PartialEq, Eq)]
enum Value {
    /// Written out, without its quotation marks.
    Plain(Range<usize>),
    /// The result of something.
    Computed,
}

/// The value of `variable` that is in force at the end of `bytes`, the text of the file.
///
/// # Errors
///
/// [`Problem::NoVariable`], [`Problem::Computed`], and what cannot be a key.
pub(super) fn read(bytes: &[u8], variable: &str) -> Result<Secret, Problem> {
    match values(bytes, variable).pop() {
        Some(Value::Plain(span)) => checked(&bytes[span]),
        Some(Value::Computed) => Err(Problem::Computed),
        None => Err(Problem::NoVariable),
    }
}

/// `bytes`, the text of an `.env` or start-up file, with `new` wherever
/// `variable` is set to `old`.
///
/// # Errors
///
/// As for reading; [`Problem::OtherValue`] where the value in force is not
/// `old`; [`Problem::NewKey`] where `new` would not mean itself.
pub fn replace(bytes: &[u8], variable: &str, old: &Secret, new: &Secret) -> Result<Vec<u8>, Problem> {
    check_new(new)?;
    if read(bytes, variable)? != *old {
        return Err(Problem::OtherValue);
    }
    let (mut replaced, mut done) = (Vec::with_capacity(bytes.len()), 0);
    for value in values(bytes, variable) {
        let Value::Plain(span) = value else { continue };
        if bytes[span.clone()] == *old.expose() {
            replaced.extend_from_slice(&bytes[done..span.start]);
            replaced.extend_from_slice(new.expose());
            done = span.end;
        }
    }
    replaced.extend_from_slice(&bytes[done..]);
    Ok(replaced)
}

/// What `variable` is set to, line by line.
fn values(bytes: &[u8], variable: &str) -> Vec<Value> {
    let mut values = Vec::new();
    let mut start = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    while start < bytes.len() {
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |len| start + len);
        values.extend(value(bytes, start..end, variable.as_bytes()));
        start = end + 1;
    }
    values
}

/// What a line sets `variable` to, if it does.
fn value(bytes: &[u8], line: Range<usize>, variable: &[u8]) -> Option<Value> {
    let mut rest = bytes[line.clone()].trim_ascii_start();
    for keyword in KEYWORDS {
        let Some(behind) = rest.strip_prefix(*keyword) else { continue };
        let mut words = behind.trim_ascii_start();
        if words.len() == behind.len() {
            continue;
        }
        // Options of the keyword: `declare -x`, `set -gx`.
        while words.starts_with(b"-") {
            let len = words.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
            words = words[len..].trim_ascii_start();
        }
        rest = words;
        break;
    }
    let rest = rest.strip_prefix(variable)?.trim_ascii_start();
    let behind = rest.strip_prefix(b"=")?;
    let rest = behind.trim_ascii_start();
    let start = line.end - rest.len();
    if rest.starts_with(b"#") && rest.len() < behind.len() {
        return Some(Value::Plain(start..start));
    }
    Some(match written(rest) {
        Some(span) => Value::Plain(start + span.start..start + span.end),
        None => Value::Computed,
    })
}

/// Where the value that begins `rest` of a line is, if it is written out.
fn written(rest: &[u8]) -> Option<Range<usize>> {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || *byte == b';';
    let (span, behind) = if let Some(&quote @ (b'"' | b'\'')) = rest.first() {
        let end = 1 + memchr::memchr(quote, &rest[1..])?;
        (1..end, end + 1)
    } else {
        let end = rest.iter().position(is_end).unwrap_or(rest.len());
        (0..end, end)
    };
    let is_literal = rest.first() == Some(&b'\'');
    let is_computed = |byte: &u8| matches!(byte, b'$' | b'`' | b'\\');
    let is_mixed = |byte: &u8| matches!(byte, b'"' | b'\'');
    let value = &rest[span.clone()];
    if !is_literal && value.iter().any(is_computed) || span.start == 0 && value.iter().any(is_mixed) {
        return None;
    }
    let behind = &rest[behind..];
    // Something else directly behind the mark belongs to the value.
    let ends = behind.first().is_none_or(|byte| is_end(byte) || *byte == b'#');
    let next = behind.trim_ascii_start().first();
    (ends && next.is_none_or(|byte| matches!(byte, b'#' | b';' | b'&' | b'|'))).then_some(span)
}

#[cfg(test)]
#[path = "dotenv_tests.rs"]
mod tests;
