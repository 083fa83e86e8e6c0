//! Keys in what is no content: names, messages, headers, tags.

use super::{MASK, Places, line};
use crate::sandbox::key;

impl Places {
    /// Names in trees.
    pub(super) fn names(&mut self) {
        self.sandbox.write(format!("names/{}", key(20)), "nothing\n");
        self.sandbox.write(format!("{}/inner.txt", key(21)), "nothing\n");
        self.sandbox.write(format!("gone/{}", key(22)), "nothing\n");
        // Masked, it has the same path as the first.
        self.sandbox.write(format!("names/{}", key(23)), "nothing\n");
        let commit = self.commit("names");
        self.git(&["rm", "--quiet", "-r", "gone"]);
        let gone = self.commit("one is gone");
        self.expect(20, format!("names/{MASK}")).by(&commit).in_head();
        self.expect(23, format!("names/{MASK}")).by(&commit).in_head();
        self.expect(21, MASK).by(&commit).in_head();
        self.expect(22, format!("gone/{MASK}")).by(&commit).removed_by(&gone);
    }

    /// What is said of commits.
    pub(super) fn messages(&mut self) {
        let commit = self.commit(&format!("message {}", key(30)));
        self.expect(30, format!("commit {commit}")).by(&commit).in_head();
        self.git(&["notes", "add", "--message", &format!("note {}", key(31))]);
        self.git(&["notes", "--ref=review", "add", "--message", &format!("note {}", key(32))]);
        for (number, name) in [(31, "refs/notes/commits"), (32, "refs/notes/review")] {
            let note = self.id(name);
            self.expect(number, &*commit).by(&note);
        }
        let author = format!("--author=Me {} <me@example.com>", key(33));
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "by whom", &author]);
        let commit = self.id("HEAD");
        self.expect(33, format!("commit {commit}")).by(&commit).in_head();
    }

    /// Headers that git writes in some commits only.
    pub(super) fn headers(&mut self) {
        let (tree, parent) = (self.id("HEAD^{tree}"), self.id("HEAD"));
        let (me, date) = ("A <a@example.org>", "1767323045 +0000");
        let tag = format!(
            "object {parent}\n type commit\n tag merged\n tagger {me} {date}\n \n merged {}",
            key(34)
        );
        let signature = format!("-----BEGIN-----\n \n {}\n -----END-----", key(35));
        let branches = [
            (
                "headers",
                format!("committer {me} {date}\nmergetag {tag}\ngpgsig {signature}\nodd {}", key(36)),
                &[34, 35, 36][..],
            ),
            ("committer", format!("committer {} {} <c@example.org> {date}", "Me", key(37)), &[37]),
            ("address", format!("committer Me <{}@example.org> {date}", key(38)), &[38]),
        ];
        for (branch, headers, numbers) in branches {
            let text = format!("tree {tree}\nparent {parent}\nauthor {me} {date}\n{headers}\n\nmessage\n");
            let commit = self.object("commit", &text);
            self.git(&["branch", "--quiet", branch, &commit]);
            for &number in numbers {
                self.expect(number, format!("commit {commit}")).by(&commit);
            }
        }
    }

    /// Tags, also those of what is no commit. Some are packed.
    pub(super) fn tags(&mut self) {
        let annotated = |places: &mut Self, number, name: &str, of: &str| {
            places.git(&["tag", "--annotate", name, of, "--message", &format!("tag {}", key(number))]);
            let id = places.id(name);
            places.expect(number, format!("tag {id}")).held("ref");
        };
        for (number, outer) in [(40, "packed"), (43, "loose")] {
            annotated(self, number, "inner", "HEAD");
            annotated(self, number + 1, "middle", "inner");
            annotated(self, number + 2, outer, "middle");
            self.git(&["tag", "--delete", "inner", "middle"]);
            for place in self.expect.iter_mut().rev().take(3) {
                place.of_ref(&format!("refs/tags/{outer}"));
            }
            if outer == "packed" {
                self.git(&["branch", &format!("packed/{}", key(46))]);
                self.git(&["pack-refs", "--all"]);
                self.expect(46, ".git/packed-refs");
            }
        }
        let blob = self.object("blob", &line(47));
        self.git(&["tag", "blobtag", &blob]);
        self.expect(47, format!("blob {blob}")).of_ref("refs/tags/blobtag");

        self.sandbox.write("below/tree.env", line(48));
        self.git(&["add", "below/tree.env"]);
        let (tree, blob) = (self.git(&["write-tree", "--prefix=below/"]), self.id(":below/tree.env"));
        self.git(&["tag", "treetag", &tree]);
        self.git(&["rm", "--quiet", "--force", "below/tree.env"]);
        self.expect(48, format!("blob {blob}")).of_ref("refs/tags/treetag");
    }
}
