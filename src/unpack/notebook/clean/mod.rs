//! Takes secrets out of a notebook: the core of `baseleak clean`.
//!
//! It is told where they stand and changes these bytes only: a look-up of the environment
//! where a Python cell's source has the key as a literal, a shell variable on a shell line,
//! a marker everywhere else. It finds nothing by itself, reads and writes no file, and
//! runs nothing.
//!
//! **Invariant:** what comes out is JSON again, and every byte outside the edits is the one
//! of the file that came in.

#[cfg(test)]
mod compiles;
mod python;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use super::place::{CellKind, CellPlace, Field};
use super::{Broken, Part, parts};
use crate::unpack::json::{self, Runs};
use crate::unpack::{PartKind, base64};
use python::Source;

/// What stands where a secret stood, if nothing better does.
pub const MARKER: &str = "[removed by baseleak]";
/// The variable of the environment that is looked up instead.
pub const VARIABLE: &str = "BASETEN_API_KEY";

/// A secret to take out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The bytes of the file that write it, as [`Part::raw`] tells.
    pub raw: Range<usize>,
    /// Whether these write it in an encoding (base64, say), so that a plain key would not do there.
    pub encoded: bool,
}

/// One change of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes of the old file that go; empty for what is put in.
    pub raw: Range<usize>,
    /// The bytes that come instead, as they stand in the new file.
    pub new: Vec<u8>,
    /// Where that is, for a person; of the file's own words, so to be sanitised.
    pub place: String,
    /// What was done.
    pub change: Change,
}

/// What an edit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// [`MARKER`] instead of the secret.
    Marker,
    /// Python's look-up of [`VARIABLE`] instead of the secret.
    Environment,
    /// The shell's look-up of [`VARIABLE`] instead of the secret.
    Variable,
    /// Asterisks over the secret, in data whose length must stay.
    Masked,
    /// `import os`, which the look-up needs.
    Import,
}

/// A notebook without the secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The new file.
    pub bytes: Vec<u8>,
    /// What was changed, in the order of the file.
    pub edits: Vec<Edit>,
    /// Secrets that stand in no string of the file, or across several, and are still there.
    pub left: Vec<Range<usize>>,
}

impl fmt::Debug for Cleaned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The bytes may hold secrets that nobody asked to remove.
        f.debug_struct("Cleaned")
            .field("edits", &self.edits)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

/// Takes the secrets out of a notebook. Without any, the file stays as it is.
///
/// # Errors
/// Says why `bytes` are no notebook.
pub fn clean(bytes: &[u8], removals: &[Removal]) -> Result<Cleaned, Broken> {
    let mut imports = false;
    let mut import = |part: &Part<'_>| imports |= is_code(&part.place) && python::imports_os(part.text);
    let summary = parts(bytes, &mut import)?;
    let mut cleaner = Cleaner {
        bytes,
        is_python: summary.language.as_deref().is_some_and(is_python),
        has_import: imports,
        edits: Vec::new(),
        done: vec![false; removals.len()],
    };
    let removals = disjoint(removals);
    parts(bytes, &mut |part| cleaner.part(part, &removals))?;
    cleaner.strings(&removals);
    Ok(cleaner.finish(&removals))
}

/// Sorted, and those that overlap as one.
fn disjoint(removals: &[Removal]) -> Vec<Removal> {
    let mut sorted = removals.to_vec();
    sorted.sort_by_key(|removal| (removal.raw.start, removal.raw.end));
    sorted.dedup_by(|next, last| {
        let overlaps = next.raw.start < last.raw.end;
        if next.raw == last.raw {
            // Found twice, of which the raw file also shows the escapes of JSON.
            last.encoded &= next.encoded;
        } else if overlaps {
            last.raw.end = last.raw.end.max(next.raw.end);
            last.encoded |= next.encoded;
        }
        overlaps
    });
    sorted.retain(|removal| removal.raw.start < removal.raw.end);
    sorted
}

fn is_code(place: &CellPlace<'_>) -> bool {
    place.field == Field::Source && place.cell.is_some_and(|cell| cell.kind == CellKind::Code)
}

/// Whether a language or the name of a kernel is Python's.
fn is_python(name: &str) -> bool {
    ["python", "ipython"].iter().any(|start| {
        name.strip_prefix(start)
            .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphabetic()))
    })
}

struct Cleaner<'a> {
    bytes: &'a [u8],
    is_python: bool,
    has_import: bool,
    edits: Vec<Edit>,
    /// Which removals have been seen to.
    done: Vec<bool>,
}

