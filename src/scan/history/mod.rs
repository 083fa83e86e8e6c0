//! The pipeline over a history: look at every object once, then attribute and
//! judge by path those that may hold something.

mod elsewhere;
mod group;
mod head;
mod judge;
mod named;
mod sift;
mod version;

use std::cell::LazyCell;
use std::collections::HashSet;
use std::path::PathBuf;

use crate::detect::Detector;
use crate::model::{
    Coverage, Exposure, Finding, Fingerprint, ObjectKind, Provenance, Report, SkipReason, Skipped,
};
use crate::pack::ObjectId;
use crate::select::Policy;
use crate::source::Walk;
use crate::source::history::{
    Engine, History, HistoryError, Indexed, Limits, Selected, Tip, TipKind, Wanted,
};

use super::unpacked::{Eye, Opener};
use super::{Input, Opening, Progress, report, scan};
pub(super) use elsewhere::Elsewhere;
use group::Commits;
use head::Head;
use judge::Judge;
pub use sift::{Memory, Sifted};

/// How a history is read.
#[derive(Clone, Copy)]
pub struct Reading<'r> {
    /// Who reads the objects.
    pub engine: Engine,
    /// How many threads read; 0 stands for one for each core.
    pub threads: usize,
    /// Whether what a shallow or partial clone lacks leaves the verdict standing.
    pub allow_incomplete: bool,
    /// Which part of the history.
    pub limits: &'r Limits,
    /// Whether every commit that carries a finding is listed.
    pub all_commits: bool,
    /// Whether the submodules are read, too.
    pub submodules: bool,
    /// What is opened, and looked at.
    pub opening: Opening<'r>,
    /// What is remembered of packs.
    pub memory: Option<&'r dyn Memory>,
}

/// What is found in one repository.
#[derive(Default)]
struct Found {
    findings: Vec<Finding>,
    exposures: Vec<Exposure>,
    coverage: Coverage,
    /// Filled only where somebody asks.
    elsewhere: Elsewhere,
}

/// Scans the objects of `history`, reachable or not, or those within the limits.
/// What lies at paths that `policy` does not admit is read all the same, for its
/// path is not known then, and not reported.
///
/// # Errors
/// When the repository cannot be read at all, or the limits name what is not there.
/// Objects that cannot be read are in the report.
pub fn scan_history(
    history: &History,
    policy: &Policy,
    reading: &Reading<'_>,
    detector: &Detector,
    progress: &Progress,
) -> Result<Report, HistoryError> {
    let scan = Scan { policy, reading, detector, progress, asks_elsewhere: false };
    let mut all = scan.objects(history)?;
    if *reading.limits == Limits::default() {
        all.merge(scan.files(history)?);
    }
    let mut report = report(all.findings, all.coverage, detector);
    report.exposures = joined(all.exposures);
    Ok(report)
}

/// Scans the objects of `history` as [`scan_history`] does and leaves out what it keeps beside
/// them; says under which other names they stand, too.
///
/// # Errors
/// As [`scan_history`].
pub(super) fn scan_objects(
    history: &History,
    policy: &Policy,
    reading: &Reading<'_>,
    detector: &Detector,
    progress: &Progress,
) -> Result<(Report, Elsewhere), HistoryError> {
    let scan = Scan { policy, reading, detector, progress, asks_elsewhere: true };
    let all = scan.objects(history)?;
    let mut report = report(all.findings, all.coverage, detector);
    report.exposures = joined(all.exposures);
    Ok((report, all.elsewhere))
}

/// Which files of a git folder are read: all but the stores of objects, which are read in
/// another way.
pub(super) fn beside_objects() -> Policy {
    let stores = ["/objects", "/.git/objects", "/.git/modules/**/objects"].map(str::to_owned);
    Policy::new(&[], &stores, None).expect("the globs are sound")
}

/// One scan, over any number of repositories.
struct Scan<'s> {
    policy: &'s Policy,
    reading: &'s Reading<'s>,
    detector: &'s Detector,
    progress: &'s Progress<'s>,
    /// Whether anybody asks under which other names objects stand.
    asks_elsewhere: bool,
}

