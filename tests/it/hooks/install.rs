//! Putting hooks in and taking them out, and what is in the way.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use super::made::{files, git, hooked, install, line, piped, prefix, script};
use crate::sandbox::{Run, Sandbox};

const HOOK: &str = ".git/hooks/pre-commit";

/// Puts a hook in behind what `make` makes, and takes it out: all must be as it was before.
#[track_caller]
fn there_and_back(make: impl Fn(&Sandbox), said: &[&str]) {
    let sandbox = Sandbox::repository();
    fs::create_dir_all(sandbox.path(".git/hooks")).expect("it can be made");
    make(&sandbox);
    let before = files(&sandbox.path(".git"));
    sandbox.run(["hook", "install"]).exits(0).prints(said);
    let installed = files(&sandbox.path(".git"));
    assert_ne!(before, installed);
    sandbox.run(["hook", "install"]).exits(0).prints(&["installed already"]);
    assert_eq!(files(&sandbox.path(".git")), installed, "the second time changes something");
    sandbox.write("a.env", line(1));
    sandbox.git(["add", "--all"]);
    git(&sandbox, "", &["commit", "--message", "m"]).exits(1).says(&[&prefix(1)]);
    sandbox.git(["rm", "--quiet", "--cached", "a.env"]);
    fs::remove_file(sandbox.path("a.env")).expect("it is there");
    sandbox.run(["hook", "uninstall"]).exits(0);
    let mut after = files(&sandbox.path(".git"));
    after.retain(|path, _| before.contains_key(path) || path.starts_with(sandbox.path(".git/hooks")));
    let is_other = |path: &&std::path::PathBuf| !path.ends_with("index");
    assert!(
        after.iter().filter(|(path, _)| is_other(path)).eq(before.iter().filter(|(path, _)| is_other(path)))
    );
    sandbox.run(["hook", "uninstall"]).exits(0).prints(&["nothing of baseleak"]);
}

#[test]
fn what_was_there_is_put_back() {
    let hook = |sandbox: &Sandbox| sandbox.path(HOOK);
    there_and_back(|_| (), &["installed pre-commit: "]);
    there_and_back(|sandbox| script(&hook(sandbox), "#!/bin/sh\necho here\n"), &["runs first"]);
    there_and_back(
        |sandbox| {
            sandbox.write(HOOK, "#!/bin/sh\nexit 1\n");
            fs::set_permissions(hook(sandbox), fs::Permissions::from_mode(0o640)).expect("it is ours");
        },
        &["not executable"],
    );
    there_and_back(
        |sandbox| {
            script(&sandbox.path(".git/real"), "#!/bin/sh\nexit 0\n");
            symlink("../real", hook(sandbox)).expect("it can be made");
        },
        &["runs first"],
    );
    there_and_back(|sandbox| symlink("nowhere", hook(sandbox)).expect("it can be made"), &["not executable"]);
    // A program that is no script.
    there_and_back(
        |sandbox| {
            let program = ["/bin/true", "/usr/bin/true"].into_iter().find(|path| fs::metadata(path).is_ok());
            fs::copy(program.expect("there is one"), hook(sandbox)).expect("it can be copied");
        },
        &["runs first"],
    );
}

