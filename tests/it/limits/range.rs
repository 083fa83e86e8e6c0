//! `--range`: what one commit has and another has not.

use std::fs;

use super::made::{Made, line};
use crate::sandbox::key;

#[test]
fn of_a_linear_branch() {
    let made = Made::new();
    let ids: Vec<String> = (0..4).map(|number| made.commit_key(number)).collect();
    made.sandbox.git(["tag", "light", &ids[1]]);
    made.sandbox.git(["tag", "--annotate", "heavy", "--message", "a tag", &ids[2]]);
    made.switch(&["--create", "topic"]);
    for (range, expect) in [
        ("HEAD~2..HEAD", &[2, 3][..]),
        ("HEAD..HEAD", &[]),
        ("HEAD..HEAD~2", &[]),
        ("light..heavy", &[2]),
        ("light..", &[2, 3]),
        ("..light", &[]),
        ("heavy^{}..topic", &[3]),
        ("light^..@", &[1, 2, 3]),
        ("tags/light..heads/topic", &[2, 3]),
        ("HEAD", &[0, 1, 2, 3]),
        ("light", &[0, 1]),
        (&format!("{}..{}", ids[0], ids[3]), &[1, 2, 3]),
        (&format!("{}..{}", &ids[0][..8], &ids[3][..12].to_uppercase()), &[1, 2, 3]),
        (&format!("{}..{}", "0".repeat(40), ids[1]), &[0, 1]),
        (&format!("{}..{}", ids[1], "0".repeat(40)), &[]),
    ] {
        made.range(range, expect);
    }
    made.switch(&["--detach", &ids[1]]);
    made.range("..topic", &[2, 3]);
    made.range("topic..", &[]);
}

#[test]
fn of_three_dots_has_what_is_new_since_they_parted() {
    let made = Made::new();
    made.commit_key(0);
    made.switch(&["--create", "topic"]);
    made.commit_key(1);
    made.switch(&["main"]);
    made.commit_key(2);
    made.range("main...topic", &[1]);
    made.range("topic...main", &[2]);
    made.range("main..topic", &[1]);
    made.range("topic...", &[2]);
    made.range("...topic", &[1]);
}

/// The second parent of a merge counts, and so does what the merge itself brings.
#[test]
fn of_merges() {
    let made = Made::new();
    let base = made.commit_key(0);
    made.switch(&["--create", "topic"]);
    made.commit_key(1);
    made.commit_key(2);
    made.switch(&["main"]);
    let before = made.commit_key(3);
    made.merge("topic");
    made.plant("own.env", 4);
    made.commit("a merge that brings its own");
    made.range(&format!("{base}..main"), &[1, 2, 3, 4]);
    made.range(&format!("{before}..main"), &[1, 2, 4]);
    made.range("topic..main", &[3, 4]);
    made.range("main^2..main", &[3, 4]);
    made.range("main^2~1..main^2", &[2]);
    made.range("main..topic", &[]);
}

/// A merge that undoes what both parents did holds what was there before.
#[test]
fn of_merges_that_bring_back_what_was_there() {
    let made = Made::new();
    made.plant("a.env", 0);
    let base = made.commit("first");
    made.switch(&["--create", "topic"]);
    made.sandbox.write("a.env", "of the topic\n");
    made.commit("second");
    made.switch(&["main"]);
    made.sandbox.write("b.txt", "of main\n");
    made.commit("third");
    made.merge("topic");
    made.plant("a.env", 0);
    made.commit("merge");
    made.range(&format!("{base}..main"), &[]);
    made.range("topic..main", &[]);
    made.range("main", &[0]);
}

#[test]
fn of_criss_cross_merges() {
    let made = Made::new();
    made.commit_key(0);
    made.switch(&["--create", "topic"]);
    let topic = made.commit_key(1);
    made.switch(&["main"]);
    let main = made.commit_key(2);
    made.merge(&topic);
    made.commit("merges the topic");
    made.switch(&["topic"]);
    made.merge(&main);
    made.commit("merges main");
    made.commit_key(3);
    made.switch(&["main"]);
    made.commit_key(4);
    made.range("main..topic", &[3]);
    made.range("topic..main", &[4]);
    made.range("main...topic", &[3]);
    made.range(&format!("{main}..topic"), &[1, 3]);
    made.range(&format!("{topic}..main"), &[2, 4]);
}

#[test]
fn holds_what_was_removed_in_it_again() {
    let made = Made::new();
    let base = made.commit("first");
    made.commit_key(1);
    fs::remove_file(made.sandbox.path("1.env")).expect("it is there");
    made.plant("2.env", 2);
    made.commit("second");
    made.sandbox.write("2.env", "nothing\n");
    let last = made.commit("third");
    made.range(&format!("{base}..HEAD"), &[1, 2]);
    made.range(&format!("{last}~1..{last}"), &[]);
}

