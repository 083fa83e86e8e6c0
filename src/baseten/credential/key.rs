//! What may be a key: whether a value can go into a header, and whether it can
//! be written into any of the files without quotation marks.

use time::OffsetDateTime;

use super::Problem;
use crate::model::Secret;

/// `bytes` as a key.
///
/// # Errors
///
/// [`Problem::Empty`], and what could not go into a header: white space, control
/// characters, quotation marks and all that is not ASCII.
pub(super) fn checked(bytes: &[u8]) -> Result<Secret, Problem> {
    let problem = match bytes {
        [] => Problem::Empty,
        _ if bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r')) => Problem::SeveralLines,
        _ if bytes.iter().any(|&byte| byte <= b' ' || byte == 0x7f) => Problem::WhiteSpace,
        _ if !bytes.is_ascii() => Problem::NotAscii,
        _ if bytes.iter().any(|byte| matches!(byte, b'"' | b'\'')) => Problem::Quoted,
        _ => return Ok(Secret::new(bytes)),
    };
    Err(problem)
}

/// Whether `new` means itself wherever it is written: without quotation marks in
/// a shell, in an INI file and in JSON.
pub(super) fn check_new(new: &Secret) -> Result<(), Problem> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-+/=".contains(byte);
    let key = new.expose();
    if !key.is_empty() && key.iter().all(is_plain) { Ok(()) } else { Err(Problem::NewKey) }
}

/// Whether it is a JSON web token, as Baseten's OAuth access tokens are.
pub(super) fn is_token(key: &Secret) -> bool {
    let bytes = key.expose();
    bytes.starts_with(b"eyJ") && bytes.split(|&byte| byte == b'.').count() == 3
}

/// What to say of a token that ran out at `expiry`; nothing of one that did not.
pub(super) fn expired(place: &str, expiry: Option<OffsetDateTime>) -> Option<String> {
    (expiry? < OffsetDateTime::now_utc()).then(|| {
        format!("the OAuth token of {place} has expired; Truss and the Baseten CLI renew it when used")
    })
}

/// `text` with `new` in the place of `span`.
pub(super) fn spliced(text: &[u8], span: std::ops::Range<usize>, new: &[u8]) -> Vec<u8> {
    [&text[..span.start], new, &text[span.end..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expect: &str) {
        let got = checked(bytes).map_or_else(|problem| problem.to_string(), |_| String::new());
        assert_eq!(got, expect, "{bytes:?}");
    }

    #[test]
    fn what_fits_into_a_header_is_a_key() {
        check(b"abc.DEF-_~+/=", "");
        check(b"", "it is empty");
        check(b"a b", "the key holds white space or a control character");
        check(b"a\tb", "the key holds white space or a control character");
        check(b"a\x7f", "the key holds white space or a control character");
        check(b"a\nb", "the value goes on over several lines");
        check(b"a\r", "the value goes on over several lines");
        check("aé".as_bytes(), "the key holds a character that is not ASCII");
        check(b"\xff", "the key holds a character that is not ASCII");
        check(b"\"a\"", "the key holds a quotation mark");
    }

    #[test]
    fn what_needs_no_quotation_marks_is_a_new_key() {
        for (key, expect) in
            [("aZ9._-+/=", true), ("", false), ("a%b", false), ("a b", false), ("a$b", false)]
        {
            assert_eq!(check_new(&Secret::new(key.as_bytes())).is_ok(), expect, "{key}");
        }
    }

    #[test]
    fn tokens_are_told_from_keys() {
        for (key, expect) in [("eyJa.b.c", true), ("eyJa.b", false), ("abc.d.e", false)] {
            assert_eq!(is_token(&Secret::new(key.as_bytes())), expect, "{key}");
        }
    }
}