/// The one that was there gets the same arguments and lines, and its answer counts.
#[test]
fn what_was_there_runs_first() {
    let sandbox = hooked(&[]);
    sandbox.git(["init", "--quiet", "--bare", "../home/server.git"]);
    sandbox.git(["remote", "add", "origin", "../home/server.git"]);
    let before = sandbox.path(".git/hooks/pre-push");
    script(
        &before,
        "#!/bin/sh\necho \"first: $#: $1\" >&2\nsed 's/^/line: /' >&2\n[ ! -e stop ] || exit 7\n",
    );
    install(&sandbox, &["pre-push"]);
    let push = || git(&sandbox, "", &["push", "--quiet", "origin", "main"]);
    sandbox.write("a.env", line(1));
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "m"]);
    push().exits(1).says(&["first: 2: origin", "line: refs/heads/main ", &prefix(1)]);
    sandbox.git(["reset", "--quiet", "--hard", "HEAD^"]);
    sandbox.write("stop", "");
    let run = push().exits(1).says(&["first: 2: origin"]);
    assert!(!run.stderr.contains("leaked"));
    // The code is the one that was earned.
    let hook = sandbox.path(".git/hooks/pre-push");
    for shell in ["sh", "dash", "bash"] {
        let mut command = sandbox.confined(shell);
        let run = |command: &mut Command| piped(command.arg(&hook).args(["origin", "url"]), "");
        if Command::new(shell).arg("-c").arg(":").status().is_ok() {
            run(&mut command).exits(7).says(&["first: 2: origin"]);
        }
    }
    fs::remove_file(sandbox.path("stop")).expect("it is there");
    // One that reads nothing is no harm.
    script(&sandbox.path(".git/hooks/pre-push.baseleak-before"), "#!/bin/sh\nexit 0\n");
    push().exits(0);
}

#[test]
fn a_program_that_is_gone_lets_nothing_through() {
    let sandbox = hooked(&["pre-commit"]);
    let hook = sandbox.path(HOOK);
    let text = fs::read_to_string(&hook).expect("it is text");
    let program = env!("CARGO_BIN_EXE_baseleak");
    let gone = text.replace(program, "/nowhere/it's gone");
    assert_ne!(gone, text);
    fs::write(&hook, gone.replace("it's", "its")).expect("it can be written");
    sandbox.write("a.txt", "nothing\n");
    sandbox.git(["add", "--all"]);
    git(&sandbox, "", &["commit", "--message", "m"]).exits(1).says(&[
        "error: baseleak is gone",
        "rm '",
        "hint: ",
    ]);
    sandbox.run(["hook", "status"]).exits(1).prints(&["changed by somebody"]);
    sandbox.run(["hook", "install"]).exits(2).says(&["somebody changed", "hint: "]);
    sandbox.run(["hook", "uninstall"]).exits(2).says(&["somebody changed", "hint: "]);
    assert!(hook.exists());
    // On the PATH it is found all the same.
    let folder = sandbox.home().join("bin");
    fs::create_dir(&folder).expect("it can be made");
    symlink(program, folder.join("baseleak")).expect("it can be made");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").expect("there is one"));
    let mut command = sandbox.confined("git");
    let output = command.env("PATH", path).args(["commit", "--quiet", "--message", "m"]).output();
    Run::ended(output.expect("git can be run")).exits(0);
}

#[test]
fn what_is_refused() {
    let sandbox = Sandbox::repository();
    sandbox.git(["init", "--quiet", "--bare", "bare.git"]);
    for (args, what) in [
        (&["--hook", "pre-receive"][..], "has a work tree"),
        (&["--hook", "pre-push", "bare.git"], "bare repository"),
        (&["nowhere"], "no repository"),
        (&["--hook", "post-commit"], "invalid value"),
        (&["--global", "--template"], "cannot be used with"),
    ] {
        sandbox.run(["hook", "install"].iter().chain(args)).exits(2).says(&[what]);
    }
    // Somebody wrote over ours.
    script(&sandbox.path(HOOK), "#!/bin/sh\n");
    install(&sandbox, &["pre-commit"]);
    script(&sandbox.path(HOOK), "#!/bin/sh\n# another\n");
    let before = files(&sandbox.path(".git"));
    sandbox.run(["hook", "install"]).exits(2).says(&["is not ours", "hint: "]);
    assert_eq!(files(&sandbox.path(".git")), before);
}

