//! A report as workflow commands of GitHub Actions: annotations on the files of a pull
//! request, and a summary of the job in Markdown.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without
//! a word. So the most important come first, and what has no annotation is listed in the log.
//!
//! **Invariant:** every text that is not this file's own passes through `command` or
//! `markdown`, so that nothing that stands in a repository begins a command, a link or
//! a tag.

mod command;
mod markdown;
mod summary;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::HashSet;
use std::io::{self, Write};
use std::iter;

use command::{Level, harmless};
pub use command::{Muted, muted};
pub use summary::{SUMMARY, write_summary, write_summary_within};

use super::Tally;
use super::human::count as counted;
use super::terminal::{is_hidden, name};
use super::{deployed, sight};
use crate::model::{EntryState, Finding, ObjectKind, Origin, PathName, Place, Report, Seen};

/// How many annotations of each level GitHub shows for a step, by its documentation of
/// workflow commands and of the limits of annotations.
const SHOWN: usize = 10;

/// Writes `report`. Fails only where `out` does.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let skipped = &report.coverage.skipped;
    let mut room = Room::default();
    if let Some(first) = skipped.first() {
        let (count, verb) = (counted(skipped.len() as u64, "path", "paths"), "not read, and may hold keys");
        let path = name(first.path.as_str());
        let message = format!("{count} {verb}: {path}: {}", first.reason);
        Level::Error.write(&[("title", "the scan is incomplete")], &[message], out)?;
        room.errors += 1;
    }
    // Two notices tell of what is not shown.
    room.notices += usize::from(!report.suppressed.is_empty()) + 1;
    let mut rest = Vec::new();
    for finding in ranked(report) {
        let level = Level::of(finding.confidence);
        if room.take(level) {
            annotate(finding, level, out)?;
        } else {
            rest.push(finding);
        }
    }
    entries(report, &mut room, out)?;
    if !report.suppressed.is_empty() {
        let number = report.suppressed.len() as u64;
        let verb = if number == 1 { "does" } else { "do" };
        let message =
            format!("{} suppressed, and {verb} not count", counted(number, "finding is", "findings are"));
        Level::Notice.write(&[("title", "suppressed")], &[message], out)?;
    }
    if !rest.is_empty() {
        let message = counted(rest.len() as u64, "more finding", "more findings");
        let message = format!("{message} without an annotation, in the log of this step and the summary");
        Level::Notice.write(&[("title", "more findings")], &[message], out)?;
        list(&rest, out)?;
    }
    writeln!(out, "{}", verdict(report))
}

/// How many annotations of each level there are.
#[derive(Default)]
struct Room {
    errors: usize,
    warnings: usize,
    notices: usize,
}

impl Room {
    /// Whether there is room for one more of this level, which is taken.
    fn take(&mut self, level: Level) -> bool {
        let taken = match level {
            Level::Error => &mut self.errors,
            Level::Warning => &mut self.warnings,
            Level::Notice => &mut self.notices,
        };
        let is_free = *taken < SHOWN;
        *taken += usize::from(is_free);
        is_free
    }
}

/// The findings, the most important first: live keys, then by confidence; the first place of
/// each key before more places of one that was told; what is in a file of the work tree, where
/// its annotation is seen, before what is in none; then as reported.
fn ranked(report: &Report) -> Vec<&Finding> {
    let live: HashSet<&str> = active(report);
    let rank = |finding: &Finding| (live.contains(&*finding.digest), finding.confidence);
    let findings = report.findings.iter().map(|finding| (finding, file(finding).is_some()));
    let mut findings: Vec<(&Finding, bool)> = findings.collect();
    findings.sort_by_key(|(finding, has_file)| Reverse((rank(finding), *has_file)));
    let mut told = HashSet::new();
    let mut findings: Vec<(&Finding, bool)> =
        findings.into_iter().map(|(finding, _)| (finding, told.insert(&*finding.digest))).collect();
    findings.sort_by_key(|(finding, is_first)| Reverse((rank(finding), *is_first)));
    findings.into_iter().map(|(finding, _)| finding).collect()
}

/// The digests of the keys that are live.
fn active(report: &Report) -> HashSet<&str> {
    let active = report.verdicts.iter().filter(|verdict| verdict.validity.is_active());
    active.map(|verdict| &*verdict.digest).collect()
}

fn annotate(finding: &Finding, level: Level, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("{} leaks", finding.key);
    let (start, end) = (finding.location.start, finding.location.end);
    let numbers = [start.line, end.line, start.column, end.column - 1].map(|number| number.to_string());
    let mut properties: Vec<(&str, &str)> = Vec::new();
    let file = file(finding);
    if let Some((file, is_itself)) = &file {
        let is_itself = *is_itself;
        properties.push((command::FILE, file));
        if is_itself {
            properties.extend([("line", &*numbers[0]), ("endLine", &*numbers[1])]);
        }
        // Columns of an annotation over several lines are refused, and those of an image say nothing.
        if is_itself && start.line == end.line && finding.sight.is_none() {
            properties.extend([("col", &*numbers[2]), ("endColumn", &*numbers[3])]);
        }
    }
    properties.push(("title", &title));
    let reasons = sight::reasons(finding).map(|reason| format!("- {reason}"));
    let message: Vec<String> = iter::once(line_of(finding)).chain(reasons).collect();
    level.write(&properties, &message, out)
}

