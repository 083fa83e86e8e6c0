//! What came back of a call, and what it means by its status and its outside.
//!
//! The API promises `200` only; errors come in many shapes and statuses, some of them
//! from whoever stands in between. Which shape a call answers in, `types` knows.
//!
//! **Invariant:** a body leaves as a parsed answer or as a message that was cleaned;
//! errors of the parser are told by their place, for their text quotes the body.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::{HeaderMap, Uri, header};

use super::conceal::Concealer;
use super::{ApiError, text};
use crate::model::Secret;

/// What a probe was answered. Nothing of the body is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Whether the answer says that it is JSON and is an object.
    pub is_json_object: bool,
    /// Whether the answer is a page for people.
    pub is_html: bool,
    /// Whether it is 200 and has what the documented answer must have. Only this proves
    /// that the key is live; and only if a key that cannot be live is answered otherwise.
    pub is_documented: bool,
    /// The host of a redirect, which was not followed.
    pub redirect: Option<String>,
}

/// What the body is by its content type and its first character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Html,
    Other,
}

/// An answer with its body.
pub(super) struct Reply {
    pub(super) status: u16,
    kind: Kind,
    redirect: Option<String>,
    /// In seconds, by the header.
    retry_after: Option<f64>,
    body: Vec<u8>,
}

impl Reply {
    pub(super) fn new(status: u16, headers: &HeaderMap, body: Vec<u8>) -> Self {
        let field = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let kind = kind(field(header::CONTENT_TYPE).unwrap_or_default(), &body);
        let location = field(header::LOCATION).and_then(|location| location.parse::<Uri>().ok());
        let host = location.as_ref().and_then(Uri::host).map(|host| text::plain(host, None));
        let retry_after = field(header::RETRY_AFTER).and_then(|seconds| seconds.trim().parse().ok());
        Self { status, kind, redirect: host, retry_after, body }
    }

    /// How long the API asks to wait: `retry_after` of the body, or the header.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let body = self.json().and_then(|body| match body.get("retry_after")? {
            Value::String(seconds) => seconds.trim().parse().ok(),
            seconds => seconds.as_f64(),
        });
        let seconds = body.or(self.retry_after)?;
        Duration::try_from_secs_f64(seconds).ok().filter(|wait| !wait.is_zero())
    }

    /// What the status says, if it is none of success.
    pub(super) fn refusal(&self, key: &Secret) -> Option<ApiError> {
        let (status, message) = (self.status, || self.message(key));
        Some(match status {
            200..=299 => return None,
            300..=399 => ApiError::Redirect { status, host: self.redirect.clone() },
            429 => ApiError::RateLimited { retry_after: self.retry_after() },
            500..=599 => ApiError::Server { status },
            // The API answers no pages: this is somebody else's refusal.
            _ if self.kind == Kind::Html => ApiError::NotJson { status },
            401 => ApiError::Unauthorized { message: message() },
            403 => ApiError::Forbidden { message: message() },
            404 => ApiError::NotFound { message: message() },
            409 => ApiError::Conflict { message: message() },
            _ => ApiError::Refused { status, message: message() },
        })
    }

    /// The body as what the call `of` is documented to answer.
    pub(super) fn parse<T: DeserializeOwned>(&self, of: &str) -> Result<T, ApiError> {
        let malformed = |what: String| ApiError::Malformed { what: format!("{of}: {what}") };
        if self.kind != Kind::Json {
            return Err(ApiError::NotJson { status: self.status });
        }
        let body = str::from_utf8(&self.body).map_err(|_| malformed("not UTF-8".to_owned()))?;
        // A parser of structs would take an array for one.
        if !body.trim_start().starts_with('{') {
            return Err(malformed("not a JSON object".to_owned()));
        }
        serde_json::from_str(body).map_err(|error| {
            let what = if error.is_data() { "not as documented" } else { "not JSON" };
            malformed(format!("{what}, at line {} column {}", error.line(), error.column()))
        })
    }

    /// The same, with what `concealer` knows or takes for a secret masked in every text;
    /// `own` is the key that asked.
    pub(super) fn parse_concealed<T: DeserializeOwned>(
        &self,
        of: &str,
        concealer: &Concealer,
        own: &Secret,
    ) -> Result<T, ApiError> {
        // First as it came, for then an error can tell its place.
        self.parse::<T>(of)?;
        let mut value: Value = self.parse(of)?;
        concealer.clean(&mut value, own);
        T::deserialize(value).map_err(|_| ApiError::Malformed { what: format!("{of}: not as documented") })
    }

    /// What a probe may know of it; `has_shape` tells a documented answer.
    pub(super) fn probed(&self, has_shape: fn(&Value) -> bool) -> Answer {
        let json = self.json().filter(Value::is_object);
        Answer {
            status: self.status,
            is_json_object: json.is_some(),
            is_html: self.kind == Kind::Html,
            is_documented: self.status == 200 && json.as_ref().is_some_and(has_shape),
            redirect: self.redirect.clone(),
        }
    }

    /// The body, where it is and says that it is JSON.
    fn json(&self) -> Option<Value> {
        (self.kind == Kind::Json).then(|| serde_json::from_slice(&self.body).ok()).flatten()
    }

    /// What a refusal says, in whatever shape, cleaned; empty where it says nothing.
    fn message(&self, key: &Secret) -> String {
        let said = match serde_json::from_slice(&self.body) {
            Ok(value) => said(&value, 3).unwrap_or_default(),
            Err(_) => String::from_utf8_lossy(&self.body).into_owned(),
        };
        text::plain(&said, Some(key))
    }
}

/// The first text in `value` that is a message: itself, its first element, or what
/// stands under one of the usual names.
fn said(value: &Value, depth: u8) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) if depth > 0 => said(list.first()?, depth - 1),
        Value::Object(fields) if depth > 0 => {
            let names = ["error", "detail", "message", "msg"];
            names.iter().find_map(|name| said(fields.get(*name)?, depth - 1))
        }
        _ => None,
    }
}

fn kind(content_type: &str, body: &[u8]) -> Kind {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    if essence == "text/html"
        || essence == "application/xhtml+xml"
        || body.trim_ascii_start().starts_with(b"<")
    {
        Kind::Html
    } else if essence == "application/json" || essence.ends_with("+json") {
        Kind::Json
    } else {
        Kind::Other
    }
}
