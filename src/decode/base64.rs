//! What a block of base64 or hex says. Only windows that can be text are
//! decoded: text of seven bits leaves its trace in each group of characters,
//! which other data has in one of eight at best.
//!
//! Nobody says where in a block its encoding begins, so each alignment is tried.

use std::ops::Range;

use super::block::Block;
use super::hold::{Fresh, holds};
use super::map::{Map, Ratio};
use super::sweep::{HEX, runs_of};
use super::{Encoding, Output, inflate};

/// Groups that are decoded around text on either side, for the words near it.
const AROUND: usize = 1024;
/// Whole groups of four that the shortest key fills at any alignment.
const QUADS: usize = 10;
/// Characters of the shortest key in hex.
const HEXED: usize = 66;
/// Characters of the shortest compressed key in base64: the shortest key has 33 bytes,
/// and zlib adds some ten to what the codes of its characters take.
const COMPRESSED: usize = 48;

/// For each character its value in the lower six bits; above 63 it is none.
const VALUE: [u8; 256] = values();
const NONE: u8 = 0xFF;

const fn values() -> [u8; 256] {
    let mut values = [NONE; 256];
    let alphabet = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        #[expect(clippy::cast_possible_truncation, reason = "there are 64")]
        let this = value as u8;
        values[alphabet[value] as usize] = this;
        value += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
}

fn value(byte: u8) -> u8 {
    VALUE[usize::from(byte)]
}

/// Whether a group of four decodes to three bytes below 128.
fn is_ascii(quad: &[u8]) -> bool {
    // In data that is no text each of the three is a coin toss, so that one test for all is cheaper.
    value(quad[0]) & 0x20 | value(quad[1]) & 8 | value(quad[2]) & 2 == 0
}

/// The bytes of groups of four; the last may lack up to two.
fn decode(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3 + 3);
    for quad in text.chunks(4) {
        let bits = quad.iter().fold(0, |bits, &byte| bits << 6 | u32::from(value(byte) & 63));
        let bits = bits << (6 * (4 - quad.len()));
        decoded.extend_from_slice(&bits.to_be_bytes()[1..quad.len().max(1)]);
    }
    decoded
}

/// Whether base64 of compressed data or of a zip stands at the beginning of `text`.
pub(super) fn is_compressed(text: &[u8]) -> bool {
    if text.starts_with(b"UEsDB") {
        return true;
    }
    let Some(quad) = text.first_chunk::<4>() else { return false };
    // Six bits each; gzip and zlib begin with 0x1F and 0x78.
    if !matches!(quad[0], b'H' | b'e') || quad.iter().any(|&byte| value(byte) == NONE) {
        return false;
    }
    inflate::kind(&decode(quad)).is_some()
}

/// Adds the segments of a block.
pub(super) fn block(block: &Block<'_>, out: &mut Output) {
    let text = &block.text[..];
    for run in runs_of(text, HEX, HEXED) {
        hex(block, &run, out);
    }
    if text.len() >= COMPRESSED && is_compressed(text) {
        let map = map(block, Ratio::ThreeOfFour, 0..text.len());
        out.push(Encoding::Base64, decode(text), map);
        return;
    }
    for phase in 0..4.min(text.len()) {
        let text = &text[phase..];
        for window in windows(text.len() / 4, QUADS, |at| is_ascii(&text[4 * at..4 * at + 4])) {
            let whole = window.end == text.len() / 4;
            let end = if whole { text.len() } else { 4 * window.end };
            let chars = 4 * window.start..end;
            let decoded = decode(&text[chars.clone()]);
            if holds(&decoded, Fresh::All).is_some() {
                let map = map(block, Ratio::ThreeOfFour, phase + chars.start..phase + chars.end);
                out.push(Encoding::Base64, decoded, map);
            }
        }
    }
}

/// Adds the segments of a run of hex digits.
fn hex(block: &Block<'_>, run: &Range<usize>, out: &mut Output) {
    let nibble = |byte: u8| char::from(byte).to_digit(16).map_or(0, |digit| digit.to_le_bytes()[0]);
    for phase in 0..2 {
        let start = run.start + phase;
        let text = &block.text[start..run.end];
        let pairs = text.len() / 2;
        let byte = |at: usize| nibble(text[2 * at]) << 4 | nibble(text[2 * at + 1]);
        let compressed = phase == 0 && inflate::kind(&[byte(0), byte(1), byte(2)]).is_some();
        let found = windows(pairs, HEXED / 2, |at| text[2 * at].wrapping_sub(b'0') < 8);
        let whole = compressed.then_some(0..pairs);
        let found = found.into_iter().filter(|_| !compressed);
        for window in whole.into_iter().chain(found) {
            let decoded: Vec<u8> = window.clone().map(byte).collect();
            if compressed || holds(&decoded, Fresh::All).is_some() {
                let map = map(block, Ratio::OneOfTwo, start + 2 * window.start..start + 2 * window.end);
                out.push(Encoding::Hex, decoded, map);
            }
        }
    }
}

/// The map of what was decoded from `chars` of the block.
fn map(block: &Block<'_>, ratio: Ratio, chars: Range<usize>) -> Map {
    let region = block.region(chars.start, chars.end);
    Map::new(ratio, chars.start, block.pieces(chars.start, chars.end), region)
}

/// Windows of `count` groups around runs of at least `least` that pass `test`,
/// with some groups before and behind; apart from each other.
fn windows(count: usize, least: usize, test: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut windows: Vec<Range<usize>> = Vec::new();
    // Every run has two neighbours at one of the places looked at.
    let mut at = 0;
    while at + 1 < count {
        if !(test(at) & test(at + 1)) {
            at += least - 1;
            continue;
        }
        let mut start = at;
        while start > 0 && test(start - 1) {
            start -= 1;
        }
        let mut end = at + 2;
        while end < count && test(end) {
            end += 1;
        }
        at = end + 1;
        if end - start < least {
            // A run that begins behind this one has its place no nearer.
            at = end + least - 1;
            continue;
        }
        let window = start.saturating_sub(AROUND)..count.min(end + AROUND);
        let apart = windows.last().map_or(0, |before| before.end);
        match windows.last_mut() {
            Some(before) if apart + 2 >= start => before.end = window.end,
            _ => windows.push(window.start.max(apart)..window.end),
        }
    }
    windows
}
