//! Messages of the `DevTools` protocol, over two pipes: JSON, each ended by a zero byte.
//!
//! No port is opened, so nobody else on the machine can speak to the browser, and the browser
//! ends when this program does, however it does. A thread reads; whoever owns this writes.
//! <https://chromedevtools.github.io/devtools-protocol/>

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

/// The longest message that is read, in bytes.
const LONGEST: u64 = 512 << 20;
/// Messages that may wait; the browser waits with the rest.
const WAITING: usize = 256;

/// The browser is gone, or speaks no more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended;

/// Both pipes.
pub(super) struct Wire {
    /// None when it is closed.
    sink: Option<Box<dyn Write + Send>>,
    source: Receiver<Value>,
    next: u64,
}

impl Wire {
    pub(super) fn new(sink: Box<dyn Write + Send>, source: impl Read + Send + 'static) -> Self {
        let (sender, receiver) = sync_channel(WAITING);
        thread::spawn(move || {
            let mut source = BufReader::with_capacity(1 << 16, source);
            let mut message = Vec::new();
            while let Ok(length) = source.by_ref().take(LONGEST).read_until(0, &mut message) {
                if length == 0 || message.pop() != Some(0) {
                    break;
                }
                if sender.send(read(&message)).is_err() {
                    break;
                }
                message.clear();
            }
        });
        Self { sink: Some(sink), source: receiver, next: 0 }
    }

    /// Asks the browser, or one of its targets by its session, and says under which number
    /// the answer comes.
    #[expect(clippy::needless_pass_by_value, reason = "parameters are made where they are sent")]
    pub(super) fn ask(&mut self, session: &str, method: &str, params: Value) -> Result<u64, Ended> {
        self.next += 1;
        let mut message = json!({ "id": self.next, "method": method, "params": params });
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        let mut text = message.to_string();
        text.push('\0');
        let Some(sink) = &mut self.sink else { return Err(Ended) };
        sink.write_all(text.as_bytes()).and_then(|()| sink.flush()).map_err(|_: io::Error| Ended)?;
        Ok(self.next)
    }

    /// What comes next; none where nothing does until then.
    pub(super) fn next(&mut self, until: Instant) -> Result<Option<Value>, Ended> {
        match self.source.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(message) => Ok(Some(message)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Ended),
        }
    }

    /// Tells the browser to end, by asking and by closing the pipe.
    pub(super) fn close(&mut self) {
        let _ = self.ask("", "Browser.close", json!({}));
        self.sink = None;
    }
}

/// What can be read of a message that is too deep.
#[derive(Deserialize)]
struct Head {
    id: Option<u64>,
}

/// A message. Half a surrogate pair, which pages can make, becomes a replacement character;
/// what is deeper than the parser goes is an answer with an error, or the event
/// `Wire.unreadable`.
fn read(message: &[u8]) -> Value {
    if let Ok(value) = serde_json::from_slice(message) {
        return value;
    }
    let mended = mended(message);
    serde_json::from_slice(&mended).unwrap_or_else(|_| match serde_json::from_slice::<Head>(&mended) {
        Ok(Head { id: Some(id) }) => json!({ "id": id, "error": { "message": "unreadable" } }),
        _ => json!({ "method": "Wire.unreadable", "params": {} }),
    })
}

/// The same with every escape whole.
fn mended(message: &[u8]) -> Vec<u8> {
    let unit = |at: usize| {
        let digits = message.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut mended = Vec::with_capacity(message.len());
    let mut at = 0;
    while at < message.len() {
        let length = match (message[at], unit(at)) {
            (b'\\', Some(0xD800..0xDC00)) if matches!(unit(at + 6), Some(0xDC00..0xE000)) => 12,
            (b'\\', Some(0xD800..0xE000)) => {
                mended.extend_from_slice(b"\\ufffd");
                at += 6;
                continue;
            }
            (b'\\', Some(_)) => 6,
            (b'\\', None) => 2,
            _ => 1,
        };
        let end = (at + length).min(message.len());
        mended.extend_from_slice(&message[at..end]);
        at = end;
    }
    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_are_odd_are_read_as_far_as_they_can_be() {
        let deep = format!(r#"{{"id":7,"result":{}{}}}"#, "[".repeat(300), "]".repeat(300));
        let event = deep.replace("\"id\":7", "\"method\":\"Network.any\"");
        let table = [
            (r#"{"id":1,"a":"\ud83d\ude00"}"#, json!({ "id": 1, "a": "😀" })),
            (r#"{"a":"\ud83d\\ud83d\ude00\udfff"}"#, json!({ "a": "\u{fffd}\\ud83d\u{fffd}\u{fffd}" })),
            (r#"{"a":"\ud83d"}"#, json!({ "a": "\u{fffd}" })),
            (&deep, json!({ "id": 7, "error": { "message": "unreadable" } })),
            (&event, json!({ "method": "Wire.unreadable", "params": {} })),
            ("{", json!({ "method": "Wire.unreadable", "params": {} })),
        ];
        for (text, expect) in table {
            assert_eq!(read(text.as_bytes()), expect, "{text}");
        }
    }

    #[test]
    fn what_is_asked_ends_with_a_zero_byte() {
        let (mut ours, theirs) = std::os::unix::net::UnixStream::pair().expect("a pair can be made");
        let mut wire = Wire::new(Box::new(theirs.try_clone().expect("it can be shared")), theirs);
        wire.ask("S", "Page.enable", json!({})).expect("it is open");
        let mut message = vec![0; 72];
        let length = ours.read(&mut message).expect("it comes");
        let text = std::str::from_utf8(&message[..length]).expect("it is UTF-8");
        assert_eq!(text, "{\"id\":1,\"method\":\"Page.enable\",\"params\":{},\"sessionId\":\"S\"}\0");
        ours.write_all(b"{\"id\":1}\0{\"id\"").expect("it is read");
        drop(ours);
        let soon = Instant::now() + std::time::Duration::from_secs(20);
        assert_eq!(wire.next(soon).expect("it is open").expect("a message")["id"], 1);
        assert!(wire.next(soon).is_err(), "the other end is gone");
    }
}
