//! Reads a stream through one reused buffer, in overlapping windows where it is
//! larger than that.

use std::io::{self, Read};

use crate::model::{Blob, Position, Provenance};

/// Bytes the buffer has at first; most files fit.
const SMALL: usize = 256 << 10;
/// Bytes of the buffer once a larger stream was met.
const WINDOW: usize = 4 << 20;
/// Bytes that neighbouring windows share on each side of the fresh part.
const OVERLAP: usize = 64 << 10;

/// A buffer to read into, one for each thread.
#[derive(Debug)]
pub struct Reader {
    buffer: Vec<u8>,
}

impl Default for Reader {
    fn default() -> Self {
        Self { buffer: vec![0; SMALL] }
    }
}

impl Reader {
    /// Hands `stream` to `visit`, in one blob or in windows; returns the bytes read.
    ///
    /// # Errors
    /// When reading fails; what came before was handed out.
    pub fn read(
        &mut self,
        mut stream: impl Read,
        provenance: Provenance<'_>,
        mut visit: impl FnMut(&Blob<'_>),
    ) -> io::Result<u64> {
        let mut total = 0;
        let mut length = 0;
        let mut fresh_start = 0;
        let mut start = Position::START;
        loop {
            let (read, ended) = fill(&mut stream, &mut self.buffer[length..])?;
            length += read;
            total += read as u64;
            if !ended && self.buffer.len() < WINDOW {
                self.buffer.resize(WINDOW, 0);
                continue;
            }
            let fresh_end = if ended { length } else { length - OVERLAP };
            visit(&Blob { bytes: &self.buffer[..length], fresh: fresh_start..fresh_end, start, provenance });
            if ended {
                return Ok(total);
            }
            let keep = fresh_end - OVERLAP;
            start = start.after(&self.buffer[..keep]);
            self.buffer.copy_within(keep..length, 0);
            length -= keep;
            fresh_start = OVERLAP;
        }
    }
}

/// Reads until `buffer` is full or the stream ends; returns the bytes read and whether it ended.
fn fill(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<(usize, bool)> {
    let mut length = 0;
    while length < buffer.len() {
        match stream.read(&mut buffer[length..]) {
            Ok(0) => return Ok((length, true)),
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((length, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Provenance<'_> = Provenance { shown: b"a", relative: b"a" };

    /// The fresh parts of a stream of `length` bytes put together, and where each begins.
    fn check(length: usize) {
        let bytes: Vec<u8> = (0..length)
            .map(|at| b"\nabcdefghijklmnopqrstuvw"[if at % 97 == 0 { 0 } else { at % 23 + 1 }])
            .collect();
        let mut joined = Vec::new();
        let read = Reader::default()
            .read(&bytes[..], HERE, |blob| {
                let fresh = blob.start.after(&blob.bytes[..blob.fresh.start]);
                assert_eq!(fresh, Position::START.after(&bytes[..joined.len()]), "{length}");
                joined.extend_from_slice(&blob.bytes[blob.fresh.clone()]);
            })
            .expect("a slice can be read");
        assert_eq!(read, length as u64);
        assert!(joined == bytes, "{length}");
    }

    #[test]
    fn fresh_parts_cover_the_stream_once() {
        for length in [0, 1, SMALL - 1, SMALL, SMALL + 1, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW + 12345]
        {
            check(length);
        }
    }

    #[test]
    fn an_error_is_passed_on() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        let error = Reader::default().read(Broken, HERE, |_| {}).expect_err("the stream is broken");
        assert_eq!(error.to_string(), "broken");
    }
}
