//! Where in a text something stands, in the terms of an editor.

use super::PathName;

/// A place in a text: line and column, both counted from 1.
///
/// Columns count characters (Unicode scalar values) of the line. In bytes that
/// are not UTF-8, every byte that does not continue a character counts as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
}

impl Position {
    /// The first character of a text.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The position that stands `bytes` further on.
    #[must_use]
    pub fn after(self, bytes: &[u8]) -> Self {
        match memchr::memrchr(b'\n', bytes) {
            None => Self { column: self.column + characters(bytes), ..self },
            Some(last) => Self {
                line: self.line + memchr::memchr_iter(b'\n', bytes).count() as u64,
                column: 1 + characters(&bytes[last + 1..]),
            },
        }
    }
}

/// The number of characters of a UTF-8 text, continuation bytes not counted.
fn characters(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte.cast_signed() >= -0x40).count() as u64
}

/// Which part of the scanned thing a finding stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Place {
    /// In the content, at the location's line and column.
    Content,
    /// In the name of the file; line and column count within the name.
    FileName,
}

/// Where a finding stands, ordered as a report lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, named as the user would reach it from where the program ran.
    pub path: PathName,
    /// Content or name.
    pub place: Place,
    /// First character of the secret.
    pub start: Position,
    /// One past the last character of the secret.
    pub end: Position,
}

impl Location {
    /// Where in a notebook it stands, beside the line of the file: `cell 12, output 0 (text/html), line 3`.
    pub fn cell(&self) -> Option<&str> {
        self.path.cell()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: (u64, u64)) {
        let position = Position::START.after(text.as_bytes());
        assert_eq!((position.line, position.column), expect, "{text:?}");
    }

    #[test]
    fn positions_count_lines_and_characters() {
        check("", (1, 1));
        check("abc", (1, 4));
        check("a\n", (2, 1));
        check("a\r\nbc", (2, 3));
        check("\n\n\u{e9}\u{1f511}", (3, 3));
    }

    #[test]
    fn a_position_goes_on_from_where_it_stands() {
        let text = "ab\u{e9}\ncd\nef".as_bytes();
        for cut in 0..=text.len() {
            let (left, right) = text.split_at(cut);
            assert_eq!(Position::START.after(left).after(right), Position::START.after(text));
        }
    }
}
