//! A report for a person at a terminal: a block per finding, those of a history
//! under the key they leak, what was skipped, the totals, and the verdict as the last line.
//!
//! Whether colours are written is `colored`'s own switch, which the program
//! sets; they never carry meaning that the text does not. The layout is free to
//! change between versions: programs read [`super::json`].
//!
//! **Invariant:** every text that is not this file's own passes through
//! [`sanitise`], and a secret is written only if
//! [`show_secrets`](HumanOptions::show_secrets) asks for it.

mod hints;
mod history;
mod place;
mod settled;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use colored::{ColoredString, Colorize};

use super::terminal::{name, sanitise};
use super::{Tally, sight, verdicts};
use crate::model::{Confidence, Coverage, Finding, Report, Secret, Skipped, Suppression, Validity};

/// How many notes and skipped entries are listed before the rest is only counted.
const LISTED: usize = 20;

/// What a person may choose, and the one fact that is not in the report.
#[derive(Debug, Clone, Copy)]
pub struct HumanOptions {
    /// Write secrets in place of their masks.
    pub show_secrets: bool,
    /// List what is suppressed, too; without it that is only counted.
    pub show_suppressed: bool,
    /// Wall time of the scan.
    pub elapsed: Duration,
}

/// Writes `report` for a person. Fails only where `out` does.
pub fn write(report: &Report, options: &HumanOptions, out: &mut dyn Write) -> io::Result<()> {
    let validities: HashMap<&str, &Validity> =
        report.verdicts.iter().map(|verdict| (&*verdict.digest, &verdict.validity)).collect();
    for group in history::groups(report, options.show_suppressed) {
        group.write_heading(out)?;
        for finding in group.findings {
            let shown = Shown {
                secret: options.show_secrets,
                validity: validities.get(&*finding.digest).copied(),
                by: None,
            };
            write_finding(finding, shown, out)?;
        }
        // Nobody needs the secret of what is settled.
        for one in group.suppressed {
            write_finding(&one.finding, Shown { secret: false, validity: None, by: Some(&one.by) }, out)?;
        }
    }
    let entries = report.entries.iter();
    let entries = entries.map(|note| (&*note.place, format!("{} {}", note.entry, note.state)));
    write_list(&count(report.entries.len() as u64, "entry to look at", "entries to look at"), entries, out)?;
    let coverage = &report.coverage;
    let notes = coverage.notes.iter().map(|note| (note.path.as_str(), note.kind.to_string()));
    write_list(&count(coverage.notes.len() as u64, "note", "notes"), notes, out)?;
    let skipped = coverage.skipped.iter().map(|entry| (entry.path.as_str(), entry.reason.to_string()));
    write_list(&format!("{} skipped", paths(&coverage.skipped)), skipped, out)?;
    write_summary(report, options, out)
}

/// What is shown of a finding beside itself.
#[derive(Clone, Copy)]
struct Shown<'r> {
    /// The secret in place of its mask.
    secret: bool,
    validity: Option<&'r Validity>,
    /// What settled it.
    by: Option<&'r Suppression>,
}

fn write_finding(finding: &Finding, shown: Shown<'_>, out: &mut dyn Write) -> io::Result<()> {
    let location = &finding.location;
    let place = place::heading(finding);
    let (rule, key) = (sanitise(&finding.rule), sanitise(&finding.key).bold());
    let state = if shown.by.is_some() { "suppressed " } else { "" };
    writeln!(out, "{place} {state}{} {rule} {key}", confidence(finding.confidence))?;

    let snippet = &finding.snippet;
    let (before, after) = (sanitise(snippet.before.trim_start()), sanitise(snippet.after.trim_end()));
    let middle = if shown.secret { plain(&finding.secret) } else { snippet.mask.clone() };
    if !(before.is_empty() && middle.is_empty() && after.is_empty()) {
        writeln!(out, "  | {before}{}{after}", sanitise(&middle).red().bold())?;
    }
    if let Some(cell) = location.cell() {
        writeln!(out, "  @ {}", name(cell))?;
    }
    place::write_front_end(finding, out)?;
    if !finding.encodings.is_empty() {
        let chain: Vec<String> = finding.encodings.iter().map(ToString::to_string).collect();
        writeln!(out, "  = decoded from {}", chain.join(" → "))?;
    }
    history::write_seen(&finding.seen, out)?;
    if let Some(origin) = &finding.origin {
        history::write_origin(origin, out)?;
    }
    for reason in sight::reasons(finding) {
        writeln!(out, "  = {}", sanitise(&reason.to_string()))?;
    }
    place::write_reading(finding, out)?;
    if let Some(by) = shown.by {
        settled::write_why(by, out)?;
    }
    if let Some(validity) = shown.validity {
        writeln!(out, "  ! {}: {}", verdicts::word(validity), sanitise(&verdicts::told(validity)))?;
    }
    writeln!(out)
}

