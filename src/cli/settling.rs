//! From the arguments, the configuration and the files at the root of a repository to what
//! settles findings, and to the gate.
//!
//! The baseline is only found here, not read.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use baseleak::detect::Detector;
use baseleak::model::FailOn;
use baseleak::rules::{AllowConfig, Config, RuleSet};
use baseleak::select::Policy;
use baseleak::suppress::Suppressions;
use baseleak::suppress::allow::{AllowEntry, AllowList, PathTest};
use baseleak::suppress::baseline;
use baseleak::suppress::ignorefile::IgnoreFile;
use time::OffsetDateTime;

use super::args::SuppressArgs;
use super::complaint::{Advised, warn};

/// The name of gitleaks' file at the root of a repository.
const IGNORE_FILE: &str = ".gitleaksignore";
/// Bytes of the largest ignore file that is read.
const MAX_FILE: u64 = 16 << 20;

/// What makes a scan fail.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct GatePlan {
    pub(crate) fail_on: FailOn,
    pub(crate) max_findings: u64,
}

/// What is settled before a scan, and by what it is judged.
#[derive(Debug)]
pub(crate) struct Settling {
    pub(crate) suppressions: Suppressions,
    /// The baseline in force, if any; it need not be there where it was named.
    pub(crate) baseline: Option<PathBuf>,
    pub(crate) gate: GatePlan,
}

/// What a scan of what lies below `roots` with `rules` in force is told to settle.
///
/// `verifies` says whether somebody asks which keys are live; none where no gate is in force.
///
/// # Errors
/// When something named cannot be used, or the gate lacks what it goes by.
pub(crate) fn settling(
    args: &SuppressArgs,
    file: Option<&Path>,
    config: &Config,
    roots: &BTreeSet<PathBuf>,
    rules: &RuleSet,
    verifies: Option<bool>,
) -> Result<Settling> {
    let suppressions = if args.no_suppress {
        Suppressions::default()
    } else {
        let mut suppressions = Suppressions::default();
        suppressions.inline = config.suppress.inline.unwrap_or(true);
        suppressions.requires_reason = config.suppress.require_reason.unwrap_or(false);
        suppressions.allow = allow(file, &config.allow, suppressions.requires_reason)?;
        suppressions.ignore_file = ignore_file(args, config, roots, rules)?;
        suppressions.audit = args.audit_suppressions;
        suppressions
    };
    let baseline = baseline(args, config, roots);
    let gate = verifies.map(|verifies| gate(args, config, verifies, baseline.is_some())).transpose()?;
    Ok(Settling { suppressions, baseline, gate: gate.unwrap_or_default() })
}

/// The baseline that was named, or the one at the root of what is scanned.
fn baseline(args: &SuppressArgs, config: &Config, roots: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    if args.no_suppress || args.no_baseline {
        return None;
    }
    let named = args.baseline.as_ref().or(config.suppress.baseline.as_ref());
    named.cloned().or_else(|| at_root(baseline::FILE, roots))
}

fn gate(args: &SuppressArgs, config: &Config, verifies: bool, has_baseline: bool) -> Result<GatePlan> {
    let fail_on = args.fail_on.map(FailOn::from).or(config.gate.fail_on).unwrap_or_default();
    let max_findings = args.max_findings.or(config.gate.max_findings).unwrap_or(0);
    let how = if args.fail_on.is_some() { "--fail-on" } else { "fail-on in the configuration" };
    match fail_on {
        FailOn::Active if !verifies => {
            let what = format!("{how} is active, and nobody asks which keys are live");
            Err(Advised::new(what, "add --verify, or choose --fail-on high").into())
        }
        FailOn::New if args.no_suppress || args.no_baseline => {
            let option = if args.no_suppress { "--no-suppress" } else { "--no-baseline" };
            let what = format!("{how} is new, and {option} uses no baseline to tell what is not");
            Err(Advised::new(what, format!("leave {option} out, or choose --fail-on any")).into())
        }
        FailOn::New if !has_baseline => {
            let what = format!("{how} is new, and there is no baseline to tell what is not");
            let hint =
                "make one with `baseleak baseline create`, name it with --baseline, or choose --fail-on any";
            Err(Advised::new(what, hint).into())
        }
        _ => Ok(GatePlan { fail_on, max_findings }),
    }
}

/// The entries of a configuration, what they say of keys masked and their globs compiled.
fn allow(file: Option<&Path>, entries: &[AllowConfig], requires_reason: bool) -> Result<AllowList> {
    if entries.is_empty() {
        return Ok(AllowList::default());
    }
    let detector = Detector::new(RuleSet::builtin());
    let shown = |text: &Option<String>| text.as_ref().map(|text| detector.concealed(text));
    let name = file.map(name_of).unwrap_or_default();
    let mut list = Vec::with_capacity(entries.len());
    for entry in entries {
        let place = format!("{name}:{}", entry.line);
        let path = entry.path.as_ref().map(|glob| {
            let policy = Policy::new(std::slice::from_ref(glob), &[], None)?;
            let matches = Box::new(move |path: &str| policy.admits_file(path.as_bytes()));
            Ok::<_, anyhow::Error>(PathTest { glob: detector.concealed(glob), matches })
        });
        let path = path.transpose().with_context(|| format!("the entry at {place} cannot be used"))?;
        list.push(AllowEntry {
            place,
            path,
            // These are compared, and were held to their shapes when they were read.
            key: entry.key.clone(),
            rule: entry.rule.clone(),
            fingerprint: entry.fingerprint.clone(),
            reason: shown(&entry.reason),
            owner: shown(&entry.owner),
            expires: entry.expires.clone(),
        });
    }
    let today = OffsetDateTime::now_utc().date().to_string();
    Ok(AllowList::new(list, &today, requires_reason))
}

/// The lines of the ignore file that was named, or of the one at the root of what is scanned.
fn ignore_file(
    args: &SuppressArgs,
    config: &Config,
    roots: &BTreeSet<PathBuf>,
    rules: &RuleSet,
) -> Result<IgnoreFile> {
    let named = args.ignore_file.as_ref().or(config.suppress.ignore_file.as_ref());
    let Some(path) = named.cloned().or_else(|| at_root(IGNORE_FILE, roots)) else {
        return Ok(IgnoreFile::default());
    };
    let text = read(&path).map_err(|error| {
        let what = format!("the ignore file {} cannot be read", path.display());
        anyhow::Error::new(error).context(Advised::new(what, "correct its name, or give --no-suppress"))
    })?;
    let ids = rules.rules.iter().map(|rule| &*rule.id);
    let detector = Detector::new(RuleSet::builtin());
    let (file, bad) = IgnoreFile::parse(&name_of(&path), &text, ids, |line| detector.concealed(line));
    for bad in bad {
        warn(&bad.to_string());
    }
    Ok(file)
}

/// A file need not be UTF-8: a path that is not is named as a report shows it.
fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    // A pipe would be waited for.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(io::Error::other("it is larger than 16 MiB"));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The file of this name at the root of what is scanned. That of one root never settles
/// what lies in another, so that with several there is none.
fn at_root(name: &str, roots: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    let files: Vec<PathBuf> = roots.iter().map(|root| root.join(name)).collect();
    let file = files.iter().find(|file| file.symlink_metadata().is_ok())?;
    if roots.len() > 1 {
        let shown = file.display();
        warn(&format!("{shown} is not used: it cannot speak for paths that lie outside of its repository"));
        return None;
    }
    Some(file.clone())
}

/// A file as reports name it: those at the root go by their names.
fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
