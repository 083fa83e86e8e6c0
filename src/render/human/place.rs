//! Where a finding stands, for a person: a line of a file, a region of an image, a part of an
//! exchange; and what is to be said of the last two.
//!
//! A file of its own only for its length: the layout is that of [`super`].

use std::io::{self, Write};

use colored::Colorize as _;

use super::super::terminal::{name, sanitise};
use super::super::{deployed, sight};
use super::count;
use crate::model::{Coverage, Finding, Place};

/// The beginning of a block: the path, and where in it.
pub(super) fn heading(finding: &Finding) -> String {
    let location = &finding.location;
    let path = name(location.path.as_str()).bold();
    if let Some(sight) = &finding.sight {
        return format!("{path} ({}):", sight.place());
    }
    if let Some(part) = deployed::part(finding) {
        return format!("{path}: {}:", sanitise(&part));
    }
    match location.place {
        Place::Content => format!("{path}:{}:{}:", location.start.line, location.start.column),
        Place::FileName => format!("{path}: in the file name:"),
    }
}

/// The way to the document of a front end that holds it, and where it comes from.
pub(super) fn write_front_end(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let Some(deployed) = &finding.deployed else { return Ok(()) };
    if let Some(way) = deployed::way(finding, deployed) {
        writeln!(out, "  @ {}", name(&way))?;
    }
    if let Some(original) = &deployed.original {
        writeln!(out, "  @ made from {}", name(&deployed::original(original)))?;
    }
    if deployed.is_sent_to_baseten {
        writeln!(out, "  = {}", deployed::SENT)?;
    }
    Ok(())
}

/// How surely it was read in an image, and what else it may be.
pub(super) fn write_reading(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let Some(sight) = &finding.sight else { return Ok(()) };
    writeln!(out, "  = {}", sanitise(&sight::reading(finding, sight)))
}

/// What was read beside files, objects and members, as the end of a line.
pub(super) fn more_read(coverage: &Coverage) -> String {
    let is_told = coverage.files + coverage.objects == 0;
    let documents = if is_told { 0 } else { coverage.documents };
    let kinds = [(documents, "document", "documents"), (coverage.images, "image", "images")];
    let told = kinds.into_iter().filter(|kind| kind.0 > 0);
    let told: Vec<String> = told.map(|(number, one, many)| count(number, one, many)).collect();
    if told.is_empty() { String::new() } else { format!(", {}", told.join(", ")) }
}
