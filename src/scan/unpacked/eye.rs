//! Looks at the images that a content has: has them read, has the secrets in what was read
//! found, and says where each stands.
//!
//! **Invariant:** an image that was to be looked at and was not is told of as skipped.

use std::cell::Cell;

use crate::detect::Detector;
use crate::detect::seen::Page;
use crate::model::{Blob, Coverage, Finding, Provenance, Region, Sight, SkipReason, Skipped, TextLine};
use crate::ocr::{self, Frame, Looked, Ocr};
use crate::scan::Opening;
use crate::unpack::icon;

use super::images::{Bytes, Image, Images};

/// Findings of one image that get a picture of what stands around them.
const CROPS: usize = 16;
/// How far an image was not looked at.
const AT_ALL: &str = "";
const TO_ITS_END: &str = " to its end";
/// Pixels that such a picture is wide at least, where the image is.
const WIDE: u32 = 300;

/// Looks at images, on one thread.
#[derive(Debug)]
pub(in crate::scan) struct Eye<'d> {
    detector: &'d Detector,
    ocr: &'d Ocr,
    images: Images,
}

/// What looking at the images of a content came to, where its path is not known.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::scan) struct Glimpse {
    /// Whether one of them may hold something, or was not looked at.
    pub(in crate::scan) matters: bool,
    /// Images that were read.
    pub(in crate::scan) images: u64,
    /// Those that can show no key.
    pub(in crate::scan) plain: u64,
    /// Those that were to be looked at and were not.
    pub(in crate::scan) unseen: u64,
}

impl Glimpse {
    /// Adds what other images came to.
    pub(in crate::scan) fn merge(&mut self, other: Self) {
        self.matters |= other.matters;
        self.images += other.images;
        self.plain += other.plain;
        self.unseen += other.unseen;
    }
}

impl<'d> Eye<'d> {
    /// None where images are not looked at.
    pub(in crate::scan) fn new(detector: &'d Detector, opening: Opening<'d>) -> Option<Self> {
        let Opening { unpack, ocr } = opening;
        Some(Self { detector, ocr: ocr?, images: Images::new(unpack) })
    }

    /// Another, for other contents.
    pub(in crate::scan) fn another(&self) -> Self {
        Self { images: self.images.another(), ..*self }
    }

    /// Looks at the images that end in this blob; blobs of one content come in order.
    pub(in crate::scan) fn look(
        &mut self,
        blob: &Blob<'_>,
        findings: &mut Vec<Finding>,
        coverage: &mut Coverage,
    ) {
        let Self { detector, ocr, images } = self;
        let view = View { detector, ocr, provenance: blob.provenance, unsettled: Cell::default() };
        images.see(blob, &mut |image| view.look(image, findings, coverage));
    }

    /// The same for a content whose path is not known: whether it is to be looked at where
    /// that is.
    pub(in crate::scan) fn glance(&mut self, blob: &Blob<'_>) -> Glimpse {
        let Self { detector, ocr, images } = self;
        // The path may speak for a key, too: no other does so louder.
        let provenance = Provenance { shown: b"baseten", relative: b"baseten" };
        let view = View { detector, ocr, provenance, unsettled: Cell::default() };
        let mut glimpse = Glimpse::default();
        images.see(blob, &mut |image| {
            let (mut findings, mut coverage) = (Vec::new(), Coverage::default());
            let may_hold = view.glance(image, &mut findings, &mut coverage);
            let unseen = coverage.skipped.len() as u64;
            glimpse.merge(Glimpse {
                matters: may_hold || unseen > 0,
                images: coverage.images,
                plain: coverage.plain_images,
                unseen,
            });
        });
        glimpse
    }
}

/// Looks at images of one content.
struct View<'v> {
    detector: &'v Detector,
    ocr: &'v Ocr,
    provenance: Provenance<'v>,
    /// Why what may be a secret was not read again, where that is so: it may be one all the same.
    unsettled: Cell<Option<String>>,
}

