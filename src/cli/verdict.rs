//! What every scan ends with: the report is delivered, and the exit code follows from it.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use baseleak::detect::Detector;
use baseleak::model::{EntryState, Report};
use baseleak::scan::{Completion, Scanned};
use baseleak::source;
use baseleak::suppress::gate;
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
    /// A folder of the repository that was scanned, if it was one.
    pub(crate) repository: Option<&'e Path>,
    pub(crate) scanned: Scanned,
}

impl Ending<'_> {
    /// Completes `report`, delivers it and answers.
    pub(crate) fn deliver(self, report: Report) -> Result<Exit> {
        let (settings, began) = (self.settings, self.began);
        let report = self.complete(report);
        settings.reports.deliver(&report, began.elapsed())?;
        Ok(answer(&report, settings))
    }

    /// `report` with what is settled in it, and judged.
    pub(crate) fn complete(self, mut report: Report) -> Report {
        let Self { settings, detector, disabled, repository, scanned, .. } = self;
        report.config = settings.config.as_ref().map(|file| detector.path_name(&source::shown(file)));
        let Settings { policy, suppressions, .. } = settings;
        let completion = Completion {
            detector,
            policy,
            opening: settings.opening(),
            suppressions,
            disabled,
            repository,
            scanned: Some(scanned),
        };
        completion.apply(&mut report);
        // Nobody asks about what somebody settled.
        if let Some(live) = &settings.live {
            report.verdicts = live.judge(&Leak::of_report(&report));
        }
        report.gate = gate::judge(&report, settings.gate.fail_on, settings.gate.max_findings);
        report
    }
}

/// How many entries are told of on standard error before the rest is only counted.
const TOLD: usize = 10;

/// Tells of what hides nothing though somebody meant it to: not every form has a place for it.
fn tell_entries(report: &Report) {
    let meant = || report.entries.iter().filter(|entry| entry.state != EntryState::Unused);
    for entry in meant().take(TOLD) {
        complaint::warn(&format!("{}: {} {}", entry.place, entry.entry, entry.state));
    }
    let more = meant().count().saturating_sub(TOLD);
    if more > 0 {
        complaint::warn(&format!("{more} more suppressions expired or give no reason, and hide nothing"));
    }
}

/// The exit code, and a word where the report itself is not before the user's eyes.
fn answer(report: &Report, settings: &Settings) -> Exit {
    if !settings.reports.is_shown() {
        tell_entries(report);
    }
    if !report.coverage.is_complete() {
        if !settings.reports.is_shown() {
            let skipped = report.coverage.skipped.len();
            complaint::warn(&format!("the scan is incomplete: {skipped} skipped, listed in the report"));
        }
        return Exit::NoVerdict;
    }
    let gate = &report.gate;
    if gate.is_undecided() && !settings.reports.is_shown() {
        let findings = gate.undecided;
        complaint::warn(&format!(
            "there is no verdict: nobody knows whether the keys of {findings} findings are live"
        ));
    }
    if gate.is_undecided() {
        return Exit::NoVerdict;
    }
    if gate.is_passed() || settings.exit_zero { Exit::Clean } else { Exit::Findings }
}
