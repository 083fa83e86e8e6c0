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
use super::managers::{self, Manager};
use super::place::{self, Place, Setting};
use super::script::{self, Kind, Script};
use crate::cli::args::HookName;
use crate::cli::complaint::shown;
use crate::cli::table::table;

/// What is known of the hooks of a repository, or outside of one of those for all.
pub(crate) struct Status {
    pub(crate) repository: Option<Repository>,
    /// Where git looks for hooks, and the template outside of a repository; nowhere where nothing says so.
    pub(crate) folder: Option<PathBuf>,
    /// What says so, the last being in force.
    pub(crate) settings: Vec<Setting>,
    /// Our hooks that are in force.
    pub(crate) hooks: Vec<Hook>,
    /// Hooks of the repository that git does not run, since it looks elsewhere.
    pub(crate) shadowed: Vec<PathBuf>,
    /// Hooks of ours that stand where git looks, and that it never runs in such a repository.
    pub(crate) idle: Vec<PathBuf>,
    /// Hooks that were there before ours and that nothing runs, for ours is gone.
    pub(crate) leftover: Vec<PathBuf>,
    /// Another program that manages the hooks, and whether its files speak of baseleak.
    pub(crate) manager: Option<(Manager, bool)>,
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
    /// The hooks that are run first, in this order.
    pub(crate) before: Vec<PathBuf>,
}

impl Hook {
    /// `own` is the folder of the repository's own hooks, which one for all repositories runs first.
    fn find(folder: &Path, own: Option<&Path>, name: HookName, program: &Path) -> Option<Self> {
        let path = folder.join(name.file());
        let script = script::read(&path).filter(|script| script.kind != Kind::HandOn.word())?;
        let kind = if script.kind == Kind::Global.word() { Kind::Global } else { Kind::Repository };
        let is_current = fs::read(&path).is_ok_and(|bytes| bytes == script::text(kind, name, program));
        let own = own.filter(|own| kind == Kind::Global && !place::is_same(own, folder));
        let first = [Some(file::before(&path)), own.map(|own| own.join(name.file()))];
        let before = first.into_iter().flatten().filter(|before| file::is_executable(before)).collect();
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
        match Repository::find_any(named)? {
            Some(repository) => Self::of(repository),
            None => Self::outside(),
        }
    }

    fn of(repository: Repository) -> Result<Self> {
        let program = place::program()?;
        let (folder, own) = (repository.hooks.clone(), repository.own_hooks());
        let is_off = repository.hookless().is_some();
        let (mut hooks, mut idle) = (Vec::new(), Vec::new());
        for name in HookName::ALL.into_iter().filter(|_| !is_off) {
            let handed = place::is_handed_on(&folder, name).then_some(&own);
            let hook = Hook::find(handed.unwrap_or(&folder), Some(&own), name, &program);
            match hook {
                Some(hook) if repository.runs(name) => hooks.push(hook),
                // What stands in a folder for all repositories is for others of them.
                Some(hook) if hook.path.starts_with(&own) => idle.push(hook.path),
                _ => {}
            }
        }
        let manager = managers::find(&repository);
        Ok(Self {
            settings: repository.settings.clone(),
            shadowed: shadowed(&repository),
            leftover: leftover(&folder),
            manager: manager.map(|manager| {
                let speaks = manager.speaks_of_us(&repository);
                (manager, speaks)
            }),
            repository: Some(repository),
            folder: Some(folder).filter(|_| !is_off),
            hooks,
            idle,
        })
    }

    /// What holds for all repositories, or else what new ones will have, which is the next best.
    fn outside() -> Result<Self> {
        let program = place::program()?;
        let settings = place::settings(&Git::of(None))?;
        let set = settings.last().map(|setting| setting.value.clone()).filter(|value| value.is_absolute());
        let template = Place::template()?;
        let folder =
            set.or_else(|| Some(template.folder).filter(|_| !template.is_unset && settings.is_empty()));
        let find = |name| folder.as_deref().and_then(|folder| Hook::find(folder, None, name, &program));
        let hooks = HookName::ALL.into_iter().filter_map(find).collect();
        let leftover = folder.as_deref().map(leftover).unwrap_or_default();
        Ok(Self {
            repository: None,
            folder,
            settings,
            hooks,
            shadowed: Vec::new(),
            idle: Vec::new(),
            leftover,
            manager: None,
        })
    }

