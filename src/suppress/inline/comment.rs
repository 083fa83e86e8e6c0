//! Whether a line holds nothing but a comment, in whatever language it is written.
//!
//! It knows signs and no grammar. A sign that also begins code counts only where what follows
//! makes it a comment: a line that is wrongly taken for one would allow the secret below it.

use super::marker::markers;

/// What must follow a sign for it to begin a comment.
#[derive(Clone, Copy)]
enum Then {
    /// Nothing: no code begins with it.
    Anything,
    /// A blank, the end of the line, or a marker.
    Blank,
    /// The same, and behind the blank neither `=` nor `(`: the sign may be a name in code.
    Word,
    /// A marker.
    Marker,
}

/// Signs that begin a comment, longer ones first where one begins another; what ends the
/// comment, where that is not the end of the line; and what must follow.
const SIGNS: &[(&str, &str, Then)] = &[
    ("<!--", "-->", Then::Anything),
    ("{{!--", "--}}", Then::Anything),
    ("{{!", "}}", Then::Anything),
    ("{{/*", "}}", Then::Anything),
    ("{{- /*", "}}", Then::Anything),
    ("{/*", "*/}", Then::Anything),
    ("<#", "#>", Then::Anything),
    ("@*", "*@", Then::Anything),
    ("#=", "=#", Then::Anything),
    ("--[[", "]]", Then::Anything),
    ("<%--", "--%>", Then::Anything),
    ("<%#", "%>", Then::Anything),
    ("{#", "#}", Then::Anything),
    ("{-", "-}", Then::Anything),
    ("(*", "*)", Then::Blank),
    ("/*", "*/", Then::Anything),
    ("//", "", Then::Anything),
    ("--", "", Then::Blank),
    ("::", "", Then::Blank),
    ("..", "", Then::Blank),
    ("#", "", Then::Blank),
    (";;", "", Then::Anything),
    (";", "", Then::Blank),
    ("%", "", Then::Blank),
    ("*", "*/", Then::Blank),
    ("rem", "", Then::Word),
    ("@rem", "", Then::Word),
    ("dnl", "", Then::Blank),
    ("'", "", Then::Marker),
    ("\" ", "", Then::Marker),
    ("!", "", Then::Marker),
];

/// Whether `line` holds nothing but a comment. A line of a notebook is a quoted string in the
/// file: its first quote is passed over. So is a byte order mark.
pub(super) fn is_alone(line: &[u8]) -> bool {
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii();
    let quoted = line.strip_prefix(b"\"").map(|inside| {
        let inside = inside.strip_suffix(b",").unwrap_or(inside);
        let inside = inside.strip_suffix(b"\"").unwrap_or(inside);
        inside.strip_suffix(br"\n").unwrap_or(inside).trim_ascii()
    });
    is_comment(line) || ends_comment(line) || quoted.is_some_and(is_comment)
}

/// Whether the line begins with a marker and ends a comment over several lines.
fn ends_comment(line: &[u8]) -> bool {
    let is_marked = markers(line, 0..line.len()).next().is_some_and(|marker| marker.start == 0);
    is_marked && memchr::memmem::find(line, b"*/").is_some_and(|at| at + 2 == line.len())
}

fn is_comment(line: &[u8]) -> bool {
    SIGNS.iter().any(|(sign, close, then)| {
        let Some((head, mut rest)) = line.split_at_checked(sign.len()) else { return false };
        if !head.eq_ignore_ascii_case(sign.as_bytes()) {
            return false;
        }
        // A sign may be repeated, as in `###` and `/**`.
        while rest.first().is_some_and(|byte| !byte.is_ascii_alphabetic() && head.last() == Some(byte)) {
            rest = &rest[1..];
        }
        let text = rest.trim_ascii_start();
        let is_marked = markers(text, 0..text.len()).next().is_some_and(|marker| marker.start == 0);
        let follows = match then {
            Then::Anything => true,
            Then::Blank => rest.is_empty() || text.len() < rest.len() || is_marked,
            Then::Word => {
                (rest.is_empty() || text.len() < rest.len()) && !matches!(text.first(), Some(b'=' | b'('))
            }
            Then::Marker => is_marked,
        };
        follows && !is_directive(text) && ends(rest, close.as_bytes())
    })
}

/// Whether a comment with this sign at its end does not end before the line does.
fn ends(text: &[u8], close: &[u8]) -> bool {
    close.is_empty()
        || memchr::memmem::find(text, close).is_none_or(|at| text[at + close.len()..].trim_ascii().is_empty())
}

/// `# define` is code in C, and its value may be a secret with a comment of its own.
fn is_directive(text: &[u8]) -> bool {
    text.strip_prefix(b"define").is_some_and(|rest| rest.starts_with(b" ") || rest.starts_with(b"\t"))
}
