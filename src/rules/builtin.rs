//! The rules that are always in force, as text.

/// `rules/baseten.toml`, as it was when the program was built.
pub const BUILTIN: &str = include_str!("../../rules/baseten.toml");

/// What messages call it.
pub(super) const NAME: &str = "rules/baseten.toml";
