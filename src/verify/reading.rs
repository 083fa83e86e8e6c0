//! Keys that were read in images: a reading may be wrong, and so a key has several names.
//!
//! Which of them is right only the inventory tells. Nobody is asked with a guess.
//!
//! **Invariant:** what is not listed under any of its names is neither dead nor anybody's to
//! delete; what is listed under several is none of them.

use std::collections::HashMap;

use serde::Deserialize;

use super::Leak;
use super::prefix::row;
use crate::baseten::ApiKey;
use crate::model::{Death, ExchangePart, Finding, Region, Validity};

/// What is known of a key of which nothing but images is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// How sure it is that the best of its readings is right to the letter, 0 to 100.
    pub certainty: u8,
    /// The public names that it may have, the likeliest first; never empty where its kind
    /// has any.
    pub variants: Vec<String>,
}

/// Under which of its names a key is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed<'l> {
    /// Under none.
    None,
    /// Under this one alone.
    One(&'l str),
    /// Under these, so that nobody knows which it is.
    Several(Vec<&'l str>),
}

impl Reading {
    /// Of a finding; none of what stands in a text.
    pub(super) fn of(finding: &Finding) -> Option<Self> {
        let sight = finding.sight.as_deref()?;
        Some(Self::new(&finding.key, sight.certainty, sight.variants.clone()))
    }

    /// The name of the finding is among the variants, and is the first of them if it was not.
    fn new(key: &str, certainty: u8, mut variants: Vec<String>) -> Self {
        if !variants.iter().any(|variant| variant == key) {
            variants.insert(0, key.to_owned());
        }
        Self { certainty, variants }
    }

    /// Of one key read twice: as sure as the better of both, and all that either may be.
    pub(super) fn join(self, other: Self) -> Self {
        let (mut first, second) =
            if self.certainty >= other.certainty { (self, other) } else { (other, self) };
        for variant in second.variants {
            if !first.variants.contains(&variant) {
                first.variants.push(variant);
            }
        }
        first
    }

    /// In words: how surely it was read, and how many names it may have.
    pub fn told(&self) -> String {
        let readings = match self.variants.len() {
            0 | 1 => String::new(),
            number => format!(", with {number} readings"),
        };
        format!("read in an image only, {} % sure to the letter{readings}", self.certainty)
    }
}

impl Leak {
    /// The public prefixes that it may have, the likeliest first: of what was read in images
    /// only all readings, of anything else its own; none where its kind has none.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        let readings = self.reading.as_ref().map_or(&[][..], |reading| &reading.variants);
        let own = self.reading.is_none().then_some(self.key.as_str());
        own.into_iter().chain(readings.iter().map(String::as_str)).filter(|name| self.shape_of(name).is_key())
    }

    /// Under which of its names `keys` has it.
    pub fn listed<'l>(&'l self, keys: &[ApiKey]) -> Listed<'l> {
        listed(self.prefixes(), |name| row(keys, name).map(|row| row.prefix.as_str()))
    }
}

/// Which of `names` is a key, by the way that `find` finds a key. Two names of one key are one.
pub(super) fn listed<'l, 'k>(
    names: impl Iterator<Item = &'l str>,
    find: impl Fn(&str) -> Option<&'k str>,
) -> Listed<'l> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for name in names {
        if let Some(key) = find(name).filter(|key| found.iter().all(|(known, _)| known != key)) {
            found.push((key, name));
        }
    }
    match found.as_slice() {
        [] => Listed::None,
        [(_, name)] => Listed::One(name),
        _ => Listed::Several(found.into_iter().map(|(_, name)| name).collect()),
    }
}

/// Gives what was read in images, and is still unknown, the verdict on the key that one of its
/// readings names and that stands in a text as well, as far as it is about the name: that a
/// probe refused what stands there says nothing of what the image shows. Where its readings
/// name several of these, nobody knows.
pub(super) fn join(leaks: &[Leak], validities: &mut [Validity]) {
    let texts: HashMap<&str, usize> = leaks
        .iter()
        .enumerate()
        .filter(|(_, leak)| leak.reading.is_none())
        .filter_map(|(at, leak)| Some((leak.prefix()?, at)))
        .collect();
    for (at, leak) in leaks.iter().enumerate().filter(|(_, leak)| leak.reading.is_some()) {
        let mut named = leak.prefixes().filter_map(|name| texts.get(name));
        let (Some(&text), None, true) = (named.next(), named.next(), validities[at].is_unknown()) else {
            continue;
        };
        if matches!(validities[text], Validity::Active(_) | Validity::Inactive(Death::Deleted { .. })) {
            validities[at] = validities[text].clone();
        }
    }
}

