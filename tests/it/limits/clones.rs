//! Clones that hold a part of the history: no verdict, unless that is allowed.

use super::made::{Made, numbers_of};

/// A repository of three commits, whose second brings a key.
fn origin() -> (Made, String) {
    let made = Made::new();
    made.sandbox.write("a.txt", "first\n");
    made.commit("first");
    made.commit_key(1);
    made.sandbox.git(["rm", "--quiet", "1.env"]);
    made.sandbox.write("a.txt", "third\n");
    made.commit("third");
    made.sandbox.git(["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", made.sandbox.path(".git").display());
    (made, url)
}

/// Without leave there is no verdict; with it the exit code and the keys are these.
#[track_caller]
fn check(made: &Made, clone: &str, args: &[&str], piece: &str, expect: &[usize]) {
    let run = made.sandbox.run(["history", clone, "--format", "json"].iter().chain(args)).exits(2);
    assert!(run.stdout.contains(piece), "{}", run.stdout);
    assert_eq!(numbers_of(&run.json()), expect.iter().copied().collect(), "{args:?}");
    let run =
        made.sandbox.run(["history", clone, "--allow-incomplete", "--format", "json"].iter().chain(args));
    let run = run.exits(i32::from(!expect.is_empty()));
    assert_eq!(numbers_of(&run.json()), expect.iter().copied().collect(), "{args:?}");
    assert_eq!(run.json()["coverage"]["skipped"], serde_json::json!([]), "{args:?}");
}

#[test]
fn shallow_ones() {
    let (made, url) = origin();
    made.sandbox.git(["clone", "--quiet", "--depth=1", &url, "../home/one"]);
    made.sandbox.git(["clone", "--quiet", "--depth=2", &url, "../home/two"]);
    let piece = "the clone is shallow";
    check(&made, "../home/one", &[], piece, &[]);
    check(&made, "../home/two", &[], piece, &[1]);
    check(&made, "../home/two", &["--engine", "git2"], piece, &[1]);
    check(&made, "../home/two", &["--range", "HEAD^..HEAD"], piece, &[]);
    check(&made, "../home/two", &["--branch", "main"], piece, &[1]);
    check(&made, "../home/two", &["--max-depth", "1"], piece, &[]);
    check(&made, "../home/two", &["--max-depth", "2"], piece, &[1]);
    check(&made, "../home/two", &["--since", "2026-01-01"], piece, &[1]);
    let run = made.sandbox.run(["history", "../home/two", "--range", "HEAD~2..HEAD", "--allow-incomplete"]);
    run.exits(2).says(&["cause: ", "hint: ", "--unshallow"]);
    made.sandbox.git(["-C", "../home/two", "fetch", "--quiet", "--unshallow"]);
    made.check(&["../home/two"], &[1]);
    made.check(&["../home/two", "--range", "HEAD~2..HEAD"], &[1]);
}

#[test]
fn partial_ones() {
    let (made, url) = origin();
    made.sandbox.git(["clone", "--quiet", "--bare", "--filter=blob:none", &url, "../home/bare"]);
    let piece = "the clone is partial";
    check(&made, "../home/bare", &[], piece, &[]);
    // Only the blobs of what is checked out are there.
    made.sandbox.git(["clone", "--quiet", "--filter=blob:none", &url, "../home/tree"]);
    check(&made, "../home/tree", &[], piece, &[]);
    // Looking at the second commit fetches what it holds.
    made.sandbox.git(["-C", "../home/tree", "show", "HEAD^"]);
    check(&made, "../home/tree", &[], piece, &[1]);
}
