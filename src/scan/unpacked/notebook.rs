//! Scans a notebook text by text, where that may show more than its raw bytes.

use std::ops::Range;

use crate::detect::Detector;
use crate::model::{Blob, Finding, Provenance};
use crate::unpack::notebook::clean::Removal;
use crate::unpack::notebook::{self, Broken, Fault};

use super::cursor::Cursor;
use super::joint::may_join;
use super::texts::{Texts, Told};

/// Names at the top of a notebook, one of which comes first.
const FIRST: [&[u8]; 4] = [b"cells", b"metadata", b"nbformat", b"worksheets"];

/// Whether a file of this name is a notebook.
pub(super) fn is_name(name: &[u8]) -> bool {
    name.len() > 6 && name[name.len() - 6..].eq_ignore_ascii_case(b".ipynb")
}

/// Whether content that begins like this may be a notebook, whatever its name.
pub(super) fn resembles(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let Some(inside) = head.strip_prefix(b"{") else { return false };
    let Some(name) = inside.trim_ascii_start().strip_prefix(b"\"") else { return false };
    FIRST.iter().any(|first| name.strip_prefix(*first).is_some_and(|rest| rest.starts_with(b"\"")))
}

/// Whether this JSON, which begins like one, is a notebook.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"\"nbformat\"").is_some()
}

/// Whether a text of the notebook may hold what its raw bytes do not show. What stands in
/// none of these is the same in both, and parsing costs many times what looking does.
fn may_hide(detector: &Detector, bytes: &[u8]) -> bool {
    let glance = detector.glance(bytes);
    glance.may_hold || glance.has_keyword || may_join(bytes) || has_escaped_word(bytes)
}

/// Whether a letter, a digit, a dot or an underscore is written as `\u00XX`.
fn has_escaped_word(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, br"\u00").any(|at| {
        let digits = bytes.get(at + 4..at + 6).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
    })
}

/// Whether this looks like one JSON object from end to end, as far as can be told without
/// parsing: what is broken in another way is only told of where its texts matter.
fn seems_whole(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii();
    text.starts_with(b"{")
        && text.ends_with(b"}")
        && memchr::memmem::find(text, b"\n<<<<<<<").is_none()
        && std::str::from_utf8(text).is_ok()
}

/// Scans the texts of a notebook. `findings` are those in its raw bytes, and afterwards all.
pub(super) fn scan(
    detector: &Detector,
    bytes: &[u8],
    provenance: Provenance<'_>,
    by_name: bool,
    findings: &mut Vec<Finding>,
) -> Told {
    if !by_name && !is_one(bytes) {
        return Told::default();
    }
    if findings.is_empty() && seems_whole(bytes) && !may_hide(detector, bytes) {
        return Told::default();
    }
    let mut texts = Texts::new(detector, bytes, provenance, findings);
    let parts = notebook::parts(bytes, &mut |part| texts.scan(part));
    let cut_short = texts.finish(findings);
    let why = match parts {
        Ok(summary) if summary.passed_over > 0 => Some(format!(
            "{} of base64 data, too large to be decoded ({} MiB)",
            if summary.passed_over == 1 { "a piece" } else { "several pieces" },
            summary.passed_over_bytes >> 20
        )),
        // An empty file holds nothing that could be missed.
        Ok(_) => None,
        Err(broken) if broken.fault == Fault::Empty || !by_name => None,
        Err(broken) => Some(broken.to_string()),
    };
    Told { why, cut_short }
}

/// The secrets of a notebook, as [`notebook::clean`] wants them, in no order.
///
/// # Errors
/// Says why `bytes` are no notebook.
pub fn removals(
    detector: &Detector,
    bytes: &[u8],
    provenance: Provenance<'_>,
) -> Result<Vec<Removal>, Broken> {
    let removal = |finding: &Finding, raw: Range<usize>, written: &[u8]| {
        // Literals in a row are no encoding: between them are signs that no key has.
        let of_key = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
        let secret = finding.secret.expose();
        Removal { raw, encoded: written != secret && !written.iter().filter(of_key).eq(secret) }
    };
    let (mut found, mut lines) = (Vec::new(), Cursor::new(bytes));
    detector.scan(&Blob::whole(bytes, provenance), &mut found);
    let mut removals = Vec::new();
    for finding in &found {
        let raw = lines.offset(finding.location.start)..lines.offset(finding.location.end);
        removals.push(removal(finding, raw.clone(), &bytes[raw]));
    }
    notebook::parts(bytes, &mut |part| {
        found.clear();
        detector.scan(&Blob::whole(part.text, provenance), &mut found);
        let mut text = Cursor::new(part.text);
        for finding in &found {
            let span = text.offset(finding.location.start)..text.offset(finding.location.end);
            removals.push(removal(finding, part.raw(span.clone()), &part.text[span]));
        }
    })?;
    Ok(removals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_notebook() {
        for (head, expect) in [
            ("{\"cells\": [", true),
            ("\u{feff} {\n \"nbformat\": 4", true),
            ("{\"metadata\":{}", true),
            ("{\"cell\": []}", false),
            ("{\"cellsize\": 3}", false),
            ("[\"cells\"]", false),
            ("{}", false),
            ("", false),
        ] {
            assert_eq!(resembles(head.as_bytes()), expect, "{head}");
        }
    }

    #[test]
    fn letters_that_are_escaped() {
        for (text, expect) in [
            (r#""b10\u005fabcd""#, true),
            (r#""\u0062""#, true),
            (r#""\u002E""#, true),
            (r#""\u001b[0m \u003cb\u003e \u00e9 \u0""#, false),
        ] {
            assert_eq!(has_escaped_word(text.as_bytes()), expect, "{text}");
        }
    }
}
