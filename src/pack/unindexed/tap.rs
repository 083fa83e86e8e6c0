//! The stream of a pack, read in order: it counts, hashes and keeps what goes by.

use std::io::{self, Read};

use flate2::{Decompress, FlushDecompress, Status};
use sha1::{Digest, Sha1};

use super::Shortfall;

/// Bytes that are read at a time.
const BUFFER: usize = 64 << 10;

/// A pack on its way.
pub(super) struct Tap<'t> {
    stream: &'t mut dyn Read,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    /// Bytes that went by.
    position: u64,
    hash: Sha1,
    kept: Vec<u8>,
    /// How many may be kept.
    most: usize,
    inflate: Decompress,
    sink: Vec<u8>,
    /// Bytes inflated so far.
    pub(super) made: u64,
}

impl<'t> Tap<'t> {
    /// Keeps the first `most` bytes of `stream`.
    pub(super) fn new(stream: &'t mut dyn Read, most: usize) -> Self {
        Self {
            stream,
            buffer: vec![0; BUFFER],
            at: 0,
            end: 0,
            position: 0,
            hash: Sha1::new(),
            kept: Vec::new(),
            most,
            inflate: Decompress::new(true),
            sink: vec![0; BUFFER],
            made: 0,
        }
    }

    /// How many bytes went by.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// The first of them.
    pub(super) fn into_kept(self) -> Vec<u8> {
        self.kept
    }

    /// The next `len` bytes, or fewer where the stream ends.
    pub(super) fn peek(&mut self, len: usize) -> &[u8] {
        if self.end - self.at < len {
            self.buffer.copy_within(self.at..self.end, 0);
            (self.at, self.end) = (0, self.end - self.at);
            while self.end < len {
                match self.stream.read(&mut self.buffer[self.end..]) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    // Whoever hands out a stream that fails tells of it.
                    Ok(0) | Err(_) => break,
                    Ok(read) => self.end += read,
                }
            }
        }
        &self.buffer[self.at..self.end.min(self.at + len)]
    }

    /// Lets `len` bytes go by, which were looked at.
    pub(super) fn pass(&mut self, len: usize) {
        let bytes = &self.buffer[self.at..self.at + len];
        self.hash.update(bytes);
        let room = self.most - self.kept.len();
        self.kept.extend_from_slice(&bytes[..len.min(room)]);
        self.at += len;
        self.position += len as u64;
    }

    /// Lets the zlib stream go by that begins here and inflates to `size` bytes.
    pub(super) fn pass_zlib(&mut self, size: u64) -> Result<(), Shortfall> {
        self.inflate.reset(true);
        loop {
            self.peek(1);
            let input = &self.buffer[self.at..self.end];
            let is_end = input.is_empty();
            let (taken, given) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self
                .inflate
                .decompress(input, &mut self.sink, FlushDecompress::None)
                .map_err(|_| Shortfall::Broken)?;
            let taken = usize::try_from(self.inflate.total_in() - taken).map_err(|_| Shortfall::Broken)?;
            let given = self.inflate.total_out() - given;
            self.pass(taken);
            self.made += given;
            if self.inflate.total_out() > size {
                return Err(Shortfall::Broken);
            }
            match status {
                Status::StreamEnd if self.inflate.total_out() == size => return Ok(()),
                Status::StreamEnd => return Err(Shortfall::Broken),
                _ if is_end => return Err(Shortfall::Truncated),
                _ if taken == 0 && given == 0 => return Err(Shortfall::Broken),
                _ => {}
            }
        }
    }

    /// Whether what went by has the checksum that comes next.
    pub(super) fn check(&mut self) -> Result<(), Shortfall> {
        let sum = std::mem::replace(&mut self.hash, Sha1::new()).finalize();
        match self.peek(sum.len()) {
            told if told == &sum[..] => Ok(()),
            told if told.len() < sum.len() => Err(Shortfall::Truncated),
            _ => Err(Shortfall::Broken),
        }
    }
}