/// What hides nothing though somebody meant it to. Those that there is no room for are lines
/// of the log.
fn entries(report: &Report, room: &mut Room, out: &mut dyn Write) -> io::Result<()> {
    for entry in report.entries.iter().filter(|entry| entry.state != EntryState::Unused) {
        let message = format!("{}: {} {}", entry.place, entry.entry, entry.state);
        if room.take(Level::Warning) {
            Level::Warning.write(&[("title", "a suppression to look at")], &[message], out)?;
        } else {
            writeln!(out, "{}", harmless(&message))?;
        }
    }
    Ok(())
}

/// A finding in a line.
fn line_of(finding: &Finding) -> String {
    let Finding { rule, confidence, key, .. } = finding;
    let (path, cell) = (name(deployed::path(finding)), finding.location.cell().map(name));
    let cell = cell.map(|cell| format!(" ({cell})")).unwrap_or_default();
    let place = match (&finding.sight, deployed::part(finding), finding.location.place) {
        (Some(sight), ..) => {
            format!("{}{cell}, {}", sight.place(), sight::reading(finding, sight))
        }
        (None, Some(part), _) => part,
        (None, None, Place::FileName) => "in the file name".to_owned(),
        (None, None, Place::Content) => format!("line {}{cell}", finding.location.start.line),
    };
    let from = finding.origin.as_ref().map(from).unwrap_or_default();
    let from = from + &front_end(finding);
    format!("{rule} ({confidence}): {key} in {path}, {place}{from}")
}

/// The way through a front end and what it was made from, as the end of a line.
fn front_end(finding: &Finding) -> String {
    let Some(deployed) = &finding.deployed else { return String::new() };
    let way = deployed::way(finding, deployed).map(|way| format!(", by way of {}", name(&way)));
    let original = deployed.original.as_ref().map(deployed::original);
    let original = original.map(|original| format!(", made from {}", name(&original)));
    let sent = if deployed.is_sent_to_baseten { ", sent to Baseten by a browser" } else { "" };
    format!("{}{}{sent}", way.unwrap_or_default(), original.unwrap_or_default())
}

/// Where in a history it comes from, as the end of a line. What stands in no file has the
/// object in the place of the path.
fn from(origin: &Origin) -> String {
    let head = if origin.in_head { "" } else { ", not in HEAD" };
    match &origin.commit {
        Some(commit) if commit.id == origin.object => head.to_owned(),
        Some(commit) => format!(", since commit {} of {}{head}", commit.id, super::date(commit.seconds)),
        None => format!(", in {} {}, which no commit carries", origin.kind, origin.object),
    }
}

/// The file of the work tree that a finding stands in, as the system has its name, and whether
/// its lines are those of the file itself and not of a member of it.
fn file(finding: &Finding) -> Option<(String, bool)> {
    let is_there = match &finding.origin {
        None => true,
        Some(origin) => origin.in_head && origin.kind == ObjectKind::Blob,
    };
    let is_there = is_there || finding.seen.contains(&Seen::Tree);
    let (path, member) = finding.relative.file_and_member();
    // Where a name is masked, no file is called so; and git's own files are in no work tree.
    // An address is no file.
    if finding.deployed.is_some() || !is_there || path.contains("****") || path.starts_with(".git/") {
        return None;
    }
    // Nor can a command hold a name that is not UTF-8.
    let path = String::from_utf8(PathName::of_shown(path).to_bytes()).ok()?;
    // What would act on a terminal or hide in it is written out, and then it is no such file.
    if path.chars().any(|one| is_hidden(one) && !matches!(one, '\t' | '\r' | '\n')) {
        return None;
    }
    Some((path, member.is_none() && finding.location.place == Place::Content))
}

/// Findings as lines of the log that are folded away.
fn list(findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "::group::{}", counted(findings.len() as u64, "more finding", "more findings"))?;
    for finding in findings {
        writeln!(out, "- {}", harmless(&line_of(finding)))?;
    }
    writeln!(out, "::endgroup::")
}

/// What it all comes to, in words.
fn verdict(report: &Report) -> String {
    let Tally { findings, keys, .. } = Tally::of(report);
    let found = match findings {
        0 => "no keys found".to_owned(),
        _ => format!(
            "{} of {}",
            counted(findings, "finding", "findings"),
            counted(keys, "distinct key", "distinct keys")
        ),
    };
    match report.coverage.skipped.len() as u64 {
        0 => found,
        skipped => format!("{found}, and incomplete: {} not read", counted(skipped, "path", "paths")),
    }
}
