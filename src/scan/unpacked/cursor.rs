//! From positions to bytes of a text and back, in order at the cost of one walk.

use crate::model::Position;

/// Bytes of a line that are looked back at.
const NEAR: usize = 4096;

/// A place in a text, which moves on to the next one that is asked for.
pub(super) struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
    position: Position,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0, position: Position::START }
    }

    /// The byte at which the character at `position` begins; the end of the text where it has none.
    pub(super) fn offset(&mut self, position: Position) -> usize {
        if position < self.position {
            *self = Self::new(self.text);
        }
        while self.position.line < position.line {
            let Some(end) = memchr::memchr(b'\n', &self.text[self.at..]) else { return self.text.len() };
            self.at += end + 1;
            self.position = Position { line: self.position.line + 1, column: 1 };
        }
        let characters = usize::try_from(position.column - self.position.column).unwrap_or(usize::MAX);
        let rest = self.text[self.at..].iter().enumerate();
        let mut starts = rest.filter(|(_, byte)| byte.cast_signed() >= -0x40).map(|(at, _)| at);
        self.at = starts.nth(characters).map_or(self.text.len(), |at| self.at + at);
        self.position = position;
        self.at
    }

    /// What stands on the line of the byte at `offset` before it, as far as it is near.
    pub(super) fn line_before(&self, offset: usize) -> &'t [u8] {
        let before =
            &self.text[offset.saturating_sub(NEAR).min(self.text.len())..offset.min(self.text.len())];
        memchr::memrchr(b'\n', before).map_or(before, |at| &before[at + 1..])
    }

    /// The position of the byte at `offset`.
    pub(super) fn position(&mut self, offset: usize) -> Position {
        if offset < self.at {
            *self = Self::new(self.text);
        }
        let offset = offset.min(self.text.len());
        self.position = self.position.after(&self.text[self.at..offset]);
        self.at = offset;
        self.position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_bytes_lead_to_one_another() {
        let text = "a\u{e9}b\n\ncd\u{1f511}e\nf".as_bytes();
        let starts: Vec<usize> = (0..text.len()).filter(|&at| text[at].cast_signed() >= -0x40).collect();
        let mut cursor = Cursor::new(text);
        // Forwards, backwards, and to and fro.
        let order = starts.iter().chain(starts.iter().rev()).chain(&[0, 8, 3, 12]).copied();
        for offset in order {
            let position = Position::START.after(&text[..offset]);
            assert_eq!(cursor.position(offset), position, "{offset}");
            assert_eq!(cursor.offset(position), offset, "{position:?}");
        }
        assert_eq!(cursor.offset(Position { line: 9, column: 1 }), text.len());
        assert_eq!(cursor.offset(Position { line: 4, column: 99 }), text.len());
    }
}
