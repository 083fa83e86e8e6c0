//! What a report for a person says of a history: under which leaked key a
//! finding is listed, and who brought it in, when, and what keeps it there.
//!
//! A file of its own only for its length: the layout is that of [`super`].
//!
//! **Invariant:** every finding stands in exactly one [`Group`], and names of
//! refs and authors, which a repository may choose, pass through [`sanitise`].

use std::collections::HashMap;
use std::io::{self, Write};

use colored::Colorize;

use super::super::date;
use super::super::terminal::{name, sanitise};
use super::count;
use crate::model::{
    CommitSummary, Exposure, Finding, Fingerprint, Holder, ObjectKind, Origin, Report, Seen, Suppressed,
};

/// How many refs are named before the rest is only counted.
const REFS_NAMED: usize = 3;

/// How many digits of a commit's id a heading shows; the findings below it show all.
const SHORT_ID: usize = 12;

/// Findings that are listed together, in the order of the report.
pub(super) struct Group<'r> {
    heading: Heading<'r>,
    pub(super) findings: Vec<&'r Finding>,
    /// What is settled, where that is to be shown.
    pub(super) suppressed: Vec<&'r Suppressed>,
}

enum Heading<'r> {
    /// No history was read: there is nothing to tell apart.
    None,
    /// The key that the findings share.
    Key(&'r Exposure),
    /// What is left: the findings that no exposure names.
    Rest,
}

impl Group<'_> {
    /// Writes the heading and an empty line, where the group has a heading.
    pub(super) fn write_heading(&self, out: &mut dyn Write) -> io::Result<()> {
        let places = match (self.findings.len(), self.suppressed.len()) {
            (0, settled @ 1..) => format!("{}, suppressed", count(settled as u64, "place", "places")),
            (places, 0) => count(places as u64, "place", "places"),
            (places, settled) => {
                format!("{} and {settled} suppressed", count(places as u64, "place", "places"))
            }
        };
        match self.heading {
            Heading::None => Ok(()),
            Heading::Key(exposure) => {
                let is_in_objects = self.findings.iter().any(|finding| finding.origin.is_some());
                // An audit found it elsewhere.
                let is_elsewhere = !is_in_objects && !self.findings.is_empty();
                let story = if is_elsewhere { "not in the history".to_owned() } else { story(exposure) };
                writeln!(out, "{}: {story}, in {places}\n", sanitise(&exposure.key).bold())
            }
            Heading::Rest => writeln!(out, "{}, in {places}\n", "outside the objects of the history".bold()),
        }
    }
}

/// The findings of a report by key, in the order of its exposures, and after
/// them those that no exposure names. A key all whose places are settled has no group,
/// unless these are to be shown.
pub(super) fn groups(report: &Report, show_suppressed: bool) -> Vec<Group<'_>> {
    let group = |heading| Group { heading, findings: Vec::new(), suppressed: Vec::new() };
    let mut groups: Vec<Group<'_>> =
        report.exposures.iter().map(|exposure| group(Heading::Key(exposure))).collect();
    let mut homes: HashMap<Fingerprint, usize> = HashMap::new();
    for (home, exposure) in report.exposures.iter().enumerate() {
        for fingerprint in &exposure.findings {
            homes.entry(*fingerprint).or_insert(home);
        }
    }
    let rest = groups.len();
    groups.push(group(if rest == 0 { Heading::None } else { Heading::Rest }));
    for finding in &report.findings {
        let home = homes.get(&finding.fingerprint).copied().unwrap_or(rest);
        groups[home].findings.push(finding);
    }
    let mut settled = vec![false; groups.len()];
    for one in &report.suppressed {
        let home = homes.get(&one.finding.fingerprint).copied().unwrap_or(rest);
        settled[home] = true;
        if show_suppressed {
            groups[home].suppressed.push(one);
        }
    }
    let mut settled = settled.into_iter();
    groups.retain(|group| {
        let is_settled = settled.next().unwrap_or(false);
        let is_empty = group.findings.is_empty() && group.suppressed.is_empty();
        !is_empty || (matches!(group.heading, Heading::Key(_)) && !is_settled)
    });
    groups
}

/// Since when and until when a key stood in the history.
fn story(exposure: &Exposure) -> String {
    let Some(first) = &exposure.first else { return "in no commit".to_owned() };
    let since = format!(
        "leaked since {} (commit {} by {})",
        day(first.seconds),
        short_id(first),
        name(&first.author)
    );
    match &exposure.removed {
        _ if exposure.in_head => format!("{since}, still in HEAD"),
        Some(removed) => {
            format!("{since}, removed on {} by commit {}", day(removed.seconds), short_id(removed))
        }
        None => format!("{since}, never on the way to HEAD"),
    }
}

/// The date without the time; whoever needs the time finds it below the heading.
fn day(seconds: i64) -> String {
    let date = date(seconds);
    date.split_once('T').map(|(day, _)| day.to_owned()).unwrap_or(date)
}

