//! A server on a loopback address that answers as it is told, and what becomes of each
//! answer: the error of a call, how often it was made, and that nothing shows the key.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::pace::Waits;
use super::proxy::Proxies;
use super::{ApiError, Client, Deletion, Remote, Timeouts, Transport, Trust};
use crate::model::Secret;

/// What the server does with a connection, once it has read a request.
#[derive(Clone)]
pub(super) enum Act {
    /// Writes bytes and closes.
    Write(Vec<u8>),
    /// Waits before it closes.
    Wait(Duration),
    /// Closes at once.
    Close,
}

/// A server that does one act for each connection, and the last for all that follow.
pub(super) struct Server {
    pub(super) url: String,
    requests: Arc<Mutex<Vec<(Instant, String)>>>,
}

impl Server {
    pub(super) fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.expect("a connection can be taken");
                let request = read(&mut stream);
                seen.lock().expect("no thread panics with it").push((Instant::now(), request));
                match &acts[number.min(acts.len() - 1)] {
                    // Who has read enough closes first.
                    Act::Write(bytes) => _ = stream.write_all(bytes),
                    Act::Wait(time) => thread::sleep(*time),
                    Act::Close => {}
                }
            }
        });
        Self { url, requests }
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.taken().into_iter().map(|(_, request)| request).collect()
    }

    fn taken(&self) -> Vec<(Instant, String)> {
        self.requests.lock().expect("no thread panics with it").clone()
    }

    pub(super) fn remote(&self) -> Remote {
        Remote::new(&self.url, Trust::Operator).expect("it is an address")
    }
}

/// The head of a request and its body.
fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut room = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split_once("content-length: ").map_or("0", |(_, rest)| rest.trim_end());
            let length = length.split("\r\n").next().and_then(|digits| digits.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return String::from_utf8_lossy(&bytes).into_owned();
            }
        }
        match stream.read(&mut room) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&room[..read]),
            _ => return String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

/// An answer with more fields in its head.
pub(super) fn answer_with(status: u16, fields: &str, body: impl AsRef<[u8]>) -> Act {
    let body = body.as_ref();
    let head =
        format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n{fields}\r\n", body.len());
    Act::Write([head.as_bytes(), body].concat())
}

/// An answer in JSON.
pub(super) fn answer(status: u16, body: impl AsRef<[u8]>) -> Act {
    answer_with(status, "Content-Type: application/json; charset=utf-8\r\n", body)
}

/// A key that is made up at run time.
pub(super) fn key() -> String {
    let part = |length| (0..length).map(|_| fastrand::alphanumeric()).collect::<String>();
    format!("b10_{}.{}", part(8), part(32))
}

/// A transport without long waits.
pub(super) fn transport() -> Transport {
    let waits = Waits {
        interval: Duration::from_millis(1),
        base: Duration::from_millis(2),
        cap: Duration::from_millis(4),
        asked: Duration::from_secs(1),
        call: Duration::from_secs(10),
    };
    let settings = Timeouts { connect: Duration::from_secs(5), total: Duration::from_millis(400) };
    Transport::with(&settings, Proxies::default(), waits)
}

const ME: &str = r#"{"user_id":"u1","workspace_name":"w","unknown":[1]}"#;

/// Asks who the key is of a server that does `acts`; the error's text begins with
/// `expect`, or the call succeeds where that is empty.
#[track_caller]
fn check(acts: &[Act], expect: &str, requests: usize) {
    let (server, transport, key) = (Server::start(acts.to_vec()), transport(), key());
    let client = Client::new(&transport, &server.remote(), Secret::new(key.as_bytes()));
    let answer = client.me();
    let told = answer.as_ref().err().map(ToString::to_string).unwrap_or_default();
    assert!(
        told.starts_with(expect) && told.is_empty() == expect.is_empty(),
        "{answer:?}, expected {expect}"
    );
    assert_eq!(server.requests().len(), requests, "{answer:?}");
    let mut shown = format!("{told} {answer:?} {client:?} {transport:?}");
    if let Err(error) = answer {
        let mut source: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = source {
            write!(shown, "{error} {error:?}").expect("a text takes all");
            source = error.source();
        }
    }
    assert!(!shown.contains(&key) && !shown.contains(&key[13..]), "{shown}");
    for request in server.requests() {
        assert!(request.contains(&format!("uthorization: Bearer {key}\r\n")), "{request}");
        assert_eq!(request.matches(&key[13..]).count(), 1, "{request}");
    }
}

