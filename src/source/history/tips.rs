//! What keeps objects from being thrown away: refs, the stash, logs, indexes.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::History;
use super::graph::{Tip, TipKind};
use super::names::Indexed;
use crate::model::ObjectKind;
use crate::pack::{Decoder, ObjectId};
use crate::source::refs::{Ref, Refs};
use crate::source::revision;

/// The name of the stash.
const STASH: &[u8] = b"refs/stash";

/// All tips of a repository.
#[derive(Debug, Default)]
pub struct Tips {
    /// The tips.
    pub list: Vec<Tip>,
    /// Refs and logs that cannot be read, and why.
    pub problems: Vec<(PathBuf, String)>,
}

impl History {
    /// What leads to objects; `indexed` is what the indexes list.
    pub fn tips(&self, indexed: &Indexed) -> Tips {
        let refs = self.refs();
        let mut list = Vec::new();
        let is_on_branch = refs.head.as_ref().is_some_and(|head| head.branch.is_some());
        if let Some(target) = refs.head.as_ref().and_then(|head| head.target) {
            let objects = revision::peel(target, self);
            list.push(Tip { kind: TipKind::Head, name: b"HEAD".to_vec(), objects });
        }
        for one in &refs.refs {
            // What HEAD stands for is listed by its own name.
            if one.name == b"HEAD" && is_on_branch {
                continue;
            }
            let kind = if one.name == STASH { TipKind::Stash } else { TipKind::Ref };
            let objects = revision::peel_to(one.target, one.peeled, self);
            list.push(Tip { kind, name: one.name.clone(), objects });
        }
        for log in &refs.reflogs {
            let kind = if log.name == STASH { TipKind::Stash } else { TipKind::Reflog };
            list.push(Tip { kind, name: log.name.clone(), objects: log.ids.clone() });
        }
        let objects = indexed.entries.iter().filter_map(|(_, id)| *id).collect();
        list.push(Tip { kind: TipKind::Index, name: b"index".to_vec(), objects });
        Tips { list, problems: refs.problems.clone() }
    }

    /// The refs, which are read once.
    pub(super) fn refs(&self) -> &Refs {
        self.refs.get_or_init(|| Refs::read(&self.place))
    }

    /// What the refs and the index name and is not here, and refs that cannot be read,
    /// with the reason.
    pub fn broken(&self, indexed: &Indexed) -> Vec<(String, String)> {
        let refs = self.refs();
        // What a command noted for itself beside the refs leads to nothing that counts.
        let is_ref = |path: &Path| path.ends_with("HEAD") || path.to_string_lossy().contains("refs");
        let problems = refs.problems.iter().filter(|(path, _)| is_ref(path));
        let mut broken: Vec<(String, String)> =
            problems.map(|(path, why)| (path.to_string_lossy().into_owned(), why.clone())).collect();
        let counts = |one: &&Ref| one.name.starts_with(b"refs/") || one.name == b"HEAD";
        let mut named: Vec<(String, ObjectId)> = Vec::new();
        for one in refs.refs.iter().filter(counts) {
            named.push((String::from_utf8_lossy(&one.name).into_owned(), one.target));
        }
        for (path, id) in &indexed.entries {
            named.extend(id.map(|id| (format!("index: {}", String::from_utf8_lossy(path)), id)));
        }
        let missing: HashSet<ObjectId> =
            self.missing(named.iter().map(|(_, id)| *id).collect()).into_iter().collect();
        named.retain(|(_, id)| missing.contains(id));
        broken
            .extend(named.into_iter().map(|(name, _)| (name, "names an object that is not here".to_owned())));
        broken
    }
}

impl revision::Objects for History {
    fn by_prefix(&self, digits: &str) -> Vec<ObjectId> {
        self.store.by_prefix(digits)
    }

    fn read(&self, id: &ObjectId) -> Option<(ObjectKind, Vec<u8>)> {
        self.fetch(id, &mut Decoder::new(Decoder::LIMIT)).ok()?
    }
}
