//! One leaked key: what it is, since when it leaked, what to do about it, and where it stands.

use std::io::{self, Write};

use super::super::verdicts;
use super::cards::{Card, Standing};
use super::crops::Crops;
use super::next;
use super::place::{self, fact};
use super::text::{count, name, text};
use super::timeline::{self, Scale};
use crate::model::{Attribution, Reach, Report, Validity};

/// How many places of a key are shown at once; the rest stands behind a line that opens it.
const OPEN: usize = 5;

/// Writes the card with this number, from 1.
pub(super) fn write(
    card: &Card<'_>,
    number: usize,
    report: &Report,
    scale: Option<&Scale>,
    crops: &mut Crops,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (standing, first) = (card.standing(), card.first(report));
    let (slug, confidence) = (standing.slug(), card.confidence);
    let places = count(card.places.len(), "place", "places");
    writeln!(
        out,
        "<article class=\"card {slug}\" id=\"k{number}\" aria-labelledby=\"h{number}\" data-v=\"{slug}\">\n\
         <header><h3 id=\"h{number}\"><code>{}</code></h3>\
         <p><span class=\"badge {slug}\">{}</span> \
         <span class=\"badge {confidence}\">{confidence} confidence</span> \
         <span class=\"badge\">{places}</span> <span class=\"matching\"></span></p></header>",
        name(&first.key),
        standing.word(),
    )?;
    out.write_all(b"<dl class=\"facts\">")?;
    validity(card, out)?;
    rules(card, report, out)?;
    fact("Whose", whose(card.attribution), out)?;
    out.write_all(b"</dl>\n")?;
    if let Some(exposure) = card.exposure {
        out.write_all(b"<h4>Exposure</h4>\n")?;
        timeline::write(exposure, card.is_in_objects(report), scale, out)?;
    }
    out.write_all(b"<h4>What to do next</h4>\n")?;
    next::write(card, report, out)?;
    out.write_all(b"<h4>Where it stands</h4>\n<ol class=\"places\">\n")?;
    let (open, more) = card.places.split_at(card.places.len().min(OPEN));
    for &place in open {
        place::write(&report.findings[place], crops, out)?;
    }
    out.write_all(b"</ol>\n")?;
    if !more.is_empty() {
        let number = count(more.len(), "more place", "more places");
        writeln!(out, "<details><summary>{number}</summary><ol class=\"places\" start=\"{}\">", OPEN + 1)?;
        for &place in more {
            place::write(&report.findings[place], crops, out)?;
        }
        out.write_all(b"</ol></details>\n")?;
    }
    out.write_all(b"</article>\n")
}

/// Whether it is live, what that rests on, and what it may do.
fn validity(card: &Card<'_>, out: &mut dyn Write) -> io::Result<()> {
    let standing = card.standing();
    let Some(validity) = card.validity else {
        let how = "not asked: <code>baseleak verify</code> or a scan with <code>--verify</code> tells";
        return fact("Validity", how, out);
    };
    let Validity::Active(reach) = validity else {
        let told = verdicts::told(validity);
        return fact("Validity", format_args!("<strong>{}</strong>: {}", standing.word(), name(&told)), out);
    };
    // A reach of which nothing is known says what proved it, and no more.
    let told = verdicts::told(&Validity::Active(Reach::of(reach.proof)));
    fact("Validity", format_args!("<strong>{}</strong>: {}", Standing::Active.word(), text(&told)), out)?;
    if let Some(category) = &reach.category {
        let may = reach.may.map(|may| format!(", which {may}")).unwrap_or_default();
        fact("Category", format_args!("{}{}", name(category), text(&may)), out)?;
    }
    for (what, value) in [("Name", &reach.name), ("Owner", &reach.owner), ("Team", &reach.team)] {
        if let Some(value) = value {
            fact(what, name(value), out)?;
        }
    }
    if let Some(read_as) = &reach.read_as {
        fact("Listed as", format_args!("{}, the only one of its readings that is", name(read_as)), out)?;
    }
    if !reach.models.is_empty() {
        let models: Vec<String> = reach.models.iter().map(verdicts::model).collect();
        let models: Vec<String> = models.iter().map(|model| name(model).to_string()).collect();
        fact("Models", format_args!("only {}", models.join(", ")), out)?;
    }
    Ok(())
}

/// The rules that found it, nearly always one, with what they find.
fn rules(card: &Card<'_>, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut ids: Vec<&str> = Vec::new();
    for finding in card.findings(report) {
        if !ids.contains(&&*finding.rule) {
            ids.push(&finding.rule);
        }
    }
    for id in ids {
        let rule = report.rules.iter().find(|rule| *rule.id == *id);
        let description = rule.map(|rule| format!(": {}", name(&rule.description))).unwrap_or_default();
        fact("Rule", format_args!("<code>{}</code>{description}", name(id)), out)?;
    }
    Ok(())
}

fn whose(attribution: Attribution) -> &'static str {
    match attribution {
        Attribution::Baseten => "Baseten\u{2019}s, by its shape or the words around it",
        Attribution::Other => {
            "perhaps another vendor\u{2019}s: its name stands nearer, and such keys look the same"
        }
        Attribution::Unknown => "unknown: it has the shape of a key, and nothing around it names an owner",
    }
}
