//! From what leaked and what Baseten knows of it to a plan. Pure: nothing is asked here.
//!
//! **Invariant:** what leaked and is not in the plan is in one of its other lists, with
//! the reason.

use std::collections::{HashMap, HashSet};

use super::super::leak::{Leak, LeakPlace, Shape};
use super::super::prefix::{may_be_same, names, row};
use super::super::trail::Pending;
use super::read::settled;
use super::{LastEvent, Plan, PlannedKey, PrefixShape, Survey, Unplanned};
use crate::baseten::{ApiKey, AuditEvent, Category};
use crate::model::Attribution;

/// What the audit log calls the end of a key.
const DELETED: &str = "API_KEY_DELETED";

/// A key that somebody wants revoked.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Its public name: a prefix, or `sha256:…` for what has none.
    pub key: String,
    /// Where it leaked.
    pub places: Vec<LeakPlace>,
    /// The leak, where it is known from images only, so that its name may be another.
    pub(super) read: Option<Leak>,
    /// How it came here.
    source: Source,
}

/// How a key came into the wishes.
#[derive(Debug, Clone)]
enum Source {
    /// It leaked, and is Baseten's.
    Leak,
    /// It leaked, and whose it is only the inventory can tell.
    Doubtful,
    /// It leaked, and is none that this program revokes; the reason.
    Foreign(&'static str),
    /// The operator named it.
    Named,
    /// A run that was broken off had planned it.
    Resumed { pending: Pending, same_operator: bool },
}

/// How a run that was broken off is gone on with.
#[derive(Debug, Clone, Copy)]
pub struct Again<'a> {
    /// Who revoked then.
    pub operator: Option<&'a str>,
    /// Who revokes now.
    pub now: Option<&'a str>,
}

impl Wish {
    /// What leaked.
    pub fn of_leak(leak: &Leak) -> Self {
        let source = match (leak.shape(), leak.attribution) {
            (Shape::Webhook, _) => Source::Foreign("it signs webhooks, and no call revokes it"),
            (Shape::Other, _) => Source::Foreign("it is no API key that can be named by a prefix"),
            (_, Attribution::Other) => {
                Source::Foreign("another vendor's name is nearer to it than Baseten's")
            }
            (_, Attribution::Baseten) => Source::Leak,
            (_, Attribution::Unknown) => Source::Doubtful,
        };
        let read = leak.reading.is_some().then(|| leak.clone());
        Self { key: leak.key.clone(), places: leak.places.clone(), read, source }
    }

    /// A prefix that the operator names.
    pub fn of_prefix(prefix: &str) -> Self {
        Self { key: prefix.to_owned(), places: Vec::new(), read: None, source: Source::Named }
    }

    /// Whether it is a secret that this program revokes at all.
    pub(super) fn is_foreign(&self) -> bool {
        matches!(self.source, Source::Foreign(_))
    }

    /// What a run that was broken off left.
    pub fn of_trail(pending: &Pending, again: Again<'_>) -> Self {
        let same_operator = again.operator.is_some() && again.operator == again.now;
        let source = Source::Resumed { pending: pending.clone(), same_operator };
        Self { key: pending.key.prefix.clone(), places: Vec::new(), read: None, source }
    }
}

/// What of the wishes would be revoked, and what would break. The key of the operator is
/// a part of it only where `include_self` says so.
pub fn plan(wishes: Vec<Wish>, survey: &Survey, include_self: bool) -> Plan {
    let mut plan = Plan {
        remote: survey.remote.clone(),
        operator: survey.operator.clone(),
        sees_itself: survey.operator.as_ref().is_some_and(|own| row(&survey.keys, own).is_some()),
        seen: seen(survey),
        notes: survey.notes.clone(),
        ..Plan::default()
    };
    let (wishes, misread) = settled(wishes, survey);
    for (wish, why) in misread {
        let list = if matches!(wish.source, Source::Leak) { &mut plan.left } else { &mut plan.passed_over };
        list.push(Unplanned { key: wish.key, why, places: wish.places });
    }
    for wish in joined(wishes) {
        let unplanned =
            |why: &str, wish: Wish| Unplanned { key: wish.key, why: why.to_owned(), places: wish.places };
        let key = match &wish.source {
            Source::Foreign(why) => {
                plan.passed_over.push(unplanned(why, wish));
                continue;
            }
            _ => planned(&wish, survey),
        };
        match key {
            Ok(key) if matches!(wish.source, Source::Doubtful) && !key.listed => {
                plan.passed_over.push(unplanned(
                    "nothing near it names Baseten, and this operator's inventory does not list it",
                    wish,
                ));
            }
            Ok(key) if key.is_self && !include_self && !was_included(&wish) => {
                plan.left.push(unplanned("it is the key that revokes; --include-self revokes it last", wish));
            }
            Ok(key) => plan.keys.push(key),
            Err(why) => plan.left.push(unplanned(why, wish)),
        }
    }
    plan.keys.sort_by_key(|key| key.is_self);
    plan
}

/// What was listed, and where.
fn seen(survey: &Survey) -> HashMap<Option<String>, HashSet<String>> {
    let own = survey.keys.iter().map(|key| key.prefix.clone()).collect();
    let gateway = survey
        .gateway
        .iter()
        .map(|(group, keys)| (Some(group.clone()), keys.iter().map(|key| key.prefix.clone()).collect()));
    [(None, own)].into_iter().chain(gateway).collect()
}

/// Whether the operator agreed before that the own key be revoked.
fn was_included(wish: &Wish) -> bool {
    matches!(&wish.source, Source::Resumed { pending, .. } if pending.key.is_self)
}

