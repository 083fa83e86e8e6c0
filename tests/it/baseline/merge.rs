//! Two branches add to a baseline, and git merges it.

use std::fs;

use super::{FILE, check, commit, known, lines, public};
use crate::sandbox::Sandbox;

#[test]
fn git_merges_what_two_branches_add() {
    let sandbox = known();
    // Ten keys on each side, so that some are neighbours whatever their order.
    for (branch, numbers) in [("one", 10..20), ("two", 20..30)] {
        sandbox.git(["checkout", "--quiet", "-b", branch, "main"]);
        for number in numbers {
            sandbox.write(format!("{branch}/{number}.env"), super::text(number));
        }
        sandbox.run(["baseline", "update"]).exits(0);
        commit(&sandbox, branch);
    }
    sandbox.git(["merge", "--quiet", "--no-edit", "one"]);
    let text = fs::read_to_string(sandbox.path(FILE)).expect("it is there");
    assert!(!text.contains("<<<<"), "{text}");
    // Git may keep a line of both sides twice.
    let distinct: std::collections::BTreeSet<_> = lines(&sandbox).into_iter().collect();
    assert_eq!(distinct.len(), 21);
    check(&sandbox, "main..HEAD", &[]);
    // Made anew it is in order.
    sandbox.run(["baseline", "update"]).exits(0).prints(&["up to date: 21 entries"]);
    let mut sorted = lines(&sandbox);
    sorted.sort();
    assert_eq!(lines(&sandbox), sorted);
    check(&sandbox, "main..HEAD", &[]);
}

#[test]
fn attributes_are_set_once_and_only_where_nobody_has() {
    let sandbox = Sandbox::repository();
    sandbox.write("a.env", super::text(1));
    sandbox.write(".gitattributes", "*.png binary");
    let read = || fs::read_to_string(sandbox.path(".gitattributes")).expect("it is there");
    super::create(&sandbox, &["--no-gitattributes"]);
    assert_eq!(read(), "*.png binary");
    super::create(&sandbox, &["--force"]).prints(&["wrote", "1 entry", ".gitattributes tells git"]);
    assert_eq!(read(), "*.png binary\n/.baseleak-baseline merge=union\n");
    super::create(&sandbox, &["--force"]);
    assert_eq!(read(), "*.png binary\n/.baseleak-baseline merge=union\n");
    for rule in ["* merge=ours\n", "/.baseleak-baseline -merge\n"] {
        sandbox.write(".gitattributes", rule);
        super::create(&sandbox, &["--force"]);
        assert_eq!(read(), rule);
    }
}

/// A line that two branches move to different places is known at both.
#[test]
fn both_sides_of_a_move_stay_known() {
    let sandbox = known();
    for branch in ["one", "two"] {
        sandbox.git(["checkout", "--quiet", "-b", branch, "main"]);
        super::move_and_edit(&sandbox, "a.env", &format!("{branch}/a.env"));
        sandbox.run(["baseline", "update"]).exits(0);
        commit(&sandbox, branch);
    }
    sandbox.git(["checkout", "--quiet", "two"]);
    let text = fs::read_to_string(sandbox.path(FILE)).expect("it is there");
    let other = sandbox.git(["show", &format!("one:{FILE}")]);
    sandbox.write(FILE, text + &other);
    assert_eq!(reported_in_tree(&sandbox), Vec::<String>::new());
    assert!(lines(&sandbox).contains(&format!("{} one/a.env", public(1))));
    sandbox.run(["baseline", "prune"]).exits(0).prints(&["- ", "at one/a.env", "1 entry"]);
}

fn reported_in_tree(sandbox: &Sandbox) -> Vec<String> {
    super::reported(sandbox, &["scan"])
}
