//! Works out what the arguments, the configuration and the environment ask for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use baseleak::model::ReportFormat;
use baseleak::ocr::Ocr;
use baseleak::rules::{Config, RuleSet};
use baseleak::scan::{Input, Opening};
use baseleak::select::Policy;
use baseleak::source;
use baseleak::suppress::Suppressions;

use super::args::{ColorWhen, ReadOptions, RuleArgs, ScanArgs, ScanOptions};
use super::baseline;
use super::complaint::{Advised, warn};
use super::ocr;
use super::output::Output;
use super::reports::{Reports, Shown};
use super::settling::{GatePlan, Settling, must_be_file, settling};
use super::verifying::Live;

/// The name of the configuration at the root of a repository.
const CONFIG: &str = ".baseleak.toml";
/// What standard input is called unless it is given a name.
const STDIN: &str = "<stdin>";

/// A scan of paths or standard input, resolved, but for the rules.
#[derive(Debug)]
pub(crate) struct ScanPlan {
    pub(crate) input: Input,
    pub(crate) ignored: bool,
    pub(crate) settings: Settings,
}

/// What all scans have in common.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub(crate) struct Settings {
    pub(crate) policy: Policy,
    pub(crate) threads: usize,
    /// Whether to look into what is encoded.
    pub(crate) decode: bool,
    pub(crate) config: Option<PathBuf>,
    pub(crate) reports: Reports,
    pub(crate) exit_zero: bool,
    /// Whether archives and notebooks are opened.
    unpack: bool,
    /// What reads images, if they are looked at.
    ocr: Option<Ocr>,
    /// Baseten, where it is to be asked which keys are live.
    pub(crate) live: Option<Live>,
    /// The root of what is scanned, if it is one.
    pub(crate) root: Option<PathBuf>,
    /// What settles findings.
    pub(crate) suppressions: Suppressions,
    /// The file of the baseline in force, if any.
    pub(crate) baseline: Option<PathBuf>,
    /// What makes the scan fail.
    pub(crate) gate: GatePlan,
    /// Whether the configuration wants files read that git ignores.
    ignored: bool,
}

/// The rules of a scan.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) in_force: RuleSet,
    /// Ids of the built-in rules that are not among them.
    pub(crate) disabled: Vec<String>,
}

impl ScanPlan {
    /// The plan and its rules.
    pub(crate) fn new(args: &ScanArgs, color: Option<ColorWhen>) -> Result<(Self, Rules)> {
        let input = input(args)?;
        let roots = match &input {
            Input::Paths(paths) => paths.iter().map(|path| source::root_of(path)).collect(),
            Input::Stdin(_) => BTreeSet::from([source::root_of(Path::new("."))]),
        };
        let (settings, rules) = Settings::new(&args.options, &roots, color)?;
        let ignored = args.no_ignore || settings.ignored;
        Ok((Self { input, ignored, settings }, rules))
    }
}

impl Settings {
    /// What is opened, and what is looked at.
    pub(crate) fn opening(&self) -> Opening<'_> {
        Opening { unpack: self.unpack, ocr: self.ocr.as_ref() }
    }

    /// Whether the configuration wants files read that git ignores.
    pub(crate) fn reads_ignored(&self) -> bool {
        self.ignored
    }

    /// The settings and the rules of a scan of what lies below `roots`. Flags win
    /// over the configuration; excluding globs of both hold.
    pub(crate) fn new(
        args: &ScanOptions,
        roots: &BTreeSet<PathBuf>,
        color: Option<ColorWhen>,
    ) -> Result<(Self, Rules)> {
        let (mut settings, rules) = Self::resolve(args, roots, color, true)?;
        settings.suppressions.baseline = settings.baseline.as_deref().map(baseline::load).transpose()?;
        settings.reports.begin();
        Ok((settings, rules))
    }

    /// The same for whoever writes the baseline: it is found, and not read, and nobody asks
    /// what makes a scan fail.
    pub(crate) fn without_baseline(
        args: &ScanOptions,
        roots: &BTreeSet<PathBuf>,
        color: Option<ColorWhen>,
    ) -> Result<(Self, Rules)> {
        Self::resolve(args, roots, color, false)
    }

    fn resolve(
        args: &ScanOptions,
        roots: &BTreeSet<PathBuf>,
        color: Option<ColorWhen>,
        is_gated: bool,
    ) -> Result<(Self, Rules)> {
        let ScanOptions { read, .. } = args;
        let file = config_file(read, roots)?;
        let config = match &file {
            Some(file) => Config::load(file)?,
            None => Config::default(),
        };
        let format = config.output.format.unwrap_or(ReportFormat::Human);
        let shown = Shown { secrets: args.show_secrets, suppressed: args.suppress.show_suppressed };
        set_color(color.or(config.output.color.map(ColorWhen::from)), output_file(args).is_some());
        let root = roots.first().filter(|_| roots.len() == 1).cloned();
        let rules = rules(&config, &read.rules)?;
        let live = Live::of_scan(&args.live)?;
        let asked = is_gated.then_some(live.is_some());
        let settled = settling(&args.suppress, file.as_deref(), &config, roots, &rules.in_force, asked)?;
        let Settling { suppressions, baseline, gate } = settled;
        let settings = Self {
            root,
            policy: policy(read, &config, file.as_deref())?,
            threads: read.threads.into(),
            decode: !read.no_decode && config.scan.decode.unwrap_or(true),
            config: file,
            reports: Reports::new(&args.format, format, args.output.as_ref(), shown)?,
            exit_zero: args.suppress.exit_zero,
            unpack: !read.no_unpack && config.scan.unpack.unwrap_or(true),
            ocr: ocr::plan(read, &config)?,
            live,
            suppressions,
            baseline,
            gate,
            ignored: config.scan.ignored.unwrap_or(false),
        };
        Ok((settings, rules))
    }
}

