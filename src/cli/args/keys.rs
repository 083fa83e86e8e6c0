//! The arguments of `keys`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{BasetenArgs, Format, since};

/// List the keys of the workspace, what leaked of them, and what they last did.
///
/// The API tells neither when a key was made nor when it was last used. What is shown for that is the last action that the audit log has of a key: changes of models, secrets, keys and their like, and never a call of a model. Exit codes: 0 listed; 1 a key of the list has leaked; 2 the list cannot be had, or of a key in it `--unused-since` cannot be answered.
#[derive(Debug, clap::Args)]
pub(crate) struct KeysArgs {
    /// A report of `scan`, `staged` or `history`: which keys leaked, and where
    #[arg(long, value_name = "REPORT")]
    pub(crate) leaked: Option<PathBuf>,
    /// Only keys of which the audit log has no action since then: `2026-10-01`, or `30d` for a span
    #[arg(long, value_name = "DATE", value_parser = since)]
    pub(crate) unused_since: Option<i64>,
    /// The order of the list
    #[arg(long, value_enum, value_name = "BY", default_value_t = Sort::Prefix)]
    pub(crate) sort: Sort,
    /// Only keys of this category, such as `PERSONAL` or `WORKSPACE_INVOKE`
    #[arg(long, value_name = "CATEGORY")]
    pub(crate) category: Option<String>,
    /// Only keys of this team
    #[arg(long, value_name = "NAME")]
    pub(crate) team: Option<String>,
    /// Only keys of this user, by address, name or id
    #[arg(long, value_name = "USER")]
    pub(crate) owner: Option<String>,
    /// How many of the newest entries of the audit log are looked at
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) audit_limit: u32,
    /// The form of the list
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) baseten: BasetenArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sort {
    Prefix,
    Name,
    Category,
    Team,
    Owner,
    /// Those of which no action is known come first
    LastAction,
}
