//! The one place where screenshots meet the library: reads one, and says what is right and what
//! is wrong with what was found.

use baseleak::detect::Detector;
use baseleak::detect::seen::Page;
use baseleak::model::{Finding, Provenance, Region, TextLine};
use baseleak::ocr::{Looked, Ocr, Settings};
use baseleak::rules::RuleSet;

use super::Truth;

/// The recogniser and the built-in rules, for all threads.
pub(crate) struct Eye {
    ocr: Ocr,
    detector: Detector,
}

/// What looking at an image came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Read,
    Plain,
    Skipped,
}

/// What was found of the key that an image shows, and what besides.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of a table")]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    /// Something was found where the key is.
    pub(crate) placed: bool,
    /// Its public name is the first that is named.
    pub(crate) first: bool,
    /// Its public name is among those that are named.
    pub(crate) named: bool,
    /// It was read to the letter.
    pub(crate) exact: bool,
    /// How sure the program says it is of that.
    pub(crate) certainty: u8,
    /// How many public names there are.
    pub(crate) variants: usize,
    /// The part of the key, by its area, that the regions cover.
    pub(crate) covered: f64,
    /// Area that the regions and the key share, by the area of both together.
    pub(crate) overlap: f64,
    /// Findings where no key is.
    pub(crate) false_findings: usize,
    /// Lines of text that were read.
    pub(crate) lines: usize,
    /// Letters by which the lines where the key is, as they were read at first, differ from it;
    /// none where no line was read there.
    pub(crate) distance: Option<usize>,
    /// What was taken for what in the finding, letter by letter: is, was read as.
    pub(crate) mistakes: Vec<(char, char)>,
}

impl Eye {
    /// None where the recogniser is not installed.
    pub(crate) fn new() -> Option<Self> {
        let ocr = Ocr::new(Settings::default()).ok()?;
        Some(Self { ocr, detector: Detector::new(RuleSet::builtin()) })
    }

    /// All findings in the image, and what looking at it came to.
    pub(crate) fn find(&self, bytes: &[u8]) -> (Outcome, Vec<TextLine>, Vec<Finding>) {
        let looked = self.ocr.look(bytes);
        let frames = match &*looked {
            Looked::Read(frames) | Looked::Partly(frames, _) => frames,
            Looked::Plain => return (Outcome::Plain, Vec::new(), Vec::new()),
            Looked::Skipped(_) => return (Outcome::Skipped, Vec::new(), Vec::new()),
        };
        let mut findings = Vec::new();
        for frame in frames {
            let provenance = Provenance { shown: b"shot.png", relative: b"shot.png" };
            let page = Page { provenance, size: frame.size, lines: &frame.lines };
            let mut reread = |region| self.ocr.reread(bytes, frame.index, region).unwrap_or_default();
            self.detector.scan_page(page, &mut reread, &mut findings);
        }
        let lines = frames.iter().flat_map(|frame| frame.lines.iter().cloned()).collect();
        (Outcome::Read, lines, findings)
    }

    /// Reads the image and compares what was found with what it shows.
    pub(crate) fn judge(&self, bytes: &[u8], truth: Option<&Truth>) -> Verdict {
        let (outcome, lines, findings) = self.find(bytes);
        let mut verdict = Verdict {
            outcome,
            placed: false,
            first: false,
            named: false,
            exact: false,
            certainty: 0,
            variants: 0,
            covered: 0.0,
            overlap: 0.0,
            false_findings: 0,
            lines: lines.len(),
            distance: truth.and_then(|truth| distance(&lines, truth)),
            mistakes: Vec::new(),
        };
        for finding in &findings {
            match truth.filter(|truth| is_there(finding, truth)) {
                Some(truth) => compare(&mut verdict, finding, truth),
                None => verdict.false_findings += 1,
            }
        }
        verdict
    }
}

fn regions(finding: &Finding) -> &[Region] {
    finding.sight.as_ref().map_or(&[], |sight| &sight.regions)
}

/// Whether a finding shares a pixel with the key.
fn is_there(finding: &Finding, truth: &Truth) -> bool {
    regions(finding).iter().any(|region| truth.regions.iter().any(|mark| shared(*region, *mark) > 0.0))
}

fn compare(verdict: &mut Verdict, finding: &Finding, truth: &Truth) {
    let name = truth.key.split_once('.').map_or(truth.key.as_str(), |(prefix, _)| prefix);
    let Some(sight) = &finding.sight else { return };
    if verdict.placed && verdict.named {
        // The key was found twice, once is enough; twice is wrong.
        verdict.false_findings += 1;
        return;
    }
    verdict.placed = true;
    verdict.first = &*finding.key == name;
    verdict.named = verdict.first || sight.variants.iter().any(|variant| variant == name);
    verdict.exact = finding.secret.expose() == truth.key.as_bytes();
    let read = String::from_utf8_lossy(finding.secret.expose()).into_owned();
    if read.len() == truth.key.len() {
        verdict.mistakes = truth.key.chars().zip(read.chars()).filter(|(is, was)| is != was).collect();
    }
    verdict.certainty = sight.certainty;
    verdict.variants = sight.variants.len().max(1);
    let found: f64 = sight.regions.iter().map(|region| area(*region)).sum();
    let wanted: f64 = truth.regions.iter().map(|region| area(*region)).sum();
    let common: f64 =
        sight.regions.iter().flat_map(|region| truth.regions.iter().map(|mark| shared(*region, *mark))).sum();
    verdict.covered = common / wanted.max(1.0);
    verdict.overlap = common / (found + wanted - common).max(1.0);
}

/// Letters that must be changed, put in or taken out to find the key in the lines where it is.
fn distance(lines: &[TextLine], truth: &Truth) -> Option<usize> {
    let is_there = |line: &&TextLine| truth.regions.iter().any(|mark| shared(line.region, *mark) > 0.0);
    let there: Vec<_> = lines.iter().filter(is_there).collect();
    if there.is_empty() {
        return None;
    }
    let text: String = there.iter().flat_map(|line| line.text().chars().collect::<Vec<_>>()).collect();
    let text: Vec<char> = text.chars().filter(|letter| *letter != ' ').collect();
    // The row of the table of edits for a prefix of the key; it may begin and end anywhere in the text.
    let mut row = vec![0; text.len() + 1];
    for (index, is) in truth.key.chars().enumerate() {
        let mut next = vec![index + 1];
        for (at, was) in text.iter().enumerate() {
            let changed = row[at] + usize::from(is != *was);
            next.push(changed.min(row[at + 1] + 1).min(next[at] + 1));
        }
        row = next;
    }
    row.into_iter().min()
}

fn area(region: Region) -> f64 {
    f64::from(region.width) * f64::from(region.height)
}

/// Area that both share, in pixels.
fn shared(one: Region, other: Region) -> f64 {
    let width = one.right().min(other.right()).saturating_sub(one.x.max(other.x));
    let height = one.bottom().min(other.bottom()).saturating_sub(one.y.max(other.y));
    f64::from(width) * f64::from(height)
}
