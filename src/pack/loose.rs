//! Loose objects: one zlib stream a file, `type size\0` and the content.
//!
//! What is larger than the decoder's limit is named and not inflated.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use sha1::{Digest as _, Sha1};

use super::decode::Decoder;
use super::error::{ObjectFault, PackError};
use super::id::ObjectId;
use super::inflate::{Buffer, is_possible};
use super::visitor::{Lack, Object, Visitor};
use crate::model::ObjectKind;

/// Room for a header, and for as much content as most objects have.
const FIRST: usize = 16 << 10;
/// No header is longer.
const HEADER: usize = 32;

/// A loose object that has not been read.
#[derive(Clone, Debug)]
pub struct Loose {
    id: ObjectId,
    path: Arc<Path>,
}

impl Loose {
    /// Its name, by the name of its file.
    pub fn id(&self) -> ObjectId {
        self.id
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The object of this name in a folder of objects, if its file is there.
    pub fn in_folder(objects: &Path, id: ObjectId) -> Option<Self> {
        let digits = id.to_string();
        let path = objects.join(&digits[..2]).join(&digits[2..]);
        path.is_file().then(|| Self { id, path: path.into() })
    }

    /// Reads the object and shows it to `visitor` if it is of one of `kinds`, or
    /// names it if it is too large to tell, or damaged.
    ///
    /// # Errors
    ///
    /// When the file cannot be read; one that has gone may have been packed.
    pub fn decode(
        &self,
        decoder: &mut Decoder,
        kinds: &[ObjectKind],
        visitor: &mut impl Visitor,
    ) -> io::Result<()> {
        let mut buffer = decoder.take();
        match self.content(decoder, &mut buffer)? {
            Ok(Content::Whole(kind, start)) if kinds.contains(&kind) => {
                visitor.whole(&Object::new(self.id, kind), &buffer.bytes()[start..]);
            }
            Ok(Content::Whole(..)) => {}
            Ok(Content::Huge(size)) => visitor.lack(self.id, Lack::Huge(size)),
            Err(fault) => visitor.lack(self.id, Lack::Fault(self.error(fault))),
        }
        decoder.give_back(buffer);
        Ok(())
    }

    /// The kind and the bytes of the object.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is damaged or too large.
    pub fn read(&self, decoder: &mut Decoder) -> Result<(ObjectKind, Vec<u8>), PackError> {
        let mut buffer = Buffer::default();
        let content = self.content(decoder, &mut buffer);
        match content.map_err(|source| PackError::Io { path: self.path.clone(), source })? {
            Ok(Content::Whole(kind, start)) => Ok((kind, buffer.bytes()[start..].to_vec())),
            Ok(Content::Huge(size)) => Err(self.error(ObjectFault::Large(size))),
            Err(fault) => Err(self.error(fault)),
        }
    }

    fn error(&self, fault: ObjectFault) -> PackError {
        PackError::Object { path: self.path.clone(), offset: 0, fault }
    }

    /// What the object is, its bytes in `buffer`.
    fn content(
        &self,
        decoder: &mut Decoder,
        buffer: &mut Buffer,
    ) -> io::Result<Result<Content, ObjectFault>> {
        let metadata = self.path.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
        }
        let (file, len) = (fs::File::open(&self.path)?, metadata.len());
        if len > decoder.limit {
            return Ok(Ok(Content::Huge(len)));
        }
        let mut packed = Vec::new();
        file.take(decoder.limit + 1).read_to_end(&mut packed)?;
        let content = inflate(&packed, decoder, buffer);
        // No checksum guards the file, but its name does: it is that of what is in it.
        let is_other = || Sha1::digest(buffer.bytes())[..] != *self.id.as_bytes();
        Ok(match content {
            Ok(Content::Whole(..)) if is_other() => Err(ObjectFault::Name),
            content => content,
        })
    }
}

enum Content {
    /// An object whose content starts so many bytes into the buffer.
    Whole(ObjectKind, usize),
    Huge(u64),
}

/// Inflates a loose object and says what it is.
fn inflate(packed: &[u8], decoder: &mut Decoder, buffer: &mut Buffer) -> Result<Content, ObjectFault> {
    let mut room = FIRST;
    loop {
        let bytes = buffer.room(room);
        bytes[..HEADER].fill(b' ');
        let Some(size) = decoder.inflater.attempt(packed, bytes)? else {
            // What was inflated before the room ran out mostly says how much is needed.
            // It is a hint: the checksum at the end of the stream has not been seen.
            let needed = match header(&bytes[..HEADER]) {
                Some((_, size, start)) => size.saturating_add(start as u64),
                None => 0,
            };
            let needed = needed.max(2 * room as u64);
            if !is_possible(packed.len(), needed / 2) {
                return Err(ObjectFault::Absurd);
            }
            match usize::try_from(needed) {
                Ok(needed) if needed as u64 <= decoder.limit.saturating_add(HEADER as u64) => room = needed,
                _ => return Ok(Content::Huge(needed)),
            }
            continue;
        };
        let (kind, declared, start) = header(&bytes[..size.min(HEADER)]).ok_or(ObjectFault::Header)?;
        if declared != (size - start) as u64 {
            return Err(ObjectFault::Size);
        }
        buffer.room(size);
        return Ok(Content::Whole(kind, start));
    }
}

/// What it is, its size, and where its content starts.
pub(super) fn header(bytes: &[u8]) -> Option<(ObjectKind, u64, usize)> {
    let end = memchr::memchr(0, bytes)?;
    let header = std::str::from_utf8(&bytes[..end]).ok()?;
    let (kind, size) = header.split_once(' ')?;
    let kind = match kind {
        "blob" => ObjectKind::Blob,
        "tree" => ObjectKind::Tree,
        "commit" => ObjectKind::Commit,
        "tag" => ObjectKind::Tag,
        _ => return None,
    };
    if !size.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((kind, size.parse().ok()?, end + 1))
}

/// Adds the loose objects of a folder of objects, in order of their names.
pub(super) fn list(objects: &Path, into: &mut Vec<Loose>, faults: &mut Vec<PackError>) {
    let mut fault = |path: &Path, source| faults.push(PackError::Io { path: path.into(), source });
    for first in 0..=255_u8 {
        let folder = objects.join(format!("{first:02x}"));
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                fault(&folder, error);
                continue;
            }
        };
        let before = into.len();
        for entry in entries {
            match entry {
                Ok(entry) => {
                    let name = entry.file_name();
                    let digits = [format!("{first:02x}").as_bytes(), name.as_encoded_bytes()].concat();
                    // What has no name of an object is what git has not finished writing.
                    if let Some(id) = ObjectId::from_hex(&digits) {
                        into.push(Loose { id, path: entry.path().into() });
                    }
                }
                Err(error) => fault(&folder, error),
            }
        }
        into[before..].sort_unstable_by_key(|loose| loose.id);
    }
}
