//! The quick look at all bytes: runs of characters that an encoded key consists
//! of, and runs of UTF-16. It decodes nothing.
//!
//! A run of 35 contains 16 bytes at one of the places 20 apart, whatever the
//! alignment, so only those are looked at, with a rough test that compiles to a
//! few vector instructions; where it does not refuse, a table says the rest.

use std::ops::Range;

/// Bytes of the shortest encoded key without a break: `sky_` with a secret of
/// 16, of which one character is the shortest escape.
pub(super) const RUN: usize = 35;
const PROBE: usize = 16;
const STEP: usize = RUN - PROBE + 1;

/// Letters and digits.
pub(super) const ALNUM: u8 = 1;
/// What the keys and their escapes are made of.
pub(super) const KEYED: u8 = 2;
/// Both alphabets of base64, without padding.
pub(super) const BASE64: u8 = 4;
/// Hex digits.
pub(super) const HEX: u8 = 8;
/// What UTF-16 text may have in the lower half of a unit.
const UNIT: u8 = 16;

const CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "the loop ends at 256")]
        let this = byte as u8;
        let mut class = 0;
        if this.is_ascii_alphanumeric() {
            class |= ALNUM | KEYED | BASE64;
        }
        if matches!(this, b'.' | b'_' | b'\\' | b'%' | b'&' | b'#' | b';' | b'=' | b'{' | b'}') {
            class |= KEYED;
        }
        if matches!(this, b'+' | b'/' | b'-' | b'_') {
            class |= BASE64;
        }
        if this.is_ascii_hexdigit() {
            class |= HEX;
        }
        if this >= 0x20 || matches!(this, b'\t' | b'\n' | b'\r') {
            class |= UNIT;
        }
        classes[byte] = class;
        byte += 1;
    }
    classes
}

/// Whether `byte` is of `class`.
#[inline]
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASS[usize::from(byte)] & class != 0
}

/// How many bytes of `class` stand at the beginning of `bytes`.
pub(super) fn ahead(bytes: &[u8], class: u8) -> usize {
    bytes.iter().position(|&byte| !is(byte, class)).unwrap_or(bytes.len())
}

/// As [`ahead`], for runs that may be long, of [`ALNUM`] or [`BASE64`].
pub(super) fn span_ahead(bytes: &[u8], class: u8) -> usize {
    // Most end at once.
    match bytes.first() {
        Some(&byte) if is(byte, class) => {}
        _ => return 0,
    }
    let is_in = |byte: u8| {
        let letter = u8::from((byte | 0x20).wrapping_sub(b'a') < 26);
        letter | u8::from(byte.wrapping_sub(b'0') < 10)
    };
    let is_sign = |byte: u8| u8::from(byte == b'+' || byte == b'/') | u8::from(byte == b'-' || byte == b'_');
    let full: &dyn Fn(&[u8; 32]) -> bool = if class == BASE64 {
        &|part| part.iter().fold(1, |all, &byte| all & (is_in(byte) | is_sign(byte))) == 1
    } else {
        &|part| part.iter().fold(1, |all, &byte| all & is_in(byte)) == 1
    };
    let parts = bytes.as_chunks().0.iter().take_while(|part| full(part)).count() * 32;
    parts + ahead(&bytes[parts..], class)
}

/// How many bytes of `class` stand at the end of `bytes`.
pub(super) fn behind(bytes: &[u8], class: u8) -> usize {
    bytes.iter().rev().position(|&byte| !is(byte, class)).unwrap_or(bytes.len())
}

/// The runs of at least `least` bytes of `class`, by looking at every `least`-th byte.
pub(super) fn runs_of(bytes: &[u8], class: u8, least: usize) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(window) = bytes.get(from..from + least) {
            let tail = behind(window, class);
            if tail < least {
                from += least - tail;
                continue;
            }
            let end = from + least + ahead(&bytes[from + least..], class);
            let run = from..end;
            from = end + 1;
            return Some(run);
        }
        None
    })
}

/// The runs of at least [`RUN`] bytes of [`KEYED`], from left to right.
pub(super) fn runs(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(probe) = bytes.get(at..at + PROBE) {
            let probe: &[u8; PROBE] = probe.try_into().expect("a probe long");
            if refuses(probe) {
                at += STEP;
                continue;
            }
            let tail = behind(probe, KEYED);
            if tail < PROBE {
                at += PROBE - tail - 1 + STEP;
                continue;
            }
            let start = at - behind(&bytes[..at], KEYED);
            let end = at + PROBE + ahead(&bytes[at + PROBE..], KEYED);
            at = end + STEP;
            if end - start >= RUN {
                return Some(start..end);
            }
        }
        None
    })
}

/// Whether a byte that hardly any word is without tells that there is no run.
#[inline]
fn refuses(probe: &[u8; PROBE]) -> bool {
    // Below `#` and above ASCII by one signed comparison; then quote, brackets, comma and signs.
    let refused = |byte: u8| u8::from(byte.cast_signed() < 0x23) | u8::from(byte.wrapping_sub(0x27) < 7);
    probe.iter().fold(0, |bad, &byte| bad | refused(byte)) != 0
}

/// Characters of the shortest key in UTF-16.
const UNITS: usize = 33;
const WORD: usize = 8;

/// Runs of at least 33 units of UTF-16 whose upper halves are zero, of either
/// byte order: the range, which begins with the first unit.
pub(super) fn wide(bytes: &[u8]) -> impl Iterator<Item = Wide> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(word) = bytes.get(at..at + WORD) {
            let word = u64::from_le_bytes(word.try_into().expect("a word long"));
            let first = match (word & 0xFF00_FF00_FF00_FF00, word & 0x00FF_00FF_00FF_00FF) {
                (0, 0) => None,
                (0, _) => Some(at),
                (_, 0) => Some(at + 1),
                _ => None,
            };
            at += 2 * UNITS - 2 - WORD;
            let Some(run) = first.and_then(|first| around(bytes, first)) else { continue };
            at = at.max(run.text.end);
            return Some(run);
        }
        None
    })
}

/// A run of UTF-16.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wide {
    /// From the first byte that is not zero to the last, and the byte behind it,
    /// which the bytes may lack.
    pub(super) text: Range<usize>,
    /// Whether one unit more may belong to it, if the upper half stands first.
    pub(super) open: bool,
    /// Whether the upper half of a unit stands first, as far as one can tell.
    pub(super) big_endian: bool,
}

/// The run around the lower half at `first`, if it is long enough.
fn around(bytes: &[u8], first: usize) -> Option<Wide> {
    let is_unit = |at: usize| is(bytes[at], UNIT) && bytes.get(at + 1).is_none_or(|&upper| upper == 0);
    let mut start = first;
    while start >= 2 && is(bytes[start - 2], UNIT) && bytes[start - 1] == 0 {
        start -= 2;
    }
    let mut end = first;
    while end < bytes.len() && is_unit(end) {
        end += 2;
    }
    if bytes.starts_with(&[0xFE, 0xFF]) && start % 2 == 1 && bytes[start - 1] != 0 {
        // A whole text of the other byte order: this is half of a unit that is no Latin.
        start += 2;
    }
    // With the upper half first, what stands behind the last unit may be half of one that is no Latin.
    let open = end < bytes.len() && is(bytes[end], UNIT) && bytes[end - 1] == 0;
    let big_endian = start > 0 && bytes[start - 1] == 0 && (open || start % 2 == 1);
    let long = end - start + 2 * usize::from(open) >= 2 * UNITS;
    long.then_some(Wide { text: start..end, open, big_endian })
}
