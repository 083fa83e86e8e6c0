//! `baseleak hook agent`.

use anyhow::{Result, bail};

use crate::cli::args::AgentArgs;
use crate::cli::exit::Exit;

/// To be built.
pub(crate) fn run(_args: &AgentArgs) -> Result<Exit> {
    bail!("this is not built yet")
}
