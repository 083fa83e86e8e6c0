//! The leaked keys of a report, each with its places, in the order in which they need somebody.
//!
//! It copies nothing: a card holds the numbers of its findings.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::model::{Attribution, Confidence, Exposure, Finding, Report, Validity};

/// How much is known of a key's being live, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// It is live.
    Active,
    /// It was asked about, and nothing is proven.
    Unknown,
    /// Nobody asked.
    NotAsked,
    /// It is dead.
    Inactive,
}

impl Standing {
    /// All of them, in their order.
    pub(super) const ALL: [Self; 4] = [Self::Active, Self::Unknown, Self::NotAsked, Self::Inactive];

    /// In words.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Unknown => "unknown",
            Self::NotAsked => "not asked",
            Self::Inactive => "inactive",
        }
    }

    /// As attributes and classes name it.
    pub(super) fn slug(self) -> &'static str {
        if self == Self::NotAsked { "not-asked" } else { self.word() }
    }
}

/// One leaked key.
#[derive(Debug)]
pub(super) struct Card<'r> {
    /// Its places, as indices into the findings of the report; never empty.
    pub(super) places: Vec<usize>,
    /// What was found out about it, if anybody asked.
    pub(super) validity: Option<&'r Validity>,
    /// Its story, where a history was read and holds it.
    pub(super) exposure: Option<&'r Exposure>,
    /// The highest of its places.
    pub(super) confidence: Confidence,
    /// Whose it is by the place that speaks the most for Baseten.
    pub(super) attribution: Attribution,
}

impl<'r> Card<'r> {
    /// How much is known of its being live.
    pub(super) fn standing(&self) -> Standing {
        match self.validity {
            Some(Validity::Active(_)) => Standing::Active,
            Some(Validity::Unknown(_)) => Standing::Unknown,
            None => Standing::NotAsked,
            Some(Validity::Inactive(_)) => Standing::Inactive,
        }
    }

    /// Its places.
    pub(super) fn findings(&self, report: &'r Report) -> impl Iterator<Item = &'r Finding> {
        self.places.iter().map(|&place| &report.findings[place])
    }

    /// Whether an object of the history holds it: an audit finds keys elsewhere, too.
    pub(super) fn is_in_objects(&self, report: &'r Report) -> bool {
        self.findings(report).any(|finding| finding.origin.is_some())
    }

    /// The first of its places, which has what all of them share.
    pub(super) fn first(&self, report: &'r Report) -> &'r Finding {
        &report.findings[self.places[0]]
    }
}

/// The leaked keys of a report: the live ones first, then those that may be, the dead ones
/// last; among these by confidence, and then in the order of the report.
pub(super) fn cards(report: &Report) -> Vec<Card<'_>> {
    let validities: HashMap<&str, &Validity> =
        report.verdicts.iter().map(|verdict| (&*verdict.digest, &verdict.validity)).collect();
    let exposures: HashMap<&str, &Exposure> =
        report.exposures.iter().map(|exposure| (&*exposure.digest, exposure)).collect();
    let mut homes: HashMap<&str, usize> = HashMap::new();
    let mut cards: Vec<Card<'_>> = Vec::new();
    for (place, finding) in report.findings.iter().enumerate() {
        let digest = &*finding.digest;
        let home = *homes.entry(digest).or_insert_with(|| {
            cards.push(Card {
                places: Vec::new(),
                validity: validities.get(digest).copied(),
                exposure: exposures.get(digest).copied(),
                confidence: finding.confidence,
                attribution: finding.attribution,
            });
            cards.len() - 1
        });
        let card = &mut cards[home];
        card.places.push(place);
        card.confidence = card.confidence.max(finding.confidence);
        if weight(finding.attribution) < weight(card.attribution) {
            card.attribution = finding.attribution;
        }
    }
    cards.sort_by_key(|card| (card.standing(), Reverse(card.confidence)));
    cards
}

/// Baseten's before anybody's, and that before another vendor's.
fn weight(attribution: Attribution) -> u8 {
    match attribution {
        Attribution::Baseten => 0,
        Attribution::Unknown => 1,
        Attribution::Other => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::canonical::canonical;
    use super::*;

    #[test]
    fn every_finding_stands_on_one_card_and_the_worst_comes_first() {
        let report = canonical();
        let cards = cards(&report);
        assert_eq!(cards.len(), 9);
        let mut places: Vec<usize> = cards.iter().flat_map(|card| card.places.clone()).collect();
        places.sort_unstable();
        assert!(places.iter().copied().eq(0..report.findings.len()));
        let order: Vec<_> = cards.iter().map(|card| (card.standing(), Reverse(card.confidence))).collect();
        assert!(order.is_sorted(), "{order:?}");
        assert_eq!(cards[0].standing(), Standing::Active);
        for card in &cards {
            let digest = &card.first(&report).digest;
            assert!(card.findings(&report).all(|finding| finding.digest == *digest));
            assert!(card.exposure.is_none_or(|exposure| exposure.digest == *digest));
        }
    }
}
