//! Which keys an event carries that nobody settled: as a scan of the repository that the
//! agent works in would judge it.
//!
//! The rules, the globs, the entries, the ignore file and the baseline of the repository
//! hold. A comment in a text does not: whoever writes the key could write the comment, too.
//!
//! **Invariant:** of a finding only its public name and its digest leave this file.

use std::collections::{BTreeSet, HashSet};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result};
use baseleak::detect::Detector;
use baseleak::model::{Blob, Confidence, FailOn, Finding, Provenance, Report};
use baseleak::rules::{Config, RuleSet};
use baseleak::scan::{self, Input, Opening, Progress};
use baseleak::select::Policy;
use baseleak::source::{self, Walk};
use baseleak::suppress::baseline::Unmoved;
use baseleak::suppress::ignorefile::IgnoreFile;

use super::event::{Event, Moment};
use super::texts::{self, Piece};
use crate::cli::args::{ReadOptions, RuleArgs, SuppressArgs};
use crate::cli::settling::settling;
use crate::cli::{baseline, ocr, plan};

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

/// Where a text stands, by which the repository settles what is found in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In no file of the repository: what goes by paths does not hold.
    Nowhere,
    /// In a part of a file, so that nobody knows its lines.
    Part,
    /// In a whole file that is about to be written.
    Whole,
    /// In a file that is there, whose comments hold.
    Read,
}

/// What was found in the texts of an event.
struct Findings {
    /// By places, in the order of [`PLACES`].
    found: [Vec<Finding>; 3],
    /// The field of each key, by its digest.
    fields: Vec<(String, String)>,
    is_partial: bool,
}

const PLACES: [Place; 3] = [Place::Nowhere, Place::Part, Place::Whole];

