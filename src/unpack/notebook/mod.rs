//! Jupyter notebooks (nbformat 3 and 4): the texts in one, each with its place, and the
//! way back to the bytes of the file.
//!
//! Nothing is matched here. A text is what a person sees as one: a source, a stream, one
//! MIME type of an output, a traceback, a string of the metadata; JSON strings are
//! unescaped, lists of lines joined. What no text covers (names of members, numbers,
//! images too large to decode) stands as it is in the raw file, so whoever wants all of it
//! scans the raw bytes, too, and drops of two findings the one whose raw bytes overlap
//! [`Part::raw`] of the other.
//!
//! **Invariant:** a file is either refused before the first text goes out, or all of its
//! texts go out. No text is held beyond its visit, so that memory stays within the size of
//! the file (a copy of it is checked where Python's `NaN` stands for a number, and freed).

pub mod clean;
mod place;
#[cfg(test)]
mod tests;
mod walk;

use super::json;
pub use super::{Broken, Fault, PartKind};
pub use place::{Cell, CellKind, CellPlace, Field, Form, Step};

/// Base64 data that decodes to more bytes than this is passed over, and counted.
pub const BINARY: usize = 16 << 20;

/// A text of a notebook.
pub type Part<'p> = super::Part<'p, CellPlace<'p>>;

/// What a notebook holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The major version of the format, if it names one.
    pub format: Option<u64>,
    /// The language of its kernel in lower case, or the kernel's name, if either is named.
    pub language: Option<String>,
    /// Cells.
    pub cells: usize,
    /// Outputs of all cells.
    pub outputs: usize,
    /// Texts handed out.
    pub parts: usize,
    /// Base64 data not handed out, being larger than [`BINARY`]. The raw text has it still.
    pub passed_over: usize,
    /// How many of these are images, by what the notebook says.
    pub images_passed_over: usize,
    /// What that data would be decoded, in bytes.
    pub passed_over_bytes: u64,
}

/// Hands the texts of a notebook to `visit`, in the order of the file.
///
/// # Errors
/// Says why `bytes` are no notebook; `visit` has then not been called.
pub fn parts(bytes: &[u8], visit: &mut dyn FnMut(&Part<'_>)) -> Result<Summary, Broken> {
    let start = json::check(bytes)?;
    match walk::outline(bytes, start) {
        Some(summary) => Ok(walk::Walk::new(bytes, summary, visit).notebook(start)),
        None => Err(Broken { line: 1, fault: Fault::Kind }),
    }
}
