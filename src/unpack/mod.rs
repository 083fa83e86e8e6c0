//! Things that carry texts inside: each is opened here and handed on text by text.
//!
//! It reads no files and matches nothing: bytes come in, texts with their places go out.

pub mod notebook;
