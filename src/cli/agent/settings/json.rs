//! Edits JSON as text: what is not touched stays as it is, byte for byte.
//!
//! The text must have been read by `serde_json` before: it is not checked once more.

use std::ops::Range;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

/// What stands there.
#[derive(Debug)]
pub(super) enum Kind {
    /// Members: their names, and where these begin.
    Object(Vec<(String, usize, Node)>),
    Array(Vec<Node>),
    Other,
}

impl Node {
    /// Reads a text that is JSON.
    pub(super) fn read(text: &str) -> Self {
        let mut reader = Reader { text, at: 0 };
        reader.blanks();
        reader.value()
    }

    /// The member of this name; of several the last, as parsers have it.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        self.members().iter().rev().find(|(other, _, _)| other == name).map(|(_, _, node)| node)
    }

    /// The members of an object.
    pub(super) fn members(&self) -> &[(String, usize, Self)] {
        if let Kind::Object(members) = &self.kind { members } else { &[] }
    }

    /// The elements of a list.
    pub(super) fn elements(&self) -> &[Self] {
        if let Kind::Array(elements) = &self.kind { elements } else { &[] }
    }

    /// Where its parts stand, with their names.
    fn parts(&self) -> Vec<Range<usize>> {
        match &self.kind {
            Kind::Object(members) => members.iter().map(|(_, start, node)| *start..node.span.end).collect(),
            Kind::Array(elements) => elements.iter().map(|node| node.span.clone()).collect(),
            Kind::Other => Vec::new(),
        }
    }

    /// The text with `part`, laid out as the parts that are there, put behind them. `depth`
    /// tells how far in the node stands: 0 for the whole.
    pub(super) fn with(&self, text: &str, part: &str, depth: usize) -> String {
        let layout = Layout::of(text);
        let parts = self.parts();
        let own = parts.last().and_then(|last| line_start(text, last.start));
        let indent = own.map_or_else(|| layout.indent(depth + 1), str::to_owned);
        let part = part.replace('\n', &format!("{}{indent}", layout.newline));
        let is_line = own.is_some() || (parts.is_empty() && layout.unit.is_some());
        let before = if is_line { format!("{}{indent}", layout.newline) } else { String::new() };
        let (start, end) = (self.span.start + 1, self.span.end - 1);
        if let Some(last) = parts.last() {
            let blank = if is_line { "" } else { " " };
            return format!("{},{blank}{before}{part}{}", &text[..last.end], &text[last.end..]);
        }
        let after =
            if is_line { format!("{}{}", layout.newline, layout.indent(depth)) } else { String::new() };
        format!("{}{before}{part}{after}{}", &text[..start], &text[end..])
    }

    /// The text without the part of this number.
    pub(super) fn without(&self, text: &str, index: usize) -> String {
        let parts = self.parts();
        let cut = match (index.checked_sub(1), parts.get(index + 1)) {
            (_, Some(next)) => parts[index].start..next.start,
            (Some(before), None) => parts[before].end..parts[index].end,
            (None, None) => self.span.start + 1..self.span.end - 1,
        };
        format!("{}{}", &text[..cut.start], &text[cut.end..])
    }
}

/// How a text is laid out.
pub(super) struct Layout {
    newline: &'static str,
    /// What one level is set in by; nothing where all stands on one line.
    unit: Option<String>,
}

impl Layout {
    pub(super) fn of(text: &str) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let root = Node::read(text);
        let first = root.parts().first().map(|part| part.start);
        let unit = match first {
            // Of an empty object, nobody knows.
            None => Some("  ".to_owned()),
            Some(first) => line_start(text, first).map(str::to_owned),
        };
        Self { newline, unit }
    }

    /// A value as text, laid out like this.
    pub(super) fn render(&self, value: &impl serde::Serialize) -> String {
        let Some(unit) = &self.unit else { return serde_json::to_string(value).unwrap_or_default() };
        let mut bytes = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(unit.as_bytes());
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
        value.serialize(&mut serializer).expect("what is written here has names of fields that are strings");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }

    fn indent(&self, depth: usize) -> String {
        self.unit.as_deref().unwrap_or("").repeat(depth)
    }
}

