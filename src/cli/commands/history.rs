//! `baseleak history`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use baseleak::detect::Detector;
use baseleak::scan::{self, Progress, Reading};
use baseleak::source;
use baseleak::source::history::{History, HistoryError};

use crate::cli::args::{ColorWhen, HistoryArgs};
use crate::cli::complaint::Advised;
use crate::cli::exit::Exit;
use crate::cli::plan::Settings;
use crate::cli::{progress, verdict};

/// Scans every object of a repository, reports, answers.
pub(crate) fn run(args: &HistoryArgs, color: Option<ColorWhen>) -> Result<Exit> {
    let began = Instant::now();
    let place = args.repository.as_deref().unwrap_or(Path::new("."));
    let history = History::open(place).map_err(advised)?;
    let roots = BTreeSet::from([source::root_of(place)]);
    let (settings, rules) = Settings::new(&args.options, &roots, color)?;
    let detector = Detector::new(rules.in_force);
    let progress = Progress::default();
    let reading = Reading {
        engine: args.engine.into(),
        threads: settings.threads,
        allow_incomplete: args.allow_incomplete,
    };
    let work = || scan::scan_history(&history, &settings.policy, reading, &detector, &progress);
    let report = progress::watch(&progress, work)?;
    verdict::deliver(report, rules.disabled, &settings, &detector, began)
}

/// What to do where there is no repository.
fn advised(error: HistoryError) -> anyhow::Error {
    match error {
        HistoryError::NoRepository(_) => {
            let hint = "name a folder of a repository, or scan files with `baseleak scan`";
            Advised::new(error.to_string(), hint).into()
        }
        other => other.into(),
    }
}
