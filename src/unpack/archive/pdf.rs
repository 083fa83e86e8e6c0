//! PDFs: each deflated stream, inflated.
//!
//! It looks for streams by their keywords and reads no cross-references, so that
//! a damaged PDF is read as far as it goes and old revisions are read, too.
//! Pictures are handed out where somebody asks for them, and are passed over else; text that
//! is drawn letter by letter is not put together.

mod picture;

use memchr::memmem;

use super::decode::Packing;
use super::reason::Reason;
use super::walk::{Stop, Walk};

/// Bytes before a stream in which its dictionary is looked for.
const DICTIONARY: usize = 4096;

/// Walks the streams of `pdf`, which are numbered from 1 in their order.
pub(super) fn walk(walk: &mut Walk<'_>, pdf: &[u8]) -> Result<(), Stop> {
    if is_encrypted(pdf) {
        return Err(Stop::Here(Reason::Encrypted));
    }
    let finder = memmem::Finder::new(b"stream");
    let ending = memmem::Finder::new(b"endstream");
    let objects = picture::Objects::new(pdf);
    let (mut at, mut number) = (0, 0u64);
    while let Some(found) = finder.find(&pdf[at..]) {
        let keyword = at + found;
        at = keyword + b"stream".len();
        let data = match &pdf[at..] {
            [b'\r', b'\n', ..] => at + 2,
            [b'\n' | b'\r', ..] => at + 1,
            _ => continue,
        };
        let dictionary = dictionary(&pdf[..keyword]);
        if dictionary.ends_with(b"end") || !dictionary.trim_ascii_end().ends_with(b">>") {
            continue;
        }
        number += 1;
        let len = ending.find(&pdf[data..]).unwrap_or(pdf.len() - data);
        at = data + len;
        if is_deflated(dictionary) {
            let name = format!("stream {number}");
            let content = &pdf[data..data + len];
            walk.at(name.as_bytes(), |walk| walk.unpacked(Packing::Zlib, b"", None, &mut &content[..]))?;
        } else if walk.wants_pictures() && picture::is_one(dictionary) {
            let name = format!("picture {number}");
            let content = &pdf[data..data + len];
            walk.at(name.as_bytes(), |walk| {
                walk.as_picture(|walk| picture::walk(walk, &objects, dictionary, content))
            })?;
        }
    }
    Ok(())
}

/// The text before a stream, from the object's start at most.
fn dictionary(before: &[u8]) -> &[u8] {
    let before = &before[before.len().saturating_sub(DICTIONARY)..];
    &before[memmem::rfind(before, b"obj").unwrap_or(0)..]
}

/// Whether the first filter inflates, and what it gives is no picture.
fn is_deflated(dictionary: &[u8]) -> bool {
    let is_picture = memmem::find_iter(dictionary, b"/Subtype")
        .any(|at| dictionary[at + b"/Subtype".len()..].trim_ascii_start().starts_with(b"/Image"));
    !is_picture && is_deflated_by(dictionary)
}

/// Whether the first filter inflates.
fn is_deflated_by(dictionary: &[u8]) -> bool {
    let Some(filter) = memmem::find(dictionary, b"/Filter") else { return false };
    let filter = dictionary[filter + b"/Filter".len()..].trim_ascii_start();
    let filter = filter.strip_prefix(b"[").unwrap_or(filter).trim_ascii_start();
    filter.starts_with(b"/FlateDecode")
        || filter
            .strip_prefix(b"/Fl")
            .is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
}

/// Whether the trailer names a dictionary for decryption.
fn is_encrypted(pdf: &[u8]) -> bool {
    memmem::find_iter(pdf, b"/Encrypt").any(|at| {
        let value = pdf[at + b"/Encrypt".len()..].trim_ascii_start();
        value.first().is_some_and(u8::is_ascii_digit) || value.starts_with(b"<<")
    })
}
