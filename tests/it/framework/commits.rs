//! The framework while git commits: what is about to be committed counts, and nothing else.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use super::Framework;
use crate::sandbox::{Run, key};

#[test]
fn a_commit_with_a_key_is_blocked() {
    let Some(framework) = Framework::start() else { return };
    let sandbox = &framework.sandbox;
    sandbox.write_key("bad.env");
    framework.clean("good.txt");
    sandbox.git(["add", "--all"]);
    let run = framework.run_in("", "git", ["commit", "--message", "m"]).exits(1);
    let run = run.says(&["bad.env:1:7: high", "hint: to mend", "git add", "hint: to allow"]);
    assert!(!run.stderr.contains("good.txt"), "{}", run.stderr);
    framework.git(&["commit", "--all", "--message", "m"], &["bad.env"]);
    // Only this file is committed, and the other stays staged.
    framework.git(&["commit", "--message", "m", "good.txt"], &[]);
    framework.git(&["commit", "--message", "m", "bad.env"], &["bad.env"]);
    framework.clean("bad.env");
    // It is staged as it was.
    framework.git(&["commit", "--message", "m"], &["bad.env"]);
    framework.git(&["commit", "--all", "--message", "m"], &[]);
    sandbox.write_key("good.txt");
    framework.git(&["commit", "--all", "--amend", "--no-edit"], &["good.txt"]);
    // What is not staged is put aside, and comes back.
    framework.clean("more.txt");
    sandbox.git(["add", "more.txt"]);
    framework.git(&["commit", "--amend", "--no-edit"], &[]);
    assert!(sandbox.git(["status", "--porcelain"]).contains(" M good.txt"));
    // A deletion brings nothing.
    sandbox.git(["checkout", "--quiet", "good.txt"]);
    sandbox.git(["rm", "--quiet", "more.txt"]);
    framework.git(&["commit", "--message", "m"], &[]);
}

#[test]
fn a_part_of_a_file_can_be_committed() {
    let Some(framework) = Framework::start() else { return };
    let sandbox = &framework.sandbox;
    let lines = "a line\n".repeat(40);
    sandbox.write("part.txt", &lines);
    framework.commit_all("lines");
    sandbox.write("part.txt", format!("harmless\n{lines}KEY = {}\n", key(1)));
    let commit = |answers: &[u8]| {
        let mut git = framework.command("", "git");
        git.args(["commit", "--patch", "--message", "m"]);
        // Git itself shows the difference there, key and all; the hook speaks on the other.
        let pipes = git.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = pipes.spawn().expect("git can be run");
        child.stdin.take().expect("it is a pipe").write_all(answers).expect("git reads its answers");
        Run::ended(child.wait_with_output().expect("git ends"))
    };
    super::judged(&commit(b"n\ny\n"), &["part.txt"]);
    sandbox.git(["reset", "--quiet"]);
    super::judged(&commit(b"y\nn\n"), &[]);
    assert!(sandbox.git(["show", "HEAD:part.txt"]).starts_with("harmless"));
    framework.git(&["commit", "--all", "--message", "m"], &["part.txt"]);
}

#[test]
fn linked_work_trees_are_as_any_other() {
    let Some(framework) = Framework::start() else { return };
    let sandbox = &framework.sandbox;
    sandbox.git(["worktree", "add", "--quiet", "../linked"]);
    sandbox.write_key("../linked/a/bad.env");
    sandbox.git(["-C", "../linked", "add", "--all"]);
    framework.git_in("../linked", &["commit", "--message", "m"], &["a/bad.env"]);
    framework.git_in("../linked/a", &["commit", "--all", "--message", "m"], &["a/bad.env"]);
    framework.clean("../linked/a/bad.env");
    framework.git_in("../linked", &["commit", "--all", "--message", "m"], &[]);
    assert_eq!(sandbox.git(["show", "linked:a/bad.env"]), "nothing in ../linked/a/bad.env\n");
}

#[test]
fn merges() {
    let Some(framework) = Framework::start() else { return };
    let sandbox = &framework.sandbox;
    framework.clean("both.txt");
    framework.commit_all("both");
    sandbox.git(["switch", "--quiet", "--create", "topic"]);
    sandbox.write("both.txt", "theirs\n");
    framework.clean("theirs.txt");
    framework.commit_all("theirs");
    sandbox.git(["switch", "--quiet", "main"]);
    sandbox.write("both.txt", "ours\n");
    framework.commit_all("ours");
    let merge = framework.run_in("", "git", ["merge", "topic"]);
    assert!(merge.stdout.contains("CONFLICT"), "{}", merge.stdout);
    sandbox.write_key("both.txt");
    sandbox.write_key("new.env");
    sandbox.git(["add", "--all"]);
    framework.git(&["commit", "--message", "m"], &["both.txt", "new.env"]);
    sandbox.write("both.txt", "ours\n");
    framework.clean("new.env");
    sandbox.git(["add", "--all"]);
    framework.git(&["commit", "--message", "m"], &[]);
    // Without a conflict it is another hook that git runs.
    sandbox.git(["switch", "--quiet", "topic"]);
    sandbox.write_key("theirs.env");
    framework.commit_all("a key");
    sandbox.git(["switch", "--quiet", "main"]);
    framework.git(&["merge", "--no-edit", "topic"], &["theirs.env"]);
    sandbox.git(["merge", "--abort"]);
    sandbox.git(["branch", "--quiet", "--force", "clean", "topic~1"]);
    framework.git(&["merge", "--no-edit", "--no-ff", "clean"], &[]);
}