/// Names with `and` before the last.
pub(super) fn and(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// What a report says of an image.
#[derive(Deserialize)]
pub(super) struct WireImage {
    regions: Vec<WireRegion>,
    certainty: u8,
    variants: Vec<String>,
}

#[derive(Deserialize)]
struct WireRegion {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// What a report says of a front end.
#[derive(Deserialize)]
pub(super) struct WireWeb {
    part: String,
    #[serde(default)]
    header: Option<String>,
    #[serde(default)]
    storage: Option<String>,
}

impl WireImage {
    /// Whether a name in it is more than a name.
    pub(super) fn has_secret(&self) -> bool {
        self.variants.iter().any(|variant| variant.contains('.'))
    }

    /// Where in the image, in words.
    pub(super) fn place(&self) -> String {
        let region = |&WireRegion { x, y, width, height }: &WireRegion| Region { x, y, width, height };
        self.regions.iter().map(|one| region(one).to_string()).collect::<Vec<_>>().join("; ")
    }

    /// How the key that a report calls `key` was read.
    pub(super) fn reading(self, key: &str) -> Reading {
        Reading::new(key, self.certainty.min(100), self.variants)
    }
}

impl WireWeb {
    /// What of an exchange, in words; none for its content, and for what came later than this
    /// program.
    pub(super) fn place(self) -> Option<String> {
        let part = match (self.part.as_str(), self.header, self.storage) {
            ("address", ..) => ExchangePart::Address,
            ("request-header", Some(name), _) => ExchangePart::RequestHeader(name),
            ("request-body", ..) => ExchangePart::RequestBody,
            ("response-header", Some(name), _) => ExchangePart::ResponseHeader(name),
            ("storage", _, Some(what)) => ExchangePart::Storage(what),
            _ => return None,
        };
        part.place()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leak(rule: &str, key: &str, variants: Option<&[&str]>) -> Leak {
        let variants = variants.map(|names| names.iter().map(ToString::to_string).collect());
        let named = Leak::named("b10_abcd1234").expect("it is a prefix");
        let reading = variants.map(|variants| Reading::new(key, 50, variants));
        Leak { rule: rule.to_owned(), key: key.to_owned(), reading, ..named }
    }

    #[track_caller]
    fn check(leak: &Leak, inventory: &[&str], expect: &Listed<'_>) {
        let keys = serde_json::json!(
            inventory
                .iter()
                .map(|prefix| serde_json::json!({ "prefix": prefix, "type": "PERSONAL" }))
                .collect::<Vec<_>>()
        );
        let keys: Vec<ApiKey> = serde_json::from_value(keys).expect("they are keys");
        assert_eq!(leak.listed(&keys), *expect, "{inventory:?}");
    }

    #[test]
    fn the_inventory_decides_between_readings() {
        let new = |variants| leak("baseten-api-key", "b10_abcd123O", variants);
        let read = new(Some(&["b10_abcd123O", "b10_abcd1230", "b10_abcdl230"]));
        check(&read, &[], &Listed::None);
        check(&read, &["b10_other123"], &Listed::None);
        check(&read, &["b10_abcd1230"], &Listed::One("b10_abcd1230"));
        check(&read, &["abcd1230", "b10_abcd123o"], &Listed::One("b10_abcd1230"));
        check(&read, &["b10_abcd1230", "abcd123O"], &Listed::Several(vec!["b10_abcd123O", "b10_abcd1230"]));
        // What stands in a text is what it is.
        check(&new(None), &["b10_abcd1230"], &Listed::None);
        check(&new(None), &["b10_abcd123O"], &Listed::One("b10_abcd123O"));
        // The name of the finding counts, and what is no prefix does not.
        check(&new(Some(&["b10_abcd1230"])), &["abcd123O"], &Listed::One("b10_abcd123O"));
        check(&new(Some(&["abcd1230"])), &["abcd1230"], &Listed::None);
        let old = leak("baseten-api-key-legacy", "abcd123O", Some(&["abcd123O", "abcd1230"]));
        check(&old, &["abcd1230", "b10_abcd123O"], &Listed::One("abcd1230"));
        let webhook = leak("baseten-webhook-secret", "sha256:abcdef012345", Some(&[]));
        check(&webhook, &["abcdef01"], &Listed::None);
    }

    #[test]
    fn two_readings_of_one_key_are_joined() {
        let reading = |certainty, variants: &[&str]| Reading {
            certainty,
            variants: variants.iter().map(ToString::to_string).collect(),
        };
        let joined = reading(40, &["a", "b"]).join(reading(70, &["b", "c"]));
        assert_eq!(joined, reading(70, &["b", "c", "a"]));
        assert_eq!(joined.told(), "read in an image only, 70 % sure to the letter, with 3 readings");
        assert_eq!(and(&["a", "b", "c"]), "a, b and c");
    }
}
