//! Tells in which top-level block of a YAML text something stands, by indentation.
//! It does not parse YAML: a text that is broken elsewhere is judged all the same.

use std::ops::Range;

/// Lines above the match that are looked at, at most.
const REACH: usize = 1000;

/// Whether the line of byte `at` stands in the block of the top-level `key`, or is its flow mapping.
pub(super) fn stands_under(bytes: &[u8], at: usize, key: &str) -> bool {
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |offset| at + offset);
    let mut lines = bytes[..end].rsplit(|&byte| byte == b'\n').take(REACH);
    let Some(own) = lines.next() else { return false };
    if opens(own, key) {
        return true;
    }
    let mut indent = indentation(own);
    for line in lines.filter(|line| !is_blank(line)) {
        let outer = indentation(line);
        if outer >= indent {
            continue;
        }
        if outer == 0 {
            return opens(line, key);
        }
        indent = outer;
    }
    false
}

/// The blocks that stand under `key`, its own line included: whole lines, outside
/// of which nothing [stands under](stands_under) it.
pub(in crate::detect) fn blocks<'b>(bytes: &'b [u8], key: &'b str) -> impl Iterator<Item = Range<usize>> {
    memchr::memmem::find_iter(bytes, key.as_bytes()).filter_map(move |at| {
        let quoted = usize::from(at > 0 && matches!(bytes[at - 1], b'"' | b'\''));
        let start = at - quoted;
        let is_block = (start == 0 || bytes[start - 1] == b'\n') && opens(&bytes[start..], key);
        is_block.then(|| start..end(bytes, start))
    })
}

/// Where the block ends whose first line starts at `start`.
fn end(bytes: &[u8], start: usize) -> usize {
    let mut line = start;
    while let Some(offset) = memchr::memchr(b'\n', &bytes[line..]) {
        line += offset + 1;
        if bytes.get(line).is_some_and(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'#')) {
            return line;
        }
    }
    bytes.len()
}

/// Whether `line` is `key:` at the left margin, quoted or not.
fn opens(line: &[u8], key: &str) -> bool {
    let line = line.strip_prefix(b"\"").or_else(|| line.strip_prefix(b"'")).unwrap_or(line);
    let Some(rest) = line.strip_prefix(key.as_bytes()) else { return false };
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    rest.trim_ascii_start().starts_with(b":")
}

fn indentation(line: &[u8]) -> usize {
    line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().first().is_none_or(|&byte| byte == b'#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: bool) {
        let at = text.find("HERE").expect("the text marks the place");
        assert_eq!(stands_under(text.as_bytes(), at, "secrets"), expect, "{text}");
        let is_in = blocks(text.as_bytes(), "secrets").any(|block| block.contains(&at));
        assert!(is_in || !expect, "{text}");
    }

    #[test]
    fn blocks_are_whole_lines() {
        let text = "a: 1\nsecrets:\n  b: 2\n\n# note\n  c: 3\nd: 4\n'secrets': {}\n";
        let found: Vec<&str> = blocks(text.as_bytes(), "secrets").map(|block| &text[block]).collect();
        assert_eq!(found, ["secrets:\n  b: 2\n\n# note\n  c: 3\n", "'secrets': {}\n"]);
    }

    #[test]
    fn blocks_end_where_indentation_does() {
        check("secrets:\n  a: HERE\n", true);
        check("x: 1\nsecrets: # names\n\n  # note\n  b: null\n  a: HERE", true);
        check("\"secrets\": {a: HERE}\n", true);
        check("secrets:\n  deep:\n    a: HERE\n", true);
        check("secrets:\n  a: b\nother:\n  c: HERE\n", false);
        check("env:\n  secrets:\n    a: HERE\n", false);
        check("secrets_file:\n  a: HERE\n", false);
        check("HERE", false);
        check("  a: HERE", false);
    }
}
