//! The inventory of keys in words and for programs.
//!
//! What is in it, and in which order, is decided in the library.
//!
//! **Invariant:** what the API does not tell is called unknown, and no key is called
//! unused.

use std::fmt::Write as _;

use baseleak::model::LeakPlace;
use baseleak::render::verdicts::where_it_is;
use baseleak::verify::keys::{Acted, LastAction, Log, Row};
use serde_json::{Value, json};

use super::table::{cell, table};

/// What is shown, and what has to be said of it.
pub(crate) struct Listing<'a> {
    pub(crate) rows: &'a [Row],
    pub(crate) log: &'a Log,
    /// Keys of the inventory before any was left out.
    pub(crate) all: usize,
    /// What leaked and is not in the inventory; none without a report.
    pub(crate) unlisted: Option<Vec<&'a str>>,
    /// Names of keys of which one was read in an image, and nobody knows which.
    pub(crate) ambiguous: Vec<Vec<&'a str>>,
    /// The moment of `--unused-since`.
    pub(crate) since: Option<i64>,
}

impl Listing<'_> {
    /// How many of the shown keys leaked.
    pub(crate) fn leaked(&self) -> usize {
        self.rows.iter().filter(|row| !row.places.is_empty()).count()
    }

    /// Of how many of the shown keys it is not known whether they acted.
    pub(crate) fn unknown(&self) -> usize {
        let Some(since) = self.since else { return 0 };
        self.rows.iter().filter(|row| row.acted_since(since) == Acted::Unknown).count()
    }

    /// A table, and below it what it means.
    pub(crate) fn text(&self) -> String {
        let mut head = vec!["PREFIX", "NAME", "CATEGORY", "TEAM", "OWNER", "MODELS", "LAST ACTION"];
        if self.unlisted.is_some() {
            head.push("LEAKED");
        }
        let rows: Vec<_> = self.rows.iter().map(|row| self.cells(row)).collect();
        let mut text = if rows.is_empty() { String::new() } else { table(&head, &rows) + "\n" };
        let _ = writeln!(text, "{} of {} in the inventory", keys(self.rows.len()), self.all);
        if let Some(unlisted) = &self.unlisted {
            let _ = writeln!(text, "{} of them leaked", self.leaked());
            if !unlisted.is_empty() {
                let _ = writeln!(
                    text,
                    "{} leaked and not in the inventory as your key sees it: {}",
                    keys(unlisted.len()),
                    cell(&unlisted.join(", "))
                );
            }
        }
        for names in &self.ambiguous {
            let names = cell(&names.join(", "));
            let _ = writeln!(
                text,
                "one of these leaked, and was read in an image that does not tell which: {names}"
            );
        }
        self.explain(&mut text);
        text
    }

    /// What the column of last actions does not say.
    fn explain(&self, text: &mut String) {
        let _ = match (self.log.problem(), self.log.begins()) {
            (Some(problem), _) => {
                writeln!(text, "last actions are unknown, for the audit log cannot be read: {problem}")
            }
            (None, None) => writeln!(text, "last actions are unknown, for the audit log is empty"),
            (None, Some(begins)) => writeln!(
                text,
                "last actions are those of the audit log, read back to {}: management only, no calls of models",
                cell(begins)
            ),
        };
        if self.since.is_some() {
            let unknown = self.unknown();
            text.push_str("a key without an action may be in use: the API tells neither when a key was made nor when it was used\n");
            if unknown > 0 {
                let _ = writeln!(text, "{}", self.unknown_text());
            }
        }
    }

    /// That the log leaves open what was asked for.
    pub(crate) fn unknown_text(&self) -> String {
        format!(
            "of {} it is unknown whether there was an action since then: the audit log does not reach back that far",
            keys(self.unknown())
        )
    }

    fn cells(&self, row: &Row) -> Vec<String> {
        let or_none = |text: Option<&str>| text.map_or_else(|| "-".to_owned(), cell);
        let models = row.models.iter().map(|(id, name)| name.clone().unwrap_or_else(|| id.clone()));
        let models = models.collect::<Vec<_>>().join(", ");
        let mut cells = vec![
            cell(&row.key.prefix),
            or_none(row.key.name.as_deref()),
            cell(row.key.category.word()),
            or_none(row.key.team_name.as_deref()),
            or_none(row.owner()),
            or_none(Some(&*models).filter(|models| !models.is_empty())),
            match &row.last {
                LastAction::Known { at, what, .. } => cell(&format!("{at} {what}")),
                LastAction::NoneSince { at, .. } => cell(&format!("none since {at}")),
                LastAction::Unknown => "unknown".to_owned(),
            },
        ];
        if self.unlisted.is_some() {
            cells.push(match row.places.as_slice() {
                [] => "-".to_owned(),
                [first] => cell(&where_it_is(first)),
                [first, rest @ ..] => format!("{} and {} more", cell(&where_it_is(first)), rest.len()),
            });
        }
        cells
    }

    /// The same for programs.
    pub(crate) fn document(&self) -> Value {
        let rows: Vec<_> = self.rows.iter().map(|row| self.wire(row)).collect();
        let mut document = json!({
            "schema": 1,
            "tool": { "name": "baseleak", "version": env!("CARGO_PKG_VERSION") },
            "keys": rows,
            "audit_log": {
                "begins": self.log.begins(),
                "problem": self.log.problem().map(ToString::to_string),
            },
            "unlisted": self.unlisted,
            "summary": {
                "inventory": self.all,
                "keys": self.rows.len(),
                "leaked": self.unlisted.as_ref().map(|_| self.leaked()),
            },
        });
        if !self.ambiguous.is_empty() {
            document["ambiguous"] = json!(self.ambiguous);
        }
        document
    }

    fn wire(&self, row: &Row) -> Value {
        let key = &row.key;
        let last = match &row.last {
            LastAction::Known { at, what, .. } => json!({ "state": "known", "at": at, "event": what }),
            LastAction::NoneSince { at, .. } => json!({ "state": "none", "since": at }),
            LastAction::Unknown => json!({ "state": "unknown" }),
        };
        let places = |row: &Row| {
            let place = |place: &LeakPlace| {
                let LeakPlace { path, line, within, commit } = place;
                let mut place = json!({ "path": path, "line": line, "commit": commit });
                if let Some(within) = within {
                    place["within"] = json!(within);
                }
                place
            };
            row.places.iter().map(place).collect::<Vec<_>>()
        };
        json!({
            "prefix": key.prefix,
            "name": key.name,
            "category": key.category.word(),
            "team": key.team_name,
            "owner": key.owner.as_ref().map(|owner| {
                json!({ "user_id": owner.user_id, "email": owner.email, "name": owner.name })
            }),
            "models": row.models.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect::<Vec<_>>(),
            "last_action": last,
            "acted_since": self.since.map(|since| match row.acted_since(since) {
                Acted::Yes => "yes",
                Acted::No => "no",
                Acted::Unknown => "unknown",
            }),
            "leaked": self.unlisted.as_ref().map(|_| places(row)),
        })
    }
}

fn keys(count: usize) -> String {
    if count == 1 { "1 key".to_owned() } else { format!("{count} keys") }
}
