//! `baseleak rotate`.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::Result;
use baseleak::render::json;
use baseleak::verify::rotate::{self, Means, Plan};

use crate::cli::args::{Format, RotateArgs};
use crate::cli::complaint::{self, Advised};
use crate::cli::conceal::transport;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::rotation;

/// Plans, shows, asks, and rotates.
pub(crate) fn run(args: &RotateArgs) -> Result<Exit> {
    let target = rotation::target(args)?;
    let transport = transport()?;
    let callers = rotation::callers(args, &target, &transport)?;
    let means = Means { transport: &transport, remote: &target.remote, callers: &callers, old: &target.key };
    let plan = rotate::plan(&means, &target.place, args.name.as_deref(), &rotation::today());
    let plan = plan.map_err(|error| {
        let hint = "name a key that may make and delete keys with --key-file, or see docs/rotating.md";
        anyhow::Error::new(error).context(Advised::new("the key cannot be rotated", hint))
    })?;
    let mut desk = rotation::prepare(args, &plan)?;
    let is_human = matches!(args.format, Format::Human);
    if is_human {
        print(&rotation::plan_text(&plan, &desk))?;
    }
    if args.dry_run {
        if !is_human {
            tell(&rotation::document(&plan, &desk, None))?;
        }
        return Ok(Exit::Clean);
    }
    if !(args.yes || agreed(&plan)?) {
        return Ok(Exit::NoVerdict);
    }
    desk.open_trail(args, &target.remote)?;
    let outcome = rotate::rotate(&plan, &means, &mut desk);
    desk.close(outcome.left.is_empty());
    if !is_human {
        tell(&rotation::document(&plan, &desk, Some(&outcome)))?;
    }
    let is_interrupted = desk.was_interrupted();
    if outcome.failed.is_none() {
        if is_human {
            print(&rotation::success_text(&plan, &outcome))?;
        }
        if is_interrupted {
            complaint::warn("interrupted when it was too late to undo the rotation, which was ended");
            return Ok(Exit::Interrupted);
        }
        return Ok(Exit::Clean);
    }
    complaint::print(&rotation::failure(&plan, &target, &outcome));
    if is_interrupted {
        return Ok(Exit::Interrupted);
    }
    Ok(if outcome.left.is_empty() { Exit::NoVerdict } else { Exit::Findings })
}

fn print(text: &str) -> Result<()> {
    Output::stdout().deliver(|out| out.write_all(text.as_bytes())).map(drop)
}

fn tell(document: &serde_json::Value) -> Result<()> {
    Output::stdout().deliver(|out| json::write_value(document, out)).map(drop)
}

/// Asks the person at the terminal.
#[expect(clippy::print_stderr, reason = "a question is no part of the output")]
fn agreed(plan: &Plan) -> Result<bool> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        let hint = "give --yes to do it, or --dry-run to only look";
        return Err(Advised::new("nothing was done, for there is nobody to ask", hint).into());
    }
    eprint!("rotate {}? [y/N] ", complaint::shown(&plan.old));
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
