//! What of a content is looked at beside its bytes as they are.

use crate::ocr::Ocr;

/// What is opened, and what is looked at.
///
/// With neither, content is scanned as it is. Images within something are looked at only
/// where that is opened; an image that is a file of its own is looked at in any case.
#[derive(Debug, Clone, Copy, Default)]
pub struct Opening<'o> {
    /// Whether archives and notebooks are opened.
    pub unpack: bool,
    /// What reads images, if they are looked at.
    pub ocr: Option<&'o Ocr>,
}
