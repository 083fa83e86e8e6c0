//! Source maps (version 3): the original sources in one, each a text with the name of its
//! file, and the way back to the bytes of the map.
//!
//! What the map maps is not read: a source is a whole file, and its lines are its own.
//! Maps of maps (`sections`) are followed; sources that are only named are not looked for.

use std::borrow::Cow;
use std::fmt;

use super::base64;
use super::json::{self, Runs, elements, member, members, string};
use super::{Broken, Fault, Part, PartKind};

/// Bytes of a name that are shown, at most.
const MOST: usize = 200;
/// Bytes of the root of the sources that are kept.
const ROOT: usize = 4096;

/// The file that a source was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile<'p> {
    /// Its name, below the root of the sources if the map says one; empty where the map has none.
    pub name: Cow<'p, str>,
    /// Its index in the map, from 0.
    pub index: usize,
}

impl fmt::Display for SourceFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            return write!(f, "source {}", self.index);
        }
        match self.name.char_indices().rev().nth(MOST) {
            // The end of a path says most.
            Some((cut, first)) => write!(f, "…{}", &self.name[cut + first.len_utf8()..]),
            None => f.write_str(&self.name),
        }
    }
}

/// Hands the sources in a map to `visit`, in the order of the file.
///
/// # Errors
/// Says why `bytes` are no source map; `visit` has then not been called.
pub fn sources(bytes: &[u8], visit: &mut dyn FnMut(&Part<'_, SourceFile<'_>>)) -> Result<(), Broken> {
    let start = json::check(bytes)?;
    if member(bytes, start, "sourcesContent").is_none() && member(bytes, start, "sections").is_none() {
        return Err(Broken { line: 1, fault: Fault::Kind });
    }
    map(bytes, start, visit);
    for (name, sections) in members(bytes, start) {
        if name == b"sections" {
            for section in elements(bytes, sections.start) {
                if let Some(inner) = member(bytes, section.start, "map") {
                    map(bytes, inner.start, visit);
                }
            }
        }
    }
    Ok(())
}

/// The map that a `data:` address in base64 holds, if it is one of at most `most` bytes.
pub fn inline(address: &[u8], most: usize) -> Option<Vec<u8>> {
    let comma = memchr::memchr(b',', address)?;
    if !address[..comma].to_ascii_lowercase().ends_with(b";base64") {
        return None;
    }
    let mut map = Vec::new();
    let length = base64::decode(&address[comma + 1..], most, &mut map)?;
    (length == map.len() && length <= most).then_some(map)
}

/// The sources of the one map that starts at `at`.
fn map(bytes: &[u8], at: usize, visit: &mut dyn FnMut(&Part<'_, SourceFile<'_>>)) {
    let (mut name, mut scratch) = (Vec::new(), Vec::new());
    let root = member(bytes, at, "sourceRoot").filter(|value| string(bytes, value.clone()).is_some());
    let root = root.map(|value| json::text(Runs::new(bytes, &value, None), &mut name).to_vec());
    // It stands before the name of each source: a long one would be copied as often.
    let mut root = root.unwrap_or_default();
    root.truncate(ROOT);
    let Some(contents) = member(bytes, at, "sourcesContent") else { return };
    let mut files = member(bytes, at, "sources").into_iter().flat_map(|names| elements(bytes, names.start));
    for (index, value) in elements(bytes, contents.start).enumerate() {
        let file = files.next().filter(|value| bytes.get(value.start) == Some(&b'"'));
        if bytes.get(value.start) != Some(&b'"') {
            continue;
        }
        let file = file.map_or(&b""[..], |value| json::text(Runs::new(bytes, &value, None), &mut name));
        let joint: &[u8] =
            if root.is_empty() || root.ends_with(b"/") || file.is_empty() { b"" } else { b"/" };
        let root = if file.is_empty() { &[][..] } else { &root[..] };
        let path = [root, joint, file].concat();
        let place = SourceFile { name: String::from_utf8_lossy(&path), index };
        let runs = Runs::new(bytes, &value, None);
        let text = json::text(runs, &mut scratch);
        visit(&Part::new(place, text, PartKind::Text, value, runs));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(map: &str, expect: Result<&[(&str, &str)], Fault>) {
        let mut found = Vec::new();
        let told = sources(map.as_bytes(), &mut |part| {
            found.push((part.place.to_string(), String::from_utf8_lossy(part.text).into_owned()));
        });
        let found: Vec<(&str, &str)> = found.iter().map(|(name, text)| (&**name, &**text)).collect();
        assert_eq!(told.map(|()| &found[..]).map_err(|broken| broken.fault), expect, "{map}");
    }

    #[test]
    fn sources_and_their_names() {
        check(
            r#"{"version":3,"sources":["a.ts","b\/c.ts"],"sourcesContent":["x\ny",null,"z"],"mappings":""}"#,
            Ok(&[("a.ts", "x\ny"), ("source 2", "z")]),
        );
        check(
            r#"{"sourcesContent":["x"],"sourceRoot":"/src","sources":["b\/c.ts"]}"#,
            Ok(&[("/src/b/c.ts", "x")]),
        );
        check(
            r#"{"version":3,"sections":[{"offset":{},"map":{"sources":["a"],"sourcesContent":["x"]}}]}"#,
            Ok(&[("a", "x")]),
        );
        check(r#"{"sourcesContent":7}"#, Ok(&[]));
        check(r#"{"sourcesContent":[{"a":1},[2],"x"],"sources":{"a":"b"}}"#, Ok(&[("source 2", "x")]));
        check(r#"{"version":3}"#, Err(Fault::Kind));
        check(r#"{"sourcesContent":["x"#, Err(Fault::Truncated));
    }

    #[test]
    fn long_names_are_cut_at_their_beginning() {
        let file = SourceFile { name: format!("{}é.ts", "d/".repeat(200)).into(), index: 0 };
        let shown = file.to_string();
        assert!(shown.starts_with('…') && shown.ends_with("d/é.ts") && shown.chars().count() == MOST + 1);
    }
}
