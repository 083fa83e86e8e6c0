//! Where a file of variables uses a key, in whatever form a shell takes it: every place
//! goes with the key, since what is left of it would cease to work.
//!
//! It knows no syntax. That the file sets the key at all is seen to elsewhere.
//!
//! **Invariant:** what stands inside a longer word is another word, and is left.

use std::ops::Range;

/// Where `key` stands as a word of its own.
pub(super) fn of(bytes: &[u8], key: &[u8]) -> Vec<Range<usize>> {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let spans = memchr::memmem::find_iter(bytes, key).map(|start| start..start + key.len());
    let is_whole = |span: &Range<usize>| {
        let before = span.start.checked_sub(1).and_then(|at| bytes.get(at));
        !is_word(before) && !is_word(bytes.get(span.end))
    };
    spans.filter(is_whole).collect()
}

/// `bytes` with `new` wherever `old` stands as a word of its own.
pub(super) fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let (mut after, mut done) = (Vec::with_capacity(bytes.len()), 0);
    for span in of(bytes, old) {
        after.extend_from_slice(&bytes[done..span.start]);
        after.extend_from_slice(new);
        done = span.end;
    }
    after.extend_from_slice(&bytes[done..]);
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_replaced_and_parts_of_words_are_not() {
        let check = |text: &str, expect: &str| {
            let got = replaced(text.as_bytes(), b"old.key", b"new");
            assert_eq!(String::from_utf8_lossy(&got), expect, "{text}");
        };
        check("", "");
        check("old.key", "new");
        check("A=old.key\nalias d=\"B=old.key x\"", "A=new\nalias d=\"B=new x\"");
        check("xold.key old.keys b10_old.key old.key_", "xold.key old.keys b10_old.key old.key_");
        check("old.key,old.key.", "new,new.");
    }
}
