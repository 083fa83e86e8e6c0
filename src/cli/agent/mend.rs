//! JSON as agents write it, made such that a strict parser takes it: they are written in
//! JavaScript, whose strings may hold one half of a character.
//!
//! It mends nothing else.

use std::borrow::Cow;

/// Characters of an escape, `\uXXXX`.
const ESCAPE: usize = 6;

/// The text, with what is no UTF-8 and each escape of half a character replaced by U+FFFD.
pub(super) fn mended(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let text = String::from_utf8_lossy(bytes);
    if !text.contains(r"\ud") && !text.contains(r"\uD") {
        return text;
    }
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(found) = text[at..].find('\\') {
        out.push_str(&text[at..at + found]);
        at += found;
        let (kept, length) = match (unit(&text[at..]), text.get(at + ESCAPE..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (true, 2 * ESCAPE),
            (Some(0xD800..=0xDFFF), _) => (false, ESCAPE),
            (Some(_), _) => (true, ESCAPE),
            // A backslash and what it stands before, which may be another one.
            (None, _) => (true, 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8)),
        };
        out.push_str(if kept { &text[at..at + length] } else { r"\ufffd" });
        at += length;
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}

/// What an escape at the beginning of `text` stands for.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix(r"\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(mended(text.as_bytes()), expect);
    }

    #[test]
    fn halves_of_characters_are_replaced() {
        for text in ["", "{}", r#"{"a":"\u00e9\n\\"}"#, r#""\ud83d\ude00""#, r"\", r"\u12", r"\\ud800", r"\é"]
        {
            check(text, text);
        }
        check(r#""\ud83d""#, r#""\ufffd""#);
        check(r#""\ud83d\u0041\uDE00\\ude00""#, r#""\ufffd\u0041\ufffd\\ude00""#);
        check("\u{feff}{}", "{}");
        assert_eq!(mended(b"\"a\xFF\""), "\"a\u{fffd}\"");
    }
}
