//! What a document of a front end is called: where it is, without what must not be shown of
//! an address, and a name that stays the same from one build of the site to the next.
//!
//! Addresses are read as texts, also those that no client would ask for: a capture may hold
//! any. Nothing is looked up.

/// Letters of the shortest hash that bundlers put into names: webpack, Parcel and esbuild
/// write 8 (and more), Vite and Rollup 8 of the alphabet of base64 in addresses.
const HASH: usize = 8;
/// Bytes of an address that are shown: those of `data:` have no end.
const MOST: usize = 2000;

/// The address without the name and the password of a user, and cut short where it is very
/// long and holds its own content. What could be a key is not masked yet.
pub fn shown(address: &str) -> String {
    let (before, rest) = authority(address).unwrap_or((0, 0..0));
    let user = address[rest.clone()].rfind('@').map_or(0, |at| at + 1);
    let mut shown = [&address[..before], &address[before + user..]].concat();
    if shown.len() > MOST && shown.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")) {
        let head = shown.find(',').filter(|&comma| comma < MOST).unwrap_or("data:".len());
        shown.truncate(head);
    }
    shown
}

/// The name and the password of a user in an address, as they are written there.
pub fn user(address: &str) -> Option<&str> {
    let (_, range) = authority(address)?;
    Some(address[range].rsplit_once('@')?.0)
}

/// The host that an address names, without the port, in lower case and without the brackets
/// of IPv6; none of an address that names none, such as `data:`.
pub fn host(address: &str) -> Option<String> {
    let (_, range) = authority(address)?;
    let authority = &address[range];
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let host = match place.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => place.split_once(':').map_or(place, |(host, _)| host),
    };
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    (!host.is_empty()).then_some(host)
}

/// Whether a host is `name` or lies below it.
pub fn is_within(host: &str, name: &str) -> bool {
    host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether a host is Baseten's, to which nothing is sent.
pub fn is_baseten(host: &str) -> bool {
    is_within(&host.trim_end_matches('.').to_ascii_lowercase(), "baseten.co")
}

/// The name of a document below its site, which fingerprints, rules and entries of what is
/// settled see: host, port and path, without scheme and query, each part that looks like
/// the hash of a build written `*`.
///
/// A hash is hexadecimal with a digit in it, or letters and digits that are mixed as no word
/// is, each of at least 8. To take a word for one does little harm, for it only makes two
/// documents of one folder have one name; to miss one makes every build forget what was settled.
pub fn relative(address: &str) -> String {
    let Some((_, range)) = authority(address) else { return made_up(address) };
    let end = range.end;
    let place = &address[range];
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place).to_ascii_lowercase();
    let path = &address[end..];
    let path = &path[..path.find(['?', '#']).unwrap_or(path.len())];
    let is_name = place.bytes().any(|byte| byte.is_ascii_alphabetic()) && !place.starts_with('[');
    let mut name = if is_name { steady(&place, false) } else { place };
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            name.push('/');
        }
        name.push_str(&steady(segment, true));
    }
    name
}

/// What has no place of its own: the document that holds it goes by its own name, and what a
/// browser made up for one visit is not told apart.
fn made_up(address: &str) -> String {
    if let Some((what, holder)) = address.rsplit_once(" in ") {
        return format!("{} in {}", made_up(what), relative(holder));
    }
    if let Some((origin, _)) = address.strip_prefix("blob:").and_then(|origin| origin.rsplit_once('/'))
        && authority(origin).is_some()
    {
        return format!("blob:{}/*", relative(origin));
    }
    let end = address.find([',', ';', '?', '#']).unwrap_or(address.len());
    address[..end].to_owned()
}

/// Where in an address its authority stands, and where that begins.
fn authority(address: &str) -> Option<(usize, std::ops::Range<usize>)> {
    let start = address.find("://")? + 3;
    let scheme = &address[..start - 3];
    if scheme.is_empty() || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    {
        return None;
    }
    let length = address[start..].find(['/', '?', '#', '\\']).unwrap_or(address.len() - start);
    Some((start, start..start + length))
}

/// A part of a path, or a host, with what looks like a hash as `*`; the ending of a file stays.
fn steady(part: &str, is_path: bool) -> String {
    let pieces: Vec<&str> = part.split('.').collect();
    let last = pieces.len() - 1;
    let steady = |(index, piece): (usize, &&str)| {
        let is_ending = index == last && index > 0 && piece.len() < HASH;
        // Vite's hash may hold `-` and `_` itself, so it is looked for by its length first.
        match piece.len().checked_sub(HASH).and_then(|at| piece.split_at_checked(at)) {
            _ if is_ending => (*piece).to_owned(),
            Some((before, hash)) if is_path && before.ends_with('-') && is_address_safe(hash) => {
                format!("{}*", words(before))
            }
            _ if is_path && is_build(piece) => "*".to_owned(),
            _ => words(piece),
        }
    };
    pieces.iter().enumerate().map(steady).collect::<Vec<_>>().join(".")
}

/// The words of a part, a hash among them as `*`.
fn words(part: &str) -> String {
    let mut steady = String::with_capacity(part.len());
    let mut rest = part;
    loop {
        let end = rest.find(['-', '_', '~', '@', '+']).unwrap_or(rest.len());
        steady.push_str(if is_hash(&rest[..end]) { "*" } else { &rest[..end] });
        let Some(separator) = rest[end..].chars().next() else { return steady };
        steady.push(separator);
        rest = &rest[end + separator.len_utf8()..];
    }
}

