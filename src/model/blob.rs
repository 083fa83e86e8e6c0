//! A piece of content on its way to detection.

use std::ops::Range;

use super::{Position, Provenance};

/// Bytes to scan, borrowed from the source that read them.
///
/// A file larger than the reading window comes as several blobs in order.
/// Neighbours overlap, so that no secret is cut and each has its surroundings;
/// a secret belongs to the blob whose [`fresh`](Self::fresh) range it starts in.
#[derive(Debug, Clone)]
pub struct Blob<'a> {
    /// The bytes, with the overlaps.
    pub bytes: &'a [u8],
    /// The part of [`bytes`](Self::bytes) in which a secret must start to be reported from here.
    pub fresh: Range<usize>,
    /// Where `bytes[0]` stands in the whole text.
    pub start: Position,
    /// Where the bytes come from.
    pub provenance: Provenance<'a>,
}

impl<'a> Blob<'a> {
    /// A blob that is the whole of its text.
    pub fn whole(bytes: &'a [u8], provenance: Provenance<'a>) -> Self {
        Self { bytes, fresh: 0..bytes.len(), start: Position::START, provenance }
    }

    /// Whether nothing of the text stands before these bytes.
    pub fn is_first(&self) -> bool {
        self.start == Position::START && self.fresh.start == 0
    }
}
