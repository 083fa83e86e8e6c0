//! gitleaks' TOML schema: from a text to [`Draft`]s of rules.
//!
//! Reads keys as gitleaks does: whatever their case, a lone string for a list,
//! numbers in strings. Keys it does not know and features baseleak does not
//! carry out become warnings. It opens no file: `extend` is carried out by `load`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::compile::Compiler;
use super::document::{self, Lines, Value, quote};
use super::error::{RuleError, RuleProblem, write_place};
use super::expression::{Expression, ExpressionSet};
use super::ruleset::{Allowlist, Condition, RegexTarget, Traits};
use super::suggest::hint;

/// The most rules one file may hold.
const MAX_RULES: usize = 10_000;

const FILE_KEYS: &[&str] =
    &["title", "description", "minVersion", "extend", "rules", "allowlist", "allowlists"];
const EXTEND_KEYS: &[&str] = &["path", "url", "useDefault", "disabledRules"];
const RULE_KEYS: &[&str] = &[
    "id",
    "description",
    "regex",
    "secretGroup",
    "entropy",
    "keywords",
    "path",
    "tags",
    "allowlist",
    "allowlists",
    "required",
    "skipReport",
    "baseleak",
];
const ALLOWLIST_KEYS: &[&str] =
    &["description", "condition", "commits", "paths", "regexTarget", "regexes", "stopwords", "targetRules"];

/// A line of a file.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) file: Arc<Path>,
    pub(super) line: usize,
}

impl Place {
    pub(super) fn fault(&self, rule: Option<&str>, what: RuleProblem) -> RuleError {
        RuleError {
            file: self.file.to_path_buf(),
            line: Some(self.line),
            rule: rule.map(str::to_owned),
            what: Box::new(what),
        }
    }
}

/// A rule as one file states it: what it does not say may come from the file it extends.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) place: Place,
    pub(super) id: Arc<str>,
    pub(super) description: Option<String>,
    pub(super) regex: Option<Expression>,
    pub(super) path: Option<Expression>,
    pub(super) secret_group: Option<(usize, Place)>,
    pub(super) entropy: Option<f64>,
    pub(super) keywords: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) allowlists: Vec<Allowlist>,
    pub(super) traits: Option<Traits>,
}

/// An allowlist that is meant for the rules it names.
#[derive(Debug, Clone)]
pub(super) struct Targeted {
    pub(super) place: Place,
    pub(super) rule: String,
    pub(super) allowlist: Allowlist,
}

/// All that one file says.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) rules: Vec<Draft>,
    pub(super) allowlists: Vec<Allowlist>,
    pub(super) targeted: Vec<Targeted>,
    pub(super) extend: Option<(String, Place)>,
    pub(super) disabled: Vec<(String, Place)>,
}

/// Reads one file's text. Warnings are whole lines, `file:line: …`.
pub(super) fn read(
    file: &Path,
    text: &str,
    compiler: &mut Compiler,
    warnings: &mut Vec<String>,
) -> Result<Sheet, RuleError> {
    let lines = Lines::new(text);
    let root = document::parse(text, &lines).map_err(|(line, error)| RuleError {
        file: file.to_owned(),
        line,
        rule: None,
        what: Box::new(error.into()),
    })?;
    let mut reader = Reader { file: Arc::from(file), lines, compiler, warnings, rule: None };
    reader.sheet(&root)
}

pub(super) struct Reader<'r> {
    file: Arc<Path>,
    pub(super) lines: Lines,
    pub(super) compiler: &'r mut Compiler,
    warnings: &'r mut Vec<String>,
    /// The id of the rule being read, for messages.
    rule: Option<Arc<str>>,
}