fn short_id(commit: &CommitSummary) -> String {
    sanitise(commit.id.get(..SHORT_ID).unwrap_or(&commit.id)).into_owned()
}

/// Where an audit saw it; nothing in the report of one source.
pub(super) fn write_seen(seen: &[Seen], out: &mut dyn Write) -> io::Result<()> {
    if seen.is_empty() {
        return Ok(());
    }
    let places = seen.iter().map(|seen| match seen {
        Seen::Tree => "the work tree",
        Seen::Ignored => "a file that git ignores",
        Seen::Index => "the index",
        Seen::History => "the history",
        Seen::Metadata => "git's own files",
    });
    writeln!(out, "  @ seen in {}", places.collect::<Vec<_>>().join(", "))
}

/// Who brought the secret in, whether it is still there, and what leads to it.
pub(super) fn write_origin(origin: &Origin, out: &mut dyn Write) -> io::Result<()> {
    match &origin.commit {
        Some(commit) => {
            let (id, author) = (sanitise(&commit.id), name(&commit.author));
            writeln!(out, "  @ commit {id} by {author} on {}", date(commit.seconds))?;
        }
        None if is_in_commits(origin.kind) => {
            let object = sanitise(&origin.object);
            writeln!(out, "  @ {} {object}, which no commit carries", origin.kind)?;
        }
        None => {}
    }
    writeln!(out, "  @ {}", state(origin))?;
    write_holder(origin, out)?;
    if !origin.commits.is_empty() {
        writeln!(out, "  @ in {}:", count(origin.commits.len() as u64, "commit", "commits"))?;
    }
    for commit in &origin.commits {
        let (id, author) = (sanitise(&commit.id), name(&commit.author));
        writeln!(out, "      {id} {} {author}", date(commit.seconds))?;
    }
    Ok(())
}

/// Whether commits carry objects of this kind; a commit and a tag stand for themselves.
fn is_in_commits(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Blob | ObjectKind::Tree)
}

/// Whether HEAD carries it, in how many versions, and under which other paths.
fn state(origin: &Origin) -> String {
    let place = match (origin.kind, &origin.commit) {
        (ObjectKind::Blob, _) => format!("in {} of the file", count(origin.versions, "version", "versions")),
        (ObjectKind::Tree, _) => {
            format!("in {} of the folder", count(origin.versions, "version", "versions"))
        }
        (ObjectKind::Commit, Some(_)) => "in the commit itself, not in a file".to_owned(),
        (kind, _) => format!("in {kind} {} itself, not in a file", sanitise(&origin.object)),
    };
    let paths = match origin.other_paths.len() {
        0 => String::new(),
        more => format!(", and {} more there", count(more as u64, "path", "paths")),
    };
    match origin.in_head {
        true => format!("still in HEAD; {place}{paths}"),
        // No later commit carries an earlier one, so that this says nothing of a commit or a tag.
        false if !is_in_commits(origin.kind) => format!("{place}{paths}"),
        false => format!("not in HEAD; {place}{paths}"),
    }
}

/// What keeps the object; where no ref does, that it is not gone for all that.
fn write_holder(origin: &Origin, out: &mut dyn Write) -> io::Result<()> {
    let held = match origin.holder {
        Holder::Ref => return writeln!(out, "  @ reachable from {}", refs(origin)),
        Holder::Stash => "held by the stash only",
        Holder::Reflog => "held by a reflog only: git gc will drop it when the log expires",
        Holder::Index => "held by the index only",
        Holder::Nothing => "nothing holds it: git gc will drop it",
    };
    writeln!(out, "  @ {held}")?;
    writeln!(out, "  @ whoever has a clone that holds it, or its id, can still read it")
}

