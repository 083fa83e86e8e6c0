//! What a person can do where a scan is incomplete.
//!
//! It goes by what the coverage says of each path, and opens nothing.

use super::super::help::{FRONT_END, IMAGE};
use crate::model::{Coverage, Finding, Skipped};

/// What to do about keys that stand where no text file is.
pub(super) fn seen(findings: &[Finding]) -> impl Iterator<Item = &'static str> {
    let hints = [
        (findings.iter().any(|finding| finding.sight.is_some()), IMAGE),
        (findings.iter().any(|finding| finding.deployed.is_some()), FRONT_END),
    ];
    hints.into_iter().filter(|(holds, _)| *holds).map(|(_, hint)| hint)
}

/// What can be done about what was skipped, a line for each kind.
pub(super) fn incomplete(coverage: &Coverage) -> Vec<&'static str> {
    let (mut is_cut, mut is_damaged, mut is_site, mut is_late, mut is_other) =
        (false, false, false, false, false);
    for Skipped { path, reason } in &coverage.skipped {
        let (path, reason) = (path.as_str(), reason.to_string());
        // These are the words of the reasons; a wrong guess costs a worse hint and no verdict.
        let is_gap =
            ["the clone is shallow: ", "the clone is partial: "].iter().any(|gap| reason.contains(gap));
        let is_object = path.starts_with("object ") || path == "the object database";
        let is_missing = reason.ends_with("names an object that is not here");
        let is_address =
            ["http://", "https://", "data:", "blob:"].iter().any(|scheme| path.starts_with(scheme));
        match (is_gap, is_object || is_missing) {
            (true, _) => is_cut = true,
            (_, true) => is_damaged = true,
            _ if is_address => is_site = true,
            _ if reason.contains("the budget of ") && reason.contains(" ran out") => is_late = true,
            _ => is_other = true,
        }
    }
    let cut = "fetch the rest with `git fetch --unshallow` (in CI: fetch-depth: 0), or a whole clone of a \
               partial one; --allow-incomplete does without";
    let damaged = "`git fsck` says what is missing or damaged";
    let other = "make what was skipped readable, or leave out with --exclude what need not count";
    let site = "what a site did not give may hold keys: look again, with a larger budget where one ran out";
    let late = "images were not looked at for want of time: give --ocr-budget more of it, or leave it out";
    let is_other = is_other || !(is_cut || is_damaged || is_site || is_late);
    let hints = [(is_cut, cut), (is_damaged, damaged), (is_site, site), (is_late, late), (is_other, other)];
    hints.into_iter().filter(|(holds, _)| *holds).map(|(_, hint)| hint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PathName, SkipReason};

    #[track_caller]
    fn check(skipped: &[(&str, &str)], expect: &[&str]) {
        let one = |(path, why): &(&str, &str)| Skipped {
            path: PathName::of_shown(path),
            reason: SkipReason::Unreadable((*why).to_owned()),
        };
        let coverage = Coverage { skipped: skipped.iter().map(one).collect(), ..Coverage::default() };
        let found = incomplete(&coverage);
        assert!(found.len() == expect.len(), "{found:?}");
        assert!(found.iter().zip(expect).all(|(found, expect)| found.contains(expect)), "{found:?}");
    }

    #[test]
    fn a_hint_for_each_kind() {
        let gap = ("the repository", "the clone is shallow: what lies before is not here");
        let damaged = ("object 0123", "it is damaged");
        check(&[("private", "permission denied")], &["--exclude"]);
        check(&[gap, gap], &["--unshallow"]);
        check(&[damaged], &["git fsck"]);
        check(&[("a.png", "the budget of 3 s ran out"); 2], &["--ocr-budget"]);
        check(&[("https://a.example/b.js", "it is larger than 1 MiB")], &["look again"]);
        check(&[gap, damaged, ("private", "permission denied")], &["--unshallow", "git fsck", "--exclude"]);
    }
}
