//! Findings that somebody settled: they are counted and shown apart, and do not fail a scan.
//!
//! It decides by what it is given: it opens no file, asks no clock and reads no repository.

pub mod baseline;
pub mod inline;
