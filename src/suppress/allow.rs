//! The `[[allow]]` entries of a configuration at work: which of them settles a finding.
//!
//! Reading them is the business of whoever has the file. Their words are shown in reports as
//! they are: secrets in them were masked before.

use std::collections::HashMap;
use std::fmt;

use crate::model::{EntryNote, EntryState, Finding, Suppression, SuppressionKind};

/// Hexadecimal digits of a digest that name a secret, at least.
const DIGITS: usize = 12;

/// An entry. What it gives must match, all of it.
#[derive(Debug, Default)]
pub struct AllowEntry {
    /// Where it stands: `.baseleak.toml:12`.
    pub place: String,
    /// The public name of a key, or `sha256:` and at least 12 digits of its digest.
    pub key: Option<String>,
    /// Which paths.
    pub path: Option<PathTest>,
    /// The id of a rule.
    pub rule: Option<String>,
    /// The fingerprint of a finding.
    pub fingerprint: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day that it holds: `2026-12-31`.
    pub expires: Option<String>,
}

/// A glob, and whether a path matches it: how, is for others to say.
pub struct PathTest {
    /// The glob as it may be shown.
    pub glob: String,
    /// Takes the path from the root of the repository.
    pub matches: Box<dyn Fn(&str) -> bool + Send + Sync>,
}

impl fmt::Debug for PathTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PathTest").field(&self.glob).finish()
    }
}

/// Entries in the order of the file, found by what they name.
#[derive(Debug, Default)]
pub struct AllowList {
    entries: Vec<AllowEntry>,
    /// Why an entry hides nothing.
    states: Vec<Option<EntryState>>,
    /// Entries that are in force, by the key or the fingerprint that they name.
    by_name: HashMap<String, Vec<usize>>,
    /// Those that name neither.
    others: Vec<usize>,
}

impl AllowList {
    /// `entries` as they hold on the day `today`, such as `2026-11-22`; one without a reason
    /// holds nothing where that is required.
    pub fn new(entries: Vec<AllowEntry>, today: &str, requires_reason: bool) -> Self {
        let state = |entry: &AllowEntry| match &entry.expires {
            // Days that are written like this sort as text.
            Some(day) if day.as_str() < today => Some(EntryState::Expired(day.clone())),
            _ if requires_reason && entry.reason.is_none() => Some(EntryState::NoReason),
            _ => None,
        };
        let states: Vec<_> = entries.iter().map(state).collect();
        let mut list = Self { entries, states, ..Self::default() };
        for (index, entry) in list.entries.iter().enumerate() {
            if list.states[index].is_some() {
                continue;
            }
            let key = entry.key.as_ref().filter(|key| !key.starts_with("sha256:"));
            match key.or(entry.fingerprint.as_ref()) {
                Some(name) => list.by_name.entry(name.clone()).or_default().push(index),
                None => list.others.push(index),
            }
        }
        list
    }

    /// The first entry that settles `finding`.
    pub(super) fn find(&self, finding: &Finding) -> Option<usize> {
        if self.entries.is_empty() {
            return None;
        }
        let fingerprint = finding.fingerprint.to_string();
        let named = [&finding.key, &fingerprint].map(|name| self.by_name.get(name)).into_iter().flatten();
        let candidates = named.flatten().chain(&self.others).copied();
        candidates.filter(|&index| self.entries[index].matches(finding, &fingerprint)).min()
    }

    /// What an entry says of a finding that it settles.
    pub(super) fn suppression(&self, index: usize) -> Suppression {
        let AllowEntry { place, reason, owner, expires, .. } = &self.entries[index];
        Suppression {
            kind: SuppressionKind::Allow,
            place: place.clone(),
            reason: reason.clone(),
            owner: owner.clone(),
            expires: expires.clone(),
        }
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// What is to be said of entries: of those that hide nothing any more, and of those that
    /// are not `used`, if that is asked for.
    pub(super) fn notes(&self, used: Option<&[bool]>) -> impl Iterator<Item = EntryNote> {
        let all = self.entries.iter().zip(&self.states).enumerate();
        all.filter_map(move |(index, (entry, state))| {
            let unused = || used.filter(|used| !used[index]).map(|_| EntryState::Unused);
            let state = state.clone().or_else(unused)?;
            Some(EntryNote { place: entry.place.clone(), entry: entry.about(), state })
        })
    }
}

impl AllowEntry {
    fn matches(&self, finding: &Finding, fingerprint: &str) -> bool {
        let key = |key: &String| match key.strip_prefix("sha256:") {
            // A name may be longer than what is kept of the digest.
            Some(digits) if digits.len() >= DIGITS => {
                let known = digits.len().min(finding.digest.len());
                finding.digest[..known].eq_ignore_ascii_case(&digits[..known])
            }
            Some(_) => false,
            None => *key == finding.key,
        };
        self.key.as_ref().is_none_or(key)
            && self.path.as_ref().is_none_or(|path| path.admits_all(finding))
            && self.rule.as_ref().is_none_or(|rule| **rule == *finding.rule)
            && self.fingerprint.as_ref().is_none_or(|name| name == fingerprint)
    }

