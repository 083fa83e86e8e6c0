//! From a canvas to the file that somebody shares: scaled down, cropped, encoded.

use std::io::Cursor;

use baseleak::model::Region;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, ImageFormat, RgbImage};

use crate::contexts::{Kind, Rng};

use super::canvas::{Canvas, cut, wide};

/// The scale of the screen, and what was done to it after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Zoom {
    One,
    Two,
    /// Taken at twice the size, and scaled down to the size of 1x.
    TwoToOne,
    /// Taken at twice the size, and scaled down to one and a half.
    TwoToOneAndHalf,
    /// Taken at twice the size, and scaled down to three quarters; of large text only.
    TwoToThreeQuarters,
}

impl Zoom {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        match rng.below(20) {
            0..=6 => Self::One,
            7..=14 => Self::Two,
            15 | 16 => Self::TwoToOne,
            17 | 18 => Self::TwoToOneAndHalf,
            _ => Self::TwoToThreeQuarters,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::One => "1x",
            Self::Two => "2x",
            Self::TwoToOne => "2x to 1x",
            Self::TwoToOneAndHalf => "2x to 1.5x",
            Self::TwoToThreeQuarters => "2x to 0.75x",
        }
    }

    /// Pixels of the screen for one of the style sheet, when it is drawn.
    pub(crate) const fn factor(self) -> f32 {
        if matches!(self, Self::One) { 1.0 } else { 2.0 }
    }

    /// The smallest em that is still legible in the end.
    pub(crate) const fn smallest(self) -> usize {
        if matches!(self, Self::TwoToThreeQuarters) { 15 } else { 11 }
    }

    const fn shrink(self) -> f32 {
        match self {
            Self::One | Self::Two => 1.0,
            Self::TwoToOne => 0.5,
            Self::TwoToOneAndHalf => 0.75,
            Self::TwoToThreeQuarters => 0.375,
        }
    }
}

/// The format of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    Png,
    /// With its quality.
    Jpeg(u8),
    Webp,
    Gif,
}

impl Format {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Png => "PNG".to_owned(),
            Self::Jpeg(quality) => format!("JPEG {quality}"),
            Self::Webp => "WebP".to_owned(),
            Self::Gif => "GIF".to_owned(),
        }
    }

    /// How a file of it is called.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg(_) => "jpg",
            Self::Webp => "webp",
            Self::Gif => "gif",
        }
    }
}

/// What was cut off, close to the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Crop {
    None,
    /// Through the line above, or just above the key.
    Top,
    /// Through the line below, or just below the key.
    Bottom,
    /// Just before the key.
    Left,
    /// Just behind the key.
    Right,
}

impl Crop {
    pub(crate) fn random(rng: &mut Rng, kind: Kind) -> Self {
        match rng.below(25) {
            // The old shape needs what says whose it is, which stands before it or above it.
            0 if kind == Kind::New => Self::Top,
            1 if kind == Kind::New => Self::Left,
            2 => Self::Bottom,
            3 => Self::Right,
            _ => Self::None,
        }
    }
}

/// What was taken of a canvas.
pub(crate) struct Taken {
    pub(crate) image: RgbImage,
    /// Where the key is.
    pub(crate) marks: Vec<Region>,
}

/// Scales and crops.
pub(crate) fn take(rng: &mut Rng, canvas: Canvas, zoom: Zoom, crop: Crop) -> Taken {
    let (mut image, mut marks) = (canvas.image, canvas.marks);
    let shrink = zoom.shrink();
    if shrink < 1.0 {
        let filter = [FilterType::Triangle, FilterType::CatmullRom, FilterType::Lanczos3][rng.below(3)];
        let (width, height) = (cut(wide(image.width()) * shrink), cut(wide(image.height()) * shrink));
        image = imageops::resize(&image, width, height, filter);
        marks = marks.into_iter().map(|mark| shrunk(mark, shrink)).collect();
    }
    let Some(all) = marks.iter().copied().reduce(Region::join) else { return Taken { image, marks } };
    let room = u32::try_from(rng.within(1..=12)).expect("it is small");
    let (mut x, mut y, mut right, mut bottom) = (0, 0, image.width(), image.height());
    match crop {
        Crop::None => {}
        Crop::Top => y = all.y.saturating_sub(room),
        Crop::Bottom => bottom = bottom.min(all.bottom() + room),
        Crop::Left => x = all.x.saturating_sub(room),
        Crop::Right => right = right.min(all.right() + room),
    }
    let image = imageops::crop_imm(&image, x, y, right - x, bottom - y).to_image();
    for mark in &mut marks {
        mark.x -= x;
        mark.y -= y;
    }
    Taken { image, marks }
}

fn shrunk(mark: Region, shrink: f32) -> Region {
    let (x, y) = (cut(wide(mark.x) * shrink), cut(wide(mark.y) * shrink));
    let right = cut((wide(mark.right()) * shrink).ceil());
    let bottom = cut((wide(mark.bottom()) * shrink).ceil());
    Region { x, y, width: right - x, height: bottom - y }
}

/// The file: half of them PNG.
pub(crate) fn encode(rng: &mut Rng, image: &RgbImage) -> (Vec<u8>, Format) {
    const QUALITIES: [u8; 9] = [40, 50, 60, 70, 75, 80, 85, 90, 95];
    let format = match rng.below(20) {
        0..=9 => Format::Png,
        10..=16 => Format::Jpeg(QUALITIES[rng.below(QUALITIES.len())]),
        17 | 18 => Format::Webp,
        _ => Format::Gif,
    };
    (encode_as(image, format), format)
}

pub(crate) fn encode_as(image: &RgbImage, format: Format) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let image = DynamicImage::ImageRgb8(image.clone());
    match format {
        Format::Jpeg(quality) => image.write_with_encoder(JpegEncoder::new_with_quality(&mut out, quality)),
        Format::Png => image.write_to(&mut out, ImageFormat::Png),
        Format::Webp => image.write_to(&mut out, ImageFormat::WebP),
        Format::Gif => DynamicImage::ImageRgba8(image.to_rgba8()).write_to(&mut out, ImageFormat::Gif),
    }
    .expect("an image in memory can be encoded");
    out.into_inner()
}
