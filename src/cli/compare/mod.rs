//! What differs between the reports of two scans.
//!
//! It compares what the reports say, and scans nothing: a finding that is gone from a
//! report is not a key that is revoked.

pub(super) mod human;
mod judge;
mod pairs;
mod read;
#[cfg(test)]
mod tests;
pub(super) mod wire;

pub(super) use judge::{Comparison, Note};
pub(super) use read::{Found, Scan};
