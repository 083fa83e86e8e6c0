//! Files move, branches are rebased, squashed and amended, and nothing opens again; a copy does.

use std::fs;

use super::{check, commit, known, move_and_edit, reported, text};
use crate::sandbox::{Sandbox, key};

#[test]
fn what_is_known_is_not_reported_again() {
    let sandbox = known();
    check(&sandbox, "HEAD~1..HEAD", &[]);
    let text = fs::read_to_string(sandbox.path("a.env")).expect("it is there");
    sandbox.write("a.env", format!("\n\n# edited\n{text}# and here\n"));
    assert!(reported(&sandbox, &["scan"]).is_empty());
    commit(&sandbox, "edit");
    check(&sandbox, "HEAD~1..HEAD", &[]);
}

/// The whole story of a branch.
#[test]
fn moves_rebases_and_squashes_reopen_nothing() {
    let sandbox = known();
    sandbox.git(["checkout", "--quiet", "-b", "topic"]);
    move_and_edit(&sandbox, "a.env", "config/b.env");
    // Not committed and not even staged, then staged, then committed.
    assert!(reported(&sandbox, &["scan"]).is_empty());
    sandbox.git(["add", "--all"]);
    assert!(reported(&sandbox, &["scan"]).is_empty());
    assert!(reported(&sandbox, &["staged"]).is_empty());
    commit(&sandbox, "move");
    check(&sandbox, "main..topic", &[]);
    sandbox.write("unrelated.txt", "more\n");
    commit(&sandbox, "more");
    move_and_edit(&sandbox, "config/b.env", "deploy/c.env");
    sandbox.git(["add", "--all"]);
    assert!(reported(&sandbox, &["staged"]).is_empty());
    commit(&sandbox, "move again");
    check(&sandbox, "main..topic", &[]);
    check(&sandbox, "HEAD~1..HEAD", &[]);

    sandbox.git(["checkout", "--quiet", "main"]);
    sandbox.write("meanwhile.txt", "on main\n");
    commit(&sandbox, "meanwhile");
    sandbox.git(["checkout", "--quiet", "topic"]);
    sandbox.git(["rebase", "--quiet", "main"]);
    check(&sandbox, "main..topic", &[]);
    sandbox.git(["commit", "--quiet", "--amend", "--message", "amended"]);
    check(&sandbox, "main..topic", &[]);

    sandbox.git(["checkout", "--quiet", "main"]);
    sandbox.git(["merge", "--quiet", "--squash", "topic"]);
    assert!(reported(&sandbox, &["staged"]).is_empty());
    commit(&sandbox, "squashed");
    check(&sandbox, "HEAD~1..HEAD", &[]);
    // The branch and all that it led to are gone, as in a fresh clone.
    sandbox.git(["branch", "--quiet", "-D", "topic"]);
    sandbox.git(["reflog", "expire", "--expire=now", "--all"]);
    sandbox.git(["gc", "--quiet", "--prune=now"]);
    check(&sandbox, "HEAD~1..HEAD", &[]);
    move_and_edit(&sandbox, "deploy/c.env", "last.env");
    commit(&sandbox, "once more");
    check(&sandbox, "HEAD~1..HEAD", &[]);
    // The baseline follows, and what is past stays known.
    sandbox.run(["baseline", "update"]).exits(0).prints(&["~ ", "at last.env, where it was at a.env"]);
    commit(&sandbox, "update");
    check(&sandbox, "HEAD~2..HEAD", &[]);
}

/// In each source, before and after it is committed, and beside a move that nobody wrote down.
#[test]
fn a_key_in_a_new_file_is_reported() {
    for has_moved in [false, true] {
        let sandbox = known();
        if has_moved {
            move_and_edit(&sandbox, "a.env", "b.env");
            commit(&sandbox, "move");
        }
        sandbox.write("z/new.txt", format!("password = {}\n", key(1)));
        assert_eq!(reported(&sandbox, &["scan"]), ["z/new.txt"]);
        sandbox.git(["add", "--all"]);
        assert_eq!(reported(&sandbox, &["staged"]), ["z/new.txt"]);
        commit(&sandbox, "new");
        assert_eq!(reported(&sandbox, &["scan"]), ["z/new.txt"]);
        assert_eq!(reported(&sandbox, &["history"]), ["z/new.txt"]);
        assert_eq!(reported(&sandbox, &["history", "--range", "HEAD~1..HEAD"]), ["z/new.txt"]);
    }
}

/// A file that was there and did not hold it is as new a place as any.
#[test]
fn a_key_in_another_file_that_was_there_is_reported() {
    let sandbox = known();
    move_and_edit(&sandbox, "a.env", "b.env");
    commit(&sandbox, "move");
    sandbox.write("other.txt", format!("nothing but {}\n", key(1)));
    assert_eq!(reported(&sandbox, &["scan"]), ["other.txt"]);
    commit(&sandbox, "other");
    assert_eq!(reported(&sandbox, &["history", "--range", "HEAD~1..HEAD"]), ["other.txt"]);
    assert_eq!(reported(&sandbox, &["scan"]), ["other.txt"]);
}

