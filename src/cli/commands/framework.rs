//! `baseleak hook framework`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, io};

use anyhow::{Context as _, Result};
use baseleak::detect::Detector;
use baseleak::model::{Finding, Report};
use baseleak::scan::{self, Progress, Reading, Scanned};
use baseleak::source::history::{Engine, History, Limits};
use baseleak::source::{Staged, Walk};

use crate::cli::args::{ColorWhen, FrameworkArgs};
use crate::cli::complaint::Advised;
use crate::cli::exit::Exit;
use crate::cli::framework::{Asked, Choice};
use crate::cli::plan::Settings;
use crate::cli::verdict::Ending;

/// Judges what the framework was started for. No progress is shown: the framework shows what
/// a hook writes when it is over.
pub(crate) fn run(args: &FrameworkArgs, color: Option<ColorWhen>) -> Result<Exit> {
    let began = Instant::now();
    if args.options.show_secrets {
        let hint = "leave it out of `args`, and scan by hand to see them";
        return Err(Advised::new("a hook shows no secrets: --show-secrets is for a person", hint).into());
    }
    let asked = Asked::of(|name| env::var_os(name));
    let staged = Staged::open(None).map_err(super::staged::advised)?;
    let root = staged.root().unwrap_or(Path::new(".")).to_owned();
    let (settings, rules) = Settings::new(&args.options, &BTreeSet::from([root.clone()]), color)?;
    let detector = Detector::new(rules.in_force).decoding(settings.decode);
    let tell =
        |finding: &Finding| settings.reports.tell(finding, |finding| settings.suppressions.at_once(finding));
    let (report, scanned) = match &asked {
        Asked::Commits(limits) => {
            let report = commits(args, limits, &settings, &detector)?;
            (report, Scanned::History(None, limits.clone()))
        }
        Asked::Commit | Asked::Files => {
            let job = Job { settings: &settings, detector: &detector, progress: Progress::observed(&tell) };
            let report = job.files(&asked, args, staged, &root)?;
            let is_commit = asked == Asked::Commit;
            (report, if is_commit { Scanned::Index(None) } else { Scanned::Folder(root.clone()) })
        }
    };
    let ending = Ending {
        settings: &settings,
        detector: &detector,
        disabled: rules.disabled,
        began,
        repository: Some(&root),
        scanned,
    };
    let exit = ending.deliver(report)?;
    if exit == Exit::Findings && settings.reports.is_shown() {
        asked.advise();
    }
    Ok(exit)
}

fn commits(
    args: &FrameworkArgs,
    limits: &Limits,
    settings: &Settings,
    detector: &Detector,
) -> Result<Report> {
    let history = History::open(None).map_err(super::history::advised)?;
    let reading = Reading {
        engine: Engine::default(),
        threads: settings.threads,
        allow_incomplete: args.allow_incomplete,
        limits,
        all_commits: false,
        submodules: false,
        opening: settings.opening(),
        memory: None,
    };
    let report = scan::scan_history(&history, &settings.policy, &reading, detector, &Progress::default());
    report.map_err(super::history::advised)
}

/// A scan of the index and of files.
struct Job<'j> {
    settings: &'j Settings,
    detector: &'j Detector,
    progress: Progress<'j>,
}

impl Job<'_> {
    /// What the index and the work tree have of the files.
    fn files(&self, asked: &Asked, args: &FrameworkArgs, staged: Staged, root: &Path) -> Result<Report> {
        let paths = staged.paths().map_err(super::staged::advised)?;
        let Choice { index, files } = Choice::new(asked, &args.files, paths, root);
        let Settings { policy, threads, .. } = self.settings;
        let (staged, opening) = (staged.only(index), self.settings.opening());
        let index = scan::scan_staged(&staged, policy, *threads, opening, self.detector, &self.progress);
        let index = index.map_err(super::staged::advised)?;
        if files.is_empty() {
            return Ok(index);
        }
        let files = self.listed(&files).context("cannot start the threads to read with")?;
        Ok(scan::join(index, files, self.detector))
    }

    fn listed(&self, files: &[PathBuf]) -> io::Result<Report> {
        let Settings { policy, threads, .. } = self.settings;
        let walk = Walk { policy, ignored: true, threads: *threads };
        scan::scan_listed(files, &walk, self.settings.opening(), self.detector, &self.progress)
    }
}
