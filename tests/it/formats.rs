//! Repositories that keep things in a way that cannot be read yet: `history` says so.

use crate::sandbox::Sandbox;

#[test]
fn formats_that_cannot_be_read_are_refused() {
    for (args, reason) in [
        ("--object-format=sha256", "the repository uses SHA-256 object names"),
        ("--ref-format=reftable", "the repository uses reftable for its branches"),
    ] {
        let sandbox = Sandbox::new();
        let mut git = sandbox.confined("git");
        if !git.args(["init", "--quiet", args]).output().expect("git can be run").status.success() {
            // This git is too old to make one.
            continue;
        }
        sandbox.write_key("one.txt");
        sandbox.git(["add", "--all"]);
        sandbox.git(["commit", "--quiet", "--message", "first"]);
        for more in [
            &[][..],
            &["--range", "HEAD"],
            &["--branch", "main"],
            &["--max-depth", "1"],
            &["--allow-incomplete"],
            &["--engine", "git2"],
            &["--exit-zero"],
        ] {
            let run = sandbox.run(["history"].iter().chain(more)).exits(2);
            assert!(run.stdout.is_empty(), "{run:?}");
            run.says(&["error: cannot read the history", reason, "hint: `baseleak scan`"]);
        }
    }
}

/// A submodule of such a kind is named, and the rest is read.
#[test]
fn a_submodule_that_cannot_be_read_leaves_no_verdict() {
    let sandbox = Sandbox::repository();
    let key = sandbox.write_key("one.txt");
    sandbox.git(["init", "--quiet", "sub"]);
    sandbox.git(["-C", "sub", "commit", "--quiet", "--allow-empty", "--message", "first"]);
    sandbox.git(["add", "one.txt", "sub"]);
    sandbox.git(["commit", "--quiet", "--message", "first"]);
    sandbox.run(["history", "--submodules"]).exits(1);
    sandbox.git(["-C", "sub", "config", "core.repositoryFormatVersion", "1"]);
    sandbox.git(["config", "--file", "sub/.git/config", "extensions.objectFormat", "sha256"]);
    let run = sandbox.run(["history", "--submodules"]).exits(2).hides(&key);
    run.prints(&["sub", "SHA-256 object names", "1 finding"]);
}
