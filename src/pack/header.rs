//! The header of one entry of a pack: what it is, how large, a delta of what.
//!
//! It reads from the bytes of the entry alone and never beyond them.

use super::error::ObjectFault;
use super::id::ObjectId;
use crate::model::ObjectKind;

/// What an entry holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A whole object.
    Whole(ObjectKind),
    /// A delta of the entry that starts so many bytes before this one.
    OfsDelta(u64),
    /// A delta of the object with this name.
    RefDelta(ObjectId),
}

/// The header of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    /// Inflated bytes: of the object, or of its delta.
    pub(super) size: u64,
    /// Bytes of the header; the compressed data begin behind it.
    pub(super) len: usize,
}

impl Header {
    /// Reads the header at the start of `entry`.
    #[inline]
    pub(super) fn parse(entry: &[u8]) -> Result<Self, ObjectFault> {
        let mut bytes = Bytes { all: entry, at: 0 };
        let first = bytes.next()?;
        let mut size = u64::from(first & 0x0F);
        let (mut more, mut shift) = (first & 0x80 != 0, 4);
        while more {
            let byte = bytes.next()?;
            // What is shifted out would be lost without a word.
            if shift > 57 {
                return Err(ObjectFault::Header);
            }
            size |= u64::from(byte & 0x7F) << shift;
            (more, shift) = (byte & 0x80 != 0, shift + 7);
        }
        let kind = match first >> 4 & 7 {
            1 => Kind::Whole(ObjectKind::Commit),
            2 => Kind::Whole(ObjectKind::Tree),
            3 => Kind::Whole(ObjectKind::Blob),
            4 => Kind::Whole(ObjectKind::Tag),
            6 => Kind::OfsDelta(bytes.distance()?),
            7 => {
                let name = entry.get(bytes.at..bytes.at + ObjectId::LEN);
                bytes.at += ObjectId::LEN;
                Kind::RefDelta(name.and_then(ObjectId::from_bytes).ok_or(ObjectFault::Header)?)
            }
            _ => return Err(ObjectFault::Header),
        };
        Ok(Self { kind, size, len: bytes.at })
    }
}

struct Bytes<'e> {
    all: &'e [u8],
    at: usize,
}

impl Bytes<'_> {
    #[inline]
    fn next(&mut self) -> Result<u8, ObjectFault> {
        let byte = *self.all.get(self.at).ok_or(ObjectFault::Header)?;
        self.at += 1;
        Ok(byte)
    }

    /// A distance backwards: seven bits a byte, the highest first, and each
    /// continuation counts one more, so that no distance has two spellings.
    #[inline]
    fn distance(&mut self) -> Result<u64, ObjectFault> {
        let mut byte = self.next()?;
        let mut distance = u64::from(byte & 0x7F);
        while byte & 0x80 != 0 {
            byte = self.next()?;
            if distance >> 56 != 0 {
                return Err(ObjectFault::Header);
            }
            distance = (distance + 1) << 7 | u64::from(byte & 0x7F);
        }
        Ok(distance)
    }
}

#[cfg(test)]
mod tests {
    use super::{Header, Kind};
    use crate::model::ObjectKind::{Blob, Commit, Tag, Tree};

    /// What the header is: kind, size and length.
    fn check(entry: &[u8], expect: Option<(Kind, u64, usize)>) {
        let header = Header::parse(entry).ok().map(|header| (header.kind, header.size, header.len));
        assert_eq!(header, expect, "{entry:02x?}");
    }

    #[test]
    fn headers_are_read_and_refused() {
        for (first, kind) in [(0x10, Commit), (0x20, Tree), (0x30, Blob), (0x40, Tag)] {
            check(&[first], Some((Kind::Whole(kind), 0, 1)));
        }
        check(&[0x3F, 0xFF], Some((Kind::Whole(Blob), 15, 1)));
        check(&[0xB5, 0x81, 0x01], Some((Kind::Whole(Blob), 5 + (1 << 4) + (1 << 11), 3)));
        check(&[0x61, 0x05], Some((Kind::OfsDelta(5), 1, 2)));
        check(&[0x61, 0x80, 0x00], Some((Kind::OfsDelta(128), 1, 3)));
        check(&[0x61, 0x80], None);
        check(&[0x61, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], None);
        check(&[0x71; 20], None);
        assert!(matches!(Header::parse(&[0x71; 21]), Ok(Header { kind: Kind::RefDelta(_), len: 21, .. })));
        for unknown in [0x00, 0x50] {
            check(&[unknown], None);
        }
        check(&[], None);
        check(&[0xB0], None);
        check(&[0xB0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], None);
    }
}
