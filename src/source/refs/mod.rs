//! What the refs of a repository hold: branches, tags, HEAD and its like, those of
//! linked work trees, and the reflogs.
//!
//! Files are read as git writes them, because libgit2 opens no partial clone and
//! makes the file of a reflog that it is asked for. Refs in reftables are refused
//! where the repository is opened.
//!
//! **Invariant:** nothing is written, and what cannot be read is in the list of problems.

mod list;
mod packed;
mod reflog;
mod resolve;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::pack::ObjectId;

use super::git_dir::GitDir;
use list::Places;
use packed::Packed;
pub use resolve::RefError;
use resolve::Value;
pub(super) use resolve::{is_name, is_whole, resolve};

/// Files that hold an id on each line, and more behind it.
const MANY: [&[u8]; 2] = [b"FETCH_HEAD", b"MERGE_HEAD"];

/// Where something could not be read, and why.
pub(super) type Problems = Vec<(PathBuf, String)>;

/// A name and the object it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ref {
    /// The full name: `refs/heads/main`, `HEAD`, or `worktrees/<name>/HEAD` and
    /// `main-worktree/HEAD` for what another work tree has for itself. Any bytes.
    pub(super) name: Vec<u8>,
    pub(super) target: ObjectId,
    /// What the tag that it stands for leads to, where `packed-refs` says so.
    pub(super) peeled: Option<ObjectId>,
}

/// What HEAD says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// The full name of the branch, `None` where HEAD is detached.
    pub(super) branch: Option<Vec<u8>>,
    /// The commit, `None` before the branch has one.
    pub(super) target: Option<ObjectId>,
}

/// The past of a ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reflog {
    /// As that of a [`Ref`]; the ref itself may be gone.
    pub(super) name: Vec<u8>,
    /// What it ever stood for, sorted, each once.
    pub(super) ids: Vec<ObjectId>,
}

/// All refs of a repository.
#[derive(Debug, Default)]
#[expect(clippy::struct_field_names, reason = "the refs are what git calls refs, and reflogs are none")]
pub(super) struct Refs {
    /// HEAD of the work tree that was asked about; `None` where it cannot be read.
    pub(super) head: Option<Head>,
    /// All that stand for something, HEAD among them, sorted by name. `FETCH_HEAD` and
    /// `MERGE_HEAD` are there once for each id that they hold.
    pub(super) refs: Vec<Ref>,
    /// Sorted by name.
    pub(super) reflogs: Vec<Reflog>,
    /// Files that say nothing that can be understood.
    pub(super) problems: Problems,
}

impl Refs {
    /// Reads all refs and reflogs. A symbolic ref that leads to nothing is left out.
    pub(super) fn read(git: &GitDir) -> Self {
        let mut all = Self::default();
        let places = Places::of(git, &mut all.problems);
        let files = places.refs(&mut all.problems);
        let mut loose = BTreeMap::new();
        for (name, file) in files {
            all.loose(name, file, &mut loose);
        }
        // Read last, so that what is packed meanwhile is not lost.
        let packed = Packed::read(&git.common, &mut all.problems);
        for (name, value) in &loose {
            let target = match value {
                Value::Id(id) => Some(*id),
                Value::Symbolic(_) => all.follow(git, name, &packed),
            };
            if name == b"HEAD" {
                let branch = value.symbolic().map(<[u8]>::to_vec);
                all.head = Some(Head { branch, target });
            }
            all.refs.extend(target.map(|target| Ref { name: name.clone(), target, peeled: None }));
        }
        all.refs.extend(packed.refs().filter(|packed| !loose.contains_key(&packed.name)));
        all.refs.sort_by(|one, other| (&one.name, one.target).cmp(&(&other.name, other.target)));
        all.reflogs = places
            .logs(&mut all.problems)
            .into_iter()
            .filter_map(|(name, file)| reflog::read(name, file, &mut all.problems))
            .collect();
        all.reflogs.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    /// Reads the file of one ref.
    fn loose(&mut self, name: Vec<u8>, file: PathBuf, loose: &mut BTreeMap<Vec<u8>, Value>) {
        let last = name.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        if MANY.contains(&last) && !name.starts_with(b"refs/") {
            let read = resolve::many(&file);
            let (targets, malformed) = read.unwrap_or_else(|error| {
                self.fails(file.clone(), &error);
                Default::default()
            });
            note(file, malformed, &mut self.problems);
            let one = |target| Ref { name: name.clone(), target, peeled: None };
            self.refs.extend(targets.into_iter().map(one));
            return;
        }
        match resolve::value(&file) {
            Ok(Some(value)) => drop(loose.insert(name, value)),
            // It was packed or deleted since it was listed.
            Ok(None) => {}
            Err(error) => self.fails(file, &error),
        }
    }

    /// What a symbolic ref leads to.
    fn follow(&mut self, git: &GitDir, name: &[u8], packed: &Packed) -> Option<ObjectId> {
        resolve::follow(git, name, |name| Ok(packed.find(name))).unwrap_or_else(|error| {
            // What it leads to is listed itself; said twice, it would look like two.
            let file = resolve::file(git, name);
            if !self.problems.iter().any(|(known, _)| known == error.file()) {
                self.fails(file, &error);
            }
            None
        })
    }

    fn fails(&mut self, file: PathBuf, error: &RefError) {
        self.problems.push((file, error.reason()));
    }
}

/// Notes that so many lines of a file are malformed.
fn note(file: PathBuf, malformed: usize, problems: &mut Problems) {
    match malformed {
        0 => {}
        1 => problems.push((file, "1 line is malformed".to_owned())),
        _ => problems.push((file, format!("{malformed} lines are malformed"))),
    }
}
