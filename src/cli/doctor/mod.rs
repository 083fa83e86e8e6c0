//! `baseleak doctor`: whether the hooks do their work, proven and not believed.
//!
//! It tells what is wrong and what to do; it mends nothing.
//!
//! **Invariant:** the repository that it is asked about is read and never written, and the key
//! it tries with is made up, random, and shown nowhere.

mod canary;
mod checks;
mod configuration;
mod scratch;
mod shown;

use std::path::Path;

use anyhow::Result;
use baseleak::render::terminal::sanitise;

use super::complaint;
use super::hook::status::Status;
pub(crate) use shown::{human, json};

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok,
    Fails,
    /// It could not be tried.
    Unknown,
    /// Nothing is wrong, and the user should know.
    Note,
}

/// A check, and what it came to.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) outcome: Outcome,
    pub(crate) detail: String,
    pub(crate) hint: Option<String>,
}

impl Check {
    fn new(name: &'static str, outcome: Outcome, detail: impl Into<String>) -> Self {
        Self { name, outcome, detail: complaint::shown(&detail.into()), hint: None }
    }

    fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self::new(name, Outcome::Ok, detail)
    }

    fn fails(name: &'static str, detail: impl Into<String>, hint: &str) -> Self {
        Self { hint: Some(sanitise(hint).into_owned()), ..Self::new(name, Outcome::Fails, detail) }
    }

    fn unknown(name: &'static str, detail: impl Into<String>, hint: &str) -> Self {
        Self { outcome: Outcome::Unknown, ..Self::fails(name, detail, hint) }
    }
}

/// All that was found out.
pub(crate) struct Diagnosis {
    pub(crate) repository: Option<String>,
    pub(crate) checks: Vec<Check>,
}

impl Diagnosis {
    /// The worst outcome, which is a failure where something failed for sure.
    pub(crate) fn worst(&self) -> Outcome {
        let has = |outcome| self.checks.iter().any(|check| check.outcome == outcome);
        if has(Outcome::Fails) {
            Outcome::Fails
        } else if has(Outcome::Unknown) {
            Outcome::Unknown
        } else {
            Outcome::Ok
        }
    }
}

/// Looks at everything that must be well for a hook to fire, and then lets it fire.
///
/// # Errors
/// When there is no repository where one was named.
pub(crate) fn examine(named: Option<&Path>) -> Result<Diagnosis> {
    let mut checks = vec![checks::git(), checks::program()];
    if checks[0].outcome == Outcome::Unknown {
        return Ok(Diagnosis { repository: None, checks });
    }
    let status = Status::find(named)?;
    if let Some(repository) = &status.repository {
        checks.extend(configuration::check(repository.root()));
    }
    checks.extend(checks::hooks(&status));
    checks.extend(checks::shadows(&status));
    for hook in status.hooks.iter().filter(|hook| hook.is_executable) {
        checks.push(scratch::prove(&status, hook.name));
    }
    checks.push(checks::ways_past(&status));
    let repository =
        status.repository.as_ref().map(|repository| super::hook::status::path(repository.root()));
    Ok(Diagnosis { repository, checks })
}
