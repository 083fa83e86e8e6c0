//! What every scan ends with: the report is delivered, and the exit code follows from it.

use std::time::Instant;

use anyhow::Result;
use baseleak::detect::Detector;
use baseleak::model::{Report, Suppressed, Suppression, SuppressionKind};
use baseleak::source;
use baseleak::suppress::baseline::{Baseline, Known, Presence};
use baseleak::verify::Leak;

use super::complaint;
use super::exit::Exit;
use super::plan::Settings;

/// What is needed to end a scan, beside its report.
pub(crate) struct Ending<'e> {
    pub(crate) settings: &'e Settings,
    pub(crate) detector: &'e Detector,
    /// Ids of built-in rules that were disabled.
    pub(crate) disabled: Vec<String>,
    pub(crate) began: Instant,
    /// What tells files that moved from new ones.
    pub(crate) presence: &'e dyn Presence,
}

impl Ending<'_> {
    /// Completes `report`, delivers it and answers.
    pub(crate) fn deliver(self, mut report: Report) -> Result<Exit> {
        let Self { settings, detector, disabled, began, presence } = self;
        if let Some(file) = &settings.baseline {
            settle(&mut report, &super::baseline::load(file)?, presence);
        }
        report.disabled = disabled;
        report.config = settings.config.as_ref().map(|file| detector.path_name(&source::shown(file)));
        if let Some(live) = &settings.live {
            report.verdicts = live.judge(&Leak::of_report(&report));
        }
        settings.reports.deliver(&report, began.elapsed())?;
        Ok(answer(&report, settings))
    }
}

/// Sets aside what `baseline` has.
fn settle(report: &mut Report, baseline: &Baseline, presence: &dyn Presence) {
    let known = baseline.settle(&report.findings.iter().collect::<Vec<_>>(), presence);
    for (finding, known) in std::mem::take(&mut report.findings).into_iter().zip(known) {
        let Some(Known { place, moved_from }) = known else {
            report.findings.push(finding);
            continue;
        };
        let kind = moved_from.map_or(SuppressionKind::Baseline, SuppressionKind::Moved);
        let by = Suppression { kind, place, reason: None, owner: None, expires: None };
        report.suppressed.push(Suppressed { finding, by });
    }
}

/// The exit code, and a word where the report itself is not before the user's eyes.
fn answer(report: &Report, settings: &Settings) -> Exit {
    if !report.coverage.is_complete() {
        if !settings.reports.is_shown() {
            let skipped = report.coverage.skipped.len();
            complaint::warn(&format!("the scan is incomplete: {skipped} skipped, listed in the report"));
        }
        return Exit::NoVerdict;
    }
    if report.findings.is_empty() || settings.exit_zero { Exit::Clean } else { Exit::Findings }
}
