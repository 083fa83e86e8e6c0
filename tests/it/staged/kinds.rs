//! What an entry of the index can be: added, modified, renamed, a link, a
//! submodule, a promise, one side of a conflict; and how an index can be written.

use std::fs;

use super::{check, commit, committed, report, snapshot, staged};
use crate::sandbox::{Sandbox, key, paths, skipped};

#[test]
fn renames_modes_and_deletions() {
    let sandbox = committed();
    sandbox.write_key("moved.txt");
    sandbox.write_key("mode.txt");
    sandbox.write_key("gone.txt");
    commit(&sandbox);
    sandbox.git(["mv", "moved.txt", "here.txt"]);
    sandbox.git(["update-index", "--chmod=+x", "mode.txt"]);
    sandbox.git(["rm", "--quiet", "--cached", "gone.txt"]);
    check(&sandbox, &["here.txt"]);
    sandbox.write("mode.txt", format!("KEY = {}\n", key(5)));
    sandbox.git(["add", "mode.txt"]);
    check(&sandbox, &["here.txt", "mode.txt"]);
}

#[test]
fn a_file_takes_the_place_of_a_folder() {
    let sandbox = committed();
    sandbox.write("a/b.txt", "nothing\n");
    sandbox.write("c", "nothing\n");
    commit(&sandbox);
    sandbox.git(["rm", "--quiet", "-r", "a", "c"]);
    sandbox.write_key("a");
    sandbox.write_key("c/d.txt");
    sandbox.write_key("a-b");
    sandbox.git(["add", "--all"]);
    check(&sandbox, &["a", "a-b", "c/d.txt"]);
}

#[cfg(unix)]
#[test]
fn the_target_of_a_link_is_read() {
    let sandbox = committed();
    let target = format!("no/such/KEY={}", key(1));
    std::os::unix::fs::symlink(&target, sandbox.path("old.txt.link")).expect("a link can be made");
    fs::remove_file(sandbox.path("old.txt")).expect("it can be removed");
    std::os::unix::fs::symlink(&target, sandbox.path("old.txt")).expect("a link can be made");
    sandbox.git(["add", "--all"]);
    check(&sandbox, &["old.txt", "old.txt.link"]);
}

#[test]
fn submodules_and_promises_are_counted() {
    let sandbox = committed();
    let head = sandbox.git(["rev-parse", "HEAD"]);
    let entry = format!("160000,{},module", head.trim());
    sandbox.git(["update-index", "--add", "--cacheinfo", &entry]);
    sandbox.write_key("promise.txt");
    sandbox.git(["add", "--intent-to-add", "promise.txt"]);
    let report = staged(&sandbox, &[]);
    assert_eq!(paths(&report), [""; 0]);
    let coverage = &report["coverage"];
    assert_eq!(coverage["files"], 0);
    assert_eq!(coverage["submodules"], 1);
    assert_eq!(coverage["intent_to_add"], 1);
    assert_eq!(coverage["complete"], true);
    sandbox.run(["staged"]).exits(0).prints(&["1 submodule", "1 file to be added later"]);
}

#[test]
fn every_side_of_a_conflict_is_read_that_is_new() {
    let sandbox = committed();
    sandbox.write("both.txt", "base\n");
    commit(&sandbox);
    sandbox.git(["checkout", "--quiet", "-b", "theirs"]);
    sandbox.write("both.txt", format!("KEY = {}\n", key(1)));
    sandbox.write_key("merged.txt");
    commit(&sandbox);
    sandbox.git(["checkout", "--quiet", "main"]);
    sandbox.write("both.txt", format!("KEY = {}\n\n", key(2)));
    commit(&sandbox);
    let merge = sandbox.confined("git").args(["merge", "--quiet", "theirs"]).output();
    assert!(!merge.expect("git can be run").status.success(), "there is a conflict");
    assert!(sandbox.git(["ls-files", "--unmerged"]).lines().count() == 3);
    // Stage 1 is the base, 2 is HEAD's own, 3 is new.
    let report = staged(&sandbox, &[]);
    assert_eq!(paths(&report), ["both.txt", "merged.txt"]);
    assert_eq!(report["coverage"]["files"], 3);
}

