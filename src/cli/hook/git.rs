//! The git that is installed, asked as a user would ask it.
//!
//! It is asked where hooks lie and what its configuration says, never for the content
//! of objects: that is read by the library.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result};

use super::place::{self, Setting};
use crate::cli::args::HookName;
use crate::cli::complaint::Advised;

/// What git says where there is no repository at all; its other words are reasons not to use one.
const NONE: &str = "not a git repository";

/// Variables that say which repository is meant; `git rev-parse --local-env-vars` lists them.
/// Those of `GIT_CONFIG` are left out: they change what is in force.
pub(crate) const LOCAL: [&str; 11] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_QUARANTINE_PATH",
    "GIT_INTERNAL_SUPER_PREFIX",
];

/// How git is run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Git {
    /// The folder it is run in; the current one where there is none.
    folder: Option<PathBuf>,
    /// Whether the variables of the environment may say which repository is meant.
    is_free: bool,
}

impl Git {
    /// Git in the repository that `named` lies in, or that it would use here.
    pub(crate) fn of(named: Option<&Path>) -> Self {
        Self { folder: named.map(Path::to_owned), is_free: named.is_none() }
    }

    /// Git in this folder, whatever the environment says of repositories.
    pub(crate) fn within(folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()), is_free: false }
    }

    /// Git with these arguments, to be run.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new("git");
        command.args(args).stdin(Stdio::null());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        if !self.is_free {
            for name in LOCAL {
                command.env_remove(name);
            }
        }
        command
    }

    /// What git came to.
    ///
    /// # Errors
    /// When it cannot be run.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Result<Output> {
        if let Some(folder) = self.folder.as_deref().filter(|folder| !folder.is_dir()) {
            let what = format!("{} is no folder", folder.display());
            return Err(Advised::new(what, "name a folder of the repository").into());
        }
        self.command(args).output().map_err(missing)
    }

    /// The first line that git writes, of any bytes; none where it fails or writes nothing.
    ///
    /// # Errors
    /// When it cannot be run.
    pub(crate) fn line<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
    ) -> Result<Option<OsString>> {
        let Output { status, stdout, .. } = self.run(args)?;
        Ok(Some(text(trimmed(stdout))).filter(|line| status.success() && !line.is_empty()))
    }

    /// Runs git, which must succeed.
    ///
    /// # Errors
    /// When it does not, with what it says.
    pub(crate) fn must<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Result<Vec<u8>> {
        told(self.run(args)?)
    }
}

/// What git wrote, or the reason why it failed.
fn told(output: Output) -> Result<Vec<u8>> {
    let Output { status, stdout, stderr } = output;
    if status.success() {
        return Ok(stdout);
    }
    let said = String::from_utf8_lossy(&stderr);
    let why = said.lines().next().unwrap_or("git failed and does not say why");
    Err(anyhow::Error::msg(why.strip_prefix("fatal: ").unwrap_or(why).to_owned()))
}

/// The error of a git that is not there.
fn missing(error: io::Error) -> anyhow::Error {
    let hint = "install git, and see that it is on the PATH";
    anyhow::Error::new(error).context(Advised::new("git cannot be run", hint))
}

/// Bytes without the end of the line.
fn trimmed(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.ends_with(b"\n") {
        bytes.pop();
    }
    if cfg!(windows) && bytes.ends_with(b"\r") {
        bytes.pop();
    }
    bytes
}

/// What git wrote, as the system has names.
#[cfg(unix)]
pub(crate) fn text(bytes: Vec<u8>) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes)
}

/// What git wrote, as the system has names.
#[cfg(not(unix))]
pub(crate) fn text(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// A repository, as git sees it.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    /// The root of the work tree, if there is one.
    pub(crate) top: Option<PathBuf>,
    /// The folder that all of its work trees share.
    pub(crate) common: PathBuf,
    /// Where git looks for its hooks.
    pub(crate) hooks: PathBuf,
    pub(crate) is_bare: bool,
    /// All values of `core.hooksPath` that hold here; the last wins.
    pub(crate) settings: Vec<Setting>,
    /// Whether there are work trees beside that of the repository itself.
    has_linked: bool,
}

