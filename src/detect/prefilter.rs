//! Proves cheaply that most rules have nothing to find in a text: a rule is only
//! tried where one of its keywords stands, at the path it asks for.
//!
//! Keywords compared as written go through a vectorised search of their first
//! bytes, which is as fast as reading. Keywords of whatever case, as gitleaks
//! has them, go through an automaton that only runs when such rules are loaded.

use std::collections::BTreeMap;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

use crate::rules::{Rule, RuleSet};

use super::matcher::{Text, applies_at};

/// Bytes of a keyword that the vectorised search looks for: three are rare
/// enough in text, and the fourth costs a quarter of the speed.
const HEAD: usize = 3;

/// Which rules may match a text.
#[derive(Debug)]
pub(super) struct Prefilter {
    /// Rules without keywords and without a shape: tried on every text.
    always: Vec<usize>,
    /// Rules for certain paths, which are asked for first.
    pathed: Vec<usize>,
    exact: Option<Exact>,
    /// The keywords of `exact` and of the rules for certain paths, for texts whose path is not known.
    anywhere: Option<Exact>,
    folded: Option<Automaton>,
    /// Bytes of the longest keyword.
    longest: usize,
}

/// The search for keywords as they are written.
#[derive(Debug)]
enum Exact {
    Heads(Searcher, Vec<Vec<(Vec<u8>, usize)>>),
    Automaton(Automaton),
}

/// The search for any number of keywords.
#[derive(Debug)]
struct Automaton {
    searcher: AhoCorasick,
    /// For each keyword the rules that ask for it.
    rules: Vec<Vec<usize>>,
}

impl Prefilter {
    pub(super) fn new(rules: &RuleSet) -> Self {
        let (mut always, mut pathed) = (Vec::new(), Vec::new());
        let mut keywords = [Vec::new(), Vec::new()];
        let own = |index: usize, rule: &Rule| -> Vec<(Vec<u8>, usize)> {
            rule.keywords.iter().map(|keyword| (keyword.clone().into_bytes(), index)).collect()
        };
        // A shape has a search of its own, and a rule without an expression matches no text.
        let by_regex = |rule: &Rule| rule.traits.shape.is_none() && rule.regex.is_some();
        for (index, rule) in rules.rules.iter().enumerate().filter(|(_, rule)| by_regex(rule)) {
            if rule.path.is_some() {
                pathed.push(index);
            } else if rule.keywords.is_empty() {
                always.push(index);
            } else {
                keywords[usize::from(rule.traits.exact_keywords)].extend(own(index, rule));
            }
        }
        let [folded, exact] = keywords;
        let mut all = exact.clone();
        for &index in pathed.iter().filter(|&&index| rules.rules[index].traits.exact_keywords) {
            all.extend(own(index, &rules.rules[index]));
        }
        let lengths = rules.rules.iter().flat_map(|rule| &rule.keywords).map(String::len);
        Self {
            always,
            pathed,
            exact: Exact::new(&exact),
            anywhere: Exact::new(&all),
            folded: Automaton::new(AhoCorasick::builder().ascii_case_insensitive(true), &folded),
            longest: lengths.max().unwrap_or(0),
        }
    }

    /// How many bytes around an edit of a text tell which of `rules` may match the
    /// whole that did not before: `None` where every text must be seen whole.
    pub(super) fn reach(&self, rules: &RuleSet) -> Option<usize> {
        let must_see = |index: &usize| rules.rules[*index].keywords.is_empty();
        let is_blind = !self.always.is_empty() || self.pathed.iter().any(must_see);
        (!is_blind).then_some(self.longest)
    }

    /// The rules of `rules`, in order, that may match `text`.
    #[inline]
    pub(super) fn rules(&self, rules: &RuleSet, text: &Text<'_>) -> Vec<usize> {
        let mut found = Vec::new();
        let (exact, pathed_are_in) = match text.path {
            Some(_) => (&self.exact, false),
            None => (&self.anywhere, true),
        };
        match exact {
            Some(Exact::Heads(searcher, keywords)) => heads(searcher, keywords, text.bytes, &mut found),
            Some(Exact::Automaton(automaton)) => automaton.run(text.bytes, &mut found),
            None => {}
        }
        if let Some(automaton) = &self.folded {
            automaton.run(text.bytes, &mut found);
        }
        for &index in &self.pathed {
            let rule = &rules.rules[index];
            let is_in = pathed_are_in && rule.traits.exact_keywords && !rule.keywords.is_empty();
            if !is_in && applies_at(rule, text.path) && has_keyword(rule, text.bytes) {
                found.push(index);
            }
        }
        found.extend_from_slice(&self.always);
        if found.len() > 1 {
            found.sort_unstable();
            found.dedup();
        }
        found
    }
}

