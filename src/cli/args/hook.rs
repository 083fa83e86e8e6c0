//! The arguments of `hook`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::Format;

use super::FrameworkArgs;

use super::AgentArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    Install(InstallArgs),
    Uninstall(UninstallArgs),
    Status(StatusArgs),
    Run(RunArgs),
    Framework(Box<FrameworkArgs>),
    Agent(AgentArgs),
}

/// The hooks of git that keys are looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum HookName {
    /// What is about to be committed
    PreCommit,
    /// The message of a commit
    CommitMsg,
    /// What is about to leave for a remote
    PrePush,
    /// On a server: all that a push brings, before any of it is let in
    PreReceive,
    /// On a server: what a push brings for one ref
    Update,
}

/// Install hooks that keep keys out of commits and pushes.
///
/// One that is there is run first, and never lost. Exit codes: 0 they are installed; 2 they are not, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct InstallArgs {
    /// A folder of the repository; without it, the one of the current folder
    #[arg(value_name = "REPO", conflicts_with_all = ["global", "template"])]
    pub(crate) repository: Option<PathBuf>,
    /// Which hook; repeatable. Without it pre-commit, and in a bare repository pre-receive
    #[arg(long = "hook", value_name = "NAME")]
    pub(crate) hooks: Vec<HookName>,
    /// For all repositories of this user: sets `core.hooksPath` in git's global configuration
    #[arg(long, conflicts_with = "template")]
    pub(crate) global: bool,
    /// For repositories that are made or cloned from now on: into the folder of `init.templateDir`
    #[arg(long)]
    pub(crate) template: bool,
    /// Install also where another program manages the hooks
    #[arg(long)]
    pub(crate) force: bool,
}

/// Take out what `hook install` put in, and put back what was there before.
///
/// Exit codes: 0 nothing of it is there any more; 2 something is, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct UninstallArgs {
    /// A folder of the repository; without it, the one of the current folder
    #[arg(value_name = "REPO", conflicts_with_all = ["global", "template"])]
    pub(crate) repository: Option<PathBuf>,
    /// Take out what `--global` put in
    #[arg(long, conflicts_with = "template")]
    pub(crate) global: bool,
    /// Take out what `--template` put in; clones that were made meanwhile keep it
    #[arg(long)]
    pub(crate) template: bool,
}

/// Tell which hooks are installed, and what shadows them.
///
/// Exit codes: 0 a hook is in force, and none has a fault; 1 none is, or one has; 2 there is no telling.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// A folder of the repository; without it, the one of the current folder
    #[arg(value_name = "REPO")]
    pub(crate) repository: Option<PathBuf>,
    /// The form; JSON is for programs, and docs/hooks.md describes it
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    pub(crate) format: Format,
}

/// What an installed hook calls: judge what git is about to do.
///
/// Exit codes: 0 it may go on; 1 there is a key in it; 2 there is no verdict.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// The hook
    #[arg(value_enum, value_name = "HOOK")]
    pub(crate) hook: HookName,
    /// What git gives the hook
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<OsString>,
}
