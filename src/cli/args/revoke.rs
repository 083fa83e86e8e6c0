//! The arguments of `revoke`.

use std::path::PathBuf;

use super::{BasetenArgs, Format};

/// Revoke leaked keys: shows a plan, asks, deletes, and proves
///
/// The plan says what will break. Revoking cannot be undone, and stops whatever uses the key. Each key is proven dead by a new look at the inventory. Every step is written into a trail, from which a run that broke off is resumed. Exit codes: 0 every key is proven dead; 1 a key is not revoked; 2 it cannot be told, or wrong usage; 130 interrupted.
#[derive(Debug, clap::Args)]
pub(crate) struct RevokeArgs {
    /// A JSON report of `scan`, `staged` or `history`, or `-` for standard input
    #[arg(value_name = "REPORT", required_unless_present_any = ["prefix", "resume"])]
    pub(crate) report: Option<PathBuf>,
    /// Revoke the key with this public prefix, what stands before the dot; repeatable
    #[arg(long, value_name = "PREFIX")]
    pub(crate) prefix: Vec<String>,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print the plan as JSON, and change nothing
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Revoke the key that this command itself uses as well, last
    #[arg(long)]
    pub(crate) include_self: bool,
    /// The group of the gateway that keys beginning with `sky_` belong to
    #[arg(long, value_name = "GROUP")]
    pub(crate) gateway_group: Option<String>,
    /// Write the trail here; without it, into the folder for the state of programs
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    pub(crate) trail: Option<PathBuf>,
    /// Go on with the last run in this trail that was broken off
    #[arg(long, value_name = "TRAIL", conflicts_with_all = ["report", "prefix"])]
    pub(crate) resume: Option<PathBuf>,
    /// The form of the plan and of what became of it
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    #[command(flatten)]
    pub(crate) baseten: BasetenArgs,
}
