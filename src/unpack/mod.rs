//! Things that carry texts inside: each is opened here and handed on text by text.
//!
//! It opens no file, writes none and matches nothing: bytes and readers come in,
//! texts with their places go out.

pub mod archive;
mod base64;
mod broken;
pub mod embedded;
pub mod icon;
mod json;
pub mod notebook;
mod part;
pub mod source_map;

pub use broken::{Broken, Fault};
pub use part::{Part, PartKind};
