//! Writes down what was read: the finding, its regions, its masked line.
//!
//! **Invariant:** what stands around a secret on its line was read as badly as the secret, so
//! that masking goes by the look of words and not by their letters.

use std::ops::Range;

use crate::model::{
    Finding, Fingerprint, Location, PathName, Place, Position, Region, Secret, Sight, Snippet, hex,
};

use super::super::Detector;
use super::super::describe::{digest, public_name};
use super::super::filter::Verdict;
use super::super::mask;
use super::super::matcher::Believed;
use super::tape::Tape;
use super::{Page, cover, likeness};

/// Characters of the line that are shown on each side, at most.
const BEFORE: usize = 60;
const AFTER: usize = 40;

/// A secret that was read on a page.
#[derive(Debug)]
pub(super) struct Sighted {
    /// Index of the rule.
    pub(super) rule: usize,
    pub(super) verdict: Verdict,
    pub(super) marks: Range<usize>,
    /// The likeliest reading.
    pub(super) secret: Vec<u8>,
    /// How likely it is right to the letter.
    pub(super) sure: f32,
    /// The public names that it may have, the likeliest first.
    pub(super) variants: Vec<String>,
    /// Whether its letters were weighed; else it is what stands in the text.
    pub(super) is_read: bool,
}

impl Sighted {
    /// A secret that was found in the text of `tape` as it is.
    pub(super) fn plain(tape: &Tape<'_>, believed: Believed, marks: Range<usize>) -> Self {
        let Believed { candidate, mut verdict } = believed;
        verdict.reasons.push(crate::model::Reason::ReadInImage);
        let sure = |glyph: &crate::model::Glyph| {
            glyph.choices.first().map_or(0.0, |(_, sure)| (f32::from(*sure) / 96.0).min(1.0))
        };
        Self {
            rule: candidate.rule,
            verdict,
            secret: tape.text.as_bytes()[candidate.secret].to_vec(),
            sure: tape.marks[marks.clone()].iter().map(|mark| sure(mark.glyph)).product(),
            marks,
            variants: Vec::new(),
            is_read: false,
        }
    }
}

/// Writes down what was read on one page.
pub(super) struct Reporter<'r> {
    pub(super) detector: &'r Detector,
    pub(super) page: Page<'r>,
    pub(super) tape: &'r Tape<'r>,
}

