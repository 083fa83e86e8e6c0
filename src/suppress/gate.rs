//! What a gate makes of a report: how many of its findings count, and how many nobody can
//! tell about.
//!
//! What becomes of that, an exit code or a verdict in words, is decided elsewhere.

use std::collections::HashMap;

use crate::model::{Confidence, FailOn, Finding, Gate, Report, Validity};

/// Counts what `fail_on` speaks of among the findings of `report` that are not suppressed.
///
/// Whether a key is live is known by the verdicts of the report; a finding that has none, or
/// of which nothing was proven, is undecided. What the baseline has is suppressed, so that
/// all that is left is new.
pub fn judge(report: &Report, fail_on: FailOn, max_findings: u64) -> Gate {
    let verdicts: HashMap<&str, &Validity> =
        report.verdicts.iter().map(|verdict| (&*verdict.digest, &verdict.validity)).collect();
    let count = |is_one: &dyn Fn(&Finding) -> bool| {
        report.findings.iter().filter(|finding| is_one(finding)).count() as u64
    };
    let validity = |finding: &Finding| verdicts.get(&*finding.digest).copied();
    let failing = match fail_on {
        FailOn::Any | FailOn::New => report.findings.len() as u64,
        FailOn::High => count(&|finding| finding.confidence == Confidence::High),
        FailOn::Active => count(&|finding| validity(finding).is_some_and(Validity::is_active)),
    };
    let undecided = match fail_on {
        FailOn::Active => count(&|finding| validity(finding).is_none_or(Validity::is_unknown)),
        FailOn::Any | FailOn::High | FailOn::New => 0,
    };
    Gate { fail_on, max_findings, failing, undecided }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Death, Proof, Reach, Verdict};
    use crate::suppress::made_tests::{finding, report};

    /// `keys` are confidence and validity of a finding each: `a`, `i`, `u`, or `-` for no verdict.
    #[track_caller]
    fn check(keys: &str, fail_on: FailOn, max: u64, expect: (u64, u64), passed: bool, undecided: bool) {
        let mut report = report(Vec::new());
        for (number, word) in keys.split_whitespace().enumerate() {
            let mut made = finding(&format!("k{number}"), "a.py", number as u64 + 1);
            made.confidence = if word.starts_with('h') { Confidence::High } else { Confidence::Low };
            let validity = match &word[1..] {
                "a" => Some(Validity::Active(Reach::of(Proof::Inventory))),
                "i" => Some(Validity::Inactive(Death::Rejected)),
                "u" => Some(Validity::Unknown("no answer".to_owned())),
                _ => None,
            };
            report.verdicts.extend(validity.map(|validity| Verdict {
                key: made.key.clone(),
                digest: made.digest.clone(),
                rule: made.rule.to_string(),
                places: Vec::new(),
                validity,
            }));
            report.findings.push(made);
        }
        let gate = judge(&report, fail_on, max);
        let told = ((gate.failing, gate.undecided), gate.is_passed(), gate.is_undecided());
        assert_eq!(told, (expect, passed, undecided), "{keys} {fail_on} {max}");
    }

    #[test]
    fn gates() {
        check("", FailOn::Any, 0, (0, 0), true, false);
        check("h- l-", FailOn::Any, 0, (2, 0), false, false);
        check("h- l-", FailOn::New, 1, (2, 0), false, false);
        check("h- l-", FailOn::Any, 2, (2, 0), true, false);
        check("h- l- l-", FailOn::High, 0, (1, 0), false, false);
        check("h- l- l-", FailOn::High, 1, (1, 0), true, false);
        check("l- l-", FailOn::High, 0, (0, 0), true, false);
        check("ha li hu l-", FailOn::Active, 0, (1, 2), false, false);
        check("ha li hu l-", FailOn::Active, 1, (1, 2), true, true);
        check("ha li hu l-", FailOn::Active, 3, (1, 2), true, false);
        check("hi li", FailOn::Active, 0, (0, 0), true, false);
        check("hi lu", FailOn::Active, 0, (0, 1), true, true);
    }
}
