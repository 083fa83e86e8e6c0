//! Reads git's index: versions 2, 3 and 4, and the cache tree.
//!
//! libgit2 reads it too, but does not use the cache tree, which spares most of the
//! comparison. What is not understood here is left to libgit2. The checksum is not verified: that would cost more than all
//! the rest, and every length is checked.

use std::path::Path;

use super::cache_tree::CacheTree;
use super::split::Link;

/// The mode of a submodule's commit.
const GITLINK: u32 = 0o160_000;
/// The mode of a folder, which is an entry in a sparse index only.
const FOLDER: u32 = 0o040_000;
/// Which bits of a mode say what a thing is.
const KIND: u32 = 0o170_000;
/// Bits of the flags, and of the extended flags behind them.
const EXTENDED: u16 = 0x4000;
const INTENT_TO_ADD: u16 = 0x2000;
const NAME_LENGTH: u16 = 0x0FFF;
/// Bytes of an object's name, and of the checksum at the end.
const ID: usize = 20;
const HEADER: usize = 12;
/// Bytes of an entry before its flags.
const BEFORE_FLAGS: usize = 60;

/// The name of an object.
pub(super) type Id = [u8; ID];

/// An entry of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Where its path stands in [`Index::names`].
    name: (u32, u32),
    pub(super) id: Id,
    pub(super) mode: u32,
    /// 0, or 1 to 3 in a conflict.
    pub(super) stage: u8,
    /// Whether the entry only promises that something will be added.
    pub(super) is_intent: bool,
}

impl Entry {
    /// Whether it names a submodule's commit, which is no object of this repository.
    pub(super) fn is_gitlink(&self) -> bool {
        self.mode & KIND == GITLINK
    }

    /// Whether it stands for a whole folder that is not checked out.
    pub(super) fn is_folder(&self) -> bool {
        self.mode & KIND == FOLDER
    }

    /// Whether something with this mode is of the same kind.
    pub(super) fn is_like(&self, mode: u32) -> bool {
        self.mode & KIND == mode & KIND
    }
}

/// The entries of an index, sorted by path, then stage.
#[derive(Debug, Default)]
pub(super) struct Index {
    names: Vec<u8>,
    pub(super) entries: Vec<Entry>,
    pub(super) cache: Option<CacheTree>,
    /// The shared index that this one only says the changes of.
    pub(super) link: Option<Link>,
}

/// Takes bytes from the front of a slice.
struct Bytes<'b> {
    all: &'b [u8],
    at: usize,
}

impl<'b> Bytes<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let taken = self.all.get(self.at..)?.get(..count)?;
        self.at += count;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// What stands before the next NUL, which is taken as well.
    fn line(&mut self) -> Option<&'b [u8]> {
        let length = memchr::memchr(0, self.all.get(self.at..)?)?;
        let line = self.take(length)?;
        self.at += 1;
        Some(line)
    }

    /// A number in git's offset encoding.
    fn varint(&mut self) -> Option<usize> {
        let mut byte = self.take(1)?[0];
        let mut value = usize::from(byte & 0x7F);
        while byte & 0x80 != 0 {
            byte = self.take(1)?[0];
            value = value.checked_add(1)?.checked_mul(128)? + usize::from(byte & 0x7F);
        }
        Some(value)
    }
}

impl Index {
    /// The whole index, from the bytes of its file and what the repository's
    /// `folder` may hold of it; `None` where they are not understood.
    pub(super) fn read(file: Vec<u8>, folder: &Path) -> Option<Self> {
        let mut index = Self::parse(file)?;
        match index.link.take() {
            None => Some(index),
            Some(link) => {
                let whole = link.join(&index, folder)?;
                Some(Self { cache: index.cache, ..whole })
            }
        }
    }

    /// The index in one file; `None` where it is not understood.
    pub(super) fn parse(file: Vec<u8>) -> Option<Self> {
        u32::try_from(file.len()).ok()?;
        let body = file.len().checked_sub(ID).filter(|&end| end >= HEADER)?;
        let mut bytes = Bytes { all: &file[..body], at: 0 };
        if bytes.take(4)? != b"DIRC" {
            return None;
        }
        let (version, count) = (bytes.u32()?, bytes.u32()? as usize);
        // Each entry has more bytes than this: a wrong number must not take all memory.
        if !(2..=4).contains(&version) || count > body / BEFORE_FLAGS {
            return None;
        }
        let mut index = Self { entries: Vec::with_capacity(count), ..Self::default() };
        for _ in 0..count {
            let entry = index.entry(&mut bytes, version)?;
            index.entries.push(entry);
        }
        index.extensions(&mut bytes)?;
        let is_nameless = index.entries.first().is_some_and(|first| first.name.0 == first.name.1);
        if is_nameless && index.link.is_none() {
            return None;
        }
        if version < 4 {
            index.names = file;
        }
        Some(index)
    }

