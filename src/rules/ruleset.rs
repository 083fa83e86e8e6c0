//! Rules ready to run.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::expression::{Expression, ExpressionSet};
use super::suggest::nearest;
use crate::model::{Confidence, hex};

/// The rules in force, in order of precedence: where several match the same
/// bytes, the first one keeps the finding.
///
/// Reading compiles: a set that exists is sound. [`RuleSet::builtin`] has Baseten's rules, its
/// default has none, [`RuleSet::load`] and [`RuleSet::parse`] read rules in gitleaks' format,
/// and [`RuleSet::extend`] joins them.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct RuleSet {
    /// The rules.
    pub rules: Vec<Rule>,
    /// Allowlists that hold for every rule.
    pub allowlists: Vec<Allowlist>,
}

impl RuleSet {
    /// What tells these rules from others, 64 hexadecimal digits: every field of
    /// every rule counts.
    pub fn digest(&self) -> String {
        // No field can be forgotten this way, and expressions show as their source.
        hex(&Sha256::digest(format!("{self:?}")))
    }

    /// The ids of the rules, in order of precedence.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| &*rule.id)
    }

    /// Takes the rules with these ids out.
    ///
    /// # Errors
    /// When no rule has one of the ids. The set is unchanged then.
    pub fn disable<'i>(&mut self, ids: impl IntoIterator<Item = &'i str>) -> Result<(), UnknownRule> {
        let ids: Vec<&str> = ids.into_iter().collect();
        let known: Vec<&str> = self.ids().collect();
        if let Some(id) = ids.iter().find(|id| !known.contains(id)) {
            let near = nearest(id, &known).map(str::to_owned);
            return Err(UnknownRule { id: (*id).to_owned(), near });
        }
        self.rules.retain(|rule| !ids.contains(&&*rule.id));
        Ok(())
    }

    /// Those of `ids` that no rule here has, in their order.
    pub fn lacking(&self, mut ids: Vec<String>) -> Vec<String> {
        ids.retain(|id| !self.ids().any(|here| here == id));
        ids
    }
}

/// No rule has this id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule \"{id}\" to disable")]
#[non_exhaustive]
pub struct UnknownRule {
    /// The id.
    pub id: String,
    /// The id of a rule that it may be a misspelling of.
    pub near: Option<String>,
}

/// One rule, compiled.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rule {
    /// Id, unique in its set.
    pub id: Arc<str>,
    /// One line on what it finds.
    pub description: String,
    /// What matches; `None` makes a rule that reports every file at `path`.
    pub regex: Option<Expression>,
    /// The group that holds the secret. 0 is gitleaks' default: the first group
    /// that is not empty, or the whole match where the expression has none.
    pub secret_group: usize,
    /// Secrets with a Shannon entropy (bits per byte) at or below this are dropped.
    pub entropy: Option<f64>,
    /// One of these must stand in the text, whatever its case (lower case here),
    /// before the expression is tried. Empty: always tried.
    pub keywords: Vec<String>,
    /// The expression a path (from the root, with `/`) must match.
    pub path: Option<Expression>,
    /// Free words for reports.
    pub tags: Vec<String>,
    /// What is not a secret after all.
    pub allowlists: Vec<Allowlist>,
    /// What gitleaks' schema cannot say: the `[rules.baseleak]` table.
    pub traits: Traits,
}

impl Rule {
    /// Whether the rule has a path, and that is decided by a file's name, whatever the folder.
    pub fn is_by_name(&self) -> bool {
        self.path.as_ref().is_some_and(Expression::is_by_name)
    }

    /// Whether the rule may look at files of this name; `name` may also be a path,
    /// whose last component counts. Where only the whole path decides, it may.
    pub fn could_apply_to(&self, name: &[u8]) -> bool {
        let last = name.rsplit(|&byte| byte == b'/').next().unwrap_or(name);
        self.path.as_ref().is_none_or(|path| !path.is_by_name() || path.is_match(last))
    }
}

