//! Reads `packed-refs`: a name and an id on each line, and behind a tag what it leads to.
//!
//! The file is trusted to be neither sorted nor peeled in full, whatever its header says.

use std::collections::HashMap;
use std::path::Path;

use crate::pack::ObjectId;

use super::resolve::{self, RefError};
use super::{Problems, Ref, note};

const FILE: &str = "packed-refs";
/// Digits of an id, and the space behind them.
const BEFORE_NAME: usize = 2 * ObjectId::LEN + 1;

/// All that is packed.
#[derive(Debug, Default)]
pub(super) struct Packed {
    refs: HashMap<Vec<u8>, (ObjectId, Option<ObjectId>)>,
}

/// A line of the file.
enum Line<'l> {
    Comment,
    Ref(&'l [u8], ObjectId),
    Peeled(ObjectId),
}

impl<'l> Line<'l> {
    /// `None` where the line is malformed.
    fn parse(line: &'l [u8]) -> Option<Self> {
        match line {
            [] | [b'#', ..] => Some(Self::Comment),
            [b'^', id @ ..] => resolve::id(id).map(Self::Peeled),
            _ => {
                let name = line.get(BEFORE_NAME..).filter(|name| !name.is_empty())?;
                let is_apart = line[BEFORE_NAME - 1] == b' ';
                resolve::id(line).filter(|_| is_apart).map(|id| Self::Ref(name, id))
            }
        }
    }
}

impl Packed {
    /// What is packed in the git folder `common`; no file is as good as an empty one.
    pub(super) fn read(common: &Path, problems: &mut Problems) -> Self {
        let file = common.join(FILE);
        let mut packed = Self::default();
        let text = match resolve::read(&file, u64::MAX) {
            Ok(text) => text.unwrap_or_default(),
            Err(error) => {
                problems.push((file, error.reason()));
                return packed;
            }
        };
        let (mut tag, mut malformed): (Option<Vec<u8>>, _) = (None, 0);
        for line in text.split(|&byte| byte == b'\n') {
            match Line::parse(line) {
                Some(Line::Comment) => {}
                Some(Line::Ref(name, id)) => {
                    packed.refs.insert(name.to_vec(), (id, None));
                    tag = Some(name.to_vec());
                }
                Some(Line::Peeled(id)) => {
                    if let Some((_, peeled)) = tag.take().and_then(|tag| packed.refs.get_mut(&tag)) {
                        *peeled = Some(id);
                    }
                }
                None => malformed += 1,
            }
        }
        note(file, malformed, problems);
        packed
    }

    /// What the ref with this full name stands for.
    pub(super) fn find(&self, name: &[u8]) -> Option<ObjectId> {
        self.refs.get(name).map(|(id, _)| *id)
    }

    /// All refs, in no order.
    pub(super) fn refs(&self) -> impl Iterator<Item = Ref> {
        self.refs.iter().map(|(name, (target, peeled))| Ref {
            name: name.clone(),
            target: *target,
            peeled: *peeled,
        })
    }
}

/// What one ref stands for, without making a list of all.
pub(super) fn find(common: &Path, name: &[u8]) -> Result<Option<ObjectId>, RefError> {
    let file = common.join(FILE);
    let text = resolve::read(&file, u64::MAX)?.unwrap_or_default();
    // The name stands at the end of its line, and what is before it has one length.
    let is_line = |at: &usize| {
        let before = at.checked_sub(BEFORE_NAME);
        let begins = before.is_some_and(|begin| begin == 0 || text[begin - 1] == b'\n');
        begins && text.get(at + name.len()).is_none_or(|&byte| byte == b'\n')
    };
    let Some(at) = memchr::memmem::find_iter(&text, name).find(is_line) else { return Ok(None) };
    match Line::parse(&text[at - BEFORE_NAME..at + name.len()]) {
        Some(Line::Ref(_, id)) => Ok(Some(id)),
        _ => Err(RefError::Malformed(file, "it holds neither an object's name nor that of a ref")),
    }
}
