//! Crops of images on the page: what stands around a key that was read in an image, with the
//! key covered, which was done before it came here.
//!
//! They are the only bytes of a page that may be large, so that there is an end to them, and
//! what is beyond it is told.

use std::io::{self, Write};

use super::super::sight;
use super::policy::base64;
use super::text::{count, text};
use crate::model::{Finding, Report};

/// Most crops on a page.
const MOST: usize = 200;
/// Most bytes of all crops on a page, 20 MB as PNG.
const ROOM: usize = 20_000_000;

/// What was shown so far.
#[derive(Debug)]
pub(super) struct Crops {
    left: usize,
    room: usize,
    left_out: usize,
}

impl Default for Crops {
    fn default() -> Self {
        Self { left: MOST, room: ROOM, left_out: 0 }
    }
}

/// Whether the page may have a crop.
pub(super) fn has_some(report: &Report) -> bool {
    report.findings.iter().any(|finding| crop(finding).is_some())
}

fn crop(finding: &Finding) -> Option<&[u8]> {
    finding.sight.as_ref()?.crop.as_deref()
}

impl Crops {
    /// Writes the crop of `finding` where it has one and there is room.
    pub(super) fn write(&mut self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let (Some(sight), Some(crop)) = (&finding.sight, crop(finding)) else { return Ok(()) };
        if self.left == 0 || crop.len() > self.room {
            self.left_out += 1;
            return writeln!(out, "<p>Its image is left out: see the end of the list of keys.</p>");
        }
        self.left -= 1;
        self.room -= crop.len();
        let alt = format!(
            "Part of {} with the key covered: {}. It was {}.",
            finding.location.path,
            sight.place(),
            sight::reading(finding, sight)
        );
        writeln!(
            out,
            "<p><img class=\"crop\" src=\"data:image/png;base64,{}\" alt=\"{}\"></p>",
            base64(crop),
            text(&alt)
        )
    }

    /// Says how many are not on the page.
    pub(super) fn write_left_out(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.left_out == 0 {
            return Ok(());
        }
        let left_out = count(self.left_out, "part of an image is", "parts of images are");
        writeln!(out, "<p>{left_out} left out: a page shows at most {MOST} of them, and 20 MB.</p>")
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::canonical::canonical;
    use super::*;

    fn shown(crops: &mut Crops, finding: &Finding) -> String {
        let mut out = Vec::new();
        crops.write(finding, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("it is UTF-8")
    }

    #[test]
    fn there_is_an_end_to_them_and_it_is_told() {
        let report = canonical();
        assert!(has_some(&report));
        let finding = report.findings.iter().find(|finding| crop(finding).is_some());
        let finding = finding.expect("the report has a crop");
        let size = crop(finding).expect("it has one").len();
        let said = |crops: &Crops| {
            let mut out = Vec::new();
            crops.write_left_out(&mut out).expect("a vector takes everything");
            String::from_utf8(out).expect("it is UTF-8")
        };
        for (left, room) in [(2, 10 * size), (10, 2 * size)] {
            let mut crops = Crops { left, room, left_out: 0 };
            assert!((0..2).all(|_| shown(&mut crops, finding).contains("<img ")));
            assert_eq!(said(&crops), "");
            assert!((0..3).all(|_| shown(&mut crops, finding).contains("left out")));
            assert!(said(&crops).starts_with("<p>3 parts of images are left out"), "{left} {room}");
        }
    }
}
