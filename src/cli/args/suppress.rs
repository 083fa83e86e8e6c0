//! The arguments about what is settled, and about what makes a scan fail.

use std::path::PathBuf;

use baseleak::model;
use clap::ValueEnum;

// What all scans have in common; a comment for the documentation would become that of the command.
#[derive(Debug, Default, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct SuppressArgs {
    /// Let every finding count, as for repositories that are not trusted: no comment, entry, ignore file or baseline hides any
    #[arg(long, help_heading = "Suppression", conflicts_with_all = ["audit_suppressions", "ignore_file", "baseline"])]
    pub(crate) no_suppress: bool,
    /// List in the human format what is suppressed, too
    #[arg(long, help_heading = "Suppression")]
    pub(crate) show_suppressed: bool,
    /// Tell of entries that hid nothing in this scan
    #[arg(long, help_heading = "Suppression")]
    pub(crate) audit_suppressions: bool,
    /// Lines of findings to pass over, as gitleaks writes them; without it, `.gitleaksignore` at the root of the repository
    #[arg(long, help_heading = "Suppression", value_name = "FILE")]
    pub(crate) ignore_file: Option<PathBuf>,
    /// What is known; without it, `.baseleak-baseline` at the root of the repository
    #[arg(long, help_heading = "Suppression", value_name = "FILE", conflicts_with = "no_baseline")]
    pub(crate) baseline: Option<PathBuf>,
    /// Use no baseline
    #[arg(long, help_heading = "Suppression")]
    pub(crate) no_baseline: bool,
    /// Which findings make the scan fail; `active` needs --verify, `new` a baseline [default: any]
    #[arg(long, help_heading = "Gate", value_enum, value_name = "WHICH")]
    pub(crate) fail_on: Option<FailOn>,
    /// Let so many of these findings pass [default: 0]
    #[arg(long, help_heading = "Gate", value_name = "N")]
    pub(crate) max_findings: Option<u64>,
    /// Exit with 0 where there are findings
    #[arg(long, help_heading = "Gate")]
    pub(crate) exit_zero: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FailOn {
    /// Every finding that is not suppressed
    Any,
    /// Findings of high confidence
    High,
    /// Findings whose key is live
    Active,
    /// Findings that the baseline does not have
    New,
}

impl From<FailOn> for model::FailOn {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Any => Self::Any,
            FailOn::High => Self::High,
            FailOn::Active => Self::Active,
            FailOn::New => Self::New,
        }
    }
}
