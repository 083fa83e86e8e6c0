//! `baseleak web`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use baseleak::detect::Detector;
use baseleak::model::Finding;
use baseleak::scan::{self, Progress, Scanned};
use baseleak::source;

use crate::cli::args::{ColorWhen, WebArgs};
use crate::cli::exit::Exit;
use crate::cli::plan::Settings;
use crate::cli::progress;
use crate::cli::verdict::Ending;
use crate::cli::web::Sources;

/// Fetches, scans, reports, answers.
pub(crate) fn run(args: &WebArgs, color: Option<ColorWhen>) -> Result<Exit> {
    let began = Instant::now();
    let sources = Sources::new(args, began)?;
    // The configuration of the folder where it runs holds, as for standard input.
    let roots = BTreeSet::from([source::root_of(Path::new("."))]);
    let (settings, rules) = Settings::new(&args.options, &roots, color)?;
    let detector = Detector::new(rules.in_force).decoding(settings.decode);
    let tell =
        |finding: &Finding| settings.reports.tell(finding, |finding| settings.suppressions.at_once(finding));
    let progress = Progress::observed(&tell);
    let scan = || scan::scan_web(|receiver| sources.read(receiver), settings.opening(), &detector, &progress);
    let report = progress::watch_documents(&progress, scan)?;
    let ending = Ending {
        settings: &settings,
        detector: &detector,
        disabled: rules.disabled,
        began,
        // A site is of no repository, whatever folder the program runs in.
        repository: None,
        scanned: Scanned::Addresses,
    };
    ending.deliver(report)
}
