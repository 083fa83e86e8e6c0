//! What can be looked at without letting a hook fire.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Check, Outcome};
use crate::cli::hook::git::{Git, Repository};
use crate::cli::hook::status::{Status, path};
use crate::cli::hook::{place, script};

/// The first git that knows `core.hooksPath`.
const OLDEST: (u32, u32) = (2, 9);

/// Whether there is a git, and which.
pub(super) fn git() -> Check {
    const HINT: &str = "install git 2.9 or newer, and see that it is on the PATH";
    let version = Git::of(None).line(["--version"]).ok().flatten();
    let Some(version) = version.map(|line| line.to_string_lossy().into_owned()) else {
        return Check::unknown("git", "git cannot be run", HINT);
    };
    let mut numbers = version.trim_start_matches("git version ").split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= OLDEST => Check::ok("git", version),
        (Some(Ok(_)), Some(Ok(_))) => Check::fails("git", format!("{version} knows no core.hooksPath"), HINT),
        _ => Check::unknown("git", format!("which version it is cannot be told: {version}"), HINT),
    }
}

/// Whether the program that a shell would find is this one.
pub(super) fn program() -> Check {
    let name = format!("baseleak{}", env::consts::EXE_SUFFIX);
    let folders = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&folders).map(|folder| folder.join(&name)).find(|path| path.is_file());
    match (place::program(), found) {
        (Ok(own), Some(found)) if place::is_same(&own, &found) => Check::ok("program", path(&found)),
        (Ok(own), Some(found)) => Check::fails(
            "program",
            format!("the PATH leads to {}, and this is {}", path(&found), path(&own)),
            "remove one of the two, or change the order of the PATH",
        ),
        (Ok(own), None) => Check::new(
            "program",
            Outcome::Note,
            format!("{} is not on the PATH; hooks find it by its full name", path(&own)),
        ),
        (Err(_), _) => {
            Check::unknown("program", "the path of this program cannot be told", "run it by its full path")
        }
    }
}

/// The hooks of ours that git would run.
pub(super) fn hooks(status: &Status) -> Vec<Check> {
    let form = status.repository.as_ref().and_then(|repository| repository.unreadable().ok().flatten());
    if let Some(form) = form {
        let hint = "a hook stops every commit here; take it out, and scan the files instead";
        return vec![Check::fails(
            "hook",
            format!("the repository has {form}, which baseleak cannot read"),
            hint,
        )];
    }
    if status.hooks.is_empty() {
        return vec![none(status)];
    }
    let checks = status.hooks.iter().map(|hook| {
        let name = format!("{} at {}", hook.name.file(), path(&hook.path));
        if let Some(fault) = hook.fault() {
            let hint = "`baseleak hook install` writes it anew; where it was changed, remove it first";
            return Check::fails("hook", format!("{name}: {fault}"), hint);
        }
        let version = hook.script.program.as_deref().and_then(version_of);
        let own = concat!("baseleak ", env!("CARGO_PKG_VERSION"));
        match version {
            Some(version) if version == own => Check::ok("hook", name),
            Some(version) => Check::fails(
                "hook",
                format!("{name}: it runs {version}, and this is {own}"),
                "`baseleak hook install` makes it run this one",
            ),
            None => Check::fails(
                "hook",
                format!("{name}: the program that it names does not say its version"),
                "`baseleak hook install` makes it run this one",
            ),
        }
    });
    checks.collect()
}

/// There is none of ours; another program may call baseleak all the same.
fn none(status: &Status) -> Check {
    let folder = status.folder.as_deref().map_or_else(|| "any folder that git looks in".to_owned(), path);
    if let Some(why) = status.repository.as_ref().and_then(Repository::hookless) {
        let hint = format!("`git config --unset {}`, with --global if it stands there", place::HOOKS_PATH);
        return Check::fails("hook", why, &hint);
    }
    match &status.manager {
        Some((manager, _)) => Check::unknown(
            "hook",
            format!(
                "{} manages the hooks ({}); whether it runs baseleak is for its file to say",
                manager.name, manager.file
            ),
            "`baseleak hook install` says what belongs there; then try it: stage a made-up key and commit",
        ),
        None => Check::fails(
            "hook",
            format!("no hook of baseleak is in {folder}"),
            "`baseleak hook install` puts one in",
        ),
    }
}

/// What the program at `path` says of its version.
fn version_of(path: &Path) -> Option<String> {
    let output = Command::new(path).arg("--version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned()).filter(|line| !line.is_empty())
}

/// What leads git past the hooks of the repository.
pub(super) fn shadows(status: &Status) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Some(setting) = status.settings.last() {
        let (value, key) = (path(&setting.value), place::HOOKS_PATH);
        let detail = format!("{key} is {value}, by the {} configuration ({})", setting.scope, setting.origin);
        let (ours, others): (Vec<&PathBuf>, Vec<&PathBuf>) =
            status.shadowed.iter().partition(|hidden| script::read(hidden).is_some());
        let names = |list: &[&PathBuf]| list.iter().map(|hidden| path(hidden)).collect::<Vec<_>>().join(", ");
        if !ours.is_empty() && status.hooks.is_empty() {
            let hint = format!(
                "`baseleak hook install` puts it where git looks; or `git config --{} --unset {key}`",
                setting.scope
            );
            checks.push(Check::fails("shadow", format!("{detail}, which hides {}", names(&ours)), &hint));
        } else {
            checks.push(Check::new("shadow", Outcome::Note, detail));
        }
        if !others.is_empty() {
            let detail = format!("{key} hides hooks that git does not run: {}", names(&others));
            checks.push(Check::new("shadow", Outcome::Note, detail));
        }
    }
    let variables = Status::variables();
    if !variables.is_empty() {
        let detail = format!("the environment changes git's configuration: {}", variables.join(", "));
        checks.push(Check::new("shadow", Outcome::Note, detail));
    }
    checks
}

/// What no hook can keep anybody from.
pub(super) fn ways_past(status: &Status) -> Check {
    let is_bare = status.repository.as_ref().is_some_and(|repository| repository.is_bare);
    let detail = if is_bare {
        "nobody who pushes can go past these hooks; whoever may write into the repository's folder can"
    } else {
        "`git commit --no-verify`, `git push --no-verify` and `git -c core.hooksPath=…` go past these hooks; only one on the server, or CI, cannot be passed by"
    };
    Check::new("ways past", Outcome::Note, detail)
}