impl Scan<'_> {
    /// The objects of a repository, and of its submodules where they are to be read.
    fn objects(&self, history: &History) -> Result<Found, HistoryError> {
        let mut all = self.repository(history)?;
        let (submodules, problems) = history.submodules();
        if self.reading.submodules {
            if !self.reading.allow_incomplete {
                all.coverage.skipped.extend(self.problems(problems));
            }
            for submodule in &submodules {
                all.merge(self.repository(submodule)?);
            }
        } else {
            all.coverage.submodules += submodules.len() as u64;
        }
        Ok(all)
    }

    fn repository(&self, history: &History) -> Result<Found, HistoryError> {
        let indexed = history.indexed();
        // Tags are followed to what they point at, which takes its time where there
        // are thousands: the tips are asked for where they matter.
        let tips = LazyCell::new(|| history.tips(&indexed));
        let selected = history.select(self.reading.limits, || &tips.list)?;
        let only = selected.as_ref().and_then(|selected| history.introduced(selected));
        let limit = self.policy.max_file_size.unwrap_or(u64::MAX);
        let (mut sifted, unreadable) =
            sift::sift(history, self.reading, limit, only.as_ref(), self.detector, self.progress)?;
        let mut found = Found::default();
        if let Some(broken) = self.strays(history, &indexed, &sifted.marked)? {
            found.coverage.notes = self.notes(history, &broken);
            sifted.marked.clear();
        }
        if !sifted.marked.is_empty() {
            let mut tips = tips.list.clone();
            tips.extend(selected.iter().flat_map(|selected| selected.pushed.clone()));
            found = self.judged(history, &indexed, (&tips, selected.as_ref()), &sifted.marked)?;
        }
        if selected.is_none() {
            found.add_names(self.indexed_names(history, &indexed));
        }
        found.coverage.objects = sifted.objects;
        found.coverage.bytes = sifted.bytes;
        found.coverage.members = sifted.members;
        found.coverage.images = sifted.images;
        found.coverage.plain_images = sifted.plain_images;
        found.coverage.oversized = sifted.oversized;
        found.coverage.skipped.extend(unreadable.into_iter().map(|(name, why)| self.skipped(&name, &why)));
        // All objects are read, whatever leads to them; with limits the refs say which.
        let problems = if selected.is_some() { tips.problems.clone() } else { indexed.problems.clone() };
        found.coverage.skipped.extend(self.problems(problems));
        if selected.is_none() && history.gaps().is_empty() {
            let broken = history.broken(&indexed).into_iter();
            found.coverage.skipped.extend(broken.map(|(name, why)| self.skipped(&name, &why)));
        }
        found.coverage.skipped.extend(self.gaps(history));
        Ok(found)
    }

    /// Attributes and judges what was marked.
    fn judged(
        &self,
        history: &History,
        indexed: &Indexed,
        (tips, selected): (&[Tip], Option<&Selected>),
        marked: &[(ObjectId, ObjectKind)],
    ) -> Result<Found, HistoryError> {
        let ids: Vec<ObjectId> = marked.iter().map(|(id, _)| *id).collect();
        let wanted = Wanted::new(&ids);
        let graph = history.graph(self.reading.engine, self.reading.threads, &wanted)?;
        let mut found = Found::default();
        let attribution = graph.attribution(tips, selected.map(Selected::commits));
        let mut judge = Judge {
            history,
            policy: self.policy,
            detector: self.detector,
            attribution: &attribution,
            commits: Commits::new(history, self.detector),
            places: group::Places::default(),
            opener: self.reading.opening.unpack.then(|| Opener::new(self.detector, self.reading.opening)),
            eye: Eye::new(self.detector, self.reading.opening),
            coverage: Coverage::default(),
            staged: elsewhere::staged(indexed, &ids),
            elsewhere: self.asks_elsewhere.then(|| (Elsewhere::default(), Head::of(history, tips))),
        };
        for ((id, kind), carrier) in marked.iter().zip(attribution.carriers(&ids)) {
            let is_in = selected.is_none_or(|selected| carrier.is_new || selected.names(id));
            if is_in && let Err(error) = judge.judge(*id, *kind, &carrier) {
                found.coverage.skipped.push(self.skipped(&format!("object {id}"), &error.to_string()));
            }
        }
        let Judge { places, mut commits, coverage, elsewhere, .. } = judge;
        found.elsewhere = elsewhere.map(|(elsewhere, _)| elsewhere).unwrap_or_default();
        found.coverage.merge(coverage);
        found.exposures = places.exposures(&attribution, &mut commits);
        let now = self.now(tips, selected);
        found.findings = places.into_findings(&attribution, &mut commits, &now, self.reading.all_commits);
        Ok(found)
    }

    /// The commits whose versions of a file are those of today: the tip of the range or the
    /// branch that is asked about, or else what is checked out.
    fn now(&self, tips: &[Tip], selected: Option<&Selected>) -> Vec<ObjectId> {
        let Limits { range, between, branch, .. } = self.reading.limits;
        let is_named = range.is_some() || between.is_some() || branch.is_some();
        if let Some(selected) = selected.filter(|_| is_named) {
            return selected.commits().tips.clone();
        }
        let heads = tips.iter().filter(|tip| tip.kind == TipKind::Head);
        heads.flat_map(|tip| &tip.objects).copied().collect()
    }

    /// What the names in the index give away, those of folders included.
    fn indexed_names(&self, history: &History, indexed: &Indexed) -> Vec<Finding> {
        let (mut seen, mut findings) = (HashSet::new(), Vec::new());
        let paths = indexed.entries.iter().map(|(path, _)| path);
        for path in paths.filter(|path| self.policy.admits_file(path)) {
            let folders = memchr::memchr_iter(b'/', path).map(|end| &path[..end]);
            for name in folders.chain([&**path]) {
                if seen.insert(name) {
                    let shown = [history.prefix(), name].concat();
                    self.detector.scan_name(&Provenance { shown: &shown, relative: &shown }, &mut findings);
                }
            }
        }
        findings
    }

    /// What the repository keeps beside its objects: refs, their logs, hooks, configuration.
    fn files(&self, history: &History) -> Result<Found, HistoryError> {
        let policy = beside_objects();
        let walk = Walk { policy: &policy, ignored: true, threads: self.reading.threads };
        let input = Input::Paths(vec![history.folder().to_owned()]);
        let mut report = scan(&input, &walk, self.reading.opening, self.detector, self.progress)?;
        // The objects were read in another way, and were not passed over.
        report.coverage.excluded = 0;
        let Report { findings, coverage, .. } = report;
        Ok(Found { findings, coverage, ..Found::default() })
    }

    /// What a shallow or partial clone lacks, unless that is allowed.
    fn gaps(&self, history: &History) -> Vec<Skipped> {
        if self.reading.allow_incomplete {
            return Vec::new();
        }
        let name = match history.prefix() {
            [] => "the repository".to_owned(),
            prefix => format!("the submodule {}", self.detector.path_name(prefix)),
        };
        history.gaps().into_iter().map(|gap| self.skipped(&name, gap)).collect()
    }

    fn problems(&self, problems: Vec<(PathBuf, String)>) -> Vec<Skipped> {
        problems.into_iter().map(|(path, why)| self.skipped(&path.to_string_lossy(), &why)).collect()
    }

    fn skipped(&self, name: &str, why: &str) -> Skipped {
        let why = self.detector.masked(why);
        Skipped { path: self.detector.path_name(name.as_bytes()), reason: SkipReason::Unreadable(why) }
    }
}

