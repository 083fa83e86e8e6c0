//! What a person can paste a key into that is not plain text, turned into text.
//!
//! It opens no file and writes none: it is handed bytes and readers.

pub mod archive;
