//! Finds candidates, has them judged, and settles which rule keeps a secret
//! that several match.

use std::ops::Range;

use crate::rules::{Rule, RuleSet, Shape};

use super::filter::context::{Surroundings, Words};
use super::filter::{self, Verdict};
use super::prefilter::Prefilter;
use super::shape;

/// Letters or digits before the dot of [`Shape::Dotted8x32`].
const ID: usize = 8;
/// The dot and what follows it.
const DOT_AND_SECRET: usize = 33;

/// A text under examination and the path it stands at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'b> {
    pub(super) bytes: &'b [u8],
    /// `None` where it is not known yet; then every rule applies.
    pub(super) path: Option<&'b [u8]>,
}

/// Bytes that a rule's expression matched, not yet believed.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Index of the rule.
    pub(super) rule: usize,
    /// The whole match.
    pub(super) whole: Range<usize>,
    /// The secret in it.
    pub(super) secret: Range<usize>,
}

/// A candidate that passed every filter.
#[derive(Debug)]
pub(super) struct Believed {
    pub(super) candidate: Candidate,
    pub(super) verdict: Verdict,
}

/// A rule set with all that is derived from it once.
#[derive(Debug)]
pub(super) struct Matcher {
    pub(super) rules: RuleSet,
    prefilter: Prefilter,
    words: Words,
    /// The rules with a shape of their own.
    shapes: Vec<usize>,
    /// The rules without an expression, which report a file for its path alone.
    whole_files: Vec<usize>,
}

impl Matcher {
    pub(super) fn new(rules: RuleSet) -> Self {
        let those = |is_one: fn(&Rule) -> bool| {
            (0..rules.rules.len()).filter(|&index| is_one(&rules.rules[index])).collect()
        };
        let shapes = those(|rule| rule.traits.shape.is_some());
        let whole_files = those(|rule| rule.regex.is_none());
        Self { prefilter: Prefilter::new(&rules), words: Words::new(&rules), shapes, whole_files, rules }
    }

    /// The secrets in `text`, in order and disjoint.
    #[inline]
    pub(super) fn secrets(&self, text: Text<'_>) -> Vec<Believed> {
        let candidates = self.candidates(text);
        if candidates.is_empty() { Vec::new() } else { self.settle(text, candidates) }
    }

    /// Whether `bytes` may hold a secret, at whatever path they stand.
    #[inline]
    pub(super) fn might_hold(&self, bytes: &[u8]) -> bool {
        let text = Text { bytes, path: None };
        self.candidates(text).iter().any(|candidate| filter::survives(&self.rules, candidate, &text))
    }

    /// Whatever in `text` could be a secret, wherever it stands: what must not be shown.
    pub(super) fn suspects(&self, text: Text<'_>) -> Vec<Range<usize>> {
        let could_be = |candidate: &Candidate| filter::could_be_secret(&self.rules, candidate, &text);
        let mut candidates = self.candidates(text);
        candidates.retain(could_be);
        candidates.into_iter().map(|candidate| candidate.secret).collect()
    }

    #[inline]
    fn candidates(&self, text: Text<'_>) -> Vec<Candidate> {
        let mut dots = shape::find_iter(text.bytes).peekable();
        let rules = self.prefilter.rules(&self.rules, &text);
        let mut candidates = Vec::new();
        if rules.is_empty() && dots.peek().is_none() {
            return candidates;
        }
        for dot in dots {
            candidates.extend(self.shapes.iter().filter_map(|&rule| self.shaped(rule, text, dot)));
        }
        for rule in rules {
            self.by_regex(rule, text, &mut candidates);
        }
        candidates
    }

    /// The candidate of the rule `index` whose dot stands at `dot`.
    fn shaped(&self, index: usize, text: Text<'_>, dot: usize) -> Option<Candidate> {
        let rule = &self.rules.rules[index];
        let Shape::Dotted8x32 = rule.traits.shape?;
        let prefix = rule.traits.key_prefix.as_deref().unwrap_or_default();
        let secret = dot.checked_sub(ID + prefix.len())?..dot + DOT_AND_SECRET;
        let bytes = &text.bytes[secret.clone()];
        let confirmed = bytes.starts_with(prefix.as_bytes())
            && applies_at(rule, text.path)
            && rule.regex.as_ref()?.find(bytes)?.len() == bytes.len();
        confirmed.then(|| Candidate { rule: index, whole: secret.clone(), secret })
    }

    /// Adds what the expression of the rule `index`, which the prefilter named, matches.
    fn by_regex(&self, index: usize, text: Text<'_>, candidates: &mut Vec<Candidate>) {
        let rule = &self.rules.rules[index];
        let Some(regex) = &rule.regex else { return };
        for captures in regex.captures_iter(text.bytes) {
            let whole = captures.get_match().range();
            let secret = match rule.secret_group {
                0 => captures.iter().skip(1).flatten().find(|group| !group.is_empty()),
                group => captures.get(group),
            };
            let secret = secret.map_or(whole.clone(), |group| group.range());
            if !secret.is_empty() {
                candidates.push(Candidate { rule: index, whole, secret });
            }
        }
    }

    /// Judges the candidates; where believed ones overlap, the first rule's stays.
    fn settle(&self, text: Text<'_>, mut candidates: Vec<Candidate>) -> Vec<Believed> {
        let mut surroundings = Surroundings::new(&self.words, &self.rules, text);
        candidates.sort_by_key(|candidate| (candidate.secret.start, candidate.rule));
        let mut kept: Vec<Believed> = Vec::new();
        for candidate in candidates {
            let Some(verdict) = filter::judge(&self.rules, &candidate, &text, &mut surroundings) else {
                continue;
            };
            while let Some(last) = kept.last()
                && last.candidate.secret.end > candidate.secret.start
                && last.candidate.rule > candidate.rule
            {
                kept.pop();
            }
            if kept.last().is_none_or(|last| last.candidate.secret.end <= candidate.secret.start) {
                kept.push(Believed { candidate, verdict });
            }
        }
        kept
    }

    /// The rules that report the file at `path` for its path alone.
    pub(super) fn by_path(&self, path: &[u8]) -> impl Iterator<Item = &Rule> {
        let rules = self.whole_files.iter().map(|&index| &self.rules.rules[index]);
        rules.filter(move |rule| applies_at(rule, Some(path)))
    }
}

/// Whether the rule looks at files at `path`.
pub(super) fn applies_at(rule: &Rule, path: Option<&[u8]>) -> bool {
    rule.path.as_ref().is_none_or(|expression| path.is_none_or(|path| expression.is_match(path)))
}
