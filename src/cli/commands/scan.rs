//! `baseleak scan`.

use std::time::Instant;

use anyhow::{Context as _, Result};
use baseleak::detect::Detector;
use baseleak::model::Finding;
use baseleak::scan::{self, Input, Progress, Scanned};
use baseleak::source::Walk;

use crate::cli::args::{ColorWhen, ScanArgs};
use crate::cli::exit::Exit;
use crate::cli::plan::ScanPlan;
use crate::cli::progress;
use crate::cli::verdict::Ending;

/// Scans, reports, answers.
pub(crate) fn run(args: &ScanArgs, color: Option<ColorWhen>) -> Result<Exit> {
    let began = Instant::now();
    let (ScanPlan { input, ignored, settings }, rules) = ScanPlan::new(args, color)?;
    let detector = Detector::new(rules.in_force).decoding(settings.decode);
    let walk = Walk { policy: &settings.policy, ignored, threads: settings.threads };
    let tell =
        |finding: &Finding| settings.reports.tell(finding, |finding| settings.suppressions.at_once(finding));
    let progress = Progress::observed(&tell);
    let report =
        progress::watch(&progress, || scan::scan(&input, &walk, settings.opening(), &detector, &progress))
            .context("cannot start the threads to read with")?;
    // Standard input comes from no repository.
    let repository = settings.root.as_deref().filter(|_| matches!(input, Input::Paths(_)));
    let ending = Ending {
        settings: &settings,
        detector: &detector,
        disabled: rules.disabled,
        began,
        repository,
        scanned: Scanned::Folder(settings.root.clone().unwrap_or_default()),
    };
    ending.deliver(report)
}
