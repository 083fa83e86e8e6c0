//! The arguments of `diff`.

use std::path::PathBuf;

use super::Format;

/// Tell what is new, fixed and still there between two reports.
///
/// Findings are compared by key and file: a line that moves is no difference, and a file that moves is told as moved. Exit codes: 0 nothing is new; 1 something is; 2 no verdict: a file is no report, or the new scan was incomplete.
#[derive(Debug, clap::Args)]
pub(crate) struct DiffArgs {
    /// The JSON report of the earlier scan, or `-` for standard input
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// The JSON report of the later scan, or `-` for standard input
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Write the answer to a file, in one step
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}
