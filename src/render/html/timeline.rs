//! Since when and until when each key stood in the history: drawn on one scale for all of
//! them, and in a sentence that says the same.
//!
//! There is no clock: what is open runs to the right edge. All geometry stands in attributes
//! of SVG, for the policy of the page permits no style in an attribute.

use std::io::{self, Write};

use time::{Date, Month, OffsetDateTime};

use super::super::date;
use super::text::{name, text};
use crate::model::{CommitSummary, Exposure, Report};

/// A day, in seconds.
const DAY: i64 = 86_400;
/// Dates beyond these, 1970 and 2100, are errors or jokes of an author's machine: they stand at
/// the edge, so that they do not press all else together.
const SANE: std::ops::RangeInclusive<i64> = 0..=4_102_444_800;
/// Where the scale begins and ends, in tenths of a percent of the width: what is open shows
/// that it goes on.
const LEFT: i64 = 10;
const RIGHT: i64 = 930;
/// The least width of a bar, in the same.
const LEAST: i64 = 6;
/// How many months may lie between two marks, and how many marks there may be.
const STEPS: [i32; 9] = [1, 2, 3, 6, 12, 24, 60, 120, 360];
const MOST_MARKS: usize = 5;

/// The time that the page shows, in seconds since 1970.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scale {
    from: i64,
    to: i64,
    /// Where marks stand, in tenths of a percent, and what they say.
    marks: Vec<(i64, String)>,
}

impl Scale {
    /// From the first commit that leaked anything to the last that is told of; none where no
    /// commit did.
    pub(super) fn of(report: &Report) -> Option<Self> {
        let commits =
            report.exposures.iter().flat_map(|exposure| [&exposure.first, &exposure.removed]).flatten();
        let times = commits.map(|commit| commit.seconds.clamp(*SANE.start(), *SANE.end()));
        let (from, to) = times.fold((i64::MAX, i64::MIN), |(from, to), time| (from.min(time), to.max(time)));
        (from <= to).then(|| Self::between(from, to))
    }

    fn between(mut from: i64, mut to: i64) -> Self {
        if to - from < 2 * DAY {
            (from, to) = (from - 15 * DAY, to + 15 * DAY);
        }
        let mut scale = Self { from, to, marks: Vec::new() };
        scale.marks = scale.marked();
        scale
    }

    /// Where a time stands, in tenths of a percent.
    fn at(&self, seconds: i64) -> i64 {
        // Both are within a century and a half, so that nothing overflows.
        let since = seconds.clamp(self.from, self.to) - self.from;
        LEFT + since * (RIGHT - LEFT) / (self.to - self.from)
    }

    /// The first days of months or years, not more than fit; where there is none, the ends.
    fn marked(&self) -> Vec<(i64, String)> {
        let marks = STEPS.iter().map(|&step| self.every(step)).find(|marks| marks.len() <= MOST_MARKS);
        match marks {
            Some(marks) if marks.len() > 1 => marks,
            _ => [self.from, self.to].map(|time| (self.at(time), day(time))).to_vec(),
        }
    }

    /// The first day of each `months`th month.
    fn every(&self, months: i32) -> Vec<(i64, String)> {
        let Ok(first) = OffsetDateTime::from_unix_timestamp(self.from) else { return Vec::new() };
        let begin = (first.year() * 12 + i32::from(u8::from(first.month())) - 1).div_euclid(months) * months;
        let mut marks = Vec::new();
        for month in (begin..).step_by(usize::try_from(months).expect("steps are not negative")) {
            let Some(time) = first_day(month) else { break };
            if time > self.to || marks.len() > MOST_MARKS {
                break;
            }
            if time >= self.from {
                let year = month.div_euclid(12);
                let label =
                    if months % 12 == 0 { year.to_string() } else { format!("{year}-{:02}", month % 12 + 1) };
                marks.push((self.at(time), label));
            }
        }
        marks
    }
}

/// When a month begins that is counted from the year 0.
fn first_day(month: i32) -> Option<i64> {
    let name = Month::try_from(u8::try_from(month.rem_euclid(12)).ok()? + 1).ok()?;
    let date = Date::from_calendar_date(month.div_euclid(12), name, 1).ok()?;
    Some(date.midnight().assume_utc().unix_timestamp())
}

/// The date without the time; whoever needs the time finds it at the places.
pub(super) fn day(seconds: i64) -> String {
    let date = date(seconds);
    date.split_once('T').map(|(day, _)| day.to_owned()).unwrap_or(date)
}

