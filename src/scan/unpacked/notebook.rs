//! Scans a notebook text by text and joins that with what its raw bytes gave.
//!
//! A secret is told once: at its line and column in the file, for an editor, and with its
//! cell, for whoever has the notebook open.

use std::ops::Range;

use crate::detect::Detector;
use crate::model::{Blob, Finding, Position, Provenance};
use crate::unpack::notebook::clean::Removal;
use crate::unpack::notebook::{self, Broken, Fault, Part};

use super::cursor::Cursor;

/// Names at the top of a notebook, one of which comes first.
const FIRST: [&[u8]; 4] = [b"cells", b"metadata", b"nbformat", b"worksheets"];

/// Bytes of the shortest key with a dot or an underscore in it, and of the longest, with room to spare.
const SHORTEST: usize = 33;
const WORD: usize = 96;

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

/// Whether two strings of a list, one behind the other, may be a key when they are joined:
/// the word that goes through from one to the other is long enough. It costs little more
/// than reading, and Jupyter itself cuts a text at the ends of lines only. A key of
/// another shape than the built-in rules know, or in three pieces, goes unnoticed here.
pub(super) fn may_join(bytes: &[u8]) -> bool {
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
    memchr::memmem::find_iter(bytes, b"\",").any(|end| {
        let (before, behind) = (&bytes[..end], bytes[end + 2..].trim_ascii_start());
        let Some(behind) = behind.strip_prefix(b"\"") else { return false };
        if before.ends_with(b"\\n") {
            return false;
        }
        let left = before.iter().rev().take(WORD).take_while(is_word).count();
        let right = behind.iter().take(WORD).take_while(is_word).count();
        let has_mark = |word: &[u8]| word.iter().any(|byte| matches!(byte, b'.' | b'_'));
        left > 0
            && left + right >= SHORTEST
            && (has_mark(&before[end - left..]) || has_mark(&behind[..right]))
    })
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

/// A finding in the raw bytes.
struct Raw {
    span: Range<usize>,
    /// Gone where a text of the notebook tells of it.
    finding: Option<Finding>,
}

/// Scans the texts of a notebook. `findings` are those in its raw bytes, and afterwards all.
/// What the user should know of the notebook is returned, such as that it is none and is
/// text only.
pub(super) fn scan(
    detector: &Detector,
    bytes: &[u8],
    provenance: Provenance<'_>,
    by_name: bool,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    if !by_name && !is_one(bytes) {
        return None;
    }
    if findings.is_empty() && seems_whole(bytes) && !may_hide(detector, bytes) {
        return None;
    }
    let mut lines = Cursor::new(bytes);
    let mut raws: Vec<Raw> = findings
        .drain(..)
        .map(|finding| {
            let span = lines.offset(finding.location.start)..lines.offset(finding.location.end);
            Raw { span, finding: Some(finding) }
        })
        .collect();
    raws.sort_by_key(|raw| raw.span.start);
    let mut found = Vec::new();
    let parts = notebook::parts(bytes, &mut |part| {
        let first = found.len();
        detector.scan(&Blob::whole(part.text, provenance), &mut found);
        let within = raws.partition_point(|raw| raw.span.start < part.value.start);
        let count = raws[within..].partition_point(|raw| raw.span.start < part.value.end);
        let raws = &mut raws[within..within + count];
        if found.len() > first {
            place(detector, part, &mut found[first..], raws, &mut lines);
        }
        for raw in raws {
            let span = part.span(&raw.span).filter(|span| !span.is_empty());
            if let (Some(finding), Some(span)) = (&mut raw.finding, span)
                && finding.location.cell().is_none()
            {
                name(detector, part, part.line(span.start), finding);
            }
        }
    });
    findings.extend(raws.into_iter().filter_map(|raw| raw.finding));
    findings.append(&mut found);
    match parts {
        Ok(summary) if summary.passed_over > 0 => Some(format!(
            "{} of base64 data, too large to be decoded ({} MiB)",
            if summary.passed_over == 1 { "a piece" } else { "several pieces" },
            summary.passed_over_bytes >> 20
        )),
        // An empty file holds nothing that could be missed.
        Ok(_) => None,
        Err(broken) if broken.fault == Fault::Empty || !by_name => None,
        Err(broken) => Some(broken.to_string()),
    }
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
    let removal = |finding: &Finding, raw: Range<usize>, written: &[u8]| Removal {
        raw,
        encoded: written != finding.secret.expose(),
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

/// Gives what was found in the text of `part` its place in the raw file, and takes over
/// from what was found there.
fn place(
    detector: &Detector,
    part: &Part<'_>,
    found: &mut [Finding],
    raws: &mut [Raw],
    lines: &mut Cursor<'_>,
) {
    let mut text = Cursor::new(part.text);
    for finding in found {
        let line = finding.location.start.line;
        let span = text.offset(finding.location.start)..text.offset(finding.location.end);
        let raw = part.raw(span);
        let twins = raws.iter_mut().filter(|twin| twin.span.start < raw.end && raw.start < twin.span.end);
        for twin in twins.filter_map(|twin| twin.finding.take()) {
            // The rest of the file may say better whose it is.
            if twin.rule == finding.rule && twin.confidence > finding.confidence {
                finding.confidence = twin.confidence;
                finding.reasons = twin.reasons;
                finding.attribution = twin.attribution;
            }
        }
        let start: Position = lines.position(raw.start);
        finding.location.start = start;
        finding.location.end = lines.position(raw.end);
        name(detector, part, line, finding);
    }
}

/// Gives a finding the name of its cell, with the line of the text in it.
fn name(detector: &Detector, part: &Part<'_>, line: u64, finding: &mut Finding) {
    let cell = format!("{}, line {line}", part.place);
    let path = finding.location.path.clone();
    finding.location.path = path.in_cell(detector.path_name(cell.as_bytes()));
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

    #[test]
    fn words_that_go_through() {
        let (left, right) = ("b10_abcd1234.aaaa", "b".repeat(28));
        for (text, expect) in [
            (format!("[\"x {left}\", \"{right}'\"]"), true),
            (format!("[\"{left}\",\n   \"{right}\"]"), true),
            (format!("[\"{left}\\n\",\"{right}\"]"), false),
            (format!("[\"{left} \",\"{right}\"]"), false),
            (format!("[\"{left}\",\"short\"]"), false),
            (format!("[\"{right}\",\"{right}\"]"), false),
            (format!("[\"{left}\",{right}]"), false),
            (format!("{left}{right}"), false),
            ("\",".to_owned(), false),
        ] {
            assert_eq!(may_join(text.as_bytes()), expect, "{text}");
        }
    }
}
