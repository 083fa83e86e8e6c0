//! The pipeline over a history: detect once in every blob, then attribute and
//! judge by path those that may hold something.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use crate::detect::Detector;
use crate::model::{
    Blob, CommitSummary, Coverage, Finding, Fingerprint, Holder, ObjectKind, Origin, Provenance, Report,
    SkipReason, Skipped,
};
use crate::pack::{Lack, Object, ObjectId, Visitor};
use crate::select::Policy;
use crate::source::Walk;
use crate::source::history::{Carrier, Engine, History, HistoryError, Request};

use super::{Input, Progress, report, scan};

/// How a history is read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Who reads the objects.
    pub engine: Engine,
    /// How many threads read; 0 stands for one for each core.
    pub threads: usize,
    /// Whether what a shallow or partial clone lacks leaves the verdict standing.
    pub allow_incomplete: bool,
}

/// Every kind of object: each may hold a secret in a text or in a name.
const KINDS: [ObjectKind; 4] = [ObjectKind::Blob, ObjectKind::Tree, ObjectKind::Commit, ObjectKind::Tag];

/// Detection at work on the objects of one thread: it marks those that may hold something.
struct Sifter<'d> {
    detector: &'d Detector,
    progress: &'d Progress,
    reach: Option<usize>,
    count: u64,
    bytes: u64,
    marked: Vec<(ObjectId, ObjectKind)>,
}

impl Sifter<'_> {
    fn count(&mut self, size: u64) {
        self.count += 1;
        self.bytes += size;
        self.progress.files.fetch_add(1, Ordering::Relaxed);
        self.progress.bytes.fetch_add(size, Ordering::Relaxed);
    }
}

impl Visitor for Sifter<'_> {
    fn reach(&self) -> Option<usize> {
        self.reach
    }

    fn whole(&mut self, object: &Object<'_>, bytes: &[u8]) -> bool {
        self.count(bytes.len() as u64);
        let glance = self.detector.glance(bytes);
        if glance.may_hold {
            self.marked.push((object.id(), object.kind()));
        }
        glance.may_hold || glance.has_keyword
    }

    fn edited(&mut self, _: &Object<'_>, size: u64, edits: &[u8]) -> bool {
        let must_see = self.detector.stirs(edits);
        if !must_see {
            self.count(size);
        }
        must_see
    }

    fn lack(&mut self, _: ObjectId, _: Lack) {}
}

/// Scans every object of `history`, reachable or not.
/// What lies at paths that `policy` does not admit is read all the same, for its
/// path is not known then, and not reported.
///
/// # Errors
/// When the repository cannot be read at all. Objects that cannot be are in the report.
pub fn scan_history(
    history: &History,
    policy: &Policy,
    Reading { engine, threads, allow_incomplete }: Reading,
    detector: &Detector,
    progress: &Progress,
) -> Result<Report, HistoryError> {
    let reach = detector.reach();
    let hire = || Sifter { detector, progress, reach, count: 0, bytes: 0, marked: Vec::new() };
    let request = Request { engine, threads, kinds: &KINDS, only: None };
    let objects = history.read_all(request, hire)?;
    let mut marked = Vec::new();
    let mut coverage = Coverage::default();
    for sifter in objects.visitors {
        coverage.objects += sifter.count;
        coverage.bytes += sifter.bytes;
        marked.extend(sifter.marked);
    }
    marked.sort_unstable();
    let skipped = |(id, why): &(String, String)| Skipped {
        path: detector.path_name(id.as_bytes()),
        reason: SkipReason::Unreadable(why.clone()),
    };
    coverage.skipped = objects.unreadable.iter().map(skipped).collect();
    if !allow_incomplete {
        let missing = history.gaps()?.into_iter().map(|gap| ("the repository".to_owned(), gap.to_owned()));
        coverage.skipped.extend(missing.map(|gap| skipped(&gap)));
    }
    let objects_marked: Vec<_> =
        marked.iter().map(|(id, _)| git2::Oid::from_bytes(id.as_bytes()).expect("20")).collect();

    let carriers = history.carriers(&objects_marked)?;
    let mut leaks: BTreeMap<Fingerprint, Finding> = BTreeMap::new();
    for ((id, _), oid) in marked.into_iter().zip(&objects_marked) {
        let Some((kind, bytes)) = history.read(&id)? else { continue };
        let carrier = &carriers[oid];
        let admitted = |path: &&Vec<u8>| policy.admits_file(path);
        let paths: Vec<&[u8]> = carrier.paths.iter().filter(admitted).map(Vec::as_slice).collect();
        if paths.is_empty() && !carrier.paths.is_empty() {
            coverage.excluded += 1;
            continue;
        }
        for finding in findings(detector, (id.to_string(), kind), &bytes, carrier, &paths) {
            keep_first(&mut leaks, finding);
        }
    }
    let mut findings: Vec<Finding> = leaks.into_values().collect();
    let files = files(history, threads, detector, progress)?;
    findings.extend(files.findings);
    coverage.merge(files.coverage);
    Ok(report(findings, coverage, detector))
}

