//! The arguments of `hook`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Subcommand;

use super::AgentArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    Install(InstallArgs),
    Uninstall(UninstallArgs),
    Status(StatusArgs),
    Run(RunArgs),
    Framework(FrameworkArgs),
    Agent(AgentArgs),
}

/// Install hooks that keep keys out of commits and pushes; one that is there is run first, never lost.
#[derive(Debug, clap::Args)]
pub(crate) struct InstallArgs {
    /// A folder of the repository; without it, the one of the current folder
    #[arg(value_name = "REPO")]
    pub(crate) repository: Option<PathBuf>,
}

/// Take out what `hook install` put in, and put back what was there before.
#[derive(Debug, clap::Args)]
pub(crate) struct UninstallArgs {
    /// A folder of the repository; without it, the one of the current folder
    #[arg(value_name = "REPO")]
    pub(crate) repository: Option<PathBuf>,
}

/// Tell which hooks are installed, and what shadows them.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// A folder of the repository; without it, the one of the current folder
    #[arg(value_name = "REPO")]
    pub(crate) repository: Option<PathBuf>,
}

/// What an installed hook calls: judge what git is about to do.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// The hook: pre-commit, commit-msg, pre-push, pre-receive or update
    #[arg(value_name = "HOOK")]
    pub(crate) hook: String,
    /// What git gives the hook
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<OsString>,
}

/// What the pre-commit framework calls: judge the files, or the range, that it was started for.
#[derive(Debug, clap::Args)]
pub(crate) struct FrameworkArgs {
    /// The files
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}
