//! Decides what is new, fixed, moved, settled and still there.
//!
//! Findings are compared by fingerprint, which is the key and the file: of several with
//! one fingerprint, as many are still there as both reports have.
//!
//! In an audit a file that moved leaves its old name in the history: the place is still
//! there, and counts as one that the key left.
//!
//! **Invariant:** every finding that counts in the old report is fixed, moved, settled or
//! still there, and every one that counts in the new report new, moved or still there. None
//! is two of these, but for a place that the key left and the history keeps, which is where
//! a key moved from, and still there.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::pairs::{Pairs, pairs};
use super::read::{Found, Scan};

/// What differs between two reports, each in the order of the report that it is from.
#[derive(Debug)]
pub(crate) struct Comparison<'r> {
    pub(crate) old: &'r Scan,
    pub(crate) new_scan: &'r Scan,
    /// What counts now and did not; whether because it was settled and is no longer.
    pub(crate) new: Vec<(&'r Found, bool)>,
    /// Where a key was, and where it is now.
    pub(crate) moved: Vec<(&'r Found, &'r Found)>,
    /// What is in the new report no more.
    pub(crate) fixed: Vec<&'r Found>,
    /// What counted and is settled now, as the new report has it.
    pub(crate) settled: Vec<&'r Found>,
    /// What counts in both, as the new report has it.
    pub(crate) still: Vec<&'r Found>,
    /// Keys of which the old report knows nothing: name and digest, sorted.
    pub(crate) new_keys: BTreeSet<(&'r str, &'r str)>,
    /// Keys of which the new one does not.
    pub(crate) gone_keys: BTreeSet<(&'r str, &'r str)>,
    /// What is to be known of the comparison.
    pub(crate) notes: Vec<Note>,
}

/// Something that is to be known of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    /// A word for programs.
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

/// What both reports have of one fingerprint, by number.
#[derive(Default)]
struct Group {
    old: Vec<usize>,
    new: Vec<usize>,
    old_settled: Vec<usize>,
    new_settled: Vec<usize>,
}

/// What became of the findings, by their numbers.
#[derive(Default)]
struct Sorted {
    /// In the new report; whether it was settled.
    new: Vec<(usize, bool)>,
    /// In the old report.
    fixed: Vec<usize>,
    /// In what the new report has settled.
    settled: Vec<usize>,
    /// In the new report.
    still: Vec<usize>,
    /// In the old report: what is still there, and in the history only, where it was not.
    left: Vec<usize>,
}

impl<'r> Comparison<'r> {
    /// Compares two reports in time that grows with them and no faster.
    pub(crate) fn of(old: &'r Scan, new: &'r Scan) -> Self {
        let mut sorted = sorted(old, new);
        let moved = moved(&mut sorted, old, new);
        let finding = |at: &usize| &new.findings[*at];
        // What was read in an image may be read otherwise the next time; its place stays.
        let known = |scan: &'r Scan| -> HashSet<&'r str> {
            let all = scan.findings.iter().chain(&scan.suppressed);
            all.flat_map(|finding| [&*finding.digest, &*finding.fingerprint]).collect()
        };
        let keys = |scan: &'r Scan, other: &'r Scan| {
            let known = known(other);
            let is_known =
                |found: &Found| known.contains(&*found.digest) || known.contains(&*found.fingerprint);
            let strange = scan.findings.iter().filter(|finding| !is_known(finding));
            strange.map(|finding| (&*finding.key, &*finding.digest)).collect()
        };
        Self {
            old,
            new_scan: new,
            new: sorted.new.iter().map(|(at, was_settled)| (finding(at), *was_settled)).collect(),
            moved: moved.into_iter().map(|(from, to)| (&old.findings[from], finding(&to))).collect(),
            fixed: sorted.fixed.iter().map(|at| &old.findings[*at]).collect(),
            settled: sorted.settled.iter().map(|at| &new.suppressed[*at]).collect(),
            still: sorted.still.iter().map(finding).collect(),
            new_keys: keys(new, old),
            gone_keys: keys(old, new),
            notes: notes(old, new),
        }
    }
}

fn sorted(old: &Scan, new: &Scan) -> Sorted {
    let mut groups: HashMap<&str, Group> = HashMap::new();
    fill(&mut groups, &old.findings, |group| &mut group.old);
    fill(&mut groups, &new.findings, |group| &mut group.new);
    fill(&mut groups, &old.suppressed, |group| &mut group.old_settled);
    fill(&mut groups, &new.suppressed, |group| &mut group.new_settled);
    let mut sorted = Sorted::default();
    for group in groups.into_values() {
        group.sort(old, new, &mut sorted);
    }
    sorted.new.sort_unstable();
    sorted.fixed.sort_unstable();
    sorted.settled.sort_unstable();
    sorted.still.sort_unstable();
    sorted.left.sort_unstable();
    sorted
}

