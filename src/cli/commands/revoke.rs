//! `baseleak revoke`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use baseleak::baseten::ApiError;
use baseleak::verify::Leaked;
use baseleak::verify::revoke::{Survey, Wish, is_prefix, plan, survey};
use baseleak::verify::trail::{self, Unfinished};

use crate::cli::args::{Format, RevokeArgs};
use crate::cli::baseten::{Operator, operator};
use crate::cli::complaint::Advised;
use crate::cli::exit::Exit;
use crate::cli::revoke::Task;
use crate::cli::revoke::again::{broken_off, no_trail, resumed, same_place};
use crate::cli::verifying;

/// Plans, asks, revokes.
pub(crate) fn run(args: &RevokeArgs) -> Result<Exit> {
    let broken = args.resume.as_deref().map(broken_off).transpose()?;
    let leaked = args.report.as_deref().map(verifying::leaked).transpose()?;
    let is_complete = leaked.as_ref().is_none_or(|leaked| leaked.is_complete);
    let mut wishes = wishes(args, leaked)?;
    let operator = operator(&args.baseten)?;
    if let Some(broken) = &broken {
        same_place(broken, operator.remote.management())?;
    }
    let mut survey = look_up(args, &operator, broken.as_ref())?;
    if !is_complete {
        survey.notes.push(verifying::INCOMPLETE.to_owned());
    }
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
        return task.print().map(|()| with_coverage(Exit::Clean, is_complete));
    }
    if !task.is_agreed(args.yes)? {
        return Ok(Exit::Findings);
    }
    if args.resume.is_none() && args.trail.is_none() {
        trail::make_folder(&trail).with_context(|| no_trail(&trail))?;
    }
    Ok(with_coverage(task.revoke(&operator.client())?, is_complete))
}

/// Keys that a scan did not find are not revoked, so that nothing is clean without them.
fn with_coverage(exit: Exit, is_complete: bool) -> Exit {
    if exit == Exit::Clean && !is_complete { Exit::NoVerdict } else { exit }
}

/// What the report and the options name.
fn wishes(args: &RevokeArgs, leaked: Option<Leaked>) -> Result<Vec<Wish>> {
    let leaks = leaked.map(|leaked| leaked.leaks).unwrap_or_default();
    let mut wishes: Vec<Wish> = leaks.iter().map(Wish::of_leak).collect();
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
