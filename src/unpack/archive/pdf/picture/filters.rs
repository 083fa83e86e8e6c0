//! The filters that make a picture text, or shorten it by its repetitions, undone.

use std::borrow::Cow;

/// Bytes that a run of two makes.
const RUN: usize = 128;

/// Whether the first of these filters is undone here.
pub(super) fn is_undone(names: &[&[u8]]) -> bool {
    let here: [&[u8]; 6] = [b"ASCIIHexDecode", b"AHx", b"ASCII85Decode", b"A85", b"RunLengthDecode", b"RL"];
    names.first().is_some_and(|name| here.contains(name))
}

/// What `content` is without the filters that come before the one that is undone elsewhere, or
/// `most` bytes of it, and those that are left. `names` are in the order in which to undo them.
pub(super) fn undone<'c, 'n>(
    content: &'c [u8],
    names: &'n [&'n [u8]],
    most: usize,
) -> (Cow<'c, [u8]>, &'n [&'n [u8]]) {
    let (mut content, mut left) = (Cow::Borrowed(content), names);
    while let Some((name, rest)) = left.split_first() {
        let undo = match *name {
            b"ASCIIHexDecode" | b"AHx" => hex,
            b"ASCII85Decode" | b"A85" => base85,
            // Twice would make much of little.
            b"RunLengthDecode" | b"RL" if !rest.contains(name) => runs,
            _ => break,
        };
        content = Cow::Owned(undo(&content, most));
        left = rest;
    }
    (content, left)
}

/// Two digits a byte, up to a `>`.
fn hex(text: &[u8], most: usize) -> Vec<u8> {
    let digits = text.iter().take_while(|byte| **byte != b'>');
    let digits = digits.filter_map(|byte| char::from(*byte).to_digit(16));
    let digits: Vec<u8> = digits.filter_map(|digit| u8::try_from(digit).ok()).collect();
    digits.chunks(2).take(most).map(|two| two[0] << 4 | two.get(1).unwrap_or(&0)).collect()
}

/// Five digits of base 85 for four bytes, up to a `~`; a `z` is four zeros.
fn base85(text: &[u8], most: usize) -> Vec<u8> {
    let text = text.trim_ascii_start();
    let text = text.strip_prefix(b"<~").unwrap_or(text);
    let mut bytes = Vec::new();
    let (mut group, mut count) = (0_u32, 0);
    for &byte in text.iter().take_while(|byte| **byte != b'~') {
        match byte {
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
            }
            b'z' if count == 0 => bytes.extend([0; 4]),
            _ => {}
        }
        if count == 5 {
            bytes.extend(group.to_be_bytes());
            (group, count) = (0, 0);
        }
        if bytes.len() >= most {
            return bytes;
        }
    }
    if count > 1 {
        for _ in count..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        bytes.extend(&group.to_be_bytes()[..count - 1]);
    }
    bytes
}

/// A length and so many bytes, or one that is repeated; 128 ends it.
fn runs(data: &[u8], most: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = data;
    while let Some((&length, behind)) = rest.split_first() {
        let length = usize::from(length);
        if length == RUN || bytes.len() >= most {
            break;
        }
        let taken = if length < RUN { (length + 1).min(behind.len()) } else { 1.min(behind.len()) };
        if length < RUN {
            bytes.extend(&behind[..taken]);
        } else if let Some(&byte) = behind.first() {
            bytes.resize(bytes.len() + 2 * RUN + 1 - length, byte);
        }
        rest = &behind[taken..];
    }
    bytes
}
