//! Git's object database: every object once, as fast as it can be inflated, and
//! single objects by name.
//!
//! A [`Store`] lists packs and loose objects, a [`Forest`] says what is a delta of
//! what in one pack, and a [`Decoder`] turns one tree of it after the other into
//! objects that a [`Visitor`] sees. Threads are the caller's: trees are independent,
//! and a decoder each is all that they need. It knows nothing of references or work
//! trees and not what is in an object, checks packed objects by the checksums of
//! the index and not by their names, and reads SHA-1 repositories only.
//!
//! **Invariant:** nothing is passed over in silence. What cannot be read is named,
//! for the caller to read in another way or to report; no length or offset that a
//! file declares is believed before it is checked.

mod decode;
mod delta;
mod error;
mod forest;
#[cfg(test)]
mod forest_tests;
mod header;
mod id;
mod index;
mod inflate;
mod loose;
mod map;
#[expect(clippy::module_inception, reason = "a pack is the thing in this room that has its name")]
mod pack;
mod store;
mod stream;
pub mod unindexed;
mod visitor;

pub use decode::Decoder;
pub use error::{FileFault, ObjectFault, PackError};
pub use forest::{Forest, Tree};
pub use id::ObjectId;
pub use index::Index;
pub use loose::Loose;
pub use pack::Pack;
pub use store::Store;
pub use stream::Stream;
pub use visitor::{Lack, Object, Visitor};
