//! The arguments of `baseline`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::{Format, ReadOptions, ScanOptions, SuppressArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    Create(CreateArgs),
    Update(UpdateArgs),
    Show(ShowArgs),
    Prune(PruneArgs),
}

/// Write down what is found now, so that only what is new is reported from then on.
///
/// The file is `.baseleak-baseline` at the root of the repository, or that of `--output`: a line for each key and place, without secrets. Where git has no rule for merging it, `.gitattributes` gets one. Exit codes: 0 written; 2 not written.
#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    pub(crate) seeing: Seeing,
    /// Take what a JSON report of a scan tells, and scan nothing; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub(crate) report: Option<PathBuf>,
    /// Replace a baseline that is there
    #[arg(long)]
    pub(crate) force: bool,
    /// Leave `.gitattributes` alone
    #[arg(long)]
    pub(crate) no_gitattributes: bool,
    /// Write it although something could not be read
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
    #[command(flatten)]
    pub(crate) options: BaselineOptions,
}

/// Add what is found and not known yet, and follow files that moved.
///
/// Nothing is dropped without `--prune`. Comments stay with the line that they stand above. Exit codes: 0 up to date; 2 not written.
#[derive(Debug, clap::Args)]
pub(crate) struct UpdateArgs {
    #[command(flatten)]
    pub(crate) seeing: Seeing,
    /// Drop what is found no longer, too
    #[arg(long)]
    pub(crate) prune: bool,
    /// Write it although something could not be read
    #[arg(long, conflicts_with = "prune")]
    pub(crate) allow_incomplete: bool,
    #[command(flatten)]
    pub(crate) options: BaselineOptions,
}

/// List what a baseline knows, key by key.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// A folder of the repository
    #[arg(default_value = ".", value_name = "REPO")]
    pub(crate) place: PathBuf,
    /// The baseline; without it, `.baseleak-baseline` at the root
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// The form of the list
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

/// Drop what is found no longer.
///
/// A scan of the work tree drops lines of files only; `--from history` looks at all lines. Exit codes: 0 nothing is left to drop; 2 not written.
#[derive(Debug, clap::Args)]
pub(crate) struct PruneArgs {
    #[command(flatten)]
    pub(crate) seeing: Seeing,
    /// Only print what would be dropped
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) options: BaselineOptions,
}

// What is looked at; a comment for the documentation would become that of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Seeing {
    /// A folder of the repository, which is looked at whole
    #[arg(default_value = ".", value_name = "REPO")]
    pub(crate) place: PathBuf,
    /// What to look at
    #[arg(long, value_enum, default_value_t = BaselineFrom::Tree)]
    pub(crate) from: BaselineFrom,
}

// What is read, and which file is meant; a comment for the documentation would become that of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct BaselineOptions {
    #[command(flatten)]
    read: ReadOptions,
    /// The baseline, instead of `.baseleak-baseline` at the root
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The same, as scans name it; `--output` comes first
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write down as well what comments, entries or an ignore file settle
    #[arg(long, conflicts_with = "ignore_file")]
    no_suppress: bool,
    /// Lines of findings to pass over, as gitleaks writes them; without it, `.gitleaksignore` at the root of the repository
    #[arg(long, value_name = "FILE")]
    ignore_file: Option<PathBuf>,
}

impl BaselineOptions {
    /// The baseline that was named.
    pub(crate) fn named(&self) -> Option<&PathBuf> {
        self.output.as_ref().or(self.baseline.as_ref())
    }

    /// The options of the scan.
    pub(crate) fn of_scan(&self) -> ScanOptions {
        ScanOptions {
            read: self.read.clone(),
            suppress: SuppressArgs {
                no_suppress: self.no_suppress,
                ignore_file: self.ignore_file.clone(),
                ..SuppressArgs::default()
            },
            ..ScanOptions::default()
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BaselineFrom {
    /// The work tree, as `scan` reads it
    Tree,
    /// What would be committed, as `staged` reads it
    Staged,
    /// All that the repository keeps, as `history` reads it
    History,
    /// All of the repository
    Audit,
}
