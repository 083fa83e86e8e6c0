//! `baseleak baseline create`, `update`, `show` and `prune`.

use std::path::Path;

use anyhow::Result;
use baseleak::render::{json, terminal::sanitise};
use baseleak::scan::Scanned;
use baseleak::source;
use baseleak::source::history::Limits;
use baseleak::suppress::baseline::report::Findings;
use baseleak::suppress::baseline::{Baseline, FILE};

use crate::cli::args::{BaselineFrom, ColorWhen, CreateArgs, Format, PruneArgs, ShowArgs, UpdateArgs};
use crate::cli::baseline::{self, Seen, Wire};
use crate::cli::complaint::Advised;
use crate::cli::exit::Exit;
use crate::cli::output::Output;

/// Writes down what is found, or what a report tells.
pub(crate) fn create(args: &CreateArgs, color: Option<ColorWhen>) -> Result<Exit> {
    let given = args.report.as_deref().map(baseline::report).transpose()?;
    let findings = given.as_ref().map(|(bytes, _)| Findings::read(bytes)).transpose()?;
    let root = source::root_of(&args.seeing.place);
    let scanned = findings.as_ref().map(|findings| {
        let place = Some(args.seeing.place.clone());
        match (findings.are_of_audit(), findings.are_of_history()) {
            (true, _) => Scanned::All(place),
            (_, true) => Scanned::History(place, Limits::default()),
            _ => Scanned::Folder(root.clone()),
        }
    });
    let must_be_new = |file: &Path| match file.symlink_metadata() {
        Ok(_) if !args.force => {
            let what = format!("there is a baseline already: {}", file.display());
            let hint = "`baseleak baseline update` adds to it, and --force makes it anew";
            Err(Advised::new(what, hint).into())
        }
        _ => Ok(()),
    };
    let (seen, ()) = Seen::new(&args.seeing, &args.options, color, scanned, must_be_new)?;
    baseline::whole(args.allow_incomplete || given.as_ref().is_none_or(|(_, is_complete)| *is_complete))?;
    seen.must_be_whole(args.allow_incomplete)?;
    let sightings = findings.as_ref().map_or_else(|| seen.sightings(), Findings::sightings);
    let mut baseline = Baseline::new(&name_of(&seen.file));
    baseline.bring_up(&sightings, &seen.moves(), false);
    baseline::write(&baseline, &seen.file)?;
    let said = if args.no_gitattributes { None } else { baseline::let_git_merge(&seen.file)? };
    let count = baseline.entries().len();
    let entries = if count == 1 { "entry" } else { "entries" };
    let name = sanitise(&seen.file.display().to_string()).into_owned();
    Output::stdout().deliver(|out| {
        writeln!(out, "wrote {name}: {count} {entries}")?;
        said.iter().try_for_each(|said| writeln!(out, "{said}"))
    })?;
    Ok(Exit::Clean)
}

/// Adds what is new, and follows what moved.
pub(crate) fn update(args: &UpdateArgs, color: Option<ColorWhen>) -> Result<Exit> {
    must_see_all(args.prune, args.seeing.from)?;
    let (seen, mut baseline) = Seen::new(&args.seeing, &args.options, color, None, baseline::load)?;
    seen.must_be_whole(args.allow_incomplete)?;
    let changes = baseline.bring_up(&seen.sightings(), &seen.moves(), args.prune);
    baseline::write(&baseline, &seen.file)?;
    baseline::tell(&changes, &baseline, &seen.file, "updated")?;
    Ok(Exit::Clean)
}

/// Lists the entries.
pub(crate) fn show(args: &ShowArgs) -> Result<Exit> {
    baseline::must_be_there(&args.place)?;
    let default = || source::root_of(&args.place).join(FILE);
    let baseline = baseline::load(&args.baseline.clone().unwrap_or_else(default))?;
    Output::stdout().deliver(|out| match args.format {
        Format::Json => json::write_value(&Wire::of(&baseline), out),
        Format::Human => {
            let mut key = None;
            for entry in baseline.entries() {
                if key.replace((&entry.key, &entry.digest)) != Some((&entry.key, &entry.digest)) {
                    writeln!(out, "{}", sanitise(&entry.key))?;
                }
                writeln!(out, "  {}", sanitise(&entry.spot.to_string()))?;
            }
            Ok(())
        }
    })?;
    Ok(Exit::Clean)
}

/// Drops what is found no longer.
pub(crate) fn prune(args: &PruneArgs, color: Option<ColorWhen>) -> Result<Exit> {
    must_see_all(true, args.seeing.from)?;
    let (seen, mut baseline) = Seen::new(&args.seeing, &args.options, color, None, baseline::load)?;
    seen.must_be_whole(false)?;
    let changes = baseline.drop_unseen(&seen.sightings(), &seen.moves());
    if !args.dry_run {
        baseline::write(&baseline, &seen.file)?;
    }
    let verb = if args.dry_run { "would write" } else { "updated" };
    baseline::tell(&changes, &baseline, &seen.file, verb)?;
    Ok(Exit::Clean)
}

/// What is staged is a part of all, and says nothing of the rest.
fn must_see_all(drops: bool, from: BaselineFrom) -> Result<()> {
    if drops && from == BaselineFrom::Staged {
        let hint = "give --from tree or --from history";
        return Err(Advised::new("what is staged does not tell what is no longer there", hint).into());
    }
    Ok(())
}

fn name_of(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
