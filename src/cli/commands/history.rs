//! `baseleak history`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use baseleak::detect::Detector;
use baseleak::scan::{self, Memory, Progress, Reading, Scanned};
use baseleak::source;
use baseleak::source::history::{History, HistoryError, Limits};

use crate::cli::args::{ColorWhen, HistoryArgs, ObjectArgs};
use crate::cli::cache::Cache;
use crate::cli::complaint::Advised;
use crate::cli::exit::Exit;
use crate::cli::plan::Settings;
use crate::cli::progress;
use crate::cli::verdict::Ending;

/// Scans the objects of a repository, reports, answers.
pub(crate) fn run(args: &HistoryArgs, color: Option<ColorWhen>) -> Result<Exit> {
    let began = Instant::now();
    let history = History::open(args.repository.as_deref()).map_err(advised)?;
    let place = args.repository.as_deref().map_or_else(|| history.root().to_owned(), Path::to_owned);
    let roots = BTreeSet::from([source::root_of(&place)]);
    let (settings, rules) = Settings::new(&args.options, &roots, color)?;
    let detector = Detector::new(rules.in_force).decoding(settings.decode);
    let progress = Progress::default();
    let limits = limits(args);
    let cache = args.objects.cache.as_deref().map(Cache::open).transpose()?;
    let reading = reading(&args.objects, &settings, &limits, cache.as_ref());
    let work = || scan::scan_history(&history, &settings.policy, &reading, &detector, &progress);
    let report = progress::watch(&progress, work).map_err(advised)?;
    let ending = Ending {
        settings: &settings,
        detector: &detector,
        disabled: rules.disabled,
        began,
        repository: Some(&place),
        scanned: Scanned::History(args.repository.clone(), limits.clone()),
    };
    ending.deliver(report)
}

/// How objects are read.
pub(super) fn reading<'r>(
    args: &ObjectArgs,
    settings: &'r Settings,
    limits: &'r Limits,
    cache: Option<&'r Cache>,
) -> Reading<'r> {
    Reading {
        engine: args.engine.into(),
        threads: settings.threads,
        allow_incomplete: args.allow_incomplete,
        limits,
        all_commits: args.all_commits,
        submodules: args.submodules,
        opening: settings.opening(),
        memory: cache.map(|cache| cache as &dyn Memory),
    }
}

fn limits(args: &HistoryArgs) -> Limits {
    let bytes = |text: &OsString| text.as_encoded_bytes().to_vec();
    Limits {
        range: args.range.as_ref().map(bytes),
        between: None,
        branch: args.branch.as_ref().map(bytes),
        since: args.since,
        max_depth: args.max_depth,
    }
}

/// The error with what to do about it.
pub(super) fn advised(error: HistoryError) -> anyhow::Error {
    let advice = Advised::new("cannot read the history", error.hint());
    anyhow::Error::new(error).context(advice)
}