#[test]
fn refusals_are_told_apart_in_every_shape() {
    let said = [
        (r#"{"error":"no"}"#, ": no"),
        (r#"{"detail":"no"}"#, ": no"),
        (r#"{"message":"no"}"#, ": no"),
        (r#"{"error":{"message":"no"}}"#, ": no"),
        (r#"{"detail":[{"msg":"no"}]}"#, ": no"),
        (r#"["no"]"#, ": no"),
        (r#"{"code":1}"#, ""),
        ("[]", ""),
        ("", ""),
        ("no", ": no"),
    ];
    let statuses = [
        (400, "the API refused (400)"),
        (401, "the API does not accept the key (401)"),
        (402, "the API refused (402)"),
        (403, "the API does not permit this with the key (403)"),
        (404, "the API knows no such thing (404)"),
        (409, "the API refuses for a conflict (409)"),
        (422, "the API refused (422)"),
    ];
    for (status, expect) in statuses {
        for (body, message) in said {
            check(&[answer(status, body)], &format!("{expect}{message}"), 1);
        }
        check(&[answer_with(status, "Content-Type: text/plain\r\n", "no")], &format!("{expect}: no"), 1);
        let page = answer_with(status, "Content-Type: text/html\r\n", "<html>");
        check(&[page], &format!("the answer ({status}) is not JSON"), 1);
    }
}

#[test]
fn passing_failures_are_tried_again() {
    let fine = answer(200, ME);
    let (failed, close) = (answer_with(500, "Content-Type: text/html\r\n", "<h1>"), Act::Close);
    let limited = |asked: &str| answer(429, format!(r#"{{"error":"Rate limit exceeded."{asked}}}"#));
    check(&[failed.clone(), fine.clone()], "", 2);
    check(&[failed], "the server failed (500)", 4);
    check(&[answer(503, ""), answer(502, ""), answer(504, ""), fine.clone()], "", 4);
    check(&[limited(""), fine.clone()], "", 2);
    check(&[limited(r#","retry_after":0.05"#), fine.clone()], "", 2);
    check(&[limited(r#","retry_after":"0.05""#), fine.clone()], "", 2);
    check(&[limited(r#","retry_after":-1"#), fine.clone()], "", 2);
    check(&[limited(r#","retry_after":1e300"#), fine.clone()], "", 2);
    check(&[limited("")], "too many requests (429)", 4);
    check(&[limited(r#","retry_after":37"#)], "too many requests (429); try again in 37 s", 1);
    check(
        &[answer_with(429, "Retry-After: 61\r\n", ""), fine.clone()],
        "too many requests (429); try again in 61 s",
        1,
    );
    check(&[close.clone(), fine.clone()], "", 2);
    check(&[close], "no connection: ", 4);
    let cut = Act::Write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{".to_vec(),
    );
    check(&[cut.clone(), fine], "", 2);
    check(&[cut], "no connection: ", 4);
}

#[test]
fn what_asks_for_a_wait_is_waited_for() {
    let server = Server::start(vec![answer(429, r#"{"retry_after":0.2}"#), answer(200, ME)]);
    let transport = transport();
    let client = Client::new(&transport, &server.remote(), Secret::new(key().as_bytes()));
    client.me().expect("the second answer is fine");
    let taken = server.taken();
    assert!(taken[1].0 - taken[0].0 >= Duration::from_millis(200));
}

#[test]
fn answers_of_others_are_no_success() {
    let json = "Content-Type: application/json\r\n";
    let page = "<!doctype html><title>Sign in</title>";
    let not_json = "the answer (200) is not JSON: a captive portal";
    check(&[answer(200, ME)], "", 1);
    check(&[answer_with(200, "Content-Type: application/problem+JSON\r\n", ME)], "", 1);
    check(&[answer_with(200, "Content-Type: text/html\r\n", page)], not_json, 1);
    check(&[answer_with(200, json, page)], not_json, 1);
    check(&[answer_with(200, "Content-Type: text/plain\r\n", ME)], not_json, 1);
    check(&[answer_with(200, "", ME)], not_json, 1);
    check(&[answer(204, "")], "malformed answer: users/me: not a JSON object", 1);
    check(&[answer(200, "[\"u1\"]")], "malformed answer: users/me: not a JSON object", 1);
    check(&[answer(200, "{\"user_id\":\"u1\"")], "malformed answer: users/me: not JSON, at line 1", 1);
    check(&[answer(200, "{}")], "malformed answer: users/me: not as documented, at line 1 column 2", 1);
    check(&[answer(200, r#"{"user_id":7}"#)], "malformed answer: users/me: not as documented", 1);
    check(&[answer(200, b"{\"user_id\":\"\xff\"}")], "malformed answer: users/me: not UTF-8", 1);
    check(&[answer(200, vec![b' '; (8 << 20) + 1])], "the answer is too large", 1);
    check(&[Act::Write(b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec())], "malformed answer: not HTTP", 1);
    check(&[Act::Wait(Duration::from_secs(2))], "no answer in time", 1);
}

#[test]
fn redirects_are_not_followed() {
    let other = Server::start(vec![answer(200, ME)]);
    for status in [301, 302, 303, 307, 308] {
        let to = |url: &str| answer_with(status, &format!("Location: {url}\r\n"), "");
        check(&[to(&other.url)], &format!("answered with a redirect ({status}) to 127.0.0.1, which"), 1);
        check(&[to("/login")], &format!("answered with a redirect ({status}), which"), 1);
        let portal = to("https://me:hunter2@portal.example/login?next=x");
        check(&[portal], &format!("answered with a redirect ({status}) to portal.example, which"), 1);
    }
    check(&[answer(304, "")], "answered with a redirect (304), which", 1);
    assert!(other.requests().is_empty());
}

#[test]
fn a_refused_connection_is_tried_again_and_told() {
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free");
    let remote = Remote::new(&format!("http://{port}"), Trust::Operator).expect("it is an address");
    let transport = transport();
    let client = Client::new(&transport, &remote, Secret::new(key().as_bytes()));
    let error = client.me().expect_err("nobody listens");
    assert!(matches!(error, ApiError::Connect { sent: false, .. }), "{error:?}");
    assert!(error.had_no_effect());
}

#[test]
fn what_speaks_no_tls_is_not_trusted() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("https://{}", listener.local_addr().expect("it is bound"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection can be taken");
            // Who has seen enough closes first.
            _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            _ = stream.read_to_end(&mut Vec::new());
        }
    });
    let transport = transport();
    let remote = Remote::new(&url, Trust::Operator).expect("it is an address");
    let client = Client::new(&transport, &remote, Secret::new(key().as_bytes()));
    let error = client.me().expect_err("a certificate is missing");
    assert!(matches!(error, ApiError::Tls { .. }), "{error:?}");
}

#[test]
fn what_makes_something_is_sent_once() {
    let made = format!(r#"{{"api_key":"{}"}}"#, key());
    let new = super::NewKey { category: super::Category::Personal, name: None, model_ids: Vec::new() };
    let cut = Act::Write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{".to_vec(),
    );
    let fine = answer(200, &made);
    // What the server does, how often it is asked, and whether nothing happened for certain.
    let table = [
        (vec![fine.clone()], 1, None),
        (vec![Act::Close, fine.clone()], 1, Some(false)),
        (vec![cut, fine.clone()], 1, Some(false)),
        (vec![answer(500, ""), fine.clone()], 1, Some(false)),
        (vec![answer(503, "")], 1, Some(false)),
        (vec![Act::Wait(Duration::from_secs(2)), fine.clone()], 1, Some(false)),
        (vec![answer(200, "{}")], 1, Some(false)),
        (vec![answer(200, r#"{"api_key":"a b"}"#)], 1, Some(false)),
        (vec![answer(403, "")], 1, Some(true)),
        (vec![answer(429, r#"{"retry_after":0.01}"#), fine], 2, None),
        (vec![answer(429, "")], 4, Some(true)),
    ];
    for (number, (acts, requests, fails)) in table.into_iter().enumerate() {
        let (server, transport) = (Server::start(acts), transport());
        let client = Client::new(&transport, &server.remote(), Secret::new(key().as_bytes()));
        let answer = client.create_api_key(None, &new);
        assert_eq!(answer.as_ref().err().map(ApiError::had_no_effect), fails, "row {number}: {answer:?}");
        assert_eq!(server.requests().len(), requests, "row {number}: {answer:?}");
    }
}

#[test]
fn a_deletion_whose_answer_is_lost_is_asked_for_again() {
    let server = Server::start(vec![Act::Close, answer(404, r#"{"error":"not found"}"#)]);
    let transport = transport();
    let client = Client::new(&transport, &server.remote(), Secret::new(key().as_bytes()));
    assert_eq!(client.delete_api_key("b10_abcdefgh"), Ok(Deletion::Absent));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn the_rate_holds_over_threads() {
    let server = Server::start(vec![answer(200, ME)]);
    let waits = Waits { interval: Duration::from_millis(20), ..Waits::default() };
    let transport = Transport::with(&Timeouts::default(), Proxies::default(), waits);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let client = Client::new(&transport, &server.remote(), Secret::new(key().as_bytes()));
                for _ in 0..5 {
                    client.me().expect("the server answers");
                }
            });
        }
    });
    let taken = server.taken();
    assert_eq!(taken.len(), 20);
    // The starts are exact; when the server sees them is not.
    assert!(taken[19].0 - taken[0].0 >= Duration::from_millis(19 * 20 - 15));
}

#[test]
fn a_call_ends_in_time_whatever_it_is_answered() {
    let server = Server::start(vec![answer(429, r#"{"retry_after":0.5}"#)]);
    let waits = Waits { call: Duration::from_millis(200), ..Waits::default() };
    let transport = Transport::with(&Timeouts::default(), Proxies::default(), waits);
    let client = Client::new(&transport, &server.remote(), Secret::new(key().as_bytes()));
    let begin = Instant::now();
    assert!(matches!(client.me(), Err(ApiError::RateLimited { .. })));
    assert!(begin.elapsed() < Duration::from_millis(500));
    let slow = Server::start(vec![Act::Wait(Duration::from_secs(2))]);
    let client = Client::new(&transport, &slow.remote(), Secret::new(key().as_bytes()));
    let begin = Instant::now();
    assert_eq!(client.me(), Err(ApiError::TimedOut));
    assert!(begin.elapsed() < Duration::from_millis(1500));
}

/// Keeps all that is logged in this process.
struct Collector(Mutex<String>);

impl log::Log for Collector {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let mut all = self.0.lock().expect("no thread panics with it");
        writeln!(all, "{} {}", record.target(), record.args()).expect("a text takes all");
    }

    fn flush(&self) {}
}

#[test]
fn nothing_is_logged_at_any_level() {
    static COLLECTOR: Collector = Collector(Mutex::new(String::new()));
    log::set_logger(&COLLECTOR).expect("no other test sets one");
    log::set_max_level(log::LevelFilter::Trace);
    check(&[answer(500, ""), answer(200, ME)], "", 2);
    check(&[answer(403, "")], "the API does not permit", 1);
    assert_eq!(*COLLECTOR.0.lock().expect("no thread panics with it"), "");
    // The collector would have kept it.
    log::Log::log(&COLLECTOR, &log::Record::builder().args(format_args!("seen")).build());
    assert!(COLLECTOR.0.lock().expect("no thread panics with it").contains("seen"));
}
