//! `baseleak hook framework`.

use anyhow::{Result, bail};

use crate::cli::args::FrameworkArgs;
use crate::cli::exit::Exit;

/// To be built.
pub(crate) fn run(_args: &FrameworkArgs) -> Result<Exit> {
    bail!("this is not built yet")
}
