//! `.gitleaksignore`: a line for each finding that gitleaks is to pass over, for those who
//! come with one. It is gitleaks' format and has none of our additions: reasons, owners and
//! days stand in the configuration.
//!
//! A line is `path:rule:line` or `commit:path:rule:line`, as gitleaks' README and the
//! fingerprints of its reports have it. It names a line number, so that it holds only as long
//! as nothing moves; entries of the configuration and the baseline do not.

use std::collections::{HashMap, HashSet};

use crate::model::{EntryNote, EntryState, Finding, Suppression, SuppressionKind};

/// The shortest id of a commit that git itself writes.
const SHORT_ID: usize = 7;

/// The lines of an ignore file.
#[derive(Debug, Default)]
pub struct IgnoreFile {
    lines: Vec<Line>,
    /// Which of them name a path and a line number.
    by_place: HashMap<(String, u64), Vec<usize>>,
    /// Ids of the rules in force: another one is that of another scanner.
    rules: HashSet<String>,
}

#[derive(Debug)]
struct Line {
    /// Where it stands: `.gitleaksignore:3`.
    place: String,
    /// The line as it may be shown.
    shown: String,
    commit: Option<String>,
    rule: String,
}

/// A line that is no entry. `Display` says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: neither `path:rule:line` nor `commit:path:rule:line`, and hides nothing")]
pub struct BadLine {
    /// Where it stands: `.gitleaksignore:3`.
    pub place: String,
}

impl IgnoreFile {
    /// Reads the lines of a file that is called `name`, for the rules with these ids.
    /// `conceal` makes a line fit to be shown.
    pub fn parse<'r>(
        name: &str,
        text: &str,
        rules: impl IntoIterator<Item = &'r str>,
        conceal: impl Fn(&str) -> String,
    ) -> (Self, Vec<BadLine>) {
        let rules = rules.into_iter().map(str::to_owned).collect();
        let (mut file, mut bad) = (Self { rules, ..Self::default() }, Vec::new());
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let place = format!("{name}:{}", number + 1);
            let Some(Parts { commit, path, rule, line: at }) = parts(line) else {
                bad.push(BadLine { place });
                continue;
            };
            file.by_place.entry((path, at)).or_default().push(file.lines.len());
            let (commit, rule) = (commit.map(str::to_ascii_lowercase), rule.to_owned());
            file.lines.push(Line { place, shown: conceal(line), commit, rule });
        }
        (file, bad)
    }

    /// The first line that settles `finding`.
    pub(super) fn find(&self, finding: &Finding) -> Option<usize> {
        if self.lines.is_empty() {
            return None;
        }
        let place = (finding.relative.as_str().to_owned(), finding.location.start.line);
        let commit = finding.origin.as_ref().and_then(|origin| origin.commit.as_ref());
        let settles = |index: &&usize| {
            let line = &self.lines[**index];
            let is_commit = |id: &String| commit.is_some_and(|commit| commit.id.starts_with(id.as_str()));
            line.commit.as_ref().is_none_or(is_commit)
                && (*line.rule == *finding.rule || !self.rules.contains(&line.rule))
        };
        self.by_place.get(&place)?.iter().find(settles).copied()
    }

    /// What a line says of a finding that it settles.
    pub(super) fn suppression(&self, index: usize) -> Suppression {
        let (reason, owner, expires) = (None, None, None);
        let place = self.lines[index].place.clone();
        Suppression { kind: SuppressionKind::IgnoreFile, place, reason, owner, expires }
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The lines that are not `used`.
    pub(super) fn unused(&self, used: &[bool]) -> impl Iterator<Item = EntryNote> {
        let unused = self.lines.iter().zip(used).filter(|(_, used)| !**used);
        unused.map(|(Line { place, shown, .. }, _)| EntryNote {
            place: place.clone(),
            entry: shown.clone(),
            state: EntryState::Unused,
        })
    }
}

/// What a line says.
struct Parts<'l> {
    commit: Option<&'l str>,
    path: String,
    rule: &'l str,
    line: u64,
}

