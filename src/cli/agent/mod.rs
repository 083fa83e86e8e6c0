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
mod unique;

use std::io::{self, Read as _, Write as _};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};

use super::args::AgentArgs;
use super::complaint::{Advised, hush};
use super::exit::Exit;

use answer::Answer;
use event::Event;
pub(crate) use settings::{install, status, uninstall};

/// Bytes of the largest event that is read.
const LARGEST: u64 = 64 << 20;
/// How long an event is judged. Agents wait for 30 seconds and go on without an answer, so
/// that a repository could have that time pass.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of the stack that an event is judged on: as many as the first thread has.
const STACK: usize = 8 << 20;

/// Judges the event on standard input and answers.
///
/// # Errors
/// Where there is no event, or none that could be told from something else: the exit code
/// is 2 then, by which all of these agents stop what they were about to do.
pub(crate) fn run(args: &AgentArgs) -> Result<Exit> {
    // Standard error goes to the model where the exit code is 2.
    hush();
    let bytes = read()?;
    let event = Event::read(&bytes, args.tool).map_err(|error| {
        let hint =
            "standard input takes one event of a coding agent's hook as JSON; docs/agents.md says which";
        error.context(Advised::new("cannot read the event", hint))
    })?;
    let event = Arc::new(event);
    let found = {
        let (event, reads, no_config) = (Arc::clone(&event), args.reads, args.no_config);
        within(PATIENCE, move || judge::judge(&event, reads, no_config))
    };
    let answer = match found {
        Ok(Ok(found)) => Answer::to(&event, &found),
        // What the configuration says is nothing that the agent may read.
        Ok(Err(_)) => {
            let why = "the configuration of the repository, or what settles findings in it, cannot be used; \
                       `baseleak scan` in the repository says why";
            Answer::unjudged(&event, why)
        }
        Err(why) => Answer::unjudged(&event, why),
    };
    answer.give()
}

/// The event as it came.
fn read() -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes).context("cannot read the event")?;
    if bytes.len() as u64 > LARGEST {
        let what = "cannot judge the event";
        let advised = Advised::new(what, "have the agent do it in smaller steps, or do it yourself");
        return Err(anyhow!("it is larger than {} MiB", LARGEST >> 20).context(advised));
    }
    Ok(bytes)
}

/// What `work` says, if it comes to an end in time; what does not goes with the process.
fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, &'static str> {
    let (sender, receiver) = mpsc::channel();
    let worker = thread::Builder::new().stack_size(STACK);
    // Where nobody listens any more, the answer was given.
    let begun = worker.spawn(move || drop(sender.send(work())));
    begun.map_err(|_| "the system has no thread for it")?;
    receiver.recv_timeout(patience).map_err(|error| match error {
        mpsc::RecvTimeoutError::Timeout => {
            "it takes longer than 20 seconds; the rules of the repository may be slow, or the event too large"
        }
        mpsc::RecvTimeoutError::Disconnected => "judging it went wrong",
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_too_long_is_not_waited_for() {
        let check = |work: fn() -> u8, expect: Result<u8, &str>| {
            let told = within(Duration::from_millis(300), work);
            assert_eq!(told.map_err(|why| why.split(' ').next().unwrap_or_default()), expect);
        };
        check(|| 1, Ok(1));
        check(
            || {
                thread::sleep(Duration::from_secs(60));
                1
            },
            Err("it"),
        );
    }
}
