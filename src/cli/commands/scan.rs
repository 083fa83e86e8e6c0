//! `baseleak scan`.

use std::time::Instant;

use anyhow::{Context as _, Result};
use baseleak::detect::Detector;
use baseleak::model::Report;
use baseleak::render::{human, json};
use baseleak::scan::{self, Progress};
use baseleak::source::{self, Walk};

use crate::cli::args::{ColorWhen, Format, ScanArgs};
use crate::cli::complaint;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::plan::ScanPlan;
use crate::cli::progress;

/// Scans, reports, answers.
pub(crate) fn run(args: &ScanArgs, color: Option<ColorWhen>) -> Result<Exit> {
    let began = Instant::now();
    let (plan, rules) = ScanPlan::new(args, color)?;
    let detector = Detector::new(rules.in_force);
    let walk = Walk { policy: &plan.policy, ignored: plan.ignored, threads: plan.threads };
    let progress = Progress::default();
    let mut report = progress::watch(&progress, || scan::scan(&plan.input, &walk, &detector, &progress))
        .context("cannot start the threads to read with")?;
    report.disabled = rules.disabled;
    report.config = plan.config.as_ref().map(|file| detector.path_name(&source::shown(file)));
    plan.output.deliver(|out| match plan.format {
        Format::Human => {
            let options = human::HumanOptions { show_secrets: plan.show_secrets, elapsed: began.elapsed() };
            human::write(&report, &options, out)
        }
        Format::Json => json::write(&report, out),
    })?;
    Ok(answer(&report, &plan))
}

/// The exit code, and a word where the report itself is not before the user's eyes.
fn answer(report: &Report, plan: &ScanPlan) -> Exit {
    if !report.coverage.is_complete() {
        if plan.output != Output::stdout() || matches!(plan.format, Format::Json) {
            let skipped = report.coverage.skipped.len();
            complaint::warn(&format!("the scan is incomplete: {skipped} skipped, listed in the report"));
        }
        return Exit::NoVerdict;
    }
    if report.findings.is_empty() || plan.exit_zero { Exit::Clean } else { Exit::Findings }
}
