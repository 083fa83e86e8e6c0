//! Finds the commit that first carried a blob, for all blobs asked about in one pass.
//!
//! Each tree is decoded once, whatever the number of commits that share it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::rc::Rc;

use git2::{Commit, ObjectType, Oid, Repository, Sort};

use super::{History, HistoryError};

/// Hexadecimal digits of an object's id.
const ID_DIGITS: usize = 40;

/// What carries each blob.
pub type Carriers = HashMap<Oid, Carrier>;

/// What carries a blob.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carrier {
    /// The first commit that carries it, by topology, then by date; `None` where
    /// no ref and no reflog leads to one.
    pub commit: Option<FirstCommit>,
    /// All paths it has at that commit, raw bytes, sorted.
    pub paths: Vec<Vec<u8>>,
    /// Whether the newest commit of the current branch still carries it.
    pub in_head: bool,
}

/// A commit, its texts as raw bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstCommit {
    /// The id, in hexadecimal.
    pub id: String,
    /// The author as `NAME <ADDRESS>`.
    pub author: Vec<u8>,
    /// When it was authored, in seconds since 1970 in UTC.
    pub seconds: i64,
}

/// A blob that is asked about, and its path in some tree.
type Place = (Oid, Vec<u8>);

/// The pass over all commits.
struct Pass<'r> {
    repository: &'r Repository,
    wanted: HashSet<Oid>,
    /// What each tree holds of the wanted blobs, at or below it.
    trees: HashMap<Oid, Rc<Vec<Place>>>,
}

impl History {
    /// What carries `objects`; each of them has an entry. A commit carries itself,
    /// a tag is carried by nothing.
    ///
    /// # Errors
    /// When git cannot read the refs. Commits and trees that it cannot read carry nothing.
    pub fn carriers(&self, objects: &[Oid]) -> Result<Carriers, HistoryError> {
        let repository = self.repository()?;
        let mut wanted: HashSet<Oid> = objects.iter().copied().collect();
        let mut carriers: Carriers = wanted.iter().map(|id| (*id, Carrier::default())).collect();
        for id in objects {
            if let Ok(commit) = repository.find_commit(*id) {
                carriers.insert(*id, Carrier { commit: Some(first(&commit)), ..Carrier::default() });
                wanted.remove(id);
            }
        }
        if wanted.is_empty() {
            return Ok(carriers);
        }
        let mut pass = Pass { repository: &repository, wanted, trees: HashMap::new() };
        for commit in commits(&repository)? {
            let Ok(commit) = repository.find_commit(commit) else { continue };
            let places = pass.places(commit.tree_id());
            note(&commit, &places, &mut carriers);
        }
        if let Some(tree) = repository.head().ok().and_then(|head| head.peel_to_tree().ok()) {
            for (id, _) in pass.places(tree.id()).iter() {
                if let Some(carrier) = carriers.get_mut(id) {
                    carrier.in_head = true;
                }
            }
        }
        Ok(carriers)
    }
}

impl Pass<'_> {
    /// The wanted blobs in a tree. Trees are walked with a stack of their own, for
    /// a hostile one may be deeper than the program's.
    fn places(&mut self, root: Oid) -> Rc<Vec<Place>> {
        let mut open = vec![root];
        while let Some(&id) = open.last() {
            if self.trees.contains_key(&id) {
                open.pop();
                continue;
            }
            let before = open.len();
            open.extend(self.children(id).into_iter().filter(|child| !self.trees.contains_key(child)));
            if open.len() == before {
                let places = self.gather(id);
                self.trees.insert(id, Rc::new(places));
                open.pop();
            }
        }
        self.trees.get(&root).cloned().unwrap_or_default()
    }

    fn children(&self, tree: Oid) -> Vec<Oid> {
        let Ok(tree) = self.repository.find_tree(tree) else { return Vec::new() };
        tree.iter().filter(|entry| entry.kind() == Some(ObjectType::Tree)).map(|entry| entry.id()).collect()
    }

    /// The wanted blobs of a tree whose subtrees are known.
    fn gather(&self, id: Oid) -> Vec<Place> {
        let Ok(tree) = self.repository.find_tree(id) else { return Vec::new() };
        let mut places = Vec::new();
        for entry in &tree {
            if self.wanted.contains(&entry.id()) {
                places.push((entry.id(), entry.name_bytes().to_vec()));
            } else if let Some(below) = self.trees.get(&entry.id()) {
                let within = |(id, path): &Place| (*id, [entry.name_bytes(), b"/", path].concat());
                places.extend(below.iter().map(within));
            }
        }
        places
    }
}

/// Notes the carrier of what `commit` is the first to carry.
fn note(commit: &Commit<'_>, places: &[Place], carriers: &mut Carriers) {
    let mut paths: HashMap<Oid, BTreeSet<&[u8]>> = HashMap::new();
    for (id, path) in places {
        paths.entry(*id).or_default().insert(path);
    }
    for (id, paths) in paths {
        let Some(carrier) = carriers.get_mut(&id).filter(|carrier| carrier.commit.is_none()) else {
            continue;
        };
        carrier.commit = Some(first(commit));
        carrier.paths = paths.into_iter().map(<[u8]>::to_vec).collect();
    }
}

fn first(commit: &Commit<'_>) -> FirstCommit {
    let author = commit.author();
    FirstCommit {
        id: commit.id().to_string(),
        author: [author.name_bytes(), b" <", author.email_bytes(), b">"].concat(),
        seconds: author.when().seconds(),
    }
}

/// All commits that a ref, a reflog or HEAD leads to, parents before children.
fn commits(repository: &Repository) -> Result<Vec<Oid>, git2::Error> {
    let mut walk = repository.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME | Sort::REVERSE)?;
    // A ref that leads to no commit, or to nothing, is no reason to give up on the others.
    for reference in repository.references()?.flatten() {
        if let Ok(commit) = reference.peel_to_commit() {
            let _ = walk.push(commit.id());
        }
    }
    for id in logged(repository.commondir()) {
        let _ = walk.push(id);
    }
    let _ = walk.push_head();
    Ok(walk.flatten().collect())
}

/// The ids in all reflogs, those of linked work trees included. They are read
/// here because libgit2 makes the file of a reflog that it is asked for.
fn logged(folder: &Path) -> Vec<Oid> {
    let mut ids = Vec::new();
    let mut open = vec![folder.join("logs")];
    let trees = fs::read_dir(folder.join("worktrees")).into_iter().flatten().flatten();
    open.extend(trees.map(|tree| tree.path().join("logs")));
    while let Some(path) = open.pop() {
        if let Ok(entries) = fs::read_dir(&path) {
            open.extend(entries.flatten().map(|entry| entry.path()));
        } else if let Ok(log) = fs::read(&path) {
            let words =
                log.split(|&byte| byte == b'\n').flat_map(|line| line.split(|&byte| byte == b' ').take(2));
            let id = |word: &[u8]| std::str::from_utf8(word).ok().and_then(|word| Oid::from_str(word).ok());
            ids.extend(words.filter(|word| word.len() == ID_DIGITS).filter_map(id));
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}
