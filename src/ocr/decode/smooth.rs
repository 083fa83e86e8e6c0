//! Pictures whose colours were made of dots of a few others, smoothed.
//!
//! A picture that is saved with a palette may show the colour behind its text as a pattern of
//! dots (dithering), in which each pixel differs sharply from the next. Each pixel becomes the
//! mean of those around it that are near to its colour, so that dots go and letters stay. Any
//! other picture is left as it is.

use std::collections::HashSet;

use crate::ocr::picture::Picture;

/// Most colours of a palette.
const PALETTE: usize = 256;
/// How much a channel changes from a dot to the next at least, and at most: the usual palettes
/// have six steps of 51 in each.
const DOT: u8 = 24;
const NEAR: u8 = 60;
/// How far around a pixel others are asked, in pixels.
const REACH: usize = 2;
/// So many rows are asked whether the picture has dots.
const ROWS: usize = 256;

/// The picture without such dots.
pub(super) fn smoothed(picture: Picture) -> Picture {
    if has_dots(&picture) { smooth(&picture) } else { picture }
}

/// Whether a quarter of the pixels differ sharply from the next, with no more colours than a
/// palette has.
fn has_dots(picture: &Picture) -> bool {
    let step = picture.height.div_ceil(ROWS).max(1);
    let rows = || (0..picture.height).step_by(step).map(|y| picture.row(y, 0, picture.width));
    let (mut dots, mut all) = (0, 0);
    for row in rows() {
        all += picture.width;
        let next = row.get(3..).unwrap_or_default();
        let pairs = row.chunks_exact(3).zip(next.chunks_exact(3));
        dots += pairs.filter(|(one, other)| !are_near(one, other, DOT)).count();
    }
    if dots * 4 < all {
        return false;
    }
    let mut colours = HashSet::new();
    rows().all(|row| {
        colours.extend(row.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]));
        colours.len() <= PALETTE
    })
}

fn are_near(one: &[u8], other: &[u8], most: u8) -> bool {
    one.iter().zip(other).all(|(one, other)| one.abs_diff(*other) <= most)
}

fn smooth(picture: &Picture) -> Picture {
    let mut rgb = Vec::with_capacity(picture.rgb.len());
    for y in 0..picture.height {
        let around = y.saturating_sub(REACH)..(y + REACH + 1).min(picture.height);
        for x in 0..picture.width {
            let own = picture.row(y, x, x + 1);
            let (from, to) = (x.saturating_sub(REACH), (x + REACH + 1).min(picture.width));
            let (mut sums, mut count) = ([0_usize; 3], 0);
            for row in around.clone() {
                for pixel in picture.row(row, from, to).chunks_exact(3) {
                    if are_near(own, pixel, NEAR) {
                        count += 1;
                        for (sum, part) in sums.iter_mut().zip(pixel) {
                            *sum += usize::from(*part);
                        }
                    }
                }
            }
            // The pixel itself is one of them.
            rgb.extend(sums.map(|sum| u8::try_from(sum / count).unwrap_or(u8::MAX)));
        }
    }
    Picture { rgb, ..*picture }
}
