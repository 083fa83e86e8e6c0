//! A comparison for a person: what is new first, what is still there only counted, and the
//! verdict as the last line.
//!
//! **Invariant:** every text of a report passes through [`sanitise`].

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};

use baseleak::render::terminal::{name, sanitise};
use colored::{ColoredString, Colorize};

use super::{Comparison, Found};

/// Writes `comparison` for a person. Fails only where `out` does.
pub(crate) fn write(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Comparison { new, moved, fixed, settled, still, notes, .. } = comparison;
    let news = new.iter().map(|(found, was_settled)| {
        let why = if *was_settled { ", no longer suppressed" } else { "" };
        format!("+ {}{why}", line(found))
    });
    list("new".red(), news, out)?;
    let moves = moved.iter().map(|(from, to)| format!("> {}, which was {}", line(to), place(from)));
    list("moved".yellow(), moves, out)?;
    list("fixed".green(), fixed.iter().map(|found| format!("- {}", line(found))), out)?;
    let hushed = settled.iter().map(|found| {
        let by = found.suppression.as_ref().map(|by| match &*by.place {
            "" => format!(" by {}", sanitise(&by.kind)),
            place => format!(" by {} at {}", sanitise(&by.kind), name(place)),
        });
        format!("~ {}, suppressed{}", line(found), by.unwrap_or_default())
    });
    list("settled".cyan(), hushed, out)?;
    keys("new", &comparison.new_keys, out)?;
    keys("gone", &comparison.gone_keys, out)?;
    writeln!(out, "{} still there", count(still.len(), "finding", "findings"))?;
    for note in notes {
        writeln!(out, "{} {}", "note:".yellow(), sanitise(&note.text))?;
    }
    if !fixed.is_empty() {
        let hint = "a key that is out of the files is live until it is revoked: `baseleak verify OLD` tells";
        writeln!(out, "{} {hint}", "hint:".cyan())?;
    }
    writeln!(out, "{}", verdict(comparison).bold())
}

fn verdict(comparison: &Comparison<'_>) -> ColoredString {
    let new = count(comparison.new.len(), "new finding", "new findings");
    match (comparison.new.len(), comparison.new_scan.is_complete()) {
        (0, true) => "nothing new".green(),
        (_, true) => new.red(),
        (0, false) => "incomplete: the new scan did not read all, so there is no verdict".yellow(),
        (_, false) => format!("{new}, and incomplete: the new scan did not read all").red(),
    }
}

/// Lines under how many they are and what; nothing where there are none.
fn list(
    title: ColoredString,
    lines: impl ExactSizeIterator<Item = String>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if lines.len() == 0 {
        return Ok(());
    }
    writeln!(out, "{} {}:", lines.len(), title.bold())?;
    for line in lines {
        writeln!(out, "  {line}")?;
    }
    writeln!(out)
}

/// Which keys are new or gone altogether, in a line.
fn keys(what: &str, keys: &BTreeSet<(&str, &str)>, out: &mut dyn Write) -> io::Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let names: Vec<Cow<'_, str>> = keys.iter().map(|(key, _)| sanitise(key)).collect();
    writeln!(out, "{} {what} altogether: {}", count(keys.len(), "key", "keys"), names.join(", "))
}

fn line(found: &Found) -> String {
    let (rule, key) = (sanitise(&found.rule), sanitise(&found.key).bold());
    format!("{}: {} {rule} {key}", place(found), sanitise(&found.confidence))
}

/// Where it stands, as the reports for people write it.
fn place(found: &Found) -> String {
    let path = name(&found.path);
    let cell = found.cell.as_deref().map(|cell| format!(" ({})", name(cell))).unwrap_or_default();
    if let Some(regions) = found.regions() {
        return format!("{path} ({regions}){cell}");
    }
    match &*found.place {
        "content" => format!("{path}:{}:{}{cell}", found.line, found.column),
        _ => format!("{path}: in the file name"),
    }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