/// Adds the numbers of `findings` to the lists of their groups.
fn fill<'r>(
    groups: &mut HashMap<&'r str, Group>,
    findings: &'r [Found],
    list: fn(&mut Group) -> &mut Vec<usize>,
) {
    for (at, finding) in findings.iter().enumerate() {
        list(groups.entry(&finding.fingerprint).or_default()).push(at);
    }
}

impl Group {
    /// Says of each what became of it; what stands in the same line goes together.
    fn sort(&self, old: &Scan, new: &Scan, into: &mut Sorted) {
        let Self { old_settled, new_settled, .. } = self;
        let (was, is) = (|at: usize| old.findings[at].spot(), |at: usize| new.findings[at].spot());
        let (was_hushed, is_hushed) =
            (|at: usize| old.suppressed[at].spot(), |at: usize| new.suppressed[at].spot());
        let Pairs { made: still, old: left, new: come } = pairs(&self.old, &self.new, usize::MAX, was, is);
        let is_left =
            |&&(from, to): &&(usize, usize)| old.findings[from].is_current() && new.findings[to].is_past();
        into.left.extend(still.iter().filter(is_left).map(|(from, _)| *from));
        into.still.extend(still.into_iter().map(|(_, at)| at));

        let most = old_settled.len().saturating_sub(new_settled.len());
        let Pairs { made: unsettled, new: come, .. } = pairs(old_settled, &come, most, was_hushed, is);
        into.new.extend(unsettled.into_iter().map(|(_, at)| (at, true)));
        into.new.extend(come.into_iter().map(|at| (at, false)));

        let most = new_settled.len().saturating_sub(old_settled.len());
        let Pairs { made: settled, old: left, .. } = pairs(&left, new_settled, most, was, is_hushed);
        into.settled.extend(settled.into_iter().map(|(_, at)| at));
        into.fixed.extend(left);
    }
}

/// Takes out what moved: of a key that left as many places as it came to, each place is the
/// other's; those of one file name first.
fn moved(sorted: &mut Sorted, old: &Scan, new: &Scan) -> Vec<(usize, usize)> {
    let mut keys: HashMap<&str, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for &at in sorted.fixed.iter().chain(&sorted.left) {
        keys.entry(&old.findings[at].digest).or_default().0.push(at);
    }
    for &(at, _) in sorted.new.iter().filter(|(_, was_settled)| !was_settled) {
        keys.entry(&new.findings[at].digest).or_default().1.push(at);
    }
    keys.retain(|_, (left, come)| left.len() == come.len());
    let mut moved = Vec::new();
    for (left, come) in keys.into_values() {
        let name = |at: usize| old.findings[at].file_name();
        let paired = pairs(&left, &come, usize::MAX, name, |at| new.findings[at].file_name());
        moved.extend(paired.made);
    }
    moved.sort_unstable_by_key(|(_, to)| *to);
    let (from, to): (HashSet<usize>, HashSet<usize>) = moved.iter().copied().unzip();
    sorted.fixed.retain(|at| !from.contains(at));
    sorted.new.retain(|(at, _)| !to.contains(at));
    moved
}

fn notes(old: &Scan, new: &Scan) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |kind, text: String| notes.push(Note { kind, text });
    if !old.is_complete() {
        note(
            "old-incomplete",
            "the old scan was incomplete: what is new may have been there before".to_owned(),
        );
    }
    if !new.is_complete() {
        note(
            "new-incomplete",
            "the new scan was incomplete: what is fixed may be there still, and there may be more".to_owned(),
        );
    }
    if old.kind() != new.kind() {
        let (old, new) = (old.kind().text(), new.kind().text());
        let what = format!(
            "the old scan was {old} and the new one {new}: what only one of them reads is told as fixed or new"
        );
        note("other-kind", what);
    }
    for (kind, what, old, new) in [
        ("other-rules", "in force", old.rules().collect::<BTreeSet<_>>(), new.rules().collect()),
        ("other-disabled", "disabled", old.disabled().collect(), new.disabled().collect::<BTreeSet<_>>()),
    ] {
        let only = |one: &BTreeSet<&str>, other: &BTreeSet<&str>, name: &str| {
            let only: Vec<&str> = one.difference(other).copied().collect();
            (!only.is_empty()).then(|| format!("{} in the {name} scan only", only.join(", ")))
        };
        let differ: Vec<String> =
            only(&old, &new, "old").into_iter().chain(only(&new, &old, "new")).collect();
        if !differ.is_empty() {
            note(kind, format!("other rules were {what}: {}", differ.join("; ")));
        }
    }
    notes
}
