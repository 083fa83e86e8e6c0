//! The arguments of what is generated from the command line itself.

use std::path::PathBuf;

/// Print the completions for a shell.
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: String,
}

/// Write the manual pages.
#[derive(Debug, clap::Args)]
pub(crate) struct ManArgs {
    /// A folder for all pages; without it, the first one goes to standard output
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
}