/// The blanks before what stands at `at`, where it is the first of its line.
fn line_start(text: &str, at: usize) -> Option<&str> {
    let line = text[..at].rfind('\n')? + 1;
    Some(&text[line..at]).filter(|blanks| blanks.bytes().all(|byte| matches!(byte, b' ' | b'\t')))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn blanks(&mut self) {
        while matches!(self.byte(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Node {
        let start = self.at;
        let kind = match self.byte() {
            b'{' => Kind::Object(self.parts(b'}', |reader| {
                let start = reader.at;
                reader.string();
                let name = serde_json::from_str(&reader.text[start..reader.at]).unwrap_or_default();
                reader.blanks();
                // The colon.
                reader.at += 1;
                reader.blanks();
                (name, start, reader.value())
            })),
            b'[' => Kind::Array(self.parts(b']', Self::value)),
            b'"' => {
                self.string();
                Kind::Other
            }
            _ => {
                while !matches!(self.byte(), 0 | b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n') {
                    self.at += 1;
                }
                Kind::Other
            }
        };
        Node { span: start..self.at, kind }
    }

    /// What stands between brackets, each read by `one`.
    fn parts<T>(&mut self, close: u8, one: impl Fn(&mut Self) -> T) -> Vec<T> {
        let mut parts = Vec::new();
        self.at += 1;
        loop {
            self.blanks();
            match self.byte() {
                b',' => self.at += 1,
                byte if byte == close || byte == 0 => break,
                _ => parts.push(one(self)),
            }
        }
        self.at = (self.at + 1).min(self.text.len());
        parts
    }

    fn string(&mut self) {
        self.at += 1;
        while !matches!(self.byte(), b'"' | 0) {
            self.at += if self.byte() == b'\\' { 2 } else { 1 };
        }
        self.at = (self.at + 1).min(self.text.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_and_taken_out_leaves_the_rest() {
        let check = |text: &str, path: &[&str], part: &str, expect: &str| {
            let find = |text: &str| {
                let mut start = Node::read(text);
                for name in path {
                    let Kind::Object(members) = start.kind else { return None };
                    start = members.into_iter().find(|(other, _, _)| other == name)?.2;
                }
                Some(start)
            };
            let node = find(text).expect("it is there");
            let count = node.parts().len();
            let with = node.with(text, part, path.len());
            assert_eq!(with, expect, "{text}");
            serde_json::from_str::<serde_json::Value>(&with).expect("it is JSON still");
            let back = find(&with).expect("it is there").without(&with, count);
            assert_eq!(back, text);
        };
        check("{}", &[], "\"a\": 1", "{\n  \"a\": 1\n}");
        check("{\"a\": []}", &["a"], "1", "{\"a\": [1]}");
        check("{\"a\":{\"b\":[0]}}", &["a", "b"], "1", "{\"a\":{\"b\":[0, 1]}}");
        check("{\n\t\"a\": [\n\t\t0\n\t]\n}\n", &["a"], "1", "{\n\t\"a\": [\n\t\t0,\n\t\t1\n\t]\n}\n");
        check(
            "{\r\n    \"a\": []\r\n}",
            &["a"],
            "{\n    \"x\": 1\n}",
            "{\r\n    \"a\": [\r\n        {\r\n            \"x\": 1\r\n        }\r\n    ]\r\n}",
        );
        check("{\n  \"a\": [0, 1]\n}", &["a"], "2", "{\n  \"a\": [0, 1, 2]\n}");
        check(
            "{\"a\": {}, \"}\\\"]\": [-1.5e3, true, null, \"\\\\\"]}",
            &["a"],
            "\"b\": 1",
            "{\"a\": {\"b\": 1}, \"}\\\"]\": [-1.5e3, true, null, \"\\\\\"]}",
        );
    }

    #[test]
    fn parts_are_taken_out_anywhere() {
        let check = |text: &str, index: usize, expect: &str| {
            assert_eq!(Node::read(text).without(text, index), expect);
        };
        check("[1, 2, 3]", 0, "[2, 3]");
        check("[1, 2, 3]", 1, "[1, 3]");
        check("[1, 2, 3]", 2, "[1, 2]");
        check("[ 1 ]", 0, "[]");
        check("{\"a\": 1, \"b\": 2}", 0, "{\"b\": 2}");
    }
}
