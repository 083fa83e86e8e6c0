//! One request: where it may go, what is sent, and what comes back.
//!
//! It follows no redirect, keeps no cookie, and knows nothing of sites; what the limits of the
//! whole run are is `body`'s to keep.
//!
//! **Invariant:** what is sent is `GET`, the host, what the program calls itself and which kinds
//! it takes: no credentials, no cookie, no `Referer`. Connections are opened to addresses that
//! the guard admitted; through a proxy, to the proxy.

use std::error::Error as _;
use std::net::ToSocketAddrs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::{Request, Response, Uri, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, Timeout};
use url::Url;

use super::body::{Cut, Limits};
use super::error::WebError;
use super::guard::{Guard, Refused, Resolved};
use super::names::is_passive;
use super::proxy::Proxies;
use super::settings::Settings;

/// How long a name may take to resolve, and a connection to open.
const WAIT: Duration = Duration::from_secs(10);

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Why the body is not whole, if it is not.
    pub(super) cut: Option<Cut>,
    /// Whether it is an image or the like, whose body was not read.
    pub(super) is_passive: bool,
}

impl Answer {
    /// A header, where it is there.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// Why nothing came back.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    /// It was not asked for.
    Refused(String),
    /// It was asked for in vain. Another try may succeed.
    Failed(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(why) | Self::Failed(why) => f.write_str(why),
        }
    }
}

/// What makes requests; shared by all threads.
pub(super) struct Client {
    guard: Guard,
    direct: Agent,
    /// By proxy: for `http` and for `https`.
    proxied: [Option<Agent>; 2],
    proxies: Proxies,
    pub(super) limits: Limits,
    request_time: Duration,
}

impl Client {
    /// One whose time begins now.
    pub(super) fn new(settings: &Settings, proxies: Proxies) -> Result<Self, WebError> {
        let is_sayable = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        if settings.user_agent.trim().is_empty() || !settings.user_agent.bytes().all(is_sayable) {
            return Err(WebError::UserAgent);
        }
        let guard = Guard::new(settings.allow_private);
        Ok(Self {
            guard,
            direct: agent(settings, guard, None),
            proxied: proxies.both().map(|proxy| proxy.map(|proxy| agent(settings, guard, Some(proxy)))),
            proxies,
            limits: Limits::new(settings),
            request_time: settings.request_time,
        })
    }

    /// Asks for an address; a page is asked for as a browser asks for one.
    pub(super) fn get(&self, url: &Url, is_page: bool) -> Result<Answer, Failure> {
        let begin = Instant::now();
        let agent = self.admitted(url)?;
        let accept = if is_page { "text/html,application/xhtml+xml,*/*;q=0.8" } else { "*/*" };
        let uri = uri(url).ok_or_else(|| Failure::Refused("the address is malformed".to_owned()))?;
        let request =
            Request::get(uri).header(header::ACCEPT, accept).header(header::ACCEPT_ENCODING, "gzip");
        let request =
            request.body(()).map_err(|_| Failure::Refused("the address is malformed".to_owned()))?;
        let answer = agent.run(request).map_err(|error| self.fault(&error))?;
        Ok(self.read(answer, begin))
    }

    /// Ends what is under way.
    pub(super) fn stop(&self) {
        for agent in self.proxied.iter().flatten().chain([&self.direct]) {
            agent.clone().shutdown();
        }
    }

