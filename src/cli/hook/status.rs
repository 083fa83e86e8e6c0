//! Which hooks are there, and what is wrong with them.
//!
//! Whether they fire is the business of `doctor`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;

use super::file;
use super::git::{Git, Repository};
use super::place::{self, Place, Setting};
use super::script::{self, Kind, Script};
use crate::cli::args::HookName;
use crate::cli::complaint::shown;
use crate::cli::table::table;

/// What is known of the hooks of a repository, or outside of one of those for all.
pub(crate) struct Status {
    pub(crate) repository: Option<Repository>,
    /// Where git looks for hooks.
    pub(crate) folder: PathBuf,
    /// What says so, the last being in force.
    pub(crate) settings: Vec<Setting>,
    /// Our hooks that are in force.
    pub(crate) hooks: Vec<Hook>,
    /// Hooks of the repository that git does not run, since it looks elsewhere.
    pub(crate) shadowed: Vec<PathBuf>,
}

/// A hook of ours.
pub(crate) struct Hook {
    pub(crate) name: HookName,
    pub(crate) path: PathBuf,
    pub(crate) script: Script,
    pub(crate) is_executable: bool,
    /// Whether this program would write it just so.
    pub(crate) is_current: bool,
    pub(crate) has_program: bool,
    /// The hook that is run first.
    pub(crate) before: Option<PathBuf>,
}

impl Hook {
    fn find(folder: &Path, name: HookName, program: &Path) -> Option<Self> {
        let path = folder.join(name.file());
        let script = script::read(&path).filter(|script| script.kind != Kind::HandOn.word())?;
        let kind = if script.kind == Kind::Global.word() { Kind::Global } else { Kind::Repository };
        let is_current = fs::read(&path).is_ok_and(|bytes| bytes == script::text(kind, name, program));
        let before = Some(file::before(&path)).filter(|before| file::is_there(before));
        let has_program = script.program.as_deref().is_some_and(file::is_executable);
        Some(Self {
            is_executable: file::is_executable(&path),
            is_current,
            has_program,
            before,
            name,
            path,
            script,
        })
    }

    /// What keeps it from doing its work, in words.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        if !self.is_executable {
            return Some("not executable, so git does not run it");
        }
        if !self.script.is_intact {
            return Some("changed by somebody");
        }
        (!self.has_program).then_some("the program it names is gone")
    }
}

impl Status {
    /// What there is to know where `named` lies, or here.
    ///
    /// # Errors
    /// When git cannot be asked, or there is no repository where one was named.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self> {
        let repository = match Repository::find(named) {
            Ok(repository) => Some(repository),
            Err(error) if named.is_some() => return Err(error),
            Err(_) => None,
        };
        let mut folder = match &repository {
            Some(repository) => repository.hooks.clone(),
            None => Place::global()?.folder,
        };
        let git = repository.as_ref().map_or_else(|| Git::of(None), |repository| repository.git.clone());
        let program = place::program()?;
        let find = |folder: &Path| -> Vec<Hook> {
            HookName::ALL.into_iter().filter_map(|name| Hook::find(folder, name, &program)).collect()
        };
        let mut hooks = find(&folder);
        // Outside of a repository, what new ones will have is the next best.
        if repository.is_none() && hooks.is_empty() {
            folder = Place::template()?.folder;
            hooks = find(&folder);
        }
        let shadowed = repository.as_ref().map(shadowed).unwrap_or_default();
        Ok(Self { settings: place::settings(&git)?, repository, folder, hooks, shadowed })
    }

    /// Whether a hook is in force and none has a fault.
    pub(crate) fn is_well(&self) -> bool {
        !self.hooks.is_empty() && self.hooks.iter().all(|hook| hook.fault().is_none())
    }

    /// Variables of the environment that change git's configuration here.
    pub(crate) fn variables() -> Vec<String> {
        let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let mut names: Vec<String> = names.filter(|name| name.starts_with("GIT_CONFIG")).collect();
        names.sort_unstable();
        names
    }

    /// For people.
    pub(crate) fn human(&self) -> String {
        let mut text = String::new();
        let place = self.repository.as_ref().map_or_else(
            || "no repository here; this is what holds for all, or for new ones".to_owned(),
            |repository| format!("repository {}", path(repository.root())),
        );
        text.extend([format!("{place}\ngit looks for hooks in {}\n", path(&self.folder))]);
        for Setting { scope, origin, value } in &self.settings {
            let value = path(value);
            text.extend([format!(
                "  {} is {value}, by the {scope} configuration ({})\n",
                place::HOOKS_PATH,
                shown(origin)
            )]);
        }
        let rows: Vec<Vec<String>> = self.hooks.iter().map(row).collect();
        if rows.is_empty() {
            text += "\nno hook of baseleak is in force here; `baseleak hook install` puts one in\n";
        } else {
            text.extend([format!("\n{}", table(&["HOOK", "STATE", "FORM", "RUNS", "FIRST"], &rows))]);
        }
        for hidden in &self.shadowed {
            let whose = if script::read(hidden).is_some() { "a hook of baseleak" } else { "a hook" };
            text.extend([format!(
                "shadowed: {} is {whose} that git does not run, for it looks elsewhere\n",
                path(hidden)
            )]);
        }
        let variables = Self::variables();
        if !variables.is_empty() {
            text.extend([format!("the environment changes git's configuration: {}\n", variables.join(", "))]);
        }
        text
    }

    /// For programs.
    pub(crate) fn json(&self) -> String {
        let wire = Wire {
            schema: 1,
            repository: self.repository.as_ref().map(|repository| path(repository.root())),
            folder: path(&self.folder),
            hooks_path: self.settings.iter().map(WireSetting::of).collect(),
            variables: Self::variables(),
            hooks: self.hooks.iter().map(WireHook::of).collect(),
            shadowed: self.shadowed.iter().map(|hidden| path(hidden)).collect(),
            well: self.is_well(),
        };
        serde_json::to_string_pretty(&wire).expect("there are only texts and truths in it") + "\n"
    }
}