impl View<'_> {
    /// Looks at an image, or at those in an icon.
    fn look(&self, image: &Image<'_>, findings: &mut Vec<Finding>, coverage: &mut Coverage) {
        self.each(image, coverage, &mut |bytes, frames| {
            let first = findings.len();
            for frame in frames {
                // Of an animation only the frames are here that show something new.
                let is_one_of_many = frames.len() > 1 || frame.index > 0;
                self.frame(bytes, frame, is_one_of_many, image, findings, first);
            }
        });
    }

    /// Whether an image may hold something.
    fn glance(&self, image: &Image<'_>, findings: &mut Vec<Finding>, coverage: &mut Coverage) -> bool {
        let mut may_hold = false;
        self.each(image, coverage, &mut |bytes, frames| {
            for frame in frames {
                let lines: Vec<String> = frame.lines.iter().map(TextLine::text).collect();
                may_hold |= self.detector.glance(lines.join("\n").as_bytes()).may_hold;
                may_hold = may_hold || {
                    self.read(bytes, frame, findings);
                    !findings.is_empty()
                };
            }
        });
        may_hold
    }

    /// Has an image read, counts it, and hands what was read to `visit`.
    fn each(&self, image: &Image<'_>, coverage: &mut Coverage, visit: &mut dyn FnMut(&[u8], &[Frame])) {
        let bytes = match image.bytes {
            Bytes::Whole(bytes) => bytes,
            Bytes::Few => return coverage.plain_images += 1,
            Bytes::Lost(why) => return self.skip(image, AT_ALL, why, coverage),
        };
        let pictures: Vec<&[u8]> =
            if icon::is_icon(bytes) { icon::pictures(bytes).collect() } else { vec![bytes] };
        if pictures.is_empty() {
            coverage.plain_images += 1;
        }
        for bytes in pictures {
            match &*self.ocr.look(bytes) {
                Looked::Read(frames) => {
                    coverage.images += 1;
                    visit(bytes, frames);
                    if let Some(why) = self.unsettled.take() {
                        self.skip(image, TO_ITS_END, &why, coverage);
                    }
                }
                Looked::Partly(frames, why) => {
                    coverage.images += 1;
                    visit(bytes, frames);
                    self.unsettled.take();
                    self.skip(image, TO_ITS_END, why, coverage);
                }
                Looked::Plain => coverage.plain_images += 1,
                Looked::Skipped(why) => self.skip(image, AT_ALL, why, coverage),
            }
        }
    }

    /// Says that an image was not looked at, or how far.
    fn skip(&self, image: &Image<'_>, how_far: &str, why: &str, coverage: &mut Coverage) {
        let why = match &image.cell {
            Some(cell) => format!("the image in {cell} was not looked at{how_far}: {why}"),
            None => format!("the image was not looked at{how_far}: {why}"),
        };
        let path = self.detector.path_name(self.provenance.shown);
        let reason = SkipReason::Unreadable(self.detector.masked(&why));
        coverage.skipped.push(Skipped { path, reason });
    }

    fn read(&self, bytes: &[u8], frame: &Frame, findings: &mut Vec<Finding>) {
        if frame.lines.is_empty() {
            return;
        }
        let page = Page { provenance: self.provenance, size: frame.size, lines: &frame.lines };
        let mut reread = |region| {
            self.ocr.reread(bytes, frame.index, region).unwrap_or_else(|why| {
                self.unsettled.set(Some(why));
                Vec::new()
            })
        };
        self.detector.scan_page(page, &mut reread, findings);
    }

    /// Adds the findings of a frame; those of the frames before it begin with the number `first`.
    fn frame(
        &self,
        bytes: &[u8],
        frame: &Frame,
        is_one_of_many: bool,
        image: &Image<'_>,
        findings: &mut Vec<Finding>,
        first: usize,
    ) {
        let from = findings.len();
        self.read(bytes, frame, findings);
        if findings.len() == from {
            return;
        }
        let number = is_one_of_many.then(|| format!("frame {}", u64::from(frame.index) + 1));
        let cell = image.cell.iter().cloned().chain(number).collect::<Vec<_>>().join(", ");
        for finding in &mut findings[from..] {
            let location = &mut finding.location;
            (location.start, location.end) = (image.start, image.end);
            if !cell.is_empty() {
                let cell = self.detector.path_name(cell.as_bytes());
                location.path = location.path.clone().in_cell(cell);
            }
        }
        let mut fresh = findings.split_off(from);
        let most = CROPS.saturating_sub(from - first).min(fresh.len());
        self.crop(bytes, frame, &mut fresh[..most]);
        for finding in fresh {
            let before = findings[first..].iter_mut().find(|before| is_same(before, &finding));
            match before {
                Some(before) if certainty(&finding) > certainty(before) => *before = finding,
                Some(_) => {}
                None => findings.push(finding),
            }
        }
    }

    /// Gives findings a picture of what stands around them in this frame.
    fn crop(&self, bytes: &[u8], frame: &Frame, findings: &mut [Finding]) {
        let page = Page { provenance: self.provenance, size: frame.size, lines: &frame.lines };
        let mut covered = self.detector.suspect_regions(page);
        let sights = findings.iter().filter_map(|finding| finding.sight.as_ref());
        covered.extend(sights.flat_map(|sight| &sight.regions));
        for sight in findings.iter_mut().filter_map(|finding| finding.sight.as_mut()) {
            if let Some(region) = around(sight, frame.size) {
                sight.crop = ocr::crop(bytes, frame.index, region, &covered).map(Into::into);
            }
        }
    }
}

