//! The program in a `pre-receive` hook: what a push brings is judged before it is let in.
//!
//! Git keeps it in a folder of its own until then. The hooks that the program installs are
//! in files of their own.

mod commits;
mod doctor;
mod install;
mod made;
mod pushes;

use std::fs;
use std::process::Output;

use crate::sandbox::{Sandbox, key};

/// A work tree, and beside it the repository that it pushes to.
struct Server {
    sandbox: Sandbox,
}

impl Server {
    fn new() -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let sandbox = Sandbox::repository();
        sandbox.git(["init", "--quiet", "--bare", "--initial-branch=main", "../home/server.git"]);
        let hook = sandbox.home().join("server.git/hooks/pre-receive");
        let script = format!(
            "#!/bin/sh\nworst=0\nwhile read -r old new ref; do\n  '{}' history --range \"$old..$new\"\n  code=$?\n  \
             echo \"code $code for $ref\"\n  test $code = 0 || worst=$code\ndone\nexit $worst\n",
            env!("CARGO_BIN_EXE_baseleak")
        );
        fs::create_dir_all(hook.parent().expect("it lies in a folder")).expect("it can be made");
        fs::write(&hook, script).expect("it can be written");
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("it can be changed");
        sandbox.git(["remote", "add", "origin", "../home/server.git"]);
        Self { sandbox }
    }

    fn commit(&self, path: &str, text: &str) {
        self.sandbox.write(path, text);
        self.sandbox.git(["add", "--all"]);
        self.sandbox.git(["commit", "--quiet", "--message", "a commit"]);
    }

    /// Pushes, and holds the hook to these codes for refs; the push goes through if all are 0.
    #[track_caller]
    fn push(&self, args: &[&str], expect: &[(i32, &str)]) {
        let mut git = self.sandbox.confined("git");
        git.args(["push", "--quiet", "origin"]).args(args);
        let Output { status, stderr, .. } = git.output().expect("git can be run");
        let said = String::from_utf8(stderr).expect("git writes UTF-8 here");
        for (code, name) in expect {
            assert!(said.contains(&format!("code {code} for {name}")), "{args:?}: {said}");
        }
        assert_eq!(said.matches("code ").count(), expect.len(), "{args:?}: {said}");
        assert_eq!(status.success(), expect.iter().all(|(code, _)| *code == 0), "{args:?}: {said}");
    }

    /// What a ref of the server stands for; empty where there is none.
    fn server(&self, name: &str) -> String {
        self.sandbox.git(["-C", "../home/server.git", "for-each-ref", "--format=%(objectname)", name])
    }
}

fn line(number: usize) -> String {
    format!("KEY = {}\n", key(number))
}

#[test]
fn a_push_with_a_key_is_refused() {
    // Objects come loose or, from one on, as a pack.
    for limit in ["1", "100"] {
        let server = Server::new();
        server.sandbox.git(["-C", "../home/server.git", "config", "receive.unpackLimit", limit]);
        server.commit("a.txt", "clean\n");
        server.push(&["main"], &[(0, "refs/heads/main")]);
        server.commit("a.txt", "clean again\n");
        server.push(&["main"], &[(0, "refs/heads/main")]);
        let before = server.server("refs/heads/main");
        server.commit("b.env", &line(1));
        server.push(&["main"], &[(1, "refs/heads/main")]);
        // To take it out again does not help.
        server.commit("b.env", "nothing\n");
        server.push(&["main"], &[(1, "refs/heads/main")]);
        server.push(&["main:topic"], &[(1, "refs/heads/topic")]);
        assert_eq!(server.server("refs/heads/main"), before);
        assert_eq!(server.server("refs/heads/topic"), "");
        server.sandbox.git(["reset", "--quiet", "--hard", "HEAD~2"]);
        server.commit("b.env", "clean\n");
        server.push(&["main"], &[(0, "refs/heads/main")]);
        assert_ne!(server.server("refs/heads/main"), before);
    }
}

#[test]
fn branches_that_come_and_go() {
    let server = Server::new();
    server.commit("a.txt", "clean\n");
    server.push(&["main", "main:other"], &[(0, "refs/heads/main"), (0, "refs/heads/other")]);
    server.push(&["--delete", "other"], &[(0, "refs/heads/other")]);
    assert_eq!(server.server("refs/heads/other"), "");
    server.sandbox.git(["switch", "--quiet", "--create", "topic"]);
    server.commit("b.env", &line(1));
    // One bad branch keeps all from coming in.
    server.push(&["main:fine", "topic"], &[(0, "refs/heads/fine"), (1, "refs/heads/topic")]);
    assert_eq!(server.server("refs/heads/fine"), "");
    server.sandbox.git(["commit", "--quiet", "--amend", "--allow-empty", "--message", &key(2)]);
    server.push(&["--force", "topic"], &[(1, "refs/heads/topic")]);
    server.sandbox.git(["rm", "--quiet", "b.env"]);
    server.sandbox.git(["commit", "--quiet", "--amend", "--allow-empty", "--message", "clean"]);
    server.push(&["--force", "topic"], &[(0, "refs/heads/topic")]);
    // Back to where it was.
    server.push(&["--force", "main:topic"], &[(0, "refs/heads/topic")]);
}

/// What is on the server already does not stop those who build on it.
#[test]
fn what_is_there_already_is_not_new() {
    let server = Server::new();
    server.commit("a.env", &line(1));
    let hook = server.sandbox.home().join("server.git/hooks/pre-receive");
    let aside = hook.with_extension("aside");
    fs::rename(&hook, &aside).expect("it is there");
    server.push(&["main"], &[]);
    fs::rename(&aside, &hook).expect("it is there");
    server.commit("b.txt", "clean\n");
    server.push(&["main"], &[(0, "refs/heads/main")]);
    server.sandbox.git(["mv", "a.env", "c.env"]);
    server.commit("b.txt", "moved\n");
    server.push(&["main"], &[(0, "refs/heads/main")]);
    server.commit("c.env", &format!("# changed\n{}", line(1)));
    server.push(&["main"], &[(1, "refs/heads/main")]);
}

#[test]
fn tags() {
    let server = Server::new();
    server.commit("a.txt", "clean\n");
    server.push(&["main"], &[(0, "refs/heads/main")]);
    server.sandbox.git(["tag", "light"]);
    server.sandbox.git(["tag", "--annotate", "clean", "--message", "clean"]);
    server.sandbox.git(["tag", "--annotate", "bad", "--message", &key(1)]);
    server.push(&["light"], &[(0, "refs/tags/light")]);
    server.push(&["clean"], &[(0, "refs/tags/clean")]);
    server.push(&["bad"], &[(1, "refs/tags/bad")]);
    server.push(&["bad:refs/tags/clean", "--force"], &[(1, "refs/tags/clean")]);
    assert_eq!(server.server("refs/tags/bad"), "");
    server.push(&["--delete", "clean"], &[(0, "refs/tags/clean")]);
    // A tag may name something that is no commit.
    for (text, name, code) in [(line(2), "blob", 1), ("clean\n".to_owned(), "harmless", 0)] {
        server.sandbox.write("../home/note", text);
        let blob = server.sandbox.git(["hash-object", "-w", "../home/note"]);
        server.sandbox.git(["tag", name, blob.trim()]);
        server.push(&[name], &[(code, &format!("refs/tags/{name}"))]);
    }
}