#[test]
fn rebases() {
    let Some(framework) = Framework::start() else { return };
    let sandbox = &framework.sandbox;
    for name in ["one.txt", "two.txt"] {
        framework.clean(name);
        framework.commit_all(name);
    }
    let mut git = framework.command("", "git");
    git.args(["rebase", "--quiet", "--interactive", "HEAD~2"]);
    git.env("GIT_SEQUENCE_EDITOR", "sed -i.bak -e '1s/^pick/edit/'").env("GIT_EDITOR", "true");
    Run::ended(git.output().expect("git can be run")).exits(0);
    sandbox.write_key("one.txt");
    sandbox.git(["add", "--all"]);
    framework.git(&["commit", "--amend", "--no-edit"], &["one.txt"]);
    sandbox.write("one.txt", "one\n");
    framework.git(&["commit", "--all", "--amend", "--no-edit"], &[]);
    framework.git(&["rebase", "--continue"], &[]);
    assert_eq!(sandbox.git(["show", "HEAD~1:one.txt"]), "one\n");
}

/// A clean filter makes what is committed something else than what lies in the work tree.
#[test]
fn what_filters_leave_out_is_not_committed() {
    let Some(framework) = Framework::start() else { return };
    let sandbox = &framework.sandbox;
    sandbox.git(["config", "filter.strip.clean", "sed -e '/KEY/d'"]);
    sandbox.git(["config", "filter.strip.smudge", "cat"]);
    sandbox.write(".gitattributes", "*.ipynb filter=strip\n");
    sandbox.write("a.ipynb", format!("harmless\nKEY = {}\n", key(1)));
    sandbox.git(["add", "--all"]);
    framework.git(&["commit", "--message", "m"], &[]);
    assert_eq!(sandbox.git(["show", "HEAD:a.ipynb"]), "harmless\n");
    sandbox.git(["config", "filter.strip.clean", "cat"]);
    sandbox.git(["config", "filter.strip.smudge", "sed -e '/KEY/d'"]);
    sandbox.write_key("b.ipynb");
    sandbox.git(["add", "b.ipynb"]);
    framework.git(&["commit", "--message", "m"], &["b.ipynb"]);
}

#[cfg(unix)]
#[test]
fn odd_entries() {
    let Some(framework) = Framework::start() else { return };
    let sandbox = &framework.sandbox;
    std::os::unix::fs::symlink(format!("../{}", key(1)), sandbox.path("link")).expect("it can be made");
    sandbox.git(["add", "link"]);
    framework.git(&["commit", "--message", "m"], &["link"]);
    sandbox.git(["rm", "--quiet", "--force", "link"]);
    // A file only promised brings nothing yet, and comes back.
    sandbox.write_key("later.env");
    framework.clean("now.txt");
    sandbox.git(["add", "--intent-to-add", "later.env"]);
    sandbox.git(["add", "now.txt"]);
    framework.git(&["commit", "--message", "m"], &[]);
    assert!(sandbox.git(["status", "--porcelain"]).contains(" A later.env"));
    sandbox.git(["rm", "--quiet", "--cached", "later.env"]);
    fs::remove_file(sandbox.path("later.env")).expect("it is there");
    // Names that look like options.
    for name in ["--exit-zero", "-x", "--"] {
        sandbox.write_key(name);
    }
    sandbox.git(["add", "--all"]);
    framework.git(&["commit", "--message", "m"], &["--", "--exit-zero", "-x"]);
    sandbox.git(["reset", "--quiet", "--hard"]);
    // The work tree has a part of the files only.
    framework.clean("a/here.txt");
    framework.clean("b/away.txt");
    framework.commit_all("two folders");
    sandbox.git(["sparse-checkout", "set", "a"]);
    sandbox.write_key("b/new.env");
    sandbox.git(["add", "--sparse", "b/new.env"]);
    sandbox.git(["update-index", "--skip-worktree", "b/new.env"]);
    fs::remove_file(sandbox.path("b/new.env")).expect("it is there");
    framework.git(&["commit", "--message", "m"], &["b/new.env"]);
}

#[test]
fn arguments_of_the_user_reach_the_program() {
    let more = "        args: [--exclude, 'excluded/**', --no-decode]\n        exclude: ^passed-over/\n";
    let Some(framework) = Framework::with(more) else { return };
    let sandbox = &framework.sandbox;
    sandbox.write_key("excluded/a.env");
    sandbox.write_key("passed-over/a.env");
    framework.clean("a.txt");
    sandbox.git(["add", "--all"]);
    framework.git(&["commit", "--message", "m"], &[]);
    sandbox.write_key("b.env");
    sandbox.git(["add", "--all"]);
    framework.git(&["commit", "--message", "m"], &["b.env"]);
    // A secret is not written where only the framework reads it.
    let shown = sandbox.run(["hook", "framework", "--show-secrets"]).exits(2);
    shown.says(&["error: a hook shows no secrets", "hint: "]);
}