/// Writes the sentence and, where there is a scale, the drawing; `is_in_objects` tells whether
/// the history holds the key at all.
pub(super) fn write(
    exposure: &Exposure,
    is_in_objects: bool,
    scale: Option<&Scale>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if !is_in_objects {
        return out.write_all(b"<p class=\"story\">Not in the history.</p>\n");
    }
    writeln!(out, "<p class=\"story\">{}</p>", story(exposure))?;
    let (Some(scale), Some(first)) = (scale, &exposure.first) else { return Ok(()) };
    let begin = scale.at(first.seconds);
    out.write_all(
        b"<svg class=\"time\" width=\"100%\" height=\"46\" aria-hidden=\"true\" focusable=\"false\">",
    )?;
    for (at, label) in &scale.marks {
        let at = percent(*at);
        write!(
            out,
            "<line class=\"mark\" x1=\"{at}\" x2=\"{at}\" y1=\"14\" y2=\"32\"/>\
             <text x=\"{at}\" y=\"44\">{label}</text>"
        )?;
    }
    match &exposure.removed {
        _ if exposure.in_head => {
            bar("head", begin, 1000, out)?;
            ending("still in HEAD", out)?;
        }
        Some(removed) => {
            let end = scale.at(removed.seconds).max(begin + LEAST);
            bar("after", end, 1000, out)?;
            bar("head", begin, end, out)?;
            ending("in the history", out)?;
        }
        None => {
            bar("after", begin, 1000, out)?;
            ending("never on the way to HEAD", out)?;
        }
    }
    out.write_all(b"</svg>\n")
}

fn bar(class: &str, from: i64, to: i64, out: &mut dyn Write) -> io::Result<()> {
    let (x, width) = (percent(from), percent((to - from).max(LEAST)));
    write!(out, "<rect class=\"{class}\" x=\"{x}\" y=\"18\" width=\"{width}\" height=\"10\"/>")
}

/// What holds at the right edge.
fn ending(words: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<text class=\"end\" x=\"100%\" y=\"10\">{words}</text>")
}

fn percent(tenths: i64) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// Since when and until when a key stood in the history, as HTML.
fn story(exposure: &Exposure) -> String {
    let Some(first) = &exposure.first else {
        return "In no commit: it stands in objects that no commit carries.".to_owned();
    };
    let since = format!("Since {} ({} by {})", time(first), short(first), name(&first.author));
    match &exposure.removed {
        _ if exposure.in_head => format!("{since}, and <strong>still in HEAD</strong>."),
        Some(removed) => format!(
            "{since}, taken out on {} ({} by {}). It can still be read in the history.",
            time(removed),
            short(removed),
            name(&removed.author)
        ),
        None => {
            format!("{since}, never on the way to HEAD: it stands on other branches, or where refs lead.")
        }
    }
}

fn time(commit: &CommitSummary) -> String {
    let day = day(commit.seconds);
    format!("<time>{}</time>", text(&day))
}

/// The commit by the first digits of its id; its places show all of them.
fn short(commit: &CommitSummary) -> String {
    format!("commit <code>{}</code>", text(commit.id.get(..12).unwrap_or(&commit.id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: i64, to: i64) -> Vec<String> {
        Scale::between(from, to).marks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn marks_are_few_and_fit() {
        let check = |from: i64, to: i64, expect: &[&str]| {
            assert_eq!(labels(from * DAY, to * DAY), expect, "{from} {to}");
        };
        check(20_000, 20_000, &["2024-09-19", "2024-10-19"]);
        check(20_000, 20_010, &["2024-10-04", "2024-10-14"]);
        check(20_000, 20_100, &["2024-11", "2024-12", "2025-01"]);
        check(20_000, 20_365, &["2025-01", "2025-04", "2025-07", "2025-10"]);
        check(20_000, 22_000, &["2026", "2028", "2030"]);
        check(0, 47_481, &["1980", "2010", "2040", "2070"]);
    }

    #[test]
    fn times_stand_within_the_scale() {
        let scale = Scale::between(0, 1_000 * DAY);
        let check = |seconds: i64, expect: i64| assert_eq!(scale.at(seconds), expect, "{seconds}");
        check(i64::MIN, LEFT);
        check(0, LEFT);
        check(500 * DAY, i64::midpoint(LEFT, RIGHT));
        check(1_000 * DAY, RIGHT);
        check(i64::MAX, RIGHT);
    }
}