/// A blob that the base has is not new, wherever it stands; the key in a new one is.
#[test]
fn holds_a_known_key_only_in_new_content() {
    let made = Made::new();
    made.plant("old.env", 0);
    made.plant("gone.env", 1);
    made.commit("first");
    fs::remove_file(made.sandbox.path("gone.env")).expect("it is there");
    let base = made.commit("second");
    made.plant("elsewhere/copy.env", 0);
    made.plant("back.env", 1);
    made.commit("copies, and brings back");
    made.range(&format!("{base}..HEAD"), &[]);
    made.sandbox.write("old.env", format!("# changed\n{}", line(0)));
    made.commit("the same key in another text");
    made.range(&format!("{base}..HEAD"), &[0]);
    made.range("HEAD^..HEAD", &[0]);
    let report = made.sandbox.run(["history", "--format", "json", "--range", "HEAD^..HEAD"]).json();
    assert_eq!(report["findings"][0]["origin"]["commit"]["id"], made.id("HEAD"));
}

#[test]
fn holds_messages_authors_and_tags() {
    let made = Made::new();
    let base = made.commit(&format!("old {}", key(0)));
    made.sandbox.git(["tag", "--annotate", "old", "--message", &format!("old {}", key(1))]);
    made.commit(&format!("new {}", key(2)));
    made.sandbox.git(["tag", "--annotate", "inner", "--message", &format!("inner {}", key(3))]);
    made.sandbox.git(["tag", "--annotate", "outer", "--message", &format!("outer {}", key(4)), "inner"]);
    made.range(&format!("{base}..HEAD"), &[2]);
    made.range(&format!("{base}..inner"), &[2, 3]);
    made.range(&format!("{base}..outer"), &[2, 3, 4]);
    made.range("inner..outer", &[4]);
    made.range("old..HEAD", &[2]);
    made.range("outer..outer", &[]);
    made.range("outer..inner", &[]);
    made.range(&format!("{}..old", "0".repeat(40)), &[0, 1]);
}

/// The name of a file stands in a tree, which is new where the folder is changed.
#[test]
fn holds_names_of_files() {
    let made = Made::new();
    made.sandbox.write(format!("one/{}.txt", key(0)), "nothing\n");
    made.commit("first");
    made.sandbox.write(format!("two/{}.txt", key(1)), "nothing\n");
    made.commit("second");
    made.range("HEAD^..HEAD", &[1]);
    made.range("HEAD", &[0, 1]);
}

/// Parents that are younger than their children, and all of one age.
#[test]
fn does_not_depend_on_dates() {
    for dates in [[50, 40, 30, 20, 10, 5, 1], [7; 7], [1, 90, 2, 80, 3, 70, 4], [0; 7]] {
        let made = Made::new();
        let day = |at: usize| dates[at] * super::made::DAY;
        let commit = |at: usize| {
            made.plant(&format!("{at}.env"), at);
            made.commit_at(day(at), "a commit")
        };
        commit(0);
        let base = commit(1);
        made.switch(&["--create", "topic"]);
        commit(2);
        commit(3);
        made.switch(&["main"]);
        commit(4);
        made.merge("topic");
        commit(5);
        made.switch(&["topic"]);
        commit(6);
        made.range(&format!("{base}..main"), &[2, 3, 4, 5]);
        made.range("main..topic", &[6]);
        made.range("topic..main", &[4, 5]);
        made.range(&format!("main..{base}"), &[]);
        made.range("main~2..topic", &[2, 3, 6]);
    }
}

/// What is staged, stashed, or was lost is in no range.
#[test]
fn leaves_out_what_no_commit_of_it_has() {
    let made = Made::new();
    made.commit("first");
    made.commit_key(1);
    made.sandbox.git(["reset", "--quiet", "--hard", "HEAD^"]);
    made.plant("staged.env", 2);
    made.sandbox.git(["add", "--all"]);
    made.sandbox.git(["stash", "push", "--quiet"]);
    made.plant("staged.env", 3);
    made.sandbox.git(["add", "--all"]);
    made.sandbox.write(".git/hooks/post-commit", format!("export {}", line(4)));
    made.range("HEAD", &[]);
    made.check(&[], &[1, 2, 3, 4]);
}

/// Its folder is as it was before the change and after it, and was new once.
#[test]
fn holds_what_a_change_that_was_undone_had_brought() {
    let made = Made::new();
    let base = made.commit("first");
    made.plant("folder/1.env", 1);
    made.sandbox.write("folder/other.txt", "as it was\n");
    made.commit("second");
    made.sandbox.write("folder/other.txt", "changed\n");
    made.commit("third");
    made.sandbox.write("folder/other.txt", "as it was\n");
    made.commit("fourth");
    made.range(&format!("{base}..HEAD"), &[1]);
    made.range(&format!("{base}..HEAD^"), &[1]);
    made.range("HEAD~2..HEAD", &[]);
}

/// One key after another in the same place of the same file.
#[test]
fn holds_every_key_that_stood_in_a_place() {
    let made = Made::new();
    for number in 0..5 {
        made.plant("a.env", number);
        made.commit("another key");
    }
    made.range("HEAD", &[0, 1, 2, 3, 4]);
    made.range("HEAD~2..HEAD", &[3, 4]);
    made.check(&[], &[0, 1, 2, 3, 4]);
}
