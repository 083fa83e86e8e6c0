//! Expressions that are compiled when they are first needed: most of the built-in
//! ones never are, and compiling them costs more than scanning a small file.
//!
//! **Invariant:** an expression that exists compiles. Those of a user's file are
//! compiled when it is loaded, the built-in ones by a unit test.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use regex::bytes::{Regex, RegexSet};

use super::{by_name, compile};

/// An expression over bytes.
#[derive(Clone)]
pub struct Expression {
    lazy: Lazy<Arc<str>, Regex>,
    /// Whether a file's name decides it; found out when it is first asked.
    by_name: Arc<OnceLock<bool>>,
}

/// Several expressions over bytes, tried together.
#[derive(Debug, Clone)]
pub struct ExpressionSet(Lazy<Arc<[String]>, RegexSet>);

#[derive(Clone)]
struct Lazy<S, C> {
    source: S,
    compiled: Arc<OnceLock<C>>,
}

/// Whether it is compiled by now is no one's business.
impl<S: fmt::Debug, C> fmt::Debug for Lazy<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.lazy).finish()
    }
}

impl Expression {
    /// Of a source in Rust's syntax that is known to compile.
    pub(super) fn trusted(source: &str) -> Self {
        Self { lazy: Lazy { source: source.into(), compiled: Arc::default() }, by_name: Arc::default() }
    }

    /// Of an expression that was compiled from `source`.
    pub(super) fn compiled(source: &str, regex: Regex) -> Self {
        let compiled = Arc::new(regex.into());
        Self { lazy: Lazy { source: source.into(), compiled }, by_name: Arc::default() }
    }

    /// Whether it matches a path only if it matches the path's last component alone.
    pub(super) fn is_by_name(&self) -> bool {
        *self.by_name.get_or_init(|| by_name::is_decided(&self.lazy.source))
    }
}

impl ExpressionSet {
    /// Of sources in Rust's syntax that are known to compile.
    pub(super) fn trusted(sources: Vec<String>) -> Self {
        Self(Lazy { source: sources.into(), compiled: Arc::default() })
    }

    /// Of a set that was compiled from `sources`.
    pub(super) fn compiled(sources: Vec<String>, set: RegexSet) -> Self {
        Self(Lazy { source: sources.into(), compiled: Arc::new(set.into()) })
    }
}

impl Deref for Expression {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        let compile = || compile::builder(&self.lazy.source).build().expect("a unit test compiles it");
        self.lazy.compiled.get_or_init(compile)
    }
}

impl Deref for ExpressionSet {
    type Target = RegexSet;

    fn deref(&self) -> &RegexSet {
        let compile = || compile::set_builder(&self.0.source).build().expect("a unit test compiles it");
        self.0.compiled.get_or_init(compile)
    }
}
