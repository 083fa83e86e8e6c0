//! `baseleak completions` and `baseleak man`.

use anyhow::{Result, bail};

use crate::cli::args::{CompletionsArgs, ManArgs};
use crate::cli::exit::Exit;

/// To be built.
pub(crate) fn completions(_args: &CompletionsArgs) -> Result<Exit> {
    bail!("this is not built yet")
}

/// To be built.
pub(crate) fn man(_args: &ManArgs) -> Result<Exit> {
    bail!("this is not built yet")
}