/// A history tells of the same content once, at its first path: the copy is reported there.
#[test]
fn a_copy_of_the_same_file_is_reported() {
    let sandbox = known();
    fs::copy(sandbox.path("a.env"), sandbox.path("copy.env")).expect("it can be copied");
    assert_eq!(reported(&sandbox, &["scan"]), ["copy.env"]);
    sandbox.git(["add", "--all"]);
    assert_eq!(reported(&sandbox, &["staged"]), ["copy.env"]);
    commit(&sandbox, "copy");
    assert_eq!(reported(&sandbox, &["scan"]), ["copy.env"]);
    assert_eq!(reported(&sandbox, &["history"]), ["a.env"]);
    sandbox.run(["baseline", "update", "--from", "history"]).exits(0).prints(&["at copy.env"]);
    check(&sandbox, "HEAD~1..HEAD", &[]);
}

/// A file that moves and is copied at once has one new place too many.
#[test]
fn one_file_that_goes_serves_one_that_comes() {
    let sandbox = known();
    move_and_edit(&sandbox, "a.env", "m/a.env");
    sandbox.write("copy.env", text(1) + "# a copy\n");
    assert_eq!(reported(&sandbox, &["scan"]), ["copy.env"]);
    sandbox.git(["add", "--all"]);
    assert_eq!(reported(&sandbox, &["staged"]), ["copy.env"]);
    commit(&sandbox, "move and copy");
    assert_eq!(reported(&sandbox, &["scan"]), ["copy.env"]);
    assert_eq!(reported(&sandbox, &["history", "--range", "HEAD~1..HEAD"]), ["copy.env"]);
}

/// Started elsewhere, or on a part, the answer is the same.
#[test]
fn a_part_is_judged_as_the_whole() {
    let sandbox = known();
    move_and_edit(&sandbox, "a.env", "sub/b.env");
    commit(&sandbox, "move");
    sandbox.write("sub/new.txt", text(1));
    assert_eq!(reported(&sandbox, &["scan", "sub"]), ["sub/new.txt"]);
    assert_eq!(reported(&sandbox, &["scan", "sub/new.txt"]), ["sub/new.txt"]);
    assert!(reported(&sandbox, &["scan", "sub/b.env"]).is_empty());
    let mut elsewhere = sandbox.command(["scan", "..", "--format", "json"]);
    let run = crate::sandbox::Run::ended(
        elsewhere.current_dir(sandbox.path("sub")).output().expect("the program can be started"),
    );
    assert_eq!(run.json()["findings"][0]["relative_path"], "sub/new.txt");
    assert_eq!(run.json()["summary"]["findings"], 1);
}

/// A file that is not checked out has not moved.
#[test]
fn a_file_that_is_not_checked_out_is_there() {
    let sandbox = Sandbox::repository();
    sandbox.write("away/a.env", text(1));
    sandbox.write("here/b.txt", "nothing\n");
    commit(&sandbox, "first");
    super::create(&sandbox, &[]);
    commit(&sandbox, "baseline");
    sandbox.git(["sparse-checkout", "set", "here"]);
    assert!(!sandbox.path("away").exists());
    sandbox.write("here/new.env", text(1));
    assert_eq!(reported(&sandbox, &["scan"]), ["here/new.env"]);
}

/// Without a repository the files themselves are all that there is.
#[test]
fn a_plain_folder_has_moves_and_copies_too() {
    let sandbox = Sandbox::new();
    sandbox.write("a.env", text(1));
    super::create(&sandbox, &[]);
    assert!(!sandbox.path(".gitattributes").exists());
    move_and_edit(&sandbox, "a.env", "b.env");
    assert!(reported(&sandbox, &["scan"]).is_empty());
    sandbox.write("c.env", text(1));
    assert_eq!(reported(&sandbox, &["scan"]), ["c.env"]);
}

/// What a range took away again was on its way, if a file with the key went.
#[test]
fn stations_of_a_range_are_known_only_on_a_way() {
    let sandbox = known();
    move_and_edit(&sandbox, "a.env", "b.env");
    commit(&sandbox, "one");
    move_and_edit(&sandbox, "b.env", "c.env");
    sandbox.run(["baseline", "update"]).exits(0);
    commit(&sandbox, "two, and the baseline knows");
    check(&sandbox, "HEAD~2..HEAD", &[]);
    sandbox.write("brief.txt", text(1) + "# for a day\n");
    commit(&sandbox, "in");
    fs::remove_file(sandbox.path("brief.txt")).expect("it is there");
    commit(&sandbox, "and out");
    assert_eq!(reported(&sandbox, &["history", "--range", "HEAD~2..HEAD"]), ["brief.txt"]);
    // To the whole history it is one more past place of what is known.
    assert!(reported(&sandbox, &["history"]).is_empty());
}

/// A rename brings no new object, and yet the file that came needs the line that it left.
#[test]
fn a_rename_in_a_range_hides_nothing_else() {
    for is_one_commit in [false, true] {
        let sandbox = known();
        sandbox.git(["mv", "a.env", "b.env"]);
        if !is_one_commit {
            commit(&sandbox, "rename");
        }
        sandbox.write("leak.txt", format!("password = {}\n", key(1)));
        commit(&sandbox, "leak");
        assert_eq!(reported(&sandbox, &["scan"]), ["leak.txt"]);
        let range = if is_one_commit { "HEAD~1..HEAD" } else { "HEAD~2..HEAD" };
        assert_eq!(reported(&sandbox, &["history", "--range", range]), ["leak.txt"]);
    }
}
