//! Takes hooks out, and puts back what was there before them.
//!
//! **Invariant:** a hook of ours that somebody changed is not touched, and nothing else is
//! then, either.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::file;
use super::git::{Git, Repository};
use super::name::HANDED_ON;
use super::place::{self, Place};
use super::script::{self, Kind};
use crate::cli::args::{HookName, UninstallArgs};
use crate::cli::complaint::Advised;

/// Takes out what is ours; says what was done, a line each.
///
/// # Errors
/// When one of ours was changed, or the system fails.
pub(crate) fn uninstall(args: &UninstallArgs) -> Result<Vec<String>> {
    let place = match (args.global, args.template) {
        (true, _) => Place::global()?,
        (_, true) => Place::template()?,
        _ => of(&Repository::find(args.repository.as_deref())?)?,
    };
    let names: Vec<&str> = match place.kind {
        Kind::Global => HookName::ALL.iter().map(|hook| hook.file()).chain(HANDED_ON).collect(),
        Kind::Repository | Kind::HandOn => HookName::ALL.iter().map(|hook| hook.file()).collect(),
    };
    let (mut ours, mut left): (Vec<PathBuf>, Vec<PathBuf>) = (Vec::new(), Vec::new());
    for path in names.iter().map(|name| place.folder.join(name)) {
        let Some(script) = script::read(&path) else {
            left.extend(leftover(&path)?);
            continue;
        };
        if !script.is_intact {
            let what = format!("somebody changed {} after baseleak wrote it", path.display());
            let hint = format!(
                "look what of it is yours, then remove it; what was there before is {}, if that is there",
                file::before(&path).display()
            );
            return Err(Advised::new(what, hint).into());
        }
        ours.push(path);
    }
    if place.kind == Kind::Global && has_others(&place.folder, &|path| script::read(path).is_some()) {
        let what = format!("there are hooks in {} that are not baseleak's", place.folder.display());
        let hint = "move them to a folder of their own and set core.hooksPath to that, or remove them";
        return Err(Advised::new(what, hint).into());
    }
    let mut said = Vec::new();
    unset(&place, &mut said)?;
    for path in &ours {
        let is_back = file::put_back(path)?;
        let is_worth_telling = is_back || place.kind != Kind::Global || script_of(path).is_some();
        if is_worth_telling {
            let what = if is_back { "put back what was there before: " } else { "taken out: " };
            said.push(format!("{what}{}", path.display()));
        }
    }
    if place.setting.is_some() {
        clear(&place);
    }
    for path in &left {
        let kept = file::before(path);
        fs::rename(&kept, path).with_context(|| format!("cannot rename {}", kept.display()))?;
        said.push(format!("put back what was there before: {}", path.display()));
    }
    if ours.is_empty() && left.is_empty() {
        said.push(format!("nothing of baseleak is in {}", place.folder.display()));
    }
    Ok(said)
}

/// Removes our own folders where they are empty, and none above them.
fn clear(place: &Place) {
    let Ok(data) = place::data() else { return };
    for folder in place.folder.ancestors().take_while(|folder| folder.starts_with(&data)) {
        drop(fs::remove_dir(folder));
    }
}

/// Takes what was just written out of a folder that nothing leads to, as far as that can be done.
pub(crate) fn forget(place: &Place) {
    let ours = fs::read_dir(&place.folder).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in ours.filter(|path| script::read(path).is_some_and(|script| script.is_intact)) {
        drop(file::put_back(&path));
    }
    clear(place);
}

/// The hook whose file was kept and is not run, for ours is gone.
///
/// # Errors
/// When another one has its place.
fn leftover(path: &Path) -> Result<Option<PathBuf>> {
    let kept = file::before(path);
    if !kept.symlink_metadata().is_ok_and(|kept| !kept.is_dir()) {
        return Ok(None);
    }
    if !file::is_there(path) {
        return Ok(Some(path.to_owned()));
    }
    let what = format!(
        "{} was there before baseleak and is not run, for another hook has its place",
        kept.display()
    );
    let hint = format!("join the two in {}, and remove {}", path.display(), kept.display());
    Err(Advised::new(what, hint).into())
}

/// The folder of a repository's hooks: its own one, where that of all repositories hands on to one of ours in it.
fn of(repository: &Repository) -> Result<Place> {
    let own = repository.own_hooks();
    let is_here = |hook: &HookName| {
        place::is_handed_on(&repository.hooks, *hook) && script::read(&own.join(hook.file())).is_some()
    };
    let here: Vec<HookName> = HookName::ALL.into_iter().filter(is_here).collect();
    if !here.is_empty() {
        return Place::of(repository, &here);
    }
    let stands = |hook: &HookName| script::read(&repository.hooks.join(hook.file())).is_some();
    Place::of(repository, &HookName::ALL.into_iter().filter(stands).collect::<Vec<_>>())
}

/// The hook of ours that has this path, by its name.
fn script_of(path: &Path) -> Option<HookName> {
    HookName::ALL.into_iter().find(|hook| path.ends_with(hook.file()))
}

/// Takes our setting out of git's configuration, before what it leads to goes.
fn unset(place: &Place, said: &mut Vec<String>) -> Result<()> {
    let Some((key, _)) = place.setting.as_ref().filter(|_| !place.is_unset) else { return Ok(()) };
    // A template that others put something into stays the template.
    if place.kind == Kind::Repository && has_more(place) {
        return Ok(());
    }
    Git::of(None).must(["config", "--global", "--unset", key]).with_context(|| {
        let hint = format!("run `git config --global --unset {key}` yourself");
        Advised::new(format!("{key} cannot be taken out of git's global configuration"), hint)
    })?;
    said.push(format!("taken {key} out of git's global configuration"));
    Ok(())
}

/// Whether there is something in the template that is not ours.
fn has_more(place: &Place) -> bool {
    let above = place.folder.parent().unwrap_or(&place.folder);
    has_others(&place.folder, &|path| script::read(path).is_some())
        || has_others(above, &|path| path == place.folder)
}

/// Whether a folder holds anything that is not ours.
fn has_others(folder: &Path, is_ours: &dyn Fn(&Path) -> bool) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| !is_ours(&entry.path()))
}
