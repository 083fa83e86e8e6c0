//! `baseleak hook install`, `uninstall`, `status` and `run`.

use anyhow::{Result, bail};

use crate::cli::args::{InstallArgs, RunArgs, StatusArgs, UninstallArgs};
use crate::cli::exit::Exit;

/// To be built.
pub(crate) fn install(_args: &InstallArgs) -> Result<Exit> {
    bail!("this is not built yet")
}

/// To be built.
pub(crate) fn uninstall(_args: &UninstallArgs) -> Result<Exit> {
    bail!("this is not built yet")
}

/// To be built.
pub(crate) fn status(_args: &StatusArgs) -> Result<Exit> {
    bail!("this is not built yet")
}

/// To be built.
pub(crate) fn run(_args: &RunArgs) -> Result<Exit> {
    bail!("this is not built yet")
}
