//! The inventory of keys, joined with what leaked and with the audit log.
//!
//! The API tells neither when a key was made nor when it was used last. The audit log
//! has actions of management, and no call of a model: a key without an entry may be
//! in use all day. So there is nothing here that is called unused, and where the log
//! cannot be read, or does not reach back far enough, the answer is unknown.
//!
//! It prints nothing, and texts of the API are not cleaned.

use std::collections::HashMap;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::prefix::{may_be_same, row};
use super::{Leak, LeakPlace, Listed, Since};
use crate::baseten::{ApiError, ApiKey, AuditEvent, Category, Client, Model};

/// The newest entries of the audit log.
#[derive(Debug)]
pub struct Log {
    /// The entries, the newest first; or why there are none.
    events: Result<Vec<AuditEvent>, ApiError>,
}

/// What is known of the last action of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastAction {
    /// The newest entry of the log that was done with it.
    Known {
        /// When, as the API writes it.
        at: String,
        /// When, in seconds since 1970; none where that cannot be read.
        seconds: Option<i64>,
        /// What was done, in the API's word.
        what: String,
    },
    /// None in the part of the log that was looked at, which begins then.
    NoneSince {
        /// When the oldest entry was made, as the API writes it.
        at: String,
        /// The same in seconds since 1970; none where that cannot be read.
        seconds: Option<i64>,
    },
    /// The log cannot be read, or has no entry at all.
    Unknown,
}

/// A key of the inventory, and all that is known of it.
#[derive(Debug, Clone)]
pub struct Row {
    /// What the inventory says.
    pub key: ApiKey,
    /// The models that it is limited to: ids, with names where they are known.
    pub models: Vec<(String, Option<String>)>,
    /// Where it leaked.
    pub places: Vec<LeakPlace>,
    /// The first commit that carries it, where a history was read.
    pub since: Option<Since>,
    /// What it did last.
    pub last: LastAction,
}

/// Whether a key did something since a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acted {
    /// The log has an action since then.
    Yes,
    /// The log reaches back that far and has none.
    No,
    /// The log does not tell.
    Unknown,
}

/// Which keys are wanted; those that fit all that is given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// A category, with or without `WORKSPACE_`.
    pub category: Option<&'a str>,
    /// The name of a team.
    pub team: Option<&'a str>,
    /// Address, name or id of the owner.
    pub owner: Option<&'a str>,
    /// No action since then, in seconds since 1970, as far as is known.
    pub idle_since: Option<i64>,
}

/// The order of rows; of those that are alike the prefix decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the column that it sorts by")]
pub enum Order {
    Prefix,
    Name,
    Category,
    Team,
    Owner,
    /// Keys without a known action first, then from the oldest on.
    LastAction,
}

impl Log {
    /// The newest `limit` entries.
    pub fn read(client: &Client<'_>, limit: usize) -> Self {
        Self { events: client.audit_logs(limit) }
    }

    /// Why it cannot be read.
    pub fn problem(&self) -> Option<&ApiError> {
        self.events.as_ref().err()
    }

    /// When its oldest entry was made, as the API writes it.
    pub fn begins(&self) -> Option<&str> {
        self.events.as_ref().ok()?.last().map(|event| event.created.as_str())
    }

    /// What each key did last, by its prefix.
    fn last(&self) -> HashMap<&str, &AuditEvent> {
        let mut last = HashMap::new();
        for event in self.events.as_deref().unwrap_or_default() {
            if let Some(prefix) = &event.actor.api_key_prefix {
                last.entry(prefix.as_str()).or_insert(event);
            }
        }
        last
    }
}

impl Row {
    /// Whether the key did something since `moment`, in seconds since 1970.
    pub fn acted_since(&self, moment: i64) -> Acted {
        match &self.last {
            LastAction::Known { seconds: Some(seconds), .. } if *seconds >= moment => Acted::Yes,
            LastAction::Known { seconds: Some(_), .. } => Acted::No,
            LastAction::NoneSince { seconds: Some(begins), .. } if *begins <= moment => Acted::No,
            _ => Acted::Unknown,
        }
    }

    /// Whose it is, as the API says it.
    pub fn owner(&self) -> Option<&str> {
        let owner = self.key.owner.as_ref()?;
        Some(owner.email.as_deref().or(owner.name.as_deref()).unwrap_or(&owner.user_id))
    }

    fn fits(&self, filter: &Filter<'_>) -> bool {
        let is =
            |text: Option<&str>, wanted: &str| text.is_some_and(|text| text.eq_ignore_ascii_case(wanted));
        let is_owner = |wanted| {
            self.key.owner.as_ref().is_some_and(|owner| {
                [owner.email.as_deref(), owner.name.as_deref(), Some(owner.user_id.as_str())]
                    .into_iter()
                    .any(|text| is(text, wanted))
            })
        };
        filter.category.is_none_or(|wanted| is_category(&self.key.category, wanted))
            && filter.team.is_none_or(|wanted| is(self.key.team_name.as_deref(), wanted))
            && filter.owner.is_none_or(is_owner)
            && filter.idle_since.is_none_or(|moment| self.acted_since(moment) != Acted::Yes)
    }
}

fn is_category(category: &Category, wanted: &str) -> bool {
    let word = category.word();
    let short = word.strip_prefix("WORKSPACE_").unwrap_or(word);
    word.eq_ignore_ascii_case(wanted) || short.eq_ignore_ascii_case(wanted)
}

