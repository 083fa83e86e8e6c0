//! What may stand beside a secret. An escape sequence before it ends there:
//! in `\nKEY`, `%20KEY`, `=3DKEY` the letter before the key is not part of it.

use std::ops::Range;

use crate::rules::Neighbours;

/// Characters of URL-safe base64 that make a token and no word.
const TOKEN: usize = 20;

/// Whether the bytes beside `secret` let it stand alone.
pub(super) fn fit(neighbours: Neighbours, bytes: &[u8], secret: &Range<usize>) -> bool {
    let (before, after) = (&bytes[..secret.start], &bytes[secret.end..]);
    match neighbours {
        Neighbours::Any => true,
        Neighbours::Token => {
            opens(before, is_word)
                && !after.first().is_some_and(|&byte| is_word(byte))
                && !goes_on(after, b'-')
        }
        Neighbours::Identifier => {
            opens(before, |byte| is_word(byte) || matches!(byte, b'.' | b'$'))
                && !after.first().is_some_and(|&byte| is_word(byte) || byte == b'(')
                && !goes_on(after, b'.')
                && !is_part_of_token(before, after)
        }
    }
}

/// Whether a secret can begin behind `before`.
fn opens(before: &[u8], joins: impl Fn(u8) -> bool) -> bool {
    before.last().is_none_or(|&byte| !joins(byte)) || ends_in_escape(before)
}

/// Whether `after` begins with `joint` and a word that goes on behind it, its own dash included.
fn goes_on(after: &[u8], joint: u8) -> bool {
    match after {
        [first, b'-', third, ..] if *first == joint && joint != b'-' => is_word(*third),
        [first, second, ..] if *first == joint => is_word(*second) || *second == b'$',
        _ => false,
    }
}

/// Whether dashes tie the secret to a longer piece of URL-safe base64, as in a
/// JSON Web Token. What is shorter is a word someone put before a key.
fn is_part_of_token(before: &[u8], after: &[u8]) -> bool {
    let is_url_safe = |byte: &&u8| is_word(**byte) || **byte == b'-';
    let left = before.iter().rev().take(TOKEN).take_while(is_url_safe).count();
    let right = after.iter().take(TOKEN).take_while(is_url_safe).count();
    let is_long_left = before.ends_with(b"-") && left == TOKEN;
    let is_long_right = after.starts_with(b"-") && (right == TOKEN || goes_on(&after[right..], b'.'));
    is_long_left || is_long_right
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether `text` ends in an escape sequence that stands for a character, or for a colour.
fn ends_in_escape(text: &[u8]) -> bool {
    backslash(text) || percent(text) || quoted_printable(text) || ansi(text)
}

/// `\n`, `\x20`, `\u0020`, `\U00000020`, `\040`.
fn backslash(text: &[u8]) -> bool {
    let escape = |kind: &[u8], digits: usize, digit: fn(&u8) -> bool| {
        let Some(start) = text.len().checked_sub(1 + kind.len() + digits) else { return false };
        let body = &text[start + 1..];
        text[start] == b'\\' && body.starts_with(kind) && body[kind.len()..].iter().all(digit)
    };
    matches!(text, [.., b'\\', b'a' | b'b' | b'e' | b'f' | b'n' | b'r' | b't' | b'v' | b'0'])
        || escape(b"x", 2, u8::is_ascii_hexdigit)
        || escape(b"u", 4, u8::is_ascii_hexdigit)
        || escape(b"U", 8, u8::is_ascii_hexdigit)
        || escape(b"", 3, |byte| matches!(byte, b'0'..=b'7'))
}

/// `%20`, `%2520` where it was encoded twice, and the old `%u0020`.
fn percent(text: &[u8]) -> bool {
    let after = |sign: &[u8], digits: usize| {
        let Some(start) = text.len().checked_sub(digits) else { return false };
        text[start..].iter().all(u8::is_ascii_hexdigit) && text[..start].ends_with(sign)
    };
    after(b"%", 2) || after(b"%25", 2) || after(b"%u", 4)
}

/// `=3D` and its like. Any two digits behind a `=` could as well begin a long
/// value, so only characters that stand before a key in mail count.
fn quoted_printable(text: &[u8]) -> bool {
    const CODES: [&[u8]; 11] = [b"3D", b"20", b"22", b"27", b"3A", b"09", b"0A", b"0D", b"3C", b"3E", b"2C"];
    CODES.iter().any(|code| text.strip_suffix(*code).is_some_and(|rest| rest.ends_with(b"=")))
}

/// The end of a terminal's colour sequence, with the escape character itself or spelled out.
fn ansi(text: &[u8]) -> bool {
    const ESCAPES: [&[u8]; 8] =
        [b"\x1b[", br"\x1b[", br"\x1B[", br"\033[", br"\e[", br"\u001b[", br"\u001B[", b"^[["];
    let Some(body) = text.strip_suffix(b"m").or_else(|| text.strip_suffix(b"K")) else { return false };
    let parameters = body.iter().rev().take(32).take_while(|byte| matches!(byte, b'0'..=b'9' | b';' | b':'));
    let opening = &body[..body.len() - parameters.count()];
    ESCAPES.iter().any(|escape| opening.ends_with(escape))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(neighbours: Neighbours, before: &str, after: &str, expect: bool) {
        let text = [before, "KEY", after].concat();
        let secret = before.len()..before.len() + 3;
        assert_eq!(fit(neighbours, text.as_bytes(), &secret), expect, "{before:?} {after:?}");
    }

    #[test]
    fn a_token_ends_at_words_and_dashes_that_go_on() {
        for (before, after, expect) in [
            ("", "", true),
            ("=", ".", true),
            ("-", "-", true),
            ("<!--", "-->", true),
            ("", "-x", false),
            ("", "_", false),
            ("x", "", false),
            ("_", "", false),
            (".", ".txt", true),
        ] {
            check(Neighbours::Token, before, after, expect);
        }
    }

    #[test]
    fn an_identifier_is_program_text() {
        for (before, after, expect) in [
            ("\"", "\"", true),
            ("", ".", true),
            ("", ".\n", true),
            ("", ".next", false),
            ("", "(", false),
            (".", "", false),
            ("$", "", false),
            ("lt_", "", false),
            ("", "-x", true),
            ("", ".-x", false),
            ("my-", "-x", true),
            ("eyJhbGciOiJIUzI1NiJ9-", "", false),
            ("", "-x9_Rk2.signature", false),
            ("", "-AbCdEfGhIjKlMnOpQrStUvWx", false),
        ] {
            check(Neighbours::Identifier, before, after, expect);
        }
    }

    #[test]
    fn an_escape_sequence_is_a_boundary() {
        for before in [
            r"\n",
            r"\t",
            r"\r",
            r"\0",
            r"\\n",
            r"\x20",
            r"\u0020",
            r"\U00000020",
            r"\012",
            "%20",
            "%3D",
            "%253D",
            "%u0020",
            "=3D",
            "=20",
            "\x1b[0m",
            "\x1b[1;31m",
            "\x1b[m",
            r"\x1b[31m",
            r"\033[1m",
            r"\e[0m",
            r"\u001b[38;5;4m",
            "\x1b[K",
        ] {
            check(Neighbours::Token, before, "", true);
            check(Neighbours::Identifier, before, "", true);
        }
    }

    #[test]
    fn what_only_looks_like_an_escape_is_none() {
        for before in ["n", "x20", "u0020", "20", "=7F", r"\q", r"\x2", "[0m", "%2", "012"] {
            check(Neighbours::Token, before, "", false);
        }
    }
}
