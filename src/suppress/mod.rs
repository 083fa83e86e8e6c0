//! Findings that somebody settled: they are counted and shown apart, and do not fail a scan.
//!
//! It decides by what it is given: it opens no file, asks no clock and reads no repository.
//!
//! **Invariant:** no finding is lost: what [`Suppressions::apply`] takes out of a report's
//! findings stands in it as suppressed, with what settled it.

pub mod allow;
pub mod baseline;
pub mod gate;
pub mod ignorefile;
pub(crate) mod inline;
#[cfg(test)]
mod made_tests;

use crate::model::{
    EntryNote, EntryState, Finding, InlineComment, Report, Suppressed, Suppression, SuppressionKind,
};
use allow::AllowList;
use baseline::{Baseline, Presence};
use ignorefile::IgnoreFile;

/// All that can settle a finding in one scan. Its default settles nothing.
///
/// # Examples
///
/// ```
/// use baseleak::Scan;
/// use baseleak::suppress::Suppressions;
///
/// let rules = "[[rules]]\nid = 'acme-token'\nregex = 'acme-[0-9]{6}'\n";
/// let mut suppressions = Suppressions::default();
/// suppressions.inline = true;
/// let scan = Scan::new().add_rules("acme.toml", rules)?.suppressions(suppressions);
///
/// let report = scan.bytes("a.env", b"T=acme-402817 # baseleak:allow: made up\n");
/// assert!(report.is_clean());
/// assert_eq!(report.suppressed[0].by.reason.as_deref(), Some("made up"));
/// # Ok::<(), baseleak::ScanError>(())
/// ```
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Suppressions {
    /// Whether comments beside secrets settle them.
    pub inline: bool,
    /// Whether a comment must give a reason.
    pub requires_reason: bool,
    /// The entries of the configuration.
    pub allow: AllowList,
    /// The lines of an ignore file.
    pub ignore_file: IgnoreFile,
    /// What was known before.
    pub baseline: Option<Baseline>,
    /// Whether entries that settle nothing are told of.
    pub audit: bool,
}

/// What can be said of a finding as soon as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtOnce {
    /// It counts.
    Counts,
    /// It is settled.
    Suppressed(Suppression),
    /// The baseline decides, when all findings are there.
    Later,
}

/// Which entry settles a finding.
enum Way {
    Inline,
    Allow(usize),
    Ignore(usize),
}

impl Suppressions {
    /// What can be said of `finding` before the scan is over; what is not for the baseline to
    /// say, [`apply`](Self::apply) says in the same way.
    pub fn at_once(&self, finding: &Finding) -> AtOnce {
        match self.way(finding) {
            Some(way) => AtOnce::Suppressed(self.suppression(finding, &way)),
            None if self.may_know(finding) => AtOnce::Later,
            None => AtOnce::Counts,
        }
    }

    /// Moves the findings of `report` that are settled to its suppressed ones, the order
    /// kept, and says what is to be said of entries. Of several ways to settle one, a comment
    /// goes before the configuration, that before an ignore file, and the baseline comes last.
    pub fn apply(&self, report: &mut Report, presence: &dyn Presence) {
        let findings = &report.findings;
        let mut allowed = vec![false; self.allow.len()];
        let mut ignored = vec![false; self.ignore_file.len()];
        let mut settled: Vec<Option<Suppression>> = Vec::with_capacity(findings.len());
        for finding in findings {
            let way = self.way(finding);
            match way {
                Some(Way::Allow(index)) => allowed[index] = true,
                Some(Way::Ignore(index)) => ignored[index] = true,
                Some(Way::Inline) | None => {}
            }
            settled.push(way.map(|way| self.suppression(finding, &way)));
        }
        let unknown = self.settle_known(findings, &mut settled, presence);

        let mut entries: Vec<EntryNote> = self.allow.notes(self.audit.then_some(&allowed)).collect();
        if self.audit {
            entries.extend(unknown);
            entries.extend(self.ignore_file.unused(&ignored));
        }
        entries.extend(findings.iter().filter_map(|finding| self.note(finding)));
        entries.sort_by(|one, other| order(one).cmp(&order(other)).then_with(|| one.cmp(other)));
        entries.dedup();
        report.entries.append(&mut entries);

        // In place, for there may be a great many.
        let mut answers = settled.iter().map(Option::is_some);
        let hushed: Vec<Finding> =
            report.findings.extract_if(.., |_| answers.next().unwrap_or(false)).collect();
        let settled = hushed.into_iter().zip(settled.into_iter().flatten());
        report.suppressed.extend(settled.map(|(finding, by)| Suppressed { finding, by }));
    }

