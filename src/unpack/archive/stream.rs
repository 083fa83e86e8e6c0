//! The readers that the layers are made of: one that counts the input, one that
//! can be looked into ahead, one that charges what is inflated, and one that
//! never fails.
//!
//! **Invariant:** a reader that fails has told the [`Ledger`] why, so that an
//! error need not survive the crates it passes through.

use std::cell::Cell;
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::budget::Ledger;
use super::reason::Reason;

/// Bytes that are read at a time.
const BUFFER: usize = 32 << 10;

/// The input itself.
pub(super) struct Bottom<'l, R: ?Sized> {
    input: &'l mut R,
    ledger: &'l Ledger,
}

impl<'l, R: ?Sized> Bottom<'l, R> {
    pub(super) fn new(input: &'l mut R, ledger: &'l Ledger) -> Self {
        Self { input, ledger }
    }
}

impl<R: Read + ?Sized> Read for Bottom<'_, R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.ledger.has_failed() {
            return Err(io::Error::other("ended"));
        }
        let read = retried(self.input, room).inspect_err(|_| self.ledger.fail(Ledger::INPUT, Reason::Io))?;
        self.ledger.read.set(self.ledger.read.get() + read as u64);
        Ok(read)
    }
}

impl<R: Seek + ?Sized> Seek for Bottom<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.input.seek(to).inspect_err(|_| self.ledger.fail(Ledger::INPUT, Reason::Io))
    }
}

/// Reads again when a signal came between.
pub(super) fn retried<R: Read + ?Sized>(input: &mut R, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Reads until `room` is full or there is no more, and says how much there was.
pub(super) fn fill<R: Read + ?Sized>(input: &mut R, room: &mut [u8]) -> io::Result<usize> {
    let mut len = 0;
    while len < room.len() {
        match retried(input, &mut room[len..])? {
            0 => break,
            read => len += read,
        }
    }
    Ok(len)
}

/// Reads what is left and throws it away.
pub(super) fn drain(input: &mut dyn Read) -> io::Result<u64> {
    io::copy(input, &mut io::sink())
}

/// A buffer over a reader that can be looked into ahead.
pub(super) struct Source<'r> {
    input: &'r mut dyn Read,
    bytes: Box<[u8]>,
    at: usize,
    end: usize,
    /// Bytes that were taken of the input.
    taken: &'r Cell<u64>,
}

impl<'r> Source<'r> {
    /// `taken` is counted up by what is read of `input`, which is at times more than what is used.
    pub(super) fn new(input: &'r mut dyn Read, taken: &'r Cell<u64>) -> Self {
        Self { input, bytes: vec![0; BUFFER].into_boxed_slice(), at: 0, end: 0, taken }
    }

    /// The next `len` bytes, at most [`BUFFER`], or fewer when there are no more.
    pub(super) fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        if self.end - self.at < len {
            self.bytes.copy_within(self.at..self.end, 0);
            (self.at, self.end) = (0, self.end - self.at);
            let most = len.min(self.bytes.len());
            while self.end < most && self.more()? > 0 {}
        }
        Ok(&self.bytes[self.at..self.end.min(self.at + len)])
    }

    fn more(&mut self) -> io::Result<usize> {
        let read = retried(self.input, &mut self.bytes[self.end..])?;
        self.end += read;
        self.taken.set(self.taken.get() + read as u64);
        Ok(read)
    }

    /// Passes over `len` bytes; false when there are fewer.
    pub(super) fn skip(&mut self, len: u64) -> io::Result<bool> {
        Ok(drain(&mut self.take(len))? == len)
    }
}

impl Read for Source<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let len = bytes.len().min(room.len());
        room[..len].copy_from_slice(&bytes[..len]);
        self.consume(len);
        Ok(len)
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.end {
            (self.at, self.end) = (0, 0);
            self.more()?;
        }
        Ok(&self.bytes[self.at..self.end])
    }

    fn consume(&mut self, len: usize) {
        self.at = self.end.min(self.at + len);
    }
}

/// Charges what a decoder gives, and says what ends it.
pub(super) struct Meter<'l, R> {
    decoder: R,
    ledger: &'l Ledger,
    layer: u32,
    taken: &'l Cell<u64>,
    /// Whether nothing is charged, because nothing is inflated.
    is_free: bool,
    /// Bytes given so far.
    pub(super) given: u64,
    /// Whether the decoder came to its end.
    pub(super) is_done: bool,
}

impl<'l, R: Read> Meter<'l, R> {
    pub(super) fn new(decoder: R, ledger: &'l Ledger, layer: u32, taken: &'l Cell<u64>) -> Self {
        Self { decoder, ledger, layer, taken, is_free: false, given: 0, is_done: false }
    }

    /// Charges nothing if `is_free`: what is only copied costs what reading it costs.
    pub(super) fn free(self, is_free: bool) -> Self {
        Self { is_free, ..self }
    }
}

impl<R: Read> Read for Meter<'_, R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if room.is_empty() || self.is_done {
            return Ok(0);
        }
        if self.ledger.has_failed() {
            return Err(io::Error::other("ended"));
        }
        // A decoder is others' code on hostile bytes: if it panics, they are damaged.
        let read = catch_unwind(AssertUnwindSafe(|| retried(&mut self.decoder, room)))
            .unwrap_or_else(|_| Err(io::ErrorKind::InvalidData.into()));
        let read = read.inspect_err(|error| self.ledger.fail(self.layer, reason(error)))?;
        self.is_done = read == 0;
        self.given += read as u64;
        if self.is_free {
            return Ok(read);
        }
        if !self.ledger.inflate(self.layer, read as u64, self.given, self.taken.get()) {
            return Err(io::Error::other("ended"));
        }
        Ok(read)
    }
}

/// What a decoder's error says about its bytes.
pub(super) fn reason(error: &io::Error) -> Reason {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => return Reason::Truncated,
        io::ErrorKind::OutOfMemory => return Reason::Window,
        io::ErrorKind::Unsupported => return Reason::NotBuilt,
        _ => {}
    }
    let mut cause = error.get_ref().and_then(|error| error.source());
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>()
            && error.kind() == io::ErrorKind::UnexpectedEof
        {
            return Reason::Truncated;
        }
        cause = error.source();
    }
    Reason::Broken
}

/// A reader that ends where another fails: what failed is in the ledger.
pub(super) struct Shield<'r>(pub(super) &'r mut dyn Read);

impl Read for Shield<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        Ok(retried(self.0, room).unwrap_or(0))
    }
}
