//! `baseleak scan`.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{Context as _, Result};
use baseleak::detect::Detector;
use baseleak::model::{Finding, Repository};
use baseleak::scan::{self, Input, Moves, Progress, Scanned};
use baseleak::source::{self, Walk};

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
    let mut report =
        progress::watch(&progress, || scan::scan(&input, &walk, settings.unpack, &detector, &progress))
            .context("cannot start the threads to read with")?;
    report.repository = repository(&input, &detector);
    let root = settings.root.clone().unwrap_or_default();
    let moves = Moves::new(Scanned::Folder(root), &detector, &settings.policy, settings.unpack);
    let ending = Ending {
        settings: &settings,
        detector: &detector,
        disabled: rules.disabled,
        began,
        presence: &moves,
    };
    ending.deliver(report)
}

/// The repository that all paths lie in; standard input comes from none.
fn repository(input: &Input, detector: &Detector) -> Option<Repository> {
    let Input::Paths(paths) = input else { return None };
    let roots: BTreeSet<_> = paths.iter().map(|path| source::root_of(path)).collect();
    let root = roots.first().filter(|_| roots.len() == 1)?;
    source::repository_of(root, |text| detector.path_name(text))
}
