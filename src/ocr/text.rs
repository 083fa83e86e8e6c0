//! From the letters of a strip to a line of text of the picture.

#![expect(clippy::cast_precision_loss, reason = "sides of pictures are small")]

use super::hocr::{Letter, Page};
use super::layout::Line;
use super::measure::Gauge;
use super::prepare::Strip;
use crate::model::{Glyph, Region, TextLine};

/// The line that was read on a page, which is `strip` of `line`, of a picture of this size;
/// none where it is blank.
pub(super) fn text(size: (u32, u32), line: &Line, strip: &Strip, page: Page) -> Option<TextLine> {
    let row = |y: usize| (y as f32 - strip.origin.1) * strip.scale;
    let gauge = Gauge::new(&strip.image, row(line.cap), row(line.base));
    let mut words: Vec<Vec<Letter>> = page.into_iter().flatten().collect();
    for word in &mut words {
        word.retain(|letter| gauge.has_ink(letter));
    }
    words.retain(|word| !word.is_empty());
    gauge.judge(&mut words.iter_mut().flatten().collect::<Vec<_>>());

    let place = Place { size, line, strip };
    let mut glyphs: Vec<Glyph> = Vec::new();
    for word in words {
        let begin = place.region(word.first()?);
        if let Some(last) = glyphs.last()
            && let Some(region) = place.blank(last.region, begin)
        {
            glyphs.push(Glyph { choices: vec![(' ', 100)], region });
        }
        glyphs.extend(
            word.into_iter().map(|letter| Glyph { region: place.region(&letter), choices: letter.choices }),
        );
    }
    let region = glyphs.iter().map(|glyph| glyph.region).reduce(Region::join)?;
    Some(TextLine { glyphs, region })
}

/// Where a line stands in its picture.
struct Place<'p> {
    size: (u32, u32),
    line: &'p Line,
    strip: &'p Strip,
}

impl Place<'_> {
    /// The pixels of the picture that a letter covers.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is held within the picture"
    )]
    fn region(&self, letter: &Letter) -> Region {
        let (width, height) = self.size;
        let column = |x: u32| (x as f32 / self.strip.scale + self.strip.origin.0).clamp(0.0, width as f32);
        let left = column(letter.area[0]).floor() as u32;
        let right = (column(letter.area[2]).ceil() as u32).clamp(left + 1, width.max(left + 1));
        let hang = self.line.height() * 3 / 10;
        let top = u32::try_from(self.line.cap.max(1) - 1).unwrap_or(0);
        let bottom = u32::try_from((self.line.base + hang).min(self.line.area.bottom)).unwrap_or(height);
        Region { x: left, y: top, width: right - left, height: bottom.min(height).max(top + 1) - top }
    }

    /// The gap between two words, if there is one: the recogniser likes to put one where it
    /// read the end of a sentence.
    fn blank(&self, before: Region, after: Region) -> Option<Region> {
        let (from, to) = (before.right().min(after.x), before.right().max(after.x));
        let slack = self.line.height() / 2;
        let (left, right) = ((from as usize).saturating_sub(slack), to as usize + slack);
        let has_gap = self.line.words.windows(2).any(|two| two[0].1 < right && left < two[1].0);
        has_gap.then(|| Region { x: from, width: (to - from).max(1), ..before })
    }
}
