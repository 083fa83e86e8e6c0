//! One call over HTTP: time-outs, retries, the rate, the size of answers.
//!
//! Blocking; threads are the caller's, and one transport serves them all. It knows
//! nothing of what is asked or answered, but that 429 and 5xx may pass. A request that
//! may be made twice (GET, DELETE) is tried again after those and after a connection
//! that broke; any other only when it was certainly not carried out.
//!
//! **Invariant:** redirects are not followed, certificates are verified, and what the
//! HTTP crate would log is compiled out, for its traces hold whole requests.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use ureq::http::{HeaderValue, Method, Request, Response, Uri, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, AsSendBody, Body, Proxy};

use super::ApiError;
use super::answer::Reply;
use super::conceal::{Concealer, Mask};
use super::pace::{Pace, RETRIES, Waits};
use super::proxy::Proxies;
use super::text;
use crate::model::Secret;

/// Most bytes that are read of an answer.
const LARGEST: u64 = 8 << 20;

/// What is said of an address that is none.
const MALFORMED: &str = "the address of the request is malformed";

// At the level of traces the crate below logs every byte that it sends, headers too.
const _: () = assert!(log::STATIC_MAX_LEVEL as usize == 0, "logging must be compiled out");

/// How long one try may take.
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the whole answer is read.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), total: Duration::from_secs(30) }
    }
}

/// What all clients of a run share: connections, the rate, the proxy.
pub struct Transport {
    direct: Agents,
    proxied: Agents,
    proxies: Proxies,
    pace: Pace,
    waits: Waits,
    total: Duration,
    pub(super) concealer: Concealer,
}

/// Connections that are kept for the next request, and those that are not.
struct Agents {
    kept: Agent,
    /// For what is sent once only: a connection that was kept may have been closed by
    /// the server, which shows only when the request is under way.
    fresh: Agent,
}

/// A request as it is sent.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) url: &'a str,
    /// Must be marked sensitive.
    pub(super) authorization: HeaderValue,
    /// JSON; for POST only.
    pub(super) body: Option<&'a [u8]>,
}

impl Call<'_> {
    /// Whether it does no more when it is sent twice.
    fn is_idempotent(&self) -> bool {
        self.method != Method::POST
    }
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transport").field("total", &self.total).finish_non_exhaustive()
    }
}

impl Transport {
    /// A transport with its own rate, through the proxy that the environment names.
    pub fn new(settings: &Timeouts) -> Result<Self, ApiError> {
        let proxies = Proxies::from_env(&|name| std::env::var_os(name))?;
        Ok(Self::with(settings, proxies, Waits::default()))
    }

    /// The same with everything given.
    pub(super) fn with(settings: &Timeouts, proxies: Proxies, waits: Waits) -> Self {
        Self {
            direct: Agents::new(settings, None),
            proxied: Agents::new(settings, proxies.proxy.as_ref()),
            pace: Pace::new(waits.interval),
            proxies,
            waits,
            total: settings.total,
            concealer: Concealer::new(str::to_owned),
        }
    }

    /// The same, with `mask` applied to every text of an answer before anybody sees it.
    #[must_use]
    pub fn masking(self, mask: Mask) -> Self {
        Self { concealer: Concealer::new(mask), ..self }
    }

    /// Has a secret that this run knows masked in every text of an answer.
    pub fn conceal(&self, secret: &Secret) {
        self.concealer.learn(secret);
    }

    /// Makes the request, again where that is right, and gives the last answer,
    /// whatever its status is.
    pub(super) fn send(&self, call: &Call<'_>) -> Result<Reply, ApiError> {
        let deadline = Instant::now() + self.waits.call;
        let mut outcome = Err(ApiError::TimedOut);
        for retry in 0..=RETRIES {
            let start = self.pace.turn(Instant::now());
            if start >= deadline {
                break;
            }
            thread::sleep(start.saturating_duration_since(Instant::now()));
            outcome = self.once(call, deadline.saturating_duration_since(Instant::now()));
            let Some(pause) = self.pause(call, &outcome, retry) else { break };
            if retry == RETRIES || Instant::now() + pause >= deadline {
                break;
            }
            thread::sleep(pause);
        }
        outcome
    }

