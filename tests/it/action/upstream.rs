//! A repository that a server has, and checkouts of it as the systems make them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, key};

/// What stands for no commit at either end of a push.
pub(super) const NOBODY: &str = "0000000000000000000000000000000000000000";
/// Where the checkout lies, from the work folder on.
pub(super) const CHECKOUT: &str = "../home/checkout";

/// The folder in the archive of the release, by whose name the archive is called, too.
const RELEASE: &str = "baseleak-0.1.0-x86_64-unknown-linux-musl";
/// Knows the one address, and copies the archive to where it was told.
const CURL: &str = r#"#!/bin/sh
while [ "$#" -gt 1 ]; do
  case "$1" in -o | --output) out="$2"; shift ;; esac
  shift
done
case "$1" in
  https://github.com/baseleak/baseleak/releases/download/v0.1.0/baseleak-0.1.0-x86_64-unknown-linux-musl.tar.gz)
    cp "$HOME/${1##*/}" "$out" ;;
  *) exit 22 ;;
esac
"#;

/// The repository; the work folder of the sandbox is its tree.
pub(super) struct Upstream {
    pub(super) sandbox: Sandbox,
}

impl Upstream {
    /// One whose main branch has two commits without a key, and one with key 0 that was taken out.
    pub(super) fn new() -> Self {
        let upstream = Self { sandbox: Sandbox::repository() };
        upstream.sandbox.git(["config", "uploadpack.allowAnySHA1InWant", "true"]);
        upstream.commit("old.env", &line(0));
        upstream.commit("old.env", "nothing\n");
        upstream.commit("a.py", "print()\n");
        upstream
    }

    /// Commits a file on the branch that is there.
    pub(super) fn commit(&self, path: &str, text: &str) -> String {
        self.sandbox.write(path, text);
        self.sandbox.git(["add", "--all"]);
        self.sandbox.git(["commit", "--quiet", "--message", "a commit"]);
        self.id("HEAD")
    }

    /// From here on a branch of this name, beginning at main.
    pub(super) fn branch(&self, name: &str) {
        self.sandbox.git(["switch", "--quiet", "--create", name, "main"]);
    }

    pub(super) fn id(&self, name: &str) -> String {
        self.sandbox.git(["rev-parse", name]).trim().to_owned()
    }

    /// A pull request of `topic`: its refs, and the event as GitHub has it. The branch itself goes
    /// away where it is one of a fork.
    pub(super) fn pull_request(&self, is_fork: bool) -> Value {
        let (base, head) = (self.id("main"), self.id("topic"));
        self.sandbox.git(["update-ref", "refs/pull/7/head", &head]);
        self.sandbox.git(["switch", "--quiet", "--detach", "main"]);
        self.sandbox.git(["merge", "--quiet", "--no-ff", "--message", "Merge it", "topic"]);
        self.sandbox.git(["update-ref", "refs/pull/7/merge", "HEAD"]);
        self.sandbox.git(["switch", "--quiet", "main"]);
        if is_fork {
            self.sandbox.git(["branch", "--quiet", "-D", "topic"]);
        }
        json!({
            "action": "synchronize", "number": 7, "repository": {"default_branch": "main", "id": 1},
            "pull_request": {
                "base": {"ref": "main", "sha": base, "repo": {"id": 1}},
                "head": {"ref": "topic", "sha": head, "repo": {"id": if is_fork { 2 } else { 1 }}},
            },
        })
    }

    /// Puts a release of 0.1.0 where a stand-in for `curl`, in `home/shims`, takes it from; returns
    /// its checksum.
    pub(super) fn release(&self) -> String {
        let (sandbox, home) = (&self.sandbox, self.sandbox.home());
        let program = format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_baseleak"));
        let place = format!("../home/made/{RELEASE}/baseleak");
        for (path, text) in [(place.as_str(), program.as_str()), ("../home/shims/curl", CURL)] {
            sandbox.write(path, text);
            let mode = fs::Permissions::from_mode(0o755);
            fs::set_permissions(sandbox.path(path), mode).expect("it was just written");
        }
        let archive = home.join(format!("{RELEASE}.tar.gz"));
        let mut tar = sandbox.confined("tar");
        let tar = tar.arg("-czf").arg(&archive).arg("-C").arg(home.join("made")).arg(RELEASE);
        assert!(tar.status().expect("tar can be run").success());
        let sum = Command::new("sha256sum").arg(&archive).output().expect("sha256sum can be run");
        String::from_utf8(sum.stdout).expect("it is text")[..64].to_owned()
    }

    /// A checkout as `actions/checkout` makes it, of all branches and tags or with one commit.
    pub(super) fn checkout(&self, name: &str, is_full: bool) {
        let git = |args: &[&str]| self.sandbox.git([&["-C", CHECKOUT], args].concat());
        self.sandbox.git(["init", "--quiet", CHECKOUT]);
        let address = format!("file://{}", self.sandbox.path("").display());
        git(&["remote", "add", "origin", &address]);
        let one = format!("+{name}:refs/remotes/asked");
        if is_full {
            let all = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*", &one];
            git(&[&["fetch", "--quiet", "--no-tags", "origin"], &all[..]].concat());
        } else {
            git(&["fetch", "--quiet", "--no-tags", "--depth=1", "origin", &one]);
        }
        git(&["checkout", "--quiet", "--detach", "refs/remotes/asked"]);
    }
}

/// A line with key `number`.
pub(super) fn line(number: usize) -> String {
    format!("KEY = {}\n", key(number))
}

/// What is public of key `number`.
pub(super) fn prefix(number: usize) -> String {
    key(number).split_once('.').expect("a key has a dot").0.to_owned()
}