impl Reader<'_> {
    pub(super) fn place(&self, line: usize) -> Place {
        Place { file: Arc::clone(&self.file), line }
    }

    pub(super) fn fault(&self, line: usize, what: RuleProblem) -> RuleError {
        self.place(line).fault(self.rule.as_deref(), what)
    }

    /// Turns a complaint about the value of `key` into an error with its place.
    pub(super) fn value<T>(
        &self,
        key: &str,
        value: &Value<'_>,
        read: Result<T, String>,
    ) -> Result<T, RuleError> {
        read.map_err(|message| {
            self.fault(self.lines.of(value), RuleProblem::BadValue { key: key.to_owned(), message })
        })
    }

    fn warn(&mut self, line: usize, message: &str) {
        let mut text = String::new();
        let _ = write_place(&mut text, &self.file, Some(line));
        if let Some(rule) = &self.rule {
            text.push_str("rule ");
            text.push_str(&quote(rule));
            text.push_str(": ");
        }
        text.push_str(message);
        self.warnings.push(text);
    }

    fn unknown_key(&mut self, line: usize, key: &str, known: &[&str]) {
        self.warn(line, &format!("unknown key {} is ignored{}", quote(key), hint(key, known)));
    }

    fn sheet(&mut self, root: &DeTable<'_>) -> Result<Sheet, RuleError> {
        let mut sheet = Sheet::default();
        for (key, value) in root {
            match key.get_ref().to_lowercase().as_str() {
                "title" | "description" | "minversion" => {}
                "extend" => self.extend(value, &mut sheet)?,
                "rules" => sheet.rules = self.rules(value)?,
                "allowlist" | "allowlists" => {
                    for (line, table) in
                        self.value("allowlists", value, document::tables(value, &self.lines))?
                    {
                        let (allowlist, targets) = self.allowlist(line, table)?;
                        if targets.is_empty() {
                            sheet.allowlists.push(allowlist);
                            continue;
                        }
                        sheet.targeted.extend(targets.into_iter().map(|(line, rule)| Targeted {
                            place: self.place(line),
                            rule,
                            allowlist: allowlist.clone(),
                        }));
                    }
                }
                _ => self.unknown_key(self.lines.of(key), key.get_ref(), FILE_KEYS),
            }
        }
        Ok(sheet)
    }

    fn extend(&mut self, value: &Value<'_>, sheet: &mut Sheet) -> Result<(), RuleError> {
        let table = self.value("extend", value, document::table(value.get_ref()))?;
        for (key, value) in table {
            let line = self.lines.of(key);
            match key.get_ref().to_lowercase().as_str() {
                "path" => {
                    let path = self.value("extend.path", value, document::string(value.get_ref()))?;
                    sheet.extend = (!path.is_empty()).then(|| (path, self.place(line)));
                }
                "url" => {
                    self.warn(line, "extend.url is not followed: baseleak reads no rules from the network");
                }
                "usedefault" => {
                    if self.value("extend.useDefault", value, document::boolean(value.get_ref()))? {
                        self.warn(
                            line,
                            "extend.useDefault brings nothing: the built-in rules are always in force, and \
                             gitleaks' own default rules are not part of baseleak",
                        );
                    }
                }
                "disabledrules" => {
                    for (line, id) in self.list("extend.disabledRules", value)? {
                        sheet.disabled.push((id, self.place(line)));
                    }
                }
                _ => self.unknown_key(line, key.get_ref(), EXTEND_KEYS),
            }
        }
        Ok(())
    }

    fn rules(&mut self, value: &Value<'_>) -> Result<Vec<Draft>, RuleError> {
        let tables = self.value("rules", value, document::tables(value, &self.lines))?;
        if tables.len() > MAX_RULES {
            let what = RuleProblem::TooManyRules { count: tables.len(), most: MAX_RULES };
            return Err(RuleError {
                file: self.file.to_path_buf(),
                line: None,
                rule: None,
                what: Box::new(what),
            });
        }
        let mut first: HashMap<Arc<str>, usize> = HashMap::new();
        let mut rules = Vec::with_capacity(tables.len());
        for (line, table) in tables {
            let id = self.id(line, table)?;
            self.rule = Some(Arc::clone(&id));
            if let Some(first) = first.insert(Arc::clone(&id), line) {
                let first = format!("on line {first}");
                return Err(self.fault(line, RuleProblem::DuplicateId { first }));
            }
            rules.push(self.draft(line, id, table)?);
            self.rule = None;
        }
        Ok(rules)
    }

    /// The id, read before all else so that every message can name it.
    fn id(&self, line: usize, table: &DeTable<'_>) -> Result<Arc<str>, RuleError> {
        let Some((_, value)) = table.iter().find(|(key, _)| key.get_ref().eq_ignore_ascii_case("id")) else {
            return Err(self.fault(line, RuleProblem::MissingId));
        };
        let id = self.value("id", value, document::string(value.get_ref()))?;
        if id.trim().is_empty() {
            return Err(self.fault(self.lines.of(value), RuleProblem::MissingId));
        }
        Ok(id.into())
    }

    fn draft(&mut self, line: usize, id: Arc<str>, table: &DeTable<'_>) -> Result<Draft, RuleError> {
        let mut draft = Draft {
            place: self.place(line),
            id,
            description: None,
            regex: None,
            path: None,
            secret_group: None,
            entropy: None,
            keywords: Vec::new(),
            tags: Vec::new(),
            allowlists: Vec::new(),
            traits: None,
        };
        for (key, value) in table {
            let line = self.lines.of(key);
            match key.get_ref().to_lowercase().as_str() {
                "id" => {}
                "description" => {
                    let text = self.value("description", value, document::string(value.get_ref()))?;
                    draft.description = (!text.is_empty()).then_some(text);
                }
                "regex" => draft.regex = self.expression("regex", value)?,
                "path" => draft.path = self.expression("path", value)?,
                "secretgroup" => {
                    let group = self.value("secretGroup", value, group_number(value.get_ref()))?;
                    draft.secret_group = (group > 0).then(|| (group, self.place(line)));
                }
                "entropy" => {
                    let entropy = self.value("entropy", value, loose_number(value.get_ref()))?;
                    draft.entropy = (entropy != 0.0).then_some(entropy);
                }
                "keywords" => draft.keywords = self.words("keywords", value)?,
                "tags" => draft.tags = self.words("tags", value)?,
                "allowlist" | "allowlists" => {
                    for (line, table) in
                        self.value("allowlists", value, document::tables(value, &self.lines))?
                    {
                        draft.allowlists.push(self.rule_allowlist(line, table)?);
                    }
                }
                "required" => {
                    self.warn(
                        line,
                        "required is not carried out: the rule reports without the rules it asks for",
                    );
                }
                "skipreport" => {
                    self.warn(line, "skipReport is not carried out: the rule's findings are reported");
                }
                "baseleak" => draft.traits = Some(super::traits::read(self, value)?),
                _ => self.unknown_key(line, key.get_ref(), RULE_KEYS),
            }
        }
        Ok(draft)
    }

    fn rule_allowlist(&mut self, line: usize, table: &DeTable<'_>) -> Result<Allowlist, RuleError> {
        let (allowlist, targets) = self.allowlist(line, table)?;
        if let Some((line, _)) = targets.first() {
            self.warn(*line, "targetRules is ignored in an allowlist of a rule");
        }
        Ok(allowlist)
    }

    /// An allowlist and the rules it is meant for, each with its line.
    fn allowlist(
        &mut self,
        line: usize,
        table: &DeTable<'_>,
    ) -> Result<(Allowlist, Vec<(usize, String)>), RuleError> {
        let mut list = Allowlist {
            condition: Condition::Or,
            commits: Vec::new(),
            paths: None,
            regex_target: RegexTarget::Secret,
            regexes: None,
            stopwords: Vec::new(),
        };
        let mut targets = Vec::new();
        for (key, value) in table {
            match key.get_ref().to_lowercase().as_str() {
                "description" => {}
                "condition" => list.condition = self.value("condition", value, condition(value.get_ref()))?,
                "regextarget" => {
                    list.regex_target = self.value("regexTarget", value, target(value.get_ref()))?;
                }
                "commits" => {
                    let commits = self.words("commits", value)?;
                    list.commits = commits.iter().map(|id| id.trim().to_lowercase()).collect();
                }
                "paths" => list.paths = self.expressions("paths", value)?,
                "regexes" => list.regexes = self.expressions("regexes", value)?,
                "stopwords" => {
                    let words = self.words("stopwords", value)?;
                    list.stopwords = words.iter().map(|word| word.to_lowercase()).collect();
                }
                "targetrules" => targets = self.list("targetRules", value)?,
                _ => self.unknown_key(self.lines.of(key), key.get_ref(), ALLOWLIST_KEYS),
            }
        }
        let empty = list.paths.is_none() && list.regexes.is_none();
        if empty && list.commits.is_empty() && list.stopwords.is_empty() {
            return Err(self.fault(line, RuleProblem::EmptyAllowlist));
        }
        Ok((list, targets))
    }

    /// A compiled expression; an empty one counts as none, as in gitleaks.
    pub(super) fn expression(
        &mut self,
        key: &'static str,
        value: &Value<'_>,
    ) -> Result<Option<Expression>, RuleError> {
        let go = self.value(key, value, document::string(value.get_ref()))?;
        if go.is_empty() {
            return Ok(None);
        }
        let compiled = self.compiler.regex(&go);
        compiled
            .map(Some)
            .map_err(|message| self.fault(self.lines.of(value), RuleProblem::BadExpression { key, message }))
    }

    fn expressions(
        &mut self,
        key: &'static str,
        value: &Value<'_>,
    ) -> Result<Option<ExpressionSet>, RuleError> {
        let all = self.list(key, value)?;
        if all.is_empty() {
            return Ok(None);
        }
        let compiled = self.compiler.set(all.iter().map(|(_, go)| go.as_str()));
        compiled
            .map(Some)
            .map_err(|(index, message)| self.fault(all[index].0, RuleProblem::BadExpression { key, message }))
    }

    /// A list of strings with their lines. gitleaks splits a lone string at its commas.
    fn list(&self, key: &str, value: &Value<'_>) -> Result<Vec<(usize, String)>, RuleError> {
        if let Some(text) = value.get_ref().as_str() {
            let line = self.lines.of(value);
            let parts = text.split(',').filter(|_| !text.is_empty());
            return Ok(parts.map(|part| (line, part.to_owned())).collect());
        }
        self.value(key, value, document::strings(value.get_ref(), &self.lines))
    }

    fn words(&self, key: &str, value: &Value<'_>) -> Result<Vec<String>, RuleError> {
        Ok(self.list(key, value)?.into_iter().map(|(_, word)| word).collect())
    }
}

