//! What an installed hook calls: reads what git is about to do, and lets it go on or not.
//!
//! How things are read is the business of the library, and where hooks lie that of `place`.
//!
//! **Invariant:** nothing is written into the repository, and what cannot be read lets nothing
//! through.

mod address;
mod blocked;
mod lines;
mod message;
mod names;
mod remote;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use baseleak::detect::Detector;
use baseleak::model::{Report, ReportFormat};
use baseleak::pack::ObjectId;
use baseleak::scan::{self, Progress, Reading, Scanned};
use baseleak::source::history::{Between, Engine, History, HistoryError, Limits};
use baseleak::source::{self, Staged, StagedError};

use crate::cli::args::{FormatArg, HookName, RunArgs, ScanOptions};
use crate::cli::complaint::{Advised, warn};
use crate::cli::exit::Exit;
use crate::cli::plan::Settings;
use crate::cli::verdict::Ending;
use lines::Change;

/// Bytes of git's lines on standard input that are read: 300,000 refs, and more.
const MOST: u64 = 64 << 20;

/// Judges what the hook was called for.
pub(crate) fn run(args: &RunArgs) -> Result<Exit> {
    let (report, changes) = match args.hook {
        HookName::PreCommit => (staged()?, Vec::new()),
        HookName::CommitMsg => {
            let [file] = arguments(args, "FILE, the file of the message")?;
            (message(Path::new(file))?, Vec::new())
        }
        HookName::PrePush => {
            let [remote, url] = arguments(args, "REMOTE and URL")?;
            let changes = lines::pushed(&input()?)?;
            match pushed(remote, url, &changes)? {
                Some(report) => (report, changes),
                None => return Ok(Exit::Clean),
            }
        }
        HookName::PreReceive => {
            let changes = lines::received(&input()?)?;
            match received(&changes)? {
                Some(report) => (report, changes),
                None => return Ok(Exit::Clean),
            }
        }
        HookName::Update => {
            let [name, old, new] = arguments(args, "REF, OLD and NEW")?;
            let line = [old, new, name].map(|text| text.as_encoded_bytes()).join(&b' ');
            let changes = lines::received(&line)?;
            match received(&changes)? {
                Some(report) => (report, changes),
                None => return Ok(Exit::Clean),
            }
        }
    };
    blocked::answer(args.hook, &report, &names::shown(&changes))
}

/// The arguments that git gives this hook.
fn arguments<'a, const N: usize>(args: &'a RunArgs, names: &str) -> Result<&'a [OsString; N]> {
    args.arguments.as_slice().try_into().map_err(|_| {
        let name = args.hook.file();
        let hint = format!("git runs the hook {name} with {names}; hand them on, in a script as \"$@\"");
        Advised::new(format!("{name} needs {names}"), hint).into()
    })
}

/// What git wrote to standard input.
fn input() -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(MOST + 1).read_to_end(&mut bytes).context("cannot read standard input")?;
    if bytes.len() as u64 > MOST {
        let hint = "push fewer refs at a time";
        return Err(Advised::new("more refs are pushed at once than a hook looks at", hint).into());
    }
    Ok(bytes)
}

/// What a hook judges by: the settings of the repository, and of the arguments none.
struct Judge {
    began: Instant,
    settings: Settings,
    detector: Detector,
    disabled: Vec<String>,
}

impl Judge {
    /// By what stands at `root`, if there is one.
    fn new(root: Option<&Path>) -> Result<Self> {
        let began = Instant::now();
        let format = vec![FormatArg { format: ReportFormat::Human, file: None }];
        let options = ScanOptions { format, ..ScanOptions::default() };
        let roots = BTreeSet::from_iter(root.map(Path::to_owned));
        let (settings, rules) = Settings::new(&options, &roots, None)?;
        let detector = Detector::new(rules.in_force).decoding(settings.decode);
        Ok(Self { began, settings, detector, disabled: rules.disabled })
    }

    /// `report`, which is about what was `scanned`, with what is settled in it, and judged.
    fn complete(self, report: Report, repository: Option<&Path>, scanned: Scanned) -> Report {
        let Self { began, settings, detector, disabled } = self;
        let ending =
            Ending { settings: &settings, detector: &detector, disabled, began, repository, scanned };
        ending.complete(report)
    }
}

