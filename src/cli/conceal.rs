//! What every text of somebody else passes through on its way in: those of the API as
//! they are parsed, and those of a report as it is read.
//!
//! Characters that do not show stay: each form of output makes them visible in its own way.
//!
//! **Invariant:** what the rules of a scan would find in such a text is masked, whatever
//! command shows it.

use std::sync::LazyLock;

use anyhow::{Context as _, Result};
use baseleak::baseten::{Timeouts, Transport};
use baseleak::detect::Detector;
use baseleak::rules::RuleSet;
use baseleak::verify::Leaked;

/// The rules are always those of this program, for what is masked is nobody's choice.
static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::builtin()));

/// A text with what could be a key masked.
pub(crate) fn concealed(text: &str) -> String {
    DETECTOR.concealed(text)
}

/// What every request is made with.
///
/// # Errors
/// Where the environment names a proxy that cannot be used.
pub(crate) fn transport() -> Result<Transport> {
    let transport = Transport::new(&Timeouts::default()).context("cannot prepare to ask Baseten")?;
    Ok(transport.masking(concealed))
}

/// The texts of a report; the names of keys were looked at as it was read.
pub(crate) fn clean(leaked: &mut Leaked) {
    let clean = |text: &mut String| *text = concealed(text);
    for leak in &mut leaked.leaks {
        clean(&mut leak.digest);
        clean(&mut leak.rule);
        for place in &mut leak.places {
            clean(&mut place.path);
            place.commit.iter_mut().chain(&mut place.within).for_each(clean);
        }
        if let Some(since) = &mut leak.since {
            clean(&mut since.commit);
            clean(&mut since.date);
            clean(&mut since.author);
        }
    }
}