impl Repository {
    /// The repository that `named` lies in, or that git would use here.
    ///
    /// # Errors
    /// When there is none, or git does not want to speak of it.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self> {
        Self::own_folder(named).and_then(|own| Self::at(named, &own))
    }

    /// The same; nothing where there is no repository and none was named.
    ///
    /// # Errors
    /// When none is where one was named, or git does not want to speak of the one that is there.
    pub(crate) fn find_any(named: Option<&Path>) -> Result<Option<Self>> {
        match Self::own_folder(named) {
            Ok(own) => Self::at(named, &own).map(Some),
            Err(error) if named.is_none() && error.root_cause().to_string().starts_with(NONE) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The git folder, of this work tree alone.
    fn own_folder(named: Option<&Path>) -> Result<PathBuf> {
        let advised = || {
            let place = named.map_or_else(|| "the current folder".into(), |path| path.display().to_string());
            let hint = "name a folder of a repository, or make one with `git init`; --global and --template need none";
            Advised::new(format!("there is no repository at {place} that git would use"), hint)
        };
        let refused = |place: &str| {
            let hint = format!("`git -C {place} status` says more, and often what to do");
            Advised::new("git does not want to use the repository that is there", hint)
        };
        let git = Git::of(named);
        // Without it git only says that the folder is none.
        git.run(["--version"]).with_context(advised)?;
        let mut asked = git.command(["rev-parse", "--absolute-git-dir"]);
        let answer = told(asked.env("LC_ALL", "C").output().map_err(missing)?);
        let own = answer.map_err(|error| {
            let is_none = error.to_string().starts_with(NONE);
            let place = named.map_or_else(|| ".".to_owned(), |path| path.display().to_string());
            error.context(if is_none { advised() } else { refused(&place) })
        })?;
        Ok(PathBuf::from(text(trimmed(own))))
    }

    fn at(named: Option<&Path>, own: &Path) -> Result<Self> {
        let git = Git::of(named);
        let here = match named {
            Some(named) => named.to_owned(),
            None => std::env::current_dir().context("the current folder cannot be told")?,
        };
        let is_bare = git.line(["rev-parse", "--is-bare-repository"])?.is_some_and(|answer| answer == "true");
        let top = git.line(["rev-parse", "--show-toplevel"])?.map(PathBuf::from).filter(|_| !is_bare);
        let common = git.line(["rev-parse", "--git-common-dir"])?;
        let common = common.map_or_else(|| own.to_owned(), |path| here.join(path));
        // Git goes here before it runs a hook, and reads a relative core.hooksPath from here.
        let from = top.clone().unwrap_or_else(|| own.to_owned());
        let mut asked = Git { folder: Some(from.clone()), is_free: git.is_free }.command([
            "rev-parse",
            "--git-path",
            "hooks",
        ]);
        if git.is_free && std::env::var_os("GIT_DIR").is_some() {
            asked.env("GIT_DIR", own).env_remove("GIT_PREFIX");
        }
        let output = asked.output().map_err(missing)?;
        let hooks = from.join(text(trimmed(output.stdout)));
        let settings = place::settings(&git)?;
        let common = clean(&common);
        let linked = std::fs::read_dir(common.join("worktrees"));
        let has_linked = linked.is_ok_and(|mut trees| trees.next().is_some());
        Ok(Self { top, common, hooks: clean(&hooks), is_bare, settings, has_linked })
    }

    /// Whether git runs this hook here: those of a server where nobody works, and the
    /// others where somebody does, be it in a linked work tree of a bare repository.
    pub(crate) fn runs(&self, hook: HookName) -> bool {
        if !self.is_bare || hook.is_of_server() {
            return hook.is_of_server() == self.is_bare;
        }
        // A relative folder is read from the root of each work tree, and not from here.
        self.has_linked && !self.settings.last().is_some_and(|setting| setting.value.is_relative())
    }

    /// Why no hook of ours can read it, if so: the words of its form.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn unreadable(&self) -> Result<Option<&'static str>> {
        let (git, file) = (Git::within(&self.common), self.common.join("config"));
        let forms = [
            ("extensions.objectFormat", "sha256", "SHA-256 object names"),
            ("extensions.refStorage", "reftable", "reftables"),
        ];
        for (key, value, words) in forms {
            let ask =
                ["config".as_ref(), "--file".as_ref(), file.as_os_str(), "--get".as_ref(), key.as_ref()];
            if git.line(ask)?.is_some_and(|said| said.eq_ignore_ascii_case(value)) {
                return Ok(Some(words));
            }
        }
        Ok(None)
    }

    /// Why git runs no hook here at all, if so.
    pub(crate) fn hookless(&self) -> Option<String> {
        let setting = self.settings.last()?;
        if setting.value.as_os_str().is_empty() {
            return Some(format!("{} is empty, so git runs no hook here", place::HOOKS_PATH));
        }
        let is_no_folder = self.hooks.exists() && !self.hooks.is_dir();
        is_no_folder.then(|| {
            let value = setting.value.display();
            format!("{} is {value}, which is no folder, so git runs no hook here", place::HOOKS_PATH)
        })
    }

    /// Whether the folder of hooks comes from the configuration of the user or the system,
    /// and so is that of other repositories, too.
    pub(crate) fn is_shared(&self) -> bool {
        let setting = self.settings.last();
        setting.is_some_and(|setting| setting.is_of_all() && setting.value.is_absolute())
    }

    /// The folder that is looked in where nothing is configured.
    pub(crate) fn own_hooks(&self) -> PathBuf {
        self.common.join("hooks")
    }

    /// The root of the work tree, or the git folder.
    pub(crate) fn root(&self) -> &Path {
        self.top.as_deref().unwrap_or(&self.common)
    }
}

/// The path without links and dots in it, as far as it is there.
pub(crate) fn clean(path: &Path) -> PathBuf {
    if let Ok(path) = path.canonicalize() {
        return path;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if !parent.as_os_str().is_empty() => clean(parent).join(name),
        _ => path.to_owned(),
    }
}
