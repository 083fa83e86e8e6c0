//! The arguments of what is generated from the command line itself.

use std::path::PathBuf;

/// Print the completions for a shell.
///
/// What is printed is a script that the shell reads: commands, options, and the values of those options that have
/// a list of them.
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// Print a manual page, or write all of them into a folder.
///
/// There is a page for each command: `baseleak.1`, `baseleak-scan.1`, `baseleak-hook-install.1` and so on.
#[derive(Debug, clap::Args)]
pub(crate) struct ManArgs {
    /// A folder for all pages, made where it is not there; without it, `baseleak.1` goes to standard output
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
}
