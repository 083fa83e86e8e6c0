//! Whether leaked keys are live, in two ways: by the inventory that the operator may
//! see, where the leaked secret is sent nowhere, and by a probe with the leaked key
//! itself, only for what the first way left open and only where it was asked for.
//!
//! [`leak`] is what is asked about; a [`Verdict`] is the answer. [`revoke`] ends the life
//! of keys, and [`trail`] remembers that. Nothing is printed here, and no report is written.
//!
//! What is documented of the API, what is inferred from it and what nobody outside of
//! Baseten knows is told apart in `docs/verification.md`, and every rule here is right
//! under each answer that is not known: what is not proven is [`Validity::Unknown`].
//!
//! **Invariant:** a leaked secret is sent to the hosts of a
//! [`Remote`] only, and only where a probe was asked for.

mod document;
mod inventory;
pub mod keys;
pub mod leak;
pub mod prefix;
mod probe;
mod reading;
pub mod revoke;
pub mod rotate;
pub mod trail;

pub use document::read_report;
pub use inventory::{Inventory, Sight};
pub use leak::{Leak, LeakPlace, Leaked, ReportError, Shape, Since};
pub use reading::{Listed, Reading};

use crate::baseten::{Client, Remote, Transport};
use crate::model::{Validity, Verdict};

/// Who is asked, and how.
#[derive(Debug, Clone, Copy)]
pub struct Inquiry<'a> {
    /// What requests are made with.
    pub transport: &'a Transport,
    /// Where Baseten is.
    pub remote: &'a Remote,
    /// The operator's own key, for the inventory.
    pub operator: Option<&'a Client<'a>>,
    /// Whether leaked keys may be sent to see whether they are taken.
    pub probe: bool,
}

/// A verdict for each of `leaks`, in their order. What goes wrong on the way makes a
/// verdict [`Validity::Unknown`], with the reason.
pub fn verify(leaks: &[Leak], inquiry: &Inquiry<'_>) -> Vec<Verdict> {
    let mut validities = match inquiry.operator {
        Some(operator) => inventory::look_up(leaks, operator),
        None => leaks.iter().map(|leak| Validity::Unknown(unnamed(leak).to_owned())).collect(),
    };
    if inquiry.probe {
        probe::probe(leaks, &mut validities, inquiry.transport, inquiry.remote);
    }
    reading::join(leaks, &mut validities);
    let verdict = |(leak, validity): (&Leak, Validity)| Verdict {
        key: leak.key.clone(),
        digest: leak.digest.clone(),
        rule: leak.rule.clone(),
        places: leak.places.clone(),
        validity: match validity {
            Validity::Unknown(reason) if reason.is_empty() => {
                Validity::Unknown("nobody was asked".to_owned())
            }
            other => other,
        },
    };
    leaks.iter().zip(validities).map(verdict).collect()
}

/// Why a key cannot be looked up by its name, if that is so.
fn unnamed(leak: &Leak) -> &'static str {
    match leak.shape() {
        Shape::New | Shape::Old | Shape::Gateway => "",
        Shape::Webhook => {
            "a secret that signs webhooks is no key of the API: no call tells whether it is in use"
        }
        Shape::Other => {
            "what this rule finds is no key of Baseten's API, so that no call of it tells whether it is live"
        }
    }
}
