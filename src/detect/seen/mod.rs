//! Secrets in text that was read in an image, where no letter is certain.
//!
//! The shapes of Baseten's keys are strict, and a recogniser's mistakes are known: where the
//! shape decides what a letter is, it is repaired; where it does not, all that it may be is
//! kept as variants, the likeliest first.
//!
//! A page becomes a row of marks (`tape`, measured by `measure`); the shape of a key is
//! laid over it (`align`) at a cost that `likeness` knows; its lines are read again
//! (`reading`), and all readings vote (`ballot`). What comes of it is held to the filters
//! for texts, and to more (`believe`, `doubt`). What has no such shape is looked for in
//! the plain text. `report` writes it down, and `cover` says what must not be shown.

mod align;
mod ballot;
mod believe;
mod cover;
mod doubt;
mod likeness;
mod measure;
mod reading;
mod report;
mod tape;
#[cfg(test)]
mod tests;

use crate::model::{Finding, Provenance, Region, TextLine};

use super::Detector;
use super::matcher::Text;
use believe::Believer;
use report::{Reporter, Sighted};
use tape::Tape;

/// Keys on a page of which lines are read again, at most; of more, the first reading counts.
const READ_AGAIN: usize = 12;

/// The text of one image.
#[derive(Debug, Clone, Copy)]
pub struct Page<'p> {
    /// The file or member that is the image, or carries it.
    pub provenance: Provenance<'p>,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Its lines, from the top.
    pub lines: &'p [TextLine],
}

impl Detector {
    /// Adds the secrets on `page` to `findings`, each with its [`Sight`](crate::model::Sight)
    /// (but for the crop), at line 1 and column 1. `reread` reads a part of the page again,
    /// in several ways: it is asked only about what may be a secret.
    #[doc(hidden)]
    pub fn scan_page(
        &self,
        page: Page<'_>,
        reread: &mut dyn FnMut(Region) -> Vec<TextLine>,
        findings: &mut Vec<Finding>,
    ) {
        let tape = Tape::new(page.lines);
        if tape.marks.is_empty() {
            return;
        }
        let believer = Believer { matcher: &self.matcher, page, tape: &tape };
        let mut seen: Vec<Sighted> = Vec::new();
        for (index, rough) in believer.rough(1.0).into_iter().enumerate() {
            let again = (index < READ_AGAIN).then_some(&mut *reread);
            seen.extend(believer.believe(&rough, again));
        }
        let text = Text { bytes: tape.text.as_bytes(), path: Some(page.provenance.relative) };
        for believed in self.matcher.secrets(text) {
            if self.matcher.rules.rules[believed.candidate.rule].traits.shape.is_some() {
                continue;
            }
            let marks = tape.marks_of(&believed.candidate.secret);
            let is_new = |other: &Sighted| other.marks.end <= marks.start || other.marks.start >= marks.end;
            if !marks.is_empty() && seen.iter().all(is_new) {
                seen.push(Sighted::plain(&tape, believed, marks));
            }
        }
        seen.sort_by_key(|sighted| sighted.marks.start);
        let reporter = Reporter { detector: self, page, tape: &tape };
        reporter.report(seen, findings);
    }

    /// The regions of `page` that must not be shown: whatever in it could be a secret, a
    /// password or a token, found or not.
    #[doc(hidden)]
    pub fn suspect_regions(&self, page: Page<'_>) -> Vec<Region> {
        let tape = Tape::new(page.lines);
        let believer = Believer { matcher: &self.matcher, page, tape: &tape };
        let rough = believer.rough(cover::LOOSE).into_iter().map(|rough| rough.span.marks);
        let mut regions: Vec<Region> = rough
            .chain(cover::suspects(self, &tape))
            .flat_map(|marks| tape.regions(marks, page.size))
            .collect();
        regions.sort_unstable_by_key(|region| (region.y, region.x, region.width, region.height));
        regions.dedup();
        regions
    }
}
