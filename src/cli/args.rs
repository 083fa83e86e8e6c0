//! The command line as `clap` reads it. What it means is worked out in `plan`.

mod agent;
mod audit;
mod baseline;
mod baseten;
mod diff;
mod doctor;
mod format;
mod framework;
mod generate;
mod hook;
mod keys;
mod revoke;
mod rotate;
mod suppress;
mod verify;
mod web;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use agent::{AgentArgs, AgentCommand, AgentTool, EditArgs, Scope, SettleArgs, StandingArgs};
pub(crate) use audit::{AuditArgs, ObjectArgs};
pub(crate) use baseline::{
    BaselineCommand, BaselineFrom, BaselineOptions, CreateArgs, PruneArgs, Seeing, ShowArgs, UpdateArgs,
};
pub(crate) use baseten::BasetenArgs;
pub(crate) use diff::DiffArgs;
pub(crate) use doctor::DoctorArgs;
pub(crate) use format::FormatArg;
pub(crate) use framework::FrameworkArgs;
pub(crate) use generate::{CompletionsArgs, ManArgs};
pub(crate) use hook::{HookCommand, HookName, InstallArgs, RunArgs, StatusArgs, UninstallArgs};
pub(crate) use keys::{KeysArgs, Sort};
pub(crate) use revoke::RevokeArgs;
pub(crate) use rotate::RotateArgs;
pub(crate) use suppress::SuppressArgs;
pub(crate) use verify::{ExplainArgs, LiveArgs, VerifyArgs};
pub(crate) use web::WebArgs;

use baseleak::rules;
use baseleak::source::history;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Parser, Subcommand, ValueEnum};

use super::date::{self, DateError};

