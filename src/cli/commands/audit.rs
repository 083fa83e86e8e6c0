//! `baseleak audit`.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::Result;
use baseleak::detect::Detector;
use baseleak::scan::{self, Progress, Scanned, Sources};
use baseleak::source;
use baseleak::source::history::{HistoryError, Limits};

use super::history::reading;
use crate::cli::args::{AuditArgs, ColorWhen};
use crate::cli::cache::Cache;
use crate::cli::complaint::Advised;
use crate::cli::exit::Exit;
use crate::cli::plan::Settings;
use crate::cli::progress;
use crate::cli::verdict::Ending;

/// Scans all that a repository holds, reports, answers.
pub(crate) fn run(args: &AuditArgs, color: Option<ColorWhen>) -> Result<Exit> {
    let began = Instant::now();
    let sources = Sources::open(args.repository.as_deref()).map_err(advised)?;
    let place = args.repository.as_deref().unwrap_or_else(|| sources.root());
    let roots = BTreeSet::from([source::root_of(place)]);
    let (settings, rules) = Settings::new(&args.options, &roots, color)?;
    let detector = Detector::new(rules.in_force).decoding(settings.decode);
    let progress = Progress::default();
    let limits = Limits::default();
    let cache = args.objects.cache.as_deref().map(Cache::open).transpose()?;
    let reading = reading(&args.objects, &settings, &limits, cache.as_ref());
    let work = || scan::audit(&sources, &settings.policy, &reading, &detector, &progress);
    let report = progress::watch(&progress, work).map_err(advised)?;
    let ending = Ending {
        settings: &settings,
        detector: &detector,
        disabled: rules.disabled,
        began,
        repository: Some(place),
        scanned: Scanned::All(args.repository.clone()),
    };
    ending.deliver(report)
}

/// The error with what to do about it.
fn advised(error: HistoryError) -> anyhow::Error {
    let advice = Advised::new("cannot audit the repository", error.hint());
    anyhow::Error::new(error).context(advice)
}
