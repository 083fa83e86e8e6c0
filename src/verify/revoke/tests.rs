//! What a plan says, and what answers come to, in tables.

use super::judge::{Look, judge};
use super::*;
use crate::baseten::{ApiError, ApiKey, Deletion};

#[test]
fn only_documented_shapes_are_prefixes() {
    let table = [
        ("b10_abcd1234", true),
        ("ABCD1234", true),
        ("sky_abcdefghijkl", true),
        ("b10_abcd123", false),
        ("b10_abcd12345", false),
        ("b10_abcd/234", false),
        ("b10-abcd1234", false),
        ("abcd123", false),
        ("abcd1234.x", false),
        ("sky_abcdefgh", false),
        ("sky_abcdefgh/../x", false),
        ("sha256:0123456789ab", false),
        ("whsec_12", false),
        ("../users", false),
        ("abcd\u{e9}12", false),
        ("", false),
    ];
    for (text, expect) in table {
        assert_eq!(is_prefix(text), expect, "{text:?}");
    }
}

fn key(was_listed: bool, deleted: Option<&str>) -> PlannedKey {
    let survey = Survey {
        keys: vec![ApiKey {
            prefix: "ABCD1234".to_owned(),
            category: Category::Invoke,
            name: None,
            model_ids: Vec::new(),
            team_name: None,
            owner: None,
        }],
        ..Survey::default()
    };
    let survey = if was_listed { survey } else { Survey::default() };
    let mut plan = plan(vec![Wish::of_prefix("ABCD1234")], &survey, false);
    let mut key = plan.keys.remove(0);
    key.deleted = deleted.map(str::to_owned);
    key
}

/// The answer to the deletion, what the inventory shows then, whether it listed the key
/// before, when the audit log has its deletion; and what is known of the key.
type Case = (Result<Deletion, ApiError>, Look, bool, Option<&'static str>, State);

#[test]
fn answers_are_judged_with_the_inventory() {
    use State::{Dead, Live, Unknown};
    let forbidden = || Err(ApiError::Forbidden { message: String::new() });
    let conflict = || Err(ApiError::Conflict { message: String::new() });
    let lost = || Err(ApiError::TimedOut);
    let failed = || Look::Failed(ApiError::TimedOut);
    let table: Vec<Case> = vec![
        (Ok(Deletion::Deleted), Look::Gone, true, None, Dead),
        (Ok(Deletion::Deleted), Look::Gone, false, None, Dead),
        (Ok(Deletion::Deleted), Look::Listed, true, None, Live),
        (Ok(Deletion::Deleted), Look::Strange, true, None, Unknown),
        (Ok(Deletion::Deleted), failed(), true, None, Unknown),
        (Ok(Deletion::Absent), Look::Gone, true, None, Dead),
        (Ok(Deletion::Absent), Look::Gone, false, None, Dead),
        (Ok(Deletion::Absent), Look::Gone, false, Some("2026"), Dead),
        (Ok(Deletion::Absent), Look::Listed, true, None, Live),
        (Ok(Deletion::Absent), failed(), true, None, Unknown),
        (forbidden(), Look::Gone, true, None, Unknown),
        (forbidden(), Look::Listed, true, None, Live),
        (conflict(), Look::Gone, true, None, Dead),
        (conflict(), Look::Gone, false, None, Unknown),
        (conflict(), failed(), true, None, Live),
        (lost(), Look::Gone, true, None, Dead),
        (lost(), Look::Less, true, None, Unknown),
        (conflict(), Look::Less, true, None, Unknown),
        (conflict(), Look::Bare, true, None, Unknown),
        (Ok(Deletion::Deleted), Look::Less, true, None, Dead),
        (Ok(Deletion::Deleted), Look::Bare, true, None, Unknown),
        (Ok(Deletion::Absent), Look::Bare, true, None, Dead),
        (lost(), Look::Gone, false, None, Unknown),
        (lost(), Look::Listed, true, None, Live),
        (lost(), failed(), true, None, Unknown),
        (lost(), Look::Rejected, true, None, Dead),
    ];
    for (answer, look, was_listed, deleted, expect) in table {
        let fate = judge(&key(was_listed, deleted), &answer, &look);
        assert_eq!(fate.state, expect, "{answer:?} {look:?} {was_listed}: {}", fate.why);
    }
}

#[test]
fn the_same_prefix_is_one_key() {
    let wishes = ["ABCD1234", "b10_abcd1234", "ABCD1234"].map(Wish::of_prefix).to_vec();
    let plan = plan(wishes, &Survey::default(), false);
    let prefixes: Vec<_> = plan.keys.iter().map(|key| key.prefix.as_str()).collect();
    assert_eq!(prefixes, ["ABCD1234", "b10_abcd1234"]);
}

#[test]
fn the_own_key_is_left_or_last() {
    let survey = Survey { operator: Some("ABCD1234".to_owned()), ..Survey::default() };
    let wishes = || ["ABCD1234", "b10_abcd1234"].map(Wish::of_prefix).to_vec();
    let without = plan(wishes(), &survey, false);
    assert_eq!((without.keys.len(), without.left.len()), (1, 1));
    let with = plan(wishes(), &survey, true);
    assert_eq!(with.keys.iter().map(|key| key.is_self).collect::<Vec<_>>(), [false, true]);
}