/// A number, or a string that holds one, as gitleaks takes it.
fn loose_number(value: &DeValue<'_>) -> Result<f64, String> {
    let Some(text) = value.as_str() else { return document::number(value) };
    let parsed = text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    parsed.ok_or_else(|| "must be a number".to_owned())
}

fn group_number(value: &DeValue<'_>) -> Result<usize, String> {
    let wrong = || "must be a whole number from 0".to_owned();
    match value.as_str() {
        Some(text) => text.trim().parse().map_err(|_| wrong()),
        None => document::whole(value).and_then(|n| usize::try_from(n).map_err(|_| wrong())),
    }
}

fn condition(value: &DeValue<'_>) -> Result<Condition, String> {
    let text = document::string(value)?;
    match text.to_uppercase().as_str() {
        "" | "OR" | "||" => Ok(Condition::Or),
        "AND" | "&&" => Ok(Condition::And),
        _ => Err(format!("must be \"OR\" or \"AND\", not {}", quote(&text))),
    }
}

fn target(value: &DeValue<'_>) -> Result<RegexTarget, String> {
    let text = document::string(value)?;
    match text.as_str() {
        "" | "secret" => Ok(RegexTarget::Secret),
        "match" => Ok(RegexTarget::Match),
        "line" => Ok(RegexTarget::Line),
        _ => Err(format!(
            "must be \"secret\", \"match\" or \"line\", not {}{}",
            quote(&text),
            hint(&text, &["secret", "match", "line"])
        )),
    }
}
