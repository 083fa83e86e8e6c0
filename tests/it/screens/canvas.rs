//! A canvas on which text and boxes are drawn, in the pixels of a style sheet, as a screen of
//! some scale shows them: grey or subpixel smoothing, and where the key stands.
//!
//! No hinting and no ligatures: `benches/ocr_chromium.py` has a browser draw with them.

use ab_glyph::{Font as _, FontVec, PxScale, ScaleFont as _, point};
use baseleak::model::Region;
use image::{Rgb, RgbImage};

/// How the edges of letters are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Smoothing {
    Grey,
    /// Each third of a pixel for itself, as on a screen whose thirds are red, green and blue.
    Subpixel,
}

/// A pen: what a text is written with.
#[derive(Clone, Copy)]
pub(crate) struct Pen<'f> {
    pub(crate) font: &'f FontVec,
    /// Height of the em in pixels of the style sheet.
    pub(crate) size: f32,
    pub(crate) colour: Rgb<u8>,
    /// Whether letters begin at whole pixels, as terminals and most of Windows have it.
    pub(crate) snap: bool,
}

impl Pen<'_> {
    pub(crate) fn with(self, colour: Rgb<u8>) -> Self {
        Self { colour, ..self }
    }

    fn scale(&self, factor: f32) -> PxScale {
        let em = self.font.units_per_em().unwrap_or(1000.0);
        PxScale::from(self.size * factor * self.font.height_unscaled() / em)
    }

    /// How wide `text` is in pixels of the style sheet, on a screen of scale `factor`.
    pub(crate) fn width(&self, factor: f32, text: &str) -> f32 {
        text.chars().map(|letter| self.advance(factor, letter)).sum()
    }

    pub(crate) fn advance(&self, factor: f32, letter: char) -> f32 {
        let font = self.font.as_scaled(self.scale(factor));
        let advance = font.h_advance(font.glyph_id(letter));
        if self.snap { advance.round() / factor } else { advance / factor }
    }
}

/// What is drawn on.
pub(crate) struct Canvas {
    pub(crate) image: RgbImage,
    /// Pixels of the screen for one of the style sheet.
    pub(crate) factor: f32,
    smoothing: Smoothing,
    /// Where parts of the key were drawn, in pixels of the image.
    pub(crate) marks: Vec<Region>,
}

impl Canvas {
    pub(crate) fn new(width: f32, height: f32, factor: f32, smoothing: Smoothing, back: Rgb<u8>) -> Self {
        let image = RgbImage::from_pixel(cut(width * factor), cut(height * factor), back);
        Self { image, factor, smoothing, marks: Vec::new() }
    }

    /// Width in pixels of the style sheet.
    pub(crate) fn width(&self) -> f32 {
        wide(self.image.width()) / self.factor
    }

    /// Height in pixels of the style sheet.
    pub(crate) fn height(&self) -> f32 {
        wide(self.image.height()) / self.factor
    }