    /// An index of entries that were read elsewhere, in any order, of which the first of a
    /// path and stage counts; `None` where their paths are too long.
    pub(super) fn of(entries: impl Iterator<Item = (Vec<u8>, Entry)>) -> Option<Self> {
        let mut index = Self::default();
        for (path, entry) in entries {
            let name = index.keep(&path)?;
            index.entries.push(Entry { name, ..entry });
        }
        let Self { names, entries, .. } = &mut index;
        let path = |entry: &Entry| &names[entry.name.0 as usize..entry.name.1 as usize];
        entries.sort_by(|one, other| (path(one), one.stage).cmp(&(path(other), other.stage)));
        entries.dedup_by(|one, other| (path(one), one.stage) == (path(other), other.stage));
        Some(index)
    }

    /// An entry without a path, to be given one.
    pub(super) fn nameless(id: Id, mode: u32, stage: u8, is_intent: bool) -> Entry {
        Entry { name: (0, 0), id, mode, stage, is_intent }
    }

    /// The path of an entry, from the root.
    pub(super) fn path(&self, entry: &Entry) -> &[u8] {
        &self.names[entry.name.0 as usize..entry.name.1 as usize]
    }

    fn keep(&mut self, path: &[u8]) -> Option<(u32, u32)> {
        let start = u32::try_from(self.names.len()).ok()?;
        self.names.extend_from_slice(path);
        Some((start, u32::try_from(self.names.len()).ok()?))
    }

    fn entry(&mut self, bytes: &mut Bytes<'_>, version: u32) -> Option<Entry> {
        let start = bytes.at;
        let fixed = bytes.take(BEFORE_FLAGS)?;
        let flags = bytes.u16()?;
        let extended = if flags & EXTENDED == 0 { 0 } else { bytes.u16()? };
        if version < 3 && flags & EXTENDED != 0 {
            return None;
        }
        let name = if version == 4 { self.compressed(bytes)? } else { plain(bytes, start, flags)? };
        let entry = Entry {
            name,
            id: fixed[40..].try_into().ok()?,
            mode: u32::from_be_bytes(fixed[24..28].try_into().ok()?),
            stage: u8::try_from(flags >> 12 & 3).ok()?,
            is_intent: extended & INTENT_TO_ADD != 0,
        };
        let names = if version == 4 { &self.names } else { bytes.all };
        let path = |entry: &Entry| &names[entry.name.0 as usize..entry.name.1 as usize];
        // Only a split index has entries without a path, and those first.
        let is_next = |before: &Entry| {
            (path(before), before.stage) < (path(&entry), entry.stage)
                || path(before).is_empty() && path(&entry).is_empty()
        };
        let is_sound = path(&entry).ends_with(b"/") == entry.is_folder();
        (is_sound && self.entries.last().is_none_or(is_next)).then_some(entry)
    }

    /// A path of version 4: how much of the one before is dropped, and what follows.
    fn compressed(&mut self, bytes: &mut Bytes<'_>) -> Option<(u32, u32)> {
        let dropped = bytes.varint()?;
        let (start, end) = self.entries.last().map_or((0, 0), |entry| entry.name);
        let kept = (end - start) as usize;
        let kept = start as usize..start as usize + kept.checked_sub(dropped)?;
        let from = u32::try_from(self.names.len()).ok()?;
        self.names.extend_from_within(kept);
        self.names.extend_from_slice(bytes.line()?);
        Some((from, u32::try_from(self.names.len()).ok()?))
    }

    /// Extensions with a capital letter may be passed over; the others change what the entries mean.
    fn extensions(&mut self, bytes: &mut Bytes<'_>) -> Option<()> {
        while bytes.at < bytes.all.len() {
            let signature = bytes.take(4)?;
            let length = bytes.u32()? as usize;
            let data = bytes.take(length)?;
            match signature {
                b"link" => self.link = Some(Link::parse(data)?),
                // A cache that is not understood is done without.
                b"TREE" => self.cache = CacheTree::parse(data),
                // The last one marks a sparse index, and says nothing but that folders are entries.
                [b'A'..=b'Z', ..] | b"sdir" => {}
                _ => return None,
            }
        }
        Some(())
    }
}

/// A path of versions 2 and 3, with the NULs that fill the entry up to a multiple of eight.
fn plain(bytes: &mut Bytes<'_>, start: usize, flags: u16) -> Option<(u32, u32)> {
    let from = bytes.at;
    let length = match flags & NAME_LENGTH {
        NAME_LENGTH => memchr::memchr(0, bytes.all.get(from..)?)?,
        length => usize::from(length),
    };
    let name = bytes.take(length)?;
    let filled = (from - start + length + 8) & !7;
    let rest = bytes.take(start + filled - bytes.at)?;
    // A NUL within the path would hide what follows it.
    let is_sound = rest.iter().all(|&byte| byte == 0) && memchr::memchr(0, name).is_none();
    let end = from + length;
    is_sound.then_some((u32::try_from(from).ok()?, u32::try_from(end).ok()?))
}
