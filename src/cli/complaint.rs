//! How errors reach the user: what, why, and what to do.
//!
//! **Invariant:** every text passes through [`shown`]: an error may name a file,
//! an option or a line of configuration, and any of them may hold a key.

use std::error::Error;
use std::fmt;

use baseleak::detect::Detector;
use baseleak::render::terminal::sanitise;
use baseleak::rules::RuleSet;

/// An error that comes with advice.
#[derive(Debug)]
pub(crate) struct Advised {
    what: String,
    hint: String,
}

impl Advised {
    /// `what` went wrong, and `hint` says what to do.
    pub(crate) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }
}

impl fmt::Display for Advised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for Advised {}

/// Prints `error` and its causes, a line each.
#[expect(clippy::print_stderr, reason = "this is where errors are printed")]
pub(crate) fn print(error: &anyhow::Error) {
    eprintln!("error: {}", shown(&error.to_string()));
    for cause in error.chain().skip(1) {
        eprintln!("cause: {}", shown(&cause.to_string()));
    }
    if let Some(advised) = error.downcast_ref::<Advised>() {
        eprintln!("hint: {}", shown(&advised.hint));
    }
}

/// Prints something that the user should know and that stops nothing.
#[expect(clippy::print_stderr, reason = "this is where warnings are printed")]
pub(crate) fn warn(message: &str) {
    eprintln!("warning: {}", shown(message));
}

/// Prints what the parser of arguments has to say of wrong usage.
#[expect(clippy::print_stderr, reason = "this is where errors are printed")]
pub(crate) fn usage(error: &clap::Error) {
    for line in masked(&error.render().to_string()).lines() {
        eprintln!("{}", sanitise(line));
    }
}

/// A text as it may be shown: keys masked, control characters written out.
pub(crate) fn shown(text: &str) -> String {
    sanitise(&masked(text)).into_owned()
}

fn masked(text: &str) -> String {
    Detector::new(RuleSet::builtin()).masked(text)
}
