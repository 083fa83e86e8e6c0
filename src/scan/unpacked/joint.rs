//! Where two strings of a list may be one text to whoever reads them: cut anywhere, or two
//! literals, or a line that goes on.
//!
//! It looks at raw JSON and parses none: it says whether parsing may show more.

/// Bytes of the shortest key with a dot or an underscore in it, and of the longest, with room to spare.
const SHORTEST: usize = 33;
const WORD: usize = 96;
/// Bytes that may stand between two pieces, on either side of where the strings meet.
const GAP: usize = 64;

/// Whether pieces in two strings of a list, one behind the other, may be a key when they are
/// joined: the word that goes through is long enough. It costs little more than reading.
/// Jupyter itself cuts a text at the ends of lines only, so that the pieces are mostly
/// literals or stand on lines that go on. A line within a string that ends in a backslash is
/// looked at as well, since the raw text shows two. A key of another shape than the built-in
/// rules know goes unnoticed here.
pub(in crate::scan) fn may_join(bytes: &[u8]) -> bool {
    let mut chain = Chain::default();
    let mut strings = memchr::memmem::find_iter(bytes, b"\",").filter_map(|end| {
        let behind = bytes[end + 2..].trim_ascii_start().strip_prefix(b"\"")?;
        Some((end, bytes.len() - behind.len()))
    });
    if strings.any(|(end, start)| chain.add(bytes, end, start)) {
        return true;
    }
    let mut chain = Chain::default();
    memchr::memmem::find_iter(bytes, br"\\\n").any(|at| chain.add(bytes, at + 4, at + 4))
}

/// Pieces that belong together.
#[derive(Debug, Default)]
struct Chain {
    /// Where the last piece ends, and what all are long.
    end: usize,
    length: usize,
    has_mark: bool,
}

impl Chain {
    /// Adds the pieces around a place where one string ends at `end` and the next starts at
    /// `start`; whether they are long enough to be a key by now.
    fn add(&mut self, bytes: &[u8], end: usize, start: usize) -> bool {
        let left = Edge::before(&bytes[end.saturating_sub(GAP)..end]);
        let right = Edge::behind(&bytes[start..bytes.len().min(start + GAP)]);
        if !left.meets(&right) {
            return false;
        }
        let (until, from) = (end - left.length, start + right.length);
        let before = word(bytes[..until].iter().rev());
        let behind = word(bytes[from..].iter());
        if before == 0 {
            return false;
        }
        let marked = |word: &[u8]| word.iter().any(|byte| matches!(byte, b'.' | b'_'));
        if self.end != until {
            *self = Self { end: until, length: before, has_mark: marked(&bytes[until - before..until]) };
        }
        self.end = from + behind;
        self.length += behind;
        self.has_mark |= marked(&bytes[from..from + behind]);
        self.length >= SHORTEST && self.has_mark
    }
}

fn word<'b>(bytes: impl Iterator<Item = &'b u8>) -> usize {
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
    bytes.take(WORD).take_while(is_word).count()
}

/// What stands between a piece and the end of its string.
#[derive(Debug, Default)]
struct Edge {
    length: usize,
    is_quoted: bool,
    /// A line ends here.
    breaks: bool,
    /// The line goes on: behind a sign that says so, or by what the next is indented.
    goes_on: bool,
}

impl Edge {
    /// At the end of `text`.
    fn before(text: &[u8]) -> Self {
        let mut edge = Self::default();
        let mut rest = text;
        loop {
            rest = match rest {
                [rest @ .., b'\\', b'n'] => {
                    edge.breaks = true;
                    rest
                }
                [rest @ .., b'\\', b'r' | b't'] | [rest @ .., b' ' | b'\t'] | [rest @ .., b' ', b'_'] => rest,
                [rest @ .., b'\\', b'\\'] | [rest @ .., b'='] if edge.breaks => {
                    edge.goes_on = true;
                    rest
                }
                [rest @ .., b'+' | b'.' | b'&' | b'|' | b'~' | b'<' | b'>'] if is_operator(rest) => rest,
                [inside @ .., b'"' | b'\''] => {
                    edge.is_quoted = true;
                    let slashes = inside.iter().rev().take_while(|&&byte| byte == b'\\').count();
                    rest = &inside[..inside.len() - slashes];
                    break;
                }
                _ => break,
            };
        }
        edge.length = text.len() - rest.len();
        edge
    }

