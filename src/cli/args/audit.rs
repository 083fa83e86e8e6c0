//! The arguments of `audit`, and those that it shares with `history`.

use std::path::PathBuf;

use super::{Engine, ScanOptions};

/// Scan a repository wherever it can hold a key, in one report by key.
///
/// The work tree with what git ignores, the index, every object of the history, reachable or not, and git's own files. A key in a file, its copies in the history and in the output of a notebook is one leak with many places. Nothing is written into the repository. Paths are from its root.
#[derive(Debug, clap::Args)]
pub(crate) struct AuditArgs {
    /// A repository, or a folder of one; without it, the one of the current folder
    #[arg(value_name = "REPO")]
    pub(crate) repository: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) objects: ObjectArgs,
    #[command(flatten)]
    pub(crate) options: ScanOptions,
}

// How a history is read; a comment for the documentation would become that of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct ObjectArgs {
    /// Who reads the objects: `git2` is slow, for comparison and for trust
    #[arg(long, value_enum, default_value_t = Engine::Pack)]
    pub(crate) engine: Engine,
    /// Let the verdict stand although the clone is shallow or partial
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
    /// List every commit that carries a finding
    #[arg(long)]
    pub(crate) all_commits: bool,
    /// Read the submodules, too
    #[arg(long)]
    pub(crate) submodules: bool,
    /// Remember here which packs were read and what was found in them; no secret is kept
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
}
