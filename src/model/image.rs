//! What can be read in an image, and where in it a secret was read.
//!
//! Text that a recogniser reads is never certain: every glyph comes with what else it may be.

use std::fmt;
use std::sync::Arc;

/// A rectangle of an image, in its own pixels; `x` and `y` are its left and upper edge, from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl Region {
    /// The smallest rectangle around both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = self.right().max(other.right());
        let bottom = self.bottom().max(other.bottom());
        Self { x, y, width: right - x, height: bottom - y }
    }

    /// One past the right edge.
    pub fn right(self) -> u32 {
        self.x.saturating_add(self.width)
    }

    /// One past the lower edge.
    pub fn bottom(self) -> u32 {
        self.y.saturating_add(self.height)
    }
}

/// `x 120, y 80, 640 by 18 pixels`.
impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { x, y, width, height } = self;
        write!(f, "x {x}, y {y}, {width} by {height} pixels")
    }
}

/// A character as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glyph {
    /// What it may be, the likeliest first, each with how sure the recogniser is, 0 to 100;
    /// never empty. A gap between words is a single blank.
    pub choices: Vec<(char, u8)>,
    /// Where it stands.
    pub region: Region,
}

/// A line of text as it was read, from left to right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextLine {
    /// Its characters, the gaps among them; never blank at either end.
    pub glyphs: Vec<Glyph>,
    /// Where it stands.
    pub region: Region,
}

impl TextLine {
    /// The likeliest text.
    pub fn text(&self) -> String {
        self.glyphs.iter().filter_map(|glyph| glyph.choices.first()).map(|&(letter, _)| letter).collect()
    }
}

/// Where and how surely a secret was read in an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sight {
    /// Where it stands: a region for each line that it is wrapped over; never empty.
    pub regions: Vec<Region>,
    /// Width and height of the image, in pixels.
    pub size: (u32, u32),
    /// How sure it is that the secret was read to the letter, 0 to 100.
    pub certainty: u8,
    /// The public names that it may have, the likeliest first, which is the finding's
    /// [`key`](super::Finding::key); empty where its kind has none.
    pub variants: Vec<String>,
    /// A PNG of what stands around it, with it and whatever else could be a secret covered.
    pub crop: Option<Arc<[u8]>>,
}

impl Sight {
    /// Where in the image it stands, in words: `x 120, y 80, 640 by 18 pixels`, and so on for
    /// each line that it is wrapped over.
    pub fn place(&self) -> String {
        self.regions.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_join() {
        let one = Region { x: 10, y: 20, width: 5, height: 6 };
        let other = Region { x: 2, y: 22, width: 3, height: 9 };
        assert_eq!(one.join(other), Region { x: 2, y: 20, width: 13, height: 11 });
        assert_eq!(one.join(other), other.join(one));
        assert_eq!(one.to_string(), "x 10, y 20, 5 by 6 pixels");
    }
}
