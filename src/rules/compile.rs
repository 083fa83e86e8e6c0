//! From Go's expressions to compiled ones, within a budget of memory.

use regex::bytes::{RegexBuilder, RegexSetBuilder};

use super::document::clip;
use super::expression::{Expression, ExpressionSet};
use super::goregex;

/// The longest expression accepted, in bytes.
const MAX_LENGTH: usize = 64 << 10;

/// The most expressions in one list.
const MAX_SET: usize = 5_000;

/// The sizes a program is tried at, in bytes: it is charged with the first that holds it.
const SIZES: [usize; 5] = [16 << 10, 128 << 10, 1 << 20, 8 << 20, 32 << 20];

/// What the programs of one load may be charged with, in bytes.
const BUDGET: usize = 512 << 20;

/// The most that the lazy automaton may cache, per expression and thread, in bytes.
const DFA_SIZE: usize = 2 << 20;

/// Compiles expressions and keeps the account.
#[derive(Debug)]
pub(super) struct Compiler {
    left: usize,
    /// Whether the expressions are known to compile, so that compiling them can wait.
    trusted: bool,
}

impl Compiler {
    pub(super) fn new() -> Self {
        Self { left: BUDGET, trusted: false }
    }

    /// A compiler for the built-in rules.
    pub(super) fn trusting() -> Self {
        Self { left: BUDGET, trusted: true }
    }

    /// Compiles one expression of Go's. The error is one line.
    pub(super) fn regex(&mut self, go: &str) -> Result<Expression, String> {
        let rust = translate(go)?;
        if self.trusted {
            return Ok(Expression::trusted(&rust));
        }
        let regex = self.sized(|size| builder(&rust).size_limit(size).build())?;
        Ok(Expression::compiled(&rust, regex))
    }

    /// Compiles several of Go's expressions into one set. The error names the
    /// index of the one to blame.
    pub(super) fn set<'e>(
        &mut self,
        go: impl Iterator<Item = &'e str> + Clone,
    ) -> Result<ExpressionSet, (usize, String)> {
        let count = go.clone().count();
        if count > MAX_SET {
            return Err((0, format!("the list holds {count} expressions, more than the {MAX_SET} allowed")));
        }
        let mut all = Vec::with_capacity(count);
        for (index, expression) in go.clone().enumerate() {
            all.push(translate(expression).map_err(|why| (index, why))?);
        }
        if self.trusted {
            return Ok(ExpressionSet::trusted(all));
        }
        match self.sized(|size| set_builder(&all).size_limit(size).build()) {
            Ok(set) => Ok(ExpressionSet::compiled(all, set)),
            // A set does not say which of its expressions is to blame; alone, the culprit does.
            Err(why) => {
                let culprit = go.enumerate().find_map(|(index, one)| Some((index, self.regex(one).err()?)));
                Err(culprit.unwrap_or((0, why)))
            }
        }
    }

    fn sized<T>(&mut self, build: impl Fn(usize) -> Result<T, regex::Error>) -> Result<T, String> {
        for size in SIZES {
            if size > self.left {
                return Err("the expressions of the file need too much memory together".to_owned());
            }
            match build(size) {
                Ok(done) => {
                    self.left -= size;
                    return Ok(done);
                }
                Err(regex::Error::CompiledTooBig(_)) => {}
                Err(error) => return Err(condense(&error.to_string())),
            }
        }
        Err("it needs more than 32 MiB".to_owned())
    }
}

/// How one expression is compiled, its size not yet limited.
pub(super) fn builder(rust: &str) -> RegexBuilder {
    let mut builder = RegexBuilder::new(rust);
    builder.dfa_size_limit(DFA_SIZE);
    builder
}

/// How a set of expressions is compiled, its size not yet limited.
pub(super) fn set_builder(rust: &[String]) -> RegexSetBuilder {
    let mut builder = RegexSetBuilder::new(rust);
    builder.dfa_size_limit(DFA_SIZE);
    builder
}

fn translate(go: &str) -> Result<String, String> {
    if go.len() > MAX_LENGTH {
        return Err(format!("it is {} bytes long, more than the 65536 allowed", go.len()));
    }
    goregex::translate(go).map_err(|error| error.to_string())
}

/// The one line that says what is wrong, out of a message that draws the expression.
fn condense(message: &str) -> String {
    let last = message.lines().rev().find_map(|line| line.trim().strip_prefix("error: "));
    clip(last.unwrap_or(message), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_line() {
        let check = |go: &str, expect: &str| {
            assert_eq!(Compiler::new().regex(go).map(|_| ()), Err(expect.to_owned()), "{go}");
        };
        check("a(?=b)", "a look-ahead `(?=`, which Go does not have, at offset 1");
        check(r"\p{Klingon}", "Unicode property not found");
        check(r"(\pL{1000}){1000}", "it needs more than 32 MiB");
        check(&"a".repeat(65_537), "it is 65537 bytes long, more than the 65536 allowed");
    }

    #[test]
    fn a_set_names_the_culprit() {
        let check = |all: &[&str], expect: Option<usize>| {
            let built = Compiler::new().set(all.iter().copied());
            assert_eq!(built.err().map(|(index, _)| index), expect, "{all:?}");
        };
        check(&["a", "b"], None);
        check(&["a", "(?!b)"], Some(1));
        check(&["a", r"\p{Klingon}", "c"], Some(1));
    }

    #[test]
    fn the_budget_ends() {
        let mut compiler = Compiler { left: 20 << 10, trusted: false };
        assert!(compiler.regex("a").is_ok());
        assert!(compiler.regex("a").is_err_and(|why| why.contains("together")));
    }
}
