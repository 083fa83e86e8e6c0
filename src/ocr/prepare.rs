//! Lines made ready for the recogniser: black on white, of the size that it was trained for.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sides of pictures and shares of ink are small and not negative"
)]

use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};

use super::ink;
use super::layout::Line;
use super::picture::{Picture, Rect};

/// How a line is made ready.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Manner {
    /// Height of capitals, in pixels.
    pub(super) cap: f32,
    /// Room above the capitals, in their height.
    pub(super) above: f32,
    /// Room below the letters, in their height.
    pub(super) below: f32,
    /// The filter that scales.
    pub(super) filter: FilterType,
    /// Exponent of the ink: less than one makes thin letters stronger.
    pub(super) gamma: f32,
}

/// How lines are made ready at first.
pub(super) const FIRST: Manner =
    Manner { cap: 22.0, above: 0.45, below: 0.5, filter: FilterType::CatmullRom, gamma: 1.0 };
/// How they are made ready for the second look: each misreads other letters.
pub(super) const CAREFUL: [Manner; 5] = [
    Manner { cap: 36.0, ..FIRST },
    Manner { cap: 28.0, filter: FilterType::Lanczos3, gamma: 0.7, ..FIRST },
    Manner { cap: 20.0, above: 0.5, below: 0.6, ..FIRST },
    Manner { cap: 24.0, gamma: 1.4, ..FIRST },
    Manner { cap: 30.0, above: 0.6, below: 0.6, filter: FilterType::Triangle, ..FIRST },
];

/// A line ready for the recogniser.
#[derive(Debug, Clone)]
pub(super) struct Strip {
    pub(super) image: GrayImage,
    /// Pixels of the strip for one of the picture.
    pub(super) scale: f32,
    /// The pixel of the picture that is the upper left of the strip; it may lie outside.
    pub(super) origin: (f32, f32),
}

/// White at both ends, in heights of capitals.
const ENDS: f32 = 0.6;
/// The widest strip, in pixels; longer lines are scaled down.
const WIDEST: f32 = 12_000.0;

/// Makes `line` ready; none where it has no background.
pub(super) fn strip(picture: &Picture, line: &Line, manner: Manner) -> Option<Strip> {
    let height = line.height();
    let area = Rect {
        left: line.area.left.saturating_sub(1),
        right: (line.area.right + 1).min(picture.width),
        ..line.area
    };
    let ink = ink::ink(picture, area, height * 6)?;
    let values = even(&ink, line, area, manner.gamma);
    let room = |part: f32| (part * height as f32).round().max(1.0) as usize;
    let (above, below, ends) = (room(manner.above), room(manner.below), room(ENDS));
    // Rows of the strip before scaling: from `above` over the capitals to `below` under the base.
    let rows = above + height + below;
    let columns = area.width() + 2 * ends;
    let mut sheet =
        GrayImage::from_pixel(u32::try_from(columns).ok()?, u32::try_from(rows).ok()?, Luma([255]));
    for y in 0..rows {
        let Some(from) = (line.cap + y).checked_sub(above + area.top) else { continue };
        if from >= ink.height {
            break;
        }
        let row = &values[from * ink.width..][..ink.width];
        let start = y * columns + ends;
        sheet.as_flat_samples_mut().samples[start..start + ink.width].copy_from_slice(row);
    }
    let scale = (manner.cap / height as f32).min(WIDEST / columns as f32);
    let size = |pixels: usize| ((pixels as f32 * scale).round() as u32).max(1);
    let image = if (scale - 1.0).abs() < 0.02 {
        sheet
    } else {
        imageops::resize(&sheet, size(columns), size(rows), manner.filter)
    };
    let origin = (area.left as f32 - ends as f32, line.cap as f32 - above as f32);
    Some(Strip { image, scale, origin })
}

/// The ink as grey on white, the letters of each word as dark as those of the others.
fn even(ink: &ink::Ink, line: &Line, area: Rect, gamma: f32) -> Vec<u8> {
    let mut values = vec![255_u8; ink.values.len()];
    for (at, &(from, to)) in line.words.iter().enumerate() {
        let before = at.checked_sub(1).map_or(area.left, |at| usize::midpoint(line.words[at].1, from));
        let after = line.words.get(at + 1).map_or(area.right, |next| usize::midpoint(to, next.0));
        let (from, to) = (before.max(area.left) - area.left, after.min(area.right) - area.left);
        let mut counts = [0_usize; 256];
        for y in 0..ink.height {
            for &value in &ink.values[y * ink.width..][from..to] {
                counts[usize::from(value)] += 1;
            }
        }
        let full = percentile(&counts);
        let table: Vec<u8> =
            (0..256_usize).map(|value| darkness(value as f32 / full as f32, gamma)).collect();
        for y in 0..ink.height {
            for x in from..to {
                values[y * ink.width + x] = table[usize::from(ink.values[y * ink.width + x])];
            }
        }
    }
    values
}

/// Of the values that have ink at all the one that the strongest part reaches.
fn percentile(counts: &[usize; 256]) -> usize {
    let total: usize = counts[8..].iter().sum();
    let mut left = total * 7 / 100;
    for value in (8..256).rev() {
        if counts[value] > left {
            return value.max(16);
        }
        left -= counts[value];
    }
    16
}

/// The grey of a share of full ink.
fn darkness(share: f32, gamma: f32) -> u8 {
    let share = ((share - 0.06) / 0.94).clamp(0.0, 1.0);
    (255.0 - 255.0 * share.powf(gamma)).round() as u8
}
