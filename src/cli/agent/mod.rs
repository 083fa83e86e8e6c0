//! What stands between a coding agent and a key: one event of the agent in, one answer out.
//!
//! The event is read (`event`), its strings are taken out (`texts`, `patch`, `shell`), they
//! are judged as a scan of the repository would (`judge`), and the answer is put into the
//! form of the agent's hooks (`answer`). `settings` writes the hook into the agent's own
//! settings. It does not look at what an agent knows already, and asks nobody.
//!
//! **Invariant:** no answer grants a permission that the user would have been asked for,
//! and none holds a secret: a key goes by its public prefix.

mod answer;
mod event;
mod judge;
mod mend;
mod patch;
mod settings;
mod shell;
mod texts;

use std::io::{self, Read as _, Write as _};

use anyhow::{Context as _, Result, anyhow};

use super::args::AgentArgs;
use super::complaint::{self, Advised};
use super::exit::Exit;

use answer::Answer;
use event::Event;
pub(crate) use settings::{install, status, uninstall};

/// Bytes of the largest event that is read.
const LARGEST: u64 = 64 << 20;

/// Judges the event on standard input and answers.
///
/// # Errors
/// Where there is no event, or none that could be told from something else: the exit code
/// is 2 then, by which all of these agents stop what they were about to do.
pub(crate) fn run(args: &AgentArgs) -> Result<Exit> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes).context("cannot read the event")?;
    if bytes.len() as u64 > LARGEST {
        let what = "cannot judge the event";
        let advised = Advised::new(what, "have the agent do it in smaller steps, or do it yourself");
        return Err(anyhow!("it is larger than {} MiB", LARGEST >> 20).context(advised));
    }
    let event = Event::read(&bytes, args.tool).map_err(|error| {
        let hint =
            "standard input takes one event of a coding agent's hook as JSON; docs/agents.md says which";
        error.context(Advised::new("cannot read the event", hint))
    })?;
    let found = judge::judge(&event, args.reads, args.no_config);
    let answer = match &found {
        Ok(found) => Answer::to(&event, found),
        Err(error) => {
            complaint::print(error);
            Answer::unjudged(&event, &complaint::shown(&format!("{error:#}")))
        }
    };
    answer.give()
}

impl Answer {
    /// Writes the answer down.
    #[expect(clippy::print_stderr, reason = "agents read standard error, and it holds no key")]
    fn give(self) -> Result<Exit> {
        if let Some(text) = self.stderr {
            eprintln!("{text}");
        }
        if let Some(json) = self.stdout {
            let mut out = io::stdout().lock();
            let written = writeln!(out, "{json}").and_then(|()| out.flush());
            written.context("cannot write the answer")?;
        }
        Ok(self.exit)
    }
}
