//! `baseleak revoke`.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use baseleak::baseten::ApiError;
use baseleak::verify::Leak;
use baseleak::verify::revoke::{Survey, Wish, is_prefix, plan, survey};
use baseleak::verify::trail::{self, Unfinished};

use crate::cli::args::{Format, RevokeArgs};
use crate::cli::baseten::{Operator, operator};
use crate::cli::complaint::Advised;
use crate::cli::exit::Exit;
use crate::cli::revoke::Task;
use crate::cli::revoke::again::{broken_off, no_trail, resumed, same_place};

/// Plans, asks, revokes.
pub(crate) fn run(args: &RevokeArgs) -> Result<Exit> {
    let broken = args.resume.as_deref().map(broken_off).transpose()?;
    let mut wishes = wishes(args)?;
    let operator = operator(&args.baseten)?;
    if let Some(broken) = &broken {
        same_place(broken, operator.remote.management())?;
    }
    let survey = look_up(args, &operator, broken.as_ref())?;
    if let Some(broken) = &broken {
        wishes.extend(resumed(broken, &survey));
    }
    let plan = plan(wishes, &survey, args.include_self);
    let trail = trail_path(args)?;
    // A plan alone is for programs, unless a person asks for it.
    let format = args.format.unwrap_or(if args.dry_run { Format::Json } else { Format::Human });
    let resumes = broken.as_ref().map(|broken| broken.run.as_str());
    let task = Task { plan: &plan, format, resumes, trail: &trail };
    if args.dry_run {
        return task.print().map(|()| Exit::Clean);
    }
    if !task.is_agreed(args.yes)? {
        return Ok(Exit::Findings);
    }
    if args.resume.is_none() && args.trail.is_none() {
        trail::make_folder(&trail).with_context(|| no_trail(&trail))?;
    }
    task.revoke(&operator.client())
}

/// What the report and the options name.
fn wishes(args: &RevokeArgs) -> Result<Vec<Wish>> {
    let mut wishes: Vec<Wish> = args.report.as_deref().map(read).transpose()?.unwrap_or_default();
    for prefix in &args.prefix {
        if !is_prefix(prefix) {
            // It is not repeated: it may be a whole key.
            let hint = "give what stands before the dot: b10_ and 8 characters, or 8 characters; a whole key \
                        does not belong into an argument, where the history of the shell keeps it";
            return Err(Advised::new("--prefix was given something that is no prefix of a key", hint).into());
        }
        wishes.push(Wish::of_prefix(prefix));
    }
    Ok(wishes)
}

fn read(report: &Path) -> Result<Vec<Wish>> {
    let name = || format!("cannot use the report {}", report.display());
    let leaks = if report == Path::new("-") {
        Leak::read(io::stdin().lock())
    } else {
        Leak::read(File::open(report).with_context(name)?)
    };
    let leaks = leaks.map_err(|error| {
        let hint = error.hint();
        anyhow::Error::new(error).context(Advised::new(name(), hint))
    })?;
    Ok(leaks.iter().map(Wish::of_leak).collect())
}

/// What Baseten knows.
fn look_up(args: &RevokeArgs, operator: &Operator, broken: Option<&Unfinished>) -> Result<Survey> {
    let own = operator.prefix();
    let found = survey(&operator.client(), own.as_deref(), args.gateway_group.as_deref());
    let is_own = |prefix: &str| own.as_deref() == Some(prefix);
    match (found, broken) {
        // Where nothing but the own key was left, that it is not accepted is what was wanted.
        (Err(ApiError::Unauthorized { .. }), Some(broken))
            if broken.operator == own && broken.keys.iter().all(|pending| is_own(&pending.key.prefix)) =>
        {
            let remote = operator.remote.management().to_owned();
            Ok(Survey { remote, operator: own, ..Survey::default() })
        }
        (found, _) => found.map_err(|error| {
            let hint = "the key must be one that may list keys: a personal one, or one that manages keys";
            let what = "cannot read the inventory of keys, so nothing is revoked";
            anyhow::Error::new(error).context(Advised::new(what, hint))
        }),
    }
}

fn trail_path(args: &RevokeArgs) -> Result<PathBuf> {
    let named = args.resume.clone().or_else(|| args.trail.clone());
    let usual = || trail::default_path(&|name| std::env::var_os(name), std::env::home_dir().as_deref());
    named.or_else(usual).context("there is no place for the trail: name one with --trail FILE")
}
