//! What was found out about leaked keys: for a person, and as JSON of its own where no
//! scan was made. In a report of a scan the same stands with the findings.
//!
//! It decides nothing: what is live, and what that rests on, the verdicts say.
//!
//! **Invariant:** every text of a report or of the API passes through [`sanitise`], or
//! is escaped as JSON.

use std::io::{self, Write};

use colored::{ColoredString, Colorize};

use super::terminal::{name, sanitise};
use crate::model::{Death, LeakPlace, Proof, Reach, ReachedModel, Validity, Verdict};

/// How many places of a key are listed before the rest is only counted.
const LISTED: usize = 5;

/// How many keys are live, are not, and how many nobody knows of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerdictTally {
    /// Live keys.
    pub active: usize,
    /// Keys that are proven dead.
    pub inactive: usize,
    /// Keys of which nothing is proven.
    pub unknown: usize,
}

impl VerdictTally {
    /// Counts.
    pub fn of(verdicts: &[Verdict]) -> Self {
        let mut tally = Self::default();
        for verdict in verdicts {
            *match verdict.validity {
                Validity::Active(_) => &mut tally.active,
                Validity::Inactive(_) => &mut tally.inactive,
                Validity::Unknown(_) => &mut tally.unknown,
            } += 1;
        }
        tally
    }
}

impl std::fmt::Display for VerdictTally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { active, inactive, unknown } = self;
        write!(f, "{active} active, {inactive} inactive, {unknown} unknown")
    }
}

/// Writes a block for each of `verdicts`, and the totals as the last line. Fails only
/// where `out` does.
pub fn write_human(verdicts: &[Verdict], out: &mut dyn Write) -> io::Result<()> {
    for Verdict { key, rule, places, validity, .. } in verdicts {
        writeln!(out, "{} {} {}", sanitise(key).bold(), word(validity), sanitise(rule))?;
        writeln!(out, "  = {}", sanitise(&told(validity)))?;
        for place in places.iter().take(LISTED) {
            writeln!(out, "  @ {}", sanitise(&where_it_is(place)))?;
        }
        if let Some(more) = places.len().checked_sub(LISTED).filter(|&more| more > 0) {
            writeln!(out, "  and {more} more places")?;
        }
        writeln!(out)?;
    }
    if verdicts.is_empty() {
        return writeln!(out, "{}", "the report holds no keys".green().bold());
    }
    let tally = VerdictTally::of(verdicts);
    let line = format!("{} key{}: {tally}", verdicts.len(), if verdicts.len() == 1 { "" } else { "s" });
    let line = match tally {
        VerdictTally { active: 1.., .. } => line.red(),
        VerdictTally { unknown: 1.., .. } => line.yellow(),
        VerdictTally { .. } => line.green(),
    };
    writeln!(out, "{}", line.bold())
}

/// How many of the keys of a scan are live, in a line; nothing where nobody asked.
pub(super) fn write_tally(verdicts: &[Verdict], out: &mut dyn Write) -> io::Result<()> {
    if verdicts.is_empty() { Ok(()) } else { writeln!(out, "live: {}", VerdictTally::of(verdicts)) }
}

/// The verdict in one word, coloured.
pub(super) fn word(validity: &Validity) -> ColoredString {
    let word = validity.to_string();
    match validity {
        Validity::Active(_) => word.red().bold(),
        Validity::Inactive(_) => word.green(),
        Validity::Unknown(_) => word.yellow(),
    }
}

/// A place in words; not cleaned.
pub fn where_it_is(place: &LeakPlace) -> String {
    let commit = place.commit.as_deref().map(|id| format!(" (commit {})", id.get(..12).unwrap_or(id)));
    let line = match (&place.within, place.line) {
        (Some(within), _) => format!(" ({within})"),
        (None, Some(line)) => format!(":{line}"),
        (None, None) => ": in the file name".to_owned(),
    };
    format!("{}{line}{}", name(&place.path), commit.unwrap_or_default())
}

/// What a verdict rests on, in a line of words; not cleaned.
pub fn told(validity: &Validity) -> String {
    match validity {
        Validity::Active(reach) => live(reach),
        Validity::Inactive(Death::Rejected) => "rejected by both probes, as a random key is".to_owned(),
        Validity::Inactive(Death::Deleted { when, by }) => {
            let by = by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
            format!("deleted at {when}{by}, by the audit log, and not in the inventory")
        }
        Validity::Unknown(reason) => reason.clone(),
    }
}

fn live(reach: &Reach) -> String {
    let Reach { proof, category, may, name, owner, team, models, read_as } = reach;
    let mut parts = Vec::new();
    if let Some(category) = category {
        parts.push(may.map_or_else(|| category.clone(), |may| format!("{category}, which {may}")));
    }
    if !models.is_empty() {
        parts.push(format!("only of {}", models.iter().map(model).collect::<Vec<_>>().join(", ")));
    }
    parts.extend(name.as_ref().map(|name| format!("named \"{name}\"")));
    parts.extend(owner.as_ref().map(|owner| format!("of {owner}")));
    parts.extend(team.as_ref().map(|team| format!("team {team}")));
    parts.push(
        match proof {
            Proof::Inventory => "listed in the inventory",
            Proof::Management => "the management API takes it",
            Proof::Inference => "the models API takes it, and the management API does not",
        }
        .to_owned(),
    );
    parts.extend(
        read_as
            .as_ref()
            .map(|name| format!("read in an image only, and of its readings only {name} is listed")),
    );
    parts.join("; ")
}

/// A model in words; not cleaned.
pub fn model(model: &ReachedModel) -> String {
    model.name.as_ref().map_or_else(|| model.id.clone(), |name| format!("{name} ({})", model.id))
}
