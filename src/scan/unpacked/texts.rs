//! Scans a file of JSON text by text and joins that with what its raw bytes gave.
//!
//! A secret is told once: at its line and column in the file, for an editor, and with the
//! place of its text (a cell, a source file), for whoever has that open.

use std::fmt::Display;
use std::ops::Range;

use crate::detect::Detector;
use crate::model::{Blob, Finding, Note, NoteKind, Position, Provenance};
use crate::unpack::Part;

use super::cursor::Cursor;

/// What the user should know of a file that was scanned text by text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// Why it was read as plain text, or something in it was.
    pub(super) why: Option<String>,
    /// Whether something that is encoded in one of its texts was not decoded to its end.
    pub(super) cut_short: bool,
}

impl Told {
    /// That the file was not looked into at all.
    pub(super) fn lost(why: &str) -> Self {
        Self { why: Some(why.to_owned()), cut_short: false }
    }

    /// The notes that say so of the file at the path `shown`.
    pub(super) fn notes(self, detector: &Detector, shown: &[u8]) -> impl Iterator<Item = Note> {
        let why = self.why.map(NoteKind::Notebook);
        let kinds = why.into_iter().chain(self.cut_short.then_some(NoteKind::Encoded));
        kinds.map(move |kind| Note { path: detector.path_name(shown), kind })
    }
}

/// A finding in the raw bytes.
struct Raw {
    span: Range<usize>,
    /// Gone where a text tells of it.
    finding: Option<Finding>,
}

/// Scans the texts of one file, which come in the order of the file.
pub(super) struct Texts<'t> {
    detector: &'t Detector,
    provenance: Provenance<'t>,
    lines: Cursor<'t>,
    raws: Vec<Raw>,
    found: Vec<Finding>,
    cut_short: bool,
}

impl<'t> Texts<'t> {
    /// `findings` are those in the raw `bytes`; they are taken out until it is finished.
    pub(super) fn new(
        detector: &'t Detector,
        bytes: &'t [u8],
        provenance: Provenance<'t>,
        findings: &mut Vec<Finding>,
    ) -> Self {
        let mut lines = Cursor::new(bytes);
        let mut raws: Vec<Raw> = findings
            .drain(..)
            .map(|mut finding| {
                let span = lines.offset(finding.location.start)..lines.offset(finding.location.end);
                // JSON has no comments: what looks like one stands in a text, and holds there alone.
                finding.inline = None;
                Raw { span, finding: Some(finding) }
            })
            .collect();
        raws.sort_by_key(|raw| raw.span.start);
        Self { detector, provenance, lines, raws, found: Vec::new(), cut_short: false }
    }

    /// Scans one text.
    pub(super) fn scan<P: Display>(&mut self, part: &Part<'_, P>) {
        let Self { detector, provenance, lines, raws, found, cut_short } = self;
        let first = found.len();
        *cut_short |= !detector.scan(&Blob::whole(part.text, *provenance), found);
        let within = raws.partition_point(|raw| raw.span.start < part.value.start);
        let count = raws[within..].partition_point(|raw| raw.span.start < part.value.end);
        let raws = &mut raws[within..within + count];
        if found.len() > first {
            place(detector, part, &mut found[first..], raws, lines);
        }
        for raw in raws {
            let span = part.span(&raw.span).filter(|span| !span.is_empty());
            if let (Some(finding), Some(span)) = (&mut raw.finding, span)
                && finding.location.cell().is_none()
            {
                name(detector, part, part.line(span.start), finding);
            }
        }
    }

    /// Adds all findings to `findings`; whether something was not decoded to its end.
    pub(super) fn finish(mut self, findings: &mut Vec<Finding>) -> bool {
        findings.extend(self.raws.into_iter().filter_map(|raw| raw.finding));
        findings.append(&mut self.found);
        self.cut_short
    }
}

/// Gives what was found in the text of `part` its place in the raw file, and takes over
/// from what was found there.
fn place<P: Display>(
    detector: &Detector,
    part: &Part<'_, P>,
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
        let end = lines.position(raw.end);
        if let Some(comment) = &mut finding.inline {
            comment.line = match comment.line {
                // The line above is one in the file, too, unless it stands on the same.
                above if above < line => start.line - u64::from(!breaks(lines.line_before(raw.start))),
                first if first == line => start.line,
                _ => end.line,
            };
        }
        (finding.location.start, finding.location.end) = (start, end);
        name(detector, part, line, finding);
    }
}

/// Whether a line of JSON has the end of a line of its text in it.
fn breaks(line: &[u8]) -> bool {
    let slashes = |at: usize| line[..at].iter().rev().take_while(|&&byte| byte == b'\\').count();
    memchr::memmem::find_iter(line, br"\n").any(|at| slashes(at) % 2 == 0)
}

/// Gives a finding the name of its text's place, with the line of the text in it.
fn name<P: Display>(detector: &Detector, part: &Part<'_, P>, line: u64, finding: &mut Finding) {
    let cell = format!("{}, line {line}", part.place);
    let path = finding.location.path.clone();
    finding.location.path = path.in_cell(detector.path_name(cell.as_bytes()));
}
