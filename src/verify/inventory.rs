//! The way that sends no leaked secret: leaked prefixes are looked up in the inventory
//! that the operator's own key may see.
//!
//! What is listed is live: the API lists keys that were not revoked. What is not listed
//! is *not* therefore dead. The list holds the caller's personal keys and the keys that
//! the caller may manage; other members' personal keys are there for administrators of
//! the organisation only, keys of other organisations for nobody, and keys of gateways
//! not at all. So a missing key is unknown, unless the audit log tells that a key of
//! this prefix was deleted: prefixes are unique, and a deleted key does not come back.

use std::collections::{BTreeSet, HashMap};

use super::prefix::names;
use super::reading::{Listed, and};
use super::{Leak, Shape, unnamed};
use crate::baseten::{ApiError, ApiKey, AuditEvent, Category, Client};
use crate::model::{Death, Proof, Reach, ReachedModel, Validity};

/// How many events of the audit log are looked through for a deletion.
const EVENTS: usize = 1000;

/// How far the operator sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Personal keys of several people are listed, as only administrators see them.
    Others,
    /// Nothing shows that it is more than what belongs to the operator.
    Own,
}

/// The inventory as one caller sees it.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    keys: Vec<ApiKey>,
    /// Names of models by their ids, as far as the caller may see them.
    models: HashMap<String, String>,
}

impl Inventory {
    /// Asks for it. That models have no names is no error.
    ///
    /// # Errors
    /// Where the list of keys cannot be had.
    pub fn ask(caller: &Client<'_>) -> Result<Self, ApiError> {
        let keys = caller.api_keys()?;
        let is_limited = keys.iter().any(|key| !key.model_ids.is_empty());
        let models = if is_limited { caller.models().unwrap_or_default() } else { Vec::new() };
        Ok(Self { keys, models: models.into_iter().map(|model| (model.id, model.name)).collect() })
    }

    /// Under which of its names it lists a key.
    fn listed<'l>(&self, leak: &'l Leak) -> Listed<'l> {
        leak.listed(&self.keys)
    }

    /// What the inventory says of a prefix; none where it is not listed.
    pub fn reach(&self, prefix: &str) -> Option<Reach> {
        let key = super::prefix::row(&self.keys, prefix)?;
        let model = |id: &String| ReachedModel { id: id.clone(), name: self.models.get(id).cloned() };
        Some(Reach {
            category: Some(key.category.to_string()),
            may: may(&key.category),
            name: key.name.clone(),
            owner: key.owner.as_ref().map(|owner| {
                let known = [owner.name.clone(), owner.email.as_ref().map(|email| format!("<{email}>"))];
                let known: Vec<String> = known.into_iter().flatten().collect();
                if known.is_empty() { owner.user_id.clone() } else { known.join(" ") }
            }),
            team: key.team_name.clone(),
            models: key.model_ids.iter().map(model).collect(),
            ..Reach::of(Proof::Inventory)
        })
    }

    /// How far the caller sees, as far as the list itself shows it.
    pub fn sight(&self) -> Sight {
        let owners = self.keys.iter().filter_map(|key| Some(&key.owner.as_ref()?.user_id));
        if owners.collect::<BTreeSet<_>>().len() > 1 { Sight::Others } else { Sight::Own }
    }
}

