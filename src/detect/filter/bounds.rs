//! Where a text ends in binary content, in which a letter beside it may be an opcode,
//! a length, or the text of the next field.
//!
//! It parses no format: it knows how Python's marshal and pickle, Java's streams,
//! `MessagePack`, CBOR and Protocol Buffers write a text, by a type, a length and the text,
//! and that binary content has NUL bytes.

use std::ops::Range;

/// Bytes on either side of a secret in which a NUL byte makes the content binary.
const NEAR: usize = 64;
/// Letters or digits behind the dot of a key whose length nothing tells.
const USUAL: usize = 32;
/// What an `SQLite` database begins with.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Types that stand before a length of one byte: `z` and `Z` of marshal, with its flag
/// or not; `U`, `C`, 0x8C of pickle; 0xD9 and 0xC4 of `MessagePack`; `x` of CBOR; the
/// second and third field of Protocol Buffers, the first being a line break.
const SHORT: [u8; 11] = [b'z', b'Z', 0xFA, 0xDA, b'U', b'C', 0x8C, 0xD9, 0xC4, b'x', 0x12];
/// Before one of two bytes: a `t` of Java; 0xDA and 0xC5 of `MessagePack`; `y` of CBOR.
const MIDDLE: [u8; 4] = [b't', 0xDA, 0xC5, b'y'];
/// Before one of four bytes: `a`, `A`, `u`, `t`, `s` of marshal, with its flag or not;
/// `X`, `T`, `B` of pickle; 0xDB and 0xC6 of `MessagePack`; `z` of CBOR.
const LONG: [u8; 16] =
    [b'a', b'A', b'u', b't', b's', 0xE1, 0xC1, 0xF5, 0xF4, 0xF3, b'X', b'T', b'B', 0xDB, 0xC6, b'z'];

/// Whether a length before `secret`, or the line of a pickle, says that a text is as
/// long as `secret`: what stands beside it is no part of it.
pub(in crate::detect) fn are_told(bytes: &[u8], secret: &Range<usize>) -> bool {
    told_length(bytes, secret.start) == Some(secret.len()) || is_line_of_pickle(bytes, secret)
}

/// The length that stands before the text at `start`, if one does.
pub(in crate::detect) fn told_length(bytes: &[u8], start: usize) -> Option<usize> {
    match bytes[..start] {
        [.., kind, a, b, c, d] if LONG.contains(&kind) && (b, c) == (0, 0) && (a == 0 || d == 0) => {
            Some(usize::from(a | d))
        }
        [.., kind, 0, count] if MIDDLE.contains(&kind) => Some(usize::from(count)),
        [.., kind, count] if SHORT.contains(&kind) => {
            // In text, a letter and a dash or a bracket stand before many a word,
            // and 0x8C ends many a character.
            let is_told = kind >= 0xC0 || !is_text(bytes, &(start..start + usize::from(count)));
            is_told.then_some(usize::from(count))
        }
        _ => None,
    }
}

/// Where the key that was matched at `secret`, of a rule that leaves the length behind
/// the dot open, ends: what goes on behind it in binary content is another text.
pub(in crate::detect) fn end(bytes: &[u8], secret: &Range<usize>) -> usize {
    let Some(dot) = memchr::memchr(b'.', &bytes[secret.clone()]) else { return secret.end };
    let told = told_length(bytes, secret.start).filter(|told| (dot + 2..=secret.len()).contains(told));
    let usual = dot + 1 + USUAL;
    // In other binary content than a database, a key that touches nothing may be as long as its match.
    let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let touches = is_letter(bytes[..secret.start].last()) || is_letter(bytes.get(secret.end));
    let is_field = || bytes.starts_with(SQLITE) || (touches && is_binary(bytes, secret));
    match told {
        Some(told) => secret.start + told,
        None if usual < secret.len() && is_field() => secret.start + usual,
        None => secret.end,
    }
}

/// Whether `secret` is the text of a pickle of protocol 0: a `V`, the text, a line break,
/// and what is done with it, for a word of a list may begin with a `V` as well.
fn is_line_of_pickle(bytes: &[u8], secret: &Range<usize>) -> bool {
    let is_opened = matches!(bytes[..secret.start], [b'V'] | [.., b'\n', b'V']);
    let is_used = match bytes[secret.end..] {
        [b'\n', b'p', digit, ..] => digit.is_ascii_digit(),
        [b'\n', b'.'] => true,
        [b'\n', b's' | b'a', next, ..] => !next.is_ascii_lowercase(),
        _ => false,
    };
    is_opened && is_used
}

/// Whether `secret` stands in binary content.
pub(in crate::detect) fn is_binary(bytes: &[u8], secret: &Range<usize>) -> bool {
    bytes.starts_with(SQLITE) || near(bytes, secret).any(|part| memchr::memchr(0, part).is_some())
}

/// Whether no control character stands around `secret`.
fn is_text(bytes: &[u8], secret: &Range<usize>) -> bool {
    let is_text = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace();
    near(bytes, secret).all(|part| part.iter().all(is_text))
}

/// What stands before and behind `secret`.
fn near<'b>(bytes: &'b [u8], secret: &Range<usize>) -> impl Iterator<Item = &'b [u8]> {
    let end = secret.end.min(bytes.len());
    [&bytes[secret.start.saturating_sub(NEAR)..secret.start], &bytes[end..bytes.len().min(end + NEAR)]]
        .into_iter()
}