    /// Who may ask for an address, if anybody may.
    fn admitted(&self, url: &Url) -> Result<&Agent, Failure> {
        if let Some(Refused(why)) = self.guard.refuses(url) {
            return Err(Failure::Refused(why));
        }
        let Some(proxy) = self.proxies.of(url) else { return Ok(&self.direct) };
        let (host, port) =
            (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
        if host.eq_ignore_ascii_case(proxy.host()) && port == proxy.port() {
            return Err(Failure::Refused("it is the address of the proxy".to_owned()));
        }
        // The proxy resolves the name again; what is known of it here is at least not private.
        let known = (host, port).to_socket_addrs().into_iter().flatten();
        let refused: Vec<_> = known.map(|address| self.guard.refuses_ip(address.ip())).collect();
        if let (true, Some(Some(Refused(why)))) = (refused.iter().all(Option::is_some), refused.first()) {
            return Err(Failure::Refused(format!("the name {host} leads there: {why}")));
        }
        let agent = &self.proxied[usize::from(url.scheme() == "https")];
        Ok(agent.as_ref().unwrap_or(&self.direct))
    }

    /// Reads an answer.
    fn read(&self, answer: Response<Body>, begin: Instant) -> Answer {
        let (parts, body) = answer.into_parts();
        let headers: Vec<(String, String)> = parts
            .headers
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let joined = |wanted: &str| {
            let values = headers.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
            values.collect::<Vec<_>>().join(",")
        };
        let status = parts.status.as_u16();
        let is_passive = status < 300 && is_passive(&joined("content-type"));
        let (body, cut) = if is_passive {
            (Vec::new(), None)
        } else {
            let reader = body.into_with_config().limit(u64::MAX).reader();
            self.limits.read(reader, &joined("content-encoding"), begin)
        };
        Answer { status, headers, body, cut, is_passive }
    }

    /// What went wrong below HTTP, in our words.
    fn fault(&self, error: &ureq::Error) -> Failure {
        if let ureq::Error::Other(inner) = error {
            if let Some(Refused(why)) = inner.downcast_ref::<Refused>() {
                return Failure::Refused(why.clone());
            }
        }
        if self.limits.is_late() {
            return Failure::Failed(Cut::Late.to_string());
        }
        let seconds = |time: Duration| time.as_secs_f32();
        Failure::Failed(match error {
            ureq::Error::Timeout(Timeout::Resolve) => {
                format!("the name was not resolved in {} s", WAIT.as_secs())
            }
            ureq::Error::Timeout(Timeout::Connect) => {
                format!("there was no connection in {} s", WAIT.as_secs())
            }
            ureq::Error::Timeout(_) => format!("there was no answer in {} s", seconds(self.request_time)),
            ureq::Error::HostNotFound => "the name is not known".to_owned(),
            ureq::Error::ConnectProxyFailed(_) => "the proxy refused".to_owned(),
            ureq::Error::Protocol(_) => "the answer is not HTTP, or cut short".to_owned(),
            ureq::Error::LargeResponseHeader(..) => "the headers of the answer are too long".to_owned(),
            ureq::Error::Io(error) => {
                let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
                inner
                    .map_or_else(|| error.to_string(), |error| format!("the connection is not safe: {error}"))
            }
            other => other.source().map_or_else(|| other.to_string(), ToString::to_string),
        })
    }
}

/// Makes connections, directly or through a proxy.
fn agent(settings: &Settings, guard: Guard, proxy: Option<&ureq::Proxy>) -> Agent {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(provider)
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    let wait = Some(WAIT.min(settings.request_time));
    let config = Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy.cloned())
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(&settings.user_agent)
        .timeout_resolve(wait)
        .timeout_connect(wait)
        .timeout_send_request(wait)
        .timeout_recv_response(Some(settings.request_time))
        .timeout_per_read(Some(settings.request_time))
        .build();
    Agent::with_parts(
        config,
        DefaultConnector::default(),
        Resolved::new(guard, proxy.map(|one| one.uri().clone())),
    )
}

/// The address as the HTTP crate takes it, which is stricter than browsers are.
fn uri(url: &Url) -> Option<Uri> {
    let text = url.as_str();
    if let Ok(uri) = text.parse() {
        return Some(uri);
    }
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    let written = text.bytes().fold(String::new(), |mut written, byte| {
        if is_plain(byte) {
            written.push(char::from(byte));
        } else {
            written += &format!("%{byte:02X}");
        }
        written
    });
    written.parse().ok()
}
