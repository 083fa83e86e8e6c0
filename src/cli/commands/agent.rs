//! `baseleak hook agent`, and `install`, `uninstall` and `status` below it.

use anyhow::Result;

use crate::cli::agent;
use crate::cli::args::{AgentArgs, AgentCommand};
use crate::cli::exit::Exit;

/// Judges an event, or sees to the settings of an agent.
pub(crate) fn run(args: &AgentArgs) -> Result<Exit> {
    match &args.command {
        None => agent::run(args),
        Some(AgentCommand::Install(settle)) => agent::install(settle),
        Some(AgentCommand::Uninstall(standing)) => agent::uninstall(standing),
        Some(AgentCommand::Status(standing)) => agent::status(standing),
    }
}
