//! Lines gathered for one run of the recogniser, of which the start costs as much as a few lines.

use std::mem;

use super::texts::Texts;
use crate::ocr::clock::Clock;
use crate::ocr::layout::Line;
use crate::ocr::picture::Picture;
use crate::ocr::prepare::{self, FIRST, Strip};
use crate::ocr::tesseract::Tesseract;
use crate::ocr::{hocr, sheet, text};

/// Most lines of a run, and most pixels of all of them.
const MOST_LINES: usize = 96;
const MOST_PIXELS: usize = 24 << 20;

/// Lines that are to be read.
pub(super) struct Batch<'b> {
    tesseract: &'b Tesseract,
    clock: &'b Clock,
    waiting: Vec<Waiting>,
    pixels: usize,
}

struct Waiting {
    text: usize,
    size: (u32, u32),
    line: Line,
    strip: Strip,
}

impl<'b> Batch<'b> {
    pub(super) fn new(tesseract: &'b Tesseract, clock: &'b Clock) -> Self {
        Self { tesseract, clock, waiting: Vec::new(), pixels: 0 }
    }

    /// Adds a line; where it is one too many, all that wait are read.
    ///
    /// # Errors
    /// Why they were not read.
    pub(super) fn add(
        &mut self,
        text: usize,
        picture: &Picture,
        line: &Line,
        texts: &mut Texts,
    ) -> Result<(), String> {
        texts.ask(text, line);
        let Some(strip) = prepare::strip(picture, line, FIRST) else {
            texts.answer(text, None);
            return Ok(());
        };
        self.pixels += strip.image.as_raw().len();
        self.waiting.push(Waiting { text, size: picture.size(), line: line.clone(), strip });
        if self.waiting.len() >= MOST_LINES || self.pixels > MOST_PIXELS {
            self.finish(texts)
        } else {
            Ok(())
        }
    }

    /// Reads all that wait.
    ///
    /// # Errors
    /// Why they were not read.
    pub(super) fn finish(&mut self, texts: &mut Texts) -> Result<(), String> {
        let waiting = mem::take(&mut self.waiting);
        self.pixels = 0;
        if waiting.is_empty() {
            return Ok(());
        }
        let sheet = sheet::tiff(waiting.iter().map(|waiting| &waiting.strip.image));
        let answer = self.tesseract.read(sheet, None, self.clock.until()?);
        let answer = answer.map_err(|failure| self.clock.why(failure))?;
        for (Waiting { text, size, line, strip }, page) in
            waiting.iter().zip(hocr::pages(&answer, waiting.len()))
        {
            texts.answer(*text, text::text(*size, line, strip, page));
        }
        Ok(())
    }
}
