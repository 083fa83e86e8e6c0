//! Documents that are written into an address (`data:`, RFC 2397).

use super::list::Role;

/// A document inside an address.
#[derive(Debug)]
pub(in crate::web::site) struct Embedded {
    /// Its type, such as `text/javascript`.
    pub(in crate::web::site) media: String,
    pub(in crate::web::site) role: Role,
    pub(in crate::web::site) body: Vec<u8>,
}

/// Reads the address; none where it is malformed or holds nothing to look through, such as an
/// image.
pub(super) fn read(address: &str, role: Role) -> Option<Embedded> {
    let (head, data) = address.get(5..)?.split_once(',')?;
    let (head, is_base64) = match head.rsplit_once(';') {
        Some((head, word)) if word.trim().eq_ignore_ascii_case("base64") => (head, true),
        _ => (head, false),
    };
    let media = head.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let media = if media.is_empty() { "text/plain".to_owned() } else { media };
    if super::is_passive(&media) {
        return None;
    }
    let body = percent(data.as_bytes());
    let body = if is_base64 { base64(&body)? } else { body };
    let role = if role == Role::Map { role } else { super::role_of(&media).unwrap_or(role) };
    let media = media.chars().filter(|letter| letter.is_ascii_graphic()).take(64).collect();
    Some(Embedded { media, role, body })
}

/// With `%41` as `A`; what is no number stays.
fn percent(text: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (mut out, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(&byte) = text.get(at) {
        match (byte, digit(text.get(at + 1)), digit(text.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).expect("two digits are a byte"));
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// What base64 stands for, in either alphabet, with blanks and without padding.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut held) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0);
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ if byte.is_ascii_whitespace() => continue,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).expect("it is masked"));
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expect: Option<(&str, Role, &str)>) {
        let found = read(address, Role::Script);
        let found =
            found.map(|found| (found.media, found.role, String::from_utf8_lossy(&found.body).into_owned()));
        let expect = expect.map(|(media, role, body)| (media.to_owned(), role, body.to_owned()));
        assert_eq!(found, expect, "{address}");
    }

    #[test]
    fn documents_in_addresses_are_read() {
        check("data:text/javascript,a%28%22b%22%29", Some(("text/javascript", Role::Script, "a(\"b\")")));
        check(
            "data:text/javascript;charset=utf-8;base64,YSgpOw==",
            Some(("text/javascript", Role::Script, "a();")),
        );
        check(
            "DATA:application/json;base64,eyJhIjogMX0",
            Some(("application/json", Role::Json, "{\"a\": 1}")),
        );
        check("data:text/html;BASE64,PGI%2B", Some(("text/html", Role::Page, "<b>")));
        check("data:,100%", Some(("text/plain", Role::Script, "100%")));
        check("data:text/css,a{}", Some(("text/css", Role::Style, "a{}")));
        check("data:text/plain;base64,a?b", None);
        check("data:image/png;base64,AAAA", None);
        check("data:text/javascript", None);
    }
}
