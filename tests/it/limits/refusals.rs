//! Limits that name nothing, or more than one thing: exit code 2, why, and what to do.

use super::made::Made;
use crate::contexts::Rng;

#[test]
fn what_stands_for_no_range_is_refused() {
    let made = Made::new();
    made.commit_key(0);
    made.commit_key(1);
    made.sandbox.write("note.txt", "a note\n");
    let blob = made.sandbox.git(["hash-object", "-w", "note.txt"]);
    let blob = blob.trim();
    let missing = "0123456789".repeat(4);
    let check = |range: &str, pieces: &[&str]| {
        let run = made.sandbox.run(["history", "--range", range]).exits(2);
        assert!(run.stdout.is_empty(), "{range}: {}", run.stdout);
        run.says(&["error: cannot read the history", "cause: ", "hint: "]).says(pieces);
    };
    check("nowhere..HEAD", &["`nowhere` is no commit, branch or tag", "`git branch --all`"]);
    check("HEAD..nowhere", &["`nowhere` is no commit, branch or tag"]);
    check("nowhere...HEAD", &["`nowhere` is no commit, branch or tag"]);
    check("nowhere", &["`nowhere` is no commit, branch or tag"]);
    check("HEAD~9..HEAD", &["has no parent 1"]);
    check("HEAD^2..HEAD", &["has no parent 2"]);
    check(&format!("{missing}..HEAD"), &["is missing or damaged", "--unshallow"]);
    check(&format!("HEAD..{missing}"), &["is missing or damaged"]);
    check(&format!("{blob}..HEAD"), &["the object", "is no commit"]);
    check(&format!("HEAD..{}", &blob[..10]), &["the object", "is no commit"]);
    check("HEAD@{1}..HEAD", &["is not supported", "`git rev-parse`"]);
    check("@{1}..HEAD", &["is not supported", "`git rev-parse`"]);
    check("@{upstream}..", &["is not supported", "`git rev-parse`"]);
    check("HEAD..:/brings", &["is not supported", "`git rev-parse`"]);
    check("HEAD:1.env..HEAD", &["is not supported", "without a path"]);
    check("HEAD^!", &["is not supported", "`topic^..topic`"]);
    check("^HEAD", &["is not supported", "`main..topic`"]);
    check("..", &["`..` is no range of commits", "`main..HEAD`"]);
    check("...", &["is no range of commits"]);
    check("a..b..c", &["is no range of commits"]);
    check("HEAD....HEAD", &["is no range of commits"]);
    check("", &[]);
}

#[test]
fn what_an_unborn_branch_holds_is_refused() {
    let made = Made::new();
    made.sandbox.run(["history", "--range", "HEAD"]).exits(2).says(&["`HEAD` is no commit", "hint: "]);
    made.sandbox.run(["history", "--branch", "main"]).exits(2).says(&["`main` is no commit", "hint: "]);
    made.check(&["--max-depth", "1"], &[]);
    made.check(&["--since", "30d"], &[]);
}

#[test]
fn an_ambiguous_id_is_refused() {
    let made = Made::new();
    // Of so many commits, two begin with the same four digits.
    let mut seen = std::collections::BTreeMap::new();
    let mut rng = Rng::of_part(0x0A3B_1600, 0);
    let tree = made.sandbox.git(["mktree", "--missing"]);
    let twice = loop {
        let message = format!("{}", rng.next());
        let id = made.sandbox.git(["commit-tree", tree.trim(), "-m", &message]).trim().to_owned();
        if let Some(other) = seen.insert(id[..4].to_owned(), id.clone()) {
            break (other, id);
        }
        assert!(seen.len() < 3000, "that cannot be by chance");
    };
    let (one, other) = twice;
    let digits = &one[..4];
    let run = made.sandbox.run(["history", "--range", digits]).exits(2);
    run.says(&[&format!("`{digits}` is ambiguous"), "hint: give more digits"]);
    made.sandbox.run(["history", "--range", &one]).exits(0);
    made.sandbox.run(["history", "--range", &format!("{}..{}", &one[..20], &other[..20])]).exits(0);
}

#[test]
fn wrong_usage_is_refused() {
    let made = Made::new();
    made.commit_key(0);
    for args in [
        &["--range", "HEAD", "--branch", "main"][..],
        &["--max-depth", "0"],
        &["--max-depth", "-1"],
        &["--max-depth", "all"],
        &["--since", "yesterday"],
        &["--since", "2026-13-01"],
        &["--since", ""],
    ] {
        made.sandbox.run(["history"].iter().chain(args)).exits(2).says(&["error: "]);
    }
}