#[test]
fn every_version_of_the_index_is_read() {
    for version in ["2", "3", "4"] {
        let sandbox = committed();
        for number in 0..30 {
            sandbox.write(format!("{}/{number}.txt", "deep/".repeat(number % 5)), "nothing\n");
        }
        commit(&sandbox);
        sandbox.git(["update-index", "--index-version", version]);
        sandbox.write("deep/deep/promise.txt", "nothing\n");
        sandbox.git(["add", "--intent-to-add", "deep/deep/promise.txt"]);
        check(&sandbox, &[]);
        sandbox.write_key("deep/deep/deep/new.txt");
        sandbox.write("7.txt", format!("KEY = {}\n", key(7)));
        sandbox.git(["add", "7.txt", "deep/deep/deep/new.txt"]);
        check(&sandbox, &["7.txt", "deep/deep/deep/new.txt"]);
        // Longer than the twelve bits can say that an entry has for a length, and as long as git takes.
        let wide = |letter: &str, count: usize| vec![letter.repeat(250); count].join("/");
        let (long, longer) = (wide("x", 2), format!("{}/file", wide("y", 16)));
        let longest = format!("{}/{}", wide("y", 15), "w/".repeat(150) + "file");
        let blob = sandbox.git(["hash-object", "-w", "7.txt"]);
        for path in [&long, &longer, &longest] {
            let entry = format!("100644,{},{path}", blob.trim());
            sandbox.git(["update-index", "--add", "--cacheinfo", &entry]);
        }
        assert_eq!(paths(&staged(&sandbox, &[])).len(), 5, "version {version}");
    }
}

#[test]
fn a_missing_object_is_skipped() {
    let sandbox = committed();
    sandbox.write_key("one.txt");
    sandbox.write_key("two.txt");
    sandbox.git(["add", "--all"]);
    let blob = sandbox.git(["rev-parse", ":one.txt"]);
    let (folder, name) = blob.trim().split_at(2);
    fs::remove_file(sandbox.path(".git/objects").join(folder).join(name)).expect("it is loose");
    let run = sandbox.run(["staged", "--format", "json"]).exits(2).says(&["incomplete"]);
    let report = run.json();
    assert_eq!(paths(&report), ["two.txt"]);
    let missing = "the object is missing from the repository";
    assert_eq!(skipped(&report), [("one.txt", "unreadable", Some(missing))]);
}

/// A clone that leaves its blobs at the remote, as `git clone --filter=blob:none` makes it.
#[test]
fn what_a_partial_clone_lacks_is_skipped_and_not_fetched() {
    let origin = Sandbox::repository();
    origin.write_key("a/one.txt");
    origin.write("two.txt", "nothing\n");
    commit(&origin);
    origin.git(["config", "uploadpack.allowFilter", "true"]);
    let sandbox = Sandbox::new();
    let url = format!("file://{}", origin.path("").to_str().expect("the path is UTF-8"));
    sandbox.git(["clone", "--quiet", "--filter=blob:none", "--no-checkout", &url, "clone"]);
    sandbox.git(["-C", "clone", "read-tree", "HEAD"]);
    let inside = |command: &mut std::process::Command| report(command.current_dir(sandbox.path("clone")));
    let unchanged = inside(&mut sandbox.command(["staged", "--format", "json"]));
    assert_eq!(unchanged["coverage"]["files"], 0);
    assert_eq!(unchanged["coverage"]["complete"], true);
    let blob = sandbox.git(["-C", "clone", "rev-parse", "HEAD:a/one.txt"]);
    let entry = format!("100644,{},new.txt", blob.trim());
    sandbox.git(["-C", "clone", "update-index", "--add", "--cacheinfo", &entry]);
    let before = snapshot(&sandbox.path("clone"));
    let report = inside(&mut sandbox.command(["staged", "--format", "json"]));
    let partial = "the object is not here; the repository is a partial clone";
    assert_eq!(skipped(&report), [("new.txt", "unreadable", Some(partial))]);
    assert!(snapshot(&sandbox.path("clone")) == before, "something was fetched");
}

/// A sparse checkout whose index keeps whole folders as one entry.
#[test]
fn a_sparse_index_is_read() {
    let sandbox = committed();
    for path in ["in/a/one.txt", "out/b/two.txt", "out/three.txt"] {
        sandbox.write(path, "nothing\n");
    }
    commit(&sandbox);
    sandbox.git(["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    assert!(sandbox.git(["ls-files", "--sparse"]).contains("out/\n"), "the index is sparse");
    check(&sandbox, &[]);
    sandbox.write_key("in/a/new.txt");
    sandbox.git(["add", "in"]);
    check(&sandbox, &["in/a/new.txt"]);
    // HEAD goes back to a commit without the folder.
    sandbox.git(["reset", "--quiet", "--soft", "HEAD~1"]);
    let report = sandbox.run(["staged", "--format", "json"]).exits(2).json();
    assert_eq!(skipped(&report).len(), 1);
    assert_eq!(skipped(&report)[0].0, "out/");
}
