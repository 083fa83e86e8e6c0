//! From a place in a bundle to the place in a source file, through a source map: where a
//! document says its map is, and what a map (version 3, regular or indexed) says of a place.
//!
//! The texts of the sources are not looked at here. A map comes from somebody else's server:
//! it is read in one pass that keeps only the line that is asked for, a segment at a time. Held
//! whole, as crates do, a hostile map takes many times its own size, and its root is put before
//! each of its sources.

use std::fmt;

use serde::Deserialize;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use url::Url;

use crate::model::Position;

/// Sources of a map that are known by name.
const SOURCES: usize = 100_000;
/// Segments of a line that is asked about.
const SEGMENTS: usize = 4 << 20;
/// Bytes of the root of a map's sources that are kept.
const ROOT: usize = 4096;
/// Bytes at the end of a document in which its comment on the map is looked for, where the
/// map is not in it.
const TAIL: usize = 8192;
/// What a comment on the map begins with.
const COMMENT: &[u8] = b"sourceMappingURL=";

/// Where the map of a document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference<'b> {
    /// At this address.
    Address(String),
    /// In the document, from this byte on: the `data:` address.
    Inline(usize, &'b [u8]),
}

/// Where the map of the document `body` at `address` may be, in the order in which browsers
/// look: by its headers (names in lower case), its last comment, and by guess.
pub fn references<'b>(address: &str, headers: &[(String, String)], body: &'b [u8]) -> Vec<Reference<'b>> {
    let mut found = Vec::new();
    let base = Url::parse(address).ok();
    let mut join = |reference: &str| {
        if let Some(joined) = base.as_ref().and_then(|base| base.join(reference.trim()).ok()) {
            push(&mut found, joined);
        }
    };
    for (name, value) in headers {
        if name == "sourcemap" || name == "x-sourcemap" {
            join(value);
        }
    }
    let comment = comment(body);
    if let Some((_, text)) = comment
        && !text.starts_with(b"data:")
        && let Ok(text) = std::str::from_utf8(text)
    {
        join(text);
    }
    // What has no path, such as `data:`, has nothing beside it.
    if let Some(mut guess) = base.filter(|base| !base.cannot_be_a_base()) {
        let path = format!("{}.map", guess.path());
        guess.set_path(&path);
        push(&mut found, guess);
    }
    if let Some((start, text)) = comment.filter(|(_, text)| text.starts_with(b"data:")) {
        found.insert(0, Reference::Inline(start, text));
    }
    found
}

fn push(found: &mut Vec<Reference<'_>>, mut address: Url) {
    address.set_fragment(None);
    let reference = Reference::Address(address.into());
    if !found.contains(&reference) {
        found.push(reference);
    }
}

/// What the last comment on the map says, and where that begins.
fn comment(body: &[u8]) -> Option<(usize, &[u8])> {
    let at = memchr::memmem::rfind(body, COMMENT)?;
    let start = at + COMMENT.len();
    let text = said(body, at)?;
    (body.len() - at <= TAIL || text.starts_with(b"data:")).then_some((start, text))
}

/// What the comment at `at` says; none where it is no comment, or says nothing.
fn said(body: &[u8], at: usize) -> Option<&[u8]> {
    let before = body[..at].trim_ascii_end();
    if !before.ends_with(b"#") && !before.ends_with(b"@") {
        return None;
    }
    let rest = &body[at + COMMENT.len()..];
    // In a text that a script evaluates, the end of the line is written as `\n`.
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'*' | b'<' | b'\\');
    let text = &rest[..rest.iter().position(is_end).unwrap_or(rest.len())];
    (!text.is_empty()).then_some(text)
}

/// The maps that stand in a document: where each begins, and its `data:` address. Where a script
/// is made of texts that it evaluates, as webpack does for development, there are many.
pub fn inline(body: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let said = |at| Some((at + COMMENT.len(), said(body, at)?));
    memchr::memmem::find_iter(body, COMMENT).filter_map(said).filter(|(_, text)| text.starts_with(b"data:"))
}

