//! Lists of paths as git writes them into the environment: with a separator
//! between them, and in quotes where a path holds one.
//!
//! It makes paths of bytes and does not ask whether anything lies there.

use std::path::PathBuf;

/// What stands between two paths.
const SEPARATOR: u8 = if cfg!(windows) { b';' } else { b':' };

/// The paths in a list. As in git, an entry that begins with `#` is a comment, and
/// one whose quotes do not close stands for itself.
pub(super) fn paths(list: &[u8]) -> Vec<PathBuf> {
    let (mut paths, mut rest) = (Vec::new(), list);
    while !rest.is_empty() {
        let quoted = rest.strip_prefix(b"\"").and_then(unquote);
        let (entry, behind) = quoted.unwrap_or_else(|| {
            let end = memchr::memchr(SEPARATOR, rest).unwrap_or(rest.len());
            let entry = if rest.starts_with(b"#") { &[] } else { &rest[..end] };
            (entry.to_vec(), &rest[end..])
        });
        if !entry.is_empty() {
            paths.push(path(&entry));
        }
        rest = behind.get(1..).unwrap_or_default();
    }
    paths
}

/// The path that these bytes are. Where paths are no bytes, what is not UTF-8 is lost.
pub(in crate::source) fn path(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    return PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes));
    #[cfg(not(unix))]
    return PathBuf::from(String::from_utf8_lossy(bytes).into_owned());
}

/// The text up to the closing quote, and what follows it; `None` where it does not
/// close or holds an escape that git does not write.
fn unquote(quoted: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (mut text, mut rest) = (Vec::new(), quoted);
    loop {
        let (&byte, behind) = rest.split_first()?;
        rest = behind;
        match byte {
            b'"' => return Some((text, rest)),
            b'\\' => text.push(escape(&mut rest)?),
            _ => text.push(byte),
        }
    }
}

/// The byte that the escape at the front of `rest` stands for.
fn escape(rest: &mut &[u8]) -> Option<u8> {
    let (&first, behind) = rest.split_first()?;
    *rest = behind;
    Some(match first {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        b'\\' | b'"' => first,
        b'0'..=b'3' => {
            let (digits, behind) = rest.split_first_chunk::<2>()?;
            *rest = behind;
            let is_octal = digits.iter().all(|digit| (b'0'..=b'7').contains(digit));
            is_octal.then(|| (first - b'0') << 6 | (digits[0] - b'0') << 3 | (digits[1] - b'0'))?
        }
        _ => return None,
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::{path, paths};

    fn check(list: &[u8], expect: &[&[u8]]) {
        let expect: Vec<_> = expect.iter().map(|bytes| path(bytes)).collect();
        assert_eq!(paths(list), expect, "{}", list.escape_ascii());
    }

    #[test]
    fn paths_are_taken_apart() {
        check(b"", &[]);
        check(b"/a", &[b"/a"]);
        check(b"/a:b::/c:", &[b"/a", b"b", b"/c"]);
        check(br#""/a:b":/c"#, &[b"/a:b", b"/c"]);
        check(br#"/c:"/a\"\\\t\303\251""#, &[b"/c", b"/a\"\\\t\xC3\xA9"]);
        check(b"/\xFF:/b", &[b"/\xFF", b"/b"]);
        check(b"#/a:/b", &[b"/b"]);
        check(br#""/a:/b"#, &[br#""/a"#, b"/b"]);
        check(br#""/a\q":/b"#, &[br#""/a\q""#, b"/b"]);
        check(br#""\9":"\39a":"\4"#, &[br#""\9""#, br#""\39a""#, br#""\4"#]);
        check(br#""":/b"#, &[b"/b"]);
    }
}