/// What is about to be committed.
fn staged() -> Result<Report> {
    let advised = |error: StagedError| {
        let advice = Advised::new("cannot tell what is about to be committed", error.hint());
        anyhow::Error::new(error).context(advice)
    };
    let staged = Staged::open(None).map_err(advised)?;
    let judge = Judge::new(staged.root())?;
    let Settings { policy, threads, .. } = &judge.settings;
    let opening = judge.settings.opening();
    let report = scan::scan_staged(&staged, policy, *threads, opening, &judge.detector, &Progress::default());
    Ok(judge.complete(report.map_err(advised)?, staged.root(), Scanned::Index(None)))
}

/// The message of a commit.
fn message(file: &Path) -> Result<Report> {
    let text = message::read(file)?;
    let root = source::root_of(Path::new("."));
    let judge = Judge::new(Some(&root))?;
    let mut report = Report::default();
    message::scan(&text, &judge.detector, &mut report.findings);
    (report.coverage.files, report.coverage.bytes) = (1, text.len() as u64);
    report.rules = judge.detector.rules().collect();
    Ok(judge.complete(report, Some(&root), Scanned::Index(None)))
}

/// What is about to leave; none where nothing is.
fn pushed(remote: &OsString, url: &OsString, changes: &[Change]) -> Result<Option<Report>> {
    let Some(mut between) = between(changes) else { return Ok(None) };
    let history = open()?;
    let known = remote::tracking(remote, url, changes)?;
    if let Some(doubt) = known.doubt {
        warn(doubt.warning());
    }
    between.excluded_refs = known.refs;
    let missing: BTreeSet<ObjectId> = history.missing(between.excluded.clone()).into_iter().collect();
    for change in changes.iter().filter(|change| change.old.is_some_and(|old| missing.contains(&old))) {
        let name = names::masked(&change.name);
        warn(&format!(
            "what {name} is on the remote is not here, so this push is held against what else is known of it"
        ));
    }
    history_of(&history, between, changes).map(Some)
}

/// What a push brings to this repository; none where it brings nothing.
fn received(changes: &[Change]) -> Result<Option<Report>> {
    let Some(mut between) = between(changes) else { return Ok(None) };
    // As `git rev-list NEW --not --all` has it: until the hook has agreed, no ref leads to what is new.
    between.excluded_refs = vec![b"HEAD".to_vec(), b"refs/".to_vec()];
    history_of(&open()?, between, changes).map(Some)
}

/// The ends of the changes; none where all of them are deletions.
fn between(changes: &[Change]) -> Option<Between> {
    let included: Vec<ObjectId> = changes.iter().filter_map(|change| change.new).collect();
    let excluded = changes.iter().filter_map(|change| change.old).collect();
    (!included.is_empty()).then(|| Between { included, excluded, excluded_refs: Vec::new() })
}

fn open() -> Result<History> {
    History::open(None).map_err(advised)
}

/// The part of a history that is new to the other side, and the names that it gets there.
fn history_of(history: &History, between: Between, changes: &[Change]) -> Result<Report> {
    let place = history.root();
    let judge = Judge::new(Some(&source::root_of(place)))?;
    let Judge { settings, detector, .. } = &judge;
    let limits = Limits { between: Some(between), ..Limits::default() };
    let reading = Reading {
        engine: Engine::default(),
        threads: settings.threads,
        // What is not here cannot be sent, and what is sent is here.
        allow_incomplete: true,
        limits: &limits,
        all_commits: false,
        submodules: false,
        opening: settings.opening(),
        memory: None,
    };
    let report = scan::scan_history(history, &settings.policy, &reading, detector, &Progress::default());
    let mut report = report.map_err(advised)?;
    names::scan(changes, detector, &mut report.findings);
    Ok(judge.complete(report, Some(place), Scanned::History(None, limits.clone())))
}

/// The error with what to do about it.
fn advised(error: HistoryError) -> anyhow::Error {
    let advice = Advised::new("cannot read what is pushed", error.hint());
    anyhow::Error::new(error).context(advice)
}