/// The places `starts` of `body` as source maps count them: line and column from 0, the column
/// in units of UTF-16.
pub fn generated(body: &[u8], starts: &[Position]) -> Vec<(u32, u32)> {
    let mut asked: Vec<usize> = (0..starts.len()).collect();
    asked.sort_unstable_by_key(|&index| starts[index]);
    let mut places = vec![(0, 0); starts.len()];
    let mut lines = std::iter::once(0).chain(memchr::memchr_iter(b'\n', body).map(|end| end + 1));
    let (mut line, mut offset) = (0, 0);
    let (mut characters, mut units) = (0, 0);
    for index in asked {
        let start = starts[index];
        while line < start.line {
            let Some(next) = lines.next() else { break };
            (line, offset, characters, units) = (line + 1, next, 0, 0);
        }
        while characters + 1 < start.column && offset < body.len() {
            let length =
                1 + body[offset + 1..].iter().take_while(|&&byte| byte.cast_signed() < -0x40).count();
            units += if body[offset] >= 0xF0 { 2 } else { 1 };
            characters += 1;
            offset += length;
        }
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        places[index] = (number(start.line.saturating_sub(1)), number(units));
    }
    places
}

/// A place in a source, as a map tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// The name of the source, below the map's root for them; it may be empty.
    pub file: String,
    /// Which of the map's sources it is, from 0.
    pub index: usize,
    /// Line, from 1.
    pub line: u64,
    /// Column in units of UTF-16, from 1.
    pub column: u64,
}

/// A source map, its mappings as they are written.
#[derive(Debug)]
pub struct Map {
    mappings: String,
    sources: Vec<Option<String>>,
    root: String,
    /// Maps of parts of the document, by where these begin, sorted.
    sections: Vec<((u32, u32), Map)>,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    mappings: Option<String>,
    #[serde(default)]
    sources: Option<Few>,
    #[serde(default, rename = "sourceRoot")]
    root: Option<String>,
    #[serde(default)]
    sections: Option<Vec<Section>>,
}

#[derive(Deserialize)]
struct Section {
    offset: Offset,
    #[serde(default)]
    map: Option<Raw>,
}

#[derive(Deserialize)]
struct Offset {
    line: u32,
    column: u32,
}

/// The first names of a list.
#[derive(Default)]
struct Few(Vec<Option<String>>);

impl<'de> Deserialize<'de> for Few {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Few;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of names")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Few, A::Error> {
                let mut names = Vec::new();
                while names.len() < SOURCES {
                    let Some(name) = list.next_element()? else { return Ok(Few(names)) };
                    names.push(name);
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Few(names))
            }
        }
        deserializer.deserialize_seq(Names)
    }
}

impl Raw {
    fn map(self) -> Map {
        let mut root = self.root.unwrap_or_default();
        cut(&mut root, ROOT);
        let sections = self.sections.unwrap_or_default().into_iter();
        let mut sections: Vec<((u32, u32), Map)> = sections
            .filter_map(|section| Some(((section.offset.line, section.offset.column), section.map?.map())))
            .collect();
        sections.sort_by_key(|(offset, _)| *offset);
        let sources = self.sources.unwrap_or_default().0;
        Map { mappings: self.mappings.unwrap_or_default(), sources, root, sections }
    }
}

