//! Where a blob comes from, and how its path is shown.

use std::fmt::{self, Write as _};
use std::sync::Arc;

/// A path made fit to show: secrets in it masked, bytes that are not UTF-8
/// written `\xNN` and a backslash `\\`, so that two paths never look the same,
/// separators written `/`. Of a notebook it may say the cell, too, which no line tells.
///
/// **Invariant:** made only by [`PathName::masked`], so that a path which
/// reaches a report has been searched for secrets, and of what such a one read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathName {
    text: Arc<str>,
    cell: Option<Arc<str>>,
    /// Bytes of the text that name the archive of which the rest is a member; 0 where it is none.
    archive: usize,
}

impl PathName {
    /// The name of `path` with every byte range of `secrets` (sorted, disjoint)
    /// replaced by `****`.
    pub fn masked(path: &[u8], secrets: &[std::ops::Range<usize>]) -> Self {
        let mut name = String::with_capacity(path.len());
        let mut done = 0;
        for secret in secrets {
            push_lossless(&mut name, &path[done..secret.start]);
            name.push_str("****");
            done = secret.end;
        }
        push_lossless(&mut name, &path[done..]);
        Self { text: name.into(), cell: None, archive: 0 }
    }

    /// The name that reads `shown`: one that was made before and written down.
    pub fn of_shown(shown: &str) -> Self {
        Self { text: shown.into(), cell: None, archive: 0 }
    }

    /// The same file, and in it the cell that `cell` names.
    #[must_use]
    pub fn in_cell(self, cell: Self) -> Self {
        Self { cell: Some(cell.text), ..self }
    }

    /// The same, known to be a member of `archive`, behind whose name it stands after a `!`.
    /// Nothing changes where it does not: a secret that is masked in one of them may reach
    /// over the end of the other.
    #[must_use]
    pub fn in_archive(self, archive: &Self) -> Self {
        let behind = self.text.strip_prefix(&*archive.text);
        let is_member = behind.is_some_and(|behind| behind.starts_with('!'));
        Self { archive: if is_member { archive.text.len() } else { self.archive }, ..self }
    }

    /// The file: of a member of an archive, the archive, and what follows is its path in it.
    /// A `!` alone does not tell, for files may be called so.
    pub fn file_and_member(&self) -> (&str, Option<&str>) {
        match self.archive {
            0 => (&self.text, None),
            end => (&self.text[..end], Some(&self.text[end + 1..])),
        }
    }

    /// The name as text, without the cell.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The bytes that the name was made from; what was masked stays `****`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.text.len());
        let mut rest = self.text.as_bytes();
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            let digits = rest.get(1..3).and_then(|digits| std::str::from_utf8(digits).ok());
            let hidden = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            match (byte, rest.first(), hidden) {
                (b'\\', Some(b'\\'), _) => rest = &rest[1..],
                (b'\\', Some(b'x'), Some(hidden)) => {
                    bytes.push(hidden);
                    rest = &rest[3..];
                    continue;
                }
                _ => {}
            }
            bytes.push(byte);
        }
        bytes
    }

    /// Where in a notebook, such as `cell 12, output 0 (text/html), line 3`.
    pub fn cell(&self) -> Option<&str> {
        self.cell.as_deref()
    }
}

impl fmt::Display for PathName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn push_lossless(name: &mut String, bytes: &[u8]) {
    for piece in bytes.utf8_chunks() {
        name.push_str(&piece.valid().replace('\\', r"\\"));
        for byte in piece.invalid() {
            write!(name, "\\x{byte:02X}").expect("writing to a string cannot fail");
        }
    }
}

/// What is known of the origin of a [`super::Blob`]. Both paths are raw bytes
/// with `/` as the separator.
#[derive(Debug, Clone, Copy)]
pub struct Provenance<'a> {
    /// The path as the user would type it where the program runs.
    pub shown: &'a [u8],
    /// The path from the root of the repository (or of the scanned folder where
    /// there is none): what globs, rules and fingerprints see, so that they do
    /// not depend on where the program was started.
    pub relative: &'a [u8],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_told_from_a_file_with_such_a_name() {
        let (archive, file) = (PathName::masked(b"a.zip", &[]), PathName::masked(b"a.zip!b!c", &[]));
        assert_eq!(file.file_and_member(), ("a.zip!b!c", None));
        assert_eq!(file.clone().in_archive(&archive).file_and_member(), ("a.zip", Some("b!c")));
        let other = PathName::masked(b"a.zi", &[]);
        assert_eq!(file.in_archive(&other).file_and_member(), ("a.zip!b!c", None));
    }

    #[test]
    fn names_are_masked_and_lossless() {
        assert_eq!(PathName::masked(br"\xFF", &[]).as_str(), r"\\xFF");
        for path in [&b"a/b"[..], br"\xFF", b"\xFF\\\xC3", br"C:\x\\y", b"", b"\\"] {
            assert_eq!(PathName::masked(path, &[]).to_bytes(), path, "{}", path.escape_ascii());
        }
        let name = PathName::masked(b"a/KEY.\xFFtxt", std::slice::from_ref(&(2..5)));
        assert_eq!(name.as_str(), "a/****.\\xFFtxt");
        let name = name.in_cell(PathName::masked(b"cell 1, KEY", std::slice::from_ref(&(8..11))));
        assert_eq!((name.as_str(), name.cell()), ("a/****.\\xFFtxt", Some("cell 1, ****")));
    }
}
