//! A report as a table: comma-separated values as RFC 4180 has them, in UTF-8, a row for
//! each finding, those that do not count included.
//!
//! What was read and what was not has no row: the exit code and the other formats tell it.
//!
//! **Invariant:** no cell begins as a formula does, so that a spreadsheet shows what a
//! scanned file says and does not carry it out; and a row is one line.

#[cfg(test)]
pub(super) mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;
use std::io::{self, Write};

use super::deployed;
use super::terminal::{name, sanitise};
use crate::model::{Finding, Place, Report, Sight, Suppression, Validity};

/// The names of the columns, in their order.
pub const COLUMNS: [&str; 30] = [
    "key",
    "rule",
    "confidence",
    "attribution",
    "validity",
    "path",
    "place",
    "cell",
    "line",
    "column",
    "end_line",
    "end_column",
    "commit",
    "author",
    "date",
    "in_head",
    "encodings",
    "seen_in",
    "fingerprint",
    "digest",
    "suppression",
    "reason",
    "snippet",
    "region",
    "certainty",
    "variants",
    "via",
    "part",
    "original",
    "sent_to_baseten",
];

/// Writes `report`. Fails only where `out` does.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let validities: HashMap<&str, &Validity> =
        report.verdicts.iter().map(|verdict| (&*verdict.digest, &verdict.validity)).collect();
    write_row(COLUMNS.iter().copied().map(Cow::from), out)?;
    for finding in &report.findings {
        write_finding(finding, None, &validities, out)?;
    }
    for suppressed in &report.suppressed {
        write_finding(&suppressed.finding, Some(&suppressed.by), &validities, out)?;
    }
    Ok(())
}

fn write_finding(
    finding: &Finding,
    by: Option<&Suppression>,
    validities: &HashMap<&str, &Validity>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (location, snippet) = (&finding.location, &finding.snippet);
    let origin = finding.origin.as_ref();
    let commit = origin.and_then(|origin| origin.commit.as_ref());
    let shown = |value: &dyn Display| Cow::from(value.to_string());
    let place = match location.place {
        Place::Content => "content",
        Place::FileName => "file-name",
    };
    let (sight, web) = (finding.sight.as_deref(), finding.deployed.as_deref());
    let via = web.map(|web| words(&web.via)).unwrap_or_default();
    let original = web.and_then(|web| web.original.as_ref()).map(deployed::original).unwrap_or_default();
    let part = web.map(|web| [deployed::word(&web.part), deployed::header(&web.part).unwrap_or_default()]);
    let row: [Cow<'_, str>; COLUMNS.len()] = [
        Cow::from(&finding.key),
        Cow::from(&*finding.rule),
        shown(&finding.confidence),
        shown(&finding.attribution),
        validities.get(finding.digest.as_str()).map(|validity| shown(validity)).unwrap_or_default(),
        name(deployed::path(finding)),
        Cow::from(place),
        name(location.cell().unwrap_or_default()),
        shown(&location.start.line),
        shown(&location.start.column),
        shown(&location.end.line),
        shown(&location.end.column),
        Cow::from(commit.map_or("", |commit| &commit.id)),
        name(commit.map_or("", |commit| &commit.author)),
        Cow::from(commit.map_or_else(String::new, |commit| super::date(commit.seconds))),
        origin.map(|origin| shown(&origin.in_head)).unwrap_or_default(),
        Cow::from(words(&finding.encodings)),
        Cow::from(words(&finding.seen)),
        shown(&finding.fingerprint),
        Cow::from(&finding.digest),
        Cow::from(by.map_or("", |by| by.kind.word())),
        Cow::from(by.and_then(|by| by.reason.as_deref()).unwrap_or_default()),
        Cow::from(format!("{}{}{}", snippet.before, snippet.mask, snippet.after)),
        Cow::from(sight.map(Sight::place).unwrap_or_default()),
        sight.map(|sight| shown(&sight.certainty)).unwrap_or_default(),
        Cow::from(sight.map(|sight| sight.variants.join(" ")).unwrap_or_default()),
        name(&via),
        Cow::from(part.map(|part| part.join(" ").trim_end().to_owned()).unwrap_or_default()),
        name(&original),
        web.map(|web| shown(&web.is_sent_to_baseten)).unwrap_or_default(),
    ];
    write_row(row.into_iter(), out)
}

fn words(list: &[impl Display]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn write_row<'a>(cells: impl Iterator<Item = Cow<'a, str>>, out: &mut dyn Write) -> io::Result<()> {
    for (number, text) in cells.enumerate() {
        if number > 0 {
            out.write_all(b",")?;
        }
        out.write_all(cell(&text).as_bytes())?;
    }
    out.write_all(b"\r\n")
}

/// `text` as a cell: what does not show written out, a formula made a text, and in quotes
/// where RFC 4180 wants them.
fn cell(text: &str) -> Cow<'_, str> {
    let shown = sanitise(text);
    let apostrophe = if seems_formula(&shown) { "'" } else { "" };
    if !shown.contains([',', '"', ';', '|']) && !shown.starts_with(' ') && !shown.ends_with(' ') {
        return if apostrophe.is_empty() { shown } else { Cow::from(format!("{apostrophe}{shown}")) };
    }
    Cow::from(format!("\"{apostrophe}{}\"", shown.replace('"', "\"\"")))
}

/// Whether a spreadsheet could take a cell for a formula: one of its signs begins it, also
/// behind blanks and quotes, which some of them take away. An apostrophe at the beginning
/// counts as well, so that one apostrophe can be taken away from every cell that begins
/// with one.
///
/// The signs are those that OWASP lists for the injection of CSV; a tab and a line's end,
/// which it lists too, were written out before.
fn seems_formula(shown: &str) -> bool {
    let rest = shown.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    let signs = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    shown.starts_with('\'') || rest.starts_with(signs)
}
