//! `baseleak verify`.

use anyhow::Result;
use baseleak::render::{json, verdicts};

use crate::cli::args::{ColorWhen, Format, VerifyArgs};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::plan::{output_of, set_color};
use crate::cli::verifying::{Live, answer, leaked};

/// Reads the report, asks, answers.
pub(crate) fn run(args: &VerifyArgs, color: Option<ColorWhen>) -> Result<Exit> {
    let output = output_of(args.answer.output.as_ref());
    set_color(color, output != Output::stdout());
    let leaked = leaked(&args.report)?;
    let verdicts = Live::new(&args.baseten, args.probe)?.judge(&leaked.leaks);
    output.deliver(|out| match args.answer.format {
        Format::Human => verdicts::write_human(&verdicts, out),
        Format::Json => json::write_verdicts(&verdicts, env!("CARGO_PKG_VERSION"), out),
    })?;
    let exit = answer(&verdicts);
    // Keys that were not found are not proven dead.
    Ok(if exit == Exit::Clean && !leaked.is_complete { Exit::NoVerdict } else { exit })
}
