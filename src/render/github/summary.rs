//! The summary of a job, in GitHub's Markdown: the verdict, a table of the keys, what was
//! read, what is suppressed, and how the keys are revoked.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::super::date;
use super::super::deployed;
use super::super::human::count as counted;
use super::super::sight::is_guess;
use super::super::terminal::name;
use super::markdown::Code;
use super::{ranked, verdict};
use crate::model::{CommitSummary, Coverage, Finding, Place, Report, Skipped, Validity};

/// Most bytes that GitHub takes for the summary of a step, 1 MiB, less some for whatever
/// else the step has to say.
pub const SUMMARY: usize = (1 << 20) - (16 << 10);
/// Places of a key, paths that were skipped and commands that are listed.
const LISTED: usize = 20;
const PLACES: usize = 3;
/// Bytes for the line that says what was left out.
const LEFT_OUT: usize = 200;

/// Writes the summary of `report`, in at most [`SUMMARY`] bytes. Fails only where `out` does.
pub fn write_summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_summary_within(report, SUMMARY, out)
}

/// Writes the summary of `report` in at most `room` bytes: of the keys as many as there is
/// room for, and a line that says how many are left out; nothing where there is not even room
/// for what is said in any case. Fails only where `out` does.
pub fn write_summary_within(report: &Report, room: usize, out: &mut dyn Write) -> io::Result<()> {
    let head = head(report);
    let tail = tail(report);
    let Some(mut room) = room.checked_sub(head.len() + tail.len() + LEFT_OUT) else { return Ok(()) };
    out.write_all(head.as_bytes())?;
    let keys = Key::of(report);
    for (number, key) in keys.iter().enumerate() {
        let row = key.row();
        let Some(left) = room.checked_sub(row.len()) else {
            let count = counted((keys.len() - number) as u64, "key is", "keys are");
            writeln!(out, "\n{count} left out here, for a summary holds no more; a report has them all.")?;
            break;
        };
        room = left;
        out.write_all(row.as_bytes())?;
    }
    out.write_all(tail.as_bytes())
}

/// A leaked key and all that is known of it.
struct Key<'a> {
    /// Its places, the most important first.
    findings: Vec<&'a Finding>,
    validity: Option<&'a Validity>,
    first: Option<&'a CommitSummary>,
}

impl<'a> Key<'a> {
    /// The keys of a report, the most important first.
    fn of(report: &'a Report) -> Vec<Self> {
        let validities: HashMap<&str, &Validity> =
            report.verdicts.iter().map(|verdict| (&*verdict.digest, &verdict.validity)).collect();
        let firsts: HashMap<&str, &CommitSummary> = report
            .exposures
            .iter()
            .filter_map(|exposure| Some((&*exposure.digest, exposure.first.as_ref()?)))
            .collect();
        let (mut keys, mut numbers) = (Vec::<Self>::new(), HashMap::new());
        for finding in ranked(report) {
            let number = *numbers.entry(&*finding.digest).or_insert(keys.len());
            if number == keys.len() {
                let (validity, first) = (validities.get(&*finding.digest), firsts.get(&*finding.digest));
                let (validity, first) = (validity.copied(), first.copied());
                keys.push(Self { findings: Vec::new(), validity, first });
            }
            keys[number].findings.push(finding);
        }
        let is_live = |key: &Self| key.validity.is_some_and(Validity::is_active);
        keys.sort_by_key(|key| Reverse((is_live(key), key.findings[0].confidence)));
        keys
    }

    /// Its row of the table.
    fn row(&self) -> String {
        let best = self.findings[0];
        let mut places: Vec<String> = self.findings.iter().take(PLACES).map(|place| shown(place)).collect();
        if self.findings.len() > PLACES {
            places.push(format!("{} more", self.findings.len() - PLACES));
        }
        let first = self.first.or_else(|| best.origin.as_ref()?.commit.as_ref());
        let first = first.map(|commit| format!("{} {}", Code(short(&commit.id)), date(commit.seconds)));
        let validity = self.validity.map(ToString::to_string);
        format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            Code(&best.key),
            Code(&best.rule),
            best.confidence,
            validity.unwrap_or_default(),
            places.join("<br>"),
            first.unwrap_or_default()
        )
    }
}

