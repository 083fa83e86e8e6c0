//! Puts hooks in.
//!
//! **Invariant:** putting them in twice changes nothing; what somebody changed in one of ours
//! is not lost.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::file;
use super::git::{Git, Repository};
use super::managers;
use super::name::HANDED_ON;
use super::place::{self, Place};
use super::script::{self, Kind};
use super::uninstall;
use crate::cli::args::{HookName, InstallArgs};
use crate::cli::complaint::Advised;

/// Installs what is asked for; says what was done, a line each.
///
/// # Errors
/// When something stands against it; hooks that were put in before that stay.
pub(crate) fn install(args: &InstallArgs) -> Result<Vec<String>> {
    let program = place::program()?;
    let mut said = Vec::new();
    let (place, hooks) = match (args.global, args.template) {
        (true, _) => (Place::global()?, chosen(&args.hooks, false)),
        (_, true) => (Place::template()?, chosen(&args.hooks, false)),
        _ => {
            let repository = Repository::find(args.repository.as_deref())?;
            let hooks = chosen(&args.hooks, repository.is_bare);
            check(&repository, &hooks)?;
            if !args.force {
                refuse_managed(&repository, &hooks)?;
            }
            for_repository(&repository, hooks, &mut said)?
        }
    };
    said.extend(place.note.iter().map(|note| format!("note: {note}")));
    for hook in &hooks {
        put(&place, *hook, &program, &mut said)?;
    }
    if place.kind == Kind::Global {
        let others = HookName::ALL.iter().map(|hook| hook.file()).chain(HANDED_ON);
        for name in others.filter(|name| !hooks.iter().any(|hook| hook.file() == *name)) {
            let path = place.folder.join(name);
            if !file::is_there(&path) {
                file::put(&path, &script::hand_on(name))?;
            }
        }
        said.push("the hooks of repositories themselves are run from there, too".to_owned());
    }
    if let Some((key, value)) = place.setting.as_ref().filter(|_| place.is_unset) {
        let set = ["config".as_ref(), "--global".as_ref(), key.as_ref(), value.as_os_str()];
        Git::of(None).must(set).with_context(|| {
            // Without the setting git looks there for nobody.
            uninstall::forget(&place);
            let hint = format!("run `git config --global {key} {}` yourself", value.display());
            Advised::new(format!("{key} cannot be set in git's global configuration"), hint)
        })?;
        said.push(format!("set {key} to {} in git's global configuration", value.display()));
    }
    Ok(said)
}

/// The hooks that were named, each once, or the usual one.
fn chosen(named: &[HookName], is_bare: bool) -> Vec<HookName> {
    let mut hooks = named.to_vec();
    if hooks.is_empty() {
        hooks.push(if is_bare { HookName::PreReceive } else { HookName::PreCommit });
    }
    hooks.sort_unstable();
    hooks.dedup();
    hooks
}

/// Where to put the hooks of a repository; without those that our folder for all repositories has.
fn for_repository(
    repository: &Repository,
    hooks: Vec<HookName>,
    said: &mut Vec<String>,
) -> Result<(Place, Vec<HookName>)> {
    let own: Vec<HookName> =
        hooks.iter().copied().filter(|hook| place::is_handed_on(&repository.hooks, *hook)).collect();
    if own.is_empty() || own.len() == hooks.len() {
        return Ok((Place::of(repository, &hooks)?, hooks));
    }
    let place = Place::of(repository, &own)?;
    for hook in hooks.iter().filter(|hook| !own.contains(hook)) {
        let name = hook.file();
        if script::read(&repository.hooks.join(name)).is_none() {
            Place::of(repository, &[*hook])?;
        }
        said.push(format!(
            "{name} is installed for all repositories: {}",
            repository.hooks.join(name).display()
        ));
    }
    Ok((place, own))
}

