//! From rule files to a [`RuleSet`]: following `extend`, merging what files
//! restate, and joining users' rules to the built-in ones.
//!
//! **Invariant:** nothing a file says is dropped in silence: what is not carried
//! out comes back as a warning or an error.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::builtin;
use super::compile::Compiler;
use super::document::{self, quote};
use super::error::{RuleError, RuleProblem, write_place};
use super::ruleset::{Allowlist, Rule, RuleSet};
use super::schema::{self, Draft, Place, Sheet, Targeted};

/// How many files deep `extend.path` is followed, as in gitleaks.
const MAX_DEPTH: usize = 2;

/// A rule file, read with all it extends.
#[derive(Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// Its rules: those the file states, then those of the files it extends.
    /// Its global allowlists are already in its rules, for they hold for no others.
    pub rules: RuleSet,
    /// What gitleaks would do and baseleak does not, and keys that nobody knows:
    /// one line each, `file:line: …`.
    pub warnings: Vec<String>,
    /// The ids that `disabledRules` names, for the sets this one is joined to.
    pub disabled: Vec<String>,
    /// Allowlists for rules that this file does not have.
    targeted: Vec<Targeted>,
    /// Where each rule stands.
    places: HashMap<Arc<str>, Place>,
}

impl RuleSet {
    /// The rules that are always in force.
    ///
    /// # Panics
    /// Never: a test loads the same text.
    pub fn builtin() -> Self {
        Loader::new(Compiler::trusting())
            .load(Path::new(builtin::NAME), builtin::BUILTIN)
            .expect("a unit test loads the built-in rules")
            .rules
    }

    /// Reads a rule file and the files it extends.
    ///
    /// # Errors
    /// The first thing that is wrong, with its file and line.
    pub fn load(path: &Path) -> Result<Loaded, RuleError> {
        let text = read(path, None)?;
        Loader::new(Compiler::new()).load(path, &text)
    }

    /// Reads rules from a text that is said to stand in `file`.
    ///
    /// # Errors
    /// As [`RuleSet::load`].
    pub fn parse(file: &Path, text: &str) -> Result<Loaded, RuleError> {
        Loader::new(Compiler::new()).load(file, text)
    }

    /// Joins the rules of `file` to this set: what they disable goes, then they
    /// come behind those that are here.
    ///
    /// # Errors
    /// An id that is already in use, or an allowlist for a rule that nobody has.
    /// The set is unchanged then.
    pub fn extend(&mut self, loaded: Loaded, file: &Path) -> Result<(), RuleError> {
        let Loaded { rules, disabled, targeted, places, .. } = loaded;
        let disabled: HashSet<&str> = disabled.iter().map(String::as_str).collect();
        let mut kept: Vec<Rule> =
            self.rules.iter().filter(|rule| !disabled.contains(&*rule.id)).cloned().collect();
        let taken: HashSet<Arc<str>> = kept.iter().map(|rule| Arc::clone(&rule.id)).collect();
        for rule in rules.rules {
            if taken.contains(&rule.id) {
                let what = RuleProblem::DuplicateId { first: origin(&rule.id) };
                let id = Some(&*rule.id);
                return Err(match places.get(&rule.id) {
                    Some(place) => place.fault(id, what),
                    None => RuleError {
                        file: file.to_owned(),
                        line: None,
                        rule: id.map(str::to_owned),
                        what: Box::new(what),
                    },
                });
            }
            kept.push(rule);
        }
        for Targeted { place, rule, allowlist } in targeted {
            let Some(found) = kept.iter_mut().find(|kept| *kept.id == *rule) else {
                return Err(place.fault(None, RuleProblem::UnknownTarget(document::clip(&rule, 60))));
            };
            found.allowlists.push(allowlist);
        }
        self.rules = kept;
        self.allowlists.extend(rules.allowlists);
        Ok(())
    }
}

/// What a message calls the set that holds a rule already.
fn origin(id: &str) -> String {
    let builtin = RuleSet::builtin().rules.iter().any(|rule| &*rule.id == id);
    if builtin { "by the built-in rules".to_owned() } else { "by an earlier rule file".to_owned() }
}

fn read(path: &Path, from: Option<&Place>) -> Result<String, RuleError> {
    document::read(path).map_err(|error| {
        // A file that is not there is the fault of the line that names it.
        let missing = from.filter(|_| matches!(error, document::DocumentError::Unreadable(_)));
        match missing {
            Some(place) => place.fault(
                None,
                RuleProblem::BadValue {
                    key: "extend.path".to_owned(),
                    message: format!("names {}, which cannot be read", quote(&path.to_string_lossy())),
                },
            ),
            None => RuleError {
                file: path.to_owned(),
                line: None,
                rule: None,
                what: Box::new(RuleProblem::from(error)),
            },
        }
    })
}

/// One load: a file and the files it extends share a budget and their warnings.
struct Loader {
    compiler: Compiler,
    warnings: Vec<String>,
    disabled: Vec<String>,
    chain: Vec<PathBuf>,
}

impl Loader {
    fn new(compiler: Compiler) -> Self {
        Self { compiler, warnings: Vec::new(), disabled: Vec::new(), chain: Vec::new() }
    }

    fn load(mut self, file: &Path, text: &str) -> Result<Loaded, RuleError> {
        let sheet = self.sheet(file, text)?;
        let mut places = HashMap::new();
        let mut rules = Vec::with_capacity(sheet.rules.len());
        let mut at = HashMap::new();
        for draft in sheet.rules {
            places.insert(Arc::clone(&draft.id), draft.place.clone());
            at.insert(Arc::clone(&draft.id), rules.len());
            rules.push(finish(draft, &sheet.allowlists)?);
        }
        let mut targeted = Vec::new();
        for one in sheet.targeted {
            match at.get(one.rule.as_str()) {
                Some(index) => rules[*index].allowlists.push(one.allowlist),
                None => targeted.push(one),
            }
        }
        let rules = RuleSet { rules, allowlists: Vec::new() };
        Ok(Loaded { rules, warnings: self.warnings, disabled: self.disabled, targeted, places })
    }

