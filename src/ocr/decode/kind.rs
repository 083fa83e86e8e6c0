//! Which format an image has, by its first bytes.

use std::fmt;

/// A format that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ocr) enum Kind {
    Png,
    Jpeg,
    WebP,
    Gif,
    Tiff,
    Bmp,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
        })
    }
}

/// The format of what begins with `head`, of which 30 bytes are enough.
pub(in crate::ocr) fn kind(head: &[u8]) -> Option<Kind> {
    match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Kind::Png),
        [0xff, 0xd8, 0xff, ..] => Some(Kind::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Kind::WebP),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Kind::Gif),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Some(Kind::Tiff),
        _ if is_bmp(head) => Some(Kind::Bmp),
        _ => None,
    }
}

/// Two letters are not enough to tell a BMP from a text: what follows must be a header of one
/// of the sizes that there are, and the pixels must lie behind it.
fn is_bmp(head: &[u8]) -> bool {
    let number = |at: usize| {
        let bytes = head.get(at..at + 4)?;
        Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    };
    let (Some(pixels), Some(header)) = (number(10), number(14)) else { return false };
    head.starts_with(b"BM")
        && matches!(header, 12 | 16 | 40 | 52 | 56 | 64 | 108 | 124)
        && pixels >= header + 14
        && pixels < 1 << 20
}