/// Read from the end, for a path may have colons in it.
fn parts(line: &str) -> Option<Parts<'_>> {
    let (rest, number) = line.rsplit_once(':')?;
    let (rest, rule) = rest.rsplit_once(':')?;
    let is_id = |text: &str| {
        (SHORT_ID..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let (commit, path) = match rest.split_once(':') {
        Some((commit, path)) if is_id(commit) => (Some(commit), path),
        _ => (None, rest),
    };
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path).to_owned();
    let line = number.trim().parse().ok()?;
    (!path.is_empty() && !rule.is_empty()).then_some(Parts { commit, path, rule, line })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CommitSummary, Holder, ObjectKind, Origin};
    use crate::suppress::made_tests::finding;

    const RULES: [&str; 2] = ["baseten-api-key", "another-rule"];
    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    fn read(text: &str) -> (IgnoreFile, Vec<BadLine>) {
        IgnoreFile::parse("f", text, RULES, str::to_owned)
    }

    /// Whether the line settles what stands at `path:3` in a file, and in the history.
    #[track_caller]
    fn check(line: &str, path: &str, in_file: bool, in_history: bool) {
        let (file, bad) = read(line);
        assert!(bad.is_empty(), "{line}");
        let mut found = finding("b10_aaaaaaaa", path, 3);
        assert_eq!(file.find(&found).is_some(), in_file, "{line}");
        let commit = CommitSummary { id: ID.to_owned(), author: String::new(), seconds: 0 };
        found.origin = Some(Origin {
            object: String::new(),
            kind: ObjectKind::Blob,
            commit: Some(commit),
            other_paths: Vec::new(),
            versions: 1,
            in_head: true,
            holder: Holder::Ref,
            refs: Vec::new(),
            commits: Vec::new(),
        });
        assert_eq!(file.find(&found).is_some(), in_history, "{line}");
    }

    #[test]
    fn lines() {
        check("src/a.py:baseten-api-key:3", "src/a.py", true, true);
        check("./src/a.py:baseten-api-key:3", "src/a.py", true, true);
        check("src\\a.py:baseten-api-key:3", "src/a.py", true, true);
        check("  src/a.py:baseten-api-key:3\r\n", "src/a.py", true, true);
        check("\u{feff}src/a.py:baseten-api-key:3", "src/a.py", true, true);
        check("src/a.py:baseten-api-key:4", "src/a.py", false, false);
        check("src/b.py:baseten-api-key:3", "src/a.py", false, false);
        check("a.py:baseten-api-key:3", "src/a.py", false, false);
        // A rule that is in force is meant, and one that is not is another scanner's.
        check("src/a.py:another-rule:3", "src/a.py", false, false);
        check("src/a.py:generic-api-key:3", "src/a.py", true, true);
        check("dist/z.zip!a.py:generic-api-key:3", "dist/z.zip!a.py", true, true);
        check("a:b.py:generic-api-key:3", "a:b.py", true, true);
        check(&format!("{ID}:src/a.py:baseten-api-key:3"), "src/a.py", false, true);
        check(&format!("{}:src/a.py:baseten-api-key:3", &ID[..7].to_uppercase()), "src/a.py", false, true);
        check(&format!("{}:src/a.py:baseten-api-key:3", &ID[..6]), "src/a.py", false, false);
        check("fedcba9876:src/a.py:baseten-api-key:3", "src/a.py", false, false);
    }

    #[test]
    fn what_is_no_entry_is_told_with_its_line() {
        let text =
            "# a comment\n\nnothing\na.py:rule\na.py:rule:x\n:rule:3\na.py::3\na.py:rule:-1\nb.py:rule:3";
        let (file, bad) = read(text);
        let places: Vec<_> = bad.iter().map(|bad| bad.place.as_str()).collect();
        assert_eq!(places, ["f:3", "f:4", "f:5", "f:6", "f:7", "f:8"]);
        let unused: Vec<_> = file.unused(&[false]).map(|note| (note.place, note.entry)).collect();
        assert_eq!(unused, [("f:9".to_owned(), "b.py:rule:3".to_owned())]);
    }
}