    /// Whether the hooks are those of other repositories, too.
    fn is_shared(&self) -> bool {
        self.repository.as_ref().is_some_and(Repository::is_shared)
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
        let hookless = self.repository.as_ref().and_then(Repository::hookless);
        let looks = match (&self.folder, hookless) {
            (Some(folder), _) if self.repository.is_none() && self.settings.is_empty() => {
                format!("new repositories take their hooks from {}", path(folder))
            }
            (Some(folder), _) => format!("git looks for hooks in {}", path(folder)),
            (None, Some(why)) => shown(&why),
            (None, None) => "git looks for hooks in each repository's own folder".to_owned(),
        };
        text.extend([format!("{place}\n{looks}\n")]);
        for Setting { scope, origin, value } in &self.settings {
            let value = path(value);
            text.extend([format!(
                "  {} is {value}, by the {scope} configuration ({})\n",
                place::HOOKS_PATH,
                shown(origin)
            )]);
        }
        if self.is_shared() {
            text += "  these are the hooks of all repositories; --global changes them\n";
        }
        let rows: Vec<Vec<String>> = self.hooks.iter().map(row).collect();
        if rows.is_empty() {
            text.extend([format!("\nno hook of baseleak is in force here; {}\n", self.advice())]);
        } else {
            text.extend([format!("\n{}", table(&["HOOK", "STATE", "FORM", "RUNS", "FIRST"], &rows))]);
        }
        for idle in &self.idle {
            text.extend([format!("idle: {} is a hook of baseleak that git never runs here\n", path(idle))]);
        }
        for kept in &self.leftover {
            text.extend([format!(
                "left over: {} was there before baseleak, and nothing runs it; `baseleak hook uninstall` puts it back\n",
                path(kept)
            )]);
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

    /// What to do where no hook is in force.
    fn advice(&self) -> String {
        if self.repository.as_ref().is_some_and(|repository| repository.hookless().is_some()) {
            return format!("take {} out of the configuration first", place::HOOKS_PATH);
        }
        match &self.manager {
            Some((manager, true)) => format!(
                "{} manages the hooks, and {} speaks of baseleak: whether it runs is for it to say",
                manager.name, manager.file
            ),
            Some((manager, false)) => format!(
                "{} manages the hooks ({}): `baseleak hook install` says what to add there",
                manager.name, manager.file
            ),
            None => "`baseleak hook install` puts one in".to_owned(),
        }
    }

    /// For programs.
    pub(crate) fn json(&self) -> String {
        let wire = Wire {
            schema: 1,
            repository: self.repository.as_ref().map(|repository| path(repository.root())),
            folder: self.folder.as_deref().map(path),
            shared: self.is_shared(),
            hooks_path: self.settings.iter().map(WireSetting::of).collect(),
            variables: Self::variables(),
            hooks: self.hooks.iter().map(WireHook::of).collect(),
            shadowed: self.shadowed.iter().map(|hidden| path(hidden)).collect(),
            idle: self.idle.iter().map(|idle| path(idle)).collect(),
            leftover: self.leftover.iter().map(|kept| path(kept)).collect(),
            manager: self.manager.as_ref().map(|(manager, _)| manager.name),
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

/// Hooks that were set aside for ours, where ours is not there any more.
fn leftover(folder: &Path) -> Vec<PathBuf> {
    let hooks = HookName::ALL.map(|name| folder.join(name.file()));
    let gone = hooks.iter().filter(|hook| script::read(hook).is_none()).map(|hook| file::before(hook));
    gone.filter(|kept| kept.symlink_metadata().is_ok_and(|kept| !kept.is_dir())).collect()
}

fn row(hook: &Hook) -> Vec<String> {
    let state = hook.fault().unwrap_or("ok");
    let form = match (hook.is_current, hook.script.is_intact) {
        (true, _) => "current",
        (false, true) => "install again to renew",
        (false, false) => "changed",
    };
    let runs = hook.script.program.as_deref().map(path).unwrap_or_default();
    let first: Vec<String> = hook.before.iter().map(|before| path(before)).collect();
    let first = if first.is_empty() { "-".to_owned() } else { first.join(", ") };
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
    folder: Option<String>,
    shared: bool,
    hooks_path: Vec<WireSetting>,
    variables: Vec<String>,
    hooks: Vec<WireHook>,
    shadowed: Vec<String>,
    idle: Vec<String>,
    leftover: Vec<String>,
    manager: Option<&'static str>,
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
    first: Vec<String>,
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
            before: hook.before.first().map(|before| path(before)),
            first: hook.before.iter().map(|before| path(before)).collect(),
            fault: hook.fault(),
        }
    }
}
