//! Tells in which top-level block of a YAML text something stands, by indentation.
//! It does not parse YAML: a text that is broken elsewhere is judged all the same.

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