/// Hooks of the repository that git passes over; those that ours hand on to are not.
fn shadowed(repository: &Repository) -> Vec<PathBuf> {
    let own = repository.own_hooks();
    if place::is_same(&own, &repository.hooks) {
        return Vec::new();
    }
    let hands_on = |name: &Path| {
        let script = script::read(&repository.hooks.join(name));
        script.is_some_and(|script| script.kind != Kind::Repository.word())
    };
    let entries = fs::read_dir(&own).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut hidden: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_none() && file::is_executable(path))
        .filter(|path| path.file_name().is_some_and(|name| !hands_on(Path::new(name))))
        .collect();
    hidden.sort_unstable();
    hidden
}

fn row(hook: &Hook) -> Vec<String> {
    let state = hook.fault().unwrap_or("ok");
    let form = if hook.is_current { "current" } else { "install again to renew" };
    let runs = hook.script.program.as_deref().map(path).unwrap_or_default();
    let first = hook.before.as_deref().map_or_else(|| "-".to_owned(), path);
    vec![hook.name.file().to_owned(), state.to_owned(), form.to_owned(), runs, first]
}

/// A path as it may be shown.
pub(crate) fn path(path: &Path) -> String {
    shown(&path.display().to_string())
}

#[derive(Serialize)]
struct Wire {
    schema: u32,
    repository: Option<String>,
    folder: String,
    hooks_path: Vec<WireSetting>,
    variables: Vec<String>,
    hooks: Vec<WireHook>,
    shadowed: Vec<String>,
    well: bool,
}

#[derive(Serialize)]
struct WireSetting {
    scope: String,
    origin: String,
    value: String,
}

impl WireSetting {
    fn of(setting: &Setting) -> Self {
        let Setting { scope, origin, value } = setting;
        Self { scope: shown(scope), origin: shown(origin), value: path(value) }
    }
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
struct WireHook {
    name: &'static str,
    path: String,
    kind: String,
    intact: bool,
    executable: bool,
    current: bool,
    program: Option<String>,
    program_found: bool,
    before: Option<String>,
    fault: Option<&'static str>,
}

impl WireHook {
    fn of(hook: &Hook) -> Self {
        Self {
            name: hook.name.file(),
            path: path(&hook.path),
            kind: shown(&hook.script.kind),
            intact: hook.script.is_intact,
            executable: hook.is_executable,
            current: hook.is_current,
            program: hook.script.program.as_deref().map(path),
            program_found: hook.has_program,
            before: hook.before.as_deref().map(path),
            fault: hook.fault(),
        }
    }
}
