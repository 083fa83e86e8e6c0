//! The hooks of somebody who commits, under all the ways there are to commit.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use super::made::{fed, git, hooked, install, line, prefix, script};
use crate::sandbox::{Run, Sandbox};

/// A run of git that the hook stopped, with its five lines.
#[track_caller]
fn stopped(run: Run, number: usize) {
    let run = run.exits(1).says(&["baseleak: this commit is blocked", &prefix(number), "--no-verify"]);
    let lines = run.stderr.lines().skip_while(|line| !line.starts_with("baseleak: "));
    assert_eq!(lines.take_while(|line| !line.starts_with("error")).count(), 5, "{}", run.stderr);
}

#[test]
fn a_commit_is_stopped_and_a_clean_one_is_not() {
    let sandbox = hooked(&["pre-commit"]);
    sandbox.write("config/a b's \"file\".env", line(1));
    sandbox.git(["add", "--all"]);
    let run = git(&sandbox, "config", &["commit", "--message", "m"]);
    stopped(run, 1);
    // Many findings are five lines as well.
    for number in 2..9 {
        sandbox.write(format!("{number}.env"), line(number));
    }
    sandbox.git(["add", "--all"]);
    let run = git(&sandbox, "", &["commit", "--message", "m"])
        .says(&["8 leaked keys in 8 places", "and 5 more: `baseleak staged`"]);
    stopped(run, 2);
    sandbox.git(["rm", "--quiet", "--cached", "-r", "."]);
    sandbox.git(["reset", "--quiet"]);
    sandbox.write("good.txt", "nothing\n");
    sandbox.git(["add", "good.txt"]);
    git(&sandbox, "", &["commit", "--quiet", "--message", "m"]).exits(0);
    // The way past, as it is said.
    sandbox.git(["add", "--all"]);
    git(&sandbox, "", &["commit", "--quiet", "--no-verify", "--message", "m"]).exits(0);
}

#[test]
fn what_is_settled_is_let_through() {
    let sandbox = hooked(&["pre-commit"]);
    sandbox.write("a.env", line(1).replace('\n', "  # baseleak:allow an example\n"));
    sandbox.write("docs/b.env", line(2));
    sandbox.write(".baseleak.toml", "[scan]\nexclude = [\"docs/**\"]\n");
    sandbox.git(["add", "--all"]);
    git(&sandbox, "", &["commit", "--quiet", "--message", "m"]).exits(0);
    // What cannot be read lets nothing through.
    sandbox.write(".baseleak.toml", "[scan]\nexclude = 7\n");
    sandbox.write("c.txt", "nothing\n");
    sandbox.git(["add", "--all"]);
    git(&sandbox, "", &["commit", "--quiet", "--message", "m"]).exits(1).says(&["error: ", ".baseleak.toml"]);
}

#[test]
fn the_first_commit_and_an_amended_one() {
    let sandbox = Sandbox::repository();
    install(&sandbox, &["pre-commit"]);
    sandbox.write("a.env", line(1));
    sandbox.git(["add", "--all"]);
    stopped(git(&sandbox, "", &["commit", "--message", "m"]), 1);
    sandbox.write("a.env", "nothing\n");
    sandbox.git(["add", "--all"]);
    git(&sandbox, "", &["commit", "--quiet", "--message", "m"]).exits(0);
    sandbox.write("a.env", line(2));
    sandbox.git(["add", "--all"]);
    stopped(git(&sandbox, "", &["commit", "--amend", "--no-edit"]), 2);
    git(&sandbox, "", &["commit", "--quiet", "--amend", "--message", "only words", "--only"]).exits(0);
}

#[test]
fn all_parts_and_single_files() {
    let sandbox = hooked(&["pre-commit"]);
    sandbox.write("first.txt", format!("nothing\nat all\n{}", line(1)));
    sandbox.write("second.txt", "second\n");
    stopped(git(&sandbox, "", &["commit", "--all", "--message", "m"]), 1);
    stopped(git(&sandbox, "", &["commit", "--message", "m", "first.txt"]), 1);
    sandbox.git(["add", "second.txt"]);
    git(&sandbox, "", &["commit", "--quiet", "--message", "m", "second.txt"]).exits(0);
    // Its parts: git asks about each, and this takes the one with the key or leaves it.
    let text: Vec<String> = (0..40).map(|number| format!("line {number}\n")).collect();
    sandbox.write("parts.txt", text.concat());
    sandbox.git(["checkout", "--quiet", "first.txt"]);
    sandbox.git(["add", "--all"]);
    git(&sandbox, "", &["commit", "--quiet", "--message", "m"]).exits(0);
    sandbox.write("parts.txt", format!("new\n{}{}", text.concat(), line(2)));
    let patch = ["commit", "--patch", "--message", "m"];
    stopped(fed(&sandbox, "", &patch, "y\ny\n"), 2);
    sandbox.git(["reset", "--quiet"]);
    fed(&sandbox, "", &patch, "y\nn\n").exits(0);
    stopped(fed(&sandbox, "", &patch, "y\n"), 2);
}

