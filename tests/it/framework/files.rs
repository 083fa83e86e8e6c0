//! The framework started by hand: for all files, for some, and for what is staged.

use super::Framework;
use crate::sandbox::key;

#[test]
fn all_files_are_those_that_git_tracks() {
    let Some(framework) = Framework::start() else { return };
    let sandbox = &framework.sandbox;
    sandbox.write_key("a/old.env");
    framework.clean("b.txt");
    framework.commit_all("an old key");
    sandbox.write_key("untracked.env");
    framework.hook(&["--all-files"], &["a/old.env"]);
    // As they are, whether staged or not.
    sandbox.write_key("b.txt");
    framework.hook(&["--all-files"], &["a/old.env", "b.txt"]);
    // What is staged of them counts as well.
    sandbox.git(["add", "b.txt"]);
    framework.clean("b.txt");
    framework.hook(&["--all-files"], &["a/old.env", "b.txt"]);
    framework.hook(&["--all-files", "--hook-stage", "manual"], &["a/old.env", "b.txt"]);
    // By hand it is as in a commit: what is not staged is put aside.
    framework.hook(&[], &["b.txt"]);
    sandbox.git(["add", "b.txt"]);
    framework.hook(&[], &[]);
}

#[test]
fn files_that_are_named() {
    let Some(framework) = Framework::start() else { return };
    let sandbox = &framework.sandbox;
    sandbox.write_key("one.env");
    sandbox.write_key("a/two.env");
    framework.clean("three.txt");
    framework.hook(&["--files", "one.env"], &["one.env"]);
    framework.hook(&["--files", "three.txt", "a/two.env"], &["a/two.env"]);
    framework.hook(&["--files", "three.txt"], &[]);
    // The configuration holds for them, for no person chose them one by one.
    sandbox.write(".baseleak.toml", "[scan]\nexclude = [\"one.env\"]\n");
    framework.hook(&["--files", "one.env", "a/two.env"], &["a/two.env"]);
    let run = sandbox.run(["hook", "framework", "one.env"]).exits(0);
    run.prints(&["1 file excluded"]);
    sandbox.run(["hook", "framework", "--no-config", "one.env"]).exits(1).prints(&["one.env:1:7: high"]);
    sandbox.run(["hook", "framework", "--max-file-size", "10", "a/two.env"]).exits(0);
    sandbox.run(["hook", "framework", "gone.env"]).exits(2).prints(&["gone.env: unreadable"]);
}

/// What damaged archives hold is a note: they are test data more often than not.
#[cfg(feature = "archives")]
#[test]
fn a_damaged_archive_blocks_nothing() {
    let Some(framework) = Framework::start() else { return };
    framework.sandbox.write("data.zip", b"PK\x03\x04 and no more");
    framework.sandbox.write("data.gz", b"\x1f\x8b\x08 and no more");
    framework.commit_all("damaged");
    framework.hook(&["--all-files"], &[]);
}

#[cfg(unix)]
#[test]
fn links_and_submodules_are_not_entered() {
    let Some(framework) = Framework::start() else { return };
    let sandbox = &framework.sandbox;
    sandbox.write_key("../elsewhere/a.env");
    sandbox.git(["init", "--quiet", "inner"]);
    sandbox.git(["-C", "inner", "commit", "--quiet", "--allow-empty", "--message", "m"]);
    std::os::unix::fs::symlink("../elsewhere", sandbox.path("folder")).expect("it can be made");
    std::os::unix::fs::symlink("../elsewhere/a.env", sandbox.path("file")).expect("it can be made");
    sandbox.git(["-c", "advice.addEmbeddedRepo=false", "add", "--all"]);
    sandbox.git(["commit", "--quiet", "--no-verify", "--message", "m"]);
    sandbox.write_key("inner/b.env");
    framework.hook(&["--all-files"], &[]);
    framework.hook(&["--files", "file", "folder", "inner"], &[]);
    let run = sandbox.run(["hook", "framework", "file", "folder", "inner"]).exits(0);
    run.prints(&["2 symbolic links not followed, 1 submodule"]);
}

/// The framework splits what is too long for one command line.
#[test]
fn many_files() {
    let Some(framework) = Framework::start() else { return };
    let sandbox = &framework.sandbox;
    let folder = "a-folder-with-a-long-name/".repeat(4);
    for number in 0..1500 {
        sandbox.write(format!("{folder}{number}.txt"), format!("{number}\n"));
    }
    sandbox.write_key(format!("{folder}0.txt"));
    sandbox.write_key(format!("{folder}999.txt"));
    let (first, last) = (format!("{folder}0.txt"), format!("{folder}999.txt"));
    sandbox.git(["add", "--all"]);
    framework.git(&["commit", "--quiet", "--message", "m"], &[&first, &last]);
    framework.hook(&["--all-files"], &[&first, &last]);
}

#[test]
fn without_names_all_that_is_staged_is_read() {
    let Some(framework) = Framework::with("        pass_filenames: false\n") else { return };
    let sandbox = &framework.sandbox;
    sandbox.write("a.env", format!("KEY = {}\n", key(1)));
    sandbox.git(["add", "a.env"]);
    framework.git(&["commit", "--message", "m"], &["a.env"]);
    sandbox.git(["rm", "--quiet", "--cached", "a.env"]);
    framework.hook(&[], &[]);
}
