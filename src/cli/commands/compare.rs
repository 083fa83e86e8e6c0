//! `baseleak diff`.

use std::path::Path;

use anyhow::Result;
use baseleak::render::json;

use crate::cli::args::{ColorWhen, DiffArgs, Format};
use crate::cli::compare::{Comparison, Scan, human, wire};
use crate::cli::complaint::{Advised, warn};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::plan::{output_of, set_color};
use crate::cli::verifying::read_from;

/// Reads both reports, compares, answers.
pub(crate) fn run(args: &DiffArgs, color: Option<ColorWhen>) -> Result<Exit> {
    let stdin = Path::new("-");
    if args.old == stdin && args.new == stdin {
        let hint = "give a file for one of them";
        return Err(Advised::new("both reports cannot come on standard input", hint).into());
    }
    let output = output_of(args.output.as_ref());
    output.place()?;
    set_color(color, output != Output::stdout());
    let (old, new) = (read_from(&args.old, Scan::read)?, read_from(&args.new, Scan::read)?);
    let comparison = Comparison::of(&old, &new);
    output.deliver(|out| match args.format {
        Format::Human => human::write(&comparison, out),
        Format::Json => json::write_value(&wire::Document::of(&comparison), out),
    })?;
    if !new.is_complete() {
        warn("the new scan was incomplete, so there is no verdict");
        return Ok(Exit::NoVerdict);
    }
    Ok(if comparison.new.is_empty() { Exit::Clean } else { Exit::Findings })
}
