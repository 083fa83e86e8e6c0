//! A part of a picture to be shown, with what must not be seen painted over.
//!
//! **Invariant:** what is covered is painted before anything is scaled, with a margin, so that
//! no pixel of the result depends on it.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{ImageFormat, Rgb, RgbImage};

use super::picture::{Picture, Rect};
use crate::model::Region;

/// The largest width and height of what is shown; larger parts are scaled down.
const WIDEST: u32 = 900;
const HIGHEST: u32 = 240;
/// The colour of the cover, and of its edge.
const COVER: Rgb<u8> = Rgb([96, 96, 104]);

/// A PNG of `region` of `picture`.
pub(super) fn crop(mut picture: Picture, region: Region, covered: &[Region]) -> Option<Vec<u8>> {
    let part = picture.part(region)?;
    for region in covered {
        if let Some(cover) = picture.part(margin(*region)) {
            paint(&mut picture, cover);
        }
    }
    let mut image = RgbImage::new(u32::try_from(part.width()).ok()?, u32::try_from(part.height()).ok()?);
    let width = part.width() * 3;
    for (y, row) in image.as_flat_samples_mut().samples.chunks_exact_mut(width).enumerate() {
        row.copy_from_slice(picture.row(part.top + y, part.left, part.right));
    }
    let image = fit(image);
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(png.into_inner())
}

/// A region with room around it, so that no edge of a letter looks out.
fn margin(region: Region) -> Region {
    let room = 2 + region.height / 4;
    let (x, y) = (region.x.saturating_sub(room), region.y.saturating_sub(room));
    Region {
        x,
        y,
        width: region.right().saturating_add(room) - x,
        height: region.bottom().saturating_add(room) - y,
    }
}

fn paint(picture: &mut Picture, cover: Rect) {
    let width = picture.width;
    for y in cover.top..cover.bottom {
        let row = &mut picture.rgb[(y * width + cover.left) * 3..(y * width + cover.right) * 3];
        for pixel in row.chunks_exact_mut(3) {
            pixel.copy_from_slice(&COVER.0);
        }
    }
}

fn fit(image: RgbImage) -> RgbImage {
    let (width, height) = image.dimensions();
    if width <= WIDEST && height <= HIGHEST {
        return image;
    }
    let (across, down) = (u64::from(width) * u64::from(HIGHEST), u64::from(height) * u64::from(WIDEST));
    let scaled = |side: u32, most: u32, of: u32| {
        u32::try_from(u64::from(side) * u64::from(most) / u64::from(of)).unwrap_or(most).clamp(1, most)
    };
    let (new_width, new_height) = if across > down {
        (WIDEST, scaled(height, WIDEST, width).min(HIGHEST))
    } else {
        (scaled(width, HIGHEST, height).min(WIDEST), HIGHEST)
    };
    image::imageops::resize(&image, new_width, new_height, FilterType::Triangle)
}
