//! Things that carry texts inside: each is opened here and handed on text by text.
//!
//! It opens no file, writes none and matches nothing: bytes and readers come in,
//! texts with their places go out.

pub mod archive;
pub mod notebook;
