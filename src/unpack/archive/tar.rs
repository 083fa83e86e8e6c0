//! Tars of every dialect: v7, ustar, GNU (long names, sparse files), pax.
//!
//! A sparse file is handed out as it is stored, without its holes, so that ten
//! gigabytes of nothing cost nothing. Links, devices and folders have nothing to
//! read. It is a parser of our own, for it must find the next header after a
//! damaged one and bound the names it holds; the crate `tar` ends there.

use std::cell::Cell;
use std::io::Read;

use super::reason::Reason;
use super::stream::{Source, drain};
use super::walk::{Stop, Walk};

const BLOCK: usize = 512;
/// The longest name that is kept, and the longest extended header.
const NAME: u64 = 64 << 10;
const PAX: u64 = 1 << 20;

/// Whether `block` starts with a header: its checksum says so.
pub(super) fn is_header(block: &[u8]) -> bool {
    let Some(block) = block.get(..BLOCK) else { return false };
    let Some(declared) = number(&block[148..156]) else { return false };
    let sum = |value: fn(u8) -> i64| {
        let outside = block[..148].iter().chain(&block[156..]);
        outside.map(|byte| value(*byte)).sum::<i64>() + 8 * i64::from(b' ')
    };
    // Old writers summed signed bytes. A block without a name is none.
    let declared = i64::try_from(declared).unwrap_or(-1);
    block[0] != 0 && (declared == sum(i64::from) || declared == sum(|byte| i64::from(byte.cast_signed())))
}

/// A number of a header: octal digits, or 63 bits with the first bit set.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let (first, rest) = (u64::from(field[0] & 0x7f), &field[1..]);
        return rest.iter().try_fold(first, |value, byte| {
            Some(value.checked_mul(256).filter(|value| *value < 1 << 62)? | u64::from(*byte))
        });
    }
    let digits = field.trim_ascii_start();
    let len = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    if !digits[len..].iter().all(|byte| matches!(byte, 0 | b' ')) && digits[len..].first() != Some(&0) {
        return None;
    }
    digits[..len].iter().try_fold(0u64, |value, digit| match digit {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add((digit - b'0').into()),
        _ => None,
    })
}

/// What an extended header says about the member behind it.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

/// Walks the members of `content`.
pub(super) fn walk(walk: &mut Walk<'_>, content: &mut dyn Read) -> Result<(), Stop> {
    let taken = Cell::new(0);
    let mut source = Source::new(content, &taken);
    let mut extended = Extended::default();
    // Behind the first empty block there may be another tar, or anything.
    let (mut is_over, mut is_broken) = (false, false);
    loop {
        let block = source.peek(BLOCK)?;
        if !is_header(block) {
            let is_empty = block.iter().all(|byte| *byte == 0);
            if block.len() < BLOCK {
                is_broken |= !is_over && !is_empty;
                drain(&mut source)?;
                return if is_broken { Err(Stop::Here(Reason::Broken)) } else { Ok(()) };
            }
            is_broken |= !is_over && !is_empty;
            is_over |= is_empty;
            source.skip(BLOCK as u64)?;
            extended = Extended::default();
            continue;
        }
        is_over = false;
        let block: [u8; BLOCK] = block.try_into().expect("a header is one block");
        source.skip(BLOCK as u64)?;
        entry(walk, &mut source, &block, &mut extended)?;
    }
}

/// Reads what a header stands for, up to the next one.
fn entry(
    walk: &mut Walk<'_>,
    source: &mut Source<'_>,
    block: &[u8; BLOCK],
    extended: &mut Extended,
) -> Result<(), Stop> {
    let stored = number(&block[124..136]).ok_or(Stop::Here(Reason::Broken));
    let kind = block[156];
    let is_about = matches!(kind, b'x' | b'X' | b'g' | b'L' | b'K');
    let size = match extended.size.filter(|_| !is_about) {
        Some(size) => size,
        None => stored?,
    };
    if kind == b'S' {
        // The map of a sparse file may go on in blocks of its own.
        let mut goes_on = block[482] != 0;
        while goes_on {
            goes_on = source.peek(BLOCK)?.get(504).is_some_and(|byte| *byte != 0);
            source.skip(BLOCK as u64)?;
        }
    }
    let mut content = (&mut *source).take(size);
    match kind {
        b'L' => extended.name = Some(until_nul(&read(&mut content, NAME)?).to_vec()),
        b'x' | b'X' => pax(&read(&mut content, PAX)?, extended),
        b'g' | b'K' => {}
        b'1'..=b'6' | b'V' => *extended = Extended::default(),
        _ => {
            let name = std::mem::take(extended).name.unwrap_or_else(|| name(block));
            walk.member(&name, size, &mut content)?;
        }
    }
    drain(&mut content)?;
    let missing = content.limit();
    let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
    source.skip(padding)?;
    if missing > 0 { Err(Stop::Here(Reason::Truncated)) } else { Ok(()) }
}

/// At most `most` bytes of `content`.
fn read(content: &mut dyn Read, most: u64) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    content.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn until_nul(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

/// The name in a header, with ustar's prefix.
fn name(block: &[u8; BLOCK]) -> Vec<u8> {
    let (name, prefix) = (until_nul(&block[..100]), until_nul(&block[345..500]));
    // GNU, whose magic ends in blanks, has other things where the prefix is.
    if block[257..].starts_with(b"ustar\0") && !prefix.is_empty() {
        return [prefix, b"/", name].concat();
    }
    name.to_vec()
}

/// Takes name and size from the records `LENGTH KEY=VALUE\n`.
fn pax(records: &[u8], extended: &mut Extended) {
    let mut rest = records;
    while let Some(blank) = memchr::memchr(b' ', rest) {
        let len = std::str::from_utf8(&rest[..blank]).ok().and_then(|len| len.parse::<usize>().ok());
        let Some(record) = len.filter(|len| *len > blank + 1).and_then(|len| rest.get(..len)) else { return };
        rest = &rest[record.len()..];
        let record = record[blank + 1..].strip_suffix(b"\n").unwrap_or(&record[blank + 1..]);
        let Some(equals) = memchr::memchr(b'=', record) else { continue };
        let value = &record[equals + 1..];
        match &record[..equals] {
            b"path" if extended.name.is_none() => extended.name = Some(value.to_vec()),
            // The name in the header of a sparse file, and its path, are made up.
            b"GNU.sparse.name" => extended.name = Some(value.to_vec()),
            b"size" => {
                let digits = std::str::from_utf8(value).ok();
                extended.size = digits.and_then(|digits| digits.parse().ok()).filter(|size| *size < 1 << 62);
            }
            _ => {}
        }
    }
}
