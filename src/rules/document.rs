//! A TOML text as a tree that knows its lines: reading it, its size limit, and
//! the kinds of values our files hold. It knows no key by name.
//!
//! **Invariant:** what a message shows of a text is clipped and has its control characters escaped.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value with its place in the text.
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// The largest file read, in bytes.
const MAX_FILE: u64 = 16 << 20;

/// The most commas, equals signs and opening brackets a file may hold: no value
/// does without one of them, and the tree costs some hundred bytes for each value.
const MAX_VALUES: usize = 1_000_000;

/// Why a text cannot be had or is not TOML.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The file cannot be opened or read.
    #[error("cannot be read")]
    Unreadable(#[source] io::Error),
    /// More than 16 MiB.
    #[error("is larger than 16 MiB")]
    TooLarge,
    /// So many values that the tree would fill the memory.
    #[error("holds more than 1000000 commas, equals signs and brackets")]
    TooManyValues,
    /// More than a million lines.
    #[error("has more than 1000000 lines")]
    TooManyLines,
    /// Not UTF-8.
    #[error("is not UTF-8 text")]
    NotText,
    /// Not TOML.
    #[error("is not TOML at column {column}: {message}")]
    Syntax {
        /// Column in characters, from 1.
        column: usize,
        /// What the parser says, on one line.
        message: String,
    },
}

/// Reads a file of at most 16 MiB.
pub(super) fn read(path: &Path) -> Result<String, DocumentError> {
    let mut bytes = Vec::new();
    // A pipe would be waited for.
    if path.metadata().is_ok_and(|it| !it.is_file() && !it.is_dir()) {
        return Err(DocumentError::Unreadable(io::Error::other("it is no file")));
    }
    let file = File::open(path).map_err(DocumentError::Unreadable)?;
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(DocumentError::Unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(DocumentError::TooLarge);
    }
    String::from_utf8(bytes).map_err(|_| DocumentError::NotText)
}

/// Parses a text; an error comes with its line where it has one.
pub(super) fn parse<'i>(text: &'i str, lines: &Lines) -> Result<DeTable<'i>, (Option<usize>, DocumentError)> {
    if text.len() as u64 > MAX_FILE {
        return Err((None, DocumentError::TooLarge));
    }
    if lines.breaks.len() > MAX_VALUES {
        return Err((None, DocumentError::TooManyLines));
    }
    if memchr::memchr3_iter(b',', b'=', b'[', text.as_bytes()).nth(MAX_VALUES).is_some() {
        return Err((None, DocumentError::TooManyValues));
    }
    match DeTable::parse(text) {
        Ok(root) => Ok(root.into_inner()),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let column = text.get(lines.start(at)..at).map_or(1, |before| before.chars().count() + 1);
            let message = clip(&error.message().replace('\n', ", "), 200);
            Err((Some(lines.number(at)), DocumentError::Syntax { column, message }))
        }
    }
}

/// Where the lines of a text begin, so that a line number costs a binary search.
#[derive(Debug)]
pub(super) struct Lines {
    breaks: Vec<usize>,
}

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        Self { breaks: memchr::memchr_iter(b'\n', text.as_bytes()).take(MAX_VALUES + 1).collect() }
    }

    /// The line, from 1, of a byte offset.
    pub(super) fn number(&self, offset: usize) -> usize {
        self.breaks.partition_point(|at| *at < offset) + 1
    }

    /// The offset at which the line of a byte offset begins.
    fn start(&self, offset: usize) -> usize {
        let line = self.number(offset);
        if line == 1 { 0 } else { self.breaks[line - 2] + 1 }
    }

    /// The line, from 1, of a value or key.
    pub(super) fn of<T>(&self, spanned: &Spanned<T>) -> usize {
        self.number(spanned.span().start)
    }
}

/// A text for a message: clipped, and with control characters escaped.
pub(super) fn clip(text: &str, most: usize) -> String {
    let mut shown = String::new();
    for c in text.chars().take(most) {
        // Quotes and backslashes are harmless, and expressions are full of them.
        if matches!(c, '"' | '\'' | '\\') { shown.push(c) } else { shown.extend(c.escape_debug()) }
    }
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

/// A text in double quotes for a message.
pub(super) fn quote(text: &str) -> String {
    format!("\"{}\"", clip(text, 60))
}

/// What kind of value it is, with its article.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn not_a(wanted: &str, value: &DeValue<'_>) -> String {
    format!("must be {wanted}, not {}", kind(value))
}

/// A string.
pub(super) fn string(value: &DeValue<'_>) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| not_a("a string", value))
}

/// A boolean.
pub(super) fn boolean(value: &DeValue<'_>) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| not_a("true or false", value))
}

/// A whole number that is not negative.
pub(super) fn whole(value: &DeValue<'_>) -> Result<u64, String> {
    let number = value.as_integer().ok_or_else(|| not_a("a whole number", value))?;
    u64::from_str_radix(number.as_str(), number.radix())
        .map_err(|_| "must be a whole number from 0".to_owned())
}

/// A finite number, whole or not.
pub(super) fn number(value: &DeValue<'_>) -> Result<f64, String> {
    let parsed = match value {
        DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
        DeValue::Integer(whole) if whole.radix() == 10 => whole.as_str().parse::<f64>().ok(),
        _ => return Err(not_a("a number", value)),
    };
    parsed.filter(|n| n.is_finite()).ok_or_else(|| "must be a finite decimal number".to_owned())
}

/// A list of strings, each with its line.
pub(super) fn strings(value: &DeValue<'_>, lines: &Lines) -> Result<Vec<(usize, String)>, String> {
    let array = value.as_array().ok_or_else(|| not_a("a list of strings", value))?;
    array
        .iter()
        .map(|item| match item.get_ref().as_str() {
            Some(text) => Ok((lines.of(item), text.to_owned())),
            None => Err(format!("must be a list of strings, but it holds {}", kind(item.get_ref()))),
        })
        .collect()
}

/// A table.
pub(super) fn table<'v, 'i>(value: &'v DeValue<'i>) -> Result<&'v DeTable<'i>, String> {
    value.as_table().ok_or_else(|| not_a("a table", value))
}

/// One table or a list of them, each with its line.
pub(super) fn tables<'v, 'i>(
    value: &'v Value<'i>,
    lines: &Lines,
) -> Result<Vec<(usize, &'v DeTable<'i>)>, String> {
    match value.get_ref() {
        DeValue::Table(one) => Ok(vec![(lines.of(value), one)]),
        DeValue::Array(many) => many
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::Table(table) => Ok((lines.of(item), table)),
                other => Err(format!("must be a list of tables, but it holds {}", kind(other))),
            })
            .collect(),
        other => Err(not_a("a table or a list of tables", other)),
    }
}