/// Finds leaked Baseten API keys.
#[derive(Debug, Parser)]
#[command(name = "baseleak", version, about, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 all read, nothing found; 1 findings; 2 no verdict (wrong usage, bad \
configuration, or something could not be read).")]
pub(crate) struct Args {
    /// When to use colours; `auto` asks the terminal and `NO_COLOR`
    #[arg(long, global = true, value_enum, value_name = "WHEN")]
    pub(crate) color: Option<ColorWhen>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    // Without a comment of its own a command has that of its arguments, which says more.
    Scan(ScanArgs),
    Staged(StagedArgs),
    History(HistoryArgs),
    Audit(AuditArgs),
    Web(Box<WebArgs>),
    Diff(DiffArgs),
    Clean(CleanArgs),
    Keys(KeysArgs),
    Rotate(RotateArgs),
    Verify(VerifyArgs),
    Explain(ExplainArgs),
    Revoke(RevokeArgs),
    /// Make and mend the list of what is known, so that only what is new is reported
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// List or check the rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Install and run hooks: of git, and of coding agents
    #[command(subcommand)]
    Hook(HookCommand),
    Doctor(DoctorArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Scan a work tree, single files, or standard input.
///
/// Hidden files are read; what git ignores is counted and passed over; symbolic links are not followed;
/// `.git` is not entered.
#[derive(Debug, clap::Args)]
pub(crate) struct ScanArgs {
    /// Files and folders, or `-` for standard input; files named here are always read
    #[arg(default_value = ".", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The path that standard input pretends to stand at
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin_path: Option<String>,
    /// Read what git ignores, too
    #[arg(long)]
    pub(crate) no_ignore: bool,
    #[command(flatten)]
    pub(crate) options: ScanOptions,
}

/// Scan what would be committed: the content of the index, never the work tree.
///
/// What is as in HEAD is not read. Nothing is written into the repository. Paths are from its root.
#[derive(Debug, clap::Args)]
pub(crate) struct StagedArgs {
    /// A folder of the repository; without it, the repository that git would use here
    #[arg(value_name = "REPO")]
    pub(crate) repository: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) options: ScanOptions,
}

/// Scan all that a repository keeps, reachable or not.
///
/// Every blob, commit and tag is read once, and refs, their logs, hooks and the configuration. Each leak is told of once, with the first commit that carries it. Nothing is written into the repository.
#[derive(Debug, clap::Args)]
pub(crate) struct HistoryArgs {
    /// A repository, or a folder of one; without it, the one of the current folder
    #[arg(value_name = "REPO")]
    pub(crate) repository: Option<PathBuf>,
    /// Only what B has and A has not, as for a pull request
    #[arg(long, value_name = "A..B", conflicts_with_all = ["branch", "submodules"])]
    pub(crate) range: Option<OsString>,
    /// Only what a branch leads to
    #[arg(long, value_name = "NAME", conflicts_with = "submodules")]
    pub(crate) branch: Option<OsString>,
    /// Only what was committed since then: `2026-10-01`, `2026-10-01T15:00:00Z`, or `30d` for a span
    #[arg(long, value_name = "DATE", value_parser = since)]
    pub(crate) since: Option<i64>,
    /// Only what commits brought in that lie at most so many from a tip; a tip is 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_depth: Option<u32>,
    #[command(flatten)]
    pub(crate) objects: ObjectArgs,
    #[command(flatten)]
    pub(crate) options: ScanOptions,
}

/// Take keys out of notebooks: shows what would change, and asks.
///
/// In the source of a Python cell a look-up of the environment takes the place of a key, elsewhere a mark does. Every other byte stays as it is. Exit codes: 0 clean now; 1 something is to be changed, and was not; 2 something could not be cleaned.
#[derive(Debug, clap::Args)]
pub(crate) struct CleanArgs {
    /// Jupyter notebooks
    #[arg(required = true, value_name = "NOTEBOOK")]
    pub(crate) notebooks: Vec<PathBuf>,
    /// Do not ask
    #[arg(long, conflicts_with = "check")]
    pub(crate) yes: bool,
    /// Change nothing, and exit with 1 if something is to be changed
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

// What all scans have in common; a comment for the documentation would become that of the command.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct ScanOptions {
    #[command(flatten)]
    pub(crate) read: ReadOptions,
    /// A form of the report, one of human, json, jsonl, sarif, github, gitlab, gitlab-codequality, junit, csv, html; with `=FILE` it goes there, and repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = OsStringValueParser::new().try_map(|text| FormatArg::parse(&text)))]
    pub(crate) format: Vec<FormatArg>,
    /// Write the report that has no file of its own to this one, in one step
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Show secrets in full; only on a terminal
    #[arg(long)]
    pub(crate) show_secrets: bool,
    #[command(flatten)]
    pub(crate) suppress: SuppressArgs,
    #[command(flatten)]
    pub(crate) live: LiveArgs,
}

// What is read, and how; a comment for the documentation would become that of the command.
#[derive(Debug, Clone, Default, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct ReadOptions {
    /// Read only files that match; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// Pass over files and folders that match; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Pass over larger files, such as `10MiB`
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) max_file_size: Option<u64>,
    /// Do not open archives, compressed files and notebooks, and read them as they are
    #[arg(long)]
    pub(crate) no_unpack: bool,
    /// Read the text in images, too: screenshots, also those in notebooks, documents and archives; takes the program Tesseract, and time
    #[arg(long)]
    pub(crate) ocr: bool,
    /// Look at images for so long in all, such as `60s`, `5m` or `1h`; implies `--ocr`, and what was not looked at by then is told as skipped
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(crate) ocr_budget: Option<Duration>,
    /// Do not look into what is encoded: base64, escapes and their like
    #[arg(long)]
    pub(crate) no_decode: bool,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
    /// The configuration; without it, `.baseleak.toml` at the root of the repository
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration, as for repositories that are not trusted
    #[arg(long)]
    pub(crate) no_config: bool,
    /// Threads to read with, at most 256; 0 stands for one for each core
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=256))]
    pub(crate) threads: u16,
}

#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct RuleArgs {
    /// More rules, in gitleaks' format; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,
    /// Do not run this rule; repeatable
    #[arg(long, value_name = "ID")]
    pub(crate) disable: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules in force
    List(RuleArgs),
    Check(CheckArgs),
}

/// Try every rule on its positive and negative examples.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// Rule files to check beside the built-in rules
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Human,
    /// For programs; docs/output.md describes it
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ColorWhen {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Engine {
    /// The program's own pack reader, and git2 for what it does not understand
    Pack,
    /// libgit2 alone
    Git2,
}

impl From<Engine> for history::Engine {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Pack => Self::Pack,
            Engine::Git2 => Self::Git2,
        }
    }
}

impl From<rules::ColorWhen> for ColorWhen {
    fn from(when: rules::ColorWhen) -> Self {
        match when {
            rules::ColorWhen::Auto => Self::Auto,
            rules::ColorWhen::Always => Self::Always,
            rules::ColorWhen::Never => Self::Never,
        }
    }
}

fn since(text: &str) -> Result<i64, DateError> {
    date::since(text, time::OffsetDateTime::now_utc())
}

fn span(text: &str) -> Result<Duration, rules::SpanError> {
    rules::parse_span(text)
}

fn size(text: &str) -> Result<u64, rules::SizeError> {
    rules::parse_size(text)
}
