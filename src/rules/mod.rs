//! What to look for: rules in gitleaks' TOML, read, translated and compiled.
//!
//! **Invariant:** a [`RuleSet`] that exists is sound: every expression compiled,
//! every id unique, every group there.

mod builtin;
mod by_name;
mod compile;
mod config;
mod document;
mod error;
mod examples;
mod expression;
mod goregex;
mod load;
mod ruleset;
mod schema;
mod size;
mod span;
mod suggest;
mod traits;

pub use builtin::BUILTIN;
pub use config::{
    AllowConfig, ColorWhen, Config, ConfigError, ConfigProblem, GateConfig, OutputConfig, RulesConfig,
    ScanConfig, SuppressConfig,
};
pub use document::DocumentError;
pub use error::{RuleError, RuleProblem};
pub use expression::{Expression, ExpressionSet};
pub use load::Loaded;
pub use ruleset::{
    Allowlist, Condition, Context, Known, Neighbours, RegexTarget, Rule, RuleSet, Shape, Traits, UnknownRule,
};

#[doc(hidden)]
pub use examples::{Example, Examples};
#[doc(hidden)]
pub use size::{SizeError, parse_size};
#[doc(hidden)]
pub use span::{SpanError, parse_span};
#[doc(hidden)]
pub use suggest::nearest;
