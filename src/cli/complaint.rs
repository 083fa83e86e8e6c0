//! How errors reach the user: what, why, and what to do.

use std::error::Error;
use std::fmt;

use baseleak::render::terminal::sanitise;

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
    eprintln!("error: {}", sanitise(&error.to_string()));
    for cause in error.chain().skip(1) {
        eprintln!("cause: {}", sanitise(&cause.to_string()));
    }
    if let Some(advised) = error.downcast_ref::<Advised>() {
        eprintln!("hint: {}", sanitise(&advised.hint));
    }
}

/// Prints something that the user should know and that stops nothing.
#[expect(clippy::print_stderr, reason = "this is where warnings are printed")]
pub(crate) fn warn(message: &str) {
    eprintln!("warning: {}", sanitise(message));
}