fn refs(origin: &Origin) -> String {
    let (named, more) = origin.refs.split_at(origin.refs.len().min(REFS_NAMED));
    let named: Vec<_> = named.iter().map(|one| name(one.as_str())).collect();
    match more.len() {
        // A detached HEAD leads there, and has no name among the refs.
        0 if named.is_empty() => "a ref".to_owned(),
        0 => named.join(", "),
        more => format!("{} and {}", named.join(", "), count(more as u64, "more ref", "more refs")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::canonical::canonical;
    use super::*;
    use crate::model::PathName;

    fn commit() -> CommitSummary {
        CommitSummary { id: "0123".repeat(10), author: "Eve\n <e>".into(), seconds: 1_700_000_000 }
    }

    fn origin(kind: ObjectKind, commit: Option<CommitSummary>, holder: Holder) -> Origin {
        Origin {
            object: "ab\x1b".into(),
            kind,
            commit,
            other_paths: Vec::new(),
            versions: 1,
            in_head: false,
            holder,
            refs: Vec::new(),
            commits: Vec::new(),
        }
    }

    /// `expect` is the lines without the `@` before each.
    fn check(origin: &Origin, expect: &[&str]) {
        let mut out = Vec::new();
        write_origin(origin, &mut out).expect("a vector takes everything");
        let text = String::from_utf8(out).expect("the report is UTF-8");
        let lines: Vec<_> = text.lines().map(|line| line.trim_start_matches("  @ ").trim_start()).collect();
        assert_eq!(lines, expect, "{origin:?}");
    }

    #[test]
    fn each_kind_of_object_says_where_it_stands() {
        let by = "commit 0123012301230123012301230123012301230123 by Eve\\x0a <e> on 2023-11-14T22:13:20Z";
        let table: &[(ObjectKind, bool, &[&str])] = &[
            (ObjectKind::Blob, true, &[by, "not in HEAD; in 1 version of the file"]),
            (
                ObjectKind::Blob,
                false,
                &["blob ab\\x1b, which no commit carries", "not in HEAD; in 1 version of the file"],
            ),
            (ObjectKind::Tree, true, &[by, "not in HEAD; in 1 version of the folder"]),
            (
                ObjectKind::Tree,
                false,
                &["tree ab\\x1b, which no commit carries", "not in HEAD; in 1 version of the folder"],
            ),
            (ObjectKind::Commit, true, &[by, "in the commit itself, not in a file"]),
            (ObjectKind::Commit, false, &["in commit ab\\x1b itself, not in a file"]),
            (ObjectKind::Tag, true, &[by, "in tag ab\\x1b itself, not in a file"]),
            (ObjectKind::Tag, false, &["in tag ab\\x1b itself, not in a file"]),
        ];
        for (kind, has_commit, expect) in table {
            let origin = origin(*kind, has_commit.then(commit), Holder::Ref);
            check(&origin, &[*expect, &["reachable from a ref"]].concat());
        }
    }

    #[test]
    fn a_holder_that_is_no_ref_is_told_with_its_danger() {
        let table = [
            (Holder::Stash, "held by the stash only"),
            (Holder::Reflog, "held by a reflog only: git gc will drop it when the log expires"),
            (Holder::Index, "held by the index only"),
            (Holder::Nothing, "nothing holds it: git gc will drop it"),
        ];
        for (holder, expect) in table {
            let danger = "whoever has a clone that holds it, or its id, can still read it";
            let place = "in tag ab\\x1b itself, not in a file";
            check(&origin(ObjectKind::Tag, None, holder), &[place, expect, danger]);
        }
    }

    #[test]
    fn three_refs_are_named_and_the_rest_is_counted() {
        let table = [
            (1, "reachable from r0"),
            (3, "reachable from r0, r1, r2"),
            (4, "reachable from r0, r1, r2 and 1 more ref"),
            (15, "reachable from r0, r1, r2 and 12 more refs"),
        ];
        for (number, expect) in table {
            let mut origin = origin(ObjectKind::Tag, None, Holder::Ref);
            origin.refs = (0..number).map(|n| PathName::masked(format!("r{n}").as_bytes(), &[])).collect();
            check(&origin, &["in tag ab\\x1b itself, not in a file", expect]);
        }
    }

    #[test]
    fn the_commits_that_were_asked_for_are_all_listed() {
        let mut origin = origin(ObjectKind::Tag, None, Holder::Ref);
        origin.commits = vec![commit(); 30];
        let line = "0123012301230123012301230123012301230123 2023-11-14T22:13:20Z Eve\\x0a <e>";
        let mut expect =
            vec!["in tag ab\\x1b itself, not in a file", "reachable from a ref", "in 30 commits:"];
        expect.extend([line; 30]);
        check(&origin, &expect);
    }

    #[test]
    fn each_exposure_has_its_story() {
        let since = "leaked since 2023-11-14 (commit 012301230123 by Eve\\x0a <e>)";
        let removed = CommitSummary { id: "f\u{e9}".into(), author: String::new(), seconds: i64::MAX };
        let table = [
            (Some(commit()), None, true, format!("{since}, still in HEAD")),
            (
                Some(commit()),
                Some(removed),
                false,
                format!("{since}, removed on {} s after 1970 by commit f\u{e9}", i64::MAX),
            ),
            (Some(commit()), None, false, format!("{since}, never on the way to HEAD")),
            (None, None, false, "in no commit".to_owned()),
        ];
        for (first, removed, in_head, expect) in table {
            let (key, digest, findings) = (String::new(), String::new(), Vec::new());
            assert_eq!(story(&Exposure { key, digest, findings, first, removed, in_head }), expect);
        }
    }

    #[test]
    fn every_finding_stands_in_one_group() {
        let mut report = canonical();
        // A key that stands twice in a file has one fingerprint for both.
        report.findings.push(report.findings[0].clone());
        let all = report.findings.len();
        let sizes = |report: &Report| {
            groups(report, false).iter().map(|group| group.findings.len()).collect::<Vec<_>>()
        };
        assert_eq!(sizes(&report).iter().sum::<usize>(), all);
        // Two exposures that claim the same findings do not show them twice.
        report.exposures.push(report.exposures[0].clone());
        assert_eq!(sizes(&report).iter().sum::<usize>(), all);
        report.exposures.clear();
        assert_eq!(sizes(&report), [all]);
        report.findings.clear();
        assert!(groups(&report, false).is_empty());
    }
}
