//! What the boxes of characters tell: whether the font is monospaced and how wide its columns
//! are, and which letters are tall. It looks at no letter but those whose height is known.

use crate::model::{Glyph, Region, TextLine};

/// Letters that are as tall as capitals, and no small letter is like them.
const TALL: &str = "ABDEFGHLMNRTYbdfhkl23456789";
/// Small letters without an ascender, and no capital is like them.
const SMALL: &str = "aegnrmq";
/// Steps from one character to the next that must be there to tell a pitch from them.
const STEPS: usize = 8;

/// How tall a character is: 1 as a capital, 0 as a small letter without ascender; none where
/// the line does not tell. And how much that is worth: more the larger the letters are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Height {
    pub(super) share: Option<f32>,
    pub(super) weight: f32,
}

/// The measures of a line.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Metrics {
    /// Width of a column where the font is monospaced, in pixels.
    pub(super) pitch: Option<f32>,
    /// Average width of a character with what stands between two, in pixels.
    pub(super) width: f32,
    /// Upper edge of capitals and of small letters, in pixels, where both are known.
    tops: Option<(f32, f32)>,
}

impl Metrics {
    /// The measures of each of `lines`. A line that is too short to tell has those of the page.
    pub(super) fn of_page(lines: &[TextLine]) -> Vec<Self> {
        let own: Vec<(Self, usize)> = lines.iter().map(Self::of_line).collect();
        let mut pitches: Vec<f32> =
            own.iter().filter(|(_, steps)| *steps >= STEPS).filter_map(|(line, _)| line.pitch).collect();
        let full = own.iter().filter(|(_, steps)| *steps >= STEPS).count();
        let common = (2 * pitches.len() > full).then(|| median(&mut pitches)).flatten();
        own.into_iter()
            .map(|(line, steps)| {
                let is_alike = |pitch: &f32| (line.width - pitch).abs() <= 0.25 * pitch;
                match common {
                    // What is read twice, or not at all, may hide that a line is like the others.
                    Some(pitch) if line.pitch.is_none() && (steps < STEPS || is_alike(&pitch)) => {
                        Self { pitch: Some(pitch), width: pitch, ..line }
                    }
                    _ => line,
                }
            })
            .collect()
    }

    /// The measures of `line`, and from how many steps they were taken.
    fn of_line(line: &TextLine) -> (Self, usize) {
        let mut steps: Vec<f32> = line
            .glyphs
            .windows(2)
            .filter(|pair| !is_blank(&pair[0]) && !is_blank(&pair[1]))
            .map(|pair| middle(pair[1].region) - middle(pair[0].region))
            .collect();
        let count = steps.len();
        let width = median(&mut steps).unwrap_or(0.0).max(1.0);
        let slack = (0.14 * width).max(1.1);
        let even = steps.iter().filter(|step| (**step - width).abs() <= slack).count();
        let pitch = (4 * even >= 3 * count && count > 0).then(|| mean(&steps, width, slack));
        (Self { pitch, width: pitch.unwrap_or(width), tops: tops(line) }, count)
    }

    /// What lies between the boxes `before` and `next` of this line.
    pub(super) fn lead(&self, before: Region, next: Region, blank: bool) -> super::tape::Lead {
        super::tape::Lead {
            blank,
            line_break: false,
            wraps: false,
            columns: self.pitch.map(|pitch| (middle(next) - middle(before)) / pitch),
            gap: (pixels(next.x) - pixels(before.right())) / self.width,
        }
    }

    /// How tall the box `region` of this line is.
    pub(super) fn height(&self, region: Region) -> Height {
        let Some((tall, small)) = self.tops else { return Height::default() };
        let share = ((small - pixels(region.y)) / (small - tall)).clamp(-0.5, 1.5);
        Height { share: Some(share), weight: (small - tall).clamp(1.0, 4.0) }
    }
}

/// The upper edges of capitals and of small letters, where both are known and apart.
fn tops(line: &TextLine) -> Option<(f32, f32)> {
    let of = |letters: &str| {
        let own = line
            .glyphs
            .iter()
            .filter(|glyph| glyph.choices.first().is_some_and(|&(letter, _)| letters.contains(letter)));
        let mut tops: Vec<f32> = own.map(|glyph| pixels(glyph.region.y)).collect();
        median(&mut tops)
    };
    let (tall, small) = (of(TALL)?, of(SMALL)?);
    (small - tall >= 1.0).then_some((tall, small))
}

fn is_blank(glyph: &Glyph) -> bool {
    glyph.choices.first().is_none_or(|(letter, _)| letter.is_whitespace())
}

/// The middle of `region`, from the left of the page, in pixels.
pub(super) fn middle(region: Region) -> f32 {
    pixels(region.x) + pixels(region.width) / 2.0
}

#[expect(clippy::cast_precision_loss, reason = "a pixel more or less is nothing in an image that wide")]
fn pixels(count: u32) -> f32 {
    count as f32
}

/// The value in the middle; none of none.
pub(super) fn median(values: &mut [f32]) -> Option<f32> {
    let half = values.len() / 2;
    values.sort_unstable_by(f32::total_cmp);
    values.get(half).copied()
}

/// The mean of those `values` that are within `slack` of `about`.
fn mean(values: &[f32], about: f32, slack: f32) -> f32 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values.iter().filter(|value| (**value - about).abs() <= slack) {
        sum += value;
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { about }
}
