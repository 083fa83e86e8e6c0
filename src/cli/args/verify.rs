//! The arguments of `verify` and `explain`, and of scans that verify.

use std::path::PathBuf;

use super::{BasetenArgs, Format};

/// Ask Baseten which keys of a report are live.
///
/// Leaked prefixes are looked up in the inventory that your own key may see; the leaked secrets are sent nowhere, and a report holds none. Exit codes: 0 every key is proven dead; 1 a key is live; 2 no verdict on some key, and none is known to be live.
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArgs {
    /// A JSON report of `scan`, `staged` or `history`, or `-` for standard input
    #[arg(value_name = "REPORT")]
    pub(crate) report: PathBuf,
    /// Ask with the leaked keys themselves where the inventory leaves it open; for this, use it with a scan
    #[arg(long)]
    pub(crate) probe: bool,
    #[command(flatten)]
    pub(crate) answer: AnswerArgs,
    #[command(flatten)]
    pub(crate) baseten: BasetenArgs,
}

/// Tell what is known of a key, and what to do about it.
///
/// Category, owner, team and models by the inventory; what it did to the workspace by the audit log; where it leaked and since when by a report. Exit codes are those of `verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// What stands before the dot of the key, such as `b10_abcd1234`; never the key itself
    #[arg(value_name = "PREFIX")]
    pub(crate) prefix: String,
    /// The JSON report that tells where it leaked
    #[arg(long, value_name = "REPORT")]
    pub(crate) report: Option<PathBuf>,
    /// How many of the newest entries of the audit log are looked through
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) answer: AnswerArgs,
    #[command(flatten)]
    pub(crate) baseten: BasetenArgs,
}

// How both answer; a comment for the documentation would become that of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct AnswerArgs {
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Write the answer to a file, in one step
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

// What a scan may be told to do after it; a comment for the documentation would become that of the command.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct LiveArgs {
    /// Ask Baseten afterwards which of the keys are live; no leaked key is sent
    #[arg(long, help_heading = "Baseten")]
    pub(crate) verify: bool,
    /// Ask with the leaked keys themselves where the inventory leaves it open
    #[arg(long, help_heading = "Baseten", requires = "verify")]
    pub(crate) probe: bool,
    #[command(flatten)]
    pub(crate) baseten: BasetenArgs,
}
