//! Whether a leaked key is live.
//!
//! [`leak`] is what is asked about. Nothing is printed here, and no report is written.
//!
//! **Invariant:** a leaked secret is sent to the hosts of a
//! [`Remote`](crate::baseten::Remote) only, and only where a probe was asked for.

pub mod keys;
pub mod leak;
pub mod rotate;

pub use leak::{Leak, LeakPlace, ReportError, Shape, Since};
