//! What a literal is to the statement that it stands in, and where an import may stand.
//!
//! It knows the first words of statements and nothing else of the grammar.

use super::super::VARIABLE;
use super::{Kind, Source, Token};

/// What stands behind a line that sets the variable to itself.
const HINT: &str = "  # set it outside of this notebook";

/// What begins a block whose first text documents it.
const BLOCKS: [&[u8]; 3] = [b"def", b"class", b"async"];

impl<'a> Source<'a> {
    /// Whether a literal must stay one: in a pattern, or as the text that documents something.
    pub(super) fn is_fixed(&self, literal: &Token) -> bool {
        if literal.nesting > 0 {
            return false;
        }
        let index = self.statements.partition_point(|&start| start <= literal.span.start);
        let Some(&start) = self.statements.get(index.wrapping_sub(1)) else { return false };
        let opens = |start: usize, words: &[&[u8]]| {
            let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
            let length = self.text[start..].iter().take_while(is_word).count();
            words.contains(&&self.text[start..start + length])
        };
        let behind = self.text[start..].trim_ascii_start().get(4..).unwrap_or_default().trim_ascii_start();
        if opens(start, &[b"case"]) && !behind.first().is_some_and(|byte| b"=.,:)".contains(byte)) {
            return true;
        }
        let (mut first, mut last) = (literal, literal);
        while let Some(before) = self.neighbour(first, false) {
            first = before;
        }
        while let Some(behind) = self.neighbour(last, true) {
            last = behind;
        }
        let behind = self.text[last.span.end..].iter().find(|byte| !b" \t\r".contains(byte));
        if !behind.is_none_or(|byte| b"\n;#".contains(byte)) {
            return false;
        }
        let is_triple = last.span.end - last.body.end == 3;
        let is_inline = self.text[start..first.span.start].trim_ascii_end().ends_with(b":");
        if first.span.start != start {
            return is_inline && opens(start, &BLOCKS);
        }
        let is_first = index == 1 && self.statements.len() > 1;
        is_triple || is_first || index > 1 && opens(self.statements[index - 2], &BLOCKS)
    }

    /// The start of the line where `import os` may stand: before all that is neither a cell
    /// magic, nor the text that documents the cell, nor an import from the future.
    pub(in crate::unpack::notebook::clean) fn import_at(&self) -> usize {
        let mut at = 0;
        for line in self.text.split_inclusive(|&byte| byte == b'\n') {
            if !line.trim_ascii_start().starts_with(b"%%") {
                break;
            }
            at += line.len();
        }
        let is_documentation = |start: usize| {
            let literal = self.tokens.iter().find(|token| token.span.start == start);
            literal.is_some_and(|token| token.kind == Kind::Literal && self.is_fixed(token))
        };
        let mut is_passed = false;
        for (index, &start) in self.statements.iter().enumerate() {
            let is_future = self.text[start..].starts_with(b"from __future__");
            if !(is_future || index == 0 && is_documentation(start)) {
                // Comments before the first statement need not come first.
                return if is_passed { self.line_start(start) } else { at };
            }
            is_passed = true;
        }
        if is_passed { self.text.len() } else { at }
    }

    fn line_start(&self, at: usize) -> usize {
        memchr::memrchr(b'\n', &self.text[..at]).map_or(0, |end| end + 1)
    }

    /// What the line that starts at `at`, or the first below it that is not empty, is indented by.
    pub(in crate::unpack::notebook::clean) fn indentation(&self, at: usize) -> &'a [u8] {
        let next = self.statements.iter().find(|&&start| start >= at).map_or(at, |&start| start);
        let start = self.line_start(next).max(at);
        let line = &self.text[start..next];
        if line.trim_ascii().is_empty() { line } else { b"" }
    }

    /// What parts a word before a literal from the name that comes instead: none stands
    /// between a keyword and a quote.
    pub(super) fn space(&self, literal: &Token) -> &'static str {
        let before = self.text[..literal.span.start].last();
        let touches = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        if touches { " " } else { "" }
    }

    /// Words for who reads a line that sets the variable to what it is: that fails where
    /// nobody set it outside, and says its name.
    pub(super) fn hint(&self, literal: &Token) -> &'static str {
        let index = self.statements.partition_point(|&start| start <= literal.span.start);
        let Some(&start) = self.statements.get(index.wrapping_sub(1)) else { return "" };
        let before = self.text[start..literal.span.start].trim_ascii_end();
        let Some(target) = before.strip_suffix(b"=").map(<[u8]>::trim_ascii_end) else { return "" };
        let names = |word: &[u8]| memchr::memmem::find(target, word).is_some();
        let behind = self.text[literal.span.end..].iter().find(|byte| !b" \t\r".contains(byte));
        let ends_line = behind.is_none_or(|byte| *byte == b'\n');
        let is_set = target.ends_with(b"]") && names(b"environ") && names(VARIABLE.as_bytes());
        if is_set && ends_line { HINT } else { "" }
    }
}
