//! `baseleak doctor`.

use anyhow::{Result, bail};

use crate::cli::args::DoctorArgs;
use crate::cli::exit::Exit;

/// To be built.
pub(crate) fn run(_args: &DoctorArgs) -> Result<Exit> {
    bail!("this is not built yet")
}
