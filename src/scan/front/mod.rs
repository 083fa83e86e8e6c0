//! The front room: one type from which a program has all kinds of scans.
//!
//! It holds what was chosen and calls the pipeline; nothing is decided here that the pipeline
//! decides. The command line puts its scans together from the same parts.

mod error;
mod history;

use std::collections::BTreeSet;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::detect::Detector;
use crate::model::{FailOn, Finding, Report};
use crate::ocr::Ocr;
use crate::rules::{Loaded, RuleSet};
use crate::select::Policy;
use crate::source::history::{Engine, Limits};
use crate::source::{self, Staged, Walk};
use crate::suppress::{Suppressions, gate};

use super::{Completion, Input, Opening, Progress, Reading, Scanned, Sources, Worker};
use error::Cause;
pub use error::{ScanError, ScanErrorKind};
pub use history::HistoryScan;

/// Whoever is told of findings as they come.
type Observer = Box<dyn Fn(&Finding) + Send + Sync>;

/// What to look for and how: set it up once, and scan with it as often as you like.
///
/// A new one looks for Baseten's keys, looks into what is encoded, opens archives and
/// notebooks, passes over what git ignores, and settles nothing. It reads neither a
/// configuration file nor the environment.
///
/// The rules are compiled at the first scan and used by all that follow. It is `Send` and
/// `Sync`: share one between threads rather than making one for each. A scan of [`paths`],
/// what is [`staged`], a [`history`] and an [`audit`] read with threads of their own;
/// [`bytes`] and a [`reader`] are scanned on the thread that asks.
///
/// [`paths`]: Self::paths
/// [`staged`]: Self::staged
/// [`history`]: Self::history
/// [`audit`]: Self::audit
/// [`bytes`]: Self::bytes
/// [`reader`]: Self::reader
///
/// # Examples
///
/// Many texts on many threads, with the rules compiled once:
///
/// ```
/// use std::thread;
///
/// let scan = baseleak::Scan::new();
/// let texts = ["nothing here", "nor here", "nor there"];
/// let found: usize = thread::scope(|scope| {
///     let started: Vec<_> = texts
///         .iter()
///         .map(|text| scope.spawn(|| scan.bytes("note.txt", text.as_bytes()).findings.len()))
///         .collect();
///     started.into_iter().map(|thread| thread.join().expect("a scan does not panic")).sum()
/// });
/// assert_eq!(found, 0);
/// ```
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Scan {
    rules: RuleSet,
    /// Ids of the built-in rules.
    builtin: Vec<String>,
    warnings: Vec<String>,
    decode: bool,
    unpack: bool,
    ocr: Option<Ocr>,
    ignored: bool,
    threads: usize,
    policy: Policy,
    suppressions: Suppressions,
    fail_on: FailOn,
    max_findings: u64,
    allow_incomplete: bool,
    all_commits: bool,
    submodules: bool,
    observer: Option<Observer>,
    detector: OnceLock<Detector>,
}

impl Default for Scan {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules: Vec<&str> = self.rules.ids().collect();
        f.debug_struct("Scan").field("rules", &rules).field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// What is looked for.
impl Scan {
    /// A scan with the built-in rules: Baseten's.
    pub fn new() -> Self {
        let rules = RuleSet::builtin();
        let builtin = rules.ids().map(str::to_owned).collect();
        Self {
            rules,
            builtin,
            warnings: Vec::new(),
            decode: true,
            unpack: true,
            ocr: None,
            ignored: false,
            threads: 0,
            policy: Policy::default(),
            suppressions: Suppressions::default(),
            fail_on: FailOn::default(),
            max_findings: 0,
            allow_incomplete: false,
            all_commits: false,
            submodules: false,
            observer: None,
            detector: OnceLock::new(),
        }
    }

    /// A scan that looks for nothing until [rules are added](Self::add_rules). Its reports
    /// name the built-in rules as disabled.
    pub fn without_rules() -> Self {
        Self { rules: RuleSet::default(), ..Self::new() }
    }

    /// Adds rules in gitleaks' format, which stand behind those that are there: where two
    /// match the same bytes, the first keeps the finding. `name` is what errors call the text;
    /// what it extends by a relative path is looked for beside that.
    ///
    /// `docs/rules.md` of the repository describes the format. What a text says and is not
    /// carried out is in the [warnings](Self::warnings).
    ///
    /// # Errors
    /// When the text cannot be used, with the line; or an id is in use already.
    pub fn add_rules(self, name: impl AsRef<Path>, text: &str) -> Result<Self, ScanError> {
        let loaded = RuleSet::parse(name.as_ref(), text).map_err(Cause::from)?;
        self.joined(loaded, name.as_ref())
    }

