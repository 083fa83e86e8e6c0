//! Paths and addresses as RFC 3986 wants them.
//!
//! Whether what they name exists is not asked.

use std::fmt::Write as _;

/// The relative reference that a path has, whose text is that of a
/// [`PathName`](crate::model::PathName): what it writes `\xNN` and `\\` becomes bytes again.
/// All but letters, digits, `-`, `.`, `_`, `~` and `/` is percent-encoded; a mask is, too.
/// The empty path is the folder itself, `.`.
pub(super) fn relative(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let mut uri = String::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, behind @ ..] = rest {
        let (byte, behind) = match (first, behind) {
            (b'\\', [b'x', digits @ ..]) => match byte_of(digits) {
                Some(byte) => (byte, &digits[2..]),
                None => (b'\\', behind),
            },
            (b'\\', [b'\\', behind @ ..]) => (b'\\', behind),
            _ => (*first, behind),
        };
        push(&mut uri, byte, b"-._~/");
        rest = behind;
    }
    uri
}

/// An address with what may not stand in one percent-encoded; the text is that of a
/// [`PathName`](crate::model::PathName).
pub(super) fn absolute(address: &str) -> String {
    let mut uri = String::with_capacity(address.len());
    for &byte in address.as_bytes() {
        push(&mut uri, byte, b"-._~/:?#[]@!$&'()*+,;=%");
    }
    uri
}

/// The byte that two hexadecimal digits at the start stand for.
fn byte_of(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits.get(..2)?).ok()?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

fn push(uri: &mut String, byte: u8, allowed: &[u8]) {
    if byte.is_ascii_alphanumeric() || allowed.contains(&byte) {
        uri.push(char::from(byte));
    } else {
        write!(uri, "%{byte:02X}").expect("writing to a string cannot fail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PathName;

    fn check(path: &[u8], expect: &str) {
        assert_eq!(relative(PathName::masked(path, &[]).as_str()), expect, "{path:?}");
    }

    #[test]
    fn paths_become_relative_references() {
        check(b"", ".");
        check(b"src/a-b_c~1.py", "src/a-b_c~1.py");
        check(b"a b/c%41.py", "a%20b/c%2541.py");
        check("caf\u{e9}/\u{1f511}".as_bytes(), "caf%C3%A9/%F0%9F%94%91");
        check(b"caf\xE9.json", "caf%E9.json");
        check(br"a\b\xFF\\", "a%5Cb%5CxFF%5C%5C");
        check(b"c:/x?y#z", "c%3A/x%3Fy%23z");
        check(b"<stdin>\n\x1b", "%3Cstdin%3E%0A%1B");
        let masked = PathName::masked(b"a/KEY\xFF", std::slice::from_ref(&(2..5)));
        assert_eq!(relative(masked.as_str()), "a/%2A%2A%2A%2A%FF");
    }

    #[test]
    fn addresses_stay_addresses() {
        assert_eq!(absolute("https://h:1/a%20b?c#d"), "https://h:1/a%20b?c#d");
        assert_eq!(absolute("https://h/\u{202e} \"<"), "https://h/%E2%80%AE%20%22%3C");
    }
}
