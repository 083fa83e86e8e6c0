//! Text that is written in pieces: adjacent string literals, with or without an
//! operator, lines that go on behind a backslash, folded YAML, and the soft line
//! breaks of quoted-printable. It looks only for pieces that complete something
//! a key may be in; it knows no language.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use aho_corasick::packed::{Config, MatchKind, Searcher};

use super::Encoding;
use super::escapes::{self, KINDS};
use super::hold::{Fresh, holds_plain};
use super::map::Writer;
use super::sweep::{KEYED, ahead, behind, is};

/// Bytes of the shortest key.
const KEY: usize = 33;
/// Bytes before the first joint that may belong to a key.
const BEFORE: usize = 1024;
/// Bytes between two pieces at most.
pub(super) const GAP: usize = 64;
/// Joints of one chain, and its bytes, at most; what is longer goes on in the next.
const JOINTS: usize = 512;
const CHAIN: usize = 1 << 17;

/// What a joint, or compressed text in base64, begins with. More than 32 would
/// halve the speed of the search.
const THREE: [&str; 32] = [
    "\" \"", "\" +", "\"+\"", "\"+ ", "\"+\n", "\" .", "\".\"", "\". ", "\" &", "' |", "\" \\", "\" f",
    "\"\n ", "\"\n\t", "\"\n\"", "\"\r\n", "' '", "' +", "'+'", "'+ ", "' .", "'.'", "'. ", "' \\", "' f",
    "'\n ", "'\n\t", "'\n'", "'\r\n", " >\n", ">-\n", "H4s",
];
const TWO: [&str; 12] =
    ["=\n", "=\r", "\\\n", "\\\r", "eJw", "eJx", "eJy", "eJz", "eNo", "eNp", "eNq", "eNr"];

/// What joins two literals; the longer of two that begin alike stands first.
const OPERATORS: [&[u8]; 8] = [b"++", b"..", b"<>", b"||", b"+", b".", b"&", b"~"];

/// A search for any of a few strings.
struct Needles {
    packed: Option<Searcher>,
    automaton: AhoCorasick,
}

static NEEDLES: LazyLock<[Needles; 2]> = LazyLock::new(|| [Needles::new(&THREE), Needles::new(&TWO)]);

impl Needles {
    fn new(needles: &[&str]) -> Self {
        let packed = Config::new().match_kind(MatchKind::LeftmostFirst).builder().extend(needles).build();
        let automaton = AhoCorasick::new(needles).expect("they are few and short");
        Self { packed, automaton }
    }

    fn find(&self, bytes: &[u8], from: usize) -> usize {
        let found = match &self.packed {
            Some(searcher) => searcher.find_in(bytes, (from..bytes.len()).into()).map(|found| found.start()),
            None => self.automaton.find(&bytes[from..]).map(|found| from + found.start()),
        };
        found.unwrap_or(usize::MAX)
    }
}

/// Pieces that belong together.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) encoding: Encoding,
    /// What stands between the pieces.
    joints: Vec<Range<usize>>,
    /// From the first piece's key characters to the end of the last's.
    span: Range<usize>,
}

impl Chain {
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Writes `window`, which holds the chain, without its joints.
    pub(super) fn write(&self, bytes: &[u8], window: Range<usize>, writer: &mut Writer<'_>) {
        if self.encoding == Encoding::QuotedPrintable {
            return escapes::decode(KINDS[3], bytes, window, writer);
        }
        let mut from = window.start;
        for joint in &self.joints {
            writer.copy(from..joint.start);
            writer.put(b"", joint.clone());
            from = joint.end;
        }
        writer.copy(from..window.end);
    }
}

/// A way to join: where one piece ended, what lies between it and the next.
type Joint = fn(&[u8], usize) -> Option<Range<usize>>;

/// Iterator over the chains that may hold a key across a joint.
pub(super) struct Joins<'a> {
    bytes: &'a [u8],
    from: usize,
    /// Where joints are, if someone knows.
    known: Option<std::vec::IntoIter<usize>>,
    /// The next hit of each search.
    next: [usize; 2],
    /// Where base64 of compressed text may begin.
    pub(super) seeds: Vec<usize>,
}