fn confidence(confidence: Confidence) -> ColoredString {
    let word = confidence.to_string();
    match confidence {
        Confidence::High => word.red().bold(),
        Confidence::Medium => word.yellow().bold(),
        Confidence::Low => word.cyan(),
    }
}

/// A secret as text, bytes that are not UTF-8 written `\xNN`.
fn plain(secret: &Secret) -> String {
    let mut text = String::with_capacity(secret.expose().len());
    for piece in secret.expose().utf8_chunks() {
        text.push_str(piece.valid());
        for byte in piece.invalid() {
            write!(text, "\\x{byte:02X}").expect("writing to a string does not fail");
        }
    }
    text
}

/// Places with what is to be said of each, under a title; nothing where there are none.
fn write_list<'r>(
    title: &str,
    entries: impl ExactSizeIterator<Item = (&'r str, String)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let number = entries.len();
    if number == 0 {
        return Ok(());
    }
    writeln!(out, "{}", format!("{title}:").bold())?;
    for (path, what) in entries.take(LISTED) {
        writeln!(out, "  {}: {}", name(path), sanitise(&what))?;
    }
    if let Some(more) = number.checked_sub(LISTED).filter(|&more| more > 0) {
        writeln!(out, "  and {more} more")?;
    }
    writeln!(out)
}

fn write_summary(report: &Report, options: &HumanOptions, out: &mut dyn Write) -> io::Result<()> {
    let (tally, coverage) = (Tally::of(report), &report.coverage);
    if tally.findings > 0 {
        let keys = count(tally.keys, "key", "distinct keys");
        let findings = count(tally.findings, "finding", "findings");
        writeln!(out, "{findings} of {keys} in {}", count(tally.files, "file", "files"))?;
    }
    settled::write_tally(&report.suppressed, options.show_suppressed, out)?;
    verdicts::write_tally(&report.verdicts, out)?;
    writeln!(
        out,
        "scanned {}, {} in {}",
        scanned(coverage),
        size(coverage.bytes.into()),
        pace(coverage.bytes, options.elapsed)
    )?;
    let passed_over = passed_over(coverage);
    if !passed_over.is_empty() {
        writeln!(out, "passed over {}", passed_over.join(", "))?;
    }
    if let Some(config) = &report.config {
        writeln!(out, "configured by {}", name(config.as_str()))?;
    }
    if !report.disabled.is_empty() {
        writeln!(
            out,
            "disabled {}: {}",
            count(report.disabled.len() as u64, "rule", "rules"),
            report.disabled.join(", ")
        )?;
    }
    if coverage.files + coverage.objects + coverage.documents == 0 && coverage.is_complete() {
        writeln!(out, "{} no file was read", "hint:".cyan())?;
    }
    if coverage.ignored > 0 {
        let hint = "files that git ignores were not read, and often hold keys; --no-ignore reads them";
        writeln!(out, "{} {hint}", "hint:".cyan())?;
    }
    for hint in hints::seen(&report.findings) {
        writeln!(out, "{} {hint}", "hint:".cyan())?;
    }
    if !coverage.is_complete() {
        for hint in hints::incomplete(coverage) {
            writeln!(out, "{} {hint}", "hint:".cyan())?;
        }
    }

    writeln!(out, "{}", settled::verdict(report).bold())
}

/// What was read, in numbers.
fn scanned(coverage: &Coverage) -> String {
    let files = count(coverage.files, "file", "files");
    let files = match (coverage.objects, coverage.files) {
        (0, 0) if coverage.documents > 0 => count(coverage.documents, "document", "documents"),
        (0, _) => files,
        (objects, 0) => count(objects, "object", "objects"),
        // Git's own files, and in an audit those of the work tree and the index.
        (objects, _) => format!("{} and {files}", count(objects, "object", "objects")),
    };
    let members = match coverage.members {
        0 => String::new(),
        members => format!(" and {} of archives", count(members, "member", "members")),
    };
    let more = place::more_read(coverage);
    format!("{files}{members}{more}")
}

pub(super) fn passed_over(coverage: &Coverage) -> Vec<String> {
    let kinds = [
        (coverage.ignored, "file ignored by git", "files ignored by git"),
        (coverage.excluded, "file excluded", "files excluded"),
        (coverage.oversized, "file over the size limit", "files over the size limit"),
        (coverage.symlinks, "symbolic link not followed", "symbolic links not followed"),
        (coverage.submodules, "submodule", "submodules"),
        (coverage.intent_to_add, "file to be added later", "files to be added later"),
        (coverage.plain_images, "image that can show no key", "images that can show no key"),
        (coverage.foreign, "address of other sites", "addresses of other sites"),
        (
            coverage.disallowed,
            "address that robots.txt asks not to fetch",
            "addresses that robots.txt asks not to fetch",
        ),
    ];
    kinds.into_iter().filter(|kind| kind.0 > 0).map(|(number, one, many)| count(number, one, many)).collect()
}

