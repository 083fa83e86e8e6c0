//! Baseten's management API: where it is, how a request is made, typed calls, and
//! where the operator's key for it comes from.
//!
//! A [`Remote`] says which hosts are asked, a [`Transport`] makes requests (time-outs,
//! retries, the rate), and a [`Client`] joins both with a key. Nothing here decides
//! what an answer means for a finding, and nothing is printed, stored or logged.
//!
//! **Invariant:** a key stands in the header of a request and nowhere else: not in an
//! address, an error, a log or `Debug`. It goes to the hosts of the remote only, for
//! redirects are not followed, and to none without TLS but a loopback address.

mod answer;
mod client;
#[cfg(test)]
mod client_tests;
mod conceal;
pub mod credential;
mod error;
mod pace;
mod proxy;
mod remote;
#[cfg(test)]
mod server_tests;
mod text;
mod transport;
mod types;

pub use answer::Answer;
pub use client::{Client, Scheme};
pub use conceal::Mask;
pub use error::ApiError;
pub use remote::{Remote, RemoteError, Trust};
pub use transport::{Timeouts, Transport};
pub use types::{
    Actor, ApiKey, AuditEvent, Category, Deletion, GatewayKey, Me, Model, NewKey, Owner, Subject, Team,
};
