//! `baseleak staged`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use baseleak::detect::Detector;
use baseleak::model::Finding;
use baseleak::scan::{self, Progress, Scanned};
use baseleak::source::{Staged, StagedError};

use crate::cli::args::{ColorWhen, StagedArgs};
use crate::cli::complaint::Advised;
use crate::cli::exit::Exit;
use crate::cli::plan::Settings;
use crate::cli::progress;
use crate::cli::verdict::Ending;

/// Scans what is staged, reports, answers.
pub(crate) fn run(args: &StagedArgs, color: Option<ColorWhen>) -> Result<Exit> {
    let began = Instant::now();
    let staged = Staged::open(args.repository.as_deref()).map_err(advised)?;
    let roots = BTreeSet::from_iter(staged.root().map(Path::to_owned));
    let (settings, rules) = Settings::new(&args.options, &roots, color)?;
    let detector = Detector::new(rules.in_force).decoding(settings.decode);
    let tell =
        |finding: &Finding| settings.reports.tell(finding, |finding| settings.suppressions.at_once(finding));
    let progress = Progress::observed(&tell);
    let Settings { policy, threads, .. } = &settings;
    let scan = || scan::scan_staged(&staged, policy, *threads, settings.opening(), &detector, &progress);
    let report = progress::watch(&progress, scan).map_err(advised)?;
    let ending = Ending {
        settings: &settings,
        detector: &detector,
        disabled: rules.disabled,
        began,
        repository: Some(settings.root.as_deref().unwrap_or(Path::new("."))),
        scanned: Scanned::Index(args.repository.clone()),
    };
    ending.deliver(report)
}

/// The error with what to do about it.
pub(super) fn advised(error: StagedError) -> anyhow::Error {
    let advice = Advised::new("cannot tell what is staged", error.hint());
    anyhow::Error::new(error).context(advice)
}
