//! The summary of a job in GitHub Actions: appended to the file that the runner names.
//!
//! What it says is the renderer's business. That it cannot be written is a warning and no
//! error: it is said again, at greater length, in the report.

use std::env;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use baseleak::model::Report;
use baseleak::render::github;

use super::complaint::warn;

/// Appends the summary of `report` to the file in `GITHUB_STEP_SUMMARY`, if there is one.
pub(crate) fn append(report: &Report) {
    let Some(path) = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else { return };
    if let Err(error) = append_to(Path::new(&path), report) {
        warn(&format!("the summary of the job cannot be written: {error}"));
    }
}

/// What stands in the file already counts against the limit, which is that of the step.
fn append_to(path: &Path, report: &Report) -> io::Result<()> {
    let file = OpenOptions::new().append(true).create(true).open(path)?;
    let held = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    let mut out = BufWriter::new(file);
    github::write_summary_within(report, github::SUMMARY.saturating_sub(held), &mut out)?;
    out.flush()
}