impl Found {
    /// Adds what names in the index gave away, unless a tree has the same name.
    fn add_names(&mut self, names: Vec<Finding>) {
        let known: HashSet<Fingerprint> = self.findings.iter().map(|finding| finding.fingerprint).collect();
        self.findings.extend(names.into_iter().filter(|finding| !known.contains(&finding.fingerprint)));
    }

    fn merge(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.exposures.extend(other.exposures);
        self.coverage.merge(other.coverage);
        self.elsewhere.merge(other.elsewhere);
    }
}

/// One exposure for each key, also where several repositories hold it.
fn joined(mut exposures: Vec<Exposure>) -> Vec<Exposure> {
    exposures.sort_by(|one, other| (&one.key, &one.digest).cmp(&(&other.key, &other.digest)));
    exposures.dedup_by(|later, first| {
        let is_same = later.digest == first.digest;
        if is_same {
            let seconds =
                |exposure: &Exposure| exposure.first.as_ref().map_or(i64::MAX, |first| first.seconds);
            if seconds(later) < seconds(first) {
                first.first = later.first.take();
            }
            first.in_head |= later.in_head;
            first.removed = first.removed.take().or(later.removed.take()).filter(|_| !first.in_head);
            first.findings.append(&mut later.findings);
            first.findings.sort_unstable();
            first.findings.dedup();
        }
        is_same
    });
    exposures
}
