//! The base64 in which notebooks keep images: strict about letters, lax about line breaks.
//!
//! Standard and URL-safe letters, padded or not. It guesses nothing: what is not base64
//! from end to end is refused, and is text.

/// The six bits of a base64 letter.
pub(super) fn value(letter: u8) -> Option<u8> {
    Some(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// The standard letter of six bits.
pub(super) fn letter(bits: u8) -> u8 {
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[usize::from(bits & 63)]
}

/// The length in bytes of what `text` encodes; `None` where it is not base64.
pub(super) fn length(text: &[u8]) -> Option<usize> {
    let mut letters = 0_usize;
    let mut padding = 0_usize;
    for &byte in text {
        match byte {
            b'=' => padding += 1,
            b' ' | b'\n' | b'\r' | b'\t' => {}
            _ if value(byte).is_some() && padding == 0 => letters += 1,
            _ => return None,
        }
    }
    (letters % 4 != 1 && letters > 0 && padding <= 2).then_some(letters * 3 / 4)
}

/// Adds the bytes that `text` encodes to `out`; letters that are none count for nothing.
pub(super) fn decode(text: &[u8], out: &mut Vec<u8>) {
    let (mut bits, mut held) = (0_u32, 0_u32);
    for letter in text.iter().filter_map(|&byte| value(byte)) {
        bits = bits << 6 | u32::from(letter);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xFF).expect("masked to eight bits"));
        }
    }
}
