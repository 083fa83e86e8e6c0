//! The suffixes of a revision: from one object to another.

use crate::model::ObjectKind;
use crate::pack::ObjectId;

use super::{Objects, RevisionError, commit, header, peel};

/// One suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// `^N`: to the parent with this number, from 1 on; 0 stands for the commit itself.
    Parent(usize),
    /// `~N`: to the first parent, so many times.
    Ancestor(usize),
    /// `^{}`: to what is no tag.
    Peel,
    /// `^{tag}`: stays at what must be a tag.
    Tag,
    /// `^{object}`: stays at what must be there.
    Object,
}

impl Step {
    /// Takes the suffix at the front of `rest`, `None` where there is none that is understood.
    pub(super) fn take(rest: &mut &[u8]) -> Option<Self> {
        for (text, step) in [
            (&b"^{commit}"[..], Self::Parent(0)),
            (b"^{}", Self::Peel),
            (b"^{tag}", Self::Tag),
            (b"^{object}", Self::Object),
        ] {
            if let Some(behind) = rest.strip_prefix(text) {
                *rest = behind;
                return Some(step);
            }
        }
        let (&mark, behind) = rest.split_first()?;
        let end = behind.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(behind.len());
        let (digits, behind) = behind.split_at(end);
        let number = match digits {
            [] => 1,
            _ => std::str::from_utf8(digits).ok()?.parse().ok()?,
        };
        *rest = behind;
        match mark {
            b'^' => Some(Self::Parent(number)),
            b'~' => Some(Self::Ancestor(number)),
            _ => None,
        }
    }

    /// Where the step leads from `id`.
    pub(super) fn from(self, id: ObjectId, objects: &impl Objects) -> Result<ObjectId, RevisionError> {
        match self {
            Self::Parent(number) => parent(commit(id, objects)?, number),
            Self::Ancestor(count) => {
                // The first step peels, whatever the count.
                let (mut id, mut text) = commit(id, objects)?;
                for _ in 0..count {
                    id = parent((id, text), 1)?;
                    text = match objects.read(&id) {
                        Some((ObjectKind::Commit, text)) => text,
                        _ => return Err(RevisionError::Unreadable(id)),
                    };
                }
                Ok(id)
            }
            Self::Peel => Ok(*peel(id, objects).last().expect("it begins with the object itself")),
            Self::Tag => match objects.read(&id) {
                Some((ObjectKind::Tag, _)) => Ok(id),
                Some(_) => Err(RevisionError::NoTag(id)),
                None => Err(RevisionError::Unreadable(id)),
            },
            Self::Object => objects.read(&id).map(|_| id).ok_or(RevisionError::Unreadable(id)),
        }
    }
}

fn parent((id, text): (ObjectId, Vec<u8>), number: usize) -> Result<ObjectId, RevisionError> {
    let Some(before) = number.checked_sub(1) else { return Ok(id) };
    header(&text, b"parent ").nth(before).ok_or(RevisionError::NoParent(id, number))
}
