//! Secrets in text that was read in an image, where no letter is certain.
//!
//! The shapes of Baseten's keys are strict, and a recogniser's mistakes are known: where the
//! shape decides what a letter is, it is repaired; where it does not, all that it may be is
//! kept as variants, the likeliest first.

use crate::model::{Finding, Provenance, Region, TextLine};

use super::Detector;

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
    pub fn scan_page(
        &self,
        page: Page<'_>,
        reread: &mut dyn FnMut(Region) -> Vec<TextLine>,
        findings: &mut Vec<Finding>,
    ) {
        let _ = (page, reread, findings);
    }

    /// The regions of `page` that must not be shown: whatever in it could be a secret, a
    /// password or a token, found or not.
    pub fn suspect_regions(&self, page: Page<'_>) -> Vec<Region> {
        let _ = page;
        Vec::new()
    }
}
