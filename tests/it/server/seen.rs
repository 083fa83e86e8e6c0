//! What the server remembers of a request.
//!
//! **Invariant:** `Debug` shows the label of a key and never a key; where a key
//! stands outside of `Authorization` can only be asked.

use std::fmt;

use super::http::Request;
use super::routes::{Route, Side, caller};
use super::state::State;

/// A request that came.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) side: Side,
    pub(crate) route: Route,
    pub(crate) method: String,
    /// As it came, without the query.
    pub(crate) path: String,
    /// Empty where there is none.
    pub(crate) query: String,
    /// `Bearer`, `Api-Key`, or whatever came; none without the header.
    pub(crate) scheme: Option<String>,
    /// Whose key it is: the label of a key of the workspace, live or revoked, or
    /// `unknown`; none without a key.
    pub(crate) label: Option<String>,
    /// Whether the key was live, and taken by this scheme.
    pub(crate) is_known: bool,
    /// The status that was answered; none where there was no answer, or is none yet.
    pub(crate) status: Option<u16>,
    key: Option<String>,
    /// Everything but the value of `Authorization`.
    rest: Vec<u8>,
}

impl Seen {
    pub(super) fn of(state: &State, side: Side, route: Route, request: &Request) -> Self {
        let authorization = request.authorization();
        let key = authorization.map(|(_, key)| key.to_owned());
        let known = state.keys.iter().find(|other| key.as_ref() == Some(&other.text()));
        let label = key.as_ref().map(|_| known.map_or("unknown", |key| key.label.as_str()).to_owned());
        let mut rest = format!("{} {}?{}\n", request.method, request.path, request.query);
        for (name, value) in request.headers.iter().filter(|(name, _)| name != "authorization") {
            rest.extend([name, ": ", value, "\n"]);
        }
        let mut rest = rest.into_bytes();
        rest.extend_from_slice(&request.body);
        Self {
            side,
            route,
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            scheme: authorization.map(|(scheme, _)| scheme.to_owned()),
            label,
            is_known: caller(state, request).is_some(),
            status: None,
            key,
            rest,
        }
    }

    /// Whether it was sent with this key.
    pub(crate) fn is_with(&self, key: &str) -> bool {
        self.key.as_deref() == Some(key)
    }

    /// Whether `text`, a key say, stands anywhere but in `Authorization`.
    pub(crate) fn shows(&self, text: &str) -> bool {
        self.rest.windows(text.len().max(1)).any(|bytes| bytes == text.as_bytes())
    }

    /// Method and path in one.
    pub(crate) fn call(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen")
            .field("call", &format_args!("{:?} {} {}?{}", self.side, self.method, self.path, self.query))
            .field("scheme", &self.scheme)
            .field("label", &self.label)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
