//! Revokes the keys of a plan, one after another, each with its proof.
//!
//! An error of one key leaves the others to be tried; only what holds for all of them
//! stops the run: a key of the operator that is not accepted any more, an inventory that
//! cannot be had, an API that cannot be reached, a trail that cannot be written.
//!
//! **Invariant:** before a key is deleted the trail says so on the disk, and before the
//! next one it says what became of it.

use std::collections::{HashMap, HashSet};
use std::thread;
use std::time::Duration;

use super::super::prefix::names;
use super::super::trail::{Event, PlanLine, Trail, TrailError};
use super::judge::{Look, judge};
use super::{Fate, Plan, PlannedKey, State};
use crate::baseten::{ApiError, Client, Deletion};

/// How often the inventory is asked again where it still lists a key that was deleted.
const LOOKS: u32 = 3;
/// The first wait before that; doubled for each one more.
const PAUSE: Duration = Duration::from_millis(300);

/// Who looks on.
pub trait Watch {
    /// Whether the operator wants no more keys to be revoked.
    fn is_interrupted(&self) -> bool;
    /// A key has got its fate.
    fn ended(&mut self, key: &PlannedKey, fate: &Fate);
}

/// Why a run ended before all keys were tried.
#[derive(Debug)]
pub enum Stop {
    /// The operator wanted it.
    Interrupted,
    /// Nothing more could be done; why, in words.
    Hopeless(String),
    /// The trail could not be written.
    Trail(TrailError),
}

/// What became of a plan.
#[derive(Debug)]
pub struct Revocation {
    /// The fate of each key, in the order of the plan.
    pub fates: Vec<Fate>,
    /// Why it ended early, if it did.
    pub stop: Option<Stop>,
}

/// Revokes the keys of `plan`. `resumes` names the run in the trail that is gone on with.
pub fn execute(
    plan: &Plan,
    client: &Client<'_>,
    trail: &mut Trail,
    resumes: Option<&str>,
    watch: &mut dyn Watch,
) -> Revocation {
    let own = plan.operator.as_deref();
    let (seen, now) = (plan.seen.clone(), plan.seen.clone());
    let mut run = Run { client, trail, own, sees_itself: plan.sees_itself, seen, now };
    let mut fates = Vec::with_capacity(plan.keys.len());
    let stop = run.all(plan, resumes, watch, &mut fates);
    let untried = || Fate { state: State::Untried, why: "it was not its turn yet".to_owned() };
    fates.resize_with(plan.keys.len(), untried);
    Revocation { fates, stop }
}

/// The line that announces a plan.
fn lines(plan: &Plan) -> Vec<PlanLine> {
    let line = |key: &PlannedKey| PlanLine {
        prefix: key.prefix.clone(),
        group: key.group.clone(),
        listed: key.was_listed,
        is_self: key.is_self,
    };
    plan.keys.iter().map(line).collect()
}

/// A run under way.
struct Run<'a, 't> {
    client: &'a Client<'t>,
    trail: &'a mut Trail,
    /// The operator, as the plan names it.
    own: Option<&'a str>,
    /// Whether the inventory lists the operator's own key.
    sees_itself: bool,
    /// What was listed at first, without the keys that this run has proven dead.
    seen: HashMap<Option<String>, HashSet<String>>,
    /// What was listed when it was looked at last.
    now: HashMap<Option<String>, HashSet<String>>,
}

impl Run<'_, '_> {
    fn all(
        &mut self,
        plan: &Plan,
        resumes: Option<&str>,
        watch: &mut dyn Watch,
        fates: &mut Vec<Fate>,
    ) -> Option<Stop> {
        let begun = self.trail.note(Event::Plan { operator: self.own, resumes, keys: &lines(plan) });
        let mut stop = begun.err().map(Stop::Trail);
        for key in &plan.keys {
            if stop.is_none() && watch.is_interrupted() {
                stop = Some(Stop::Interrupted);
            }
            if stop.is_some() {
                break;
            }
            match self.one(key) {
                Ok((fate, reason)) => {
                    watch.ended(key, &fate);
                    fates.push(fate);
                    stop = reason.map(Stop::Hopeless);
                }
                Err((fate, error)) => {
                    fates.push(fate);
                    stop = Some(Stop::Trail(error));
                }
            }
        }
        // What holds for all is nothing to be told of where all were tried.
        let is_whole = fates.len() == plan.keys.len();
        let is_over = is_whole && !matches!(stop, Some(Stop::Trail(_)));
        let what = match &stop {
            Some(Stop::Interrupted) => "interrupted",
            Some(_) if !is_over => "stopped",
            _ if fates.iter().all(|fate| fate.state == State::Dead) => "done",
            _ => "incomplete",
        };
        let ended = self.trail.note(Event::End { what });
        if is_over { ended.err().map(Stop::Trail) } else { stop }
    }

