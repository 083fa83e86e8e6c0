//! A file mapped into memory, read only.
//!
//! **Invariant:** the only `unsafe` of this room stands here.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

/// The bytes of a file. It keeps them when the file is unlinked or replaced.
pub(super) struct Map(Option<Mmap>);

impl Map {
    /// Maps the whole file at `path`.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        // Opening a pipe would wait for whoever writes into it.
        if !path.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
        }
        let file = File::open(path)?;
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
        }
        // An empty range cannot be mapped on every system.
        if meta.len() == 0 {
            return Ok(Self(None));
        }
        // SAFETY: the bytes must not change while they are borrowed. Git writes
        // packs and their indexes under another name, syncs and renames them, and
        // from then on only unlinks them or renames a new file over them, which
        // leaves the mapped one as it is. Someone who writes into or truncates a
        // pack in place breaks git's own readers in the same way: they see other
        // bytes, which every reader here checks before use as the bytes of a
        // stranger, or the system ends the process (SIGBUS).
        let map = unsafe { Mmap::map(&file)? };
        Ok(Self(Some(map)))
    }
}

impl Deref for Map {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}
