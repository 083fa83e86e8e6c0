//! One picture in memory: its pixels in three channels, and rectangles of them.
//!
//! It knows nothing of files and formats.

use crate::model::Region;

/// Pixels from the upper left, row by row; three bytes each: red, green, blue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) rgb: Vec<u8>,
}

impl Picture {
    /// None where the bytes are not as many as the size needs.
    pub(super) fn new(width: usize, height: usize, rgb: Vec<u8>) -> Option<Self> {
        let bytes = width.checked_mul(height)?.checked_mul(3)?;
        (rgb.len() == bytes && bytes > 0).then_some(Self { width, height, rgb })
    }

    /// The bytes of a row from column `from` to before `to`.
    pub(super) fn row(&self, y: usize, from: usize, to: usize) -> &[u8] {
        let start = y * self.width;
        &self.rgb[(start + from) * 3..(start + to) * 3]
    }

    /// Width and height as reports tell them.
    pub(super) fn size(&self) -> (u32, u32) {
        (clamp(self.width), clamp(self.height))
    }

    /// The part of `region` that lies on the picture.
    pub(super) fn part(&self, region: Region) -> Option<Rect> {
        let left = (region.x as usize).min(self.width);
        let top = (region.y as usize).min(self.height);
        let right = (region.right() as usize).min(self.width);
        let bottom = (region.bottom() as usize).min(self.height);
        (left < right && top < bottom).then_some(Rect { left, top, right, bottom })
    }
}

/// A rectangle within a picture: `right` and `bottom` are one past its edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

impl Rect {
    pub(super) fn width(&self) -> usize {
        self.right - self.left
    }

    pub(super) fn height(&self) -> usize {
        self.bottom - self.top
    }
}

/// A number of pixels; pictures of more than 32 bits a side are not decoded.
fn clamp(pixels: usize) -> u32 {
    u32::try_from(pixels).unwrap_or(u32::MAX)
}