/// What the repository keeps beside its objects: refs, their logs, hooks, configuration.
fn files(
    history: &History,
    threads: usize,
    detector: &Detector,
    progress: &Progress,
) -> Result<Report, HistoryError> {
    let stores = ["/objects", "/.git/objects", "/.git/modules/**/objects"].map(str::to_owned);
    let policy = Policy::new(&[], &stores, None).expect("the globs are sound");
    let walk = Walk { policy: &policy, ignored: true, threads };
    let mut report = scan(&Input::Paths(vec![history.folder().to_owned()]), &walk, detector, progress)?;
    // The objects were read in another way, and were not passed over.
    report.coverage.excluded = 0;
    Ok(report)
}

/// The findings in one object: in a blob at the first of `paths` where there are
/// any, for some rules look at some paths only; in another object at its id.
fn findings(
    detector: &Detector,
    (object, kind): (String, ObjectKind),
    bytes: &[u8],
    carrier: &Carrier,
    paths: &[&[u8]],
) -> Vec<Finding> {
    let unnamed = format!("{kind} {object}").into_bytes();
    let paths = if paths.is_empty() { &[&*unnamed] } else { paths };
    let mut findings = Vec::new();
    let found = paths.iter().find(|path| {
        detector.scan(&Blob::whole(bytes, Provenance { shown: path, relative: path }), &mut findings);
        !findings.is_empty()
    });
    let Some(found) = found else { return findings };
    let commit = carrier.commit.as_ref().map(|commit| CommitSummary {
        id: commit.id.clone(),
        author: detector.path_name(&commit.author).to_string(),
        seconds: commit.seconds,
    });
    let others = carrier.paths.iter().filter(|path| path != found);
    let holder = if commit.is_some() { Holder::Ref } else { Holder::Nothing };
    let origin = Origin {
        object,
        kind,
        commit,
        other_paths: others.map(|path| detector.path_name(path)).collect(),
        versions: 1,
        in_head: carrier.in_head,
        holder,
        refs: Vec::new(),
        commits: Vec::new(),
    };
    for finding in &mut findings {
        finding.origin = Some(origin.clone());
    }
    findings
}

/// A key that stands in many versions of a file is one leak: the first version
/// tells of it, and the others are counted.
fn keep_first(leaks: &mut BTreeMap<Fingerprint, Finding>, finding: Finding) {
    let Some(other) = leaks.remove(&finding.fingerprint) else {
        leaks.insert(finding.fingerprint, finding);
        return;
    };
    let (mut first, later) = if time(&finding) < time(&other) { (finding, other) } else { (other, finding) };
    if let (Some(origin), Some(later)) = (&mut first.origin, later.origin)
        && origin.object != later.object
    {
        origin.versions += later.versions;
        origin.in_head |= later.in_head;
    }
    leaks.insert(first.fingerprint, first);
}

/// When the commit of a finding was authored; those without one come last, and
/// the id of the object decides between equals.
fn time(finding: &Finding) -> (i64, &str) {
    let origin = finding.origin.as_ref();
    let commit = origin.and_then(|origin| origin.commit.as_ref());
    (commit.map_or(i64::MAX, |commit| commit.seconds), origin.map_or("", |origin| &origin.object))
}