    /// Deletes a key and looks what became of it. With its fate comes the reason to stop,
    /// or why the trail could not be written.
    fn one(&mut self, key: &PlannedKey) -> Result<(Fate, Option<String>), (Fate, TrailError)> {
        let prefix = key.prefix.as_str();
        let torn = |state, error| {
            let why = "the trail could not be written".to_owned();
            (Fate { state, why }, error)
        };
        let is_early = key.listed && !self.now.get(&key.group).is_some_and(|now| now.contains(prefix));
        self.trail.note(Event::Attempt { prefix }).map_err(|error| torn(State::Untried, error))?;
        let answer = match &key.group {
            Some(group) => self.client.delete_gateway_key(group, prefix),
            None => self.client.delete_api_key(key.address()),
        };
        let (what, why) = match &answer {
            Ok(Deletion::Deleted) => ("deleted", None),
            Ok(Deletion::Absent) => ("absent", None),
            Err(error) => ("failed", Some(error.to_string())),
        };
        let noted = self.trail.note(Event::Outcome { prefix, what, why: why.as_deref() });
        noted.map_err(|error| torn(State::Unknown, error))?;
        let look = self.look_again(key, &answer);
        let mut fate = judge(key, &answer, &look);
        if is_early && look != Look::Listed {
            fate.why.push_str("; it vanished from the inventory before its deletion was asked for");
        }
        if let Some(seen) = self.seen.get_mut(&key.group).filter(|_| fate.state == State::Dead) {
            seen.remove(prefix);
        }
        let noted = self.trail.note(Event::Proof { prefix, what: fate.state.word(), why: &fate.why });
        noted.map_err(|error| (fate.clone(), error))?;
        let reason = hopeless(key, &answer, &look);
        Ok((fate, reason))
    }

    /// Looks, and again where the inventory may be behind the deletion.
    fn look_again(&mut self, key: &PlannedKey, answer: &Result<Deletion, ApiError>) -> Look {
        let mut look = self.look(key);
        let may_follow = answer.as_ref().map_or_else(|error| !error.had_no_effect(), |_| true);
        for again in 0..LOOKS {
            if look != Look::Listed || !may_follow {
                break;
            }
            thread::sleep(PAUSE * (1 << again));
            look = self.look(key);
        }
        look
    }

    fn look(&mut self, key: &PlannedKey) -> Look {
        let list = match &key.group {
            Some(group) => {
                let keys = self.client.gateway_keys(group);
                keys.map(|keys| keys.into_iter().map(|key| key.prefix).collect::<HashSet<_>>())
            }
            None => self.client.api_keys().map(|keys| keys.into_iter().map(|key| key.prefix).collect()),
        };
        let is_self = key.is_self && key.group.is_none();
        match list {
            // Whoever is answered is not dead.
            Ok(_) if is_self => Look::Listed,
            Err(ApiError::Unauthorized { .. }) if is_self => Look::Rejected,
            Ok(now) => {
                let look = self.compared(key, &now);
                self.now.insert(key.group.clone(), now);
                look
            }
            Err(error) => Look::Failed(error),
        }
    }

    /// What a list says of the key, beside the first one.
    fn compared(&self, key: &PlannedKey, now: &HashSet<String>) -> Look {
        if now.iter().any(|other| key.is(other)) {
            return Look::Listed;
        }
        let own = self.own.filter(|_| self.sees_itself && key.group.is_none());
        if own.is_some_and(|own| !now.iter().any(|other| names(other, own))) {
            return Look::Strange;
        }
        let seen = self.seen.get(&key.group);
        // A list of nothing but one's own key is what somebody sees who may see no others.
        let is_witness = |other: &&String| !key.is(other) && own.is_none_or(|own| !names(other, own));
        let mut rest = seen.into_iter().flatten().filter(is_witness).peekable();
        let is_alone = rest.peek().is_none();
        let (there, missing): (Vec<_>, Vec<_>) = rest.partition(|other| now.contains(*other));
        match (is_alone, there.is_empty(), missing.is_empty()) {
            (true, ..) => Look::Less,
            (_, true, _) => Look::Bare,
            (_, _, true) if seen.is_some_and(|seen| seen.iter().any(|other| key.is(other))) => Look::Gone,
            _ => Look::Less,
        }
    }
}

/// Why no other key need be tried, if that is so.
fn hopeless(key: &PlannedKey, answer: &Result<Deletion, ApiError>, look: &Look) -> Option<String> {
    let Look::Failed(look) = look else { return None };
    let is_cut = |error: &ApiError| {
        matches!(error, ApiError::Connect { .. } | ApiError::Tls { .. } | ApiError::TimedOut)
    };
    match (look, answer) {
        (ApiError::Unauthorized { .. }, _) => {
            Some("the API does not accept the operator's key any more (401)".to_owned())
        }
        (ApiError::Forbidden { .. }, _) if key.group.is_none() => {
            Some("the operator's key may not read the inventory any more (403)".to_owned())
        }
        (look, Err(answer)) if is_cut(look) && is_cut(answer) => {
            Some(format!("the API cannot be reached: {look}"))
        }
        _ => None,
    }
}