impl Judge<'_> {
    fn run(&self, reads: bool) -> Result<Found> {
        let mut all = Findings { found: Default::default(), fields: Vec::new(), is_partial: false };
        for piece in texts::pieces(self.event) {
            self.piece(&piece, &mut all);
        }
        let Findings { found, mut fields, is_partial } = all;
        let mut counting = Vec::new();
        let is_read = self.event.moment == Moment::Reading;
        for (place, findings) in PLACES.into_iter().zip(found) {
            let place = if is_read && place == Place::Whole { Place::Read } else { place };
            counting.extend(self.settle(report(findings), place)?);
        }
        if reads {
            let read = self.read()?;
            fields.extend(read.iter().map(|found| (found.digest.clone(), "the file".to_owned())));
            counting.extend(read);
        }
        let mut seen = HashSet::new();
        counting.retain(|finding| seen.insert(finding.digest.clone()));
        let keys = counting.iter().map(|finding| {
            let field = fields.iter().find(|(digest, _)| *digest == finding.digest);
            let field = field.map(|(_, field)| field.clone()).unwrap_or_default();
            let is_baseten = finding.rule.starts_with("baseten-");
            Key { name: finding.key.clone(), is_baseten, place: self.detector.concealed(&field) }
        });
        let tool = self.event.tool.as_ref().map(|tool| self.detector.concealed(tool));
        Ok(Found { keys: keys.collect(), tool, is_partial })
    }

    /// Adds the findings in one text.
    fn piece(&self, piece: &Piece, all: &mut Findings) {
        let relative = piece.file.as_ref().and_then(|file| self.relative(file));
        let place = match &relative {
            Some(relative) if !self.policy.admits_file(relative) => return,
            Some(_) if piece.is_whole => Place::Whole,
            Some(_) => Place::Part,
            None => Place::Nowhere,
        };
        // Rules may go by the name of a file that lies elsewhere.
        let name = relative.or_else(|| piece.file.as_ref().map(|file| file.clone().into_bytes()));
        let name = name.unwrap_or_else(|| b"<event>".to_vec());
        let provenance = Provenance { shown: &name, relative: &name };
        let mut found = Vec::new();
        all.is_partial |= !self.detector.scan(&Blob::whole(piece.text.as_bytes(), provenance), &mut found);
        if let Some(counts) = &piece.counts {
            found.retain(|finding| {
                let line = |line: u64| usize::try_from(line).unwrap_or(usize::MAX) - 1;
                let lines = line(finding.location.start.line)..=line(finding.location.end.line);
                counts.get(lines).is_none_or(|lines| lines.contains(&true))
            });
        }
        all.fields.extend(found.iter().map(|found| (found.digest.clone(), piece.field.clone())));
        let places = PLACES.iter().zip(&mut all.found).filter(|(other, _)| **other == place);
        places.for_each(|(_, all)| all.append(&mut found));
    }

    /// The path of a file from the root of the repository; nothing where it does not lie in
    /// it, or where nobody knows which file the tool would take.
    fn relative(&self, file: &str) -> Option<Vec<u8>> {
        // What a shell, or a tool that is helpful, would make something else of.
        if file.is_empty() || file.trim() != file || file.starts_with('~') || file.contains(['\0', '$']) {
            return None;
        }
        let path = std::path::absolute(&self.event.folder).ok()?.join(file);
        let real = resolved(&path)?;
        // Some take `..` out of a path by its letters, and others ask the system: behind a
        // link these are two files.
        if resolved(&without_parents(&path))? != real {
            return None;
        }
        real.strip_prefix(&self.root).ok().filter(|path| !path.as_os_str().is_empty()).map(source::shown)
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
        let ocr = ocr::plan(&ReadOptions::default(), &self.config)?;
        let opening = Opening { unpack: self.config.scan.unpack.unwrap_or(true), ocr: ocr.as_ref() };
        let report = scan::scan(&input, &walk, opening, &self.detector, &progress);
        self.settle(report.context("cannot read the file that the agent asks for")?, Place::Read)
    }

    /// What counts of a report. Comments hold in what stands in a file already.
    fn settle(&self, mut report: Report, place: Place) -> Result<Vec<Finding>> {
        if report.findings.is_empty() {
            return Ok(Vec::new());
        }
        let args = SuppressArgs { no_suppress: self.no_config, ..SuppressArgs::default() };
        let mut config = self.config.clone();
        if place == Place::Nowhere {
            config.allow.retain(|entry| entry.path.is_none());
        }
        let settled = settling(&args, self.file.as_deref(), &config, &self.roots, &self.rules, None)?;
        let mut suppressions = settled.suppressions;
        suppressions.inline &= place == Place::Read;
        suppressions.baseline = settled.baseline.as_deref().map(baseline::load).transpose()?;
        if place == Place::Nowhere {
            suppressions.baseline = None;
        }
        if !matches!(place, Place::Whole | Place::Read) {
            // It goes by the lines of a file.
            suppressions.ignore_file = IgnoreFile::default();
        }
        suppressions.apply(&mut report, &Unmoved);
        if self.config.gate.fail_on == Some(FailOn::High) {
            report.findings.retain(|finding| finding.confidence == Confidence::High);
        }
        Ok(report.findings)
    }
}

/// Where an absolute path leads, through all links; what is not there yet, and `..` behind
/// it, is taken by its letters. Nothing where a link leads to what is not there.
fn resolved(path: &Path) -> Option<PathBuf> {
    let mut real = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(real.pop()),
            Component::Prefix(_) | Component::RootDir => real.push(part),
            Component::Normal(name) => {
                real.push(name);
                match real.canonicalize() {
                    Ok(behind) => real = behind,
                    Err(_) if real.symlink_metadata().is_ok_and(|there| there.is_symlink()) => return None,
                    Err(_) => {}
                }
            }
        }
    }
    Some(real)
}

/// An absolute path without `..`, by its letters.
fn without_parents(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            out.pop();
        } else {
            out.push(part);
        }
    }
    out
}

/// A report of these findings, and of nothing else.
fn report(findings: Vec<Finding>) -> Report {
    let mut report = Report::default();
    report.findings = findings;
    report
}
