//! `baseleak hook install`, `uninstall`, `status` and `run`.

use anyhow::{Context as _, Result};
use baseleak::render::terminal::sanitise;

use crate::cli::args::{Format, InstallArgs, RunArgs, StatusArgs, UninstallArgs};
use crate::cli::complaint::{Advised, shown};
use crate::cli::exit::Exit;
use crate::cli::hook::install::Managed;
use crate::cli::hook::status::Status;
use crate::cli::hook::{install, run, uninstall};
use crate::cli::output::Output;

/// Puts hooks in, and says what was done.
pub(crate) fn install(args: &InstallArgs) -> Result<Exit> {
    match install::install(args) {
        Ok(said) => tell(&said),
        Err(error) => match error.downcast_ref::<Managed>() {
            None => Err(error),
            Some(managed) => {
                let advice: Vec<String> =
                    managed.advice.lines().map(|line| sanitise(line).into_owned()).collect();
                print(&(advice.join("\n") + "\n"))?;
                let hint = "see above what to add to its file; --force puts a hook of git's in all the same";
                Err(error.context(Advised::new("nothing is installed", hint)))
            }
        },
    }
}

/// Takes hooks out, and says what was done.
pub(crate) fn uninstall(args: &UninstallArgs) -> Result<Exit> {
    tell(&uninstall::uninstall(args)?)
}

/// Tells which hooks are there.
pub(crate) fn status(args: &StatusArgs) -> Result<Exit> {
    let status = Status::find(args.repository.as_deref())?;
    print(&match args.format {
        Format::Human => status.human(),
        Format::Json => status.json(),
    })?;
    Ok(if status.is_well() { Exit::Clean } else { Exit::Findings })
}

/// Judges what git is about to do.
pub(crate) fn run(args: &RunArgs) -> Result<Exit> {
    run::run(args)
}

fn tell(said: &[String]) -> Result<Exit> {
    let lines: Vec<String> = said.iter().map(|line| shown(line) + "\n").collect();
    print(&lines.concat())?;
    Ok(Exit::Clean)
}

fn print(text: &str) -> Result<()> {
    let written = Output::stdout().deliver(|out| out.write_all(text.as_bytes()));
    written.map(drop).context("cannot say what was done")
}
