//! A report made readable: one file per format, each a function of the report.
//!
//! Where the bytes go, and whether colours are wanted, is not decided here.
//!
//! **Invariant:** no renderer writes a byte of a secret, but for [`human`] when
//! it is told to; none sorts, counts time or drops a finding, so that the
//! formats agree with one another and with the report. [`human`] lists the findings
//! of a history by key, and in the order of the report otherwise; [`html`] lists all
//! by key, the live ones first.

use std::collections::HashSet;

use crate::model::{Confidence, Report};

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod canonical;
pub mod csv;
mod deployed;
pub mod github;
pub mod gitlab;
pub mod gitlab_codequality;
mod help;
pub mod html;
pub mod human;
pub mod json;
pub mod jsonl;
pub mod junit;
mod occurrence;
pub mod sarif;
#[cfg(test)]
mod schema;
mod sight;
pub mod terminal;
#[doc(hidden)]
pub mod verdicts;

#[cfg(test)]
pub(crate) use canonical::canonical;

/// The totals of a report, counted once for every format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    /// Findings.
    findings: u64,
    /// Distinct secrets among them.
    keys: u64,
    /// Distinct paths they stand in.
    files: u64,
    /// Findings of high confidence.
    high: u64,
    /// Findings of medium confidence.
    medium: u64,
    /// Findings of low confidence.
    low: u64,
}

impl Tally {
    fn of(report: &Report) -> Self {
        let mut tally = Self::default();
        let (mut keys, mut files) = (HashSet::new(), HashSet::new());
        for finding in &report.findings {
            tally.findings += 1;
            tally.keys += u64::from(keys.insert(finding.digest.as_str()));
            tally.files += u64::from(files.insert(finding.location.path.as_str()));
            match finding.confidence {
                Confidence::High => tally.high += 1,
                Confidence::Medium => tally.medium += 1,
                Confidence::Low => tally.low += 1,
            }
        }
        tally
    }
}

/// Seconds since 1970 as a date and time in UTC; a time that no calendar holds as the bare number.
fn date(seconds: i64) -> String {
    let format = &time::format_description::well_known::Rfc3339;
    let date = time::OffsetDateTime::from_unix_timestamp(seconds).ok();
    date.and_then(|date| date.format(format).ok()).unwrap_or_else(|| format!("{seconds} s after 1970"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_counts_findings_keys_and_files_apart() {
        let expect = Tally { findings: 15, keys: 9, files: 14, high: 7, medium: 4, low: 4 };
        assert_eq!(Tally::of(&canonical()), expect);
    }
}
