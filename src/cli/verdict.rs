//! What every scan ends with: the report is delivered, and the exit code follows from it.

use std::time::Instant;

use anyhow::Result;
use baseleak::detect::Detector;
use baseleak::model::Report;
use baseleak::render::{human, json};
use baseleak::source;
use baseleak::verify::Leak;

use super::args::Format;
use super::complaint;
use super::exit::Exit;
use super::output::Output;
use super::plan::Settings;

/// Completes `report`, delivers it and answers.
pub(crate) fn deliver(
    mut report: Report,
    disabled: Vec<String>,
    settings: &Settings,
    detector: &Detector,
    began: Instant,
) -> Result<Exit> {
    report.disabled = disabled;
    report.config = settings.config.as_ref().map(|file| detector.path_name(&source::shown(file)));
    if let Some(live) = &settings.live {
        report.verdicts = live.judge(&Leak::of_report(&report));
    }
    settings.output.deliver(|out| match settings.format {
        Format::Human => {
            let options =
                human::HumanOptions { show_secrets: settings.show_secrets, elapsed: began.elapsed() };
            human::write(&report, &options, out)
        }
        Format::Json => json::write(&report, out),
    })?;
    Ok(answer(&report, settings))
}

/// The exit code, and a word where the report itself is not before the user's eyes.
fn answer(report: &Report, settings: &Settings) -> Exit {
    if !report.coverage.is_complete() {
        if settings.output != Output::stdout() || matches!(settings.format, Format::Json) {
            let skipped = report.coverage.skipped.len();
            complaint::warn(&format!("the scan is incomplete: {skipped} skipped, listed in the report"));
        }
        return Exit::NoVerdict;
    }
    if report.findings.is_empty() || settings.exit_zero { Exit::Clean } else { Exit::Findings }
}
