//! What an answer to a deletion and a look at the inventory say together.
//!
//! A deletion that was answered proves little: the answer may be lost, or come from
//! somebody in between. That the inventory does not list the key afterwards is the proof.
//! Of a key that it never listed, 404 counts as revoked already, as Baseten's Terraform
//! provider has it, and the report says that a key of another workspace is answered so, too.
//!
//! A list that became shorter for another reason shows no key's end: where the answer does
//! not confirm the deletion, the rest of what was listed must still be there.
//!
//! **Invariant:** no answer to a deletion alone says that a key is dead, and no absence
//! from a list that lost others as well does, unless the answer confirms it.

use super::{Fate, PlannedKey, State};
use crate::baseten::{ApiError, Deletion};

/// Why the inventory proves nothing.
const LESS: &str = "the inventory shows less than it did before, or nothing else that would show it whole";

/// What the inventory showed after a deletion was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look {
    /// It does not list the key, and the rest of what it listed before.
    Gone,
    /// It does not list the key, and misses others too, or never listed others.
    Less,
    /// It does not list the key, nor any of the others that it listed before.
    Bare,
    /// It lists the key; of the operator's own: it is answered to it.
    Listed,
    /// It is not answered any more to the operator's own key, which was to be deleted.
    Rejected,
    /// It does not list the operator's key either, and did so before.
    Strange,
    /// It cannot be had.
    Failed(ApiError),
}

/// What is known of the key now.
pub(super) fn judge(key: &PlannedKey, answer: &Result<Deletion, ApiError>, look: &Look) -> Fate {
    let (state, why) = match look {
        Look::Rejected => (State::Dead, "the API does not accept it any more (401)".to_owned()),
        Look::Less | Look::Bare if answer.is_err() => unknown(answer, LESS),
        Look::Bare if matches!(answer, Ok(Deletion::Deleted)) => unproven(answer, LESS),
        Look::Gone | Look::Less | Look::Bare => gone(key, answer),
        Look::Listed => (State::Live, listed(answer)),
        Look::Strange => unproven(answer, LESS),
        Look::Failed(error) => unproven(answer, &error.to_string()),
    };
    Fate { state, why }
}

/// The inventory does not list it.
fn gone(key: &PlannedKey, answer: &Result<Deletion, ApiError>) -> (State, String) {
    let (was, deleted) = (key.was_listed, key.deleted.as_ref());
    match (answer, deleted) {
        (Ok(Deletion::Deleted), _) => (State::Dead, "deleted, and gone from the inventory".to_owned()),
        (Ok(Deletion::Absent), _) if was => {
            (State::Dead, "was deleted already, and is gone from the inventory".to_owned())
        }
        (Ok(Deletion::Absent), Some(time)) => {
            (State::Dead, format!("was deleted already: the audit log has it at {time}"))
        }
        (Ok(Deletion::Absent), None) => {
            // Documented: a key that is absent was revoked already.
            let why = "counts as revoked already: the API knows no such key (404), and this operator's \
                       inventory never listed it; if it may be of another workspace, ask there, too";
            (State::Dead, why.to_owned())
        }
        // Whoever may not do this may have lost the right to see, too.
        (Err(error @ ApiError::Forbidden { .. }), _) => (State::Unknown, error.to_string()),
        (Err(error), _) if was => {
            (State::Dead, format!("gone from the inventory, although the call that deletes failed: {error}"))
        }
        (Err(error), _) => (State::Unknown, error.to_string()),
    }
}

/// The inventory still lists it.
fn listed(answer: &Result<Deletion, ApiError>) -> String {
    match answer {
        Ok(Deletion::Deleted) => "the API says that it deleted it, and still has it".to_owned(),
        Ok(Deletion::Absent) => {
            "the API knows no such key to delete (404), and still has it: this operator may see it only"
                .to_owned()
        }
        Err(error) => error.to_string(),
    }
}

/// Nothing is to be learned from the inventory.
fn unproven(answer: &Result<Deletion, ApiError>, obstacle: &str) -> (State, String) {
    match answer {
        Ok(Deletion::Deleted) => {
            (State::Unknown, format!("the API says that it deleted it; the proof is missing: {obstacle}"))
        }
        Ok(Deletion::Absent) => {
            (State::Unknown, format!("the API knows no such key (404); the proof is missing: {obstacle}"))
        }
        Err(error) if error.had_no_effect() => (State::Live, error.to_string()),
        Err(_) => unknown(answer, obstacle),
    }
}

/// It is not listed, and that may have another reason than its end.
fn unknown(answer: &Result<Deletion, ApiError>, obstacle: &str) -> (State, String) {
    let said = answer.as_ref().err().map(|error| format!("{error}; ")).unwrap_or_default();
    (State::Unknown, format!("{said}what became of it cannot be told: {obstacle}"))
}
