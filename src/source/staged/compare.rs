//! Which entries of the index are not as HEAD has them.
//!
//! A folder that the cache tree knows to be HEAD's is passed over whole, without a
//! look at HEAD's trees. A tree of HEAD that cannot be read counts as empty: then
//! more is read than need be, and nothing less.
//!
//! **Invariant:** every entry is compared, or lies in a folder that is equal.

use std::ops::Range;

use git2::{ErrorCode, ObjectType, Oid, Repository, Tree, TreeEntry};

use super::cache_tree::CacheTree;
use super::index::{Entry, Id, Index};

/// A folder to be compared.
struct Folder<'r> {
    /// Its entries.
    entries: Range<usize>,
    /// Bytes of its path, the slash included.
    prefix: usize,
    /// The same folder in HEAD.
    tree: Option<Tree<'r>>,
    cache: Option<&'r CacheTree>,
}

/// The entries of `index` that `head`, a tree of `git`, does not have just so; as numbers, in no order.
///
/// # Errors
/// When the tree of HEAD itself cannot be read.
pub(super) fn changed(index: &Index, head: Option<Oid>, git: &Repository) -> Result<Vec<usize>, git2::Error> {
    let all = 0..index.entries.len();
    let cache = index.cache.as_ref();
    let is_head =
        |(count, id): (usize, Id)| count == all.len() && head.is_some_and(|head| head.as_bytes() == id);
    if cache.and_then(|cache| cache.valid).is_some_and(is_head) {
        return Ok(Vec::new());
    }
    let tree = head.map(|head| git.find_tree(head)).transpose()?;
    let mut changed = Vec::new();
    let mut folders = vec![Folder { entries: all, prefix: 0, tree, cache }];
    while let Some(folder) = folders.pop() {
        folder.compare(index, git, &mut changed, &mut folders)?;
    }
    Ok(changed)
}

impl<'r> Folder<'r> {
    /// Compares the files of the folder and passes on the folders in it.
    fn compare(
        self,
        index: &'r Index,
        git: &'r Repository,
        changed: &mut Vec<usize>,
        folders: &mut Vec<Folder<'r>>,
    ) -> Result<(), git2::Error> {
        let mut tree = self.tree.as_ref().map(Cursor::new);
        let mut at = self.entries.start;
        while at < self.entries.end {
            let entry = &index.entries[at];
            let path = index.path(entry);
            let name = &path[self.prefix..];
            let Some(slash) = memchr::memchr(b'/', name) else {
                let old = tree.as_mut().and_then(|tree| tree.find(name));
                if !old.is_some_and(|old| is_same(entry, &old)) {
                    changed.push(at);
                }
                at += 1;
                continue;
            };
            let name = &name[..slash];
            let prefix = self.prefix + slash + 1;
            let cache = self.cache.and_then(|cache| cache.folder(name));
            let old = tree.as_mut().and_then(|tree| tree.find(name));
            let old = old.filter(|old| old.kind() == Some(ObjectType::Tree)).map(|old| old.id());
            if entry.is_folder() && prefix == path.len() {
                if old.is_none_or(|old| old.as_bytes() != entry.id) {
                    changed.push(at);
                }
                at += 1;
                continue;
            }
            let valid = cache.and_then(|cache| cache.valid);
            let valid =
                valid.and_then(|(count, id)| Some((self.run(index, at, count, &path[..prefix])?, id)));
            let end = match valid {
                Some((end, id)) if old.is_some_and(|old| old.as_bytes() == id) => {
                    at = end;
                    continue;
                }
                Some((end, _)) => end,
                None => at + self.count(index, at, &path[..prefix]),
            };
            let tree = match old.map(|old| git.find_tree(old)).transpose() {
                Err(error) if error.code() == ErrorCode::NotFound => None,
                tree => tree?,
            };
            folders.push(Folder { entries: at..end, prefix, tree, cache });
            at = end;
        }
        Ok(())
    }

    /// Where the folder at `prefix` ends that begins at `at` and has `count`
    /// entries; `None` where these are not just its entries.
    fn run(&self, index: &Index, at: usize, count: usize, prefix: &[u8]) -> Option<usize> {
        let end = at.checked_add(count).filter(|&end| end > at && end <= self.entries.end)?;
        let is_in = |number: usize| index.path(&index.entries[number]).starts_with(prefix);
        let is_whole = is_in(end - 1) && !(end < self.entries.end && is_in(end));
        is_whole.then_some(end)
    }

    /// How many entries from `at` on lie in the folder at `prefix`.
    fn count(&self, index: &Index, at: usize, prefix: &[u8]) -> usize {
        index.entries[at..self.entries.end].partition_point(|entry| index.path(entry).starts_with(prefix))
    }
}

/// Whether HEAD has the content of `entry` at its path, whatever the permissions.
fn is_same(entry: &Entry, old: &TreeEntry<'_>) -> bool {
    let mode = u32::try_from(old.filemode_raw()).unwrap_or(0);
    !entry.is_intent && entry.is_like(mode) && old.id().as_bytes() == entry.id
}

/// Looks up names in a tree that are mostly asked for in its own order.
struct Cursor<'t> {
    tree: &'t Tree<'t>,
    next: usize,
}

impl<'t> Cursor<'t> {
    fn new(tree: &'t Tree<'t>) -> Self {
        Self { tree, next: 0 }
    }

    fn find(&mut self, name: &[u8]) -> Option<TreeEntry<'t>> {
        if let Some(entry) = self.tree.get(self.next)
            && entry.name_bytes() == name
        {
            self.next += 1;
            return Some(entry);
        }
        // Something was added or deleted before it.
        let ahead = self.tree.get(self.next + 1).filter(|entry| entry.name_bytes() == name);
        if ahead.is_some() {
            self.next += 2;
            return ahead;
        }
        self.tree.get_name_bytes(name)
    }
}