/// Whether two frames show the same secret in the same place.
fn is_same(one: &Finding, other: &Finding) -> bool {
    let places = |finding: &Finding| finding.sight.as_ref().map(|sight| sight.regions.clone());
    let (Some(here), Some(there)) = (places(one), places(other)) else { return false };
    let touch =
        |a: &Region, b: &Region| a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
    one.fingerprint == other.fingerprint
        && one.location.path.cell() != other.location.path.cell()
        && here.iter().any(|a| there.iter().any(|b| touch(a, b)))
}

fn certainty(finding: &Finding) -> u8 {
    finding.sight.as_ref().map_or(0, |sight| sight.certainty)
}

/// What of an image is shown: the secret, two of its lines around it, and what makes it wide
/// enough to be recognised.
fn around(sight: &Sight, (width, height): (u32, u32)) -> Option<Region> {
    let line = sight.regions.iter().map(|region| region.height).max()?;
    let all = sight.regions.iter().copied().reduce(Region::join)?;
    let beside = (line * 2).max(WIDE.saturating_sub(all.width) / 2);
    let x = all.x.saturating_sub(beside);
    let y = all.y.saturating_sub(line * 2);
    let right = all.right().saturating_add(beside).min(width);
    let bottom = all.bottom().saturating_add(line * 2).min(height);
    (right > x && bottom > y).then(|| Region { x, y, width: right - x, height: bottom - y })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_stays_within_the_image() {
        let sight = |x, y, width, height| {
            let regions = vec![Region { x, y, width, height }];
            Sight { regions, ..Sight::default() }
        };
        let region = |x, y, width, height| Some(Region { x, y, width, height });
        assert_eq!(around(&sight(400, 100, 400, 10), (1000, 1000)), region(380, 80, 440, 50));
        assert_eq!(around(&sight(400, 100, 100, 10), (1000, 1000)), region(300, 80, 300, 50));
        assert_eq!(around(&sight(0, 0, 90, 10), (100, 20)), region(0, 0, 100, 20));
        assert_eq!(around(&sight(u32::MAX, 5, 9, 9), (100, 20)), None);
        assert_eq!(around(&Sight::default(), (100, 20)), None);
    }
}
