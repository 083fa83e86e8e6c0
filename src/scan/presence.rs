//! Tells a baseline which files moved, by the commit that a change is held against.
//!
//! Nothing is opened before the first question, and each answer is found once. Where
//! git cannot tell, the answer is the one by which a finding is reported.
//!
//! **Invariant:** content is judged as the scan judged it: with its detector, its policy,
//! and archives and notebooks opened, and images looked at, if they were.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;

use crate::detect::Detector;
use crate::model::{Blob, ObjectKind, PathName, Provenance};
use crate::pack::{Decoder, ObjectId};
use crate::select::Policy;
use crate::source::history::{Ends, History, HistoryError, Limits};
use crate::source::snapshot::{Kind, Snapshot};
use crate::source::{Content, Packed, Worker as _};
use crate::suppress::baseline::{Presence, View};

use super::{Opening, Progress, Worker};

/// What was scanned.
#[derive(Debug, Clone)]
pub enum Scanned {
    /// Files below this folder, which may be the root of a repository.
    Folder(PathBuf),
    /// The index of the repository that this path lies in, or that git would use here.
    Index(Option<PathBuf>),
    /// The history of such a repository, within limits.
    History(Option<PathBuf>, Limits),
    /// All of such a repository, its work tree and index included.
    All(Option<PathBuf>),
    /// A deployed front end, of which nobody knows what it was before: nothing moves there.
    Addresses,
}

/// The digests of the secrets in something.
type Digests = Rc<HashSet<String>>;

/// What moved, in what was scanned.
pub struct Moves<'d> {
    scanned: Scanned,
    detector: &'d Detector,
    policy: &'d Policy,
    /// What is opened, and looked at.
    opening: Opening<'d>,
    opened: OnceCell<Opened>,
    /// The digests of the secrets in a blob at a path.
    digests: RefCell<HashMap<(ObjectId, Vec<u8>), Digests>>,
    taken: OnceCell<HashMap<String, usize>>,
    paths: OnceCell<HashMap<ObjectId, Vec<Vec<u8>>>>,
}

/// The files on both sides of a change.
#[derive(Default)]
struct Opened {
    history: Option<Rc<History>>,
    /// None where it cannot be told.
    now: Option<Snapshot>,
    /// More files that are there now, beside those.
    beside: Vec<Snapshot>,
    /// Files that are still kept, though they need not be there now: those of the index and
    /// of HEAD, of a work tree that is scanned with them.
    kept: Vec<Snapshot>,
    before: Before,
}

/// What was there before the change.
#[derive(Default)]
enum Before {
    /// It cannot be told.
    #[default]
    Unknown,
    /// There is no change: all is as it was.
    Same,
    /// These files.
    Files(Snapshot),
}

impl Opened {
    /// The files of the newest commit within `limits`, and those before the oldest.
    fn of_commits(history: &Rc<History>, limits: &Limits) -> Option<Self> {
        let Ends { tip, others, base } = history.ends(limits).ok()?;
        let commit = |id: ObjectId| Snapshot::commit(history, &id).ok();
        let before = match base {
            None => Before::Same,
            Some(base) => commit(base).map_or(Before::Unknown, Before::Files),
        };
        // Without a commit there are no files; of a tag of a tree nobody can tell.
        let is_part = limits.range.is_some() || limits.between.is_some();
        let none = || (!is_part).then(|| Snapshot::Index(Vec::new()));
        let now = tip.map_or_else(none, commit);
        // What is in any of the branches is not past.
        let beside: Option<Vec<Snapshot>> = others.into_iter().map(commit).collect();
        let now = now.filter(|_| beside.is_some());
        Some(Self { now, before, beside: beside.unwrap_or_default(), ..Self::default() })
    }
}

impl<'d> Moves<'d> {
    /// For what was scanned with `detector` and `policy`, and what was opened and looked at.
    pub fn new(scanned: Scanned, detector: &'d Detector, policy: &'d Policy, opening: Opening<'d>) -> Self {
        Self {
            scanned,
            detector,
            policy,
            opening,
            opened: OnceCell::new(),
            digests: RefCell::default(),
            taken: OnceCell::new(),
            paths: OnceCell::new(),
        }
    }

