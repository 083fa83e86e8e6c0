//! Ranges of commits: what one has and another has not.

use crate::pack::ObjectId;

use super::{RevisionError, shown};

/// What a range stands for, as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct Range<'t> {
    /// The commit whose past is left out; `None` where nothing is.
    pub(in crate::source) exclude: Option<&'t [u8]>,
    /// The commit whose past is asked about; `None` where nothing is, as when a branch is deleted.
    pub(in crate::source) include: Option<&'t [u8]>,
}

impl<'t> Range<'t> {
    /// Takes `A..B`, `A...B`, `A..` and `..B` apart; a missing side is HEAD. A single
    /// commit stands for all of its past. A side of forty zeros stands for no commit,
    /// as git gives it to hooks where a branch is made or deleted.
    ///
    /// Three dots mean what B has since it parted from A. That is what two dots mean:
    /// nothing that A has is new in B, so all of A's past is left out and not only what
    /// lies before the merge bases. What A alone has is in neither.
    ///
    /// # Errors
    /// When both sides are missing, or there are more than two.
    pub(in crate::source) fn parse(text: &'t [u8]) -> Result<Self, RevisionError> {
        let Some(at) = memchr::memmem::find(text, b"..") else {
            return Ok(Self { exclude: None, include: side(text) });
        };
        let (exclude, rest) = (&text[..at], &text[at + 2..]);
        let include = rest.strip_prefix(b".").unwrap_or(rest);
        let has_more = memchr::memmem::find(include, b"..").is_some() || include.starts_with(b".");
        if has_more || exclude.is_empty() && include.is_empty() {
            return Err(RevisionError::NoRange(shown(text)));
        }
        let or_head = |text: &'t [u8]| if text.is_empty() { b"HEAD" } else { text };
        Ok(Self { exclude: side(or_head(exclude)), include: side(or_head(include)) })
    }
}

/// A side, unless it is all zeros.
fn side(text: &[u8]) -> Option<&[u8]> {
    let is_none = text.len() == 2 * ObjectId::LEN && text.iter().all(|&digit| digit == b'0');
    (!is_none).then_some(text)
}