impl<'a> Joins<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, from: 0, known: None, next: [0, 0], seeds: Vec::new() }
    }

    /// The chains at `joints`, which ascend.
    pub(super) fn at(bytes: &'a [u8], joints: Vec<usize>) -> Self {
        Self { known: Some(joints.into_iter()), ..Self::new(bytes) }
    }

    /// The next place where a needle stands.
    fn hit(&mut self) -> Option<usize> {
        if let Some(known) = &mut self.known {
            return known.find(|&at| at >= self.from);
        }
        for (next, needles) in self.next.iter_mut().zip(NEEDLES.iter()) {
            if *next < self.from || (self.from == 0 && *next == 0) {
                *next = needles.find(self.bytes, self.from.min(self.bytes.len()));
            }
        }
        let at = self.next[0].min(self.next[1]);
        (at != usize::MAX).then_some(at)
    }

    /// The chain that begins at a hit, and where to go on.
    fn chain(&mut self, at: usize) -> Option<Chain> {
        let bytes = self.bytes;
        let (encoding, end, joint): (_, _, Joint) = match bytes[at] {
            b'H' | b'e' => {
                self.seeds.push(at);
                return None;
            }
            b'=' => (Encoding::QuotedPrintable, at + 1, soft),
            b'\\' => (Encoding::Concatenation, at + 1, continued),
            b'"' | b'\'' => (Encoding::Concatenation, at, literals),
            _ => (Encoding::Concatenation, folded_line(bytes, at)?, folded),
        };
        let first = joint(bytes, end)?;
        let left = behind(&bytes[first.start.saturating_sub(BEFORE)..first.start], KEYED);
        if left == 0 {
            return None;
        }
        let start = first.start - left;
        let (mut joints, mut length) = (vec![first], left);
        let end = loop {
            let from = joints.last().expect("it has the first").end;
            let run = ahead(&bytes[from..bytes.len().min(from + CHAIN)], KEYED);
            length += run;
            match joint(bytes, from + run) {
                Some(next) if run > 0 && length < CHAIN && joints.len() < JOINTS => joints.push(next),
                Some(_) if joints.len() > 1 => {
                    // The last joint opens the next chain.
                    self.from = joints.last().expect("there are two").start;
                    break from + run;
                }
                _ => {
                    self.from = from;
                    break from + run;
                }
            }
        };
        if length < KEY {
            return None;
        }
        let chain = Chain { encoding, joints, span: start..end };
        let mut writer = Writer::new(bytes);
        chain.write(bytes, start..end, &mut writer);
        holds_plain(&writer.text, Fresh::Marks(&writer.marks)).map(|_| chain)
    }
}

impl Iterator for Joins<'_> {
    type Item = Chain;

    fn next(&mut self) -> Option<Chain> {
        while let Some(at) = self.hit() {
            self.from = at + 1;
            let chain = self.chain(at);
            self.from = self.from.max(at + 1);
            if chain.is_some() {
                return chain;
            }
        }
        None
    }
}

/// Whether a joint ends in something that can go on: what follows is of a key.
fn goes_on(bytes: &[u8], joint: Range<usize>) -> Option<Range<usize>> {
    bytes.get(joint.end).is_some_and(|&byte| is(byte, KEYED)).then_some(joint)
}

/// The length of the line break at `at`, or zero.
fn line_break(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..).unwrap_or(&[]) {
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => 0,
    }
}

/// The end of the blanks at `at`.
fn blanks(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at.min(bytes.len())..bytes.len().min(at + GAP)];
    at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// A soft line break, of which `end` is the line break.
fn soft(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let len = line_break(bytes, end);
    let is_soft = len > 0 && bytes[..end].ends_with(b"=");
    if is_soft { goes_on(bytes, end - 1..end + len) } else { None }
}

/// What joins two lines of which the first ends with the `=` or `\` at `at`.
pub(super) fn line_joint(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    if bytes[at] == b'=' { soft(bytes, at + 1) } else { continued(bytes, at + 1) }
}

/// A line break behind a backslash, and the indentation of the next line.
fn continued(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let len = line_break(bytes, end);
    let is_continued = len > 0 && bytes[..end].ends_with(b"\\");
    if is_continued { goes_on(bytes, end - 1..blanks(bytes, end + len)) } else { None }
}

/// The end of the first line of the folded block that opens at `at`.
fn folded_line(bytes: &[u8], at: usize) -> Option<usize> {
    let start = blanks(bytes, at + 3);
    let len = ahead(&bytes[start..bytes.len().min(start + CHAIN)], KEYED);
    (len > 0 && start > at + 3).then_some(start + len)
}

/// A line break and the indentation of the next line.
fn folded(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let len = line_break(bytes, end);
    let next = blanks(bytes, end + len);
    if len > 0 && next > end + len { goes_on(bytes, end..next) } else { None }
}

/// What stands between two literals, of which the first ends with the quote at `end`.
pub(super) fn literals(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    if !matches!(bytes.get(end), Some(b'"' | b'\'')) {
        return None;
    }
    // A quote in a literal of another text is behind a backslash.
    let start = end - bytes[..end].iter().rev().take(8).take_while(|&&byte| byte == b'\\').count();
    if start == 0 || !is(bytes[start - 1], KEYED) {
        return None;
    }
    let limit = bytes.len().min(end + GAP);
    let mut at = spaces(&bytes[..limit], end + 1);
    if let Some(operator) = OPERATORS.iter().find(|operator| bytes[at..limit].starts_with(operator)) {
        at = spaces(&bytes[..limit], at + operator.len());
    }
    // Prefixes such as `f`, `rb`, `u8`, `L` and `$@`.
    let prefix = bytes[at..limit].iter().take(2);
    at += prefix.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'$' | b'@')).count();
    at += bytes[at..limit].iter().take_while(|&&byte| byte == b'\\').count();
    if !matches!(bytes[at..limit].first(), Some(b'"' | b'\'')) {
        return None;
    }
    goes_on(bytes, start..at + 1)
}

/// The end of the white space at `at`, and of the signs that make a line go on.
fn spaces(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at = match bytes.get(at..).unwrap_or(&[]) {
            [b' ' | b'\t' | b'\r' | b'\n', ..] => at + 1,
            [b'\\' | b'_', b'\r' | b'\n', ..] | [b'\\', b'n' | b'r' | b't', ..] => at + 2,
            _ => return at.min(bytes.len()),
        };
    }
}
