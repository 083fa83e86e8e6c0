//! What the verdict stands on: what was settled before, what was read and what was not, and
//! the rules in force.

use std::io::{self, Write};

use super::super::human::{passed_over, size};
use super::place::{self, fact};
use super::text::{count, name, text};
use crate::model::{PathName, Report};

/// How many rows of a list are shown at once; more stand behind a line that opens them.
const OPEN: usize = 20;

/// Writes what does not count and why, and what is to be said of the entries that decide it.
pub(super) fn write_settled(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.suppressed.is_empty() && report.entries.is_empty() {
        return Ok(());
    }
    out.write_all(b"<section id=\"suppressed\" aria-labelledby=\"settled\">\n<h2 id=\"settled\">Settled findings</h2>\n")?;
    if !report.suppressed.is_empty() {
        let number = count(report.suppressed.len(), "finding is", "findings are");
        writeln!(
            out,
            "<details><summary>{number} suppressed, and not counted above</summary>\n<ol class=\"places\">"
        )?;
        for suppressed in &report.suppressed {
            place::write_suppressed(&suppressed.finding, &suppressed.by, out)?;
        }
        out.write_all(b"</ol></details>\n")?;
    }
    if !report.entries.is_empty() {
        let rows = report.entries.iter().map(|note| {
            [
                name(&note.place).to_string(),
                name(&note.entry).to_string(),
                text(&note.state.to_string()).to_string(),
            ]
        });
        out.write_all(b"<h3>Entries to look at</h3>\n")?;
        table(["Where", "Entry", "What is to be said"], rows, out)?;
    }
    out.write_all(b"</section>\n")
}

/// Writes what was read, and what was not.
pub(super) fn write_coverage(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let coverage = &report.coverage;
    out.write_all(
        b"<section aria-labelledby=\"read\">\n<h2 id=\"read\">What was read</h2>\n<dl class=\"facts\">",
    )?;
    fact("Files", coverage.files, out)?;
    for (what, number) in [
        ("Objects of the history", coverage.objects),
        ("Members of archives", coverage.members),
        ("Images", coverage.images),
        ("Documents of front ends", coverage.documents),
    ] {
        if number > 0 {
            fact(what, number, out)?;
        }
    }
    fact("Bytes", size(coverage.bytes.into()), out)?;
    let passed = passed_over(coverage);
    fact("Passed over", if passed.is_empty() { "nothing".to_owned() } else { passed.join(", ") }, out)?;
    let config = report.config.as_ref().map(|file| name(file.as_str()).to_string());
    fact("Configuration", config.unwrap_or_else(|| "none".to_owned()), out)?;
    out.write_all(b"</dl>\n")?;
    if coverage.files + coverage.objects + coverage.documents == 0 {
        out.write_all(b"<p>No file was read.</p>\n")?;
    }
    if coverage.ignored > 0 {
        out.write_all(
            b"<p>Files that git ignores were not read, and often hold keys; <code>--no-ignore</code> reads \
              them.</p>\n",
        )?;
    }
    let row = |path: &PathName, why: String| [name(path.as_str()).to_string(), name(&why).to_string()];
    if !coverage.skipped.is_empty() {
        out.write_all(
            b"<h3 id=\"skipped\">Skipped</h3>\n<p>This was asked for and could not be read. It may hold \
              keys.</p>\n",
        )?;
        let rows = coverage.skipped.iter().map(|skipped| row(&skipped.path, skipped.reason.to_string()));
        table(["Path", "Why"], rows, out)?;
    }
    if !coverage.notes.is_empty() {
        out.write_all(b"<h3>Notes</h3>\n<p>This was read in a lesser way than it could be.</p>\n")?;
        let rows = coverage.notes.iter().map(|note| row(&note.path, note.kind.to_string()));
        table(["Path", "Note"], rows, out)?;
    }
    out.write_all(b"</section>\n")
}

/// Writes the rules in force, and those that were disabled.
pub(super) fn write_rules(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<section aria-labelledby=\"rules\">\n<h2 id=\"rules\">Rules in force</h2>\n")?;
    if report.rules.is_empty() {
        out.write_all(b"<p>None: nothing could be found.</p>\n")?;
    } else {
        let rows = report
            .rules
            .iter()
            .map(|rule| [format!("<code>{}</code>", name(&rule.id)), name(&rule.description).to_string()]);
        table(["Rule", "Finds"], rows, out)?;
    }
    if !report.disabled.is_empty() {
        let disabled: Vec<String> = report.disabled.iter().map(|id| name(id).to_string()).collect();
        writeln!(out, "<p>Disabled: {}.</p>", disabled.join(", "))?;
    }
    out.write_all(b"</section>\n")
}

/// Writes a table; a long one goes on behind a line that opens the rest. Cells are HTML.
fn table<const N: usize>(
    heads: [&str; N],
    mut rows: impl ExactSizeIterator<Item = [String; N]>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let more = rows.len().saturating_sub(OPEN);
    part(heads, rows.by_ref().take(OPEN), out)?;
    if more > 0 {
        writeln!(out, "<details><summary>{more} more</summary>")?;
        part(heads, rows, out)?;
        out.write_all(b"</details>\n")?;
    }
    Ok(())
}

fn part<const N: usize>(
    heads: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
    out: &mut dyn Write,
) -> io::Result<()> {
    out.write_all(b"<table><thead><tr>")?;
    for head in heads {
        write!(out, "<th scope=\"col\">{head}</th>")?;
    }
    out.write_all(b"</tr></thead><tbody>\n")?;
    for row in rows {
        writeln!(out, "<tr><td>{}</td></tr>", row.join("</td><td>"))?;
    }
    out.write_all(b"</tbody></table>\n")
}
