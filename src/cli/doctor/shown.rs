//! How a diagnosis is shown: a table for people, JSON for programs.

use serde::Serialize;

use super::{Check, Diagnosis, Outcome};
use crate::cli::table::table;

impl Outcome {
    /// Its word in both forms.
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fails => "fails",
            Self::Unknown => "unknown",
            Self::Note => "note",
        }
    }
}

/// For people: a row for each check, and below what to do about those that fail.
pub(crate) fn human(diagnosis: &Diagnosis) -> String {
    let row =
        |check: &Check| vec![check.outcome.word().to_owned(), check.name.to_owned(), check.detail.clone()];
    let rows: Vec<Vec<String>> = diagnosis.checks.iter().map(row).collect();
    let mut text = table(&["", "CHECK", "RESULT"], &rows);
    for check in &diagnosis.checks {
        if let Some(hint) = &check.hint {
            text.extend([format!("hint: {}: {hint}\n", check.name)]);
        }
    }
    text + match diagnosis.worst() {
        Outcome::Fails => "\nsomething is wrong: see the hints\n",
        Outcome::Unknown => "\nthere is no telling whether all is well\n",
        Outcome::Ok | Outcome::Note => "\nall is well\n",
    }
}

/// For programs.
pub(crate) fn json(diagnosis: &Diagnosis) -> String {
    let wire = Wire {
        schema: 1,
        version: env!("CARGO_PKG_VERSION"),
        repository: diagnosis.repository.as_deref(),
        outcome: diagnosis.worst().word(),
        checks: diagnosis.checks.iter().map(WireCheck::of).collect(),
    };
    serde_json::to_string_pretty(&wire).expect("there are only texts in it") + "\n"
}

#[derive(Serialize)]
struct Wire<'d> {
    schema: u32,
    version: &'static str,
    repository: Option<&'d str>,
    outcome: &'static str,
    checks: Vec<WireCheck<'d>>,
}

#[derive(Serialize)]
struct WireCheck<'d> {
    name: &'static str,
    outcome: &'static str,
    detail: &'d str,
    hint: Option<&'d str>,
}

impl<'d> WireCheck<'d> {
    fn of(check: &'d Check) -> Self {
        let Check { name, outcome, detail, hint } = check;
        Self { name, outcome: outcome.word(), detail, hint: hint.as_deref() }
    }
}
