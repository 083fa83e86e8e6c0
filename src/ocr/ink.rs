//! How much of a pixel is letter: its distance from the colour behind the text.
//!
//! So dark themes, light themes, syntax colours and selections all become the same: nothing
//! where there is background, and the more the further a letter's colour is from it.

mod ground;

use super::picture::{Picture, Rect};

/// Ink of a rectangle, row by row: 0 is background.
#[derive(Debug, Clone)]
pub(super) struct Ink {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<u8>,
}

type Colour = [u8; 3];

/// How far the backgrounds of neighbours may be from each other to hold for both.
const ALIKE: u16 = 200;

/// The ink of `area`, of which the background is looked for in pieces of width `piece`; none
/// where no colour is behind it: it is no text.
pub(super) fn ink(picture: &Picture, area: Rect, piece: usize) -> Option<Ink> {
    let piece = piece.max(8);
    let (width, height) = (area.width(), area.height());
    let (mut backs, mut seconds) = (Vec::new(), Vec::new());
    let mut left = area.left;
    while left < area.right {
        // A narrow rest would have no background of its own.
        let right = if area.right - left < piece * 2 { area.right } else { left + piece };
        let (back, second) = backgrounds(picture, Rect { left, right, ..area });
        backs.push(back);
        seconds.push(second);
        left = right;
    }
    let known = backs.iter().flatten().count();
    if known * 2 < backs.len() || known == 0 {
        return None;
    }
    fill(&mut backs);
    let backs: Vec<Colour> = backs.into_iter().flatten().collect();
    let grounds = ground::grounds(picture, area, piece, &backs, &seconds);
    let mut values = vec![0; width * height];
    for (y, row) in values.chunks_exact_mut(width).enumerate() {
        let pixels = picture.row(area.top + y, area.left, area.right);
        for (x, (value, pixel)) in row.iter_mut().zip(pixels.chunks_exact(3)).enumerate() {
            let at = (x / piece).min(backs.len() - 1);
            let own = grounds[x];
            let mut least = distance(pixel, own);
            for other in [at.wrapping_sub(1), at + 1] {
                if let Some(&back) = backs.get(other)
                    && back != own
                    && distance(&back, own) < ALIKE
                {
                    least = least.min(distance(pixel, back));
                }
            }
            *value = u8::try_from(least / 3).unwrap_or(u8::MAX);
        }
    }
    ground::clear_around(picture, area, &grounds, &mut values);
    Some(Ink { width, height, values })
}

/// Where a piece has none, the background of a neighbour holds.
fn fill(backs: &mut [Option<Colour>]) {
    for at in 1..backs.len() {
        backs[at] = backs[at].or(backs[at - 1]);
    }
    for at in (1..backs.len()).rev() {
        backs[at - 1] = backs[at - 1].or(backs[at]);
    }
}

/// The sum of what the channels differ.
fn distance(one: &[u8], other: Colour) -> u16 {
    one.iter().zip(other).map(|(one, other)| u16::from(one.abs_diff(other))).sum()
}

/// The colour that most of a rectangle has, near enough; none where no colour has a third of it.
/// And another that is far from it and has a good part of the rest, such as that of a selection.
fn backgrounds(picture: &Picture, area: Rect) -> (Option<Colour>, Option<Colour>) {
    let mut counts = vec![0_u32; 1 << 12];
    let bin = |pixel: &[u8]| {
        usize::from(pixel[0] >> 4) << 8 | usize::from(pixel[1] >> 4) << 4 | usize::from(pixel[2] >> 4)
    };
    for y in area.top..area.bottom {
        for pixel in picture.row(y, area.left, area.right).chunks_exact(3) {
            counts[bin(pixel)] += 1;
        }
    }
    let centre = |at: usize| {
        [at >> 8, at >> 4 & 15, at & 15].map(|part| u8::try_from(part << 4 | 8).unwrap_or(u8::MAX))
    };
    let pixels = area.width() * area.height();
    let Some(most) = (0..counts.len()).max_by_key(|&at| counts[at]) else { return (None, None) };
    let Some(back) = mean_near(picture, area, centre(most), pixels * 3 / 10) else { return (None, None) };
    let is_far = |at: &usize| distance(&centre(*at), back) >= ALIKE;
    let next = (0..counts.len()).filter(is_far).max_by_key(|&at| counts[at]);
    let next = next.filter(|&at| counts[at] as usize * 16 >= pixels);
    (Some(back), next.and_then(|at| mean_near(picture, area, centre(at), pixels / 8)))
}

/// The mean of the pixels near `centre`, if there are `least` of them: the colour may lie on the
/// edge of its bin, and noise then spreads it over two.
fn mean_near(picture: &Picture, area: Rect, centre: Colour, least: usize) -> Option<Colour> {
    let (mut sums, mut count) = ([0_u64; 3], 0_u64);
    for y in area.top..area.bottom {
        for pixel in picture.row(y, area.left, area.right).chunks_exact(3) {
            if distance(pixel, centre) <= 48 && pixel.iter().zip(centre).all(|(a, b)| a.abs_diff(b) <= 18) {
                count += 1;
                for (sum, &part) in sums.iter_mut().zip(pixel) {
                    *sum += u64::from(part);
                }
            }
        }
    }
    if count == 0 || count < least as u64 {
        return None;
    }
    Some(sums.map(|sum| u8::try_from(sum / count).unwrap_or(u8::MAX)))
}
