//! Keys in content: what commits carry, and what no branch leads to any more.

use std::fs;

use super::{Places, line};

impl Places {
    /// Content that is kept, deleted, edited, or on a branch.
    pub(super) fn content(&mut self) {
        self.sandbox.write("kept.env", line(1));
        self.sandbox.write("deleted.env", line(2));
        self.sandbox.write("edited.env", format!("a\n{}b\n", line(3)));
        // It is long enough to be worth a delta.
        let lines: Vec<String> = (0..200).map(|number| format!("line {number} of many\n")).collect();
        let long = lines.concat();
        self.sandbox.write("long.txt", &long);
        let first = self.commit("first");
        fs::remove_file(self.sandbox.path("deleted.env")).expect("it is there");
        self.sandbox.write("edited.env", "a\nb\n");
        self.sandbox.write("long.txt", format!("{}{long}", line(4)));
        let second = self.commit("second");
        self.expect(1, "kept.env").by(&first).in_head();
        self.expect(2, "deleted.env").by(&first).removed_by(&second);
        self.expect(3, "edited.env").by(&first).removed_by(&second);
        self.expect(4, "long.txt").by(&second).in_head();

        self.git(&["switch", "--quiet", "--create", "unmerged"]);
        self.sandbox.write("branch.env", line(5));
        let commit = self.commit("on a branch");
        self.git(&["switch", "--quiet", "main"]);
        self.expect(5, "branch.env").by(&commit);
    }

    /// Merges that bring what none of their parents has.
    pub(super) fn merges(&mut self) {
        for (number, branches) in [(6, &["other"][..]), (7, &["one", "two", "three"])] {
            for branch in branches {
                self.git(&["switch", "--quiet", "--create", branch]);
                self.sandbox.write(format!("{branch}.txt"), "other\n");
                self.commit("to be merged");
                self.git(&["switch", "--quiet", "main"]);
            }
            self.commit("meanwhile");
            self.git(&[&["merge", "--quiet", "--no-ff", "--no-commit"], branches].concat());
            self.sandbox.write(format!("evil{number}.env"), line(number));
            let merge = self.commit("a merge that brings its own");
            assert_eq!(self.git(&["rev-parse", "HEAD^@"]).lines().count(), branches.len() + 1);
            self.expect(number, format!("evil{number}.env")).by(&merge).in_head();
        }
    }

    /// Content that no branch leads to.
    pub(super) fn lost(&mut self) {
        self.sandbox.write("amended.env", line(10));
        let amended = self.commit("to be amended");
        self.git(&["rm", "--quiet", "amended.env"]);
        self.git(&["commit", "--quiet", "--amend", "--message", "amended", "--allow-empty"]);
        self.expect(10, "amended.env").by(&amended).held("reflog");

        self.git(&["switch", "--quiet", "--create", "doomed"]);
        self.sandbox.write("doomed.env", line(11));
        let doomed = self.commit("on a branch that goes");
        self.git(&["switch", "--quiet", "main"]);
        self.git(&["branch", "--quiet", "-D", "doomed"]);
        self.expect(11, "doomed.env").by(&doomed).held("reflog");

        // The newest stash is what the ref says, and the other is in its log only.
        for (number, untracked) in [(12, 13), (14, 15)] {
            self.sandbox.write("kept.env", format!("{}{}", line(1), line(number)));
            let new = format!("untracked{untracked}.env");
            self.sandbox.write(&new, line(untracked));
            self.git(&["stash", "push", "--quiet", "--include-untracked"]);
            let (stash, beside) = (self.id("refs/stash"), self.id("refs/stash^3"));
            self.expect(number, "kept.env").by(&stash).held("stash");
            self.expect(untracked, new).by(&beside).held("stash");
        }

        self.sandbox.write("staged.env", line(16));
        self.git(&["add", "staged.env"]);
        let blob = self.id(":staged.env");
        self.sandbox.write("staged.env", "overwritten\n");
        self.git(&["add", "staged.env"]);
        self.git(&["reset", "--quiet", "--hard"]);
        self.expect(16, format!("blob {blob}")).held("nothing");
    }

    /// An object that stands for another: both are there.
    pub(super) fn replaced(&mut self) {
        self.sandbox.write("replaced.env", line(17));
        let commit = self.commit("to be replaced");
        let (old, new) = (self.id("HEAD:replaced.env"), self.object("blob", &line(18)));
        self.git(&["replace", &old, &new]);
        self.expect(17, "replaced.env").by(&commit).in_head();
        self.expect(18, format!("blob {new}")).of_ref(&format!("refs/replace/{old}"));
    }
}
