//! The arguments of `doctor`.

use std::path::PathBuf;

/// Prove that the hooks fire, with a made-up key in a scratch repository.
///
/// Exit codes: 0 they do; 1 one of them does not; 2 there is no telling.
#[derive(Debug, clap::Args)]
pub(crate) struct DoctorArgs {
    /// A folder of the repository; without it, the one of the current folder
    #[arg(value_name = "REPO")]
    pub(crate) repository: Option<PathBuf>,
}
