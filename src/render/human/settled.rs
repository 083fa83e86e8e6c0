//! What a report for a person says of suppressed findings, of the entries that suppress, and
//! of the gate.
//!
//! A file of its own only for its length: the layout is that of [`super`].
//!
//! **Invariant:** words of whoever settled a finding pass through [`sanitise`].

use std::io::{self, Write};

use colored::{ColoredString, Colorize};

use super::super::terminal::{name, sanitise};
use super::{count, paths};
use crate::model::{FailOn, Gate, Report, Suppressed, Suppression};

/// What settled a finding, and in which words.
pub(super) fn write_why(by: &Suppression, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  ~ by {} ({})", name(&by.kind.to_string()), name(&by.place))?;
    let words = [("reason", &by.reason), ("owner", &by.owner), ("expires", &by.expires)];
    for (name, word) in words {
        if let Some(word) = word {
            writeln!(out, "  ~ {name}: {}", sanitise(word))?;
        }
    }
    Ok(())
}

/// How many findings are suppressed, and by what; nothing where none is.
pub(super) fn write_tally(suppressed: &[Suppressed], is_shown: bool, out: &mut dyn Write) -> io::Result<()> {
    if suppressed.is_empty() {
        return Ok(());
    }
    let kinds = [
        ("inline", "comments"),
        ("allow", "the configuration"),
        ("ignore-file", "an ignore file"),
        ("baseline", "the baseline"),
    ];
    let parts: Vec<String> = kinds
        .into_iter()
        .filter_map(|(word, by)| {
            let number = suppressed.iter().filter(|one| one.by.kind.word() == word).count();
            (number > 0).then(|| format!("{number} by {by}"))
        })
        .collect();
    let findings = count(suppressed.len() as u64, "finding", "findings");
    writeln!(out, "{findings} suppressed: {}", parts.join(", "))?;
    if !is_shown {
        writeln!(out, "{} --show-suppressed lists them", "hint:".cyan())?;
    }
    Ok(())
}

/// The last line: what it all comes to.
pub(super) fn verdict(report: &Report) -> ColoredString {
    let number = report.findings.len() as u64;
    let findings = count(number, "finding", "findings");
    if !report.coverage.is_complete() {
        let skipped = paths(&report.coverage.skipped);
        return match number {
            0 => format!("incomplete: {skipped} skipped, so there is no verdict").yellow(),
            _ => format!("{findings}, and incomplete: {skipped} skipped that may hold more").red(),
        };
    }
    match (number, report.suppressed.len()) {
        (0, 0) => "no keys found".green(),
        (0, suppressed) => format!("no keys found that count: {suppressed} suppressed").green(),
        _ if report.gate.is_chosen() => gate(&findings, &report.gate),
        _ => findings.red(),
    }
}

/// What the gate makes of findings, and which gate it is.
fn gate(findings: &str, gate: &Gate) -> ColoredString {
    let word = match gate.fail_on {
        FailOn::Any => "",
        FailOn::High => " of them high",
        FailOn::Active => " of them active",
        FailOn::New => " of them new",
    };
    let share = match (gate.failing, word) {
        (_, "") => String::new(),
        (0, _) => format!(", none{word}"),
        (failing, _) => format!(", {failing}{word}"),
    };
    let which = match gate.max_findings {
        0 => format!("--fail-on {}", gate.fail_on),
        most => format!("--fail-on {} --max-findings {most}", gate.fail_on),
    };
    if gate.is_undecided() {
        let undecided = gate.undecided;
        return format!("{findings}{share}, and {undecided} that nobody can tell of: no verdict ({which})")
            .yellow();
    }
    if gate.is_passed() {
        return format!("{findings}{share}: the gate is passed ({which})").green();
    }
    format!("{findings}{share}: the gate is not passed ({which})").red()
}

#[cfg(test)]
mod tests {
    use super::super::super::canonical::canonical;
    use super::*;

    /// The last line of a report with so many findings.
    #[track_caller]
    fn check(findings: usize, gate: Gate, expect: &str) {
        let mut report = canonical();
        report.findings.truncate(findings);
        report.suppressed.truncate(2);
        report.coverage.skipped.clear();
        report.gate = gate;
        // Without its colours, which others may switch on and off.
        assert_eq!(&*verdict(&report), expect);
    }

    #[test]
    fn the_gate_is_named_where_it_was_chosen() {
        let gate =
            |fail_on, max_findings, failing, undecided| Gate { fail_on, max_findings, failing, undecided };
        check(0, gate(FailOn::High, 0, 0, 0), "no keys found that count: 2 suppressed");
        check(3, gate(FailOn::Any, 0, 3, 0), "3 findings");
        check(
            3,
            gate(FailOn::Any, 3, 3, 0),
            "3 findings: the gate is passed (--fail-on any --max-findings 3)",
        );
        check(
            3,
            gate(FailOn::High, 0, 0, 0),
            "3 findings, none of them high: the gate is passed (--fail-on high)",
        );
        check(
            3,
            gate(FailOn::High, 1, 2, 0),
            "3 findings, 2 of them high: the gate is not passed (--fail-on high --max-findings 1)",
        );
        check(
            1,
            gate(FailOn::New, 0, 1, 0),
            "1 finding, 1 of them new: the gate is not passed (--fail-on new)",
        );
        check(
            3,
            gate(FailOn::Active, 0, 0, 2),
            "3 findings, none of them active, and 2 that nobody can tell of: no verdict (--fail-on active)",
        );
        check(
            3,
            gate(FailOn::Active, 0, 1, 2),
            "3 findings, 1 of them active: the gate is not passed (--fail-on active)",
        );
    }

    #[test]
    fn why_a_finding_is_settled() {
        let report = canonical();
        let mut out = Vec::new();
        for one in &report.suppressed {
            write_why(&one.by, &mut out).expect("a vector takes everything");
        }
        insta::assert_snapshot!(String::from_utf8(out).expect("the report is UTF-8"), @r#"
        ~ by an allow entry (.baseleak.toml:12)
        ~ reason: revoked on 2026-11-01
        ~ owner: ann@example.com
        ~ expires: 2027-01-31
        ~ by the comment `baseleak:allow` (line 4)
        ~ reason: =1+1,"]]></script><script>alert(1)</script>\x0a::error::owned
        ~ by the baseline, where its file was a/\x1b[2J.env (.baseleak-baseline:7)
        ~ by an ignore file (.gitleaksignore:1)
        "#);
    }
}
