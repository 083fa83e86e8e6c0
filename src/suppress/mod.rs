//! Findings that somebody settled: they are counted and shown apart, and do not fail a scan.
//!
//! It decides by what it is given and reads no repository.

pub mod baseline;