    fn opened(&self) -> &Opened {
        self.opened.get_or_init(|| self.open().unwrap_or_default())
    }

    fn open(&self) -> Option<Opened> {
        if let Scanned::Folder(root) = &self.scanned
            && !root.join(".git").exists()
        {
            let now = Some(Snapshot::Folder(root.clone()));
            return Some(Opened { now, before: Before::Same, ..Opened::default() });
        }
        let repository = match &self.scanned {
            Scanned::Folder(root) => Some(root.as_path()),
            Scanned::Index(path) | Scanned::History(path, _) | Scanned::All(path) => path.as_deref(),
            Scanned::Addresses => return None,
        };
        let history = Rc::new(History::open(repository).ok()?);
        let mut opened = match &self.scanned {
            Scanned::Folder(root) => {
                let now = Snapshot::work_tree(root, &history).ok();
                Opened { now, before: before_head(&history), ..Opened::default() }
            }
            Scanned::Index(_) => {
                let now = Snapshot::index(&history).ok();
                Opened { now, before: before_head(&history), ..Opened::default() }
            }
            Scanned::History(_, limits) => Opened::of_commits(&history, limits)?,
            Scanned::Addresses => return None,
            Scanned::All(_) if history.is_bare() => {
                let opened = Opened::of_commits(&history, &Limits::default())?;
                Opened { before: before_head(&history), ..opened }
            }
            Scanned::All(_) => {
                let now = Snapshot::work_tree(history.root(), &history).ok();
                let head = Opened::of_commits(&history, &Limits::default())?.now;
                let kept = Snapshot::index(&history).ok().into_iter().chain(head).collect();
                Opened { now, before: before_head(&history), kept, ..Opened::default() }
            }
        };
        if history.is_bare() {
            // Git's own files have paths as those of any other there.
            opened.beside.push(Snapshot::Folder(history.root().to_owned()));
        }
        opened.history = Some(history);
        Some(opened)
    }

