//! A client that speaks just enough HTTP to show what a server really sends:
//! one request on a connection of its own, and every byte up to its end.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

/// After this long without a byte a server counts as hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of a header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether less came than was announced.
    pub(crate) fn is_cut(&self) -> bool {
        self.header("content-length") != Some(&self.body.len().to_string())
    }
}

/// Sends a request, such as `GET /v1/teams`, to a server of plain HTTP. `authorization`
/// is the value of that header, `body` is sent as JSON. None where no answer came.
#[track_caller]
pub(crate) fn ask(
    url: &str,
    call: &str,
    authorization: Option<&str>,
    body: Option<&Value>,
) -> Option<Answer> {
    let host = url.strip_prefix("http://").expect("it is plain HTTP");
    let mut stream = connect(host);
    exchange(&mut stream, &request(host, call, authorization, body))
}

/// The same over TLS, with one authority to trust; an error is that of the handshake.
#[track_caller]
pub(super) fn ask_tls(
    url: &str,
    authority: &Path,
    call: &str,
    authorization: &str,
) -> Result<Option<Answer>, String> {
    let host = url.strip_prefix("https://").expect("it is TLS");
    let name = host.split(':').next().expect("a split text has a first part").to_owned();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority).expect("it is a certificate")).expect("it is one");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider knows the usual versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name).expect("it is a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("the configuration is sound");
    let mut stream = StreamOwned::new(connection, connect(host));
    stream.conn.complete_io(&mut stream.sock).map_err(|error| error.to_string())?;
    Ok(exchange(&mut stream, &request(host, call, Some(authorization), None)))
}

#[track_caller]
fn connect(host: &str) -> TcpStream {
    let stream = TcpStream::connect(host.replace("localhost", "127.0.0.1")).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("the time is not zero");
    stream
}

fn request(host: &str, call: &str, authorization: Option<&str>, body: Option<&Value>) -> Vec<u8> {
    let mut text = format!("{call} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    if let Some(authorization) = authorization {
        text.extend(["Authorization: ", authorization, "\r\n"]);
    }
    let body = body.map(ToString::to_string).unwrap_or_default();
    if !body.is_empty() {
        text.extend(["Content-Type: application/json\r\nContent-Length: ", &body.len().to_string(), "\r\n"]);
    }
    text.extend(["\r\n", &body]);
    text.into_bytes()
}

fn exchange<S: Read + Write>(stream: &mut S, request: &[u8]) -> Option<Answer> {
    stream.write_all(request).ok()?;
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        // A connection that breaks off has sent what it has sent.
        let is_broken = matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset);
        assert!(is_broken, "the server does not end the connection: {error}");
    }
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let pairs = lines.filter_map(|line| line.split_once(':'));
    let headers = pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    Some(Answer { status, headers, body: bytes[end + 4..].to_vec() })
}
