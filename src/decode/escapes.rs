//! Escapes that stand for single characters: percent, backslash, HTML entities
//! and quoted-printable. Each decoder takes every escape of its kind for one,
//! whatever the language around it, and leaves all else as it is; `\n`, `\"`
//! and their like are left as well, for a key has none of them.

use std::ops::Range;

use memchr::memchr;

use super::Encoding;
use super::map::Writer;

/// What an escape means: its length, and up to four bytes.
struct Escape {
    len: usize,
    bytes: [u8; 4],
    means: usize,
}

impl Escape {
    fn byte(len: usize, byte: u8) -> Self {
        Self { len, bytes: [byte, 0, 0, 0], means: 1 }
    }

    fn scalar(len: usize, value: u32) -> Self {
        let mut bytes = [0; 4];
        let means =
            char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut bytes).len();
        Self { len, bytes, means }
    }

    fn nothing(len: usize) -> Self {
        Self { len, bytes: [0; 4], means: 0 }
    }
}

/// The encodings whose escapes these are, each with the byte that they begin with.
pub(super) const KINDS: [(Encoding, u8); 4] = [
    (Encoding::Percent, b'%'),
    (Encoding::Escapes, b'\\'),
    (Encoding::Html, b'&'),
    (Encoding::QuotedPrintable, b'='),
];

/// Decodes the escapes of one kind within `range`, on top of what `writer` has.
pub(super) fn decode(kind: (Encoding, u8), bytes: &[u8], range: Range<usize>, writer: &mut Writer<'_>) {
    let text = &bytes[..range.end];
    let (mut copied, mut at) = (range.start, range.start);
    while let Some(found) = memchr(kind.1, &text[at..]) {
        let start = at + found;
        match parse(kind.0, &text[start..]) {
            Some(escape) => {
                writer.copy(copied..start);
                writer.put(&escape.bytes[..escape.means], start..start + escape.len);
                at = start + escape.len;
                copied = at;
            }
            None => at = start + 1,
        }
    }
    writer.copy(copied..range.end);
}

/// The first escape of `kind` in `bytes` that means a character which a key or
/// another encoding of one may have.
pub(super) fn find(kind: (Encoding, u8), bytes: &[u8]) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(found) = memchr(kind.1, &bytes[from..]) {
        let start = from + found;
        let escape = parse(kind.0, &bytes[start..]);
        if let Some(escape) = &escape
            && (escape.means == 0 || matches!(escape.bytes[0], 0 | b'\n' | b' '..=b'~'))
        {
            return Some(start..start + escape.len);
        }
        from = start + escape.map_or(1, |escape| escape.len);
    }
    None
}

/// The escape of a kind that `text` begins with.
fn parse(encoding: Encoding, text: &[u8]) -> Option<Escape> {
    match encoding {
        Encoding::Percent => Some(Escape::byte(3, pair(text.get(1..3)?)?)),
        Encoding::Escapes => backslash(text),
        Encoding::Html => entity(text),
        Encoding::QuotedPrintable => quoted(text),
        _ => None,
    }
}

/// Two hex digits.
fn pair(digits: &[u8]) -> Option<u8> {
    u8::try_from(number(digits, 16)?).ok()
}

/// All of `digits` in a base; none or too large a number is no number.
fn number(digits: &[u8], base: u32) -> Option<u32> {
    let add = |sum: u32, &digit: &u8| sum.checked_mul(base)?.checked_add(char::from(digit).to_digit(base)?);
    if digits.is_empty() { None } else { digits.iter().try_fold(0, add) }
}

/// `\uXXXX`, `\u{X}`, `\UXXXXXXXX`, `\xXX`, `\x{X}` and octal. Backslashes that
/// are doubled, because one text was quoted in another, count as one.
fn backslash(text: &[u8]) -> Option<Escape> {
    let slashes = text.iter().take_while(|&&byte| byte == b'\\').count();
    let rest = &text[slashes..];
    let fixed =
        |digits: usize| Some(Escape::scalar(slashes + 1 + digits, number(rest.get(1..=digits)?, 16)?));
    match (rest.first()?, rest.get(1)) {
        (b'u' | b'x', Some(b'{')) => {
            let digits = rest[2..].iter().take(9).position(|&byte| byte == b'}')?;
            Some(Escape::scalar(slashes + digits + 3, number(&rest[2..2 + digits], 16)?))
        }
        (b'u', _) => fixed(4),
        (b'U', _) => fixed(8),
        (b'x', _) => Some(Escape::byte(slashes + 3, pair(rest.get(1..3)?)?)),
        (b'0'..=b'7', _) => Some(octal(slashes, rest)),
        _ => None,
    }
}

/// Up to three octal digits; four, as shells have it, where three mean no character.
fn octal(slashes: usize, rest: &[u8]) -> Escape {
    let digits = rest.iter().take(4).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let value = |len: usize| number(&rest[..len], 8).unwrap_or(0);
    let three = digits.min(3);
    let len = match (digits, value(three), value(digits)) {
        (4, 0..0x20, 0x20..0x80) => 4,
        _ => three,
    };
    Escape::scalar(slashes + len, value(len))
}

/// Entities with names that a key, or an encoding of one, may be spelt with.
const NAMED: [(&[u8], u8); 21] = [
    (b"period;", b'.'),
    (b"lowbar;", b'_'),
    (b"UnderBar;", b'_'),
    (b"amp;", b'&'),
    (b"AMP;", b'&'),
    (b"percnt;", b'%'),
    (b"bsol;", b'\\'),
    (b"equals;", b'='),
    (b"num;", b'#'),
    (b"semi;", b';'),
    (b"plus;", b'+'),
    (b"sol;", b'/'),
    (b"quot;", b'"'),
    (b"QUOT;", b'"'),
    (b"apos;", b'\''),
    (b"lcub;", b'{'),
    (b"rcub;", b'}'),
    (b"nbsp;", b' '),
    (b"NewLine;", b'\n'),
    (b"colon;", b':'),
    (b"lt;", b'<'),
];

fn entity(text: &[u8]) -> Option<Escape> {
    let body = &text[1..];
    if body.first() != Some(&b'#') {
        let (name, means) = NAMED.iter().find(|(name, _)| body.starts_with(name))?;
        return Some(Escape::byte(1 + name.len(), *means));
    }
    let hex = matches!(body.get(1), Some(b'x' | b'X'));
    let (base, from) = if hex { (16, 2) } else { (10, 1) };
    let digits = body[from..].iter().take(9);
    let len = digits.take_while(|&&byte| char::from(byte).is_digit(base)).count();
    let value = number(&body[from..from + len], base)?;
    // Browsers do without the semicolon.
    let closed = usize::from(body.get(from + len) == Some(&b';'));
    Some(Escape::scalar(1 + from + len + closed, value))
}

/// `=XX`, or a `=` at the end of a line, which takes the line break away.
fn quoted(text: &[u8]) -> Option<Escape> {
    if let Some(byte) = text.get(1..3).and_then(pair) {
        return Some(Escape::byte(3, byte));
    }
    let blanks = text[1..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match &text[1 + blanks..] {
        [b'\r', b'\n', ..] => Some(Escape::nothing(blanks + 3)),
        [b'\n', ..] => Some(Escape::nothing(blanks + 2)),
        _ => None,
    }
}