#[test]
fn other_managers_are_told_how() {
    for (file, text, expect) in [
        (".husky/_/husky.sh", "", &["husky", ".husky/pre-commit"][..]),
        ("lefthook.yml", "", &["lefthook", "run: baseleak hook run pre-commit"]),
        (".lefthook.toml", "", &["lefthook"]),
        (".pre-commit-config.yaml", "", &["pre-commit", "- id: baseleak"]),
        (
            ".git/hooks/pre-commit",
            "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n",
            &["- id: baseleak"],
        ),
        (".overcommit.yml", "", &["overcommit", "PreCommit:"]),
        ("package.json", "{\"simple-git-hooks\": {}}", &["simple-git-hooks", "npx"]),
    ] {
        let sandbox = Sandbox::repository();
        sandbox.write(file, text);
        let before = files(&sandbox.path(""));
        sandbox
            .run(["hook", "install"])
            .exits(2)
            .says(&["error: nothing is installed", "--force"])
            .prints(expect);
        assert_eq!(files(&sandbox.path("")), before, "{file}");
        sandbox.run(["hook", "install", "--force"]).exits(0);
    }
    let sandbox = Sandbox::repository();
    sandbox.write("package.json", "{\"name\": \"simple-git-hooks\"}");
    sandbox.run(["hook", "install"]).exits(0);
}

#[test]
fn where_git_looks() {
    let sandbox = hooked(&[]);
    sandbox.write("a/b.txt", "nothing\n");
    for (value, expect) in
        [(".githooks", ".githooks/pre-commit"), ("../home/shared", "../home/shared/pre-commit")]
    {
        sandbox.git(["config", "core.hooksPath", value]);
        sandbox.run(["hook", "install", "a"]).exits(0);
        assert!(sandbox.path(expect).exists(), "{expect}");
        sandbox.run(["hook", "status", "--format", "json"]).exits(0);
        sandbox.write("a.env", line(1));
        sandbox.git(["add", "--all"]);
        git(&sandbox, "a", &["commit", "--message", "m"]).exits(1).says(&[&prefix(1)]);
    }
    // What is in the usual folder is told to be shadowed.
    install(&sandbox, &["pre-commit"]);
    sandbox.git(["config", "--unset", "core.hooksPath"]);
    install(&sandbox, &["pre-commit"]);
    sandbox.git(["config", "core.hooksPath", "nowhere"]);
    sandbox.run(["hook", "status"]).exits(1).prints(&["by the local configuration", "shadowed: "]);
}

#[test]
fn for_all_repositories() {
    let sandbox = hooked(&[]);
    let own = sandbox.path(".git/hooks/pre-commit");
    script(&own, "#!/bin/sh\necho own >&2\n");
    script(&sandbox.path(".git/hooks/post-commit"), "#!/bin/sh\necho after >&2\n");
    sandbox.run(["hook", "install", "--global"]).exits(0).prints(&["set core.hooksPath"]);
    sandbox.run(["hook", "install", "--global"]).exits(0).prints(&["installed already"]);
    sandbox.run(["hook", "install"]).exits(2).says(&["where the hooks for all repositories are"]);
    sandbox.run(["hook", "status"]).exits(0).prints(&["by the global configuration"]);
    sandbox.write("a.env", line(1));
    sandbox.git(["add", "--all"]);
    let commit = || git(&sandbox, "", &["commit", "--message", "m"]);
    commit().exits(1).says(&["own\n", &prefix(1)]);
    sandbox.write("a.env", "nothing\n");
    sandbox.git(["add", "--all"]);
    commit().exits(0).says(&["own\n", "after\n"]);
    sandbox.run(["hook", "uninstall", "--global"]).exits(0);
    assert!(!sandbox.home().join(".local/share/baseleak").exists());
    assert_eq!(fs::read_to_string(sandbox.home().join(".gitconfig")).unwrap_or_default().trim(), "");
    // Where somebody has a folder already, it is that one.
    let folder = sandbox.home().join("mine");
    script(&folder.join("pre-commit"), "#!/bin/sh\necho mine >&2\n");
    sandbox.git(["config", "--global", "core.hooksPath", folder.to_str().expect("it is UTF-8")]);
    sandbox
        .run(["hook", "install", "--global"])
        .exits(0)
        .prints(&["is there already", "runs first"].map(|_| "already"));
    sandbox.write("a.env", line(1));
    sandbox.git(["add", "--all"]);
    commit().exits(1).says(&["mine\n", &prefix(1)]);
    // It is that of other repositories, too.
    let all = "where the hooks for all repositories are";
    sandbox.run(["hook", "uninstall"]).exits(2).says(&[all, "give --global"]);
    sandbox.run(["hook", "install", "--hook", "pre-push"]).exits(2).says(&[all, "--global --hook pre-push"]);
    sandbox.run(["hook", "status"]).exits(0).prints(&["the hooks of all repositories"]);
    sandbox.run(["hook", "uninstall", "--global"]).exits(0);
    assert_eq!(
        fs::read_to_string(folder.join("pre-commit")).expect("it is there"),
        "#!/bin/sh\necho mine >&2\n"
    );
    sandbox.git(["config", "--global", "core.hooksPath", ".hooks"]);
    sandbox.run(["hook", "install", "--global"]).exits(2).says(&["a folder of each repository"]);
}

