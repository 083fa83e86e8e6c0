//! What keeps objects from being thrown away: refs, the stash, logs, indexes.

use std::path::PathBuf;

use super::History;
use super::graph::{Tip, TipKind};
use super::names::Indexed;
use crate::model::ObjectKind;
use crate::pack::{Decoder, ObjectId};
use crate::source::refs::Refs;
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
        let refs = Refs::read(&self.place);
        let mut list = Vec::new();
        let is_on_branch = refs.head.as_ref().is_some_and(|head| head.branch.is_some());
        if let Some(target) = refs.head.and_then(|head| head.target) {
            let objects = revision::peel(target, self);
            list.push(Tip { kind: TipKind::Head, name: b"HEAD".to_vec(), objects });
        }
        for one in refs.refs {
            // What HEAD stands for is listed by its own name.
            if one.name == b"HEAD" && is_on_branch {
                continue;
            }
            let kind = if one.name == STASH { TipKind::Stash } else { TipKind::Ref };
            let objects = revision::peel_to(one.target, one.peeled, self);
            list.push(Tip { kind, name: one.name, objects });
        }
        for log in refs.reflogs {
            let kind = if log.name == STASH { TipKind::Stash } else { TipKind::Reflog };
            list.push(Tip { kind, name: log.name, objects: log.ids });
        }
        let objects = indexed.entries.iter().filter_map(|(_, id)| *id).collect();
        list.push(Tip { kind: TipKind::Index, name: b"index".to_vec(), objects });
        Tips { list, problems: refs.problems }
    }
}

impl History {
    /// What the refs and the index name and is not here, and refs that cannot be read,
    /// with the reason.
    pub fn broken(&self, indexed: &Indexed) -> Vec<(String, String)> {
        let refs = Refs::read(&self.place);
        let mut broken = Vec::new();
        for (path, why) in refs.problems {
            // What a command noted for itself beside the refs leads to nothing that counts.
            let is_ref = path.ends_with("HEAD") || path.to_string_lossy().contains("refs");
            if is_ref {
                broken.push((path.to_string_lossy().into_owned(), why));
            }
        }
        let missing = |name: String| (name, "names an object that is not here".to_owned());
        for one in refs.refs {
            if (one.name.starts_with(b"refs/") || one.name == b"HEAD") && !self.has(&one.target) {
                broken.push(missing(String::from_utf8_lossy(&one.name).into_owned()));
            }
        }
        let entries = indexed.entries.iter().filter(|(_, id)| id.is_some_and(|id| !self.has(&id)));
        broken.extend(entries.map(|(path, _)| missing(format!("index: {}", String::from_utf8_lossy(path)))));
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
