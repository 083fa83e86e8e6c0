//! Images that are written in base64 in a text: in `data:` URIs, and wherever base64 begins
//! as an image does, as in mail, JSON and style sheets.
//!
//! The text comes window by window, and what is written over the end of one goes on in the
//! next. Line breaks and the escapes of JSON, of URIs and of XML are undone; what is put
//! together by a program, such as literals with a sign between them, is not. Whether the
//! bytes are an image somebody else says.

use crate::model::{Blob, Position};

use super::base64;

/// How base64 of images begins that is recognised wherever it stands: PNG, JPEG, GIF, WebP
/// (with every other RIFF).
const BARE: [&[u8]; 4] = [b"iVBORw0KGgo", b"/9j/", b"R0lGOD", b"UklGR"];
/// What is recognised only behind [`DECLARED`]: BMP, TIFF, icons, SVG.
const OTHERS: [&[u8]; 6] = [b"Qk", b"SUkq", b"TU0A", b"AAABAA", b"PHN2Zy", b"PD94bW"];
/// What stands before base64 in a `data:` URI.
const DECLARED: &[u8] = b";base64,";
/// What else may stand in the way, and the letter that it stands for; a line break is 0.
const ESCAPES: [(&[u8], u8); 17] = [
    (br"\/", b'/'),
    (br"\u002b", b'+'),
    (br"\u002B", b'+'),
    (br"\u002f", b'/'),
    (br"\u002F", b'/'),
    (br"\r", 0),
    (br"\n", 0),
    (b"%2B", b'+'),
    (b"%2b", b'+'),
    (b"%2F", b'/'),
    (b"%2f", b'/'),
    (b"%0A", 0),
    (b"%0D", 0),
    (b"&#xA;", 0),
    (b"&#xD;", 0),
    (b"&#10;", 0),
    (b"&#13;", 0),
];

/// Base64 that was decoded.
#[derive(Debug)]
pub struct Piece<'p> {
    /// What it says; where it is more than the limit, its beginning.
    pub bytes: &'p [u8],
    /// Whether that is all.
    pub is_whole: bool,
    /// Whether it stands in a `data:` URI.
    pub is_declared: bool,
    /// Where it begins in the text.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
}

/// Finds the pieces of one text after another.
#[derive(Debug)]
pub struct Embedded {
    /// Bytes that are decoded of one piece, at most.
    most: usize,
    open: Option<Open>,
    /// Bytes behind the fresh part that were taken already.
    ahead: usize,
}

/// A piece that is being decoded.
#[derive(Debug)]
struct Open {
    start: Position,
    is_declared: bool,
    bytes: Vec<u8>,
    is_whole: bool,
    bits: u32,
    letters: usize,
    /// Whether a line has just ended.
    breaks: bool,
}

/// Whether a text may hold such a piece.
pub fn may_hold(text: &[u8]) -> bool {
    let has = |word| memchr::memmem::find(text, word).is_some();
    has(DECLARED) || BARE.into_iter().any(has)
}

impl Embedded {
    /// Decodes at most so many bytes of a piece.
    pub fn new(most: usize) -> Self {
        Self { most, open: None, ahead: 0 }
    }

    /// Hands the pieces that end in the fresh part of `blob` to `visit`; blobs of one text
    /// come in order, and with the first of another what is open is forgotten.
    pub fn see(&mut self, blob: &Blob<'_>, visit: &mut dyn FnMut(&Piece<'_>)) {
        if blob.is_first() {
            (self.open, self.ahead) = (None, 0);
        }
        let (bytes, until) = (blob.bytes, blob.fresh.end);
        let is_last = until == bytes.len();
        let mut at = blob.fresh.start + self.ahead;
        let mut marks = marks(bytes, at..until).into_iter().peekable();
        let (mut counted, mut place) = (0, blob.start);
        let mut position = |at: usize| {
            place = place.after(&bytes[counted..at]);
            counted = at;
            place
        };
        loop {
            if let Some(mut open) = self.open.take() {
                let (next, is_over) = open.take(bytes, at..until, self.most);
                at = next;
                if !is_over && !is_last {
                    self.open = Some(open);
                    break;
                }
                let Open { start, is_declared, is_whole, .. } = open;
                let end = position(at);
                visit(&Piece { bytes: &open.bytes, is_whole, is_declared, start, end });
            }
            while marks.next_if(|mark| mark.0 < at).is_some() {}
            let Some((mark, is_declared)) = marks.next() else { break };
            at = mark;
            self.open = Some(Open {
                start: position(mark),
                is_declared,
                bytes: Vec::new(),
                is_whole: true,
                bits: 0,
                letters: 0,
                breaks: false,
            });
        }
        self.ahead = at.saturating_sub(until);
    }
}

