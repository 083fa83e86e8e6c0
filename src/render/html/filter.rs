//! The controls that narrow the list of keys down. They do nothing without the script, and so
//! are hidden until it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::cards::{Card, Standing};
use super::place::{seen, seen_word};
use super::text::text;
use crate::model::{Confidence, Report, Seen};

/// One choice: its value, and what it says.
type Choice = (String, String);

/// Writes the controls; only those are there that can tell keys apart.
pub(super) fn write(report: &Report, cards: &[Card<'_>], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(
        b"<div class=\"controls\" role=\"search\" aria-label=\"Filter the keys\" hidden>\n\
          <div class=\"control wide\"><label for=\"query\">Search prefixes, paths, authors and refs</label>\
          <input id=\"query\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\"></div>\n",
    )?;
    let counted = |number: usize, word: &str| format!("{word} ({number})");
    let validity = Standing::ALL.into_iter().filter_map(|standing| {
        let number = cards.iter().filter(|card| card.standing() == standing).count();
        (number > 0).then(|| (standing.slug().to_owned(), counted(number, standing.word())))
    });
    select("validity", "Validity", validity.collect(), out)?;
    let confidence = [Confidence::High, Confidence::Medium, Confidence::Low];
    let confidence = confidence.into_iter().filter_map(|confidence| {
        let is =
            cards.iter().any(|card| card.findings(report).any(|finding| finding.confidence == confidence));
        is.then(|| (confidence.to_string(), confidence.to_string()))
    });
    select("confidence", "Confidence", confidence.collect(), out)?;
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    let mut sources: BTreeSet<Seen> = BTreeSet::new();
    for finding in &report.findings {
        *rules.entry(&finding.rule).or_default() += 1;
        sources.extend(seen(finding));
    }
    let rules = rules.keys().map(|&rule| (rule.to_owned(), rule.to_owned()));
    select("rule", "Rule", rules.collect(), out)?;
    let sources = sources.into_iter().map(|seen| (seen.to_string(), seen_word(seen).to_owned()));
    select("seen", "Seen in", sources.collect(), out)?;
    out.write_all(
        b"<div class=\"control\"><button type=\"button\" id=\"reset\">Show all</button></div>\n</div>\n\
          <p id=\"matches\" role=\"status\"></p>\n",
    )
}

/// Writes a list to choose from; none where there is no choice.
fn select(id: &str, label: &str, choices: Vec<Choice>, out: &mut dyn Write) -> io::Result<()> {
    if choices.len() < 2 {
        return Ok(());
    }
    write!(
        out,
        "<div class=\"control\"><label for=\"{id}\">{label}</label><select id=\"{id}\">\
         <option value=\"\">any</option>"
    )?;
    for (value, words) in choices {
        write!(out, "<option value=\"{}\">{}</option>", text(&value), text(&words))?;
    }
    out.write_all(b"</select></div>\n")
}
