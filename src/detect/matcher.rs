//! Finds candidates, has them judged, and settles which rule keeps a secret
//! that several match.

use std::ops::Range;

use crate::rules::{Allowlist, Neighbours, RegexTarget, Rule, RuleSet, Shape};

use super::filter::context::{Surroundings, Words};
use super::filter::{self, Verdict, block, bounds};
use super::prefilter::Prefilter;
use super::shape;

/// Letters or digits before the dot of [`Shape::Dotted8x32`].
const ID: usize = 8;
/// The dot and what follows it.
const DOT_AND_SECRET: usize = 33;
/// Bytes of a key of a fixed shape, and of what is looked at on either side of it, with room to spare.
const SURROUNDINGS: usize = 128;

/// What a text holds as far as can be told without its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Glance {
    /// Whether it may hold a secret: where not, [`Detector::scan`](super::Detector::scan) finds nothing.
    pub may_hold: bool,
    /// Whether it may hold one, and only one of rules whose path a file's name
    /// decides: at a name that [none of them looks at](super::Detector::looks_at),
    /// there is none.
    pub by_name: bool,
    /// Whether a keyword stands in it, or a joint of two literals, so that an edit
    /// elsewhere may make it hold a secret.
    pub has_keyword: bool,
}

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

    /// What `bytes` may hold, at whatever path they stand.
    #[inline]
    pub(super) fn glance(&self, bytes: &[u8]) -> Glance {
        let text = Text { bytes, path: None };
        let survives = |candidate: &Candidate| filter::survives(&self.rules, candidate, &text);
        let shaped = self.by_shape(text, shape::find_iter(bytes));
        let rules = self.prefilter.rules(&self.rules, &text);
        let mut glance = Glance { may_hold: false, by_name: false, has_keyword: !rules.is_empty() };
        // Once a rule that is not for certain names has something, no other tells more.
        let is_open = |glance: &Glance| !glance.may_hold || glance.by_name;
        for candidate in &shaped {
            if is_open(&glance) && survives(candidate) {
                self.hold(&mut glance, candidate.rule);
            }
        }
        let mut candidates = Vec::new();
        for rule in rules {
            if is_open(&glance) {
                self.by_regex(rule, text, &mut candidates);
                if candidates.drain(..).any(|candidate| survives(&candidate)) {
                    self.hold(&mut glance, rule);
                }
            }
        }
        glance
    }

    /// Notes that the rule of this index may have found something.
    fn hold(&self, glance: &mut Glance, rule: usize) {
        glance.by_name = (glance.by_name || !glance.may_hold) && self.rules.rules[rule].is_by_name();
        glance.may_hold = true;
    }

    /// Whether a rule whose path a file's name decides looks at files of this name.
    pub(super) fn looks_at(&self, name: &[u8]) -> bool {
        self.rules.rules.iter().any(|rule| rule.is_by_name() && rule.could_apply_to(name))
    }

    /// Whether a piece of a text asks for the whole: it has a keyword or a key's shape in it.
    #[inline]
    pub(super) fn stirs(&self, piece: &[u8]) -> bool {
        let text = Text { bytes: piece, path: None };
        !self.prefilter.rules(&self.rules, &text).is_empty()
            || self
                .by_shape(text, shape::find_iter(piece))
                .iter()
                .any(|candidate| filter::survives_in_part(&self.rules, candidate, &text))
    }

    /// How many bytes around an edit tell whether it [stirs](Self::stirs); `None`
    /// where a rule looks at more than a match and what stands beside it.
    pub(super) fn reach(&self) -> Option<usize> {
        let by_line = |list: &Allowlist| list.regexes.is_some() && list.regex_target == RegexTarget::Line;
        let is_far = |rule: &Rule| rule.traits.under.is_some() || rule.allowlists.iter().any(by_line);
        let shapes = self.shapes.iter().map(|&index| &self.rules.rules[index]);
        if shapes.into_iter().any(is_far) || self.rules.allowlists.iter().any(by_line) {
            return None;
        }
        self.prefilter.reach(&self.rules).map(|longest| longest.max(SURROUNDINGS))
    }

    /// Whatever in `text` could be a secret, wherever it stands: what must not be shown.
    pub(super) fn suspects(&self, text: Text<'_>) -> Vec<Range<usize>> {
        let could_be = |candidate: &Candidate| filter::could_be_secret(&self.rules, candidate, &text);
        let mut candidates = self.candidates(text);
        candidates.retain(could_be);
        candidates.into_iter().map(|candidate| candidate.secret).collect()
    }

    /// The candidates in `text` that nothing speaks against.
    pub(super) fn survivors(&self, text: Text<'_>) -> Vec<Candidate> {
        let mut candidates = self.candidates(text);
        candidates.retain(|candidate| filter::survives(&self.rules, candidate, &text));
        candidates
    }

    #[inline]
    pub(super) fn candidates(&self, text: Text<'_>) -> Vec<Candidate> {
        let mut candidates = self.by_shape(text, shape::find_iter(text.bytes));
        for rule in self.prefilter.rules(&self.rules, &text) {
            self.by_regex(rule, text, &mut candidates);
        }
        candidates
    }

    /// The candidates of the rules with a shape, whose dots are `dots`.
    #[inline]
    fn by_shape(&self, text: Text<'_>, dots: impl Iterator<Item = usize>) -> Vec<Candidate> {
        dots.flat_map(|dot| self.shapes.iter().filter_map(move |&rule| self.shaped(rule, text, dot)))
            .collect()
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
        let is_open = has_open_end(rule);
        // Where a secret ends sooner than its match, the search goes on behind it.
        let within_from = |part: Range<usize>, candidates: &mut Vec<Candidate>| {
            let offset = part.start;
            let shifted = |range: Range<usize>| range.start + offset..range.end + offset;
            for captures in regex.captures_iter(&text.bytes[part.clone()]) {
                let whole = captures.get_match().range();
                let secret = match rule.secret_group {
                    0 => captures.iter().skip(1).flatten().find(|group| !group.is_empty()),
                    group => captures.get(group),
                };
                let secret = secret.map_or(whole.clone(), |group| group.range());
                if secret.is_empty() {
                    continue;
                }
                let (whole, secret) = (shifted(whole), shifted(secret));
                let end = if is_open { bounds::end(text.bytes, &secret) } else { secret.end };
                let is_cut = end < secret.end;
                candidates.push(Candidate { rule: index, whole, secret: secret.start..end });
                if is_cut {
                    return Some(end..part.end);
                }
            }
            None
        };
        let mut within = |part: Range<usize>| {
            let mut rest = Some(part);
            while let Some(part) = rest {
                rest = within_from(part, candidates);
            }
        };
        match &rule.traits.under {
            Some(key) => block::blocks(text.bytes, key).for_each(within),
            None => within(0..text.bytes.len()),
        }
    }

    /// Judges the candidates; where believed ones overlap, the first rule's stays.
    pub(super) fn settle(&self, text: Text<'_>, mut candidates: Vec<Candidate>) -> Vec<Believed> {
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

/// Whether the length of the rule's keys is open, so that a match may go on in what stands behind.
fn has_open_end(rule: &Rule) -> bool {
    rule.traits.neighbours == Neighbours::Token
        && rule.traits.shape.is_none()
        && rule.traits.key_prefix.is_some()
}

/// Whether the rule looks at files at `path`.
pub(super) fn applies_at(rule: &Rule, path: Option<&[u8]>) -> bool {
    rule.path.as_ref().is_none_or(|expression| path.is_none_or(|path| expression.is_match(path)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const RULES: &str = r#"
        [[rules]]
        id = "named"
        regex = "named-[a-z]+"
        path = '''(^|/)config[^/]*$'''
        keywords = ["named"]
        [[rules]]
        id = "placed"
        regex = "placed-[a-z]+"
        path = '''(^|/)etc/config$'''
        keywords = ["placed"]
        [[rules]]
        id = "anywhere"
        regex = "anywhere-[a-z]+"
        keywords = ["anywhere"]
    "#;

    fn check(text: &str, may_hold: bool, by_name: bool) {
        let rules = RuleSet::parse(Path::new("x.toml"), RULES).expect("they are sound").rules;
        let glance = Matcher::new(rules).glance(text.as_bytes());
        assert_eq!((glance.may_hold, glance.by_name), (may_hold, by_name), "{text}");
    }

    #[test]
    fn only_rules_for_certain_names_leave_it_to_the_name() {
        check("", false, false);
        check("named only", false, false);
        check("named-a", true, true);
        check("named-a named-b", true, true);
        check("placed-a", true, false);
        check("anywhere-a", true, false);
        check("named-a placed-a", true, false);
        check("anywhere-a named-a", true, false);
        check("named-a anywhere", true, true);
    }

    #[test]
    fn other_rules_do_not_look_at_names() {
        let rules = RuleSet::parse(Path::new("x.toml"), RULES).expect("they are sound").rules;
        let matcher = Matcher::new(rules);
        for (name, expect) in [("config.yaml", true), ("a/config", true), ("README.md", false), ("", false)] {
            assert_eq!(matcher.looks_at(name.as_bytes()), expect, "{name}");
        }
    }
}
