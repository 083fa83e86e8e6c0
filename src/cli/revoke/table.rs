//! The plan as a table for a person, and what became of it.
//!
//! Whether to go on is asked elsewhere.

use std::io::{self, Write};

use baseleak::verify::revoke::{Fate, Plan, PlannedKey, State, Unplanned};

use super::shown::Shown;

/// What the table does not say because the API does not.
const UNTOLD: &str = "the API does not tell when a key was last used; the newest entry of its audit log by \
                      or about a key is all that is known";

/// Writes what would be revoked.
pub(super) fn plan(plan: &Plan, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let by = plan.operator.as_ref().map(|operator| format!(" by {operator}")).unwrap_or_default();
    writeln!(out, "{} to be revoked at {}{by}", keys(plan.keys.len()), shown.text(&plan.remote))?;
    if !plan.keys.is_empty() {
        writeln!(out)?;
        rows(plan, shown, out)?;
        writeln!(out, "\nnote: {UNTOLD}")?;
    }
    for note in &plan.notes {
        writeln!(out, "note: {}", shown.text(note))?;
    }
    unplanned("not revoked by this plan:", &plan.left, shown, out)?;
    unplanned("passed over, as no keys of Baseten's that can be revoked:", &plan.passed_over, shown, out)
}

/// `1 key`, `2 keys`.
pub(super) fn keys(count: usize) -> String {
    format!("{count} key{}", if count == 1 { "" } else { "s" })
}

fn rows(plan: &Plan, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let header = ["KEY", "NAME", "CATEGORY", "OWNER", "TEAM", "LEAKED AT", "LAST KNOWN"].map(str::to_owned);
    let mut table = vec![header];
    table.extend(plan.keys.iter().map(|key| cells(key, shown)));
    let width = |column: usize| table.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..table[0].len()).map(width).collect();
    for (at, row) in table.iter().enumerate() {
        let mut line = if at == 0 { "   ".to_owned() } else { format!("{at:>3}") };
        for (cell, width) in row.iter().zip(&widths) {
            line.extend(["  ".to_owned(), format!("{cell:width$}")]);
        }
        writeln!(out, "{}", line.trim_end())?;
        if let Some(key) = at.checked_sub(1).and_then(|at| plan.keys.get(at)) {
            writeln!(out, "     breaks: {}", shown.text(&key.breaks))?;
            for mark in marks(key) {
                writeln!(out, "     note: {mark}")?;
            }
            if let Some(reading) = &key.reading {
                writeln!(out, "     note: {}; the inventory lists this one alone", reading.told())?;
            }
        }
    }
    Ok(())
}

fn cells(key: &PlannedKey, shown: &Shown) -> [String; 7] {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let owner = key.owner.as_ref().map(|owner| owner.email.as_ref().unwrap_or(&owner.user_id));
    let category = key.category.as_ref().map(|category| shown.text(category.word()));
    let category = category.or_else(|| key.group.as_ref().map(|_| "gateway".to_owned()));
    let last = key.last.as_ref().map(|event| {
        let by = if event.is_by_it { " by it" } else { "" };
        format!("{} {}{by}", shown.text(&event.time), shown.text(&event.what))
    });
    [
        key.prefix.clone(),
        or_none(shown.maybe(key.name.as_ref())),
        or_none(category),
        or_none(shown.maybe(owner)),
        or_none(shown.maybe(key.team.as_ref())),
        shown.places(&key.places),
        or_none(last),
    ]
}

/// What a person should know of a key before agreeing.
fn marks(key: &PlannedKey) -> Vec<&'static str> {
    [
        (key.is_self, "it is the key that revokes; afterwards it can do nothing any more"),
        (!key.listed, "not seen by this operator: revoked already, or somebody else's"),
        (key.attempted, "its deletion was asked for before, and what became of it is not known"),
    ]
    .into_iter()
    .filter_map(|(applies, mark)| applies.then_some(mark))
    .collect()
}

fn unplanned(title: &str, list: &[Unplanned], shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    if list.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    for Unplanned { key, why, places } in list {
        writeln!(out, "  {}  {why}; leaked at {}", shown.key(key), shown.places(places))?;
    }
    Ok(())
}

/// Writes what became of a key.
pub(super) fn fate(key: &PlannedKey, fate: &Fate, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}  {}: {}", key.prefix, fate.state.word(), shown.text(&fate.why))
}

/// Writes how many keys became what; the last line is the verdict.
pub(super) fn verdict(plan: &Plan, fates: &[Fate], out: &mut dyn Write) -> io::Result<()> {
    let count = |state| fates.iter().filter(|fate| fate.state == state).count();
    let mut line = format!("{} of {} proven dead", count(State::Dead), keys(fates.len()));
    for (state, words) in
        [(State::Live, "still live"), (State::Unknown, "unknown"), (State::Untried, "not tried")]
    {
        if count(state) > 0 {
            line.extend([", ", &count(state).to_string(), " ", words]);
        }
    }
    if !plan.left.is_empty() {
        line.extend([", and ", &plan.left.len().to_string(), " not in the plan"]);
    }
    writeln!(out, "\n{line}")
}