    /// Asks the baseline about all that is left; its lines that nothing needed.
    fn settle_known(
        &self,
        findings: &[Finding],
        settled: &mut [Option<Suppression>],
        presence: &dyn Presence,
    ) -> Vec<EntryNote> {
        let Some(baseline) = &self.baseline else { return Vec::new() };
        let left: Vec<usize> = (0..findings.len()).filter(|&index| settled[index].is_none()).collect();
        let asked: Vec<&Finding> = left.iter().map(|&index| &findings[index]).collect();
        let known = baseline.settle(&asked, presence);
        let unused = baseline.unused(known.iter().flatten(), presence.view());
        for (index, known) in left.into_iter().zip(known) {
            settled[index] = known.map(|known| Suppression {
                kind: known.moved_from.map_or(SuppressionKind::Baseline, SuppressionKind::Moved),
                place: known.place,
                reason: None,
                owner: None,
                expires: None,
            });
        }
        unused
    }

    /// Whether the baseline has the key of `finding`.
    fn may_know(&self, finding: &Finding) -> bool {
        self.baseline.as_ref().is_some_and(|baseline| baseline.knows_key(&finding.digest))
    }

    fn way(&self, finding: &Finding) -> Option<Way> {
        if self.comment(finding).is_some_and(|comment| !self.lacks_reason(comment)) {
            return Some(Way::Inline);
        }
        let allow = self.allow.find(finding).map(Way::Allow);
        allow.or_else(|| self.ignore_file.find(finding).map(Way::Ignore))
    }

    fn comment<'f>(&self, finding: &'f Finding) -> Option<&'f InlineComment> {
        finding.inline.as_ref().filter(|_| self.inline)
    }

    fn lacks_reason(&self, comment: &InlineComment) -> bool {
        self.requires_reason && comment.reason.is_none()
    }

    fn suppression(&self, finding: &Finding, way: &Way) -> Suppression {
        match way {
            Way::Allow(index) => self.allow.suppression(*index),
            Way::Ignore(index) => self.ignore_file.suppression(*index),
            Way::Inline => {
                let comment = finding.inline.as_ref();
                Suppression {
                    kind: SuppressionKind::Inline(comment.map_or("", |comment| comment.marker)),
                    place: format!("line {}", comment.map_or(0, |comment| comment.line)),
                    reason: comment.and_then(|comment| comment.reason.clone()),
                    owner: None,
                    expires: None,
                }
            }
        }
    }

    /// That the comment beside a finding hides nothing, if it lacks a reason.
    fn note(&self, finding: &Finding) -> Option<EntryNote> {
        let comment = self.comment(finding).filter(|comment| self.lacks_reason(comment))?;
        Some(EntryNote {
            place: format!("{}:{}", finding.location.path, comment.line),
            entry: format!("`{}`", comment.marker),
            state: EntryState::NoReason,
        })
    }
}

/// By file, and in it by line.
fn order(note: &EntryNote) -> (&str, u64) {
    let split = note.place.rsplit_once(':');
    let parsed = split.and_then(|(file, line)| Some((file, line.parse().ok()?)));
    parsed.unwrap_or((&note.place, 0))
}

#[cfg(test)]
mod tests;
