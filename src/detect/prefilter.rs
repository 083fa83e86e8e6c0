//! Proves cheaply that most rules have nothing to find in a text: a rule is only
//! tried where one of its keywords stands.
//!
//! Keywords compared as written go through a vectorised search; keywords of
//! whatever case, as gitleaks has them, through an automaton that is only built
//! and run when such rules are loaded.

use aho_corasick::packed::{MatchKind, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

use crate::rules::RuleSet;

/// Which rules may match a text.
#[derive(Debug)]
pub(super) struct Prefilter {
    /// Rules without keywords and without a shape: tried on every text.
    always: Vec<usize>,
    exact: Option<Exact>,
    folded: Option<Automaton>,
}

#[derive(Debug)]
enum Exact {
    Packed(Searcher, Vec<Vec<usize>>),
    Automaton(Automaton),
}

#[derive(Debug)]
struct Automaton {
    searcher: AhoCorasick,
    /// For each keyword the rules that ask for it.
    rules: Vec<Vec<usize>>,
}

impl Prefilter {
    pub(super) fn new(rules: &RuleSet) -> Self {
        let by_keyword = |exact: bool| {
            let mut keywords: std::collections::BTreeMap<&[u8], Vec<usize>> =
                std::collections::BTreeMap::new();
            for (index, rule) in rules.rules.iter().enumerate() {
                if rule.traits.shape.is_none() && rule.traits.exact_keywords == exact {
                    for keyword in &rule.keywords {
                        keywords.entry(keyword.as_bytes()).or_default().push(index);
                    }
                }
            }
            keywords.into_iter().unzip::<_, _, Vec<_>, Vec<_>>()
        };
        let is_always = |index: &usize| {
            let rule = &rules.rules[*index];
            rule.traits.shape.is_none() && rule.keywords.is_empty()
        };
        let (exact_keywords, exact_rules) = by_keyword(true);
        let (folded_keywords, folded_rules) = by_keyword(false);
        Self {
            always: (0..rules.rules.len()).filter(is_always).collect(),
            exact: exact(&exact_keywords, exact_rules),
            folded: automaton(
                AhoCorasick::builder().ascii_case_insensitive(true),
                &folded_keywords,
                folded_rules,
            ),
        }
    }

    /// The rules, in order, that may match `bytes`.
    #[inline]
    pub(super) fn rules(&self, bytes: &[u8]) -> Vec<usize> {
        let mut rules = Vec::new();
        let mut add = |asked: &[usize]| rules.extend_from_slice(asked);
        match &self.exact {
            Some(Exact::Packed(searcher, asked)) => {
                let mut seen = 0_u64;
                for found in searcher.find_iter(bytes) {
                    let keyword = 1 << found.pattern().as_usize();
                    if seen & keyword == 0 {
                        seen |= keyword;
                        add(&asked[found.pattern()]);
                    }
                }
            }
            Some(Exact::Automaton(automaton)) => automaton.run(bytes, &mut add),
            None => {}
        }
        if let Some(automaton) = &self.folded {
            automaton.run(bytes, &mut add);
        }
        if !self.always.is_empty() {
            add(&self.always);
        }
        if rules.len() > 1 {
            rules.sort_unstable();
            rules.dedup();
        }
        rules
    }
}

impl Automaton {
    fn run(&self, bytes: &[u8], add: &mut impl FnMut(&[usize])) {
        let mut seen = vec![false; self.rules.len()];
        for found in self.searcher.find_overlapping_iter(bytes) {
            let keyword = found.pattern().as_usize();
            if !std::mem::replace(&mut seen[keyword], true) {
                add(&self.rules[keyword]);
            }
        }
    }
}

fn exact(keywords: &[&[u8]], rules: Vec<Vec<usize>>) -> Option<Exact> {
    // A keyword that touches another would hide it from a search without overlaps,
    // and the search notes what it has seen in 64 bits.
    let packs = keywords.len() <= 64
        && !keywords.iter().enumerate().any(|(at, keyword)| {
            keywords[..at].iter().chain(&keywords[at + 1..]).any(|other| overlap(keyword, other))
        });
    let packed = aho_corasick::packed::Config::new()
        .match_kind(MatchKind::LeftmostFirst)
        .builder()
        .extend(keywords)
        .build()
        .filter(|_| packs);
    match packed {
        Some(searcher) => Some(Exact::Packed(searcher, rules)),
        None => automaton(&mut AhoCorasick::builder(), keywords, rules).map(Exact::Automaton),
    }
}

fn automaton(
    builder: &mut AhoCorasickBuilder,
    keywords: &[&[u8]],
    rules: Vec<Vec<usize>>,
) -> Option<Automaton> {
    if keywords.is_empty() {
        return None;
    }
    let searcher =
        builder.build(keywords).expect("a rule file has fewer keywords than the automaton has states");
    Some(Automaton { searcher, rules })
}

/// Whether `second` can begin inside `first`.
fn overlap(first: &[u8], second: &[u8]) -> bool {
    (0..first.len()).any(|at| {
        let shared = second.len().min(first.len() - at);
        first[at..at + shared] == second[..shared]
    })
}
