//! The new key: made by whoever may, and seen to work before anything relies on it.
//!
//! Who may make which key is known in part only, so that each key at hand is asked
//! until one is permitted to. A refusal changes nothing.

use std::thread;
use std::time::Duration;

use super::plan::prefix;
use super::{Caller, Event, New, Run};
use crate::baseten::{ApiError, Category, Client};
use crate::model::Secret;

/// How long is waited before a new key is tried again that was not accepted yet.
pub(super) const WAITS: [Duration; 3] =
    [Duration::from_millis(300), Duration::from_secs(1), Duration::from_millis(2500)];

/// What one caller's try came to.
enum Try {
    Made(Secret, Option<String>),
    /// It may not; another may.
    Next(String),
    Failed(ApiError),
}

impl<'t> Run<'_, 't> {
    /// Makes the key.
    pub(super) fn make(&mut self) -> Result<New<'t>, String> {
        let mut refused = Vec::new();
        for at in self.order() {
            let caller = &self.means.callers[at];
            if !self.is_right_user(caller) {
                refused.push(format!("{} belongs to another user than the old key", caller.source));
                continue;
            }
            self.go_on()?;
            self.hands.note(Event::Making)?;
            match self.make_with(caller) {
                Try::Made(secret, name) => return self.made(secret, name),
                Try::Next(why) => refused.push(why),
                Try::Failed(error) => return Err(self.lost(&error)),
            }
        }
        Err(refused.join("; "))
    }

    /// The callers, the one that saw the old key first.
    fn order(&self) -> Vec<usize> {
        let others = (0..self.means.callers.len()).filter(|at| *at != self.plan.by);
        std::iter::once(self.plan.by).chain(others).collect()
    }

    /// A personal key belongs to whoever makes it.
    fn is_right_user(&self, caller: &Caller<'_>) -> bool {
        if caller.is_old || self.plan.row.category != Category::Personal {
            return true;
        }
        let Some(owner) = &self.plan.row.owner else { return false };
        caller.client.me().is_ok_and(|me| me.user_id == owner.user_id)
    }

    fn make_with(&self, caller: &Caller<'_>) -> Try {
        let mut last = None;
        for name in &self.plan.names {
            let new = self.plan.new_key(name.clone());
            match caller.client.create_api_key(self.plan.team.as_deref(), &new) {
                Ok(secret) => return Try::Made(secret, name.clone()),
                Err(error) if is_name(&error) => last = Some(error),
                Err(error @ (ApiError::Unauthorized { .. } | ApiError::Forbidden { .. })) => {
                    return Try::Next(format!("with {}, {error}", caller.source));
                }
                Err(error) => return Try::Failed(error),
            }
        }
        match last {
            Some(error) => Try::Failed(error),
            None => Try::Next(format!("with {}, there is no name to try", caller.source)),
        }
    }

    fn made(&mut self, secret: Secret, name: Option<String>) -> Result<New<'t>, String> {
        let Some(prefix) = prefix(secret.expose()) else {
            let what = "the answer holds a key of an unknown shape".to_owned();
            return Err(self.lost(&ApiError::Malformed { what }));
        };
        // To go on with it would end in the deletion of a key that is in use.
        let is_known =
            secret == *self.means.old || prefix == self.plan.old || self.plan.before.contains(&prefix);
        if is_known {
            let what = format!("the answer holds {prefix}, which is no new key: it was there before");
            return Err(self.lost(&ApiError::Malformed { what }));
        }
        self.outcome.name = name;
        let client = Client::new(self.means.transport, self.means.remote, secret.clone());
        let caller = Caller { client, source: "the new key".to_owned(), is_old: false };
        Ok(New { secret, prefix, caller })
    }

    /// What to say of a try that failed. Where there may be a key that nobody knows,
    /// it is looked for and told, and not deleted: somebody else may have made it.
    fn lost(&mut self, error: &ApiError) -> String {
        if error.had_no_effect() {
            return error.to_string();
        }
        let Ok(keys) = self.means.callers[self.plan.by].client.api_keys() else {
            return format!(
                "{error}; whether a key was made nonetheless is not known, for the inventory cannot be read"
            );
        };
        let is_stray = |prefix: &str| !self.plan.before.contains(prefix);
        let stray = keys.iter().filter(|key| is_stray(&key.prefix) && self.plan.difference(key).is_none());
        let stray: Vec<_> = stray.map(|key| key.prefix.clone()).collect();
        if stray.is_empty() {
            return format!("{error}; the inventory shows that no key was made");
        }
        let told = stray.join(", ");
        self.outcome.left.extend(stray);
        format!("{error}; since then the inventory lists {told}, which may be the key that was made")
    }

    /// How the API shows that the key works and is as the old one is.
    pub(super) fn verify(&self, new: &New<'_>) -> Result<&'static str, String> {
        let mut why = String::new();
        for wait in [None].into_iter().chain(WAITS.map(Some)) {
            if let Some(wait) = wait {
                self.go_on()?;
                thread::sleep(wait);
            }
            let row = self.row_of(new)?;
            let probe = new.caller.client.probe_management();
            match (&probe, row) {
                (Ok(_), false) if self.plan.must_be_listed() => {
                    "no inventory at hand shows which team it belongs to".clone_into(&mut why);
                }
                (Ok(answer), _) if answer.is_documented => return Ok("the API says whose it is"),
                // A key of this category may not ask, which is no reason to doubt it.
                (Ok(answer), true) if answer.status == 403 => {
                    return Ok("the inventory lists it; a key of its category may not ask more");
                }
                // A key that was made just now may be refused a little longer.
                (Ok(answer), _) if matches!(answer.status, 401 | 403 | 404) => {
                    why = format!("the API does not accept it ({})", answer.status);
                }
                (Ok(answer), _) => return Err(format!("the answer does not show it ({})", answer.status)),
                (Err(error), _) => return Err(error.to_string()),
            }
        }
        Err(why)
    }

    /// Whether an inventory lists the new key.
    ///
    /// # Errors
    /// Where it does, and the key is not as the old one.
    fn row_of(&self, new: &New<'_>) -> Result<bool, String> {
        for caller in self.means.callers.iter().chain([&new.caller]) {
            let Ok(keys) = caller.client.api_keys() else { continue };
            if let Some(row) = super::super::prefix::row(&keys, &new.prefix) {
                return match self.plan.difference(row) {
                    None => Ok(true),
                    Some(what) => Err(format!("{what} than that of the old key")),
                };
            }
        }
        Ok(false)
    }
}

/// Whether a name was refused, and another may do.
fn is_name(error: &ApiError) -> bool {
    match error {
        ApiError::Conflict { .. } => true,
        ApiError::Refused { status: 400 | 422, message } => message.to_ascii_lowercase().contains("name"),
        _ => false,
    }
}