    fn about(&self) -> String {
        let glob = self.path.as_ref().map(|path| &path.glob);
        let fields = [("key", self.key.as_ref()), ("path", glob), ("rule", self.rule.as_ref())];
        let fields = fields.into_iter().chain([("fingerprint", self.fingerprint.as_ref())]);
        let words: Vec<_> = fields.filter_map(|(name, value)| Some(format!("{name} {}", value?))).collect();
        words.join(", ")
    }
}

impl PathTest {
    /// Whether the file of a finding matches, under every path that it has where it came in.
    fn admits_all(&self, finding: &Finding) -> bool {
        let others = finding.origin.iter().flat_map(|origin| &origin.other_paths);
        [&finding.relative].into_iter().chain(others).all(|path| self.admits(path.as_str()))
    }

    /// Whether the file matches, or an archive that it lies in does.
    fn admits(&self, path: &str) -> bool {
        (self.matches)(path) || path.match_indices('!').any(|(at, _)| (self.matches)(&path[..at]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suppress::made_tests::finding;

    fn glob(path: &'static str) -> PathTest {
        PathTest { glob: path.to_owned(), matches: Box::new(move |other| other == path) }
    }

    /// Whether the entry settles the first key in `a.py`, and in the member of an archive.
    #[track_caller]
    fn check(entry: AllowEntry, plain: bool, member: bool) {
        let list = AllowList::new(vec![entry], "2026-11-22", false);
        let settles = |path: &str| list.find(&finding("b10_aaaaaaaa", path, 1)).is_some();
        assert_eq!((settles("a.py"), settles("d/z.zip!m/a.py")), (plain, member), "{list:?}");
    }

    #[test]
    fn all_that_is_given_must_match() {
        let entry = AllowEntry::default;
        let key = || Some("b10_aaaaaaaa".to_owned());
        check(AllowEntry { key: key(), ..entry() }, true, true);
        check(AllowEntry { key: Some("b10_aaaaaaab".to_owned()), ..entry() }, false, false);
        check(AllowEntry { key: key(), path: Some(glob("a.py")), ..entry() }, true, false);
        check(AllowEntry { path: Some(glob("d/z.zip!m/a.py")), ..entry() }, false, true);
        check(AllowEntry { path: Some(glob("d/z.zip")), ..entry() }, false, true);
        check(AllowEntry { rule: Some("baseten-api-key".to_owned()), ..entry() }, true, true);
        check(AllowEntry { key: key(), rule: Some("other".to_owned()), ..entry() }, false, false);
        let found = finding("b10_aaaaaaaa", "a.py", 1);
        check(AllowEntry { fingerprint: Some(found.fingerprint.to_string()), ..entry() }, true, false);
        let digest = |more: &str| Some(format!("sha256:{}{more}", found.digest.to_uppercase()));
        check(AllowEntry { key: digest(""), ..entry() }, true, true);
        check(AllowEntry { key: digest("0123"), ..entry() }, true, true);
        check(AllowEntry { key: Some(format!("sha256:{}", &found.digest[..12])), ..entry() }, true, true);
        check(AllowEntry { key: Some(format!("sha256:{}", &found.digest[..11])), ..entry() }, false, false);
    }

    #[test]
    fn the_first_in_the_file_settles_and_the_others_are_unused() {
        let key = Some("b10_aaaaaaaa".to_owned());
        let entry = |line: u32, expires: Option<&str>| AllowEntry {
            place: format!("c:{line}"),
            expires: expires.map(str::to_owned),
            ..AllowEntry::default()
        };
        let entries = vec![
            AllowEntry { key: key.clone(), ..entry(1, Some("2026-11-21")) },
            AllowEntry { rule: Some("baseten-api-key".to_owned()), ..entry(2, Some("2026-11-22")) },
            AllowEntry { key, reason: Some("dead".to_owned()), ..entry(3, None) },
        ];
        let list = AllowList::new(entries, "2026-11-22", false);
        assert_eq!(list.find(&finding("b10_aaaaaaaa", "a.py", 1)), Some(1));
        let notes = |used: Option<&[bool]>| -> Vec<String> {
            list.notes(used)
                .map(|note| format!("{} {}: {}", note.place, note.entry, note.state.word()))
                .collect()
        };
        assert_eq!(notes(None), ["c:1 key b10_aaaaaaaa: expired"]);
        let expect = ["c:1 key b10_aaaaaaaa: expired", "c:3 key b10_aaaaaaaa: unused"];
        assert_eq!(notes(Some(&[false, true, false])), expect);
        let required = AllowList::new(vec![entry(1, None)], "2026-11-22", true);
        assert_eq!(required.find(&finding("b10_aaaaaaaa", "a.py", 1)), None);
        assert_eq!(required.notes(None).map(|note| note.state).collect::<Vec<_>>(), [EntryState::NoReason]);
    }
}