/// Hooks that the folder for all repositories does not have go into the repository's own.
#[test]
fn beside_those_for_all() {
    let sandbox = hooked(&[]);
    sandbox.git(["init", "--quiet", "--bare", "server.git"]);
    sandbox.run(["hook", "install", "--global"]).exits(0);
    // Git never runs pre-commit there.
    sandbox.run(["hook", "status", "server.git"]).exits(1).prints(&["no hook of baseleak is in force"]);
    sandbox.run(["doctor", "server.git"]).exits(1);
    sandbox.run(["hook", "install", "server.git"]).exits(0).prints(&["installed pre-receive"]);
    sandbox.run(["hook", "status", "server.git"]).exits(0).prints(&["pre-receive"]);
    sandbox.run(["doctor", "server.git"]).exits(0).prints(&["pre-receive stopped"]);
    let both = ["hook", "install", "--hook", "pre-commit", "--hook", "pre-push"];
    sandbox.run(both).exits(0).prints(&["pre-commit is installed for all", "installed pre-push"]);
    sandbox.run(["doctor"]).exits(0).prints(&["pre-commit stopped", "pre-push stopped"]);
    sandbox.write("a.env", line(1));
    sandbox.git(["add", "--all", "a.env"]);
    sandbox.git(["commit", "--quiet", "--no-verify", "--message", "m"]);
    git(&sandbox, "", &["push", "server.git", "main"]).exits(1).says(&["this push is blocked"]);
    git(&sandbox, "", &["push", "--no-verify", "server.git", "main"]).exits(1).says(&[&prefix(1)]);
    sandbox.run(["hook", "uninstall"]).exits(0).prints(&["taken out"]);
    sandbox.run(["hook", "uninstall"]).exits(2).says(&["give --global"]);
    sandbox.run(["hook", "status"]).exits(0);
}

#[test]
fn where_git_runs_them() {
    let sandbox = hooked(&[]);
    // A new bare repository gets what is in the template.
    sandbox.run(["hook", "install", "--template"]).exits(0);
    sandbox.git(["init", "--quiet", "--bare", "server.git"]);
    sandbox.run(["hook", "status", "server.git"]).exits(1).prints(&["idle: "]);
    // In a linked work tree of it somebody works.
    git(&sandbox, "", &["push", "--quiet", "server.git", "HEAD:refs/heads/main"]).exits(0);
    git(&sandbox, "server.git", &["worktree", "add", "--quiet", "../../home/tree", "main"]).exits(0);
    sandbox.run(["hook", "status", "server.git"]).exits(0);
    sandbox.run(["hook", "install", "server.git", "--hook", "commit-msg", "--hook", "pre-receive"]).exits(0);
    let stopped = ["pre-commit stopped", "commit-msg stopped", "pre-receive stopped"];
    sandbox.run(["doctor", "server.git"]).exits(0).prints(&stopped);
    sandbox.run(["doctor", "../home/tree"]).exits(0).prints(&stopped[..2]);
    // Where git runs none at all.
    for value in ["", "/dev/null"] {
        sandbox.git(["config", "core.hooksPath", value]);
        for command in ["install", "uninstall"] {
            sandbox.run(["hook", command]).exits(2).says(&["git runs no hook here", "--unset"]);
        }
        sandbox.run(["hook", "status"]).exits(1).prints(&["git runs no hook here"]);
        sandbox.run(["doctor"]).exits(1).prints(&["git runs no hook here"]);
        assert!(!sandbox.path("pre-commit").exists());
    }
}

