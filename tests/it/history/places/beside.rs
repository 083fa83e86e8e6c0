//! Keys beside the history: in the files of the git folder, in linked work trees,
//! under `ORIG_HEAD`, and in the index.

use std::fs;

use super::{MASK, Places, line};
use crate::sandbox::key;

impl Places {
    /// Refs, logs, hooks and the configuration.
    pub(super) fn files(&mut self) {
        self.git(&["branch", &format!("topic/{}", key(50))]);
        self.expect(50, format!(".git/refs/heads/topic/{MASK}"));
        self.expect(50, format!(".git/logs/refs/heads/topic/{MASK}"));
        self.git(&["config", "remote.o.url", &format!("https://x:{}@example.com/r", key(51))]);
        self.expect(51, ".git/config");
        self.sandbox.write(".git/hooks/post-commit", format!("#!/bin/sh\nexport K={}\n", key(52)));
        self.expect(52, ".git/hooks/post-commit");
        self.git(&["update-ref", "-m", &format!("log {}", key(53)), "refs/heads/logged", "HEAD"]);
        self.expect(53, ".git/logs/refs/heads/logged");
        let log = format!("log {}", key(54));
        self.git(&["update-ref", "--create-reflog", "-m", &log, "refs/odd/logged", "HEAD"]);
        self.expect(54, ".git/logs/refs/odd/logged");
    }

    /// What linked work trees have for themselves.
    pub(super) fn work_trees(&mut self) {
        let home = self.sandbox.home().to_owned();
        self.git(&["worktree", "add", "--quiet", "-b", "linked", "../home/linked"]);
        fs::write(home.join("linked/linked.env"), line(60)).expect("it can be written");
        fs::write(home.join("linked").join(key(61)), "nothing\n").expect("it can be written");
        self.git(&["-C", "../home/linked", "add", "--all"]);
        let blob = self.git(&["-C", "../home/linked", "rev-parse", ":linked.env"]);
        self.expect(60, format!("blob {blob}")).held("index");
        self.expect(61, MASK);

        self.git(&["worktree", "add", "--quiet", "--detach", "../home/detached"]);
        fs::write(home.join("detached/detached.env"), line(62)).expect("it can be written");
        self.git(&["-C", "../home/detached", "add", "--all"]);
        self.git(&["-C", "../home/detached", "commit", "--quiet", "--message", "on no branch"]);
        let commit = self.git(&["-C", "../home/detached", "rev-parse", "HEAD"]);
        self.expect(62, "detached.env").by(&commit);
    }

    /// A commit that nothing but `ORIG_HEAD` leads to, and one that nothing leads to.
    pub(super) fn without_branch(&mut self) {
        for (number, name) in [(63, "original.env"), (64, "dangling.env")] {
            self.sandbox.write(name, line(number));
            self.git(&["add", name]);
            let tree = self.git(&["write-tree"]);
            self.git(&["rm", "--quiet", "--force", name]);
            let commit = self.git(&["commit-tree", &tree, "-p", "HEAD", "-m", "without a branch"]);
            let holder = if number == 63 { "ref" } else { "nothing" };
            self.expect(number, name).by(&commit).held(holder);
            if number == 63 {
                self.git(&["update-ref", "ORIG_HEAD", &commit]);
            }
        }
    }

    /// What is staged and in no commit.
    pub(super) fn index(&mut self) {
        self.sandbox.write("index.env", line(65));
        self.sandbox.write(format!("only/{}", key(66)), "nothing\n");
        self.git(&["add", "--all"]);
        let blob = self.id(":index.env");
        self.expect(65, format!("blob {blob}")).held("index");
        self.expect(66, format!("only/{MASK}"));
    }
}