impl Open {
    /// Decodes what stands in `range`, and says how far it came and whether the piece is over.
    fn take(&mut self, bytes: &[u8], range: std::ops::Range<usize>, most: usize) -> (usize, bool) {
        let mut at = range.start;
        while at < range.end {
            if let (true, Some(four)) =
                (self.letters.is_multiple_of(4) && !self.breaks, bytes[at..].first_chunk::<4>())
            {
                let six = four.map(base64::bits);
                if at + 4 <= range.end && (six[0] | six[1] | six[2] | six[3]) < 64 {
                    let three = six.iter().fold(0, |bits, six| bits << 6 | u32::from(*six));
                    self.push(&three.to_be_bytes()[1..], most);
                    self.letters += 4;
                    at += 4;
                    continue;
                }
            }
            let byte = bytes[at];
            match byte {
                b'\n' | b'\r' => self.breaks = true,
                b' ' | b'\t' if self.breaks => {}
                // A style sheet goes on behind it.
                b'\\' if matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) => {}
                _ if base64::is_letter(byte) => {
                    if self.breaks && begins(&bytes[at..]) {
                        return (at, true);
                    }
                    self.letter(byte, most);
                }
                _ => {
                    let escape = ESCAPES.iter().find(|(written, _)| bytes[at..].starts_with(written));
                    let Some((written, stands_for)) = escape else { return (at, true) };
                    match stands_for {
                        0 => self.breaks = true,
                        letter => self.letter(*letter, most),
                    }
                    at += written.len();
                    continue;
                }
            }
            at += 1;
        }
        (at, false)
    }

    fn letter(&mut self, letter: u8, most: usize) {
        self.breaks = false;
        self.bits = self.bits << 6 | u32::from(base64::bits(letter));
        self.letters += 1;
        // Of four letters the second, third and fourth each complete a byte.
        let rest = [6, 4, 2, 0][(self.letters + 3) % 4];
        if rest < 6 {
            let byte = (self.bits >> rest).to_be_bytes()[3];
            self.push(&[byte], most);
        }
    }

    fn push(&mut self, bytes: &[u8], most: usize) {
        self.is_whole &= self.bytes.len() + bytes.len() <= most;
        if self.is_whole {
            self.bytes.extend_from_slice(bytes);
        }
    }
}

/// Whether base64 begins here as an image does, wherever it stands.
fn begins(text: &[u8]) -> bool {
    BARE.iter().any(|bare| text.starts_with(bare))
}

/// Where pieces begin in `range`, in order, and whether they are in a `data:` URI.
fn marks(bytes: &[u8], range: std::ops::Range<usize>) -> Vec<(usize, bool)> {
    let mut marks = Vec::new();
    let from = range.start.saturating_sub(DECLARED.len());
    let text = bytes.get(from..).unwrap_or_default();
    for at in memchr::memmem::find_iter(text, DECLARED) {
        let start = from + at + DECLARED.len();
        let behind = &bytes[start..];
        if begins(behind) || OTHERS.iter().any(|other| behind.starts_with(other)) {
            marks.push((start, true));
        }
    }
    for word in BARE {
        let found = memchr::memmem::find_iter(text, word).map(|at| from + at);
        marks.extend(found.filter(|at| is_boundary(&bytes[..*at])).map(|at| (at, false)));
    }
    marks.retain(|(start, _)| range.contains(start));
    // Of two at one place the URI comes first, and stays.
    marks.sort_unstable_by_key(|(start, is_declared)| (*start, !is_declared));
    marks.dedup_by_key(|(start, _)| *start);
    marks
}

