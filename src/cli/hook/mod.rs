//! The hooks of git: where they are put, what they say, and what they call.
//!
//! Git itself is asked where it looks for hooks, for it alone knows all that its configuration
//! and the environment say. Hooks of coding agents and of the pre-commit framework have
//! rooms of their own.
//!
//! **Invariant:** a hook that somebody else wrote is never lost: it is kept beside ours, run
//! first, and put back as it was.

mod file;
pub(crate) mod git;
pub(crate) mod install;
pub(crate) mod managers;
mod name;
pub(crate) mod place;
pub(crate) mod run;
pub(crate) mod script;
pub(crate) mod status;
pub(crate) mod uninstall;