    /// How long to wait before the call is made again, if it is.
    fn pause(&self, call: &Call<'_>, outcome: &Result<Reply, ApiError>, retry: u32) -> Option<Duration> {
        let asked = match outcome {
            // What is refused for its rate was not carried out.
            Ok(reply) if reply.status == 429 => reply.retry_after(),
            Ok(reply) if reply.status >= 500 && call.is_idempotent() => reply.retry_after(),
            Err(ApiError::Connect { sent, .. }) if call.is_idempotent() || !sent => None,
            _ => return None,
        };
        let asked = asked.unwrap_or_default();
        (asked <= self.waits.asked).then(|| asked + self.waits.back_off(retry, fastrand::f64()))
    }

    /// One try, which takes at most `left`.
    fn once(&self, call: &Call<'_>, left: Duration) -> Result<Reply, ApiError> {
        let uri: Uri = call.url.parse().map_err(|_| ApiError::Unusable { what: MALFORMED })?;
        let through = uri.host().is_some_and(|host| self.proxies.apply(host));
        let agents = if through { &self.proxied } else { &self.direct };
        let agent = if call.is_idempotent() { &agents.kept } else { &agents.fresh };
        let request = Request::builder()
            .method(call.method.clone())
            .uri(uri)
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, call.authorization.clone());
        let limit = Some(left).filter(|left| *left < self.total);
        let answer = if let Some(body) = call.body {
            let request = request.header(header::CONTENT_TYPE, "application/json");
            run(agent, request.body(body), limit)
        } else {
            run(agent, request.body(()), limit)
        };
        let (parts, mut body) = answer?.into_parts();
        let body = body.with_config().limit(LARGEST).read_to_vec().map_err(fault)?;
        Ok(Reply::new(parts.status.as_u16(), &parts.headers, body))
    }
}

impl Agents {
    fn new(settings: &Timeouts, proxy: Option<&Proxy>) -> Self {
        let agent = |kept| {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let tls = TlsConfig::builder()
                .unversioned_rustls_crypto_provider(provider)
                .root_certs(RootCerts::PlatformVerifier)
                .build();
            let config = Agent::config_builder()
                .tls_config(tls)
                .proxy(proxy.cloned())
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .user_agent(concat!("baseleak/", env!("CARGO_PKG_VERSION")))
                .timeout_resolve(Some(settings.connect))
                .timeout_connect(Some(settings.connect))
                .timeout_global(Some(settings.total));
            let config = if kept { config } else { config.max_idle_connections(0) };
            config.build().new_agent()
        };
        Self { kept: agent(true), fresh: agent(false) }
    }
}

/// Sends a request, within `limit` where there is one.
fn run<B: AsSendBody>(
    agent: &Agent,
    request: Result<Request<B>, ureq::http::Error>,
    limit: Option<Duration>,
) -> Result<Response<Body>, ApiError> {
    let request = request.map_err(|_| ApiError::Unusable { what: MALFORMED })?;
    // A request with settings of its own makes a TLS configuration of its own, which is
    // dear; it is needed only when the time of the whole call runs out.
    let answer = match limit {
        Some(_) => agent.run(agent.configure_request(request).timeout_global(limit).build()),
        None => agent.run(request),
    };
    answer.map_err(fault)
}

/// What went wrong below HTTP, in our words.
fn fault(error: ureq::Error) -> ApiError {
    let tls = |reason: String| ApiError::Tls { reason: text::plain(&reason, None) };
    let broken = |reason: String, sent| ApiError::Connect { reason: text::plain(&reason, None), sent };
    match error {
        ureq::Error::Timeout(_) => ApiError::TimedOut,
        ureq::Error::HostNotFound => broken("the host is not found".to_owned(), false),
        ureq::Error::ConnectProxyFailed(reason) => broken(format!("the proxy refused: {reason}"), false),
        ureq::Error::Io(error) => {
            match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                Some(error) => tls(error.to_string()),
                None if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => {
                    ApiError::TimedOut
                }
                None => broken(error.to_string(), !never_sent(error.kind())),
            }
        }
        ureq::Error::Rustls(error) => tls(error.to_string()),
        ureq::Error::Tls(reason) => tls(reason.to_owned()),
        ureq::Error::TlsRequired | ureq::Error::Pem(_) => tls("it could not be set up".to_owned()),
        ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => ApiError::TooLarge,
        ureq::Error::Protocol(_) => ApiError::Malformed { what: "not HTTP, or cut short".to_owned() },
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => ApiError::Unusable { what: MALFORMED },
        other => broken(other.to_string(), true),
    }
}

/// Whether an error of this kind comes before anything is sent.
fn never_sent(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable
    )
}
