//! `baseleak doctor`.

use anyhow::{Context as _, Result};

use crate::cli::args::{DoctorArgs, Format};
use crate::cli::doctor::{self, Outcome};
use crate::cli::exit::Exit;
use crate::cli::output::Output;

/// Examines, shows, answers.
pub(crate) fn run(args: &DoctorArgs) -> Result<Exit> {
    let diagnosis = doctor::examine(args.repository.as_deref())?;
    let text = match args.format {
        Format::Human => doctor::human(&diagnosis),
        Format::Json => doctor::json(&diagnosis),
    };
    let written = Output::stdout().deliver(|out| out.write_all(text.as_bytes()));
    written.context("cannot say what was found")?;
    Ok(match diagnosis.worst() {
        Outcome::Ok | Outcome::Note => Exit::Clean,
        Outcome::Fails => Exit::Findings,
        Outcome::Unknown => Exit::NoVerdict,
    })
}
