//! Weighs the words around a candidate: Baseten's speak for it, another vendor's
//! against. Words are looked for once per text, and only when there is a candidate.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::model::{Attribution, Confidence, Reason};
use crate::rules::{Context, Rule, RuleSet};

use super::super::matcher::{Candidate, Text};

/// Words that speak for Baseten in every rule. `Api-Key` is the scheme of its
/// `Authorization` header and counts only when it is written so.
const BASETEN: [&str; 3] = ["baseten", "truss", SCHEME];
const SCHEME: &str = "Api-Key";

/// How far a line or its neighbours reach at most, in bytes, so that minified
/// text on one line is judged by what is near.
const LINE_REACH: usize = 400;
const NEARBY_REACH: usize = 2000;
const NEARBY_LINES: usize = 5;

/// What a believed candidate is worth.
#[derive(Debug)]
pub(in crate::detect) struct Verdict {
    pub(in crate::detect) confidence: Confidence,
    pub(in crate::detect) reasons: Vec<Reason>,
    pub(in crate::detect) attribution: Attribution,
}

/// The words of a rule set, ready to be looked for.
#[derive(Debug)]
pub(in crate::detect) struct Words {
    searcher: AhoCorasick,
    list: Vec<Arc<str>>,
    /// For each rule, what words are to it; those it does not name are nothing to it.
    roles: Vec<HashMap<usize, Role>>,
}

/// What a word is to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Context,
    Rival,
}

impl Words {
    pub(in crate::detect) fn new(set: &RuleSet) -> Self {
        let mut list: Vec<Arc<str>> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut place = |word: &str| {
            *places.entry(word.to_ascii_lowercase()).or_insert_with(|| {
                list.push(word.into());
                list.len() - 1
            })
        };
        let always = BASETEN.map(&mut place);
        let mut cast = |rule: &Rule| {
            let mut parts = HashMap::new();
            if rule.traits.context != Context::None {
                parts.extend(always.map(|word| (word, Role::Context)));
                parts.extend(
                    rule.traits
                        .words
                        .iter()
                        .filter(|word| !word.is_empty())
                        .map(|word| (place(word), Role::Context)),
                );
                parts.extend(
                    rule.traits
                        .rivals
                        .iter()
                        .filter(|word| !word.is_empty())
                        .map(|word| (place(word), Role::Rival)),
                );
            }
            parts
        };
        let roles = set.rules.iter().map(&mut cast).collect();
        let searcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(list.iter().map(|word| word.as_bytes()))
            .expect("a rule set has fewer words than the automaton has states");
        Self { searcher, list, roles }
    }

    /// The mentions in `bytes`, in order.
    fn mentions(&self, bytes: &[u8]) -> Vec<Mention> {
        self.searcher
            .find_iter(bytes)
            .map(|found| Mention { span: found.range(), word: found.pattern().as_usize() })
            .filter(|mention| *self.list[mention.word] != *SCHEME || is_scheme(bytes, &mention.span))
            .collect()
    }

    fn role(&self, rule: usize, mention: &Mention) -> Option<Role> {
        self.roles[rule].get(&mention.word).copied()
    }
}

/// `Api-Key` as written in an `Authorization` header, and not as the end of another name.
fn is_scheme(bytes: &[u8], span: &Range<usize>) -> bool {
    let before = span.start.checked_sub(1).map(|at| bytes[at]);
    bytes[span.clone()] == *SCHEME.as_bytes()
        && before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && byte != b'-' && byte != b'_')
}

/// A word that stands in a text.
#[derive(Debug, Clone)]
struct Mention {
    span: Range<usize>,
    word: usize,
}

impl Mention {
    /// What lies between the word and `secret`, the word included.
    fn gap(&self, secret: &Range<usize>) -> Range<usize> {
        if self.span.start < secret.start {
            self.span.start..secret.start
        } else {
            secret.end.min(self.span.end)..self.span.end
        }
    }
}

/// The mentions that matter to one rule, in order.
#[derive(Debug)]
struct Sides {
    context: Vec<Mention>,
    rivals: Vec<Mention>,
}

/// The words of one text, looked for when the first candidate asks.
pub(in crate::detect) struct Surroundings<'d, 'b> {
    words: &'d Words,
    rules: &'d RuleSet,
    text: Text<'b>,
    sides: HashMap<usize, Sides>,
}

impl<'d, 'b> Surroundings<'d, 'b> {
    pub(in crate::detect) fn new(words: &'d Words, rules: &'d RuleSet, text: Text<'b>) -> Self {
        Self { words, rules, text, sides: HashMap::new() }
    }

    /// What `candidate` is worth by its pattern and its surroundings.
    pub(super) fn weigh(&mut self, candidate: &Candidate) -> Option<Verdict> {
        let rule = &self.rules.rules[candidate.rule];
        let known = rule
            .traits
            .known
            .iter()
            .find(|known| {
                known
                    .path
                    .as_ref()
                    .is_none_or(|known| self.text.path.is_some_and(|path| known.is_match(path)))
                    && known.line.as_ref().is_none_or(|line| line.is_match(self.line(candidate)))
            })
            .map(|known| Reason::KnownPlace(known.name.clone()));
        match rule.traits.context {
            Context::None => Some(by_pattern(rule, known)),
            Context::Weighed => Some(self.by_context(rule, candidate, known)),
            Context::Required => {
                let verdict = self.by_context(rule, candidate, known);
                let speaks = !matches!(verdict.reasons[..], [Reason::NoContext | Reason::RivalNearer(_)]);
                speaks.then_some(verdict)
            }
        }
    }