/// Whether a word may begin behind this text: a letter of an escape is none of the word.
fn is_boundary(before: &[u8]) -> bool {
    match before {
        [.., b'\\', b'n' | b'r' | b't'] | [] => true,
        [.., last] => !base64::is_letter(*last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Provenance;

    const HERE: Provenance<'_> = Provenance { shown: b"a", relative: b"a" };
    /// The first bytes of a PNG, and of what follows them.
    const PNG: &str = "iVBORw0KGgoAAAANSUhEUg";

    fn pieces(text: &str) -> Vec<(usize, bool, u64, u64)> {
        let mut pieces = Vec::new();
        Embedded::new(1 << 20).see(&Blob::whole(text.as_bytes(), HERE), &mut |piece| {
            let Piece { bytes, is_declared, start, end, .. } = piece;
            pieces.push((bytes.len(), *is_declared, start.column, end.column));
        });
        pieces
    }

    #[track_caller]
    fn check(text: &str, expect: &[(usize, bool, u64, u64)]) {
        assert_eq!(pieces(text), expect, "{text}");
    }

    #[test]
    fn where_base64_begins_as_an_image() {
        check(&format!("![x](data:image/png;base64,{PNG})"), &[(16, true, 28, 50)]);
        check(&format!("{{\"image/png\": \"{PNG}\"}}"), &[(16, false, 16, 38)]);
        check(&format!("\"\\n{PNG}\""), &[(16, false, 4, 26)]);
        check(&format!("x{PNG}"), &[]);
        check(&format!("{PNG} {PNG}"), &[(16, false, 1, 23), (16, false, 24, 46)]);
        check("data:image/bmp;base64,Qk02AAAA", &[(6, true, 23, 31)]);
        check("data:font/woff2;base64,d09GMgAB", &[]);
        check("see /9j/ and R0lGOD", &[(3, false, 5, 9), (4, false, 14, 20)]);
    }

    #[test]
    fn what_stands_in_the_way() {
        let plain = pieces(&format!("\"{PNG}\""))[0].0;
        for between in ["\\n", "\n", "\r\n   ", "\\\n", "%0A", "&#xA;"] {
            let (one, other) = PNG.split_at(13);
            assert_eq!(pieces(&format!("\"{one}{between}{other}\""))[0].0, plain, "{between:?}");
        }
        for (plus, slash) in [("+", "\\/"), ("%2B", "%2F"), ("\\u002b", "\\u002F")] {
            assert_eq!(pieces(&format!("\"{PNG}{plus}{slash}\""))[0].0, plain + 2, "{plus}");
        }
        // A blank within a line, and an image of its own on the next.
        assert_eq!(pieces(&format!("{PNG} more"))[0].0, plain);
        assert_eq!(pieces(&format!("{PNG}\n{PNG}\n")).len(), 2);
    }

    #[test]
    fn windows_make_no_difference() {
        let text = format!("ab\n\"{PNG}\\nAA\\/A\" {PNG}%2BA x /9j/\n data:image/tiff;base64,SUkqAAAA;")
            .into_bytes();
        let collect = |windows: &[(usize, usize, usize)]| {
            let (mut embedded, mut all) = (Embedded::new(1 << 20), Vec::new());
            for &(start, from, until) in windows {
                let end = (until + 40).min(text.len());
                let end = if until == text.len() { until } else { end };
                let place = Position::START.after(&text[..start]);
                let blob = Blob {
                    bytes: &text[start..end],
                    fresh: from - start..until - start,
                    start: place,
                    provenance: HERE,
                };
                embedded.see(&blob, &mut |piece| all.push((piece.bytes.to_vec(), piece.start, piece.end)));
            }
            all
        };
        let whole = collect(&[(0, 0, text.len())]);
        assert_eq!(whole.len(), 4);
        for cut in 1..text.len() - 1 {
            let start = cut.saturating_sub(40);
            assert_eq!(collect(&[(0, 0, cut), (start, cut, text.len())]), whole, "{cut}");
        }
    }

    #[test]
    fn a_piece_is_decoded_up_to_the_limit() {
        let text = format!("{PNG}{}", "A".repeat(400));
        let mut seen = Vec::new();
        Embedded::new(100).see(&Blob::whole(text.as_bytes(), HERE), &mut |piece| {
            seen.push((piece.bytes.len(), piece.is_whole));
        });
        assert_eq!(seen, [(99, false)]);
    }
}
