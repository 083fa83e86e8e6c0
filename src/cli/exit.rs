//! The answer of the program, in a number.

use std::process::ExitCode;

/// The answer of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All that was asked for was read, and nothing was found.
    Clean,
    /// Something was found.
    Findings,
    /// No verdict: wrong usage, bad configuration, or something could not be read.
    NoVerdict,
    /// The user did not want it to go on.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::NoVerdict => 2,
            Exit::Interrupted => 130,
        })
    }
}
