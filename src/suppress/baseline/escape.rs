//! How a place is written so that a line stays a line.
//!
//! A path comes with its backslashes doubled, so that what is escaped here cannot be
//! taken for what stood in it.

/// `text` with control and invisible characters, and blanks at its ends, written
/// as `\u{a}`.
pub(super) fn escape(text: &str) -> String {
    let last = text.char_indices().next_back().map_or(0, |(at, _)| at);
    let mut escaped = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let is_end_blank = character == ' ' && (at == 0 || at == last);
        let is_plain = matches!(character, ' '..='~') || character.escape_debug().len() == 1;
        if is_plain && !is_end_blank {
            escaped.push(character);
        } else {
            escaped.extend(character.escape_unicode());
        }
    }
    escaped
}

/// Whether each backslash in a place begins something that a place has: an escape as
/// [`escape`] writes it, and of paths as they come a byte or a doubled backslash.
pub(super) fn is_sound(place: &str) -> bool {
    let mut rest = place;
    while let Some(at) = rest.find('\\') {
        let escape = &rest[at + 1..];
        let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let after = if let Some(after) = escape.strip_prefix('\\') {
            Some(after)
        } else if let Some(code) = escape.strip_prefix("u{") {
            let is_char = |digits: &str| {
                is_hex(digits) && u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).is_some()
            };
            code.split_once('}').filter(|(digits, _)| is_char(digits)).map(|(_, after)| after)
        } else {
            escape.strip_prefix('x').filter(|code| code.get(..2).is_some_and(is_hex)).map(|code| &code[2..])
        };
        let Some(after) = after else { return false };
        rest = after;
    }
    true
}

/// What [`escape`] was given. Other escapes, and broken ones, stay as they are.
pub(super) fn unescape(escaped: &str) -> String {
    let mut text = String::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        text.push_str(before);
        let code = escape.strip_prefix("\\u{").and_then(|code| code.split_once('}'));
        let character = code.and_then(|(digits, after)| {
            Some((u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)?, after))
        });
        rest = if let Some((character, after)) = character {
            text.push(character);
            after
        } else {
            // The second of two backslashes begins nothing.
            let taken = if escape.starts_with("\\\\") { 2 } else { 1 };
            text.push_str(&escape[..taken]);
            &escape[taken..]
        };
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(escape(text), expect, "{text:?}");
        assert_eq!(unescape(expect), text, "{expect:?}");
        assert!(is_sound(expect), "{expect:?}");
    }

    #[test]
    fn a_place_stays_on_its_line_and_comes_back() {
        check("", "");
        check("a b/c.txt", "a b/c.txt");
        check("\u{e9}/\u{1f511}'\"", "\u{e9}/\u{1f511}'\"");
        check(" a ", "\\u{20}a\\u{20}");
        check(" ", "\\u{20}");
        check("a\nb\r", "a\\u{a}b\\u{d}");
        check("a\u{202e}b\u{a0}", "a\\u{202e}b\\u{a0}");
        check("a\u{2028}\u{feff}", "a\\u{2028}\\u{feff}");
        // As paths come: backslashes doubled, and bytes that are no text.
        check("a\\\\u{a}b", "a\\\\u{a}b");
        check("\\xFF\\\\", "\\xFF\\\\");
        check("C:\\\\u{20}", "C:\\\\u{20}");
        for broken in
            ["a\\", "\\n", "\\u{}", "\\u{d800}", "\\u{110000}", "\\u{+1}", "\\u20", "\\xF", "\\x\u{e9}"]
        {
            assert!(!is_sound(broken), "{broken:?}");
        }
    }
}
