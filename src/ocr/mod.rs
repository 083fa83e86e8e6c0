//! Images: from the bytes of one to the lines of text that it shows.
//!
//! Images that can show no key are passed over, cheaply; the others are prepared for
//! recognition, which the program Tesseract does. Nothing is believed here: what the lines
//! may hold is for `detect` to say.
//!
//! **Invariant:** what was read leaves neither memory nor the pipe to the recogniser: no file
//! is written, and an error quotes nothing of it.

mod clock;
mod crop;
mod decode;
#[cfg(test)]
mod decode_tests;
mod hocr;
#[cfg(test)]
mod hocr_tests;
mod ink;
mod layout;
mod look;
mod measure;
mod memory;
mod picture;
mod prepare;
mod reread;
mod sheet;
mod tesseract;
#[cfg(test)]
mod tests;
mod text;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{Region, TextLine};

use clock::Clock;
use memory::Memory;
use tesseract::Tesseract;

/// Changes whenever the same image may be read as something else than before.
const PREPARATION: u32 = 2;

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
    /// What is there does not work.
    #[error("{} does not work: {why}", program.display())]
    Broken {
        /// The program that was run.
        program: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// It has no model of the language in which keys are read.
    #[error("{} has no model for English, which reads keys", program.display())]
    Language {
        /// The program that was run.
        program: PathBuf,
    },
}

/// What looking at an image came to.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub enum Looked {
    /// Its text was looked for: what was read, frame by frame. It may be no text at all.
    Read(Vec<Frame>),
    /// A part was looked at, as with [`Looked::Read`]; why the rest was not, such as that the
    /// image breaks off.
    Partly(Vec<Frame>, String),
    /// It can show no key: a photograph, a drawing, or too small.
    Plain,
    /// It was not looked at: why, such as that the budget ran out.
    Skipped(String),
}

/// One picture of an image; most have one, an animation has many.
#[doc(hidden)]
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Which it is, from 0.
    pub index: u32,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Its lines of text, from the top. Of an animation those that the frames before do not
    /// show, and what stands around them.
    pub lines: Vec<TextLine>,
}

/// The eye of a scan: shared by all threads, it keeps the budget and remembers, by their
/// content, what it looked at.
#[derive(Debug)]
pub struct Ocr {
    tesseract: Tesseract,
    clock: Clock,
    memory: Memory,
}

impl Ocr {
    /// # Errors
    /// When the recogniser is not there or does not work.
    pub fn new(settings: Settings) -> Result<Self, OcrError> {
        let Settings { budget, program } = settings;
        let tesseract = Tesseract::find(program)?;
        Ok(Self { tesseract, clock: Clock::new(budget), memory: Memory::default() })
    }

    /// What reads, such as `tesseract 5.3.0, preparation 2`: what was read by another may
    /// differ.
    #[doc(hidden)]
    pub fn identity(&self) -> String {
        format!("{}, preparation {PREPARATION}", self.tesseract.version)
    }

    /// Whether what begins with `head`, 30 bytes or more, is an image of a kind that is looked at.
    #[doc(hidden)]
    pub fn is_image(head: &[u8]) -> bool {
        decode::kind(head).is_some()
    }

    /// Reads the image that is `bytes`. The same content is read once, by whoever asks first.
    #[doc(hidden)]
    pub fn look(&self, bytes: &[u8]) -> Arc<Looked> {
        self.memory.remember(bytes, || look::look(&self.tesseract, &self.clock, bytes))
    }

    /// Reads a part of a frame again, more carefully: one line for each way of reading it.
    /// `region` is of one line of text; what it gives is in the pixels of the frame. The same
    /// part of the same content is read once.
    ///
    /// # Errors
    /// Why it was not read, such as that the budget ran out.
    #[doc(hidden)]
    pub fn reread(&self, bytes: &[u8], frame: u32, region: Region) -> Result<Vec<TextLine>, String> {
        self.memory.remember_part((bytes, frame, region), || {
            reread::reread(&self.tesseract, &self.clock, bytes, frame, region)
        })
    }
}

/// A PNG of the part `region` of a frame, at most 900 by 240 pixels, with the parts `covered`
/// painted over; none where the image cannot be decoded again.
#[doc(hidden)]
pub fn crop(bytes: &[u8], frame: u32, region: Region, covered: &[Region]) -> Option<Vec<u8>> {
    crop::crop(decode::picture(bytes, frame)?, region, covered)
}