fn shown(finding: &Finding) -> String {
    let (path, location) = (name(deployed::path(finding)), &finding.location);
    let path = Code(&path);
    let cell = location.cell().map(|cell| format!(", {}", Code(&name(cell)))).unwrap_or_default();
    if let Some(sight) = &finding.sight {
        return format!("{path} {}{cell}", sight.place());
    }
    if let Some(part) = deployed::part(finding) {
        return format!("{path} {}", Code(&part));
    }
    match location.place {
        Place::Content => format!("{path} line {}{cell}", location.start.line),
        Place::FileName => format!("{path} in the name{cell}"),
    }
}

/// As many digits of an id as tell commits apart.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// The verdict, and the head of the table if there is one.
fn head(report: &Report) -> String {
    let mut text = format!("### baseleak: {}\n", verdict(report));
    let gate = report.gate;
    if !report.findings.is_empty() {
        let outcome = if gate.is_passed() { "lets this through" } else { "stops this" };
        writeln!(
            text,
            "\nThe gate (`--fail-on {}`, at most {}) {outcome}: {} of that kind.\n",
            gate.fail_on,
            gate.max_findings,
            counted(gate.failing, "finding", "findings")
        )
        .expect("writing to a string cannot fail");
        text.push_str("| Key | Rule | Confidence | Validity | Places | First commit |\n");
        text.push_str("|---|---|---|---|---|---|\n");
    }
    text
}

/// What was read, what was not, what is suppressed, and what is to be done.
fn tail(report: &Report) -> String {
    let Coverage { files, objects, members, images, documents, bytes, .. } = &report.coverage;
    let more = [(images, "image", "images"), (documents, "document", "documents")];
    let more = more.into_iter().filter(|(number, ..)| **number > 0);
    let mut others = String::new();
    for (number, one, many) in more {
        others.extend([&*counted(*number, one, many), ", "]);
    }
    let mut lines = vec![format!(
        "\nRead: {}, {}, {}, {others}{bytes} bytes.\n",
        counted(*files, "file", "files"),
        counted(*objects, "object", "objects"),
        counted(*members, "member of archives", "members of archives")
    )];
    let skipped = &report.coverage.skipped;
    if !skipped.is_empty() {
        let count = counted(skipped.len() as u64, "path", "paths");
        lines.push(format!("\n**Not read, so this is no verdict: {count}.**\n\n"));
        let told = |entry: &Skipped| {
            format!("- {}: {}\n", Code(&name(entry.path.as_str())), Code(&entry.reason.to_string()))
        };
        lines.extend(skipped.iter().take(LISTED).map(told));
        if skipped.len() > LISTED {
            lines.push(format!("- {} more\n", skipped.len() - LISTED));
        }
    }
    if !report.suppressed.is_empty() {
        let count = counted(report.suppressed.len() as u64, "finding is", "findings are");
        lines.push(format!("\n{count} suppressed, and not in the table.\n"));
    }
    lines.extend(commands(report));
    lines.concat()
}

/// How the keys are revoked that can be named and are not known to be dead.
fn commands(report: &Report) -> Vec<String> {
    let is_dead = |key: &Key<'_>| matches!(key.validity, Some(Validity::Inactive(_)));
    let keys = Key::of(report);
    let left = keys.iter().filter(|key| !is_dead(key));
    let (guessed, left): (Vec<&Key<'_>>, Vec<_>) =
        left.partition(|key| key.findings.iter().all(|finding| is_guess(finding)));
    let mut lines = Vec::new();
    if !guessed.is_empty() {
        let count = counted(guessed.len() as u64, "key was", "keys were");
        lines.push(format!(
            "\n{count} read in an image and may be one of several: `baseleak revoke REPORT` finds out which.\n"
        ));
    }
    let left = left.into_iter().map(|key| &*key.findings[0].key);
    // What stands in a block of code is not escaped, so only what is a prefix may.
    let is_prefix = |key: &&str| key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let prefixes: Vec<&str> = left.filter(is_prefix).collect();
    if prefixes.is_empty() {
        return lines;
    }
    lines.push("\nTo revoke, with a key of an administrator at hand:\n\n```sh\n".to_owned());
    let command = |prefix: &&str| format!("baseleak revoke --prefix {prefix}\n");
    lines.extend(prefixes.iter().take(LISTED).map(command));
    lines.push("```\n".to_owned());
    if prefixes.len() > LISTED {
        let more = counted((prefixes.len() - LISTED) as u64, "more key", "more keys");
        lines.push(format!("\nand {more}: `baseleak revoke REPORT` takes a report in JSON.\n"));
    }
    lines
}
