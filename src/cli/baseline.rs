//! What the commands of `baseline` have in common: the file, the scan, and what is told.
//!
//! **Invariant:** what is written holds no secret: keys are named as reports name them, and
//! paths are masked.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use baseleak::detect::Detector;
use baseleak::model::Report;
use baseleak::render::terminal::sanitise;
use baseleak::rules::RuleSet;
use baseleak::scan::{self, Input, Moves, Progress, Reading, Scanned, Sources};
use baseleak::source::history::{Engine, History, Limits};
use baseleak::source::{self, Staged, Walk};
use baseleak::suppress::baseline::{Baseline, Changes, Entry, FILE, Sighting, Spot, Unmoved};
use baseleak::verify::Leaked;

use super::args::{BaselineFrom, BaselineOptions, ColorWhen, Seeing};
use super::complaint::{Advised, warn};
use super::output::{Output, write_file};
use super::plan::Settings;
use super::progress;

/// Bytes of the largest baseline that is read.
const LARGEST: u64 = 256 << 20;
/// The file in which git looks for how to merge.
const ATTRIBUTES: &str = ".gitattributes";
/// What is written into it.
const MERGE: &str = "merge=union";

/// The baseline in `file`.
///
/// # Errors
/// When it cannot be read; what is wrong in it is quoted nowhere.
pub(crate) fn load(file: &Path) -> Result<Baseline> {
    let name = file.file_name().map_or_else(|| file.to_string_lossy(), |name| name.to_string_lossy());
    let cannot = || format!("cannot use the baseline {}", file.display());
    let mut bytes = Vec::new();
    let mut read = || -> io::Result<_> {
        if fs::metadata(file)?.is_dir() {
            return Err(io::Error::other("it is a folder"));
        }
        File::open(file)?.take(LARGEST + 1).read_to_end(&mut bytes)
    };
    read().map_err(|error| {
        let is_missing = error.kind() == io::ErrorKind::NotFound;
        if is_missing && is_link(file) {
            let hint = "mend or remove the link, or name the file with --baseline";
            let error = io::Error::new(error.kind(), "it is a symbolic link that leads to no file");
            return advised(&cannot(), hint, error);
        }
        if is_missing {
            return advised(&cannot(), "`baseleak baseline create` makes one", error);
        }
        anyhow::Error::new(error).context(cannot())
    })?;
    if bytes.len() as u64 > LARGEST {
        let what = format!("it is larger than {} MiB", LARGEST >> 20);
        return Err(anyhow::Error::msg(what).context(cannot()));
    }
    let baseline = Baseline::parse(&name, &bytes).map_err(|error| {
        let advice = Advised::new(cannot(), error.hint());
        anyhow::Error::new(error).context(advice)
    })?;
    let detector = Detector::new(RuleSet::builtin());
    let masks = |text: &str| text.matches("****").count();
    let has_key = |path: &str, bytes: &[u8]| masks(detector.path_name(bytes).as_str()) > masks(path);
    for entry in baseline.entries() {
        if entry.spot.path().is_some_and(|path| has_key(path.as_str(), &path.to_bytes())) {
            let hint = "mask it as reports do, with `****` in its place, and revoke it";
            let error = anyhow::Error::msg(format!("line {} has a key in its path", entry.line()));
            return Err(error.context(Advised::new(cannot(), hint)));
        }
    }
    Ok(baseline)
}

/// What was seen, and what is asked of the repository about it.
pub(crate) struct Seen {
    pub(crate) settings: Settings,
    pub(crate) detector: Detector,
    pub(crate) report: Option<Report>,
    scanned: Scanned,
    /// The baseline that is written.
    pub(crate) file: PathBuf,
}

impl Seen {
    /// Scans what `seeing` says, unless it is given, and what `before` makes of the file of
    /// the baseline before that.
    ///
    /// # Errors
    /// When it cannot be scanned at all, or the file is not to be written.
    pub(crate) fn new<T>(
        seeing: &Seeing,
        options: &BaselineOptions,
        color: Option<ColorWhen>,
        given: Option<Scanned>,
        before: impl FnOnce(&Path) -> Result<T>,
    ) -> Result<(Self, T)> {
        must_be_there(&seeing.place)?;
        let root = source::root_of(&seeing.place);
        let (settings, rules) =
            Settings::without_baseline(&options.of_scan(), &BTreeSet::from([root.clone()]), color)?;
        let detector = Detector::new(rules.in_force).decoding(settings.decode);
        let named = options.named().or(settings.baseline.as_ref()).cloned();
        let file = named.unwrap_or_else(|| root.join(FILE));
        must_be_writable(&file, options.named().is_some())?;
        let before = before(&file)?;
        let is_given = given.is_some();
        let place = Some(seeing.place.clone());
        let scanned = given.unwrap_or(match seeing.from {
            BaselineFrom::Tree => Scanned::Folder(root),
            BaselineFrom::Staged => Scanned::Index(place),
            BaselineFrom::History => Scanned::History(place, Limits::default()),
            BaselineFrom::Audit => Scanned::All(place),
        });
        let mut seen = Self { settings, detector, report: None, scanned, file };
        if !is_given {
            let progress = Progress::default();
            let mut report = progress::watch(&progress, || seen.scan(&progress))?;
            // What somebody settled in another way need not stand in the baseline.
            seen.settings.suppressions.apply(&mut report, &Unmoved);
            seen.report = Some(report);
        }
        Ok((seen, before))
    }

