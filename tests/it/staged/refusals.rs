//! Where there is no telling what is staged: exit code 2, and why.

use super::committed;
use crate::sandbox::Sandbox;

#[test]
fn what_is_no_repository_is_refused() {
    let sandbox = Sandbox::new();
    let check = |args: &[&str], pieces: &[&str]| {
        sandbox
            .run(["staged"].iter().chain(args))
            .exits(2)
            .says(&["error: cannot tell what is staged", "hint: "])
            .says(pieces);
    };
    check(&[], &["cause: . is not in a git repository"]);
    check(&["missing"], &["cause: missing is not in a git repository"]);
    sandbox.git(["init", "--quiet", "--bare", "store"]);
    check(&["store"], &["is a bare repository", "GIT_WORK_TREE"]);
    let mut command = sandbox.command(["staged"]);
    let output = command.env("GIT_DIR", "nowhere").output().expect("the program can be started");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn formats_that_cannot_be_read_are_refused() {
    for (args, reason) in [
        ("--object-format=sha256", "the repository uses SHA-256 object names"),
        ("--ref-format=reftable", "the repository uses reftable for its branches"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.git(["init", "--quiet", args]);
        sandbox.write_key("one.txt");
        sandbox.git(["add", "--all"]);
        sandbox.run(["staged"]).exits(2).says(&[reason, "hint: "]);
    }
}

#[test]
fn a_damaged_index_is_refused() {
    let sandbox = committed();
    sandbox.write_key("one.txt");
    sandbox.git(["add", "--all"]);
    let sound = std::fs::read(sandbox.path(".git/index")).expect("it is there");
    for length in [0, 11, 40, 100, sound.len() - 30] {
        sandbox.write(".git/index", &sound[..length]);
        let run = sandbox.run(["staged"]);
        assert_eq!(run.code, Some(2), "{length}: {run:?}");
    }
    sandbox.write(".git/index", &sound);
    sandbox.run(["staged"]).exits(1);
}

#[test]
fn a_broken_head_is_refused() {
    let sandbox = committed();
    sandbox.write(".git/HEAD", "ref: ../../outside\n");
    sandbox.run(["staged"]).exits(2);
    sandbox.write(".git/HEAD", "ref: refs/heads/main\n");
    sandbox.write(".git/refs/heads/main", "0123456789012345678901234567890123456789\n");
    sandbox.run(["staged"]).exits(2).says(&["cannot read what HEAD points to"]);
    sandbox.write(".git/refs/heads/main", "nonsense\n");
    sandbox.run(["staged"]).exits(2);
}
