//! Whether two addresses are those of one repository.
//!
//! A remote is often fetched by one protocol and pushed to by another. Nothing is looked up: what
//! a server makes of a path, and links of a file system, are not known here.
//!
//! **Invariant:** where there is a doubt, they are two.

/// Whether both lead to one path on one host, whatever the protocol and the user.
pub(super) fn is_same(one: &[u8], other: &[u8]) -> bool {
    one == other || place(one) == place(other)
}

/// The host in small letters, with its port if that is none of those that go without saying, and
/// the path without what may be left out at its end. A local path has no host.
fn place(address: &[u8]) -> (Vec<u8>, &[u8]) {
    let (host, path) = split(address);
    let mut host = host[memchr::memrchr(b'@', host).map_or(0, |at| at + 1)..].to_ascii_lowercase();
    for port in [":22", ":80", ":443"] {
        if let Some(bare) = host.strip_suffix(port.as_bytes()) {
            host = bare.to_vec();
        }
    }
    // What is local is named by its whole path.
    let path = if host.is_empty() { path } else { path.trim_ascii().strip_prefix(b"/").unwrap_or(path) };
    let bare = |path| -> &[u8] {
        let end = |path: &[u8]| path.iter().rposition(|&byte| byte != b'/').map_or(0, |last| last + 1);
        &path[..end(path)]
    };
    let path = bare(path);
    (host, bare(path.strip_suffix(b".git").unwrap_or(path)))
}

/// The host with user and port, and the path.
fn split(address: &[u8]) -> (&[u8], &[u8]) {
    if let Some(scheme) = memchr::memmem::find(address, b"://") {
        let rest = &address[scheme + 3..];
        let slash = memchr::memchr(b'/', rest).unwrap_or(rest.len());
        return rest.split_at(slash);
    }
    // As git has it, a colon before the first slash stands behind a host.
    match (memchr::memchr(b':', address), memchr::memchr(b'/', address)) {
        (Some(colon), slash) if slash.is_none_or(|slash| colon < slash) => {
            (&address[..colon], &address[colon + 1..])
        }
        _ => (b"", address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(one: &str, other: &str, expect: bool) {
        assert_eq!(is_same(one.as_bytes(), other.as_bytes()), expect, "{one} {other}");
        assert_eq!(is_same(other.as_bytes(), one.as_bytes()), expect, "{other} {one}");
    }

    #[test]
    fn of_one_repository() {
        for other in [
            "https://example.com/o/r",
            "https://me@Example.com:443/o/r.git/",
            "git@example.com:o/r.git",
            "example.com:/o/r",
            "ssh://git@example.com:22/o/r.git",
        ] {
            check("https://example.com/o/r.git", other, true);
        }
        check("/srv/a.git", "file:///srv/a.git", true);
        check("../a", "../a/", true);
        for other in [
            "https://example.com/o/other",
            "https://example.org/o/r",
            "https://example.com:8443/o/r",
            "/o/r",
            "example.com/o/r",
            "https://example.com/O/r",
            "",
        ] {
            check("https://example.com/o/r", other, false);
        }
        check("../private.git", "../public.git", false);
        check("srv/a", "/srv/a", false);
    }
}