    /// The path in `files` that `name` stands for, and what is there: the file itself, or
    /// the archive that it is a member of.
    fn find(&self, files: &Snapshot, name: &PathName) -> Result<Option<(Vec<u8>, Kind)>, HistoryError> {
        let whole = name.as_str();
        let ends = whole.match_indices('!').map(|(at, _)| at);
        for end in [whole.len()].into_iter().chain(ends) {
            let name = PathName::of_shown(&whole[..end]);
            let found = if name.as_str().contains("****") {
                self.unmask(files, b"", name.as_str())?
            } else {
                let path = name.to_bytes();
                files.kind(&path)?.map(|kind| (path, kind))
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The path below `folder` that is shown as `name`, of which a part is masked.
    fn unmask(
        &self,
        files: &Snapshot,
        folder: &[u8],
        name: &str,
    ) -> Result<Option<(Vec<u8>, Kind)>, HistoryError> {
        let depth = memchr::memchr_iter(b'/', folder).count() + usize::from(!folder.is_empty());
        let Some((end, part)) = parts(name).nth(depth) else { return Ok(None) };
        let candidates = if part.contains("****") {
            files.names(folder)?
        } else {
            vec![PathName::of_shown(part).to_bytes()]
        };
        for candidate in candidates {
            let joint: &[u8] = if folder.is_empty() { b"" } else { b"/" };
            let path = [folder, joint, &candidate].concat();
            if self.detector.path_name(&path).as_str() != &name[..end] {
                continue;
            }
            let found = if end == name.len() {
                files.kind(&path)?.map(|kind| (path, kind))
            } else {
                self.unmask(files, &path, name)?
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The digests of the secrets in the blob `id` at `path`, and in its name.
    fn digests(&self, id: ObjectId, path: &[u8]) -> Digests {
        let asked = (id, path.to_vec());
        if let Some(known) = self.digests.borrow().get(&asked) {
            return known.clone();
        }
        let progress = Progress::default();
        let mut worker = Worker::new(self.detector, &progress, self.opening);
        // What cannot be read to its end tells of what came before.
        let _ = self.read(id, path, &mut worker);
        let digests: HashSet<String> = worker.findings.into_iter().map(|finding| finding.digest).collect();
        let digests = Rc::new(digests);
        self.digests.borrow_mut().insert(asked, digests.clone());
        digests
    }

    fn read(&self, id: ObjectId, path: &[u8], worker: &mut Worker<'_>) -> Result<(), HistoryError> {
        let provenance = Provenance { shown: path, relative: path };
        worker.name(&provenance);
        let Some(history) = &self.opened().history else { return Ok(()) };
        let packed = |content| Packed { provenance, content, is_named: false };
        if let Ok(Some((kind, bytes))) = history.fetch(&id, &mut Decoder::new(Decoder::LIMIT)) {
            if kind == ObjectKind::Blob {
                worker.blob(&Blob::whole(&bytes, provenance));
                if worker.wants(&provenance, &bytes) {
                    worker.packed(packed(Content::Bytes(&bytes)));
                }
            }
            return Ok(());
        }
        let mut is_wanted = false;
        history.windows(&id, provenance, |blob| {
            worker.blob(blob);
            is_wanted |= blob.is_first() && worker.wants(&provenance, blob.bytes);
        })?;
        if is_wanted && let Some(mut stream) = history.stream(&id)? {
            worker.packed(packed(Content::Stream(&mut stream)));
        }
        Ok(())
    }

    /// The digests of the secrets in what stands at a path.
    fn held(&self, path: &[u8], kind: Kind) -> Digests {
        match kind {
            Kind::File(Some(id)) => self.digests(id, path),
            Kind::Folder => {
                let mut findings = Vec::new();
                self.detector.scan_name(&Provenance { shown: path, relative: path }, &mut findings);
                Rc::new(findings.into_iter().map(|finding| finding.digest).collect())
            }
            Kind::File(None) | Kind::Closed => Rc::default(),
        }
    }

    /// How many files that held a secret the change took away, by digest.
    fn taken(&self) -> &HashMap<String, usize> {
        self.taken.get_or_init(|| {
            let mut taken = HashMap::new();
            let Opened { now: Some(now), before: Before::Files(before), .. } = self.opened() else {
                return taken;
            };
            let mut renamed = HashMap::new();
            for (path, kind) in before.gone(now).unwrap_or_default() {
                let mut held = self.held(&path, kind);
                if !held.is_empty() && self.is_renamed(before, kind, &mut renamed) {
                    // Only its name is told of anew.
                    held = self.held(&path, Kind::Folder);
                }
                for digest in held.iter() {
                    *taken.entry(digest.clone()).or_default() += 1;
                }
            }
            taken
        })
    }

    /// Whether the very content of a file that went stands now where nothing was `before`,
    /// and a range says nothing of it there: the file took its place itself, and no other
    /// did. Each such place is for one file; `left` has how many there still are, by blob.
    fn is_renamed(&self, before: &Snapshot, kind: Kind, left: &mut HashMap<ObjectId, usize>) -> bool {
        let Kind::File(Some(id)) = kind else { return false };
        if self.view() != View::Range {
            return false;
        }
        let left = left.entry(id).or_insert_with(|| {
            let paths = self.paths().get(&id).map_or(&[][..], Vec::as_slice);
            paths.iter().filter(|path| matches!(before.kind(path), Ok(None))).count()
        });
        let is_renamed = *left > 0;
        *left = left.saturating_sub(1);
        is_renamed
    }

    /// The paths of each blob now, where this is known of all.
    fn paths(&self) -> &HashMap<ObjectId, Vec<Vec<u8>>> {
        self.paths.get_or_init(|| {
            let now = self.opened().now.as_ref();
            now.and_then(|now| now.paths().ok()).unwrap_or_default()
        })
    }

    /// Whether one of `files` is at `path`; where it cannot be told, one is.
    fn is_among<'f>(&self, mut files: impl Iterator<Item = &'f Snapshot>, path: &PathName) -> bool {
        files.any(|files| self.find(files, path).map_or(true, |found| found.is_some()))
    }
}

impl Presence for Moves<'_> {
    fn is_there(&self, path: &PathName) -> bool {
        self.is_current(path) || self.is_among(self.opened().kept.iter(), path)
    }

    fn is_current(&self, path: &PathName) -> bool {
        let Opened { now: Some(now), beside, .. } = self.opened() else { return true };
        self.is_among([now].into_iter().chain(beside), path)
    }

    fn was_there(&self, path: &PathName) -> bool {
        match &self.opened().before {
            Before::Files(before) => self.is_among([before].into_iter(), path),
            Before::Unknown | Before::Same => true,
        }
    }

    fn held_before(&self, path: &PathName, digest: &str) -> bool {
        match &self.opened().before {
            Before::Unknown => false,
            Before::Same => true,
            Before::Files(before) => {
                let found = self.find(before, path).ok().flatten();
                found.is_some_and(|(path, kind)| self.held(&path, kind).contains(digest))
            }
        }
    }

    fn taken_away(&self, digest: &str) -> usize {
        self.taken().get(digest).copied().unwrap_or_default()
    }

    fn view(&self) -> View {
        match &self.scanned {
            Scanned::Folder(_) => View::Whole,
            // What it says nothing of need not be gone: the lines of files among them.
            Scanned::Index(_) | Scanned::Addresses => View::Changes,
            Scanned::History(_, limits) if limits.range.is_some() || limits.between.is_some() => View::Range,
            Scanned::History(..) => View::History,
            Scanned::All(_) => View::All,
        }
    }

    fn copies(&self, path: &PathName, object: &str, digest: &str) -> Vec<PathName> {
        let Opened { now: Some(now), .. } = self.opened() else { return Vec::new() };
        let paths = self.paths();
        let here = self.find(now, path).ok().flatten();
        let here = here.as_ref().and_then(|(path, kind)| match kind {
            Kind::File(Some(id)) => Some((path.as_slice(), *id)),
            _ => None,
        });
        // The newest content at this path, and the one that the finding tells of.
        let ids = [here.map(|(_, id)| id), ObjectId::from_hex(object.as_bytes())];
        let ids: HashSet<ObjectId> = ids.into_iter().flatten().collect();
        let others = ids.iter().filter_map(|id| Some((*id, paths.get(id)?)));
        let others = others.flat_map(|(id, paths)| paths.iter().map(move |path| (id, path)));
        let holds = |(id, other): &(ObjectId, &Vec<u8>)| {
            let is_here = here.is_some_and(|(path, _)| path == other.as_slice());
            !is_here && self.policy.admits_file(other) && self.digests(*id, other).contains(digest)
        };
        let member = |other: &[u8]| {
            // In an archive the copy has the same members.
            let file = here.map(|(path, _)| self.detector.path_name(path));
            let member = file.and_then(|file| path.as_str().strip_prefix(file.as_str()).map(str::to_owned));
            let other = self.detector.path_name(other);
            match member.filter(|member| member.starts_with('!')) {
                Some(member) => PathName::of_shown(&format!("{other}{member}")),
                None => other,
            }
        };
        let mut names: Vec<PathName> = others.filter(holds).map(|(_, other)| member(other)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The files of HEAD; all is as it was where there is no commit yet.
fn before_head(history: &Rc<History>) -> Before {
    match history.head() {
        Ok(None) => Before::Same,
        Ok(Some(head)) => Snapshot::commit(history, &head).map_or(Before::Unknown, Before::Files),
        Err(_) => Before::Unknown,
    }
}

/// The names in a path, each with where it ends.
fn parts(path: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    path.split('/').map(move |part| {
        let end = start + part.len();
        start = end + 1;
        (end, part)
    })
}
