//! The words that allow a secret, our own and those of other scanners.
//!
//! Where they count is not decided here.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// What a search finds; the last needs more behind it.
const WORDS: [&str; 5] = ["baseleak:allow", "gitleaks:allow", "ggignore", "trufflehog:ignore", "pragma:"];

/// The comment of detect-secrets for the line that it stands on, and the one for the next.
const PRAGMA: &str = "pragma: allowlist secret";
const PRAGMA_NEXT: &str = "pragma: allowlist nextline secret";

static SEARCH: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let search = AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS);
    search.expect("the words are few and short")
});

/// A word that allows a secret.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marker {
    /// Which one, as it is documented.
    pub(super) name: &'static str,
    /// Its first byte, and one past its last.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it speaks of the next line, and not of its own.
    pub(super) next_line: bool,
}

/// Whether anything in `bytes` may be a marker.
pub(super) fn any(bytes: &[u8]) -> bool {
    SEARCH.is_match(bytes)
}

/// The markers in a part of `bytes`, in order.
pub(super) fn markers(bytes: &[u8], part: Range<usize>) -> impl Iterator<Item = Marker> + '_ {
    let until = part.end;
    SEARCH.find_iter(&bytes[part.clone()]).filter_map(move |found| {
        let (start, end) = (part.start + found.start(), part.start + found.end());
        let mut marker = Marker { name: WORDS[found.pattern()], start, end, next_line: false };
        if marker.name == "pragma:" {
            let behind = &bytes[end..until];
            let (rest, next_line) = pragma(behind)?;
            marker.end = end + behind.len() - rest.len();
            marker.next_line = next_line;
            marker.name = if next_line { PRAGMA_NEXT } else { PRAGMA };
        }
        (!goes_on_before(&bytes[..start]) && !goes_on_behind(&bytes[marker.end..])).then_some(marker)
    })
}

/// What is left behind `allowlist secret`, and whether it is for the next line; the forms are
/// those of detect-secrets (`detect_secrets/filters/allowlist.py`).
fn pragma(behind: &[u8]) -> Option<(&[u8], bool)> {
    let rest = behind.trim_ascii_start();
    let rest = word(rest, b"allowlist").or_else(|| word(rest, b"whitelist"))?;
    match word(joint(rest)?, b"nextline") {
        Some(rest) => Some((word(joint(rest)?, b"secret")?, true)),
        None => Some((word(joint(rest)?, b"secret")?, false)),
    }
}

fn word<'b>(text: &'b [u8], word: &[u8]) -> Option<&'b [u8]> {
    let (head, rest) = text.split_at_checked(word.len())?;
    head.eq_ignore_ascii_case(word).then_some(rest)
}

/// What stands behind the blanks or the hyphen between two words.
fn joint(text: &[u8]) -> Option<&[u8]> {
    let rest = text.strip_prefix(b"-").unwrap_or_else(|| text.trim_ascii_start());
    (rest.len() < text.len()).then_some(rest)
}

/// Whether a word ends here that the marker would be a part of. An escaped line end is none.
fn goes_on_before(before: &[u8]) -> bool {
    match before {
        [.., b'\\', b'n' | b't' | b'r'] | [.., b'/', b'/'] | [] => false,
        [.., byte, b'/'] => is_word(*byte),
        [.., byte] => is_word(*byte) || matches!(byte, b'-' | b'.') && !before.ends_with(b"--"),
    }
}

/// Whether the marker is the beginning of a longer word.
fn goes_on_behind(behind: &[u8]) -> bool {
    match behind {
        [b'-' | b'.' | b'/', next, ..] => is_word(*next),
        [byte, ..] => is_word(*byte),
        [] => false,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}