/// Refuses hooks that git would never run there.
fn check(repository: &Repository, hooks: &[HookName]) -> Result<()> {
    if let Some(form) = repository.unreadable()? {
        let what = format!("{} has {form}, which baseleak cannot read", repository.root().display());
        return Err(Advised::new(what, "a hook would stop every commit; scan its files instead").into());
    }
    let wrong = hooks.iter().find(|hook| !repository.runs(**hook));
    let Some(wrong) = wrong.map(|hook| hook.file()) else { return Ok(()) };
    let place = repository.root().display();
    Err(if repository.is_bare {
        let hint = "choose --hook pre-receive; pre-commit, commit-msg and pre-push are for clones of it";
        Advised::new(format!("git never runs {wrong} in {place}, for nobody works in a bare repository"), hint)
    } else {
        let hint = "choose pre-commit, commit-msg or pre-push; pre-receive and update are for the server's bare repository";
        Advised::new(format!("{wrong} is for what is pushed to, and {place} has a work tree"), hint)
    }
    .into())
}

/// Refuses where another program manages the hooks, and says what to tell it.
fn refuse_managed(repository: &Repository, hooks: &[HookName]) -> Result<()> {
    let Some(manager) = managers::find(repository) else { return Ok(()) };
    let advice: Vec<String> = hooks.iter().map(|hook| manager.advice(*hook)).collect();
    let what = format!("{} manages the hooks of this repository ({})", manager.name, manager.file);
    Err(Managed { what, advice: advice.join("\n") }.into())
}

/// Another program manages the hooks. Its advice has several lines, which an ordinary error has not.
#[derive(Debug)]
pub(crate) struct Managed {
    what: String,
    /// What to add to which file.
    pub(crate) advice: String,
}

impl std::fmt::Display for Managed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Managed {}

/// Puts one hook in, behind the one that is there.
fn put(place: &Place, hook: HookName, program: &Path, said: &mut Vec<String>) -> Result<()> {
    let (path, name) = (place.folder.join(hook.file()), hook.file());
    let shown = path.display();
    let bytes = script::text(place.kind, hook, program);
    let kept = file::before(&path);
    if kept.is_dir() {
        let what =
            format!("{} is a folder, and the hook that runs first must have that name", kept.display());
        return Err(Advised::new(what, "move it away, and install again").into());
    }
    let installed = match script::read(&path) {
        Some(ours) if !ours.is_intact => {
            let what = format!("somebody changed {shown} after baseleak wrote it");
            let hint = format!(
                "move what was added to {}, remove {shown}, and install again",
                file::before(&path).display()
            );
            return Err(Advised::new(what, hint).into());
        }
        Some(_) if fs::read(&path).is_ok_and(|old| old == bytes) && file::is_executable(&path) => {
            said.push(format!("{name} is installed already: {shown}"));
            return Ok(());
        }
        Some(_) => "renewed",
        None if path.is_dir() => bail!("{shown} is a folder, and no hook"),
        None if file::is_there(&path) => {
            set_aside(&path, said)?;
            "installed"
        }
        None => "installed",
    };
    file::put(&path, &bytes).context(Advised::new(
        format!("{name} cannot be installed"),
        "see that the folder of hooks can be written",
    ))?;
    let is_chained = file::is_executable(&kept) && installed == "installed";
    said.push(format!("{installed} {name}: {shown}"));
    if is_chained {
        said.push(format!("the {name} that was there runs first: {}", kept.display()));
    }
    Ok(())
}

/// Keeps what is there, and says what is special about it.
fn set_aside(path: &Path, said: &mut Vec<String>) -> Result<()> {
    let kept = file::before(path);
    if file::is_there(&kept) {
        let what = format!("{} is not ours, and {} is there, too", path.display(), kept.display());
        let hint = "another program wrote its hook over ours; join the two in one file, remove the other, and install again";
        return Err(Advised::new(what, hint).into());
    }
    if !file::is_executable(path) {
        let path = path.display();
        said.push(format!(
            "note: {path} is not executable, so that git did not run it, and nothing runs it now"
        ));
    }
    file::set_aside(path)
}