impl Map {
    /// The map that `bytes` are; none where they are none.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        // What keeps others from loading it as a script.
        let bytes = match bytes.strip_prefix(b")]}") {
            Some(rest) => &rest[memchr::memchr(b'\n', rest)?..],
            None => bytes,
        };
        serde_json::from_slice::<Raw>(bytes).ok().map(Raw::map)
    }

    /// Where in the sources the places in the document are from that `asked` says, each a line
    /// and a column from 0; none for one that the map does not map.
    pub fn locate(&self, asked: &[(u32, u32)]) -> Vec<Option<Mapped>> {
        let mut found = vec![None; asked.len()];
        if self.sections.is_empty() {
            let all: Vec<(u32, u32, usize)> =
                asked.iter().enumerate().map(|(index, &(line, column))| (line, column, index)).collect();
            self.fill(all, &mut found);
            return found;
        }
        let mut groups: Vec<Vec<usize>> = vec![Vec::new(); self.sections.len()];
        for (index, place) in asked.iter().enumerate() {
            let behind = self.sections.partition_point(|(offset, _)| offset <= place);
            if let Some(section) = behind.checked_sub(1) {
                groups[section].push(index);
            }
        }
        for (((line, column), map), group) in self.sections.iter().zip(groups) {
            let within = |&index: &usize| {
                let place = asked[index];
                let first = if place.0 == *line { *column } else { 0 };
                (place.0 - line, place.1 - first)
            };
            let places: Vec<(u32, u32)> = group.iter().map(within).collect();
            if places.is_empty() {
                continue;
            }
            for (index, mapped) in group.into_iter().zip(map.locate(&places)) {
                found[index] = mapped;
            }
        }
        found
    }

    /// Answers all that is `asked` (line, column, and the place of the answer) in one pass.
    fn fill(&self, mut asked: Vec<(u32, u32, usize)>, found: &mut [Option<Mapped>]) {
        asked.sort_unstable();
        let mut asked = &asked[..];
        let mut state = State::default();
        let mut segments: Vec<Segment> = Vec::new();
        for (number, line) in (0_u32..).zip(self.mappings.split(';')) {
            let Some(&(first, ..)) = asked.first() else { return };
            let is_asked = first == number;
            segments.clear();
            state.column = 0;
            for segment in line.split(',').filter(|segment| !segment.is_empty()) {
                // What stands behind something that cannot be read has no known place.
                let Some(segment) = state.next(segment) else { return };
                if is_asked && segments.len() < SEGMENTS {
                    segments.push(segment);
                }
            }
            if !is_asked {
                continue;
            }
            segments.sort_by_key(|segment| segment.column);
            let here = asked.partition_point(|(line, ..)| *line == number);
            for &(_, column, index) in &asked[..here] {
                let behind = segments.partition_point(|segment| segment.column <= column);
                let segment = behind.checked_sub(1).and_then(|at| segments[at].source);
                found[index] = segment.and_then(|source| self.mapped(source));
            }
            asked = &asked[here..];
        }
    }

    fn mapped(&self, (index, line, column): (u32, u32, u32)) -> Option<Mapped> {
        let index = usize::try_from(index).ok()?;
        let file = self.sources.get(index)?.as_deref().unwrap_or_default();
        let joint =
            if self.root.is_empty() || self.root.ends_with('/') || file.is_empty() { "" } else { "/" };
        let root = if file.is_empty() { "" } else { &*self.root };
        let file = [root, joint, file].concat();
        Some(Mapped { file, index, line: u64::from(line) + 1, column: u64::from(column) + 1 })
    }
}

/// A segment: where it begins on its line, and the source, line and column that it is from.
#[derive(Debug, Clone, Copy)]
struct Segment {
    column: u32,
    source: Option<(u32, u32, u32)>,
}

/// What segments are told by: each is a difference to the one before.
#[derive(Debug, Default)]
struct State {
    column: i64,
    source: i64,
    line: i64,
    source_column: i64,
}

impl State {
    fn next(&mut self, segment: &str) -> Option<Segment> {
        let numbers = numbers(segment)?;
        self.column = self.column.checked_add(*numbers.first()?)?;
        let mut source = None;
        if let [_, index, line, column, ..] = numbers[..] {
            self.source = self.source.checked_add(index)?;
            self.line = self.line.checked_add(line)?;
            self.source_column = self.source_column.checked_add(column)?;
            let number = |number: i64| u32::try_from(number).ok();
            source = Some((number(self.source)?, number(self.line)?, number(self.source_column)?));
        }
        Some(Segment { column: u32::try_from(self.column).ok()?, source })
    }
}

/// The numbers of a segment, in base64 of variable length (ECMA-426), least digits first: five
/// bits in a letter, of which the first is the sign, and a sixth where another letter follows.
fn numbers(segment: &str) -> Option<Vec<i64>> {
    let (mut numbers, mut held, mut shift) = (Vec::new(), 0_i64, 0);
    for letter in segment.bytes() {
        let digit = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        // What is longer is no difference of two numbers of 32 bits.
        if shift > 30 {
            return None;
        }
        held |= i64::from(digit & 31) << shift;
        if digit & 32 != 0 {
            shift += 5;
            continue;
        }
        numbers.push(if held & 1 == 1 { -(held >> 1) } else { held >> 1 });
        (held, shift) = (0, 0);
    }
    (shift == 0 && !numbers.is_empty()).then_some(numbers)
}

/// `text` without what stands behind its first `most` bytes.
fn cut(text: &mut String, most: usize) {
    let end = (0..=most.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    text.truncate(end);
}

#[cfg(test)]
mod tests;
