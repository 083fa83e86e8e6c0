//! Where hooks are put: into a repository, into a folder for all of them, or into the template of
//! those to come.
//!
//! What is put there is the business of `install`.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::file;
use super::git::{Git, Repository, clean};
use super::script::{self, Kind};
use crate::cli::args::HookName;
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
    /// Where git looks for these hooks of a repository. Where our folder for all repositories
    /// hands each of them on, that is the repository's own folder.
    ///
    /// # Errors
    /// When git runs no hooks there, or looks for one of them in a folder that is that of
    /// other repositories, too.
    pub(crate) fn of(repository: &Repository, hooks: &[HookName]) -> Result<Self> {
        if let Some(why) = repository.hookless() {
            let hint =
                format!("`git config --unset {HOOKS_PATH}`, with --global if it stands there, and try again");
            return Err(Advised::new(why, hint).into());
        }
        let own = |folder: PathBuf| Self {
            folder,
            kind: Kind::Repository,
            setting: None,
            is_unset: false,
            note: None,
        };
        let is_ours = data().is_ok_and(|data| clean(&data.join("hooks")) == repository.hooks);
        if !is_ours && !repository.is_shared() {
            return Ok(own(repository.hooks.clone()));
        }
        if hooks.iter().all(|hook| is_handed_on(&repository.hooks, *hook)) {
            return Ok(own(repository.own_hooks()));
        }
        let folder = repository.hooks.display();
        let what = format!("{HOOKS_PATH} leads to {folder}, where the hooks for all repositories are");
        let lacking = hooks.iter().filter(|hook| script::read(&repository.hooks.join(hook.file())).is_none());
        let words: Vec<String> = lacking.map(|hook| format!(" --hook {}", hook.file())).collect();
        let hint = if words.is_empty() {
            "they look after this repository, too; to change them, give --global".to_owned()
        } else {
            format!("`baseleak hook install --global{}` puts it there, for all of them", words.concat())
        };
        Err(Advised::new(what, hint).into())
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

/// Whether our folder for all repositories runs a repository's own hook, and looks for no keys itself.
pub(crate) fn is_handed_on(folder: &Path, hook: HookName) -> bool {
    let path = folder.join(hook.file());
    let is_it = |script: script::Script| script.kind == Kind::HandOn.word() && script.is_intact;
    script::read(&path).is_some_and(is_it) && file::is_executable(&path)
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

impl Setting {
    /// Whether it holds in all repositories of the user, or of the system.
    pub(crate) fn is_of_all(&self) -> bool {
        matches!(&*self.scope, "global" | "system")
    }
}

/// All values of `core.hooksPath` that hold in a repository, or outside of one; the last wins.
///
/// # Errors
/// When git cannot be run.
pub(crate) fn settings(git: &Git) -> Result<Vec<Setting>> {
    let output =
        git.run(["config", "-z", "--path", "--show-scope", "--show-origin", "--get-all", HOOKS_PATH])?;
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