    fn by_context(&mut self, rule: &Rule, candidate: &Candidate, known: Option<Reason>) -> Verdict {
        let sides = self.sides(candidate.rule);
        let context = nearest(&sides.context, &candidate.secret).cloned();
        let rival = nearest(&sides.rivals, &candidate.secret).cloned();
        let gap = |mention: &Mention| mention.gap(&candidate.secret).len();
        if let Some(rival) = rival
            && context.as_ref().is_none_or(|context| gap(&rival) < gap(context))
        {
            return Verdict {
                confidence: Confidence::Low,
                reasons: vec![Reason::RivalNearer(self.words.list[rival.word].clone())],
                attribution: Attribution::Other,
            };
        }
        let context =
            context.map(|mention| self.reason(candidate, &mention)).or_else(|| self.in_path(candidate.rule));
        let confidence = match (&context, &known) {
            (Some(Reason::ContextOnLine(_)), _) | (Some(_), Some(_)) => Confidence::High,
            (Some(_), None) | (None, Some(_)) => Confidence::Medium,
            (None, None) => rule.traits.confidence,
        };
        let attribution = if context.is_some() { Attribution::Baseten } else { Attribution::Unknown };
        let mut reasons: Vec<Reason> = known.into_iter().chain(context).collect();
        if reasons.is_empty() {
            reasons.push(Reason::NoContext);
        }
        Verdict { confidence: confidence.max(rule.traits.confidence), reasons, attribution }
    }

    fn sides(&mut self, rule: usize) -> &Sides {
        let (words, bytes) = (self.words, self.text.bytes);
        self.sides.entry(rule).or_insert_with(|| {
            let mut sides = Sides { context: Vec::new(), rivals: Vec::new() };
            for mention in words.mentions(bytes) {
                match words.role(rule, &mention) {
                    Some(Role::Context) => sides.context.push(mention),
                    Some(Role::Rival) => sides.rivals.push(mention),
                    None => {}
                }
            }
            sides
        })
    }

    /// How near the word of `mention` is, in terms of lines.
    fn reason(&self, candidate: &Candidate, mention: &Mention) -> Reason {
        let word = self.words.list[mention.word].clone();
        let gap = mention.gap(&candidate.secret);
        if gap.len() > NEARBY_REACH {
            return Reason::ContextInFile(word);
        }
        let lines = memchr::memchr_iter(b'\n', &self.text.bytes[gap.clone()]).count();
        match lines {
            0 if gap.len() <= LINE_REACH => Reason::ContextOnLine(word),
            0..=NEARBY_LINES => Reason::ContextNearby(word),
            _ => Reason::ContextInFile(word),
        }
    }

    fn in_path(&self, rule: usize) -> Option<Reason> {
        let mentions = self.words.mentions(self.text.path?);
        let own = mentions.iter().find(|mention| self.words.role(rule, mention) == Some(Role::Context))?;
        Some(Reason::ContextInPath(self.words.list[own.word].clone()))
    }

    /// The line of the candidate, as far as it reaches.
    fn line(&self, candidate: &Candidate) -> &[u8] {
        let bytes = self.text.bytes;
        let floor = candidate.secret.start.saturating_sub(LINE_REACH);
        let ceiling = bytes.len().min(candidate.secret.end + LINE_REACH);
        let start =
            memchr::memrchr(b'\n', &bytes[floor..candidate.secret.start]).map_or(floor, |at| floor + at + 1);
        let end = memchr::memchr(b'\n', &bytes[candidate.secret.end..ceiling])
            .map_or(ceiling, |at| candidate.secret.end + at);
        &bytes[start..end]
    }
}

fn by_pattern(rule: &Rule, known: Option<Reason>) -> Verdict {
    // The shapes of other vendors, in rules that a user brings, are documented elsewhere.
    let own = rule.tags.iter().any(|tag| tag == "baseten");
    let pattern = if own { Reason::Shape } else { Reason::Pattern };
    Verdict {
        confidence: rule.traits.confidence,
        reasons: std::iter::once(pattern).chain(known).collect(),
        attribution: if own { Attribution::Baseten } else { Attribution::Unknown },
    }
}

/// The mention that is nearest to `secret`; of two as near, the one before it.
fn nearest<'m>(mentions: &'m [Mention], secret: &Range<usize>) -> Option<&'m Mention> {
    // A word that the secret itself happens to spell says nothing.
    let before = mentions.partition_point(|mention| mention.span.end <= secret.start);
    let after = mentions.partition_point(|mention| mention.span.start < secret.end);
    let before = mentions[..before].last();
    before.into_iter().chain(mentions.get(after)).min_by_key(|mention| mention.gap(secret).len())
}
