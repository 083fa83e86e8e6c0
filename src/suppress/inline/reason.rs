//! The reason that a comment gives: what stands behind its marker, without what belongs to the
//! syntax around it.

use std::ops::Range;

/// Bytes of a reason, at most: it is cut at a blank.
const LONGEST: usize = 240;

/// Signs that close a comment.
const CLOSERS: [&[u8]; 10] = [b"*/", b"-->", b"--}}", b"}}", b"--%>", b"%>", b"#}", b"*)", b"-}", b"]]>"];

/// Signs that may stand between a marker and its reason.
const LEADERS: [&str; 11] = [":", "-", "\u{2013}", "\u{2014}", "=", ",", ";", "#", "//", "(", "|"];

/// What may stand at the end of the line of a quoted string.
const TRAILERS: [&str; 5] = ["\",", "\"", "\\n", "\\r", "\\"];

/// The reason in a part of a text that goes to the end of the comment. Where the part was cut
/// off before that, its last word may not be whole.
pub(super) fn open(bytes: &[u8], part: Range<usize>, is_cut: bool) -> Option<Range<usize>> {
    let closed = closer(&bytes[part.clone()]);
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

fn trimmed(bytes: &[u8], part: Range<usize>, is_cut: bool) -> Option<Range<usize>> {
    let mut text = bytes[part.clone()].trim_ascii_start();
    while let Some(rest) = LEADERS.iter().find_map(|sign| text.strip_prefix(sign.as_bytes())) {
        text = rest.trim_ascii_start();
    }
    let start = part.end - text.len();
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
    let says = text.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    says.then_some(start..start + text.len())
}