pub(super) fn paths(skipped: &[Skipped]) -> String {
    count(skipped.len() as u64, "path", "paths")
}

pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The time taken and, where it can be told, the rate.
fn pace(bytes: u64, elapsed: Duration) -> String {
    let time = duration(elapsed);
    match (u128::from(bytes) * 1_000_000_000).checked_div(elapsed.as_nanos()) {
        Some(rate) if bytes > 0 => format!("{time} ({}/s)", size(rate)),
        _ => time,
    }
}

fn duration(elapsed: Duration) -> String {
    match (elapsed.as_secs(), elapsed.as_millis()) {
        (0, 0) => "less than 1 ms".to_owned(),
        (0, millis) => format!("{millis} ms"),
        (seconds @ 1..60, _) => format!("{seconds}.{} s", elapsed.subsec_millis() / 100),
        (seconds, _) => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// A number of bytes in the unit that leaves at most four digits before the point.
pub(super) fn size(bytes: u128) -> String {
    let mut tenths = bytes * 10;
    if bytes < 1024 {
        return format!("{bytes} {}", if bytes == 1 { "byte" } else { "bytes" });
    }
    let mut unit = "bytes";
    for larger in ["KiB", "MiB", "GiB", "TiB", "PiB"] {
        if tenths < 10 * 1024 {
            break;
        }
        (tenths, unit) = ((tenths + 512) / 1024, larger);
    }
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::super::canonical::{self, assert_no_secret, canonical};
    use super::super::terminal::is_hidden;
    use super::*;
    use crate::model::{PathName, SkipReason};

    /// The switch for colours is global: one test at a time may hold it.
    static COLOURS: Mutex<()> = Mutex::new(());

    fn rendered(report: &Report, show_secrets: bool, colours: bool) -> String {
        let _held = COLOURS.lock().unwrap_or_else(PoisonError::into_inner);
        colored::control::set_override(colours);
        let options =
            HumanOptions { show_secrets, show_suppressed: false, elapsed: Duration::from_millis(250) };
        let mut out = Vec::new();
        write(report, &options, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("the report is UTF-8")
    }

    fn clean() -> Report {
        canonical::clean(Coverage { files: 2, bytes: 10, ..Coverage::default() })
    }

    #[test]
    fn the_canonical_report() {
        insta::assert_snapshot!(rendered(&canonical(), false, false));
    }

    #[test]
    fn nothing_found() {
        insta::assert_snapshot!(rendered(&clean(), false, false), @r"
        scanned 2 files, 10 bytes in 250 ms (40 bytes/s)
        no keys found
        ");
    }

    #[test]
    fn one_of_each() {
        let mut report = canonical();
        report.findings.truncate(1);
        report.suppressed = Vec::new();
        report.entries = Vec::new();
        report.exposures = Vec::new();
        report.verdicts = Vec::new();
        report.config = None;
        report.disabled = Vec::new();
        report.coverage.skipped.truncate(1);
        report.coverage.notes.truncate(1);
        report.coverage = Coverage {
            files: 1,
            members: 1,
            bytes: 1,
            ignored: 1,
            excluded: 1,
            symlinks: 1,
            images: 1,
            plain_images: 1,
            documents: 1,
            foreign: 1,
            disallowed: 1,
            ..report.coverage
        };
        insta::assert_snapshot!(rendered(&report, false, false), @r#"
        app/\x1b[2J\u{202e}yp.\u{200b}evil\x0a\u{9b}31m.py:12:5: high baseten-api-key b10_5O860Fl0
          | key\u{2066} = 'b10_5O860Fl0.****' # \x1b]0;owned\x07 \x7f\u{e0041}"\
          = the shape is documented as a Baseten key

        1 note:
          dist/a.zip!evil\x1b[1A: not unpacked to its end: encrypted

        1 path skipped:
          private\x1b[1A/id: unreadable: permission denied

        1 finding of 1 key in 1 file
        scanned 1 file and 1 member of archives, 1 document, 1 image, 1 byte in 250 ms (4 bytes/s)
        passed over 1 file ignored by git, 1 file excluded, 1 file over the size limit, 1 symbolic link not followed, 1 image that can show no key, 1 address of other sites, 1 address that robots.txt asks not to fetch
        hint: files that git ignores were not read, and often hold keys; --no-ignore reads them
        hint: make what was skipped readable, or leave out with --exclude what need not count
        1 finding, and incomplete: 1 path skipped that may hold more
        "#);
    }

    /// What is settled stands under its key, without its secret whatever else is shown.
    #[test]
    fn what_is_suppressed_is_shown_on_request() {
        let mut report = canonical();
        report.findings.truncate(1);
        report.exposures.retain(|exposure| exposure.digest != report.findings[0].digest);
        report.exposures.truncate(1);
        report.exposures[0].findings = vec![report.suppressed[0].finding.fingerprint];
        let rendered = |show_suppressed| {
            let _held = COLOURS.lock().unwrap_or_else(PoisonError::into_inner);
            colored::control::set_override(false);
            let mut out = Vec::new();
            let options = HumanOptions { show_secrets: true, show_suppressed, elapsed: Duration::ZERO };
            write(&report, &options, &mut out).expect("a vector takes everything");
            String::from_utf8(out).expect("the report is UTF-8")
        };
        let (shown, hidden) = (rendered(true), rendered(false));
        let heading = format!("{}: ", report.exposures[0].key);
        assert!(shown.contains(&heading) && shown.contains("in 1 place, suppressed\n"), "{shown}");
        assert!(shown.contains("a/one.py:2:9: suppressed high baseten-api-key b10_"), "{shown}");
        assert!(
            shown.contains("  ~ owner: ann@example.com\n") && !shown.contains("--show-suppressed"),
            "{shown}"
        );
        assert!(!hidden.contains(&heading) && !hidden.contains("  ~ "), "{hidden}");
        // A key that still counts somewhere is shown there.
        for one in report.suppressed.iter().filter(|one| one.finding.digest != report.findings[0].digest) {
            assert!(!shown.contains(&plain(&one.finding.secret)), "{}", one.finding.key);
        }
    }

    #[test]
    fn many_skipped_are_counted() {
        let entry = |number| Skipped {
            path: PathName::masked(format!("{number:02}").as_bytes(), &[]),
            reason: SkipReason::Vanished,
        };
        for (number, listed, tail) in [(20, 20, false), (21, 20, true), (25, 20, true)] {
            let mut report = clean();
            report.coverage.skipped = (0..number).map(entry).collect();
            let text = rendered(&report, false, false);
            assert_eq!(text.matches("vanished").count(), listed, "{text}");
            assert_eq!(text.contains(&format!("  and {} more\n", number - listed)), tail, "{text}");
            let verdict = format!("incomplete: {number} paths skipped, so there is no verdict\n");
            assert!(text.ends_with(&verdict), "{text}");
        }
    }

    #[test]
    fn secrets_stay_in_unless_asked_for() {
        let report = canonical();
        assert_no_secret(&report, &rendered(&report, false, false));
        assert_no_secret(&report, &rendered(&report, false, true));
        let shown = rendered(&report, true, false);
        for finding in &report.findings {
            assert!(shown.contains(&plain(&finding.secret)), "{}", finding.key);
        }
    }

    #[test]
    fn a_shown_secret_is_sanitised() {
        let mut report = canonical();
        report.findings.truncate(1);
        report.findings[0].secret = Secret::new(b"a\x1b[2J\nb\xFFc");
        let shown = rendered(&report, true, false);
        assert!(shown.contains("a\\x1b[2J\\x0ab\\xFFc"), "{shown}");
    }

    #[test]
    fn nothing_hidden_is_written() {
        let text = rendered(&canonical(), true, false);
        assert!(!text.replace('\n', "").contains(is_hidden), "{text:?}");
    }

    #[test]
    fn colours_carry_no_meaning() {
        let coloured = rendered(&canonical(), false, true);
        let mut plain = String::new();
        for (index, piece) in coloured.split("\x1b[").enumerate() {
            let text = piece.split_once('m').filter(|_| index > 0).map_or(piece, |(_, text)| text);
            plain.push_str(text);
        }
        assert_ne!(coloured, plain);
        assert_eq!(plain, rendered(&canonical(), false, false));
    }

    #[test]
    fn sizes_are_rounded_to_a_tenth() {
        let check = |bytes, expect: &str| assert_eq!(size(bytes), expect);
        check(0, "0 bytes");
        check(1, "1 byte");
        check(1023, "1023 bytes");
        check(1024, "1.0 KiB");
        check(1_048_575, "1.0 MiB");
        check(5_678_901, "5.4 MiB");
        check(u128::from(u64::MAX), "16384.0 PiB");
    }

    #[test]
    fn times_and_rates() {
        let check = |bytes, millis, expect: &str| {
            assert_eq!(pace(bytes, Duration::from_millis(millis)), expect);
        };
        check(1, 0, "less than 1 ms");
        check(0, 5, "5 ms");
        check(2048, 500, "500 ms (4.0 KiB/s)");
        check(1 << 30, 2_960, "2.9 s (345.9 MiB/s)");
        check(0, 125_000, "2 min 5 s");
        check(u64::MAX, 1_000, "1.0 s (16384.0 PiB/s)");
    }
}