    /// Adds the rules of a file, as [`add_rules`](Self::add_rules) does.
    ///
    /// # Errors
    /// Also when the file cannot be read.
    pub fn add_rule_file(self, file: impl AsRef<Path>) -> Result<Self, ScanError> {
        let loaded = RuleSet::load(file.as_ref()).map_err(Cause::from)?;
        self.joined(loaded, file.as_ref())
    }

    fn joined(mut self, mut loaded: Loaded, file: &Path) -> Result<Self, ScanError> {
        self.warnings.append(&mut loaded.warnings);
        if loaded.rules.rules.is_empty() && loaded.disabled.is_empty() {
            self.warnings.push(format!("{} holds no rules", file.display()));
        }
        self.rules.extend(loaded, file).map_err(Cause::from)?;
        Ok(self.with_rules_changed())
    }

    /// Takes the rule with this id out.
    ///
    /// # Errors
    /// When no rule has it.
    pub fn disable(mut self, id: &str) -> Result<Self, ScanError> {
        self.rules.disable([id]).map_err(Cause::from)?;
        Ok(self.with_rules_changed())
    }

    /// What is compiled is of the rules before.
    fn with_rules_changed(self) -> Self {
        Self { detector: OnceLock::new(), ..self }
    }

    /// The rules, in order of precedence.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// What was said in rules that were added and is not carried out: one line each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The rules at work, compiled if they were not yet. For whoever has texts rather than
    /// files and wants findings rather than reports; see [`Detector::scan`].
    pub fn detector(&self) -> &Detector {
        self.detector.get_or_init(|| Detector::new(self.rules.clone()).decoding(self.decode))
    }
}

/// What is read, and how.
impl Scan {
    /// Whether to look into what is encoded: base64, hexadecimal, escapes and their like, also
    /// one in the other. The default is to.
    #[must_use]
    pub fn decode(self, decode: bool) -> Self {
        Self { decode, ..self }.with_rules_changed()
    }

    /// Whether to open archives, compressed files and notebooks; they are read as they are in
    /// any case. The default is to.
    #[must_use]
    pub fn unpack(self, unpack: bool) -> Self {
        Self { unpack, ..self }
    }

    /// Reads the text in images, too: in files that are images, and where archives and
    /// notebooks are opened also in those that lie in something. The default is not to, for
    /// it costs far more than everything else.
    ///
    /// A budget is for all that this `Scan` scans. What was to be looked at and was not is
    /// in the coverage.
    #[must_use]
    pub fn ocr(self, ocr: Ocr) -> Self {
        Self { ocr: Some(ocr), ..self }
    }

    /// Which files are read; the default is all. What it leaves out is counted.
    #[must_use]
    pub fn policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// Whether [`paths`](Self::paths) reads files that git ignores, too; the default is not to.
    #[must_use]
    pub fn ignored(self, ignored: bool) -> Self {
        Self { ignored, ..self }
    }

    /// How many threads read; 0, the default, stands for one for each core.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// Whether the verdict on a history stands although the clone is shallow or partial. The
    /// default is to tell of what it lacks as skipped.
    #[must_use]
    pub fn allow_incomplete(self, allow: bool) -> Self {
        Self { allow_incomplete: allow, ..self }
    }

    /// Whether findings in a history list every commit that carries them; the default is not to.
    #[must_use]
    pub fn all_commits(self, all: bool) -> Self {
        Self { all_commits: all, ..self }
    }

    /// Whether the histories of submodules are read, too; the default is to count them.
    #[must_use]
    pub fn submodules(self, submodules: bool) -> Self {
        Self { submodules, ..self }
    }
}

/// What becomes of findings.
impl Scan {
    /// What settles findings: these stand in [`Report::suppressed`]. The default settles nothing.
    #[must_use]
    pub fn suppressions(self, suppressions: Suppressions) -> Self {
        Self { suppressions, ..self }
    }

    /// Which findings count for [`Report::gate`], and how many of them it lets through; the
    /// default is every finding, and none. What is live nobody asks here, so that for
    /// [`FailOn::Active`] all are undecided.
    #[must_use]
    pub fn gate(self, fail_on: FailOn, max_findings: u64) -> Self {
        Self { fail_on, max_findings, ..self }
    }

    /// Has `observer` told of each finding in files, streams and the index as soon as it is
    /// there, on any thread, several at a time and in no particular order. A suppression may
    /// settle it later. A history tells of what it found in its report only: before all
    /// objects were seen, nobody knows their commits and paths.
    #[must_use]
    pub fn on_finding(self, observer: impl Fn(&Finding) + Send + Sync + 'static) -> Self {
        Self { observer: Some(Box::new(observer)), ..self }
    }
}

/// Scanning.
impl Scan {
    /// Scans `bytes` as the content of a file of this name, which counts: some rules look at
    /// some files only, and a name may hold a key itself. Nothing is read from the disk.
    pub fn bytes(&self, name: &str, bytes: &[u8]) -> Report {
        self.reader(name, bytes)
    }

