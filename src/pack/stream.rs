//! Objects that are too large to be held in memory, as streams.
//!
//! Git does not make deltas of what is larger than `core.bigFileThreshold` (512 MiB
//! unless told otherwise), so most such objects are one zlib stream. One that is a
//! delta is put together in memory after all, with what it is made from.

use std::fs;
use std::io::{self, BufReader, Cursor, Read};

use flate2::read::ZlibDecoder;

use super::decode::Decoder;
use super::error::{ObjectFault, PackError};
use super::id::ObjectId;
use super::loose::{Loose, header};
use super::store::Store;
use crate::model::ObjectKind;

/// No header of a loose object is longer.
const HEADER: usize = 32;

/// An object to be read from its beginning to its end.
pub struct Stream<'s> {
    /// What it is.
    pub kind: ObjectKind,
    /// Bytes that it says it has. Who reads fewer has met damage.
    pub size: u64,
    bytes: Box<dyn Read + 's>,
}

impl Read for Stream<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(room)
    }
}

impl Store {
    /// An object of any size as a stream; `None` if it is not here.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or is a delta that cannot be decoded.
    pub fn stream(&self, id: &ObjectId) -> Result<Option<Stream<'_>>, PackError> {
        let Some((pack, position)) = self.find(id) else {
            return self.find_loose(*id).map(|loose| loose.stream()).transpose();
        };
        if let Some((kind, size, packed)) = pack.whole(position) {
            return Ok(Some(Stream { kind, size, bytes: Box::new(ZlibDecoder::new(packed)) }));
        }
        let (kind, bytes) = pack.read(position, &mut Decoder::new(u64::MAX))?;
        let bytes = bytes.into_vec();
        Ok(Some(Stream { kind, size: bytes.len() as u64, bytes: Box::new(Cursor::new(bytes)) }))
    }

    /// What an object is, and how many bytes it says it has; `None` for a delta, and for
    /// what is not here or says nothing.
    pub fn declared(&self, id: &ObjectId) -> Option<(ObjectKind, u64)> {
        match self.find(id) {
            Some((pack, position)) => pack.whole(position).map(|(kind, size, _)| (kind, size)),
            None => self.find_loose(*id)?.stream().ok().map(|stream| (stream.kind, stream.size)),
        }
    }

    /// Reads the object to its end where it is loose, without keeping it; fine where it is not.
    ///
    /// # Errors
    ///
    /// When its file is damaged or cut short.
    pub fn check_loose(&self, id: &ObjectId) -> Result<(), PackError> {
        let Some(loose) = self.find_loose(*id) else { return Ok(()) };
        let mut stream = loose.stream()?;
        let path = || loose.path().into();
        let read = io::copy(&mut stream, &mut io::sink());
        match read.map_err(|source| PackError::Io { path: path(), source })? {
            read if read == stream.size => Ok(()),
            _ => Err(PackError::Object { path: path(), offset: 0, fault: ObjectFault::Inflate }),
        }
    }
}

impl Loose {
    /// The object as a stream, whatever its size.
    ///
    /// # Errors
    ///
    /// When its file cannot be read, or does not begin as that of an object.
    pub fn stream(&self) -> Result<Stream<'static>, PackError> {
        let failed = |source| PackError::Io { path: self.path().into(), source };
        let file = fs::File::open(self.path()).map_err(failed)?;
        let mut bytes = ZlibDecoder::new(BufReader::new(file));
        let mut start = Vec::new();
        bytes.by_ref().take(HEADER as u64).read_to_end(&mut start).map_err(failed)?;
        let Some((kind, size, content)) = header(&start) else {
            let fault = ObjectFault::Header;
            return Err(PackError::Object { path: self.path().into(), offset: 0, fault });
        };
        start.drain(..content);
        Ok(Stream { kind, size, bytes: Box::new(Cursor::new(start).chain(bytes)) })
    }
}
