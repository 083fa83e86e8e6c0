//! The reports that one scan writes: in which forms, and where each goes.
//!
//! **Invariant:** a secret can only reach a person at a terminal: [`Reports::new`]
//! refuses to show secrets where the report goes anywhere else.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use baseleak::model::{Finding, Report, ReportFormat};
use baseleak::render::{csv, github, gitlab, gitlab_codequality, html, human, json, jsonl, junit, sarif};
use baseleak::suppress::AtOnce;

use super::args::FormatArg;
use super::complaint::Advised;
use super::output::{Output, Place, is_azure};
use super::step_summary;
use super::stream::Stream;

/// The reports of one scan.
#[derive(Debug)]
pub(crate) struct Reports {
    /// Files first, so that they are whole when the one on the terminal says so.
    targets: Vec<Target>,
    /// The one on standard output, where it is written while the scan goes on.
    stream: Option<Stream>,
    show_secrets: bool,
    show_suppressed: bool,
}

#[derive(Debug)]
struct Target {
    format: ReportFormat,
    output: Output,
}

/// What a person may choose to see.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown {
    pub(crate) secrets: bool,
    pub(crate) suppressed: bool,
}

impl Reports {
    /// `named` with their files, and the one without a file in the place of `output`: that
    /// is `default` where all have files.
    ///
    /// # Errors
    /// Where two share a place, one can be at none, or secrets would be shown to no terminal.
    pub(crate) fn new(
        named: &[FormatArg],
        default: ReportFormat,
        output: Option<&PathBuf>,
        shown: Shown,
    ) -> Result<Self> {
        let stdout = Path::new("-");
        let is_main = |arg: &&FormatArg| arg.file.as_deref().is_none_or(|file| file == stdout);
        let main: Vec<&FormatArg> = named.iter().filter(is_main).collect();
        if main.len() > 1 {
            let (one, other) = (main[0].format, main[1].format);
            let what = format!("the reports {one} and {other} would go to the same place");
            let hint = format!("give one of them a file: --format {other}=FILE");
            return Err(Advised::new(what, hint).into());
        }
        let format = main.first().map_or(default, |arg| arg.format);
        let main = Target { format, output: super::plan::output_of(output) };
        allow_secrets(shown.secrets, &main)?;
        let mut targets: Vec<Target> = Vec::new();
        let files = named.iter().filter_map(|arg| Some((arg.format, arg.file.as_ref()?)));
        let files = files.filter(|(_, file)| *file != stdout);
        let files = files.map(|(format, file)| Target { format, output: Output::file(file) });
        let mut places = Vec::new();
        for target in files.chain([main]) {
            let place = target.output.place()?;
            let is_taken = |other: &&Option<Place>| other.is_some() && **other == place;
            if let Some(other) = places.iter().position(|other| is_taken(&other)) {
                let (one, other) = (targets[other].format, target.format);
                let what = format!("the reports {one} and {other} would go to the same file");
                return Err(Advised::new(what, "give each a file of its own").into());
            }
            places.push(place);
            targets.push(target);
        }
        let streams = |target: &Target| target.is_streamed();
        let stream = targets.iter().any(streams).then(Stream::stdout);
        Ok(Self { targets, stream, show_secrets: shown.secrets, show_suppressed: shown.suppressed })
    }

    /// Begins the report that is written while the scan goes on, if there is one.
    pub(crate) fn begin(&self) {
        if let Some(stream) = &self.stream {
            stream.begin();
        }
    }

    /// Tells of `finding` while the scan goes on, where that is wanted and `at_once` can say
    /// what becomes of it. What is not told so is told by [`deliver`](Self::deliver).
    pub(crate) fn tell(&self, finding: &Finding, at_once: impl Fn(&Finding) -> AtOnce) {
        if let Some(stream) = &self.stream {
            stream.tell(finding, at_once);
        }
    }

    /// Whether a person sees the report at once.
    pub(crate) fn is_shown(&self) -> bool {
        let is_shown =
            |target: &Target| target.format == ReportFormat::Human && target.output == Output::stdout();
        self.targets.iter().any(is_shown)
    }

    /// Writes them all.
    ///
    /// # Errors
    /// The first thing that went wrong; the others are warnings, and what can be written is.
    pub(crate) fn deliver(&self, report: &Report, elapsed: Duration) -> Result<()> {
        let mut failed = None;
        for target in &self.targets {
            let result = match &self.stream {
                Some(stream) if target.is_streamed() => stream.end(report),
                _ if target.format == ReportFormat::Github && !is_azure() => {
                    target.output.deliver_commands(|out| self.write(target, report, elapsed, out)).map(drop)
                }
                _ => target.output.deliver(|out| self.write(target, report, elapsed, out)).map(drop),
            };
            match result {
                Ok(()) => {}
                Err(error) if failed.is_none() => failed = Some(error),
                Err(error) => super::complaint::warn(&format!("{error:#}")),
            }
            if target.format == ReportFormat::Github {
                step_summary::append(report);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    fn write(
        &self,
        target: &Target,
        report: &Report,
        elapsed: Duration,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match target.format {
            ReportFormat::Human => {
                let (show_secrets, show_suppressed) = (self.show_secrets, self.show_suppressed);
                let options = human::HumanOptions { show_secrets, show_suppressed, elapsed };
                human::write(report, &options, out)
            }
            ReportFormat::Json => json::write(report, out),
            ReportFormat::Jsonl => jsonl::write(report, out),
            ReportFormat::Sarif => sarif::write(report, out),
            ReportFormat::Github => github::write(report, out),
            ReportFormat::Gitlab => gitlab::write(report, span(elapsed), out),
            ReportFormat::GitlabCodequality => gitlab_codequality::write(report, out),
            ReportFormat::Junit => junit::write(report, out),
            ReportFormat::Csv => csv::write(report, out),
            ReportFormat::Html => html::write(report, out),
        }
    }
}

/// When a scan began and ended that took so long and ends now.
fn span(elapsed: Duration) -> gitlab::Span {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    gitlab::Span { began: seconds(now.saturating_sub(elapsed)), ended: seconds(now) }
}

impl Target {
    /// Whether it is written while the scan goes on.
    fn is_streamed(&self) -> bool {
        self.format == ReportFormat::Jsonl && self.output == Output::stdout()
    }
}

/// Secrets are shown to a person at a terminal and written nowhere else.
fn allow_secrets(are_wanted: bool, main: &Target) -> Result<()> {
    let is_terminal =
        main.format == ReportFormat::Human && main.output == Output::stdout() && io::stdout().is_terminal();
    if !are_wanted || is_terminal {
        return Ok(());
    }
    let error = Advised::new(
        "--show-secrets works on a terminal only, in the human format",
        "leave it out; the key's prefix and its place are enough to revoke it",
    );
    Err(error).context("secrets are not written to files or pipes")
}