/// Whether a word looks like a hash.
fn is_hash(word: &str) -> bool {
    let bytes = word.as_bytes();
    if bytes.len() < HASH || !bytes.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let has_digit = bytes.iter().any(u8::is_ascii_digit);
    if bytes.iter().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte.to_ascii_lowercase())) {
        return has_digit;
    }
    // A word with a number, such as `bootstrap5` or `polyfills2024`, changes once.
    let kind = |byte: u8| (byte.is_ascii_digit(), byte.is_ascii_uppercase());
    let changes = bytes.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    has_digit && changes >= 3
}

/// Whether 8 letters behind a `-` look like a hash of Vite's: of a mixture that no word has.
fn is_address_safe(tail: &str) -> bool {
    let bytes = tail.as_bytes();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_odd = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase() || *byte == b'_';
    bytes.iter().all(is_letter) && bytes[1..].iter().any(is_odd)
}

/// Whether a whole part is the id of a build, such as the 21 letters of Next.js.
fn is_build(part: &str) -> bool {
    let bytes = part.as_bytes();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let kinds = [u8::is_ascii_digit, u8::is_ascii_uppercase, u8::is_ascii_lowercase];
    bytes.len() >= 16
        && bytes.iter().all(is_letter)
        && kinds.iter().all(|kind| bytes.iter().any(kind))
        && bytes.iter().filter(|byte| byte.is_ascii_digit()).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expect: &str) {
        assert_eq!(relative(address), expect, "{address}");
    }

    #[test]
    fn names_outlive_a_build() {
        for (address, expect) in [
            ("https://Example.com/", "example.com/"),
            ("https://example.com", "example.com"),
            ("https://example.com:8443/a?b=c#d", "example.com:8443/a"),
            ("https://u:p@example.com/a", "example.com/a"),
            ("https://example.com/static/js/main.1a2b3c4d.chunk.js", "example.com/static/js/main.*.chunk.js"),
            ("https://example.com/assets/index-BxYz1_-a.js", "example.com/assets/index-*.js"),
            ("https://example.com/assets/index-DiwrgTda.js.map", "example.com/assets/index-*.js.map"),
            ("https://example.com/assets/chunk-QWERTY7A.js", "example.com/assets/chunk-*.js"),
            (
                "https://example.com/_next/static/Xy1Zab2-cdEfgHij3klmn/_buildManifest.js",
                "example.com/_next/static/*/_buildManifest.js",
            ),
            (
                "https://example.com/_next/static/chunks/4736-0f1e2d3c4b5a.js",
                "example.com/_next/static/chunks/4736-*.js",
            ),
            ("https://example.com/js/0123456789abcdef0123.js", "example.com/js/*.js"),
            ("https://app-a1b2c3d4e-team.example.com/x.js", "app-*-team.example.com/x.js"),
            (
                "data:application/json (2) in http://127.0.0.1:80/assets/index-BxYz1a2b.js?v=1",
                "data:application/json (2) in 127.0.0.1:80/assets/index-*.js",
            ),
            ("blob:… in https://example.com/a-1b2c3d4e", "blob:… in example.com/a-*"),
            ("blob:https://example.com/0f1e2d3c-aaaa-4bbb-8ccc-0f1e2d3c4b5a", "blob:example.com/*"),
        ] {
            check(address, expect);
        }
    }

    #[test]
    fn words_stay() {
        for path in [
            "jquery-3.7.1.min.js",
            "bootstrap5/polyfills2024.js",
            "my-component.js",
            "app-settings.js",
            "api/v1/models",
            "favicon.ico",
            "service-worker.js",
            "manifest.webmanifest",
            "vendors~main.js",
            "",
        ] {
            check(&format!("https://example.com/{path}"), &format!("example.com/{path}"));
        }
        check("http://127.0.0.1:8080/a.js", "127.0.0.1:8080/a.js");
        check("http://[::1]:8080/a.js", "[::1]:8080/a.js");
        check("data:text/html,x", "data:text/html");
        check("", "");
    }

    #[test]
    fn hosts_of_baseten_are_told_from_others() {
        for (host, expect) in [
            ("baseten.co", true),
            ("model-abc.api.BASETEN.co.", true),
            ("notbaseten.co", false),
            ("baseten.co.evil.example", false),
            ("co", false),
            ("", false),
        ] {
            assert_eq!(is_baseten(host), expect, "{host}");
        }
    }

    #[test]
    fn hosts_and_users() {
        for (address, expect) in [
            ("https://u:p@Example.com:80/a", Some("example.com")),
            ("wss://model-x.api.baseten.co", Some("model-x.api.baseten.co")),
            ("https://baseten.co.:443?x", Some("baseten.co")),
            ("https://[::1]:8080/", Some("::1")),
            ("https://example.com\\@baseten.co/", Some("example.com")),
            ("data:text/html,x://y", None),
            ("https:///x", None),
            ("", None),
        ] {
            assert_eq!(host(address).as_deref(), expect, "{address}");
        }
        assert_eq!(shown("https://u:p@example.com/@a"), "https://example.com/@a");
        assert_eq!(shown("https://example.com/a@b"), "https://example.com/a@b");
        let long = format!("data:text/plain;base64,{}", "A".repeat(5000));
        assert_eq!(shown(&long), "data:text/plain;base64");
    }
}
