//! The top of the page: how bad it is, and whether that can be relied on.

use std::io::{self, Write};

use super::super::Tally;
use super::super::human::paths;
use super::cards::{Card, Standing};
use super::place::fact;
use super::text::{count, text};
use crate::model::{FailOn, Report};

/// How bad it is. `class` is what the style calls it.
struct Verdict {
    class: &'static str,
    headline: String,
    detail: String,
}

/// Writes the header of the page.
pub(super) fn write(report: &Report, cards: &[Card<'_>], out: &mut dyn Write) -> io::Result<()> {
    let Verdict { class, headline, detail } = verdict(report, cards);
    writeln!(
        out,
        "<header class=\"top {class}\">\n<p class=\"brand\">baseleak {}</p>\n<h1>{headline}</h1>\n\
         <p class=\"lead\">{detail}</p>\n</header>\n<main id=\"main\">",
        text(report.version)
    )?;
    out.write_all(
        b"<section class=\"totals\" aria-labelledby=\"totals\">\n<h2 id=\"totals\">At a glance</h2>\n",
    )?;
    let tally = Tally::of(report);
    let of = |standing| cards.iter().filter(|card| card.standing() == standing).count();
    let all =
        [("keys", cards.len()), ("places", report.findings.len()), ("suppressed", report.suppressed.len())];
    group("Found", all.into_iter().map(|(what, number)| (what, number as u64, "")), out)?;
    if !cards.is_empty() {
        let standings = Standing::ALL.map(|standing| (standing.word(), of(standing) as u64, standing.slug()));
        group("Keys by validity", standings.into_iter(), out)?;
        let confidences =
            [("high", tally.high, "high"), ("medium", tally.medium, "medium"), ("low", tally.low, "low")];
        group("Places by confidence", confidences.into_iter(), out)?;
    }
    let gate = gate(report);
    out.write_all(b"<dl class=\"facts\">")?;
    fact("Gate", gate, out)?;
    let coverage = match report.coverage.skipped.len() {
        0 => "complete: all that was asked for was read".to_owned(),
        _ => format!(
            "<strong>incomplete</strong>: <a href=\"#skipped\">{} skipped</a>",
            paths(&report.coverage.skipped)
        ),
    };
    fact("Coverage", coverage, out)?;
    out.write_all(b"</dl>\n</section>\n")
}

fn group<'g>(
    title: &str,
    numbers: impl Iterator<Item = (&'g str, u64, &'g str)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "<div class=\"group\"><h3>{title}</h3><dl>")?;
    for (what, number, class) in numbers {
        let class = if number == 0 { "none" } else { class };
        write!(out, "<div class=\"{class}\"><dt>{what}</dt><dd>{number}</dd></div>")?;
    }
    out.write_all(b"</dl></div>\n")
}

/// The last line of the report for people, with what it means. Both texts are HTML of our own words.
fn verdict(report: &Report, cards: &[Card<'_>]) -> Verdict {
    let is_complete = report.coverage.is_complete();
    let skipped = paths(&report.coverage.skipped);
    if cards.is_empty() {
        return if is_complete { clean(report) } else { nothing_read(&skipped) };
    }
    let (keys, places) =
        (count(cards.len(), "leaked key", "leaked keys"), count(report.findings.len(), "place", "places"));
    let of = |standing| cards.iter().filter(|card| card.standing() == standing).count();
    let (active, dead) = (of(Standing::Active), of(Standing::Inactive));
    let mut detail = match (active, dead) {
        (1, _) => "One of them is live: revoke it first.".to_owned(),
        (2.., _) => format!("{active} of them are live: revoke these first."),
        (0, dead) if dead == cards.len() => "All of them are dead.".to_owned(),
        (0, _) if report.verdicts.is_empty() => {
            "Nobody asked whether they are live: treat them as live.".to_owned()
        }
        (0, _) => "None is known to be live; what is not proven dead may be.".to_owned(),
    };
    if !is_complete {
        detail = format!("{detail} The scan is incomplete: {skipped} skipped that may hold more.");
    }
    let class = if active == 0 && dead == cards.len() && is_complete { "settled" } else { "bad" };
    Verdict { class, headline: format!("{keys} in {places}"), detail }
}

/// All was read, and nothing that counts was found.
fn clean(report: &Report) -> Verdict {
    let detail = match report.suppressed.len() {
        0 => "All that was asked for was read, and nothing was found.".to_owned(),
        number => format!(
            "All that was asked for was read. {} not count, for somebody settled that: \
             <a href=\"#suppressed\">see which</a>.",
            count(number, "finding does", "findings do")
        ),
    };
    Verdict { class: "clean", headline: "No keys found".to_owned(), detail }
}

/// Nothing was found in what was read, and not all was.
fn nothing_read(skipped: &str) -> Verdict {
    let detail = format!(
        "Nothing was found, but the scan is incomplete: {skipped} skipped, so that this means nothing. Make \
         them readable and scan again."
    );
    Verdict { class: "incomplete", headline: "No verdict".to_owned(), detail }
}

/// What the gate says, as HTML.
fn gate(report: &Report) -> String {
    let gate = report.gate;
    let kind = match gate.fail_on {
        FailOn::Any => "",
        FailOn::High => " of high confidence",
        FailOn::Active => " of keys that are live",
        FailOn::New => " that the baseline does not have",
    };
    let passed = if gate.is_passed() { "passed" } else { "<strong>not passed</strong>" };
    let failing = usize::try_from(gate.failing).unwrap_or(usize::MAX);
    let mut said =
        format!("{passed}: {}{kind}, {} allowed", count(failing, "finding", "findings"), gate.max_findings);
    if gate.undecided > 0 {
        let undecided = usize::try_from(gate.undecided).unwrap_or(usize::MAX);
        let undecided = count(undecided, "finding", "findings");
        said = format!("{said}; of {undecided} more nobody knows whether the key is live");
    }
    said
}