    /// At the start of `text`.
    fn behind(text: &[u8]) -> Self {
        let mut edge = Self::default();
        let mut rest = text;
        loop {
            rest = match rest {
                [b'\\', b'n' | b'r' | b't' | b'\\', rest @ ..]
                | [b' ' | b'\t' | b'+' | b'&' | b'|' | b'~' | b'<' | b'>', rest @ ..] => rest,
                [b'.', next, ..] if !next.is_ascii_alphanumeric() => &rest[1..],
                _ => break,
            };
        }
        edge.goes_on = rest.len() < text.len();
        // Prefixes such as `f`, `rb` and `$@`.
        let is_prefix = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'$' | b'@');
        let prefix = rest.iter().take(2).take_while(is_prefix).count();
        let slashes = rest[prefix..].iter().take_while(|&&byte| byte == b'\\').count();
        if let [b'"' | b'\'', behind @ ..] = &rest[prefix + slashes..] {
            edge.is_quoted = true;
            rest = behind;
        }
        edge.length = text.len() - rest.len();
        edge
    }

    /// Whether this end and that start are two sides of one joint.
    fn meets(&self, next: &Self) -> bool {
        match (self.is_quoted, next.is_quoted) {
            (true, true) => true,
            (false, false) if self.breaks => self.goes_on || next.goes_on,
            (false, false) => self.length == 0 && next.length == 0,
            _ => false,
        }
    }
}

/// Whether an operator may stand behind this: a word that goes on has no blank or quote before it.
fn is_operator(before: &[u8]) -> bool {
    matches!(before.last(), Some(b' ' | b'\t' | b'"' | b'\'' | b'+' | b'.' | b'|' | b'<' | b'>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: bool) {
        assert_eq!(may_join(text.as_bytes()), expect, "{text}");
    }

    #[test]
    fn words_that_go_through() {
        let (left, right) = ("b10_abcd1234.aaaa", "b".repeat(28));
        for (text, expect) in [
            (format!("[\"x {left}\", \"{right}'\"]"), true),
            (format!("[\"{left}\",\n   \"{right}\"]"), true),
            (format!("[\"{left}\\n\",\"{right}\"]"), false),
            (format!("[\"{left} \",\"{right}\"]"), false),
            (format!("[\"{left}\",\"short\"]"), false),
            (format!("[\"{right}\",\"{right}\"]"), false),
            (format!("[\"{left}\",{right}]"), false),
            (format!("{left}{right}"), false),
            ("\",".to_owned(), false),
        ] {
            check(&text, expect);
        }
    }

    #[test]
    fn literals_and_lines_that_go_on() {
        let (left, right) = ("b10_abcd1234.aaaa", "b".repeat(28));
        let (third, last) = ("b".repeat(12), "b".repeat(16));
        for (text, expect) in [
            (format!(r#"["K = (\"{left}\"\n", "     \"{right}\")\n"]"#), true),
            (format!(r#"["K = '{left}' \\\n", "'{right}'\n"]"#), true),
            (format!(r#"["K = '{left}' + \\\r\n", "\tf'{right}'\n"]"#), true),
            (format!(r#"["K = '{left}'\n", "  + rb'{right}'\n"]"#), true),
            (format!(r#"["K = \"{left}\" & _\n", "  \"{right}\"\n"]"#), true),
            (format!(r#"["K = '{left}\\\n", "{right}'\n"]"#), true),
            (format!(r#"["k: >-\n", "  {left}\n", "  {right}\n"]"#), true),
            (format!(r#"["{left}=\n", "{right}\n"]"#), true),
            (format!(r#"["K = ('{left}'\n", " '{third}'\n", " '{last}')\n"]"#), true),
            (format!(r#""K = '{left}' + \\\n    '{right}'""#), true),
            (format!(r#""K = '{left}\\\n{right}'""#), true),
            (format!(r#"["K = ('{left}'\n", " '{third}')\n", " '{last}')\n"]"#), false),
            (format!(r#"["K = ('{left}',\n", " '{right}')\n"]"#), false),
            (format!(r#"["K = '{left}'\n", " {right}\n"]"#), false),
            (format!(r#"["{left}.\n", "{right}\n"]"#), false),
        ] {
            check(&text, expect);
        }
    }
}
