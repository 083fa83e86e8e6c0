//! The arguments of `doctor`.

use std::path::PathBuf;

use super::Format;

/// Prove that the hook fires, with a made-up key in a scratch repository.
///
/// The repository itself is not touched. Exit codes: 0 all is well; 1 something is not; 2 there is no telling.
#[derive(Debug, clap::Args)]
pub(crate) struct DoctorArgs {
    /// A folder of the repository; without it, the one of the current folder
    #[arg(value_name = "REPO")]
    pub(crate) repository: Option<PathBuf>,
    /// The form; JSON is for programs, and docs/hooks.md describes it
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    pub(crate) format: Format,
}