    /// Fills a box.
    pub(crate) fn fill(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), colour: Rgb<u8>) {
        let factor = self.factor;
        let right = cut((x + width) * factor).min(self.image.width());
        let bottom = cut((y + height) * factor).min(self.image.height());
        for row in cut(y * factor)..bottom {
            for column in cut(x * factor)..right {
                self.image.put_pixel(column, row, colour);
            }
        }
    }

    /// Draws the edge of a box, one pixel of the style sheet wide.
    pub(crate) fn frame(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), colour: Rgb<u8>) {
        self.fill((x, y), (width, 1.0), colour);
        self.fill((x, y + height - 1.0), (width, 1.0), colour);
        self.fill((x, y), (1.0, height), colour);
        self.fill((x + width - 1.0, y), (1.0, height), colour);
    }

    /// Writes `text` from `x` on the line at `y`; returns where the next letter would stand.
    /// With `mark` it is a part of the key.
    pub(crate) fn write(&mut self, pen: &Pen<'_>, (x, y): (f32, f32), text: &str, mark: bool) -> f32 {
        let mut at = x;
        let mut ink: Option<Region> = None;
        for letter in text.chars() {
            let left = if pen.snap { (at * self.factor).round() } else { at * self.factor };
            if let Some(region) = self.letter(pen, (left, (y * self.factor).round()), letter) {
                ink = Some(ink.map_or(region, |all| all.join(region)));
            }
            at += pen.advance(self.factor, letter);
        }
        if mark {
            self.marks.extend(ink);
        }
        at
    }

    fn letter(&mut self, pen: &Pen<'_>, (x, y): (f32, f32), letter: char) -> Option<Region> {
        let thirds = self.smoothing == Smoothing::Subpixel;
        let mut scale = pen.scale(self.factor);
        let stretch = if thirds { 3.0 } else { 1.0 };
        scale.x *= stretch;
        let glyph = pen.font.glyph_id(letter).with_scale_and_position(scale, point(x * stretch, y));
        let outline = pen.font.outline_glyph(glyph)?;
        let bounds = outline.px_bounds();
        let (width, height) = (cut(bounds.width()), cut(bounds.height()));
        let mut cover = vec![0.0_f32; width as usize * height as usize];
        outline.draw(|column, row, value| {
            if let Some(cell) = cover.get_mut(row as usize * width as usize + column as usize) {
                *cell = value.clamp(0.0, 1.0);
            }
        });
        let at = |column: i64, row: u32| -> f32 {
            usize::try_from(column)
                .ok()
                .filter(|&column| column < width as usize)
                .map_or(0.0, |column| cover[row as usize * width as usize + column])
        };
        let (left, top) = (floor(bounds.min.x), floor(bounds.min.y));
        for row in 0..height {
            let y = top + i64::from(row);
            if thirds {
                // Each third takes from its neighbours, as FreeType's filter has it.
                for x in (left - 2).div_euclid(3)..=(left + i64::from(width) + 2).div_euclid(3) {
                    let third = |channel: i64| -> f32 {
                        let middle = x * 3 + channel - left;
                        let parts = [(-2, 1.0), (-1, 2.0), (0, 3.0), (1, 2.0), (2, 1.0)];
                        parts.iter().map(|&(step, weight)| at(middle + step, row) * weight).sum::<f32>() / 9.0
                    };
                    self.blend(x, y, [third(0), third(1), third(2)], pen.colour);
                }
            } else {
                for column in 0..width {
                    let value = at(i64::from(column), row);
                    self.blend(left + i64::from(column), y, [value; 3], pen.colour);
                }
            }
        }
        let x = cut(bounds.min.x / stretch);
        let right = cut((bounds.max.x / stretch).ceil());
        Some(Region { x, y: cut(bounds.min.y), width: (right - x).max(1), height: height.max(1) })
    }

    fn blend(&mut self, x: i64, y: i64, cover: [f32; 3], colour: Rgb<u8>) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if x >= self.image.width() || y >= self.image.height() {
            return;
        }
        let pixel = self.image.get_pixel_mut(x, y);
        for (channel, cover) in cover.into_iter().enumerate() {
            let (old, new) = (f32::from(pixel.0[channel]), f32::from(colour.0[channel]));
            pixel.0[channel] = shade(old + (new - old) * cover);
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float is cut to the range")]
pub(crate) fn cut(value: f32) -> u32 {
    value.max(0.0) as u32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float is cut to the range")]
pub(crate) fn shade(value: f32) -> u8 {
    value.round() as u8
}

#[expect(clippy::cast_possible_truncation, reason = "the coordinates of an image are small")]
fn floor(value: f32) -> i64 {
    value.floor() as i64
}

#[expect(clippy::cast_precision_loss, reason = "the coordinates of an image are small")]
pub(crate) fn wide(value: u32) -> f32 {
    value as f32
}

/// A count as a length.
pub(crate) fn long(value: usize) -> f32 {
    wide(u32::try_from(value).expect("counts of letters and lines are small"))
}