    /// What tells files that moved from new ones.
    pub(crate) fn moves(&self) -> Moves<'_> {
        Moves::new(self.scanned.clone(), &self.detector, &self.settings.policy, self.settings.opening())
    }

    fn scan(&self, progress: &Progress) -> Result<Report> {
        let (Settings { policy, threads, .. }, opening) = (&self.settings, self.settings.opening());
        match &self.scanned {
            Scanned::Folder(root) => {
                let walk = Walk { policy, ignored: self.settings.reads_ignored(), threads: *threads };
                let input = Input::Paths(vec![root.clone()]);
                scan::scan(&input, &walk, opening, &self.detector, progress)
                    .context("cannot start the threads to read with")
            }
            Scanned::Index(path) => {
                let cannot = "cannot tell what is staged";
                let staged =
                    Staged::open(path.as_deref()).map_err(|error| advised(cannot, error.hint(), error))?;
                scan::scan_staged(&staged, policy, *threads, opening, &self.detector, progress)
                    .map_err(|error| advised(cannot, error.hint(), error))
            }
            Scanned::History(path, limits) => {
                let cannot = "cannot read the history";
                let history =
                    History::open(path.as_deref()).map_err(|error| advised(cannot, error.hint(), error))?;
                scan::scan_history(&history, policy, &self.reading(limits), &self.detector, progress)
                    .map_err(|error| advised(cannot, error.hint(), error))
            }
            Scanned::All(path) => {
                let cannot = "cannot audit the repository";
                let sources =
                    Sources::open(path.as_deref()).map_err(|error| advised(cannot, error.hint(), error))?;
                let limits = Limits::default();
                scan::audit(&sources, policy, &self.reading(&limits), &self.detector, progress)
                    .map_err(|error| advised(cannot, error.hint(), error))
            }
            // No option of these commands asks for it.
            Scanned::Addresses => {
                let what = "a baseline is made from a repository, not from a front end";
                Err(Advised::new(what, "settle keys of a front end by entries of .baseleak.toml").into())
            }
        }
    }

    /// How a history is read: all of it, and nothing may be missing.
    fn reading<'r>(&'r self, limits: &'r Limits) -> Reading<'r> {
        Reading {
            engine: Engine::Pack,
            threads: self.settings.threads,
            allow_incomplete: false,
            limits,
            all_commits: false,
            submodules: false,
            opening: self.settings.opening(),
            memory: None,
        }
    }

    /// What was found.
    pub(crate) fn sightings(&self) -> Vec<Sighting<'_>> {
        self.report.iter().flat_map(|report| &report.findings).map(Sighting::of).collect()
    }

    /// Refuses what was not read to its end, unless that is allowed.
    ///
    /// # Errors
    /// Where something that was asked for could not be read.
    pub(crate) fn must_be_whole(&self, is_allowed: bool) -> Result<()> {
        let Some(report) = &self.report else { return Ok(()) };
        for skipped in &report.coverage.skipped {
            warn(&format!("{} was not read: {}", skipped.path, skipped.reason));
        }
        whole(report.coverage.is_complete() || is_allowed)
    }
}

/// Refuses a folder that is not there.
///
/// # Errors
/// Where there is nothing at `place`.
pub(crate) fn must_be_there(place: &Path) -> Result<()> {
    match place.metadata() {
        Ok(_) => Ok(()),
        Err(error) => {
            let what = format!("cannot look at {}", place.display());
            Err(advised(&what, "give a folder of the repository that is there", error))
        }
    }
}

