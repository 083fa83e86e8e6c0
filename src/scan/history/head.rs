//! What HEAD has at a path: an object that HEAD has may stand at another path there than
//! the one that it is told of at.
//!
//! Only an audit asks, which tells of the other path, too.

use std::collections::HashMap;

use crate::pack::ObjectId;
use crate::source::history::{History, Tip, TipKind, TreeEntry, TreeKind};

/// The tree of HEAD, as far as it was asked for.
pub(super) struct Head<'h> {
    history: &'h History,
    root: Option<ObjectId>,
    /// The entries of the trees on the way, sorted by name; none where they cannot be read.
    trees: HashMap<ObjectId, Option<Vec<TreeEntry>>>,
}

impl<'h> Head<'h> {
    /// What HEAD is among `tips`.
    pub(super) fn of(history: &'h History, tips: &[Tip]) -> Self {
        let head = tips.iter().find(|tip| tip.kind == TipKind::Head).and_then(|tip| tip.objects.last());
        let root = head.and_then(|commit| history.tree_of(commit).ok());
        Self { history, root, trees: HashMap::new() }
    }

    /// Whether HEAD has `object` at `path`, which is shown with the prefix of the history.
    /// True where that cannot be found out, for only objects that HEAD has are asked about.
    pub(super) fn has(&mut self, path: &[u8], object: ObjectId) -> bool {
        let Some(mut at) = self.root else { return true };
        let history = self.history;
        let inside = path.strip_prefix(history.prefix()).unwrap_or(path);
        let mut is_folder = true;
        for name in inside.split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
            if !is_folder {
                return false;
            }
            let entries = self.trees.entry(at).or_insert_with(|| history.entries_of(&at).ok());
            let Some(entries) = entries else { return true };
            let Ok(place) = entries.binary_search_by(|entry| entry.name.as_slice().cmp(name)) else {
                return false;
            };
            (at, is_folder) = (entries[place].id, entries[place].kind == TreeKind::Folder);
        }
        at == object
    }
}
