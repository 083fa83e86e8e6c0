//! What looks at objects as they are decoded.
//!
//! Most objects of a pack are deltas that change a few bytes of another. Who can
//! judge an object by what is new in it need not see the rest again, and the rest
//! need not even be put together.

use super::error::PackError;
use super::id::ObjectId;
use super::index::Index;
use crate::model::ObjectKind;

/// An object as a visitor sees it. Its name is looked up when it is asked for.
#[derive(Clone, Copy)]
pub struct Object<'s> {
    name: Name<'s>,
    kind: ObjectKind,
}

#[derive(Clone, Copy)]
enum Name<'s> {
    Packed(&'s Index, u32),
    Plain(ObjectId),
}

impl<'s> Object<'s> {
    /// An object that is known by name.
    pub fn new(id: ObjectId, kind: ObjectKind) -> Self {
        Self { name: Name::Plain(id), kind }
    }

    pub(super) fn packed(index: &'s Index, position: u32, kind: ObjectKind) -> Self {
        Self { name: Name::Packed(index, position), kind }
    }

    /// Its name.
    pub fn id(&self) -> ObjectId {
        match self.name {
            Name::Packed(index, position) => index.id(position),
            Name::Plain(id) => id,
        }
    }

    /// What it is.
    pub fn kind(&self) -> ObjectKind {
        self.kind
    }
}

/// Why an object was not shown.
#[derive(Debug)]
pub enum Lack {
    /// It, its delta or a base of it is larger than the decoder's limit: so many
    /// bytes, by its own account. It was not inflated.
    Huge(u64),
    /// It cannot be decoded.
    Fault(PackError),
}

/// One thread's look at objects.
///
/// **Invariant:** every wanted object comes to [`whole`](Self::whole), to
/// [`edited`](Self::edited) with the answer "no", or to [`lack`](Self::lack), once.
pub trait Visitor {
    /// How many bytes on either side of an edit it must see to judge an object by
    /// its edits; `None` where it wants to see every object whole.
    fn reach(&self) -> Option<usize>;

    /// An object, whole. Whether what is made from it by a delta must be shown whole as well.
    fn whole(&mut self, object: &Object<'_>, bytes: &[u8]) -> bool;

    /// An object of `size` bytes that is another with edits, and that other, shown
    /// before, did not ask for more. `edits` are the new bytes with
    /// [`reach`](Self::reach) bytes around each, pieces set apart by NUL. Whether
    /// the object must be shown whole.
    fn edited(&mut self, object: &Object<'_>, size: u64, edits: &[u8]) -> bool;

    /// An object that cannot be shown.
    fn lack(&mut self, id: ObjectId, lack: Lack);
}
