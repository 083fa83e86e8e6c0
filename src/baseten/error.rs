//! Why a call of the API did not do what was asked.
//!
//! **Invariant:** no variant holds a key, a header or a body. What the API or the
//! system said has gone through `text::plain`, which masks whatever looks like a key.

use std::time::Duration;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// 401: the key is not known, or not any more.
    #[error("the API does not accept the key (401){}", said(.message))]
    Unauthorized {
        /// What the API said, cleaned; may be empty.
        message: String,
    },
    /// 403: the key may not do this, or is not known.
    #[error("the API does not permit this with the key (403){}", said(.message))]
    Forbidden {
        /// What the API said, cleaned; may be empty.
        message: String,
    },
    /// 404: there is no such thing, or not for this key.
    #[error("the API knows no such thing (404){}", said(.message))]
    NotFound {
        /// What the API said, cleaned; may be empty.
        message: String,
    },
    /// 409: the state of things forbids it.
    #[error("the API refuses for a conflict (409){}", said(.message))]
    Conflict {
        /// What the API said, cleaned; may be empty.
        message: String,
    },
    /// 429, after all retries or because the wait would be too long.
    #[error("too many requests (429){}", later(.retry_after.as_ref()))]
    RateLimited {
        /// How long the API asks to wait.
        retry_after: Option<Duration>,
    },
    /// 5xx, after all retries.
    #[error("the server failed ({status})")]
    Server {
        /// The status.
        status: u16,
    },
    /// Any other status of refusal.
    #[error("the API refused ({status}){}", said(.message))]
    Refused {
        /// The status.
        status: u16,
        /// What the API said, cleaned; may be empty.
        message: String,
    },
    /// A redirect, which is not followed.
    #[error("answered with a redirect ({status}){}, which is not followed", toward(.host.as_deref()))]
    Redirect {
        /// The status.
        status: u16,
        /// The host that it leads to, when it names one.
        host: Option<String>,
    },
    /// An answer that the API would not give.
    #[error("the answer ({status}) is not JSON: a captive portal or proxy may have answered")]
    NotJson {
        /// The status.
        status: u16,
    },
    /// JSON that is not what the call is documented to answer.
    #[error("malformed answer: {what}")]
    Malformed {
        /// What is wrong; nothing of the answer itself.
        what: String,
    },
    /// More than is read of any answer.
    #[error("the answer is too large")]
    TooLarge,
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// No connection, or one that broke.
    #[error("no connection: {reason}")]
    Connect {
        /// What the system said, cleaned.
        reason: String,
        /// Whether the request may have reached the server nevertheless.
        sent: bool,
    },
    /// The server could not prove who it is, or TLS failed otherwise.
    #[error("no secure connection: {reason}")]
    Tls {
        /// What is wrong, cleaned.
        reason: String,
    },
    /// What was asked for cannot be put into a request; nothing was sent.
    #[error("{what}")]
    Unusable {
        /// What it is; never the thing itself.
        what: &'static str,
    },
}

impl ApiError {
    /// Whether it is certain that the call had no effect. After an error of which
    /// this is false a key may have been made or deleted; the inventory tells.
    pub fn had_no_effect(&self) -> bool {
        match self {
            Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::Conflict { .. }
            | Self::RateLimited { .. }
            | Self::Refused { .. }
            | Self::Redirect { .. }
            | Self::Tls { .. }
            | Self::Unusable { .. } => true,
            Self::Connect { sent, .. } => !sent,
            Self::Server { .. }
            | Self::NotJson { .. }
            | Self::Malformed { .. }
            | Self::TooLarge
            | Self::TimedOut => false,
        }
    }
}

/// `: message`, or nothing.
fn said(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

/// `; try again in 37 s`, or nothing.
fn later(wait: Option<&Duration>) -> String {
    wait.map(|wait| format!("; try again in {} s", wait.as_secs().max(1))).unwrap_or_default()
}

/// ` to host`, or nothing.
fn toward(host: Option<&str>) -> String {
    host.map(|host| format!(" to {host}")).unwrap_or_default()
}
