//! What to look for: rules in gitleaks' TOML, read, translated and compiled.
//!
//! **Invariant:** a [`RuleSet`] that exists is sound: every expression compiled,
//! every id unique, every group there.

pub mod goregex;
mod ruleset;

pub use ruleset::{
    Allowlist, Condition, Context, Known, Neighbours, RegexTarget, Rule, RuleSet, Shape, Traits,
};
