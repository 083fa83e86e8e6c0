//! Where git keeps the index, the objects and the refs, as git's environment
//! variables, linked work trees and the configuration say.
//!
//! It opens the object database alone, because libgit2 refuses to open a partial
//! clone as a repository. What the refs say is the business of [`super::refs`].
//!
//! **Invariant:** nothing is written, and nothing that the repository configures is run.

mod error;
mod protected;
mod quoted;
#[cfg(test)]
mod tests;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use git2::{Config, ConfigLevel, Odb};

pub use error::GitDirError;
pub(super) use quoted::path as path_of;

/// Variables that say where a repository keeps something.
const VARIABLES: [&str; 7] = [
    "GIT_DIR",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_WORK_TREE",
];

/// A repository: its folders and files.
#[derive(Debug)]
pub(super) struct GitDir {
    /// The folder of HEAD and the index.
    pub(super) path: PathBuf,
    /// The folder of the objects and branches that all work trees share.
    pub(super) common: PathBuf,
    /// The work tree, if there is one.
    pub(super) work_tree: Option<PathBuf>,
    /// The file of the index, whether it is there or not.
    pub(super) index: PathBuf,
    objects: PathBuf,
    /// More folders of objects, which the environment names.
    alternates: Vec<PathBuf>,
    /// Whether some objects may have been left at a remote.
    pub(super) is_partial: bool,
}

impl GitDir {
    /// The repository that `named` lies in, or that git would use here where
    /// nothing is named. The variables of the environment speak of the latter, and
    /// are heeded for the former only if it is the same.
    pub(super) fn find(named: Option<&Path>) -> Result<Self, GitDirError> {
        let Some(named) = named else { return Self::open(&here()?, true) };
        let path = discover(named)?;
        let is_here = || here().is_ok_and(|here| is_same(&here, &path));
        let heeds = VARIABLES.iter().any(|name| env::var_os(name).is_some()) && is_here();
        Self::open(&path, heeds)
    }

    /// The repository whose git folder is `folder`, whatever the environment says.
    pub(super) fn at(folder: &Path) -> Result<Self, GitDirError> {
        Self::open(folder, false)
    }

    /// The root of the work tree, if there is one, and the folder that all work trees share,
    /// as far as they can be told without the configuration.
    pub(super) fn outline(named: Option<&Path>) -> Result<(Option<PathBuf>, PathBuf), GitDirError> {
        let path = absolute(&named.map_or_else(here, discover)?);
        let common = read_line(&path.join("commondir"));
        let common = common.map_or_else(|| path.clone(), |line| absolute(&path.join(line)));
        let settings = Config::new().map_err(|error| GitDirError::Objects(common.clone(), error))?;
        let named_tree = variable("GIT_WORK_TREE").filter(|_| named.is_none());
        let tree = named_tree.map(|folder| absolute(Path::new(&folder)));
        Ok((tree.or_else(|| work_tree(&path, &settings, false)), common))
    }

    fn open(path: &Path, heeds: bool) -> Result<Self, GitDirError> {
        let variable = |name: &str| if heeds { variable(name) } else { None };
        let path = absolute(path);
        let common = match (variable("GIT_COMMON_DIR"), read_line(&path.join("commondir"))) {
            (Some(folder), _) => absolute(Path::new(&folder)),
            (None, Some(line)) => absolute(&path.join(line)),
            (None, None) => path.clone(),
        };
        let config = configuration(&path, &common)?;
        refuse(&config)?;
        let work_tree = match variable("GIT_WORK_TREE") {
            Some(folder) => Some(absolute(Path::new(&folder))),
            None => work_tree(&path, &config, variable("GIT_DIR").is_some()),
        };
        // Git reads relative paths in these from the root of the work tree, where it goes first.
        let from = work_tree.clone().or_else(|| env::current_dir().ok()).unwrap_or_default();
        let objects = variable("GIT_OBJECT_DIRECTORY");
        let objects = objects.map_or_else(|| common.join("objects"), |folder| from.join(folder));
        let alternates = variable("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
        let alternates =
            quoted::paths(alternates.as_encoded_bytes()).into_iter().map(|folder| from.join(folder));
        let mut alternates: Vec<PathBuf> = alternates.collect();
        // What a push brings lies here until a hook has agreed. Git names it as the folder of
        // objects, too, unless the hook has changed that.
        if let Some(quarantine) = variable("GIT_QUARANTINE_PATH").map(|folder| from.join(folder))
            && !alternates.iter().chain([&objects]).any(|folder| is_same(folder, &quarantine))
        {
            alternates.push(quarantine);
        }
        Ok(Self {
            index: variable("GIT_INDEX_FILE").map_or_else(|| path.join("index"), |file| from.join(file)),
            objects,
            alternates,
            is_partial: is_partial(&config),
            work_tree,
            common,
            path,
        })
    }

    /// The folders of the objects, the repository's own first, then those that the
    /// environment names. Each may name more in its `info/alternates`, which are not
    /// in the list.
    pub(super) fn object_folders(&self) -> Vec<PathBuf> {
        [&self.objects].into_iter().chain(&self.alternates).cloned().collect()
    }

    /// Whether the oldest commits here have parents that were left at a remote.
    pub(super) fn is_shallow(&self) -> bool {
        fs::metadata(self.common.join("shallow")).is_ok_and(|file| file.len() > 0)
    }

    /// The object database with all its alternates.
    pub(super) fn odb(&self) -> Result<Odb<'static>, GitDirError> {
        let odb = Odb::new().map_err(|error| GitDirError::Objects(self.objects.clone(), error))?;
        if !self.objects.is_dir() {
            let error = io::Error::from(io::ErrorKind::NotFound);
            return Err(GitDirError::Unreadable(self.objects.clone(), error));
        }
        for folder in [&self.objects].into_iter().chain(&self.alternates) {
            let name = folder.to_str().ok_or(GitDirError::Unsupported("a path that is not UTF-8"))?;
            odb.add_disk_alternate(name).map_err(|error| GitDirError::Objects(folder.clone(), error))?;
        }
        Ok(odb)
    }
}

