//! Deleting: the old key when the new one is in place, or the new one when it is not.
//!
//! **Invariant:** nothing is called dead but what an inventory that lists its like
//! does not list any more, or what the API refuses while it accepts the new key.

use std::thread;

use super::super::prefix::row;
use super::make::WAITS;
use super::{Caller, Event, InPlace, New, Run, Step};
use crate::baseten::{Client, Deletion};

/// Whether a key is dead.
enum Proof {
    Dead(&'static str),
    NotYet(String),
}

impl Run<'_, '_> {
    /// Revokes the old key; how it was proven dead.
    pub(super) fn revoke(&mut self, new: &New<'_>) -> Result<&'static str, String> {
        let old = self.plan.old.clone();
        let callers = self.means.callers;
        let others = callers.iter().filter(|caller| !caller.is_old);
        // The old key comes last: to delete itself may be permitted, and may not.
        let order = [&new.caller].into_iter().chain(others).chain(callers.iter().filter(|c| c.is_old));
        let mut refused: Vec<String> = Vec::new();
        for caller in order {
            let why = match self.delete(caller, &old)? {
                // What another may see can be absent for this one.
                Ok(_) => None,
                Err((why, true)) => {
                    refused.push(why);
                    continue;
                }
                Err((why, false)) => Some(why),
            };
            match self.proof(new) {
                Proof::Dead(how) => {
                    // It is dead whether or not that could be noted.
                    drop(self.hands.note(Event::Proven(&old)));
                    return Ok(how);
                }
                Proof::NotYet(what) => refused.push(why.map_or(what.clone(), |why| format!("{why}; {what}"))),
            }
        }
        Err(refused.join("; "))
    }

    /// Deletes a key. The inner error says why not, and whether that is certain; the
    /// outer one that nothing may be done for want of a record.
    fn delete(
        &mut self,
        caller: &Caller<'_>,
        prefix: &str,
    ) -> Result<Result<Deletion, (String, bool)>, String> {
        self.hands.note(Event::Deleting(prefix))?;
        // As the inventory writes the old one.
        let is_bare = self.plan.row.prefix != self.plan.old;
        let address = prefix.strip_prefix("b10_").filter(|_| is_bare).unwrap_or(prefix);
        let answer = caller.client.delete_api_key(address);
        let event = match &answer {
            Ok(Deletion::Deleted) => Event::Deleted(prefix, true),
            Ok(Deletion::Absent) => Event::Deleted(prefix, false),
            Err(_) => Event::NotDeleted(prefix),
        };
        self.hands.note(event)?;
        Ok(answer.map_err(|error| (format!("with {}, {error}", caller.source), error.had_no_effect())))
    }

    /// Whether the old key is dead. A key that was deleted just now may be accepted a
    /// little longer.
    fn proof(&self, new: &New<'_>) -> Proof {
        let mut proof = self.proof_now(new);
        for wait in WAITS {
            if matches!(proof, Proof::Dead(_)) {
                break;
            }
            thread::sleep(wait);
            proof = self.proof_now(new);
        }
        proof
    }

    fn proof_now(&self, new: &New<'_>) -> Proof {
        let client = Client::new(self.means.transport, self.means.remote, self.means.old.clone());
        let probe = client.probe_management();
        if probe.as_ref().is_ok_and(|answer| answer.is_documented) {
            return Proof::NotYet("the API still accepts the old key".to_owned());
        }
        let is_refused = probe.is_ok_and(|answer| answer.status == 401);
        let others = self.means.callers.iter().filter(|caller| !caller.is_old);
        for caller in [&new.caller].into_iter().chain(others) {
            let Ok(keys) = caller.client.api_keys() else { continue };
            let has = |prefix: &str| row(&keys, prefix).is_some();
            if has(&self.plan.old) {
                return Proof::NotYet("the inventory still lists the old key".to_owned());
            }
            // A list that shows the new key would show the old one, which is its like.
            if has(&new.prefix) {
                return Proof::Dead(if is_refused {
                    "the inventory lists it no more, and the API refuses it"
                } else {
                    "the inventory lists it no more"
                });
            }
        }
        if is_refused && new.caller.client.probe_management().is_ok_and(|answer| answer.is_documented) {
            return Proof::Dead("the API refuses it, and accepts the new one");
        }
        Proof::NotYet("no inventory at hand shows whether the old key is gone".to_owned())
    }

    /// Deletes the new key again after `step` failed, if the file does not hold it.
    /// What is said of the failure.
    pub(super) fn take_back(&mut self, new: &New<'_>, step: Step, why: String) -> (Step, String) {
        match self.in_place(Some(&new.secret)) {
            InPlace::Old | InPlace::Other => {}
            // Either key may be in use, so that none of them may go.
            InPlace::New | InPlace::Unknown => {
                self.outcome.left.push(new.prefix.clone());
                return (step, why);
            }
        }
        let mut reasons = Vec::new();
        for caller in self.means.callers.iter().chain([&new.caller]) {
            match self.delete(caller, &new.prefix) {
                Ok(Ok(_)) => {}
                Ok(Err((reason, _))) => reasons.push(reason),
                Err(reason) => {
                    reasons.push(reason);
                    break;
                }
            }
            if self.is_gone(new) {
                drop(self.hands.note(Event::Proven(&new.prefix)));
                return (step, why);
            }
        }
        self.outcome.left.push(new.prefix.clone());
        if !reasons.is_empty() {
            return (
                step,
                format!("{why}; and the new key could not be deleted again: {}", reasons.join("; ")),
            );
        }
        (step, why)
    }

    /// Whether an inventory that lists the old key does not list the new one.
    fn is_gone(&self, new: &New<'_>) -> bool {
        self.means.callers.iter().any(|caller| {
            let Ok(keys) = caller.client.api_keys() else { return false };
            let has = |prefix: &str| row(&keys, prefix).is_some();
            has(&self.plan.old) && !has(&new.prefix)
        })
    }
}