/// A verdict for each of `leaks` by the inventory; what it does not settle is unknown,
/// with what was seen.
pub(super) fn look_up(leaks: &[Leak], operator: &Client<'_>) -> Vec<Validity> {
    let unknown = |reason: &str| Validity::Unknown(reason.to_owned());
    if leaks.iter().all(|leak| leak.prefix().is_none()) {
        return leaks.iter().map(|leak| unknown(unnamed(leak))).collect();
    }
    let inventory = Inventory::ask(operator);
    let listed = |leak: &Leak| {
        let (Ok(inventory), Some(prefix)) = (&inventory, leak.prefix()) else { return None };
        match (inventory.listed(leak), leak.reading.is_some()) {
            (Listed::One(name), true) => {
                let reach = inventory.reach(name)?;
                Some(Reach { read_as: Some(name.to_owned()), ..reach })
            }
            (_, true) => None,
            (_, false) => inventory.reach(prefix),
        }
    };
    let reaches: Vec<Option<Reach>> = leaks.iter().map(listed).collect();
    // A deletion under a name that may be misread proves nothing.
    let is_open = |(leak, reach): (&Leak, &Option<Reach>)| {
        reach.is_none() && leak.prefix().is_some() && leak.reading.is_none()
    };
    let deletions = match &inventory {
        Ok(_) if leaks.iter().zip(&reaches).any(is_open) => deletions(operator),
        _ => HashMap::new(),
    };
    let judge = |(leak, reach): (&Leak, Option<Reach>)| {
        let Some(prefix) = leak.prefix() else { return unknown(unnamed(leak)) };
        match (&inventory, reach) {
            (_, Some(reach)) => Validity::Active(reach),
            (Err(error), None) => Validity::Unknown(format!("the inventory cannot be read: {error}")),
            (Ok(inventory), None) if leak.reading.is_some() => Validity::Unknown(misread(leak, inventory)),
            (Ok(inventory), None) => match deletions.iter().find(|(deleted, _)| names(deleted, prefix)) {
                Some((_, death)) => Validity::Inactive(death.clone()),
                None => unknown(missing(leak.shape(), inventory.sight())),
            },
        }
    };
    leaks.iter().zip(reaches).map(judge).collect()
}

/// Why it is not known which key an image shows.
fn misread(leak: &Leak, inventory: &Inventory) -> String {
    let readings = leak.prefixes().count();
    match inventory.listed(leak) {
        Listed::Several(names) => format!(
            "read in an image only, and it may be {}: this workspace's inventory lists all of these",
            and(&names)
        ),
        _ if readings > 1 => format!(
            "read in an image only, and none of its {readings} readings is in this workspace's inventory as this \
             operator sees it: it was misread, was revoked, or belongs to somebody else"
        ),
        _ => "read in an image only, and not in this workspace's inventory as this operator sees it: it was \
              misread, was revoked, or belongs to somebody else"
            .to_owned(),
    }
}

/// What it means that a key is not listed.
fn missing(shape: Shape, sight: Sight) -> &'static str {
    match (shape, sight) {
        (Shape::Gateway, _) => "not in this workspace's inventory, which does not list keys of gateways",
        (_, Sight::Others) => {
            "not in this workspace's inventory, in which this operator sees personal keys of several members: \
             it was revoked, or belongs to another workspace"
        }
        (_, Sight::Own) => {
            "not in this workspace's inventory as this operator sees it: it was revoked, is another member's \
             personal key, or belongs to another workspace"
        }
    }
}

/// The prefixes that the audit log says were deleted. Not everybody may read it, and
/// nothing follows from that.
fn deletions(operator: &Client<'_>) -> HashMap<String, Death> {
    let events = operator.audit_logs(EVENTS).unwrap_or_default();
    let death = |AuditEvent { event_type, subject, created, actor, .. }: AuditEvent| {
        let prefix = subject.api_key_prefix.filter(|_| event_type == "API_KEY_DELETED")?;
        let by = actor.email.or(actor.api_key_name).or(actor.api_key_prefix);
        Some((prefix, Death::Deleted { when: created, by }))
    };
    events.into_iter().filter_map(death).collect()
}

/// What a category may do, in words; nothing of one that came later than this program.
fn may(category: &Category) -> Option<&'static str> {
    Some(match category {
        Category::Personal => "may do whatever its owner may",
        Category::ManageAll => "manages and calls everything in its team",
        Category::Invoke => "calls models",
        Category::ExportMetrics => "reads metrics of models",
        Category::ManageApiKeys => "lists, makes and deletes keys",
        Category::Other(_) => return None,
    })
}