/// One wish for each key, in the order of the first: the same prefix may stand before
/// different secrets. The surer source counts.
fn joined(wishes: Vec<Wish>) -> Vec<Wish> {
    let rank = |source: &Source| match source {
        Source::Foreign(_) => 0,
        Source::Doubtful => 1,
        Source::Leak => 2,
        Source::Named | Source::Resumed { .. } => 3,
    };
    let mut all: Vec<Wish> = Vec::new();
    let mut by_key: HashMap<String, usize> = HashMap::new();
    for wish in wishes {
        let at = *by_key.entry(wish.key.clone()).or_insert(all.len());
        let Some(known) = all.get_mut(at) else {
            all.push(wish);
            continue;
        };
        if rank(&wish.source) > rank(&known.source) {
            known.source = wish.source;
        }
        known.read = known.read.take().filter(|_| wish.read.is_some());
        known.places.extend(wish.places);
    }
    all
}

/// What is known of a key that can be revoked, or why it cannot.
fn planned(wish: &Wish, survey: &Survey) -> Result<PlannedKey, &'static str> {
    let prefix = &wish.key;
    let (attempted, was_listed, group) = match &wish.source {
        Source::Resumed { pending, same_operator } => {
            (pending.attempted, pending.key.listed && *same_operator, pending.key.group.clone())
        }
        _ => (false, false, None),
    };
    let mut key = PlannedKey {
        prefix: prefix.clone(),
        listed_as: None,
        group: None,
        listed: false,
        was_listed,
        is_self: survey.operator.as_ref().is_some_and(|own| may_be_same(own, prefix)),
        attempted,
        category: None,
        name: None,
        owner: None,
        team: None,
        models: Vec::new(),
        places: wish.places.clone(),
        reading: wish.read.as_ref().and_then(|leak| leak.reading.clone()),
        last: survey.events.iter().find_map(|event| last(event, prefix)),
        deleted: survey.events.iter().find(|event| is_end(event, prefix)).map(|event| event.created.clone()),
        breaks: String::new(),
    };
    match PrefixShape::of(prefix).ok_or("its name has not the shape of a key's prefix")? {
        PrefixShape::Key => {
            if let Some(entry) = row(&survey.keys, prefix) {
                key.listed = true;
                key.listed_as = Some(entry.prefix.clone());
                key.category = Some(entry.category.clone());
                key.name.clone_from(&entry.name);
                key.owner.clone_from(&entry.owner);
                key.team.clone_from(&entry.team_name);
                key.models = models(entry, survey);
            }
        }
        PrefixShape::Gateway => {
            let named = survey.gateway.as_ref();
            let group = group.or_else(|| named.map(|(group, _)| group.clone()));
            key.group = Some(group.ok_or("it is a key of a gateway: name its group with --gateway-group")?);
            let entries = named.filter(|(name, _)| key.group.as_ref() == Some(name)).map(|(_, keys)| keys);
            if let Some(entry) = entries.into_iter().flatten().find(|entry| entry.prefix == *prefix) {
                key.listed = true;
                key.name.clone_from(&entry.name);
            }
        }
    }
    key.was_listed |= key.listed;
    key.breaks = breaks(&key);
    Ok(key)
}

/// The models of a key, by name where it is known.
fn models(entry: &ApiKey, survey: &Survey) -> Vec<String> {
    let name = |id: &String| {
        let model = survey.models.iter().find(|model| model.id == *id);
        model.map_or_else(|| id.clone(), |model| model.name.clone())
    };
    entry.model_ids.iter().map(name).collect()
}

/// The entry of the audit log, if it is by the key or about it.
fn last(event: &AuditEvent, prefix: &str) -> Option<LastEvent> {
    let is = |name: &Option<String>| name.as_deref().is_some_and(|name| names(name, prefix));
    let is_by_it = is(&event.actor.api_key_prefix);
    (is_by_it || is(&event.subject.api_key_prefix)).then(|| LastEvent {
        time: event.created.clone(),
        what: event.event_type.clone(),
        is_by_it,
    })
}

/// Whether the entry tells of the key's end.
fn is_end(event: &AuditEvent, prefix: &str) -> bool {
    event.event_type == DELETED
        && event.subject.api_key_prefix.as_deref().is_some_and(|name| names(name, prefix))
}

/// What will stop to work without the key.
fn breaks(key: &PlannedKey) -> String {
    let team = key.team.as_ref().map(|team| format!(" of team {team}")).unwrap_or_default();
    let models = match key.models.as_slice() {
        [] => format!("all models{team}"),
        models => format!("the models {}", models.join(", ")),
    };
    if let Some(group) = &key.group {
        return format!("calls through the gateway's group {group} with this key");
    }
    match &key.category {
        Some(Category::Personal) => {
            let owner = key.owner.as_ref().map(|owner| owner.email.as_ref().unwrap_or(&owner.user_id));
            let owner = owner.map(|owner| format!(" of {owner}")).unwrap_or_default();
            format!("programs and logins{owner} that use this key: whatever its user may do")
        }
        Some(Category::ManageAll) => format!("deploying, managing and calling {models} with this key"),
        Some(Category::Invoke) => format!("calls of {models} with this key"),
        Some(Category::ExportMetrics) => format!("the export of metrics of {models} with this key"),
        Some(Category::ManageApiKeys) => "programs that list, make and delete keys with this key".to_owned(),
        Some(Category::Other(_)) => "whatever uses this key; its category is not known here".to_owned(),
        None => "not known: this operator does not see the key".to_owned(),
    }
}