/// Refuses a file that a link of the repository leads to, which may lie anywhere, and one
/// in a folder that is not there. What the user named may be a link.
fn must_be_writable(file: &Path, is_named: bool) -> Result<()> {
    let cannot = format!("cannot write the baseline {}", file.display());
    if !is_named && is_link(file) {
        let hint = "remove the link, or name with --output the file that is to be written";
        let why = io::Error::other("it is a symbolic link, and may lead out of the repository");
        return Err(advised(&cannot, hint, why));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder.map_or(Ok(true), |folder| fs::metadata(folder).map(|folder| folder.is_dir())) {
        Ok(true) => Ok(()),
        Ok(false) => Err(advised(&cannot, "name another file", io::Error::other("its folder is a file"))),
        Err(error) => Err(advised(&cannot, "make its folder first, or name another file", error)),
    }
}

fn is_link(file: &Path) -> bool {
    file.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
}

/// Refuses what is not whole.
pub(crate) fn whole(is_whole: bool) -> Result<()> {
    if is_whole {
        return Ok(());
    }
    let what = "the scan is incomplete, and a baseline of it would not say what is known";
    let hint = "make what was skipped readable, or exclude it; `create` and `update` take --allow-incomplete";
    Err(Advised::new(what, hint).into())
}

fn advised(what: &str, hint: &str, error: impl std::error::Error + Send + Sync + 'static) -> anyhow::Error {
    anyhow::Error::new(error).context(Advised::new(what, hint))
}

/// The bytes of a JSON report, and whether what it tells of was read to its end.
///
/// # Errors
/// When it is none.
pub(crate) fn report(path: &Path) -> Result<(Vec<u8>, bool)> {
    let cannot = || format!("cannot use the report {}", path.display());
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.with_context(cannot)?;
    let leaked = Leaked::parse(&bytes).map_err(|error| advised(&cannot(), error.hint(), error))?;
    Ok((bytes, leaked.is_complete))
}

/// Writes `baseline` to `file`, in one step.
///
/// # Errors
/// When the system fails; a file that was there is then as it was.
pub(crate) fn write(baseline: &Baseline, file: &Path) -> Result<()> {
    write_file(file, baseline.text().as_bytes())
}

/// Lets git merge `file` line by line, unless somebody has said how it is to be merged;
/// what was done, in a sentence.
///
/// # Errors
/// When `.gitattributes` cannot be written.
pub(crate) fn let_git_merge(file: &Path) -> Result<Option<String>> {
    // Outside of a work tree nothing is merged.
    let Some(None) = source::merge_driver(file) else { return Ok(None) };
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return Ok(None) };
    let attributes = file.with_file_name(ATTRIBUTES);
    if is_link(&attributes) {
        let what = "is a symbolic link, and was left alone";
        return Ok(Some(format!(
            "{ATTRIBUTES} {what}: add the line `/{name} {MERGE}` to the file behind it"
        )));
    }
    let mut text = match fs::read(&attributes) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", attributes.display())),
    };
    if text.last().is_some_and(|&byte| byte != b'\n') {
        text.push(b'\n');
    }
    // A pattern with a blank in it stands in quotes.
    let quoted =
        name.contains(|character: char| !character.is_ascii_graphic() || "\"\\*?[#!".contains(character));
    if quoted {
        return Ok(Some(format!("git does not know how to merge it: give it `{MERGE}` in {ATTRIBUTES}")));
    }
    writeln!(text, "/{name} {MERGE}")?;
    write_file(&attributes, &text)?;
    Ok(Some(format!("{ATTRIBUTES} tells git to keep the lines of both sides when it merges the file")))
}

/// Says what changed, a line each, and then how many entries there are.
///
/// # Errors
/// When standard output cannot be written.
pub(crate) fn tell(changes: &Changes, baseline: &Baseline, file: &Path, verb: &str) -> Result<()> {
    let line =
        |sign: &str, entry: &Entry| sanitise(&format!("{sign} {} {}", entry.key, entry.spot)).into_owned();
    Output::stdout().deliver(|out| {
        for entry in &changes.dropped {
            writeln!(out, "{}", line("-", entry))?;
        }
        for (old, new) in &changes.moved {
            let from = old.spot.to_string();
            writeln!(out, "{}, where it was {}", line("~", new), sanitise(&from))?;
        }
        for entry in &changes.added {
            writeln!(out, "{}", line("+", entry))?;
        }
        let count = baseline.entries().len();
        let entries = if count == 1 { "entry" } else { "entries" };
        let name = sanitise(&file.display().to_string()).into_owned();
        if changes.is_empty() {
            writeln!(out, "{name} is up to date: {count} {entries}")
        } else {
            writeln!(out, "{verb} {name}: {count} {entries}")
        }
    })?;
    Ok(())
}

/// The entries of a baseline in JSON.
#[derive(serde::Serialize)]
pub(crate) struct Wire<'b> {
    schema: u32,
    keys: Vec<WireKey<'b>>,
}

#[derive(serde::Serialize)]
struct WireKey<'b> {
    key: &'b str,
    digest: &'b str,
    places: Vec<WirePlace<'b>>,
}

#[derive(serde::Serialize)]
struct WirePlace<'b> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'b str>,
    line: usize,
}

impl<'b> Wire<'b> {
    /// The entries by key.
    pub(crate) fn of(baseline: &'b Baseline) -> Self {
        let mut keys: Vec<WireKey<'b>> = Vec::new();
        for entry in baseline.entries() {
            let kind = match entry.spot {
                Spot::File(_) => "file",
                Spot::Commit => "commit",
                Spot::Tag => "tag",
                Spot::Ref => "ref",
                Spot::Git => "git",
                Spot::History => "history",
            };
            let path = entry.spot.path().map(baseleak::model::PathName::as_str);
            let place = WirePlace { kind, path, line: entry.line() };
            match keys.last_mut().filter(|last| last.digest == entry.digest && last.key == entry.key) {
                Some(last) => last.places.push(place),
                None => keys.push(WireKey { key: &entry.key, digest: &entry.digest, places: vec![place] }),
            }
        }
        Self { schema: 1, keys }
    }
}