/// Joins keys with the names of models, with what leaked and with the log.
pub fn rows(keys: &[ApiKey], models: &[Model], leaks: &[Leak], log: &Log) -> Vec<Row> {
    let last = log.last();
    let last_of = |prefix: &str| {
        let other = last.iter().find(|(other, _)| may_be_same(other, prefix));
        last.get(prefix).copied().or(other.map(|(_, event)| *event))
    };
    let names: HashMap<_, _> = models.iter().map(|model| (model.id.as_str(), model.name.as_str())).collect();
    let seconds = |at: &str| OffsetDateTime::parse(at, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp);
    let of_key = |key: &ApiKey| {
        let leaked: Vec<_> = leaks
            .iter()
            .filter(|leak| {
                let is = |name: &str| row(keys, name).is_some_and(|row| row.prefix == key.prefix);
                leak.prefixes().any(is)
            })
            .collect();
        let known = |event: &&AuditEvent| LastAction::Known {
            at: event.created.clone(),
            seconds: seconds(&event.created),
            what: event.event_type.clone(),
        };
        let none = || {
            log.begins().map_or(LastAction::Unknown, |at| LastAction::NoneSince {
                at: at.to_owned(),
                seconds: seconds(at),
            })
        };
        Row {
            models: key
                .model_ids
                .iter()
                .map(|id| (id.clone(), names.get(id.as_str()).map(|name| (*name).to_owned())))
                .collect(),
            places: leaked.iter().flat_map(|leak| leak.places.clone()).collect(),
            since: leaked.iter().find_map(|leak| leak.since.clone()),
            last: last_of(&key.prefix).as_ref().map_or_else(none, known),
            key: key.clone(),
        }
    };
    keys.iter().map(of_key).collect()
}

/// The rows that fit, in order.
pub fn select(mut rows: Vec<Row>, filter: &Filter<'_>, order: Order) -> Vec<Row> {
    rows.retain(|row| row.fits(filter));
    let text = |text: Option<&str>| text.unwrap_or_default().to_lowercase();
    rows.sort_by_cached_key(|row| {
        let by = match order {
            Order::Prefix => String::new(),
            Order::Name => text(row.key.name.as_deref()),
            Order::Category => row.key.category.word().to_owned(),
            Order::Team => text(row.key.team_name.as_deref()),
            Order::Owner => text(row.owner()),
            Order::LastAction => match &row.last {
                LastAction::Known { seconds: Some(seconds), .. } => format!("{seconds:020}"),
                _ => String::new(),
            },
        };
        (by, row.key.prefix.clone())
    });
    rows
}

/// Leaked keys with a prefix that no key of the inventory has.
pub fn unlisted<'l>(keys: &[ApiKey], leaks: &'l [Leak]) -> Vec<&'l str> {
    let is_unlisted = |leak: &&Leak| leak.listed(keys) == Listed::None;
    leaks.iter().filter(is_unlisted).filter_map(Leak::prefix).collect()
}

/// Keys of the inventory of which one was read in an image, and nobody knows which; the names
/// of each such group.
pub fn ambiguous<'l>(keys: &[ApiKey], leaks: &'l [Leak]) -> Vec<Vec<&'l str>> {
    let several = leaks.iter().filter_map(|leak| match leak.listed(keys) {
        Listed::Several(names) => Some(names),
        Listed::None | Listed::One(_) => None,
    });
    several.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(prefix: &str, created: &str) -> AuditEvent {
        serde_json::from_value(serde_json::json!({
            "id": "e", "created": created, "event_type": "X",
            "actor": { "type": "API_KEY", "api_key_prefix": prefix },
        }))
        .expect("it is an entry")
    }

    fn row(events: Result<Vec<AuditEvent>, ApiError>) -> Row {
        let key = serde_json::json!({ "prefix": "mine", "type": "PERSONAL" });
        let key = serde_json::from_value(key).expect("it is a key");
        rows(&[key], &[], &[], &Log { events }).remove(0)
    }

    /// 2026-11-10.
    const MOMENT: i64 = 1_794_268_800;

    #[track_caller]
    fn check(events: &[(&str, &str)], expect: Acted) {
        let events = events.iter().map(|(prefix, created)| event(prefix, created)).collect();
        assert_eq!(row(Ok(events)).acted_since(MOMENT), expect);
    }

    #[test]
    fn what_the_log_does_not_reach_is_unknown() {
        let (before, after) = ("2026-11-01T00:00:00Z", "2026-11-20T00:00:00.5+00:00");
        check(&[("mine", after)], Acted::Yes);
        check(&[("other", after), ("mine", before)], Acted::No);
        check(&[("mine", after), ("mine", before)], Acted::Yes);
        check(&[("other", after), ("other", before)], Acted::No);
        check(&[("other", after)], Acted::Unknown);
        check(&[("mine", "yesterday")], Acted::Unknown);
        check(&[("other", "yesterday")], Acted::Unknown);
        check(&[], Acted::Unknown);
        let forbidden = ApiError::Forbidden { message: String::new() };
        assert_eq!(row(Err(forbidden)).acted_since(MOMENT), Acted::Unknown);
    }

    #[test]
    fn categories_go_by_their_short_names_too() {
        for (wanted, expect) in
            [("WORKSPACE_INVOKE", true), ("invoke", true), ("workspace", false), ("PERSONAL", false)]
        {
            assert_eq!(is_category(&Category::Invoke, wanted), expect, "{wanted}");
        }
    }
}