/// The `[rules.baseleak]` table. The default is a rule as gitleaks runs it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Traits {
    /// `confidence`: how much the pattern alone is worth (default: medium).
    pub confidence: Confidence,
    /// `context`: what part the words around a match play (default: none).
    pub context: Context,
    /// `words`: lower-case words that count as context beside those that always do.
    pub words: Vec<String>,
    /// `rivals`: lower-case words of other vendors whose secrets have this shape.
    pub rivals: Vec<String>,
    /// `min_randomness`: least log-likelihood ratio, in nats, of random base62
    /// over identifier text that the part after the last dot must reach.
    pub min_randomness: Option<f64>,
    /// `key_prefix`: what the secret begins with. A rule that gives one (also
    /// `""`) names its keys by what stands before the first dot; the others' have no public name.
    pub key_prefix: Option<String>,
    /// `shape`: the fixed shape that finds candidates in place of keywords.
    pub shape: Option<Shape>,
    /// `exact_keywords`: keywords are compared as they are written, which is cheaper (default: false).
    pub exact_keywords: bool,
    /// `neighbours`: what may stand beside the secret (default: anything).
    pub neighbours: Neighbours,
    /// `under`: the top-level YAML key in whose block the match must stand.
    pub under: Option<String>,
    /// `placeholders`: whether placeholders are dropped (default: true for
    /// rules that have a `[rules.baseleak]` table, false for the others).
    pub placeholders: bool,
    /// `[[rules.baseleak.known]]`: places known to hold such secrets.
    pub known: Vec<Known>,
    /// `positive`: texts the rule must find something in, defanged (`[.]` for `.`, `[_]` for `_`).
    pub positive: Vec<String>,
    /// `negative`: texts it must find nothing in, defanged.
    pub negative: Vec<String>,
}

/// A place known to hold secrets of a rule. Whichever expressions are given must all match.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Known {
    /// What the reports call it.
    pub name: Arc<str>,
    /// Matches the path from the root.
    pub path: Option<Expression>,
    /// Matches the line the secret stands on.
    pub line: Option<Expression>,
}

/// What part the words around a match play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Context {
    /// None: the pattern decides.
    #[default]
    None,
    /// A word of Baseten's raises the confidence: on the line to high, elsewhere to medium.
    Weighed,
    /// Without a word of Baseten's in the file, or a known place, there is no finding.
    Required,
}

/// A shape with a matcher of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// `"8.32"`: the key prefix, 8 letters or digits, a dot, and 32 letters or digits.
    Dotted8x32,
}

/// What may stand beside a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Neighbours {
    /// Anything.
    #[default]
    Any,
    /// `"token"`: no letter, digit or `_` on either side, no `-` that goes on on the right.
    Token,
    /// `"identifier"`: as a token, and no sign of program text: no `.` or `$`
    /// before it, no `(` or `.name` behind it; a `-` is free.
    Identifier,
}

/// gitleaks' allowlist.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Allowlist {
    /// Whether one check is enough or all that are given must hold.
    pub condition: Condition,
    /// Lower-case commit ids.
    pub commits: Vec<String>,
    /// Expressions over the path.
    pub paths: Option<ExpressionSet>,
    /// What `regexes` look at.
    pub regex_target: RegexTarget,
    /// Expressions over the target.
    pub regexes: Option<ExpressionSet>,
    /// Lower-case words whose presence in the secret, whatever its case, clears it.
    pub stopwords: Vec<String>,
}

/// How the checks of an allowlist join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Condition {
    /// One is enough.
    #[default]
    Or,
    /// All that are given.
    And,
}

/// What an allowlist's expressions look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RegexTarget {
    /// The secret.
    #[default]
    Secret,
    /// The whole match.
    Match,
    /// The line (or lines) of the match.
    Line,
}

impl Default for Traits {
    fn default() -> Self {
        Self {
            confidence: Confidence::Medium,
            context: Context::None,
            words: Vec::new(),
            rivals: Vec::new(),
            min_randomness: None,
            key_prefix: None,
            shape: None,
            exact_keywords: false,
            neighbours: Neighbours::Any,
            under: None,
            placeholders: false,
            known: Vec::new(),
            positive: Vec::new(),
            negative: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::RuleSet;

    fn check(path: &str, name: &str, expect: bool) {
        let text = format!("[[rules]]\nid = \"a\"\nregex = \"x\"\n{path}\n");
        let rules = RuleSet::parse(Path::new("x.toml"), &text).expect("it is sound").rules;
        assert_eq!(rules.rules[0].could_apply_to(name.as_bytes()), expect, "{path} and {name}");
    }

    #[test]
    fn a_rule_for_names_passes_over_others() {
        let config = r"path = '(^|/)config[^/]*\.ya?ml$'";
        check(config, "config.yaml", true);
        check(config, "a/b/config-2.yml", true);
        check(config, "README.md", false);
        check(config, "config.yaml/README.md", false);
        check(config, "", false);
        check("path = '(^|/)a/config$'", "README.md", true);
        check("", "README.md", true);
    }
}
