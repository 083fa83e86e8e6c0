//! Scans the sources in a source map, so that a finding says in which file it stands.

use crate::detect::Detector;
use crate::model::{Finding, Provenance};
use crate::unpack::source_map;

use super::texts::{Texts, Told};

/// Names at the top of a source map, one of which comes first.
const FIRST: [&[u8]; 7] =
    [b"version", b"sources", b"mappings", b"file", b"names", b"sourcesContent", b"sections"];

/// Whether content that begins like this, at the path `name`, may be a source map.
pub(super) fn resembles(name: &[u8], head: &[u8]) -> bool {
    let is_named = name.len() > 4 && name[name.len() - 4..].eq_ignore_ascii_case(b".map");
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let Some(inside) = head.strip_prefix(b"{") else { return false };
    let Some(first) = inside.trim_ascii_start().strip_prefix(b"\"") else { return false };
    is_named
        || FIRST.iter().any(|name| first.strip_prefix(*name).is_some_and(|rest| rest.starts_with(b"\"")))
            && memchr::memmem::find(head, b"\"mappings\"").is_some()
            && memchr::memmem::find(head, b"\"sources").is_some()
}

/// Scans the sources of a map, if it is one. `findings` are those in its raw bytes, and
/// afterwards all. Its raw bytes show what its sources do, or how these are escaped, so that
/// the sources only matter where something was found.
pub(super) fn scan(
    detector: &Detector,
    bytes: &[u8],
    provenance: Provenance<'_>,
    findings: &mut Vec<Finding>,
) -> Told {
    let mut texts = Texts::new(detector, bytes, provenance, findings);
    // What is no source map after all was scanned as the text that it is.
    let _ = source_map::sources(bytes, &mut |part| texts.scan(part));
    Told { why: None, cut_short: texts.finish(findings) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_source_map() {
        for (name, head, expect) in [
            ("a.js.map", "{\"x\":", true),
            ("a.js.map", "MEMORY MAP", false),
            ("a.json", "{\"version\":3,\"sources\":[],\"mappings\":\"\"", true),
            ("a.json", "{\"version\":3,\"files\":[]", false),
            ("", "[]", false),
        ] {
            assert_eq!(resembles(name.as_bytes(), head.as_bytes()), expect, "{name} {head}");
        }
    }
}