impl Cleaner<'_> {
    /// Sees to the removals that stand in this part.
    fn part(&mut self, part: &Part<'_>, removals: &[Removal]) {
        let first = removals.partition_point(|removal| removal.raw.start < part.value.start);
        let count = removals[first..].partition_point(|removal| removal.raw.end <= part.value.end);
        if count == 0 {
            return;
        }
        let cell_is_python = match part.place.cell.and_then(|cell| cell.language) {
            Some(language) => is_python(&String::from_utf8_lossy(language).to_ascii_lowercase()),
            None => self.is_python,
        };
        let source = (is_code(&part.place) && cell_is_python).then(|| Source::new(part.text));
        for (index, removal) in removals.iter().enumerate().skip(first).take(count) {
            let Some(span) = part.span(&removal.raw).filter(|span| !span.is_empty()) else { continue };
            self.done[index] = true;
            match &source {
                _ if part.kind == PartKind::Binary => self.mask(part, &span),
                Some(source) => self.source(part, source, &span, removal.encoded),
                None if removal.encoded => {
                    self.replace(part, python::word(part.text, &span), MARKER, Change::Marker);
                }
                None => self.replace(part, span, MARKER, Change::Marker),
            }
        }
    }

    /// Replaces a secret in a Python cell's source.
    fn source(&mut self, part: &Part<'_>, source: &Source<'_>, secret: &Range<usize>, encoded: bool) {
        let replacement = source.without(secret, encoded);
        for (span, text) in replacement.texts {
            self.replace(part, span, &text, replacement.change);
        }
        if replacement.change == Change::Environment && !self.has_import {
            self.has_import = true;
            let at = source.import_at();
            self.import(part, at, source.indentation(at));
        }
    }

    /// Puts `import os` before the line that starts at `at`, as far in as that.
    fn import(&mut self, part: &Part<'_>, at: usize, indentation: &[u8]) {
        let line = json::escaped(&format!("{}import os\n", String::from_utf8_lossy(indentation)));
        let raw = part.raw(at..at + 1).start;
        let opening = self.bytes[..raw].iter().rposition(|&byte| byte == b'"').unwrap_or(raw);
        let is_list = self.bytes[part.value.start] == b'[';
        // Where the line is an element of a list, so is the new one, laid out as the file has it.
        let edit = if is_list && opening + 1 == raw {
            let before = self.bytes[..opening].iter().rposition(|byte| !byte.is_ascii_whitespace());
            let layout = &self.bytes[before.map_or(opening, |before| before + 1)..opening];
            (opening, [b"\"", line.as_slice(), b"\",", layout].concat())
        } else {
            (raw, line)
        };
        self.edit(&part.place, edit.0..edit.0, edit.1, Change::Import);
    }

    /// Replaces a span of a text; of one over several strings, the first has the new text.
    fn replace(&mut self, part: &Part<'_>, span: Range<usize>, text: &str, change: Change) {
        let mut new = json::escaped(text);
        let pieces = if span.is_empty() { vec![part.raw(span)] } else { part.pieces(span) };
        for piece in pieces {
            self.edit(&part.place, piece, std::mem::take(&mut new), change);
        }
    }

    /// Writes asterisks over a span of bytes that are kept in base64.
    fn mask(&mut self, part: &Part<'_>, span: &Range<usize>) {
        let byte = |at: usize| match part.text.get(at) {
            Some(_) if span.contains(&at) => b'*',
            Some(&byte) => byte,
            None => 0,
        };
        for (index, raw) in part.letters(span.clone()) {
            let bit = index * 6;
            let pair = u16::from_be_bytes([byte(bit / 8), byte(bit / 8 + 1)]);
            let bits = u8::try_from(pair >> (10 - bit % 8) & 63).expect("masked to six bits");
            let letter = base64::letter(bits);
            match self.edits.last_mut() {
                Some(last) if last.change == Change::Masked && last.raw.end == raw.start => {
                    last.raw.end = raw.end;
                    last.new.push(letter);
                }
                _ => self.edit(&part.place, raw, vec![letter], Change::Masked),
            }
        }
    }

    /// Sees to the removals that stand in no part, but in some string, such as the name of a member.
    fn strings(&mut self, removals: &[Removal]) {
        let bytes = self.bytes;
        let mut at = 0;
        for (index, removal) in removals.iter().enumerate() {
            while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
                let value = at + next..json::string_end(bytes, at + next);
                if value.start >= removal.raw.start {
                    break;
                }
                if value.end <= removal.raw.start {
                    at = value.end;
                    continue;
                }
                let runs = Runs::new(bytes, &value, None);
                let place = CellPlace { cell: None, field: Field::Other, path: &[] };
                let mut scratch = Vec::new();
                let text = json::text(runs, &mut scratch);
                let part = Part::new(place, text, PartKind::Text, value, runs);
                if let (false, Some(span)) = (self.done[index], part.span(&removal.raw)) {
                    self.done[index] = true;
                    self.replace(&part, span, MARKER, Change::Marker);
                }
                break;
            }
        }
    }

    fn edit(&mut self, place: &CellPlace<'_>, raw: Range<usize>, new: Vec<u8>, change: Change) {
        self.edits.push(Edit { raw, new, place: place.to_string(), change });
    }

    fn finish(mut self, removals: &[Removal]) -> Cleaned {
        self.edits.sort_by_key(|edit| (edit.raw.start, edit.raw.end, edit.change != Change::Import));
        // Two secrets in one literal both ask for the same letter before it.
        self.edits.dedup_by(|next, last| next.raw == last.raw && next.new == last.new);
        let mut bytes = Vec::with_capacity(self.bytes.len() + 256);
        let mut at = 0;
        for edit in &self.edits {
            bytes.extend_from_slice(&self.bytes[at..edit.raw.start.max(at)]);
            bytes.extend_from_slice(&edit.new);
            at = edit.raw.end.max(at);
        }
        bytes.extend_from_slice(&self.bytes[at..]);
        let left = removals.iter().zip(&self.done).filter(|(_, done)| !**done);
        Cleaned { bytes, left: left.map(|(removal, _)| removal.raw.clone()).collect(), edits: self.edits }
    }
}