/// The built-in rules, those of the configuration and those of the arguments, less the disabled ones.
pub(crate) fn rules(config: &Config, args: &RuleArgs) -> Result<Rules> {
    let mut rules = RuleSet::builtin();
    let builtin: Vec<String> = rules.ids().map(str::to_owned).collect();
    for file in &config.rules.files {
        must_be_file(file, "the rule file", "correct its name under [rules]")?;
    }
    for file in config.rules.files.iter().chain(&args.rules) {
        let loaded = RuleSet::load(file)?;
        loaded.warnings.iter().for_each(|warning| warn(warning));
        if loaded.rules.rules.is_empty() && loaded.disabled.is_empty() {
            warn(&format!("{} holds no rules", file.display()));
        }
        rules.extend(loaded, file)?;
    }
    let disabled = config.rules.disable.iter().chain(&args.disable);
    rules.disable(disabled.map(String::as_str)).map_err(|error| {
        let hint = match &error.near {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "`baseleak rules list` shows the ids".to_owned(),
        };
        Advised::new(error.to_string(), hint)
    })?;
    let disabled = rules.lacking(builtin);
    Ok(Rules { in_force: rules, disabled })
}

fn input(args: &ScanArgs) -> Result<Input> {
    let stdin = Path::new("-");
    if !args.paths.iter().any(|path| path == stdin) {
        return match args.stdin_path {
            None => Ok(Input::Paths(args.paths.clone())),
            Some(_) => Err(Advised::new(
                "--stdin-path names standard input, and it is not scanned",
                "give `-` as the path",
            )
            .into()),
        };
    }
    if args.paths.len() > 1 {
        return Err(
            Advised::new("standard input cannot be scanned together with paths", "run it twice").into()
        );
    }
    Ok(Input::Stdin(args.stdin_path.clone().unwrap_or_else(|| STDIN.to_owned())))
}

/// The configuration that was named, or the one at the root of what is scanned.
/// That of one root never governs another.
pub(crate) fn config_file(args: &ReadOptions, roots: &BTreeSet<PathBuf>) -> Result<Option<PathBuf>> {
    if args.config.is_some() || args.no_config {
        return Ok(args.config.clone());
    }
    let files: Vec<PathBuf> = roots.iter().map(|root| root.join(CONFIG)).collect();
    let Some(file) = files.iter().find(|file| file.symlink_metadata().is_ok()) else { return Ok(None) };
    if roots.len() > 1 {
        let what = format!("{} cannot govern paths that lie outside of its repository", file.display());
        return Err(Advised::new(what, "scan them one by one, or give --config or --no-config").into());
    }
    if !file.is_file() {
        let what = format!("{} is no file, so it cannot be the configuration", file.display());
        return Err(Advised::new(what, "remove it, or give --config or --no-config").into());
    }
    Ok(Some(file.clone()))
}

/// The policy, its globs checked; an error in the configuration's says so.
pub(crate) fn policy(args: &ReadOptions, config: &Config, file: Option<&Path>) -> Result<Policy> {
    let (include, exclude) = (&config.scan.include, &config.scan.exclude);
    if let Some(file) = file {
        Policy::new(include, exclude, None).with_context(|| format!("{} cannot be used", file.display()))?;
    }
    let include = if args.include.is_empty() { include } else { &args.include };
    let exclude = [&**exclude, &*args.exclude].concat();
    Ok(Policy::new(include, &exclude, args.max_file_size.or(config.scan.max_file_size))?)
}

/// The file that was named; `-` is standard output, as is none.
pub(crate) fn output_of(path: Option<&PathBuf>) -> Output {
    path.filter(|path| *path != Path::new("-")).map_or_else(Output::stdout, Output::file)
}

fn output_file(args: &ScanOptions) -> Option<&PathBuf> {
    args.output.as_ref().filter(|path| *path != Path::new("-"))
}

/// Colours follow the flag; else the terminal, and never into a file.
pub(crate) fn set_color(when: Option<ColorWhen>, to_file: bool) {
    match when.unwrap_or(ColorWhen::Auto) {
        ColorWhen::Always => colored::control::set_override(true),
        ColorWhen::Never => colored::control::set_override(false),
        ColorWhen::Auto if to_file => colored::control::set_override(false),
        ColorWhen::Auto => {}
    }
}
