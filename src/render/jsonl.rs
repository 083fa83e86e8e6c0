//! A report as JSON Lines, whole or while its scan goes on.
//!
//! Every line is an object whose `type` says what it tells; its other fields are those of
//! [`super::json`], written by the same code. `docs/output.md` describes it.
//!
//! **Invariant:** the last line has the type `summary`, and no stream that was cut off has
//! one, so that a report that is not whole is known by it. A finding is one line, whatever
//! the number of times that a scan comes upon it.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::{self, Write};

use super::json::lines;
use crate::model::{Finding, Place, Report, Suppressed};

/// Writes `report`, findings in its order. Fails only where `out` does.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    Told::default().end(report, out)
}

/// What a stream has told so far: which findings, and nothing of them but that.
#[derive(Debug, Default)]
pub struct Told {
    is_begun: bool,
    /// A hash of 128 bits for each finding: two halves with keys of their own.
    findings: HashSet<u128>,
    halves: [RandomState; 2],
}

impl Told {
    /// Writes the first line, unless it was written. `version` is that of the program.
    /// Fails only where `out` does.
    pub fn begin(&mut self, version: &str, out: &mut dyn Write) -> io::Result<()> {
        if self.is_begun {
            return Ok(());
        }
        self.is_begun = true;
        lines::start(version, out)
    }

    /// Writes a finding that counts, unless it was written. Fails only where `out` does.
    pub fn finding(&mut self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        if self.is_new(finding) { lines::finding(finding, out) } else { Ok(()) }
    }

    /// Writes a finding that does not count, unless it was written. Fails only where `out` does.
    pub fn suppressed(&mut self, suppressed: &Suppressed, out: &mut dyn Write) -> io::Result<()> {
        if self.is_new(&suppressed.finding) { lines::suppressed(suppressed, out) } else { Ok(()) }
    }

    /// Writes all of `report` that was not written, and the last line. Fails only where `out` does.
    pub fn end(&mut self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        self.begin(report.version, out)?;
        if self.findings.is_empty() {
            // Each stands once in a report, so nothing needs to be remembered.
            report.findings.iter().try_for_each(|finding| lines::finding(finding, out))?;
            report.suppressed.iter().try_for_each(|suppressed| lines::suppressed(suppressed, out))?;
        } else {
            report.findings.iter().try_for_each(|finding| self.finding(finding, out))?;
            report.suppressed.iter().try_for_each(|suppressed| self.suppressed(suppressed, out))?;
        }
        lines::rest(report, out)
    }

    fn is_new(&mut self, finding: &Finding) -> bool {
        // What a report tells findings apart by.
        let location = &finding.location;
        let place = (location.path.as_str(), location.cell(), location.place == Place::FileName);
        let span = [location.start, location.end].map(|position| (position.line, position.column));
        let object = finding.origin.as_ref().map(|origin| &origin.object);
        let identity = (place, span, object, &finding.rule, finding.fingerprint);
        let [high, low] = [0, 1].map(|half| u128::from(self.halves[half].hash_one(identity)));
        self.findings.insert(high << 64 | low)
    }
}