#[test]
fn what_was_set_aside_and_left() {
    let sandbox = Sandbox::repository();
    let (hook, kept) = (sandbox.path(HOOK), sandbox.path(".git/hooks/pre-commit.baseleak-before"));
    script(&hook, "#!/bin/sh\nexit 0\n");
    install(&sandbox, &["pre-commit"]);
    script(&hook, "#!/bin/sh\n# another\n");
    sandbox.run(["hook", "uninstall"]).exits(2).says(&["another hook has its place", "join the two"]);
    fs::remove_file(&hook).expect("it is there");
    sandbox.run(["hook", "status"]).exits(1).prints(&["left over: "]);
    sandbox.run(["hook", "uninstall"]).exits(0).prints(&["put back"]);
    assert!(hook.exists() && !kept.exists());
    fs::remove_file(&hook).expect("it is there");
    fs::create_dir(&kept).expect("it can be made");
    sandbox.run(["hook", "install"]).exits(2).says(&["is a folder", "move it away"]);
    sandbox.run(["hook", "uninstall"]).exits(0).prints(&["nothing of baseleak"]);
    // A configuration that cannot be written leaves nothing behind.
    sandbox.write("../home/.gitconfig.lock", "");
    sandbox.run(["hook", "install", "--global"]).exits(2).says(&["cannot be set"]);
    assert!(!sandbox.home().join(".local/share/baseleak").exists());
}

#[test]
fn what_cannot_be_read_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.git(["init", "--quiet", "--object-format=sha256", "long"]);
    sandbox.run(["hook", "install", "long"]).exits(2).says(&["SHA-256"]);
    sandbox.run(["doctor", "long"]).exits(1).prints(&["SHA-256"]);
    sandbox.git(["init", "--quiet", "--bare", "bare.git"]);
    sandbox.git(["config", "--global", "safe.bareRepository", "explicit"]);
    for args in
        [&["hook", "status", "bare.git"][..], &["hook", "install", "bare.git"], &["doctor", "bare.git"]]
    {
        sandbox.run(args).exits(2).says(&["git does not want to use", "safe.bareRepository"]);
    }
    sandbox.run(["hook", "status"]).exits(1).prints(&["each repository's own folder"]);
}

#[test]
fn for_new_repositories() {
    let sandbox = Sandbox::new();
    sandbox.run(["hook", "install", "--template", "--hook", "pre-commit", "--hook", "pre-push"]).exits(0);
    sandbox.git(["init", "--quiet", "new"]);
    sandbox.write("new/a.env", line(1));
    git(&sandbox, "new", &["add", "--all"]).exits(0);
    git(&sandbox, "new", &["commit", "--message", "m"]).exits(1).says(&[&prefix(1)]);
    sandbox.run(["doctor"]).exits(0).prints(&["pre-commit stopped a made-up key"]);
    sandbox.run(["hook", "uninstall", "--template"]).exits(0);
    sandbox.git(["init", "--quiet", "newer"]);
    assert!(!sandbox.path("newer/.git/hooks/pre-commit").exists());
    assert!(!sandbox.home().join(".local/share/baseleak").exists());
}
