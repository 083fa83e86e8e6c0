//! The framework for a range of commits: given by hand, and about to be pushed.

use super::Framework;
use crate::sandbox::Run;

/// A branch `topic` of which a commit takes out again what another brought.
fn taken_back() -> Option<Framework> {
    let framework = Framework::start()?;
    let sandbox = &framework.sandbox;
    sandbox.write_key("old.env");
    framework.commit_all("an old key");
    sandbox.git(["switch", "--quiet", "--create", "topic"]);
    sandbox.write_key("new.env");
    framework.commit_all("a key");
    sandbox.git(["rm", "--quiet", "new.env"]);
    framework.commit_all("taken back");
    framework.clean("more.txt");
    framework.commit_all("clean");
    Some(framework)
}

#[test]
fn every_commit_between_two_is_read() {
    let Some(framework) = taken_back() else { return };
    let range = |from: &str, to: &str, paths: &[&str]| {
        framework.hook(&["--from-ref", from, "--to-ref", to], paths);
    };
    range("main", "topic", &["new.env"]);
    range("main", "topic~2", &["new.env"]);
    // No file differs between these two.
    range("main", "topic~1", &["new.env"]);
    range("topic~2", "topic", &[]);
    range("topic~1", "topic", &[]);
    range("topic", "main", &[]);
    // What is staged is not in the range.
    framework.sandbox.write_key("staged.env");
    framework.sandbox.git(["add", "staged.env"]);
    range("topic~1", "topic", &[]);
    framework.sandbox.git(["reset", "--quiet", "--hard"]);
    let run = framework.pre_commit(["run", "--from-ref", "main", "--to-ref", "topic"]).exits(1);
    run.prints(&["removed on", "git rebase -i"]);
    // A clone without the whole history gives no verdict, unless that is allowed.
    let ends = [("PRE_COMMIT_FROM_REF", "origin/topic~1"), ("PRE_COMMIT_TO_REF", "origin/topic")];
    let shallow = ["clone", "--quiet", "--depth=3", "--no-single-branch"];
    let source = format!("file://{}", framework.sandbox.path("").display());
    framework.sandbox.git(shallow.iter().chain([&&*source, &"../shallow"]));
    let run = |more: &[&str], code: i32| {
        let mut command = framework.sandbox.command(["hook", "framework"]);
        command.args(more).envs(ends).current_dir(framework.sandbox.path("../shallow"));
        Run::ended(command.output().expect("it can be started")).exits(code);
    };
    run(&[], 2);
    run(&["--allow-incomplete"], 0);
}

#[test]
fn a_push_is_judged_by_what_leaves() {
    let Some(framework) = taken_back() else { return };
    let sandbox = &framework.sandbox;
    sandbox.git(["init", "--quiet", "--bare", "../server.git"]);
    sandbox.git(["remote", "add", "origin", "../server.git"]);
    let push = |args: &[&str], paths: &[&str]| {
        framework.git(&[&["push", "--quiet", "origin"], args].concat(), paths);
    };
    // All of it is new there, the first commit as well.
    push(&["main"], &["old.env"]);
    sandbox.git(["push", "--quiet", "--no-verify", "origin", "main"]);
    push(&["topic"], &["new.env"]);
    push(&["topic~1:refs/heads/topic"], &["new.env"]);
    // What is there already is not new.
    sandbox.git(["switch", "--quiet", "--create", "fine", "main"]);
    framework.clean("fine.txt");
    framework.commit_all("fine");
    push(&["fine"], &[]);
    // Another commit in its place.
    sandbox.write_key("fine.env");
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--no-verify", "--amend", "--no-edit"]);
    push(&["--force", "fine"], &["fine.env"]);
    sandbox.git(["rm", "--quiet", "fine.env"]);
    sandbox.git(["commit", "--quiet", "--no-verify", "--amend", "--no-edit"]);
    push(&["--force", "fine"], &[]);
    push(&["--delete", "fine"], &[]);
    sandbox.git(["tag", "--annotate", "v1", "--message", "one", "topic"]);
    push(&["v1"], &["new.env"]);
    assert_eq!(sandbox.git(["ls-remote", "--tags", "origin"]), "");
    // A new branch that merged what the remote has by now.
    sandbox.git(["switch", "--quiet", "--create", "merged", "main"]);
    framework.clean("before.txt");
    framework.commit_all("before");
    sandbox.git(["push", "--quiet", "--no-verify", "origin", "topic"]);
    sandbox.git(["merge", "--quiet", "--no-verify", "--no-edit", "topic"]);
    push(&["merged"], &[]);
}
