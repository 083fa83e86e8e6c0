//! Images: from the bytes of one to the lines of text that it shows.
//!
//! Images that can show no key are passed over, cheaply; the others are prepared for
//! recognition, which the program Tesseract does. Nothing is believed here: what the lines
//! may hold is for `detect` to say.
//!
//! **Invariant:** what was read leaves neither memory nor the pipe to the recogniser: no file
//! is written, and an error quotes nothing of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{Region, TextLine};

/// How images are looked at.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// How long all recognition together may take, by the clock; no end where it is none.
    pub budget: Option<Duration>,
    /// The recogniser; where it is none, `tesseract` on the `PATH`.
    pub program: Option<PathBuf>,
}

/// Why no image can be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OcrError {
    /// The recogniser is not there.
    #[error("Tesseract, which reads text in images, is not installed")]
    Missing,
}

/// What looking at an image came to.
#[derive(Debug, Clone)]
pub enum Looked {
    /// Its text was looked for: what was read, frame by frame. It may be no text at all.
    Read(Vec<Frame>),
    /// It can show no key: a photograph, a drawing, or too small.
    Plain,
    /// It was not looked at: why, such as that the budget ran out.
    Skipped(String),
}

/// One picture of an image; most have one, an animation has many.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Which it is, from 0.
    pub index: u32,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Its lines of text, from the top.
    pub lines: Vec<TextLine>,
}

/// The eye of a scan: shared by all threads, it keeps the budget and remembers, by their
/// content, what it looked at.
#[derive(Debug)]
pub struct Ocr {
    settings: Settings,
}

impl Ocr {
    /// # Errors
    /// When the recogniser is not there or does not work.
    pub fn new(settings: Settings) -> Result<Self, OcrError> {
        Ok(Self { settings })
    }

    /// What tells this way of reading from others: the recogniser, its version and ours.
    pub fn identity(&self) -> String {
        String::new()
    }

    /// Whether what begins with `head` is an image of a kind that is looked at.
    pub fn is_image(head: &[u8]) -> bool {
        let _ = head;
        false
    }

    /// Reads the image that is `bytes`.
    pub fn look(&self, bytes: &[u8]) -> Arc<Looked> {
        let _ = (bytes, &self.settings);
        Arc::new(Looked::Plain)
    }

    /// Reads a part of a frame again, more carefully: one line for each way of reading it.
    /// `region` is of one line of text; what it gives is in the pixels of the frame.
    pub fn reread(&self, bytes: &[u8], frame: u32, region: Region) -> Vec<TextLine> {
        let _ = (bytes, frame, region);
        Vec::new()
    }
}

/// A PNG of the part `region` of a frame, with the parts `covered` painted over; none where
/// the image cannot be decoded again.
pub fn crop(bytes: &[u8], frame: u32, region: Region, covered: &[Region]) -> Option<Vec<u8>> {
    let _ = (bytes, frame, region, covered);
    None
}
