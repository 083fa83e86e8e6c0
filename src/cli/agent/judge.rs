//! Which keys an event carries that nobody settled: as a scan of the repository that the
//! agent works in would judge it.
//!
//! The rules, the globs, the entries, the ignore file and the baseline of the repository
//! hold. A comment in a text does not: whoever writes the key could write the comment, too.
//!
//! **Invariant:** of a finding only its public name and its digest leave this file.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use baseleak::detect::Detector;
use baseleak::model::{Blob, Confidence, FailOn, Finding, Provenance, Report};
use baseleak::rules::{Config, RuleSet};
use baseleak::scan::{self, Input, Progress};
use baseleak::select::Policy;
use baseleak::source::{self, Walk};
use baseleak::suppress::baseline::Unmoved;

use super::event::{Event, Moment};
use super::texts::{self, Piece};
use crate::cli::args::{ReadOptions, RuleArgs, SuppressArgs};
use crate::cli::settling::settling;
use crate::cli::{baseline, plan};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The keys, each once.
    pub(super) keys: Vec<Key>,
    /// The tool that the event is about, with what could be a secret masked.
    pub(super) tool: Option<String>,
    /// Whether something is encoded in more layers than are undone.
    pub(super) is_partial: bool,
}

/// A key in an event.
#[derive(Debug)]
pub(super) struct Key {
    /// Its public name.
    pub(super) name: String,
    /// Whether it is known to be Baseten's by its shape, and not only a secret.
    pub(super) is_baseten: bool,
    /// The field of the event, or the file.
    pub(super) place: String,
}

/// Judges an event; with `reads` the files that it asks for, too.
///
/// # Errors
/// Where the configuration, or what settles findings, cannot be used.
pub(super) fn judge(event: &Event, reads: bool, no_config: bool) -> Result<Found> {
    let root = source::root_of(&event.folder);
    let roots = BTreeSet::from([root.clone()]);
    let read = ReadOptions { no_config, ..ReadOptions::default() };
    let file = plan::config_file(&read, &roots)?;
    let config = file.as_deref().map(Config::load).transpose()?.unwrap_or_default();
    let rules = plan::rules(&config, &RuleArgs::default())?.in_force;
    let policy = plan::policy(&read, &config, file.as_deref())?;
    let detector = Detector::new(rules.clone()).decoding(config.scan.decode.unwrap_or(true));
    let judge = Judge { event, root, roots, config, file, rules, policy, detector, no_config };
    judge.run(reads)
}

struct Judge<'e> {
    event: &'e Event,
    /// The root of the repository, free of links.
    root: PathBuf,
    roots: BTreeSet<PathBuf>,
    config: Config,
    file: Option<PathBuf>,
    rules: RuleSet,
    policy: Policy,
    detector: Detector,
    no_config: bool,
}

impl Judge<'_> {
    fn run(&self, reads: bool) -> Result<Found> {
        let (mut findings, mut places, mut is_partial) = (Vec::new(), Vec::new(), false);
        for piece in texts::pieces(self.event) {
            let before = findings.len();
            is_partial |= !self.piece(&piece, &mut findings);
            places.extend(findings[before..].iter().map(|found| (found.digest.clone(), piece.field.clone())));
        }
        let is_read = self.event.moment == Moment::Reading;
        let mut counting = self.settle(report(findings), is_read)?;
        if reads {
            let read = self.read()?;
            places.extend(read.iter().map(|found| (found.digest.clone(), "the file".to_owned())));
            counting.extend(read);
        }
        let mut seen = HashSet::new();
        counting.retain(|finding| seen.insert(finding.digest.clone()));
        let keys = counting.iter().map(|finding| {
            let place = places.iter().find(|(digest, _)| *digest == finding.digest);
            let place = place.map(|(_, place)| place.clone()).unwrap_or_default();
            let is_baseten = finding.rule.starts_with("baseten-");
            Key { name: finding.key.clone(), is_baseten, place: self.detector.concealed(&place) }
        });
        let tool = self.event.tool.as_ref().map(|tool| self.detector.concealed(tool));
        Ok(Found { keys: keys.collect(), tool, is_partial })
    }

    /// Adds the findings in one text; returns whether all of it was decoded.
    fn piece(&self, piece: &Piece, findings: &mut Vec<Finding>) -> bool {
        let relative = piece.file.as_ref().map(|file| self.relative(file));
        if let Some(relative) = &relative
            && !self.policy.admits_file(relative)
        {
            return true;
        }
        let name = relative.unwrap_or_else(|| b"<event>".to_vec());
        let provenance = Provenance { shown: &name, relative: &name };
        let before = findings.len();
        let is_complete = self.detector.scan(&Blob::whole(piece.text.as_bytes(), provenance), findings);
        if let Some(counts) = &piece.counts {
            let counts = |finding: &Finding| {
                let line = |line: u64| usize::try_from(line).unwrap_or(usize::MAX) - 1;
                let lines = line(finding.location.start.line)..=line(finding.location.end.line);
                counts.get(lines).is_none_or(|lines| lines.contains(&true))
            };
            let mut of_piece = findings.split_off(before);
            of_piece.retain(counts);
            findings.append(&mut of_piece);
        }
        is_complete
    }

    /// The path of a file from the root of the repository; of one outside of it as it was named.
    fn relative(&self, file: &str) -> Vec<u8> {
        let path = self.event.folder.join(file);
        let path = std::path::absolute(&path).unwrap_or(path);
        // The file need not be there yet, and there may be links on the way to it.
        let there = path.ancestors().find_map(|above| Some((above.canonicalize().ok()?, above)));
        let whole = there.and_then(|(real, above)| Some(real.join(path.strip_prefix(above).ok()?)));
        let whole = whole.unwrap_or(path);
        source::shown(whole.strip_prefix(&self.root).unwrap_or(Path::new(file)))
    }

    /// What counts in the files that the event asks for.
    fn read(&self) -> Result<Vec<Finding>> {
        let files = texts::files(self.event).into_iter().map(|file| self.event.folder.join(file));
        let files: Vec<PathBuf> = files.filter(|file| file.is_file()).collect();
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let walk = Walk { policy: &self.policy, ignored: true, threads: 1 };
        let (input, progress) = (Input::Paths(files), Progress::default());
        let unpack = self.config.scan.unpack.unwrap_or(true);
        let report = scan::scan(&input, &walk, unpack, &self.detector, &progress);
        self.settle(report.context("cannot read the file that the agent asks for")?, true)
    }

    /// What counts of a report. Comments hold in what stands in a file already.
    fn settle(&self, mut report: Report, is_read: bool) -> Result<Vec<Finding>> {
        if report.findings.is_empty() {
            return Ok(Vec::new());
        }
        let args = SuppressArgs { no_suppress: self.no_config, ..SuppressArgs::default() };
        let settled = settling(&args, self.file.as_deref(), &self.config, &self.roots, &self.rules, None)?;
        let mut suppressions = settled.suppressions;
        suppressions.inline &= is_read;
        suppressions.baseline = settled.baseline.as_deref().map(baseline::load).transpose()?;
        suppressions.apply(&mut report, &Unmoved);
        if self.config.gate.fail_on == Some(FailOn::High) {
            report.findings.retain(|finding| finding.confidence == Confidence::High);
        }
        Ok(report.findings)
    }
}

/// A report of these findings, and of nothing else.
fn report(findings: Vec<Finding>) -> Report {
    let mut report = Report::default();
    report.findings = findings;
    report
}
