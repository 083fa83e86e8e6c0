//! Just enough of HTTP/1.1 for the loopback server: requests in, responses out.
//!
//! Bodies have a `Content-Length`; a chunked request is refused, for no client
//! here has a reason to send one. Nothing is compressed.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Most bytes of a request's head, and of its body.
const HEAD: usize = 64 << 10;
const BODY: usize = 1 << 20;

/// A connection, encrypted or not.
pub(super) trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// A request as it came.
pub(super) struct Request {
    pub(super) method: String,
    /// Up to the `?`, not decoded.
    pub(super) path: String,
    /// Behind the `?`, not decoded; empty where there is none.
    pub(super) query: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// The value of a header, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Scheme and key of `Authorization`.
    pub(super) fn authorization(&self) -> Option<(&str, &str)> {
        self.header("authorization")?.split_once(' ')
    }

    /// The decoded parts of the path.
    pub(super) fn segments(&self) -> Vec<String> {
        self.path.split('/').filter(|part| !part.is_empty()).map(decoded).collect()
    }

    /// The decoded value of a parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(other, _)| decoded(other) == name).map(|(_, value)| decoded(value)).next()
    }

    /// Whether the client wants the connection closed.
    pub(super) fn is_last(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// `%41` is `A`; what is no such escape stands for itself.
fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        let escape = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads the next request of a connection; `buffer` keeps what was read beyond
/// it. None when the client is done, broke off, wrote no HTTP, or `closing` is set.
pub(super) fn read(stream: &mut dyn Stream, buffer: &mut Vec<u8>, closing: &AtomicBool) -> Option<Request> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break at;
        }
        more(stream, buffer, closing).filter(|()| buffer.len() <= HEAD)?;
    };
    let head = String::from_utf8(buffer[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    words.next().filter(|version| *version == "HTTP/1.1")?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: Option<Vec<_>> = lines
        .map(|line| line.split_once(':'))
        .map(|pair| pair.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())))
        .collect();
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut request = Request { method, path, query, headers: headers?, body: Vec::new() };
    if request.header("transfer-encoding").is_some() {
        return None;
    }
    let length = request.header("content-length").map_or(Ok(0), str::parse::<usize>).ok()?;
    let whole = end + 4 + length;
    while buffer.len() < whole {
        more(stream, buffer, closing).filter(|()| length <= BODY)?;
    }
    request.body = buffer[end + 4..whole].to_vec();
    buffer.drain(..whole);
    Some(request)
}

/// Reads at least one byte more.
fn more(stream: &mut dyn Stream, buffer: &mut Vec<u8>, closing: &AtomicBool) -> Option<()> {
    let mut bytes = [0; 4096];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return None,
            Ok(count) => {
                buffer.extend_from_slice(&bytes[..count]);
                return Some(());
            }
            // The time-out of the socket is there to look at `closing` now and then.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if closing.load(Ordering::Relaxed) {
                    return None;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

/// A response that is to be sent.
pub(super) struct Response {
    pub(super) status: u16,
    /// None sends no such header.
    pub(super) content_type: Option<&'static str>,
    pub(super) location: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Response {
    pub(super) fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type: Some(content_type), location: None, body: body.into() }
    }

    pub(super) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// Sends the head and the first `bytes` of the body; all of it by `usize::MAX`.
    pub(super) fn send(&self, stream: &mut dyn Stream, is_last: bool, bytes: usize) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        if let Some(content_type) = self.content_type {
            head.extend(["Content-Type: ", content_type, "\r\n"]);
        }
        if let Some(location) = &self.location {
            head.extend(["Location: ", location, "\r\n"]);
        }
        head.extend(["Content-Length: ", &self.body.len().to_string(), "\r\n"]);
        head.push_str(if is_last { "Connection: close\r\n\r\n" } else { "Connection: keep-alive\r\n\r\n" });
        stream.write_all(head.as_bytes())?;
        stream.write_all(&self.body[..bytes.min(self.body.len())])?;
        stream.flush()
    }
}

const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Other",
    }
}
