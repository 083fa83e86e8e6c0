//! Where hooks are put: into a repository, into a folder for all of them, or into the template of
//! those to come.
//!
//! What is put there is the business of `install`.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::git::{Git, Repository, clean};
use super::script::Kind;
use crate::cli::complaint::Advised;

/// The setting that says where git looks for hooks.
pub(crate) const HOOKS_PATH: &str = "core.hooksPath";
/// The setting that says what a new repository begins with.
pub(crate) const TEMPLATE: &str = "init.templateDir";

/// A folder of hooks.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    pub(crate) kind: Kind,
    /// The global setting that leads git there, and its value, where that is ours.
    pub(crate) setting: Option<(&'static str, PathBuf)>,
    /// Whether that must be set first.
    pub(crate) is_unset: bool,
    /// What the user should know of it.
    pub(crate) note: Option<String>,
}

impl Place {
    /// Where git looks for the hooks of a repository.
    ///
    /// # Errors
    /// When that is our folder for all repositories.
    pub(crate) fn of(repository: &Repository) -> Result<Self> {
        if let Ok(ours) = data().map(|data| clean(&data.join("hooks")))
            && ours == repository.hooks
        {
            let what =
                format!("{HOOKS_PATH} leads to {}, where the hooks for all repositories are", ours.display());
            let hint = "they look after this repository, too; to change them, give --global";
            return Err(Advised::new(what, hint).into());
        }
        Ok(Self {
            folder: repository.hooks.clone(),
            kind: Kind::Repository,
            setting: None,
            is_unset: false,
            note: None,
        })
    }

    /// The folder for all repositories of the user.
    ///
    /// # Errors
    /// When git cannot be asked, or its configuration names a folder that each repository has for itself.
    pub(crate) fn global() -> Result<Self> {
        let ours = data()?.join("hooks");
        let set = setting(HOOKS_PATH)?;
        let setting = Some((HOOKS_PATH, ours.clone()));
        let place =
            Self { folder: ours.clone(), kind: Kind::Global, setting, is_unset: set.is_none(), note: None };
        match set {
            Some(set) if set.is_relative() => {
                let what = format!("{HOOKS_PATH} is {}, a folder of each repository", set.display());
                Err(Advised::new(what, "install into the repositories one by one, without --global").into())
            }
            Some(set) if clean(&set) != clean(&ours) => {
                let note = format!("{HOOKS_PATH} is {} already, so the hooks are there", set.display());
                let (kind, note) = (Kind::Repository, Some(note));
                Ok(Self { folder: set, kind, setting: None, is_unset: false, note })
            }
            _ => Ok(place),
        }
    }

    /// The folder that new repositories get their hooks from.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub(crate) fn template() -> Result<Self> {
        let ours = data()?.join("template");
        let set = setting(TEMPLATE)?;
        let folder = set.clone().unwrap_or_else(|| ours.clone()).join("hooks");
        let is_ours = set.as_ref().is_none_or(|set| clean(set) == clean(&ours));
        let shadow = setting(HOOKS_PATH)?;
        let note = shadow.map(|path| {
            let path = path.display();
            format!(
                "{HOOKS_PATH} is {path} in git's configuration, which hides the hooks of every new repository"
            )
        });
        Ok(Self {
            folder,
            kind: Kind::Repository,
            setting: is_ours.then_some((TEMPLATE, ours)),
            is_unset: set.is_none(),
            note,
        })
    }
}

/// What the configuration of the user says, or else that of the system.
fn setting(key: &str) -> Result<Option<PathBuf>> {
    let git = Git::of(None);
    for level in ["--global", "--system"] {
        if let Some(value) = git.line(["config", level, "--path", "--get", key])? {
            return Ok(Some(value.into()));
        }
    }
    Ok(None)
}

/// The folder for what the program keeps, by the XDG base directory specification.
pub(crate) fn data() -> Result<PathBuf> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || folder("HOME").map(|home| home.join(".local").join("share"));
    let local = || folder("LOCALAPPDATA").filter(|_| cfg!(windows));
    let Some(data) = folder("XDG_DATA_HOME").or_else(local).or_else(home) else {
        bail!(Advised::new("there is no folder to keep the hooks in", "set HOME, or XDG_DATA_HOME"));
    };
    Ok(data.join("baseleak"))
}

/// A value of `core.hooksPath`, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    /// `system`, `global`, `local`, `worktree` or `command`, which includes the environment.
    pub(crate) scope: String,
    /// Such as `file:.git/config`.
    pub(crate) origin: String,
    pub(crate) value: PathBuf,
}

/// All values of `core.hooksPath` that hold in a repository, or outside of one; the last wins.
///
/// # Errors
/// When git cannot be run.
pub(crate) fn settings(git: &Git) -> Result<Vec<Setting>> {
    let output = git.run(["config", "-z", "--show-scope", "--show-origin", "--get-all", HOOKS_PATH])?;
    let mut fields = output.stdout.split(|&byte| byte == 0);
    let mut found = Vec::new();
    while let (Some(scope), Some(origin), Some(value)) = (fields.next(), fields.next(), fields.next()) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let value = super::git::text(value.to_vec()).into();
        found.push(Setting { scope: text(scope), origin: text(origin), value });
    }
    Ok(found)
}

/// The program that is running, by its absolute path.
///
/// # Errors
/// When the system does not tell.
pub(crate) fn program() -> Result<PathBuf> {
    let program =
        env::current_exe().and_then(|path| if cfg!(windows) { Ok(path) } else { path.canonicalize() });
    program.map_err(|error| {
        let advice = Advised::new("the path of this program cannot be told", "run it by its full path");
        anyhow::Error::new(error).context(advice)
    })
}

/// Whether two names are of one file.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    clean(one) == clean(other)
}