impl Reporter<'_> {
    /// Adds a finding for each of `seen`, which are in order. What was read twice in one
    /// place is one.
    pub(super) fn report(&self, seen: Vec<Sighted>, findings: &mut Vec<Finding>) {
        if seen.is_empty() {
            return;
        }
        let (shown, relative) = (self.page.provenance.shown, self.page.provenance.relative);
        let names = (self.detector.path_name(shown), self.detector.path_name(relative));
        let mut hidden: Vec<Range<usize>> = cover::suspects(self.detector, self.tape);
        hidden.extend(seen.iter().map(|sighted| sighted.marks.clone()));
        let own = findings.len();
        for sighted in seen {
            let finding = self.finding(sighted, &names, &hidden);
            let is_same = |other: &Finding| {
                let regions = |finding: &Finding| finding.sight.as_ref().map(|sight| sight.regions.clone());
                other.rule == finding.rule
                    && regions(other).zip(regions(&finding)).is_some_and(|(a, b)| overlap(&a, &b))
            };
            if !findings[own..].iter().any(is_same) {
                findings.push(finding);
            }
        }
    }

    fn finding(&self, sighted: Sighted, names: &(PathName, PathName), hidden: &[Range<usize>]) -> Finding {
        let rule = &self.detector.matcher.rules.rules[sighted.rule];
        let secret = &sighted.secret[..];
        let name = public_name(rule, secret);
        // Of the letters only what another reading leaves as it is, so that a baseline holds.
        let folded: String = String::from_utf8_lossy(secret).chars().map(likeness::fold).collect();
        let sum = hex(&digest(b"baseleak/seen-secret", &[folded.as_bytes()]));
        let parts = [self.page.provenance.relative, folded.as_bytes()];
        let mut variants = sighted.variants;
        if !sighted.is_read {
            variants.extend(name.clone());
        }
        Finding {
            rule: rule.id.clone(),
            confidence: sighted.verdict.confidence,
            reasons: sighted.verdict.reasons,
            attribution: sighted.verdict.attribution,
            key: name.clone().unwrap_or_else(|| format!("sha256:{}", &sum[..12])),
            digest: sum[..16].to_owned(),
            fingerprint: Fingerprint::from_digest(&digest(b"baseleak/seen", &parts)),
            encodings: Vec::new(),
            location: Location {
                path: names.0.clone(),
                place: Place::Content,
                start: Position::START,
                end: Position::START,
            },
            relative: names.1.clone(),
            origin: None,
            sight: Some(Box::new(Sight {
                regions: self.tape.regions(sighted.marks.clone(), self.page.size),
                size: self.page.size,
                certainty: percent(sighted.sure),
                variants,
                crop: None,
            })),
            deployed: None,
            snippet: self.snippet(&sighted.marks, hidden, name),
            inline: None,
            seen: Vec::new(),
            secret: Secret::new(secret),
        }
    }

    /// The line in which the secret begins: what stands before it, and behind it where it
    /// ends there.
    fn snippet(&self, marks: &Range<usize>, hidden: &[Range<usize>], name: Option<String>) -> Snippet {
        let (first, last) = (marks.start, marks.end.max(marks.start + 1) - 1);
        let line = self.tape.line_of(first);
        let start = self.tape.marks[first].text.start;
        let end = self.tape.marks[last].text.end.min(line.end);
        let before = self.masked(line.start..start, hidden);
        let after = self.masked(end..line.end, hidden);
        Snippet {
            before: tail(&before, BEFORE),
            mask: name.map_or_else(|| mask::MASK.to_owned(), |name| format!("{name}.{}", mask::MASK)),
            after: head(&after, AFTER),
        }
    }

    /// The text of `span` with the marks of `hidden` masked.
    fn masked(&self, span: Range<usize>, hidden: &[Range<usize>]) -> String {
        let marks = &self.tape.marks;
        let within = hidden.iter().filter(|range| !range.is_empty()).map(|range| {
            let (start, end) = (marks[range.start].text.start, marks[range.end - 1].text.end);
            start.max(span.start)..end.min(span.end)
        });
        let within = mask::disjoint(within.filter(|range| range.start < range.end).collect());
        let shifted: Vec<_> =
            within.into_iter().map(|range| range.start - span.start..range.end - span.start).collect();
        mask::text(&self.tape.text.as_bytes()[span], &shifted)
    }
}

/// The end of `text`, of at most `count` characters.
fn tail(text: &str, count: usize) -> String {
    let all = text.chars().count();
    if all <= count {
        text.to_owned()
    } else {
        format!("…{}", text.chars().skip(all - count).collect::<String>())
    }
}

/// The beginning of `text`, of at most `count` characters.
fn head(text: &str, count: usize) -> String {
    if text.chars().count() <= count {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(count).collect::<String>())
    }
}

/// Whether two secrets stand in one place: more than half of the smaller first line is in the other.
fn overlap(a: &[Region], b: &[Region]) -> bool {
    let (Some(a), Some(b)) = (a.first(), b.first()) else { return false };
    let width = a.right().min(b.right()).saturating_sub(a.x.max(b.x));
    let height = a.bottom().min(b.bottom()).saturating_sub(a.y.max(b.y));
    let area = |region: &Region| u64::from(region.width) * u64::from(region.height);
    2 * u64::from(width) * u64::from(height) > area(a).min(area(b))
}

/// A likelihood in whole percents.
fn percent(likely: f32) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 100")]
    let percent = (likely.clamp(0.0, 1.0) * 100.0) as u8;
    percent
}
