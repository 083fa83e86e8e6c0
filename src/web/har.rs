//! Reads a capture (HTTP Archive 1.2) instead of the network.
//!
//! Browsers and proxies write captures each in their own way, so that nothing but the
//! addresses is asked for and everything else may be missing. The file is read as it comes:
//! memory is what its largest entry needs. Text files that a capture only names are not opened,
//! and no connection is.
//!
//! **Invariant:** a capture that breaks off gives what was read until then, and is told; no
//! error quotes what stands in it.

mod entry;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, BufRead as _, BufReader, Cursor, Read};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::Receiver;
use entry::Reading;

/// How much of a capture is read, in bytes.
const MOST: u64 = 1 << 30;
const BOM: &[u8] = b"\xEF\xBB\xBF";
/// What our own errors say to `serde_json`, which adds where it was.
const STRANGE: &str = "not a capture";

/// What a capture holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Its requests.
    pub entries: u64,
    /// Whether any request has an `Authorization` header.
    pub has_authorization: bool,
}

impl Summary {
    /// What to tell about it, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        if self.entries == 0 || self.has_authorization {
            return Vec::new();
        }
        let what = "no request in the capture has an Authorization header: a browser leaves it out of a \
                    capture unless it is saved with sensitive data";
        vec![what.to_owned()]
    }
}

/// Why nothing of a capture can be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HarError {
    /// It is empty, or nothing but blanks.
    #[error("it is empty")]
    Empty,
    /// It is UTF-16 or UTF-32.
    #[error("it is not UTF-8, as captures are")]
    Encoding,
    /// It is not JSON.
    #[error("it is not JSON: line {line}, column {column}")]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
    },
    /// It ends in the middle.
    #[error("it breaks off at line {line}, column {column}")]
    Cut {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
    },
    /// It is larger than what is read of any.
    #[error("it is larger than 1 GiB, of which everything was read")]
    TooLarge,
    /// It is JSON and no HTTP archive.
    #[error("it is JSON and not an HTTP archive, which has a list log.entries")]
    NotHar,
    /// The system failed.
    #[error("it cannot be read")]
    Read(#[source] io::Error),
}

/// Reads a capture: its entries in their order. `name` is what to call it where an entry has
/// no address, or where it breaks off.
///
/// # Errors
/// When nothing of it can be read. What breaks off after its first entry is skipped under
/// its name instead.
pub fn read(name: &str, mut reader: impl Read, receiver: &mut dyn Receiver) -> Result<Summary, HarError> {
    let mut head = Vec::new();
    reader.by_ref().take(BOM.len() as u64).read_to_end(&mut head).map_err(HarError::Read)?;
    if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) || head.contains(&0) {
        return Err(HarError::Encoding);
    }
    if head == BOM {
        head.clear();
    }
    let mut limited = Cursor::new(head).chain(reader).take(MOST);
    let mut reading = Reading::new(name, receiver);
    let mut buffered = BufReader::with_capacity(1 << 16, &mut limited);
    if buffered.fill_buf().map_err(HarError::Read)?.iter().all(u8::is_ascii_whitespace) {
        return Err(HarError::Empty);
    }
    let mut parser = serde_json::Deserializer::from_reader(buffered);
    let ended = Top(&mut reading).deserialize(&mut parser).and_then(|()| parser.end());
    drop(parser);
    let ended = ended.map_err(|error| told(error, limited.limit() == 0));
    let summary = reading.end();
    match ended {
        Err(error) if summary.entries > 0 => {
            receiver.skipped(name, &format!("{error}; entries read before: {}", summary.entries));
            Ok(summary)
        }
        Err(error) => Err(error),
        Ok(()) => Ok(summary),
    }
}

/// What is wrong, in our own words: those of the parser may quote the text.
fn told(error: serde_json::Error, is_full: bool) -> HarError {
    let (line, column) = (error.line().max(1), error.column().max(1));
    match error.classify() {
        Category::Io => HarError::Read(error.into()),
        Category::Eof if is_full => HarError::TooLarge,
        Category::Eof => HarError::Cut { line, column },
        Category::Syntax => HarError::NotJson { line, column },
        Category::Data => HarError::NotHar,
    }
}

/// The whole document.
struct Top<'r, 'n>(&'r mut Reading<'n>);
/// Its member `log`.
struct Log<'r, 'n>(&'r mut Reading<'n>);
/// The list `log.entries`.
struct Entries<'r, 'n>(&'r mut Reading<'n>);

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STRANGE)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut is_there = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == "log" {
                is_there |= map.next_value_seed(Log(&mut *self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if is_there { Ok(()) } else { Err(A::Error::custom(STRANGE)) }
    }
}

impl<'de> DeserializeSeed<'de> for Log<'_, '_> {
    /// Whether there is a list of entries.
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Log<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STRANGE)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut is_there = false;
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "entries" => {
                    map.next_value_seed(Entries(&mut *self.0))?;
                    is_there = true;
                }
                "pages" => self.0.pages(&map.next_value::<Value>()?),
                "comment" => self.0.comment(&map.next_value::<Value>()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(is_there)
    }
}

impl<'de> DeserializeSeed<'de> for Entries<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STRANGE)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        // As text first, so that an entry that is sound JSON and cannot be read, being too
        // deep or holding half a surrogate pair, does not end the others.
        while let Some(entry) = list.next_element::<Box<RawValue>>()? {
            self.0.entry(entry.get());
        }
        Ok(())
    }
}
