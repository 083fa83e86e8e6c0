//! Which one a finding is among those of the same fingerprint.
//!
//! A key that stands twice in a file has one fingerprint, and services that take two results
//! of one name for one need a second name. What is settled counts as well, so that settling
//! one finding does not rename another.

use std::collections::HashMap;

use crate::model::{Finding, Fingerprint, Report};

/// For every finding of a report how many of its fingerprint stand before it.
pub(super) struct Occurrences {
    /// In the order of the findings that count.
    pub(super) findings: Vec<u32>,
    /// In the order of the suppressed ones.
    pub(super) suppressed: Vec<u32>,
}

impl Occurrences {
    /// Counts, in one pass through both lists, which have the same order.
    pub(super) fn of(report: &Report) -> Self {
        let mut seen: HashMap<Fingerprint, u32> = HashMap::new();
        let mut count = |finding: &Finding| {
            let before = seen.entry(finding.fingerprint).or_default();
            *before += 1;
            *before - 1
        };
        let (mut findings, mut suppressed) = (Vec::new(), Vec::new());
        let mut settled = report.suppressed.iter().map(|suppressed| &suppressed.finding).peekable();
        for finding in &report.findings {
            while let Some(earlier) = settled.next_if(|settled| settled.location < finding.location) {
                suppressed.push(count(earlier));
            }
            findings.push(count(finding));
        }
        suppressed.extend(settled.map(count));
        Self { findings, suppressed }
    }
}

#[cfg(test)]
mod tests {
    use super::super::canonical::canonical;
    use super::*;
    use crate::model::{Suppressed, Suppression, SuppressionKind};

    #[test]
    fn findings_of_one_name_are_told_apart() {
        let mut report = canonical();
        let first = report.findings[0].clone();
        let mut second = first.clone();
        second.location.start.line += 10;
        let mut third = second.clone();
        third.location.start.line += 10;
        let by = Suppression {
            kind: SuppressionKind::Allow,
            place: String::new(),
            reason: None,
            owner: None,
            expires: None,
        };
        report.findings = vec![first, third];
        report.suppressed = vec![Suppressed { finding: second, by }];
        let Occurrences { findings, suppressed } = Occurrences::of(&report);
        assert_eq!((findings, suppressed), (vec![0, 2], vec![1]));
    }
}
