//! What a shell would make of the quotes in a command: a key in two quotes, or with a
//! backslash in it, is one word to it.
//!
//! Variables are not filled in, and nothing is run: a key that is put together by the
//! command itself is not seen.

/// Bytes of the longest command that is looked at.
const LONGEST: usize = 1 << 20;

/// `command` without its quotes, backslashes and lines that go on, by the rules of POSIX
/// and with `$'…'` of Bash; nothing where it has none of these.
pub(super) fn unquoted(command: &str) -> Option<String> {
    if command.len() > LONGEST || !command.contains(['\'', '"', '\\']) {
        return None;
    }
    let mut out = String::with_capacity(command.len());
    let mut rest = command;
    while let Some(at) = rest.find(['\'', '"', '\\', '$']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = if let Some(after) = rest.strip_prefix("$'") {
            ansi(after, &mut out)
        } else if let Some(after) = rest.strip_prefix("$\"").or_else(|| rest.strip_prefix('"')) {
            double(after, &mut out)
        } else if let Some(after) = rest.strip_prefix('\'') {
            let end = after.find('\'').unwrap_or(after.len());
            out.push_str(&after[..end]);
            after.get(end + 1..).unwrap_or("")
        } else if let Some(after) = rest.strip_prefix('\\') {
            escaped(after, |_| true, &mut out)
        } else {
            out.push('$');
            &rest[1..]
        };
    }
    out.push_str(rest);
    Some(out)
}

/// What follows a backslash: nothing of a line that goes on, else the character, with the
/// backslash where it keeps its meaning.
fn escaped<'t>(after: &'t str, is_special: impl Fn(char) -> bool, out: &mut String) -> &'t str {
    if let Some(rest) = after.strip_prefix('\n').or_else(|| after.strip_prefix("\r\n")) {
        return rest;
    }
    let Some(character) = after.chars().next() else { return after };
    if !is_special(character) {
        out.push('\\');
    }
    out.push(character);
    &after[character.len_utf8()..]
}

/// The inside of `"…"`, and what is behind it.
fn double<'t>(mut rest: &'t str, out: &mut String) -> &'t str {
    while let Some(at) = rest.find(['"', '\\']) {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if rest[at..].starts_with('"') {
            return after;
        }
        rest = escaped(after, |character| "$`\"\\".contains(character), out);
    }
    out.push_str(rest);
    ""
}

/// The inside of `$'…'`, and what is behind it.
fn ansi<'t>(mut rest: &'t str, out: &mut String) -> &'t str {
    while let Some(at) = rest.find(['\'', '\\']) {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if rest[at..].starts_with('\'') {
            return after;
        }
        rest = code(after, out).unwrap_or_else(|| escaped(after, |_| true, out));
    }
    out.push_str(rest);
    ""
}

/// An escape that names a character by its number, and what is behind it.
fn code<'t>(after: &'t str, out: &mut String) -> Option<&'t str> {
    let (digits, radix, most) = match after.as_bytes().first()? {
        b'x' => (&after[1..], 16, 2),
        b'u' => (&after[1..], 16, 4),
        b'U' => (&after[1..], 16, 8),
        b'0'..=b'7' => (after, 8, 3),
        _ => return None,
    };
    let length = digits.bytes().take(most).take_while(|byte| char::from(*byte).is_digit(radix)).count();
    out.push(char::from_u32(u32::from_str_radix(&digits[..length], radix).ok()?)?);
    Some(&digits[length..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: &str, expect: &str) {
        assert_eq!(unquoted(command).as_deref(), Some(expect), "{command}");
    }

    #[test]
    fn quotes_are_undone_as_a_shell_does() {
        assert_eq!(unquoted("curl $KEY"), None);
        check(r#"echo "ab"'cd'ef"#, "echo abcdef");
        check("echo ab\\\ncd \\\r\nef", "echo abcd ef");
        check(r"echo a\b\'c", "echo ab'c");
        check(r#""a\"b\$c\d" '\"'"#, r#"a"b$c\d \""#);
        check("\"a\\\nb\"", "ab");
        check(r"$'a\x62\143\u0064\'' $x", "abcd' $x");
        check(r#"$"ab"c"#, "abc");
        check(r"$'\q\x'", "qx");
        // What is not closed goes to the end.
        check("'ab", "ab");
        check("\"ab\\", "ab");
        check("$'ab\\", "ab");
        check("ab\\", "ab");
        check("é'é'\\é", "ééé");
    }
}
