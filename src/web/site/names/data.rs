//! Documents that are written into an address (`data:`, RFC 2397).

use super::list::Role;
use crate::web::base64::decoded;

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
    let body = if is_base64 { decoded(std::str::from_utf8(&body).ok()?)? } else { body };
    let role = if role == Role::Map { role } else { super::role_of(&media).unwrap_or(role) };
    let media = media.chars().filter(char::is_ascii_graphic).take(64).collect();
    Some(Embedded { media, role, body })
}

/// With `%41` as `A`; what is no number stays.
fn percent(text: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (mut out, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(&byte) = text.get(at) {
        let digits = (digit(text.get(at + 1)), digit(text.get(at + 2)));
        if let (b'%', (Some(high), Some(low))) = (byte, digits) {
            out.push(u8::try_from(high * 16 + low).expect("two digits are a byte"));
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    out
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