#[test]
fn linked_work_trees_and_submodules() {
    let sandbox = hooked(&["pre-commit"]);
    sandbox.git(["worktree", "add", "--quiet", "../home/linked"]);
    let linked = "../home/linked";
    sandbox.write("../home/linked/a.env", line(1));
    git(&sandbox, linked, &["add", "--all"]).exits(0);
    stopped(git(&sandbox, linked, &["commit", "--message", "m"]), 1);
    sandbox.write("../home/linked/a.env", "nothing\n");
    git(&sandbox, linked, &["commit", "--quiet", "--all", "--message", "m"]).exits(0);
    // Installed from there, it is the same hook.
    sandbox.run(["hook", "install", linked]).exits(0).prints(&["installed already"]);
    // A submodule has its own.
    let from = sandbox.path("");
    let from = from.to_str().expect("it is UTF-8");
    sandbox.git(["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", from, "sub"]);
    sandbox.write("sub/a.env", line(2));
    git(&sandbox, "sub", &["add", "--all"]).exits(0);
    sandbox.run(["hook", "install", "sub"]).exits(0).prints(&[".git/modules/sub/hooks/pre-commit"]);
    stopped(git(&sandbox, "sub", &["commit", "--message", "m"]), 2);
    git(&sandbox, "sub", &["rm", "--quiet", "--cached", "a.env"]).exits(0);
    git(&sandbox, "sub", &["commit", "--quiet", "--allow-empty", "--message", "m"]).exits(0);
    git(&sandbox, "", &["commit", "--quiet", "--message", "the submodule"]).exits(0);
}

#[test]
fn merges_and_rebases() {
    let sandbox = hooked(&["pre-commit"]);
    let commit = |text: &str| {
        sandbox.write("first.txt", text);
        git(&sandbox, "", &["commit", "--quiet", "--all", "--message", "m"]).exits(0);
    };
    sandbox.git(["switch", "--quiet", "--create", "topic"]);
    commit("of the topic\n");
    sandbox.git(["switch", "--quiet", "main"]);
    commit("of main\n");
    git(&sandbox, "", &["merge", "--quiet", "topic"]).exits(1);
    sandbox.write("first.txt", line(1));
    sandbox.git(["add", "--all"]);
    stopped(git(&sandbox, "", &["commit", "--message", "m"]), 1);
    git(&sandbox, "", &["merge", "--continue"]).exits(1).says(&[&prefix(1)]);
    sandbox.write("first.txt", "of both\n");
    sandbox.git(["add", "--all"]);
    git(&sandbox, "", &["commit", "--quiet", "--message", "m"]).exits(0);
    // What is run and committed in the middle of a rebase.
    git(&sandbox, "", &["commit", "--quiet", "--allow-empty", "--message", "one more"]).exits(0);
    sandbox
        .write("../home/add", format!("#!/bin/sh\nprintf '%s' '{}' >new.env && git add new.env\n", line(2)));
    let exec = [
        "rebase",
        "--quiet",
        "--force-rebase",
        "--exec",
        "sh ../home/add && git commit --quiet -m made",
        "HEAD^",
    ];
    git(&sandbox, "", &exec).exits(1).says(&["this commit is blocked", &prefix(2)]);
    sandbox.write("new.env", "nothing\n");
    sandbox.git(["add", "--all"]);
    git(&sandbox, "", &["commit", "--quiet", "--message", "clean"]).exits(0);
    git(&sandbox, "", &["rebase", "--continue"]).exits(0);
}

