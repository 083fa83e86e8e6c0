//! What `revoke` does beside deciding: shows the plan, asks, revokes, tells.
//!
//! **Invariant:** nothing is deleted that was not shown and agreed to, be it by `--yes`.

pub(crate) mod again;
pub(crate) mod interrupt;
mod shown;
mod table;
mod wire;

use std::io::{self, BufRead as _, IsTerminal as _, Write};
use std::path::Path;

use anyhow::{Context as _, Result};
use baseleak::baseten::Client;
use baseleak::verify::revoke::{Fate, Plan, PlannedKey, Revocation, State, Stop, Watch, execute};
use baseleak::verify::trail::Trail;

use super::args::Format;
use super::complaint::{self, Advised, warn};
use super::exit::Exit;
use super::output::Output;
use interrupt::Interrupt;
use shown::Shown;

/// A plan, and how it is to be told of.
pub(crate) struct Task<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) format: Format,
    /// The run in the trail that is gone on with.
    pub(crate) resumes: Option<&'a str>,
    pub(crate) trail: &'a Path,
}

impl Task<'_> {
    /// Prints the plan and no more.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn print(&self) -> Result<()> {
        let written = Output::stdout().deliver(|out| match self.format {
            Format::Human => table::plan(self.plan, &Shown::lines(), out),
            Format::Json => wire::write(self.plan, None, out),
        });
        written.map(drop)
    }

    /// Shows the plan, and asks unless `yes` says that this is not needed. Whether to go on.
    ///
    /// # Errors
    /// Where there is nobody to ask, or the plan cannot be shown.
    pub(crate) fn is_agreed(&self, yes: bool) -> Result<bool> {
        let count = self.plan.keys.len();
        match self.format {
            Format::Human => self.print()?,
            Format::Json if !yes && count > 0 => table::plan(self.plan, &Shown::lines(), &mut io::stderr())?,
            Format::Json => {}
        }
        if yes || count == 0 {
            return Ok(true);
        }
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            let what = "nothing is revoked, for there is nobody to ask";
            return Err(Advised::new(what, "give --yes to revoke, or --dry-run to see the plan").into());
        }
        agreed(count)
    }

    /// Revokes, and tells what became of each key.
    ///
    /// # Errors
    /// Where the trail cannot be had; nothing is revoked then.
    pub(crate) fn revoke(&self, client: &Client<'_>) -> Result<Exit> {
        let path = complaint::shown(&self.trail.display().to_string());
        let trail = Trail::open(self.trail, &self.plan.remote);
        let mut trail = trail.with_context(|| {
            let hint = "nothing was revoked; --trail FILE names another place";
            Advised::new(format!("cannot use the trail {path}"), hint)
        })?;
        let shown = Shown::lines();
        let interrupt = Interrupt::watch().context("cannot take notice of Ctrl-C")?;
        let mut watch = Live { interrupt, shown: &shown, is_told: matches!(self.format, Format::Human) };
        let revocation = execute(self.plan, client, &mut trail, self.resumes, &mut watch);
        let stopped = revocation.stop.as_ref().map(reason);
        let written = Output::stdout().deliver(|out| match self.format {
            Format::Human => table::verdict(self.plan, &revocation.fates, out),
            Format::Json => {
                let stopped = stopped.clone();
                let done =
                    wire::Done { run: trail.run(), trail: self.trail, revocation: &revocation, stopped };
                wire::write(self.plan, Some(&done), out)
            }
        });
        if let Some(why) = stopped {
            self.tell_rest(&why, &revocation);
        }
        written?;
        Ok(answer(self.plan, &revocation))
    }

    /// Says what is left, and how to go on.
    fn tell_rest(&self, why: &str, revocation: &Revocation) {
        let keys = self.plan.keys.iter().zip(&revocation.fates);
        let left = keys.filter(|(_, fate)| fate.state == State::Untried);
        let left: Vec<_> = left.map(|(key, _)| key.prefix.as_str()).collect();
        warn(why);
        if !left.is_empty() {
            warn(&format!("not revoked: {}", left.join(" ")));
        }
        let trail = quoted(&self.trail.display().to_string());
        warn(&format!("to go on: baseleak revoke --resume {trail}, with the same options for Baseten"));
    }
}

/// Looks on, and tells each key's fate as it is known.
struct Live<'a> {
    interrupt: Interrupt,
    shown: &'a Shown,
    is_told: bool,
}

impl Watch for Live<'_> {
    fn is_interrupted(&self) -> bool {
        self.interrupt.is_wanted()
    }

    fn ended(&mut self, key: &PlannedKey, fate: &Fate) {
        if self.is_told {
            // That nobody reads it must not keep keys alive; the trail has it all.
            let mut out = io::stdout().lock();
            let _ = table::fate(key, fate, self.shown, &mut out).and_then(|()| out.flush());
        }
    }
}

/// Why a run ended early, in words.
fn reason(stop: &Stop) -> String {
    match stop {
        Stop::Interrupted => "interrupted".to_owned(),
        Stop::Hopeless(why) => format!("stopped: {why}"),
        Stop::Trail(error) => match std::error::Error::source(error) {
            Some(source) => format!("stopped: the trail failed: {error}: {source}"),
            None => format!("stopped: the trail failed: {error}"),
        },
    }
}

/// The exit code.
fn answer(plan: &Plan, revocation: &Revocation) -> Exit {
    let has = |state| revocation.fates.iter().any(|fate| fate.state == state);
    match &revocation.stop {
        Some(Stop::Interrupted) => Exit::Interrupted,
        _ if has(State::Live) || has(State::Untried) || !plan.left.is_empty() => Exit::Findings,
        Some(_) => Exit::NoVerdict,
        None if has(State::Unknown) => Exit::NoVerdict,
        None => Exit::Clean,
    }
}

/// Asks the person at the terminal for the number of keys: a number has to be read off
/// the plan, where a `y` is typed by habit.
#[expect(clippy::print_stderr, reason = "a question is no part of the output")]
fn agreed(count: usize) -> Result<bool> {
    let keys = table::keys(count);
    // In one piece: what is typed ahead shows behind it.
    let question = format!("\nThis cannot be undone. Type the number of keys, {count}, to revoke {keys}: ");
    eprint!("{question}");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    let is_agreed = answer.trim() == count.to_string();
    if !is_agreed {
        warn("nothing is revoked: that was not the number");
    }
    Ok(is_agreed)
}

/// A path as a shell of POSIX takes it.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if path.chars().all(is_plain) && !path.is_empty() {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn paths_are_quoted_where_a_shell_needs_it() {
        for (path, expect) in
            [("/a/b.jsonl", "/a/b.jsonl"), ("/a b", "'/a b'"), ("it's", "'it'\\''s'"), ("", "''")]
        {
            assert_eq!(quoted(path), expect);
        }
    }
}
