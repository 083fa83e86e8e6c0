//! Archives and compressed files, taken apart member by member, one in another.
//!
//! [`kind()`] says from the first bytes what something is, and [`unpack`] hands what
//! it holds to a [`Visitor`]: members that are archives themselves are taken apart
//! in turn, all others are handed out as streams, within a [`Budget`]. Nothing is
//! written anywhere and no file is opened; a name with `..` in it is just a name.
//! The bytes of the input itself are not handed out, compressed as they are.
//!
//! The containers are read by parsers of our own, which hold no table of what a
//! file declares and go on behind what is damaged; the compressions are crates
//! and stand behind the feature `archives`.
//!
//! **Invariant:** nothing is passed over in silence: what was not read to its end
//! is told with the reason. Links, folders and devices have nothing to read.

mod ar;
mod budget;
mod bundle;
mod cpio;
mod decode;
#[cfg(feature = "archives")]
mod decoder;
mod kind;
mod pdf;
mod png;
mod reason;
mod stream;
mod tar;
#[cfg(all(test, feature = "archives"))]
mod tests;
mod walk;
mod zip;
mod zip_stream;

use std::io::{Read, Seek};

pub use budget::Budget;
pub use kind::{HEAD, Kind, kind, kind_of};
pub use reason::Reason;

use budget::Ledger;
use stream::Bottom;
use walk::{Stop, Walk};

/// A reader that can be sought in.
pub trait ReadSeek: Read + Seek {}

impl<R: Read + Seek + ?Sized> ReadSeek for R {}

/// The bytes of an archive, from its first one.
pub enum Input<'r> {
    /// They come once, in order.
    Stream(&'r mut dyn Read),
    /// They can be sought in, which is better for a zip: one of any size is read
    /// by its directory.
    Seek(&'r mut dyn ReadSeek),
}

/// Takes what an archive holds.
pub trait Visitor {
    /// A member that is no archive itself.
    ///
    /// `path` is made of the names in the archives, with `!` where one is in
    /// another: `data.tar.xz!./etc/env`, `blobs/sha256/1a2b!app/.env`. The name of
    /// the input is not part of it, so that it is empty for what a compressed file
    /// holds. Names are as they stand in the archive: bytes, at times twice the
    /// same, absolute or with `..` in them.
    ///
    /// `size` is what the archive declares, in bytes. Reading `content` never
    /// fails; it ends early where something is wrong, which
    /// [`skipped`](Self::skipped) then says. It need not be read to its end.
    fn member(&mut self, path: &[u8], size: Option<u64>, content: &mut dyn Read);

    /// What is at `path` was not read to its end. An empty path is the input itself.
    fn skipped(&mut self, path: &[u8], reason: Reason);

    /// The same for a picture that was wanted.
    fn picture_skipped(&mut self, path: &[u8], reason: Reason) {
        self.skipped(path, reason);
    }

    /// Whether pictures that are no files of their own, such as those of a PDF, are handed out
    /// as members, too: as JPEG or as BMP.
    fn wants_pictures(&self) -> bool {
        false
    }

    /// A git bundle; `content` is its pack, which starts at `offset` in the bundle.
    /// False when it was not read, which is then told as skipped.
    fn bundle(&mut self, path: &[u8], offset: u64, content: &mut dyn Read) -> bool {
        let _ = (path, offset, content);
        false
    }
}

/// How much was taken apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// Members seen, those that are archives themselves included. What one
    /// compressed file holds is not counted.
    pub members: u64,
    /// Bytes inflated, over all layers.
    pub bytes: u64,
    /// Times that something was not read to its end. With no byte and no member
    /// beside it, nothing of the input could be read.
    pub skipped: u64,
}

/// Takes `input`, which is of this `kind`, apart and hands what it holds to `visitor`.
///
/// It has no errors: what could not be read was told to the visitor.
pub fn unpack(input: Input<'_>, kind: Kind, budget: Budget, visitor: &mut dyn Visitor) -> Unpacked {
    let ledger = Ledger::new(budget);
    let mut walk = Walk::new(&ledger, visitor);
    let result = match input {
        Input::Seek(input) if matches!(kind, Kind::Zip | Kind::Runnable) => {
            walk.sought(kind, &mut Bottom::new(input, &ledger))
        }
        Input::Seek(input) => walk.nested(kind, b"", None, &mut Bottom::new(input, &ledger)),
        Input::Stream(input) => walk.nested(kind, b"", None, &mut Bottom::new(input, &ledger)),
    };
    if let Err(Stop::Below) = result
        && let Some(reason) = ledger.settle(Ledger::INPUT)
    {
        walk.skip(reason);
    }
    let skipped = walk.skipped;
    Unpacked { members: ledger.members.get(), bytes: ledger.inflated.get(), skipped }
}
