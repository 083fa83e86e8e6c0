//! The plan, and what became of it, for programs: one JSON document, schema 1, described
//! in `docs/revoking.md`.
//!
//! **Invariant:** no secret is written; texts of others are masked, and else are what they were.

use std::io::{self, Write};
use std::path::Path;

use baseleak::render::json::write_value;
use baseleak::verify::LeakPlace;
use baseleak::verify::revoke::{Fate, Plan, PlannedKey, Revocation, State, Unplanned};
use serde::Serialize;

use super::shown::Shown;

/// The version of the format.
const SCHEMA: u32 = 1;

/// What a run came to, and where its trail is.
pub(super) struct Done<'a> {
    pub(super) run: &'a str,
    pub(super) trail: &'a Path,
    pub(super) revocation: &'a Revocation,
    /// Why it ended early.
    pub(super) stopped: Option<String>,
}

#[derive(Serialize)]
struct Document {
    schema: u32,
    tool: Tool,
    plan: WirePlan,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Vec<WireResult>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<String>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct WirePlan {
    remote: String,
    operator: Option<String>,
    keys: Vec<WireKey>,
    left: Vec<WireUnplanned>,
    passed_over: Vec<WireUnplanned>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct WireKey {
    prefix: String,
    gateway_group: Option<String>,
    name: Option<String>,
    category: Option<String>,
    owner: Option<WireOwner>,
    team: Option<String>,
    models: Vec<String>,
    listed: bool,
    is_self: bool,
    attempted: bool,
    places: Vec<WirePlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<WireReading>,
    last_known: Option<WireEvent>,
    breaks: String,
}

/// How it was read, where it is known from images only.
#[derive(Serialize)]
struct WireReading {
    certainty: u8,
    variants: Vec<String>,
}

#[derive(Serialize)]
struct WireOwner {
    user_id: String,
    email: Option<String>,
    name: Option<String>,
}

#[derive(Serialize)]
struct WirePlace {
    path: String,
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<String>,
    commit: Option<String>,
}

#[derive(Serialize)]
struct WireEvent {
    time: String,
    event: String,
    by_key: bool,
}

#[derive(Serialize)]
struct WireUnplanned {
    key: String,
    why: String,
    places: Vec<WirePlace>,
}

#[derive(Serialize)]
struct WireResult {
    prefix: String,
    state: &'static str,
    why: String,
}

#[derive(Serialize)]
struct Summary {
    planned: usize,
    left: usize,
    passed_over: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    dead: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    untried: Option<usize>,
}

/// Writes the plan, and with `done` what became of it, as indented JSON with a final newline.
pub(super) fn write(plan: &Plan, done: Option<&Done<'_>>, out: &mut dyn Write) -> io::Result<()> {
    let shown = &Shown::values();
    let fates = done.map(|done| done.revocation.fates.as_slice());
    let count = |state| fates.map(|fates| fates.iter().filter(|fate| fate.state == state).count());
    let result = |(key, fate): (&PlannedKey, &Fate)| WireResult {
        prefix: key.prefix.clone(),
        state: fate.state.word(),
        why: shown.text(&fate.why),
    };
    let document = Document {
        schema: SCHEMA,
        tool: Tool { name: "baseleak", version: env!("CARGO_PKG_VERSION") },
        plan: WirePlan {
            remote: shown.text(&plan.remote),
            operator: shown.maybe(plan.operator.as_ref()),
            keys: plan.keys.iter().map(|planned| key(planned, shown)).collect(),
            left: unplanned(&plan.left, shown),
            passed_over: unplanned(&plan.passed_over, shown),
            notes: plan.notes.iter().map(|note| shown.text(note)).collect(),
        },
        run: done.map(|done| done.run.to_owned()),
        trail: done.map(|done| shown.text(&done.trail.display().to_string())),
        results: fates.map(|fates| plan.keys.iter().zip(fates).map(result).collect()),
        stopped: done.and_then(|done| done.stopped.as_ref()).map(|why| shown.text(why)),
        summary: Summary {
            planned: plan.keys.len(),
            left: plan.left.len(),
            passed_over: plan.passed_over.len(),
            dead: count(State::Dead),
            live: count(State::Live),
            unknown: count(State::Unknown),
            untried: count(State::Untried),
        },
    };
    write_value(&document, out)
}

fn key(key: &PlannedKey, shown: &Shown) -> WireKey {
    WireKey {
        prefix: key.prefix.clone(),
        gateway_group: shown.maybe(key.group.as_ref()),
        name: shown.maybe(key.name.as_ref()),
        category: key.category.as_ref().map(|category| shown.text(category.word())),
        owner: key.owner.as_ref().map(|owner| WireOwner {
            user_id: shown.text(&owner.user_id),
            email: shown.maybe(owner.email.as_ref()),
            name: shown.maybe(owner.name.as_ref()),
        }),
        team: shown.maybe(key.team.as_ref()),
        models: key.models.iter().map(|model| shown.text(model)).collect(),
        listed: key.listed,
        is_self: key.is_self,
        attempted: key.attempted,
        places: places(&key.places, shown),
        image: key.reading.as_ref().map(|reading| WireReading {
            certainty: reading.certainty,
            variants: reading.variants.iter().map(|name| shown.key(name)).collect(),
        }),
        last_known: key.last.as_ref().map(|event| WireEvent {
            time: shown.text(&event.time),
            event: shown.text(&event.what),
            by_key: event.is_by_it,
        }),
        breaks: shown.text(&key.breaks),
    }
}

fn places(places: &[LeakPlace], shown: &Shown) -> Vec<WirePlace> {
    let place = |place: &LeakPlace| WirePlace {
        path: shown.text(&place.path),
        line: place.line,
        within: shown.maybe(place.within.as_ref()),
        commit: place.commit.clone(),
    };
    places.iter().map(place).collect()
}

fn unplanned(list: &[Unplanned], shown: &Shown) -> Vec<WireUnplanned> {
    let one = |one: &Unplanned| WireUnplanned {
        key: shown.key(&one.key),
        why: one.why.clone(),
        places: places(&one.places, shown),
    };
    list.iter().map(one).collect()
}
