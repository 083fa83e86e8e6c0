//! Where git keeps the index, the objects and HEAD, as git's environment variables,
//! linked work trees and the configuration say.
//!
//! It opens the object database alone and resolves HEAD by itself, because
//! libgit2 refuses to open a partial clone as a repository.
//!
//! **Invariant:** nothing is written, and nothing that the repository configures is run.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use git2::{Config, ConfigLevel, Odb, Oid};

use super::StagedError;
use super::head;

/// A repository as far as the index concerns it.
#[derive(Debug)]
pub(super) struct GitDir {
    /// The folder of HEAD and the index.
    pub(super) path: PathBuf,
    /// The folder of the objects and branches that all work trees share.
    common: PathBuf,
    /// The work tree, if there is one.
    pub(super) work_tree: Option<PathBuf>,
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
    pub(super) fn find(named: Option<&Path>) -> Result<Self, StagedError> {
        let Some(named) = named else { return Self::open(&here()?, true) };
        let path = discover(named)?;
        let is_here = || here().is_ok_and(|here| is_same(&here, &path));
        let heeds = ["GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE"]
            .iter()
            .any(|name| env::var_os(name).is_some())
            && is_here();
        Self::open(&path, heeds)
    }

    fn open(path: &Path, heeds: bool) -> Result<Self, StagedError> {
        let variable = |name: &str| if heeds { variable(name) } else { None };
        let path = absolute(path);
        let common = match read_line(&path.join("commondir")) {
            Some(line) => absolute(&path.join(line)),
            None => path.clone(),
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
        let alternates = variable("GIT_ALTERNATE_OBJECT_DIRECTORIES");
        let alternates = alternates.iter().flat_map(env::split_paths);
        Ok(Self {
            index: variable("GIT_INDEX_FILE").map_or_else(|| path.join("index"), |file| from.join(file)),
            objects: objects.map_or_else(|| common.join("objects"), |folder| from.join(folder)),
            alternates: alternates
                .filter(|folder| !folder.as_os_str().is_empty())
                .map(|folder| from.join(folder))
                .collect(),
            is_partial: is_partial(&config),
            work_tree,
            common,
            path,
        })
    }

    /// The object database with all its alternates.
    pub(super) fn odb(&self) -> Result<Odb<'static>, StagedError> {
        let odb = Odb::new().map_err(|error| StagedError::Objects(self.objects.clone(), error))?;
        if !self.objects.is_dir() {
            let error = io::Error::from(io::ErrorKind::NotFound);
            return Err(StagedError::Unreadable(self.objects.clone(), error));
        }
        for folder in [&self.objects].into_iter().chain(&self.alternates) {
            let name = folder.to_str().ok_or(StagedError::Unsupported("a path that is not UTF-8"))?;
            odb.add_disk_alternate(name).map_err(|error| StagedError::Objects(folder.clone(), error))?;
        }
        Ok(odb)
    }

    /// The commit that HEAD stands for; `None` before the first one.
    pub(super) fn head(&self) -> Result<Option<Oid>, StagedError> {
        head::resolve(&self.path, &self.common)
    }
}

/// The repository that git would use here.
fn here() -> Result<PathBuf, StagedError> {
    let Some(named) = variable("GIT_DIR").map(PathBuf::from) else { return discover(Path::new(".")) };
    let path = match read_line(&named) {
        Some(line) => beside(&named, line.strip_prefix("gitdir: ").unwrap_or(&line)),
        None => named.clone(),
    };
    if path.join("HEAD").symlink_metadata().is_ok() {
        Ok(path)
    } else {
        Err(StagedError::NoRepository(named))
    }
}

/// The nearest repository from `path` upwards, as far as git would look.
fn discover(path: &Path) -> Result<PathBuf, StagedError> {
    let ceilings = variable("GIT_CEILING_DIRECTORIES").unwrap_or_default();
    git2::Repository::discover_path(path, env::split_paths(&ceilings))
        .map_err(|_| StagedError::NoRepository(path.to_owned()))
}

/// The settings of the repository alone; those of the user have no say in how it is kept.
fn configuration(path: &Path, common: &Path) -> Result<Config, StagedError> {
    let unreadable = |file: &Path, error: git2::Error| {
        StagedError::Unreadable(file.to_owned(), io::Error::other(error.message().to_owned()))
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
fn refuse(config: &Config) -> Result<(), StagedError> {
    let is =
        |name: &str, plain: &str| config.get_str(name).is_ok_and(|value| !value.eq_ignore_ascii_case(plain));
    if is("extensions.objectformat", "sha1") {
        return Err(StagedError::Unsupported("SHA-256 object names"));
    }
    if is("extensions.refstorage", "files") {
        return Err(StagedError::Unsupported("reftable for its branches"));
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

fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn is_same(one: &Path, other: &Path) -> bool {
    absolute(one) == absolute(other)
}
