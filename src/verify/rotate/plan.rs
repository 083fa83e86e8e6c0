//! What is to be rotated, and into what: settled before anything is changed.
//!
//! It only reads. That the API will permit what is planned is not known here.

use std::collections::HashSet;

use super::{Caller, Means, uses};
use crate::baseten::credential::Place;
use crate::baseten::{ApiKey, Category, NewKey};

/// Most names that are tried, where each is taken already.
const NAMES: usize = 6;
/// Most characters of a name that a suffix is added to.
const STEM: usize = 48;

/// What shall be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where the key lives.
    pub place: Place,
    /// Other remotes or profiles of the same file with the same key, which are changed as well.
    pub others: Vec<Place>,
    /// At how many places of a file of variables the key stands, all of which are changed.
    pub uses: Option<usize>,
    /// The prefix of the key.
    pub old: String,
    /// What the inventory says of it.
    pub row: ApiKey,
    /// The id of its team, where it has one and that is known.
    pub team: Option<String>,
    /// Names for the new key, of which the first that is not taken will be used.
    pub names: Vec<Option<String>>,
    /// What the operator should know, a sentence each.
    pub warnings: Vec<String>,
    /// The prefixes that the inventory held before, as the caller sees them who saw the key.
    pub(super) before: HashSet<String>,
    /// Which of the callers that is.
    pub(super) by: usize,
}

/// Why there is nothing to be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It is no key of the API, or one of a gateway.
    #[error("what stands there is not of the shape of an API key of a user or a workspace")]
    NoPrefix,
    /// No caller sees it.
    #[error("no inventory at hand lists {prefix}: {}", .seen.join("; "))]
    NotListed {
        /// The key's prefix.
        prefix: String,
        /// What each caller saw, in words.
        seen: Vec<String>,
    },
    /// The others in the same file cannot be told.
    #[error("{0}")]
    Place(String),
}

impl Plan {
    /// The new key, by a name.
    pub(super) fn new_key(&self, name: Option<String>) -> NewKey {
        NewKey { category: self.row.category.clone(), name, model_ids: self.row.model_ids.clone() }
    }

    /// Whether only the inventory can tell that a new key belongs to the right team.
    pub(super) fn must_be_listed(&self) -> bool {
        self.team.is_none() && self.row.team_name.is_some() && self.row.category != Category::Personal
    }

    /// How `made` differs from the old key; nothing where it does not.
    pub(super) fn difference(&self, made: &ApiKey) -> Option<&'static str> {
        let models = |key: &ApiKey| key.model_ids.iter().cloned().collect::<HashSet<_>>();
        let owner = |key: &ApiKey| key.owner.as_ref().map(|owner| owner.user_id.clone());
        if made.category != self.row.category {
            Some("its category is another")
        } else if models(made) != models(&self.row) {
            Some("its models are others")
        } else if made.team_name != self.row.team_name {
            Some("its team is another")
        } else if owner(made) != owner(&self.row) {
            Some("its owner is another")
        } else {
            None
        }
    }
}

/// Looks the key up. `name` is that of the new key, if the operator chose one, and
/// `today` a date in digits.
///
/// # Errors
/// Where no inventory shows the key: what to make in its place is then not known.
pub fn plan(
    means: &Means<'_, '_>,
    place: &Place,
    name: Option<&str>,
    today: &str,
) -> Result<Plan, PlanError> {
    // What is of another shape may be a secret that has a dot in it by chance.
    let old = prefix(means.old.expose()).filter(|_| is_key(means.old.expose())).ok_or(PlanError::NoPrefix)?;
    let others = place.others(means.old).map_err(|error| {
        let why = std::error::Error::source(&error).map(|why| format!(": {why}")).unwrap_or_default();
        PlanError::Place(format!("{error}{why}"))
    })?;
    let uses = match place {
        Place::Dotenv { path, .. } => {
            std::fs::read(path).ok().map(|bytes| uses::of(&bytes, means.old.expose()).len())
        }
        _ => None,
    };
    let mut seen = Vec::new();
    for (by, caller) in means.callers.iter().enumerate() {
        let keys = match caller.client.api_keys() {
            Ok(keys) => keys,
            Err(error) => {
                seen.push(format!("with {}, {error}", caller.source));
                continue;
            }
        };
        let Some(row) = super::super::prefix::row(&keys, &old) else {
            seen.push(format!("with {}, it is not in the list", caller.source));
            continue;
        };
        let (team, warnings) = team(row, means.callers);
        let names = match name {
            Some(name) => vec![Some(name.to_owned())],
            None => names(row.name.as_deref(), today),
        };
        let before = keys.iter().map(|key| key.prefix.clone()).collect();
        let (place, row) = (place.clone(), row.clone());
        return Ok(Plan { place, others, uses, old, row, team, names, warnings, before, by });
    }
    Err(PlanError::NotListed { prefix: old, seen })
}