    /// Reads a text and, merged under it, the file it extends.
    fn sheet(&mut self, file: &Path, text: &str) -> Result<Sheet, RuleError> {
        // A text without a file of its own has no canonical path, and cannot be extended either.
        self.chain.push(file.canonicalize().unwrap_or_else(|_| file.to_owned()));
        let mut own = schema::read(file, text, &mut self.compiler, &mut self.warnings)?;
        let disabled = std::mem::take(&mut own.disabled);
        let mut base = Sheet::default();
        if let Some((path, place)) = own.extend.take() {
            if self.chain.len() > MAX_DEPTH {
                self.warn(&place, "extend.path is not followed more than two files deep, as in gitleaks");
            } else {
                base = self.base(file, Path::new(&path), &place)?;
            }
        }
        self.disable(&disabled, &mut base);
        self.chain.pop();
        Ok(merge(own, base))
    }

    fn base(&mut self, file: &Path, path: &Path, place: &Place) -> Result<Sheet, RuleError> {
        let beside = file.parent().map_or_else(|| path.to_owned(), |folder| folder.join(path));
        let path = if beside.exists() { beside } else { path.to_owned() };
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        if self.chain.contains(&real) {
            return Err(place.fault(None, RuleProblem::ExtendCycle));
        }
        let text = read(&path, Some(place))?;
        self.sheet(&path, &text)
    }

    /// Takes the disabled rules out of the extended file. As in gitleaks, a file
    /// may disable a rule and state one of the same id anew.
    fn disable(&mut self, disabled: &[(String, Place)], base: &mut Sheet) {
        if disabled.is_empty() {
            return;
        }
        let ids: HashSet<&str> = disabled.iter().map(|(id, _)| id.as_str()).collect();
        let mut known: HashSet<Arc<str>> = base.rules.iter().map(|rule| Arc::clone(&rule.id)).collect();
        base.rules.retain(|rule| !ids.contains(&*rule.id));
        if !ids.iter().all(|id| known.contains(*id)) {
            known.extend(RuleSet::builtin().rules.into_iter().map(|rule| rule.id));
        }
        for (id, place) in disabled {
            if !known.contains(id.as_str()) {
                let id = quote(id);
                self.warn(
                    place,
                    &format!("disabledRules names {id}, which is neither built in nor extended"),
                );
            }
        }
        self.disabled.extend(disabled.iter().map(|(id, _)| id.clone()));
    }

    fn warn(&mut self, place: &Place, message: &str) {
        let mut text = String::new();
        let _ = write_place(&mut text, &place.file, Some(place.line));
        text.push_str(message);
        self.warnings.push(text);
    }
}

/// Lays a file over the one it extends. A rule that both state takes what the
/// upper one says and the rest from the lower one; lists are joined.
fn merge(mut own: Sheet, base: Sheet) -> Sheet {
    let at: HashMap<Arc<str>, usize> =
        own.rules.iter().enumerate().map(|(index, rule)| (Arc::clone(&rule.id), index)).collect();
    for below in base.rules {
        match at.get(&below.id) {
            Some(index) => restate(&mut own.rules[*index], below),
            None => own.rules.push(below),
        }
    }
    own.allowlists.extend(base.allowlists);
    own.targeted.extend(base.targeted);
    own
}

fn restate(rule: &mut Draft, below: Draft) {
    fn join<T>(upper: &mut Vec<T>, mut lower: Vec<T>) {
        lower.append(upper);
        *upper = lower;
    }
    rule.description = rule.description.take().or(below.description);
    rule.regex = rule.regex.take().or(below.regex);
    rule.path = rule.path.take().or(below.path);
    rule.secret_group = rule.secret_group.take().or(below.secret_group);
    rule.entropy = rule.entropy.take().or(below.entropy);
    rule.traits = rule.traits.take().or(below.traits);
    join(&mut rule.keywords, below.keywords);
    join(&mut rule.tags, below.tags);
    join(&mut rule.allowlists, below.allowlists);
}

/// Checks what only a merged rule can be held to, and makes a rule of it.
fn finish(draft: Draft, global: &[Allowlist]) -> Result<Rule, RuleError> {
    if draft.regex.is_none() && draft.path.is_none() {
        return Err(draft.place.fault(Some(&draft.id), RuleProblem::NoPattern));
    }
    if let (Some(regex), Some((group, place))) = (&draft.regex, &draft.secret_group) {
        let groups = regex.captures_len() - 1;
        if *group > groups {
            return Err(place.fault(Some(&draft.id), RuleProblem::SecretGroup { group: *group, groups }));
        }
    }
    let traits = draft.traits.unwrap_or_default();
    let mut keywords = draft.keywords;
    if !traits.exact_keywords {
        for keyword in &mut keywords {
            *keyword = keyword.to_lowercase();
        }
    }
    let mut allowlists = draft.allowlists;
    allowlists.extend_from_slice(global);
    Ok(Rule {
        id: draft.id,
        description: draft.description.unwrap_or_default(),
        regex: draft.regex,
        secret_group: draft.secret_group.map_or(0, |(group, _)| group),
        entropy: draft.entropy,
        keywords,
        path: draft.path,
        tags: draft.tags,
        allowlists,
        traits,
    })
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