    /// Scans what `stream` holds, to its end, as [`bytes`](Self::bytes) does. Memory does not
    /// grow with it, but for archives and notebooks, of which 64 MiB are kept. Where reading
    /// fails, the coverage says so.
    pub fn reader(&self, name: &str, stream: impl Read) -> Report {
        let progress = self.progress();
        let mut worker = Worker::new(self.detector(), &progress, self.opening());
        source::scan_stream(name, stream, &mut worker);
        self.completed(super::gather(vec![worker], self.detector()), None, None)
    }

    /// Scans files and folders. A file that is named is read whatever the policy says; links
    /// are not followed; `.git` is not entered. What is named and not there is in the coverage.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn paths<P: Into<PathBuf>>(&self, paths: impl IntoIterator<Item = P>) -> Result<Report, ScanError> {
        let paths: Vec<PathBuf> = paths.into_iter().map(Into::into).collect();
        let roots: BTreeSet<PathBuf> = paths.iter().map(|path| source::root_of(path)).collect();
        let root = roots.first().filter(|_| roots.len() == 1);
        let walk = Walk { policy: &self.policy, ignored: self.ignored, threads: self.threads };
        let input = Input::Paths(paths);
        let report = super::scan(&input, &walk, self.opening(), self.detector(), &self.progress());
        let report = report.map_err(Cause::from)?;
        Ok(self.completed(report, root.map(PathBuf::as_path), root.cloned().map(Scanned::Folder)))
    }

    /// Scans what would be committed in the repository that `repository` is, or is a folder
    /// of: the content of the index that HEAD does not have, never the work tree.
    ///
    /// # Errors
    /// When there is no telling what is staged.
    pub fn staged(&self, repository: impl AsRef<Path>) -> Result<Report, ScanError> {
        let repository = repository.as_ref();
        let staged = Staged::open(Some(repository)).map_err(Cause::from)?;
        let (detector, progress) = (self.detector(), self.progress());
        let report =
            super::scan_staged(&staged, &self.policy, self.threads, self.opening(), detector, &progress);
        let report = report.map_err(Cause::from)?;
        let scanned = Scanned::Index(Some(repository.to_owned()));
        Ok(self.completed(report, Some(staged.root().unwrap_or(repository)), Some(scanned)))
    }

    /// A scan of what the repository keeps that `repository` is, or is a folder of: every
    /// blob, commit and tag, or a [part](HistoryScan::range) of them.
    pub fn history(&self, repository: impl AsRef<Path>) -> HistoryScan<'_> {
        HistoryScan::new(self, repository.as_ref())
    }

    /// Scans a repository wherever it can hold a key: the work tree with what git ignores, the
    /// index, every object, and git's own files. A finding says where it was
    /// [seen](Finding::seen).
    ///
    /// # Errors
    /// When there is no repository, or the system gives no threads.
    pub fn audit(&self, repository: impl AsRef<Path>) -> Result<Report, ScanError> {
        let repository = repository.as_ref();
        let sources = Sources::open(Some(repository)).map_err(Cause::from)?;
        let (limits, detector) = (Limits::default(), self.detector());
        let report = super::audit(&sources, &self.policy, &self.reading(&limits), detector, &self.progress());
        let report = report.map_err(Cause::from)?;
        Ok(self.completed(report, Some(repository), Some(Scanned::All(Some(repository.to_owned())))))
    }

    fn opening(&self) -> Opening<'_> {
        Opening { unpack: self.unpack, ocr: self.ocr.as_ref() }
    }

    fn progress(&self) -> Progress<'_> {
        self.observer.as_ref().map_or_else(Progress::default, |observer| Progress::observed(&**observer))
    }

    fn reading<'r>(&'r self, limits: &'r Limits) -> Reading<'r> {
        Reading {
            engine: Engine::default(),
            threads: self.threads,
            allow_incomplete: self.allow_incomplete,
            limits,
            all_commits: self.all_commits,
            submodules: self.submodules,
            opening: self.opening(),
            memory: None,
        }
    }

    /// The report with what the pipeline does not know.
    fn completed(&self, mut report: Report, repository: Option<&Path>, scanned: Option<Scanned>) -> Report {
        let completion = Completion {
            detector: self.detector(),
            policy: &self.policy,
            opening: self.opening(),
            suppressions: &self.suppressions,
            disabled: self.rules.lacking(self.builtin.clone()),
            repository,
            scanned,
        };
        completion.apply(&mut report);
        report.gate = gate::judge(&report, self.fail_on, self.max_findings);
        report
    }
}
