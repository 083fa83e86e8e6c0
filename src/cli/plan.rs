//! Works out what the arguments, the configuration and the environment ask for.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use baseleak::rules::{Config, RuleSet, nearest};
use baseleak::scan::Input;
use baseleak::select::Policy;
use baseleak::source;

use super::args::{ColorWhen, Format, RuleArgs, ScanArgs};
use super::complaint::{Advised, warn};
use super::output::Output;

/// The name of the configuration at the root of a repository.
const CONFIG: &str = ".baseleak.toml";
/// What standard input is called unless it is given a name.
const STDIN: &str = "<stdin>";

/// A scan, resolved, but for the rules.
#[derive(Debug)]
pub(crate) struct ScanPlan {
    pub(crate) input: Input,
    pub(crate) policy: Policy,
    pub(crate) ignored: bool,
    pub(crate) threads: usize,
    pub(crate) config: Option<PathBuf>,
    pub(crate) format: Format,
    pub(crate) output: Output,
    pub(crate) show_secrets: bool,
    pub(crate) exit_zero: bool,
}

impl ScanPlan {
    /// The plan and its rules. Flags win over the configuration; excluding globs of both hold.
    pub(crate) fn new(args: &ScanArgs, color: Option<ColorWhen>) -> Result<(Self, RuleSet)> {
        let input = input(args)?;
        let file = config_file(args, &input);
        let config = match &file {
            Some(file) => Config::load(file)?,
            None => Config::default(),
        };
        let include = if args.include.is_empty() { &config.scan.include } else { &args.include };
        let exclude = [&*config.scan.exclude, &*args.exclude].concat();
        let format = args.format.or(config.output.format.map(Format::from)).unwrap_or(Format::Human);
        set_color(color.or(config.output.color.map(ColorWhen::from)), args.output.is_some());
        allow_secrets(args, format)?;
        let plan = Self {
            input,
            policy: Policy::new(include, &exclude, args.max_file_size.or(config.scan.max_file_size))?,
            ignored: args.no_ignore || config.scan.ignored.unwrap_or(false),
            threads: args.threads,
            config: file,
            format,
            output: args.output.as_ref().map_or_else(Output::stdout, Output::file),
            show_secrets: args.show_secrets,
            exit_zero: args.exit_zero,
        };
        Ok((plan, rule_set(&config, &args.rules)?))
    }
}

/// The built-in rules, those of the configuration and those of the arguments, less the disabled ones.
pub(crate) fn rule_set(config: &Config, args: &RuleArgs) -> Result<RuleSet> {
    let mut rules = RuleSet::builtin();
    for file in config.rules.files.iter().chain(&args.rules) {
        let loaded = RuleSet::load(file)?;
        loaded.warnings.iter().for_each(|warning| warn(warning));
        rules.extend(loaded, file)?;
    }
    for id in config.rules.disable.iter().chain(&args.disable) {
        let known: Vec<&str> = rules.rules.iter().map(|rule| &*rule.id).collect();
        if !known.contains(&&**id) {
            let hint = match nearest(id, &known) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "`baseleak rules list` shows the ids".to_owned(),
            };
            return Err(Advised::new(format!("there is no rule \"{id}\" to disable"), hint).into());
        }
        rules.rules.retain(|rule| *rule.id != **id);
    }
    Ok(rules)
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

/// The configuration that was named, or the one at the root of the first path.
fn config_file(args: &ScanArgs, input: &Input) -> Option<PathBuf> {
    if args.config.is_some() || args.no_config {
        return args.config.clone();
    }
    let first = match input {
        Input::Paths(paths) => paths.first()?.as_path(),
        Input::Stdin(_) => Path::new("."),
    };
    Some(source::root_of(first).join(CONFIG)).filter(|file| file.is_file())
}

/// Colours follow the flag; else the terminal, and never into a file.
fn set_color(when: Option<ColorWhen>, to_file: bool) {
    match when.unwrap_or(ColorWhen::Auto) {
        ColorWhen::Always => colored::control::set_override(true),
        ColorWhen::Never => colored::control::set_override(false),
        ColorWhen::Auto if to_file => colored::control::set_override(false),
        ColorWhen::Auto => {}
    }
}

/// Secrets are shown to a person at a terminal and written nowhere else.
fn allow_secrets(args: &ScanArgs, format: Format) -> Result<()> {
    let allowed = matches!(format, Format::Human) && args.output.is_none() && std::io::stdout().is_terminal();
    if !args.show_secrets || allowed {
        return Ok(());
    }
    let error = Advised::new(
        "--show-secrets works on a terminal only, in the human format",
        "leave it out; the key's prefix and its place are enough to revoke it",
    );
    Err(error).context("secrets are not written to files or pipes")
}
