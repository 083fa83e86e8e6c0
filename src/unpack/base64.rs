//! The base64 in which notebooks keep images: strict about letters, lax about line breaks.
//!
//! Standard and URL-safe letters, padded or not. It guesses nothing: what is not base64
//! from end to end is refused, and is text.

/// The letters by their six bits, the standard ones first.
const LETTERS: [&[u8; 64]; 2] = [
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
];
/// In [`BITS`], what is no letter.
const NONE: u8 = 0xFF;
/// The six bits of every byte.
const BITS: [u8; 256] = {
    let mut bits = [NONE; 256];
    let mut index = 0;
    while index < 64 {
        bits[LETTERS[0][index as usize] as usize] = index;
        bits[LETTERS[1][index as usize] as usize] = index;
        index += 1;
    }
    bits
};

/// The six bits of a letter; more than 63 where it is none.
pub(super) fn bits(byte: u8) -> u8 {
    BITS[usize::from(byte)]
}

/// Whether a byte is a base64 letter.
pub(super) fn is_letter(byte: u8) -> bool {
    BITS[usize::from(byte)] != NONE
}

/// The standard letter of six bits.
pub(super) fn letter(bits: u8) -> u8 {
    LETTERS[0][usize::from(bits & 63)]
}

/// Decodes `text` into `out`, as far as it stays within `most` bytes and some, and says how long
/// all of it is. `None` where it is not base64.
pub(super) fn decode(text: &[u8], most: usize, out: &mut Vec<u8>) -> Option<usize> {
    out.clear();
    let (mut bits, mut letters, mut padding) = (0_u32, 0_usize, 0_usize);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if let (0, Some(four)) = (letters % 4, text[at..].first_chunk::<4>()) {
            let six = four.map(|byte| BITS[usize::from(byte)]);
            if padding == 0 && (six[0] | six[1] | six[2] | six[3]) < 64 {
                let three = six.iter().fold(0, |bits, six| bits << 6 | u32::from(*six));
                if out.len() < most {
                    out.extend_from_slice(&three.to_be_bytes()[1..]);
                }
                letters += 4;
                at += 4;
                continue;
            }
        }
        match byte {
            b'=' => padding += 1,
            b' ' | b'\n' | b'\r' | b'\t' => {}
            _ if is_letter(byte) && padding == 0 => {
                bits = bits << 6 | u32::from(BITS[usize::from(byte)]);
                letters += 1;
                // Of four letters the second, third and fourth each complete a byte.
                let rest = [6, 4, 2, 0][(letters + 3) % 4];
                if rest < 6 && out.len() < most + 3 {
                    out.push((bits >> rest).to_be_bytes()[3]);
                }
            }
            _ => return None,
        }
        at += 1;
    }
    (letters % 4 != 1 && letters > 0 && padding <= 2).then_some(letters / 4 * 3 + letters % 4 * 3 / 4)
}