/// The repository that git would use here.
fn here() -> Result<PathBuf, GitDirError> {
    let Some(named) = variable("GIT_DIR").map(PathBuf::from) else { return discover(Path::new(".")) };
    let path = match read_line(&named) {
        Some(line) => beside(&named, line.strip_prefix("gitdir: ").unwrap_or(&line)),
        None => named.clone(),
    };
    if path.join("HEAD").symlink_metadata().is_ok() {
        Ok(path)
    } else {
        Err(GitDirError::NoRepository(named))
    }
}

/// The nearest repository from `path` upwards, as far as git would look.
///
/// Where `safe.bareRepository` is `explicit`, a bare one is passed over, unless `GIT_DIR` names it:
/// it may be plain files of what is around it. Git itself goes no further there, and has no answer.
pub(super) fn discover(path: &Path) -> Result<PathBuf, GitDirError> {
    let ceilings = variable("GIT_CEILING_DIRECTORIES").unwrap_or_default();
    let none = || GitDirError::NoRepository(path.to_owned());
    let find =
        |from: &Path| git2::Repository::discover_path(from, env::split_paths(&ceilings)).map_err(|_| none());
    let mut found = find(path)?;
    if protected::is_explicit() {
        let from = absolute(path);
        while is_bare_on_the_way(&from, &found) {
            found = find(absolute(&found).parent().ok_or_else(none)?)?;
        }
    }
    Ok(found)
}

/// Whether `found` is a bare repository around `from`, and neither the `.git` of a work tree nor
/// below one, as those of linked work trees and submodules are.
fn is_bare_on_the_way(from: &Path, found: &Path) -> bool {
    let found = absolute(found);
    let is_named = variable("GIT_DIR").is_some_and(|named| is_same(Path::new(&named), &found));
    let is_below = found.components().any(|part| part.as_os_str() == ".git");
    from.starts_with(&found) && !is_below && !is_named
}

/// The settings of the repository alone; those of the user have no say in how it is kept.
fn configuration(path: &Path, common: &Path) -> Result<Config, GitDirError> {
    let unreadable = |file: &Path, error: git2::Error| {
        GitDirError::Unreadable(file.to_owned(), io::Error::other(error.message().to_owned()))
    };
    let mut config = Config::new().map_err(|error| unreadable(common, error))?;
    for (file, level) in
        [(common.join("config"), ConfigLevel::Local), (path.join("config.worktree"), ConfigLevel::Worktree)]
    {
        if file.is_file() {
            config.add_file(&file, level, false).map_err(|error| unreadable(&file, error))?;
        }
    }
    config.snapshot().map_err(|error| unreadable(common, error))
}

/// Refuses what would be read wrongly.
fn refuse(config: &Config) -> Result<(), GitDirError> {
    let is =
        |name: &str, plain: &str| config.get_str(name).is_ok_and(|value| !value.eq_ignore_ascii_case(plain));
    if is("extensions.objectformat", "sha1") {
        return Err(GitDirError::Unsupported("SHA-256 object names"));
    }
    if is("extensions.refstorage", "files") {
        return Err(GitDirError::Unsupported("reftable for its branches"));
    }
    Ok(())
}

fn is_partial(config: &Config) -> bool {
    let is_promised = |config: &Config| {
        let mut entries = config.entries(Some(r"remote\..*\.promisor")).ok()?;
        entries.next().map(|entry| entry.is_ok())
    };
    config.get_str("extensions.partialclone").is_ok() || is_promised(config).unwrap_or(false)
}

/// The work tree that belongs to the repository at `path`.
fn work_tree(path: &Path, config: &Config, is_named: bool) -> Option<PathBuf> {
    // A linked work tree says where it is.
    if let Some(link) = read_line(&path.join("gitdir")) {
        return path.join(link).parent().map(absolute);
    }
    if let Ok(folder) = config.get_path("core.worktree") {
        return Some(absolute(&path.join(folder)));
    }
    let is_bare = config.get_bool("core.bare").unwrap_or(!path.ends_with(".git"));
    match (is_bare, is_named) {
        (true, _) => None,
        (false, true) => env::current_dir().ok(),
        (false, false) => path.parent().map(Path::to_owned),
    }
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The text of a small file, without the line's end.
fn read_line(file: &Path) -> Option<String> {
    if !file.is_file() {
        return None;
    }
    fs::read_to_string(file).ok().map(|text| text.trim_end_matches(['\n', '\r']).to_owned())
}

fn beside(file: &Path, path: &str) -> PathBuf {
    file.parent().map_or_else(|| PathBuf::from(path), |folder| folder.join(path))
}

/// The path without links in it, or as it is where nothing is there.
pub(super) fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn is_same(one: &Path, other: &Path) -> bool {
    absolute(one) == absolute(other)
}