/// Git takes `git rebase --continue` for its own commit and runs no `pre-commit`: the next hook must see it.
#[test]
fn what_a_rebase_commits_itself_does_not_leave() {
    let sandbox = hooked(&["pre-commit", "pre-push"]);
    sandbox.git(["init", "--quiet", "--bare", "../home/server.git"]);
    sandbox.git(["remote", "add", "origin", "../home/server.git"]);
    git(&sandbox, "", &["push", "--quiet", "origin", "main"]).exits(0);
    for (branch, text) in [("topic", "of the topic\n"), ("main", "of main\n")] {
        sandbox.git(["switch", "--quiet", "-C", branch, "main"]);
        sandbox.write("first.txt", text);
        git(&sandbox, "", &["commit", "--quiet", "--all", "--message", branch]).exits(0);
        sandbox.git(["branch", "--quiet", "--force", "save", "HEAD"]);
        if branch == "topic" {
            sandbox.git(["switch", "--quiet", "main"]);
        }
    }
    sandbox.git(["switch", "--quiet", "topic"]);
    git(&sandbox, "", &["rebase", "--quiet", "main"]).exits(1);
    sandbox.write("first.txt", line(1));
    sandbox.git(["add", "--all"]);
    let continued = sandbox.confined("git").env("GIT_EDITOR", "true").args(["rebase", "--continue"]).output();
    assert!(continued.expect("git can be run").status.success(), "git runs no hook here");
    git(&sandbox, "", &["push", "--quiet", "origin", "topic"])
        .exits(1)
        .says(&["this push is blocked", &prefix(1)]);
}

#[test]
fn names_that_are_no_text() {
    if cfg!(target_os = "macos") {
        return;
    }
    let sandbox = hooked(&["pre-commit"]);
    let name = OsStr::from_bytes(b"\xfe 'a' \"b\".env");
    fs::write(sandbox.path(name), line(1)).expect("it can be written");
    sandbox.git(["add", "--all"]);
    stopped(git(&sandbox, "", &["commit", "--message", "m"]), 1);
    // A repository at such a path cannot be read yet: then nothing is let through, and it says why.
    let folder = sandbox.home().join(OsStr::from_bytes(b"a 'b' \xff"));
    fs::create_dir(&folder).expect("it can be made");
    let run =
        |program: &mut std::process::Command| program.current_dir(&folder).output().expect("it can be run");
    run(sandbox.confined("git").args(["init", "--quiet", "-b", "main"]));
    Run::ended(run(&mut sandbox.command(["hook", "install"]))).exits(0);
    fs::write(folder.join("a.txt"), "nothing\n").expect("it can be written");
    run(sandbox.confined("git").args(["add", "--all"]));
    let output = run(sandbox.confined("git").args(["commit", "--message", "m"]));
    Run::ended(output).exits(1).says(&["a path that is not UTF-8", "hint: "]);
    Run::ended(run(&mut sandbox.command(["hook", "uninstall"]))).exits(0);
    let output = run(sandbox.confined("git").args(["commit", "--quiet", "--message", "m"]));
    assert!(output.status.success());
}

#[test]
fn messages() {
    let sandbox = hooked(&["commit-msg"]);
    let commit = |args: &[&str]| git(&sandbox, "", &[&["commit", "--quiet", "--allow-empty"], args].concat());
    commit(&["--message", &format!("a message\n\n{}", line(1))]).exits(1).says(&[
        "blocked for its message",
        &prefix(1),
        "COMMIT_EDITMSG:3",
    ]);
    commit(&["--message", "a message"]).exits(0);
    // Without an editor git keeps what looks like a comment.
    commit(&["--message", &format!("a message\n\n# {}", line(1))]).exits(1);
    // With one it does not, nor what stands below the scissors.
    let editor = sandbox.home().join("editor");
    script(
        &editor,
        &format!(
            "#!/bin/sh\nprintf 'a message\\n# %s\\n' '{}' | cat - \"$1\" >\"$1.new\" && mv \"$1.new\" \"$1\"\n",
            line(2)
        ),
    );
    let editor = editor.to_str().expect("it is UTF-8");
    sandbox.git(["config", "core.editor", editor]);
    sandbox.write("old.env", line(3));
    sandbox.git(["add", "--all"]);
    commit(&["--verbose"]).exits(0);
    sandbox.git(["config", "core.commentChar", ";"]);
    commit(&[]).exits(1).says(&[&prefix(2)]);
    sandbox.run(["hook", "run", "commit-msg"]).exits(2).says(&["error: commit-msg needs FILE", "hint: "]);
    sandbox
        .run(["hook", "run", "commit-msg", "nowhere"])
        .exits(2)
        .says(&["cannot read the message in nowhere"]);
}
