//! The reason that a comment gives: what stands behind its marker, without what belongs to the
//! syntax around it.

use std::ops::Range;

/// Bytes of a reason, at most: it is cut at a blank.
const LONGEST: usize = 240;

/// Signs that close a comment.
const CLOSERS: [&[u8]; 14] =
    [b"*/", b"-->", b"--}}", b"}}", b"--%>", b"%>", b"#}", b"*)", b"-}", b"]]>", b"#>", b"*@", b"=#", b"]]"];

/// Signs that may stand between a marker and its reason.
const LEADERS: [&str; 10] = [":", "-", "\u{2013}", "\u{2014}", "=", ",", ";", "#", "//", "|"];

/// What may stand at the end of the line of a quoted string.
const TRAILERS: [&str; 5] = ["\",", "\"", "\\n", "\\r", "\\"];

/// The reason in a part of a text that goes to the end of the comment. Where the part was cut
/// off before that, its last word may not be whole. It also ends where the string does that
/// the marker stands in, as in JSON.
pub(super) fn open(bytes: &[u8], part: Range<usize>, is_cut: bool) -> Option<Range<usize>> {
    let text = &bytes[part.clone()];
    let unquoted = quote_around(bytes, part.start).and_then(|quote| unescaped(text, quote));
    let closed = closer(text).into_iter().chain(unquoted).min();
    trimmed(bytes, part.start..closed.map_or(part.end, |at| part.start + at), is_cut && closed.is_none())
}

/// The same where the comment must be closed within the part.
pub(super) fn closed(bytes: &[u8], part: Range<usize>) -> Option<Range<usize>> {
    let end = part.start + closer(&bytes[part.clone()])?;
    trimmed(bytes, part.start..end, false)
}

fn closer(text: &[u8]) -> Option<usize> {
    CLOSERS.iter().filter_map(|sign| memchr::memmem::find(text, sign)).min()
}

/// The quote of the string that `at` stands in, by the line before it as far as it is looked at.
fn quote_around(bytes: &[u8], at: usize) -> Option<u8> {
    let near = &bytes[at.saturating_sub(2 * super::REACH)..at];
    let line = &near[memchr::memrchr(b'\n', near).map_or(0, |newline| newline + 1)..];
    let (mut open, mut before) = (None, b' ');
    let mut bytes = line.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, open) {
            (b'\\', _) => drop(bytes.next()),
            (_, Some(quote)) if byte == quote => open = None,
            (b'"', None) => open = Some(byte),
            // An apostrophe in a word, or one that begins a comment, opens no string.
            (b'\'', None) if !before.is_ascii_alphanumeric() && bytes.peek() != Some(&b' ') => {
                open = Some(byte);
            }
            _ => {}
        }
        before = byte;
    }
    open
}

/// Where the first such quote stands that has no backslash before it.
fn unescaped(text: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            byte if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
    None
}

fn trimmed(bytes: &[u8], part: Range<usize>, is_cut: bool) -> Option<Range<usize>> {
    let mut text = bytes[part.clone()].trim_ascii_start();
    while let Some(rest) = LEADERS.iter().find_map(|sign| text.strip_prefix(sign.as_bytes())) {
        text = rest.trim_ascii_start();
    }
    let mut start = part.end - text.len();
    if text.len() > LONGEST || is_cut {
        // A part of a word may be a part of a secret, which nothing would tell.
        let head = &text[..text.len().min(LONGEST)];
        let end = head.iter().rposition(u8::is_ascii_whitespace)?;
        text = &text[..end];
    }
    text = text.trim_ascii_end();
    while let Some(rest) = TRAILERS.iter().find_map(|sign| text.strip_suffix(sign.as_bytes())) {
        text = rest.trim_ascii_end();
    }
    if let Some(inside) = text.strip_prefix(b"(") {
        let whole = inside.strip_suffix(b")");
        // One that closes before the end is a part of a sentence.
        let is_part = |inside: &[u8]| inside.contains(&b')') && !inside.contains(&b'(');
        if let Some(inside) = whole.or(Some(inside)).filter(|inside| !is_part(inside)) {
            start += 1 + (inside.len() - inside.trim_ascii_start().len());
            text = inside.trim_ascii();
        }
    }
    let says = String::from_utf8_lossy(text).chars().any(char::is_alphanumeric);
    says.then_some(start..start + text.len())
}