impl Exact {
    fn new(keywords: &[(Vec<u8>, usize)]) -> Option<Self> {
        let mut by_head: BTreeMap<&[u8], Vec<(Vec<u8>, usize)>> = BTreeMap::new();
        for (keyword, rule) in keywords {
            let head = keyword.get(..HEAD).unwrap_or(keyword);
            by_head.entry(head).or_default().push((keyword.clone(), *rule));
        }
        let (heads, keywords_of_heads): (Vec<_>, Vec<_>) = by_head.into_iter().unzip();
        match Config::new().match_kind(MatchKind::LeftmostFirst).builder().extend(heads).build() {
            Some(searcher) if keywords.iter().all(|(keyword, _)| keyword.len() >= HEAD) => {
                Some(Self::Heads(searcher, keywords_of_heads))
            }
            _ => Automaton::new(&mut AhoCorasick::builder(), keywords).map(Self::Automaton),
        }
    }
}

/// Adds the rules whose keywords stand where their heads do.
fn heads(searcher: &Searcher, keywords: &[Vec<(Vec<u8>, usize)>], bytes: &[u8], found: &mut Vec<usize>) {
    let mut at = 0;
    while let Some(head) = searcher.find_in(bytes, (at..bytes.len()).into()) {
        // The next head may begin inside this one.
        at = head.start() + 1;
        for (keyword, rule) in &keywords[head.pattern()] {
            if bytes[head.start()..].starts_with(keyword) && !found.contains(rule) {
                found.push(*rule);
            }
        }
    }
}

impl Automaton {
    fn new(builder: &mut AhoCorasickBuilder, keywords: &[(Vec<u8>, usize)]) -> Option<Self> {
        let mut by_keyword: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
        for (keyword, rule) in keywords {
            by_keyword.entry(keyword).or_default().push(*rule);
        }
        let (keywords, rules): (Vec<_>, Vec<_>) = by_keyword.into_iter().unzip();
        if keywords.is_empty() {
            return None;
        }
        let searcher =
            builder.build(keywords).expect("a rule file has fewer keywords than the automaton has states");
        Some(Self { searcher, rules })
    }

    fn run(&self, bytes: &[u8], found: &mut Vec<usize>) {
        let mut seen = vec![false; self.rules.len()];
        for keyword in self.searcher.find_overlapping_iter(bytes) {
            let keyword = keyword.pattern().as_usize();
            if !std::mem::replace(&mut seen[keyword], true) {
                found.extend_from_slice(&self.rules[keyword]);
            }
        }
    }
}

/// Whether one of the rule's keywords stands in `bytes`, or it has none.
fn has_keyword(rule: &Rule, bytes: &[u8]) -> bool {
    let stands = |keyword: &String| {
        if rule.traits.exact_keywords {
            memchr::memmem::find(bytes, keyword.as_bytes()).is_some()
        } else {
            bytes.windows(keyword.len()).any(|window| window.eq_ignore_ascii_case(keyword.as_bytes()))
        }
    };
    rule.keywords.is_empty() || rule.keywords.iter().any(|keyword| keyword.is_empty() || stands(keyword))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const RULES: &str = r#"
        [[rules]]
        id = "exact"
        regex = "x"
        keywords = ["sky_", "skip_"]
        [rules.baseleak]
        exact_keywords = true
        [[rules]]
        id = "folded"
        regex = "x"
        keywords = ["Token"]
        [[rules]]
        id = "pathed"
        regex = "x"
        path = '''\.ya?ml$'''
        keywords = ["secrets:"]
    "#;

    fn check(extra: &str, path: &str, text: &str, expect: &[usize]) {
        let rules =
            RuleSet::parse(Path::new("x.toml"), &[RULES, extra].concat()).expect("they are sound").rules;
        let text = Text { bytes: text.as_bytes(), path: Some(path.as_bytes()) };
        assert_eq!(Prefilter::new(&rules).rules(&rules, &text), expect, "{path}");
    }

    #[test]
    fn rules_are_tried_where_their_keywords_stand() {
        check("", "a.py", "", &[]);
        check("", "a.py", "the SKY_ is blue", &[]);
        check("", "a.py", "a sky_ and TOKEN and a toKen and a sky_", &[0, 1]);
        check("", "a.py", "skiskiskip_", &[0]);
        check("", "a.py", "skskip_", &[0]);
        check("", "a.py", "secrets:", &[]);
        check("", "a.yml", "SECRETS:", &[2]);
        check("", "a.yml", "secret", &[]);
    }

    #[test]
    fn a_rule_without_keywords_is_always_tried() {
        check("[[rules]]\nid = \"bare\"\nregex = \"x\"\n", "a.py", "", &[3]);
    }

    #[test]
    fn short_and_overlapping_keywords_are_found_too() {
        let rule = "[[rules]]\nid = \"more\"\nregex = \"x\"\nkeywords = [KEYWORDS]\n[rules.baseleak]\nexact_keywords = true\n";
        check(&rule.replace("KEYWORDS", "\"ab\""), "a.py", "sky_ ab", &[0, 3]);
        check(&rule.replace("KEYWORDS", "\"kyx\""), "a.py", "skyx", &[3]);
    }
}