/// The public part of a key.
pub(super) fn prefix(key: &[u8]) -> Option<String> {
    let at = memchr::memchr(b'.', key).filter(|at| *at > 0)?;
    String::from_utf8(key[..at].to_vec()).ok()
}

/// Whether it is of one of the shapes that keys of the API have, `8.32` with or
/// without `b10_`. Those of gateways are none of them.
fn is_key(key: &[u8]) -> bool {
    let key = key.strip_prefix(b"b10_").unwrap_or(key);
    let is_word = |part: &[u8]| part.iter().all(u8::is_ascii_alphanumeric);
    key.len() == 41 && key[8] == b'.' && is_word(&key[..8]) && is_word(&key[9..])
}

/// The id of the key's team, and what is to be said where it cannot be had.
fn team(row: &ApiKey, callers: &[Caller<'_>]) -> (Option<String>, Vec<String>) {
    let Some(name) = &row.team_name else { return (None, Vec::new()) };
    // A personal key belongs to its user, whatever teams that user is in.
    if row.category == Category::Personal {
        return (None, Vec::new());
    }
    for caller in callers {
        let Ok(teams) = caller.client.teams() else { continue };
        let mut same = teams.iter().filter(|team| team.name == *name);
        if let (Some(team), None) = (same.next(), same.next()) {
            return (Some(team.id.clone()), Vec::new());
        }
    }
    let warning = format!(
        "the id of the team {name} is not known with the keys at hand: the new key is made without \
         naming a team, and kept only if it belongs to that one"
    );
    (None, vec![warning])
}

/// The names to try: that of the old key, and with the date behind it where two keys
/// may not have the same.
fn names(old: Option<&str>, today: &str) -> Vec<Option<String>> {
    let stem = old.map(slug).filter(|stem| !stem.is_empty());
    let first = match (old, &stem) {
        (Some(old), Some(stem)) if old == stem => Some(old.to_owned()),
        (Some(_), Some(stem)) => Some(stem.clone()),
        _ => None,
    };
    let stem = stem.unwrap_or_else(|| "rotated".to_owned());
    let stem = undated(&stem, today.len());
    let stem: String = stem.chars().take(STEM).collect();
    let dated = format!("{stem}-{today}");
    let mut names = vec![first, Some(dated.clone())];
    names.extend((2..NAMES).map(|number| Some(format!("{dated}-{number}"))));
    names
}

/// `name` of the characters that names of keys may have.
fn slug(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    name.chars().map(plain).collect::<String>().trim_matches('-').to_owned()
}

/// `name` without the date that an earlier rotation put behind it.
fn undated(name: &str, digits: usize) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = |text: &str| text.len() == digits && is_number(text);
    let Some((head, tail)) = name.rsplit_once('-') else { return name };
    if is_date(tail) {
        return head;
    }
    match head.rsplit_once('-') {
        Some((stem, date)) if is_number(tail) && tail.len() == 1 && is_date(date) => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: Option<&str>, expect: [Option<&str>; 3]) {
        let names = names(old, "20261122");
        assert_eq!(names.len(), NAMES);
        let got: Vec<_> = names[..3].iter().map(Option::as_deref).collect();
        assert_eq!(got, expect, "{old:?}");
    }

    #[test]
    fn names_are_those_of_the_old_key_and_then_dated() {
        check(Some("ci"), [Some("ci"), Some("ci-20261122"), Some("ci-20261122-2")]);
        check(None, [None, Some("rotated-20261122"), Some("rotated-20261122-2")]);
        check(Some("My Key"), [Some("my-key"), Some("my-key-20261122"), Some("my-key-20261122-2")]);
        check(Some("\u{e9}"), [None, Some("rotated-20261122"), Some("rotated-20261122-2")]);
        let dated = "ci-20250101";
        check(Some(dated), [Some(dated), Some("ci-20261122"), Some("ci-20261122-2")]);
        let dated = "ci-20250101-3";
        check(Some(dated), [Some(dated), Some("ci-20261122"), Some("ci-20261122-2")]);
        check(Some("node-18"), [Some("node-18"), Some("node-18-20261122"), Some("node-18-20261122-2")]);
    }

    #[test]
    fn keys_are_known_by_their_shape() {
        let check = |key: &str, expect: bool| assert_eq!(is_key(key.as_bytes()), expect, "{key}");
        let secret = "x".repeat(32);
        check(&format!("abcdefgh.{secret}"), true);
        check(&format!("b10_abcdefgh.{secret}"), true);
        check(&format!("sky_abcdefgh.{secret}"), false);
        check(&format!("abcdefgh.{secret}x"), false);
        check(&format!("abcdefg.x{secret}"), false);
        check("a.b.c", false);
        check("", false);
    }

    #[test]
    fn a_prefix_ends_before_the_first_dot() {
        for (key, expect) in [("ab.cd", Some("ab")), ("a.b.c", Some("a")), (".b", None), ("ab", None)] {
            assert_eq!(prefix(key.as_bytes()).as_deref(), expect, "{key}");
        }
    }
}
