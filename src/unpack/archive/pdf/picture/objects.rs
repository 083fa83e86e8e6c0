//! The objects of a PDF by their numbers, and the few things of its syntax that pictures need.
//!
//! Objects are found by the words that open them: cross-references and streams of objects are
//! not read.

use std::cell::OnceCell;
use std::collections::HashMap;

use memchr::memmem;

/// Bytes of the text of an object that is looked at.
const OBJECT: usize = 16 << 10;
/// What opens an object, behind its number; a generation other than 0 nobody writes.
const OPENING: &[u8] = b" 0 obj";

/// The objects of one PDF, found when the first is asked for.
pub(in crate::unpack::archive::pdf) struct Objects<'p> {
    pdf: &'p [u8],
    /// Where the content of each begins.
    places: OnceCell<HashMap<usize, usize>>,
}

impl<'p> Objects<'p> {
    pub(in crate::unpack::archive::pdf) fn new(pdf: &'p [u8]) -> Self {
        Self { pdf, places: OnceCell::new() }
    }

    /// What stands behind `N 0 obj`, in the newest revision.
    pub(super) fn get(&self, wanted: usize) -> Option<&'p [u8]> {
        self.places.get_or_init(|| places(self.pdf)).get(&wanted).map(|&at| &self.pdf[at..])
    }

    /// A value, or what it refers to.
    pub(super) fn resolved<'v>(&self, value: &'v [u8]) -> &'v [u8]
    where
        'p: 'v,
    {
        match reference(value).and_then(|wanted| self.get(wanted)) {
            Some(object) => head(object),
            None => value,
        }
    }
}

/// Where the objects begin, by their numbers; of two with one number the later one is newer.
fn places(pdf: &[u8]) -> HashMap<usize, usize> {
    let place = |at: usize| {
        let digits = pdf[..at].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let behind = at + OPENING.len();
        let blanks = pdf[behind..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        Some((number(&pdf[at - digits..at])?, behind + blanks))
    };
    memmem::find_iter(pdf, OPENING).filter_map(place).collect()
}

/// How many bytes at the beginning are a word.
pub(super) fn word(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')).count()
}

/// What stands behind a name in a dictionary.
pub(super) fn value<'d>(text: &'d [u8], name: &[u8]) -> Option<&'d [u8]> {
    let mut found = memmem::find_iter(text, name).map(|at| &text[at + name.len()..]);
    let value = found.find(|behind| !behind.first().is_some_and(u8::is_ascii_alphanumeric))?;
    Some(value.trim_ascii_start())
}

/// The number that a text begins with.
pub(super) fn number(text: &[u8]) -> Option<usize> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&text[..digits]).ok()?.parse().ok()
}

/// The number of the object that `N G R` at the start of a text refers to.
pub(super) fn reference(text: &[u8]) -> Option<usize> {
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let (object, generation, sign) = (words.next()?, words.next()?, words.next()?);
    let is_number = |word: &[u8]| word.iter().all(u8::is_ascii_digit);
    (is_number(object) && is_number(generation) && sign.starts_with(b"R")).then(|| number(object)).flatten()
}

/// The text of an object, without its stream.
pub(super) fn head(object: &[u8]) -> &[u8] {
    let text = &object[..object.len().min(OBJECT)];
    let end = [&b"endobj"[..], b"stream"].iter().filter_map(|word| memmem::find(text, word)).min();
    &text[..end.unwrap_or(text.len())]
}
