//! The same leak has the same lines, whichever way it was seen.

use std::fs;

use serde_json::json;

use super::{FILE, commit, create, known, lines, lines_of, public, reported, text};
use crate::carriers::zip_of;
use crate::sandbox::{Sandbox, assert_hidden, key};

fn notebook(number: usize) -> String {
    let source = json!([format!("key = '{}'\n", key(number)), "print(1)\n"]);
    let cell =
        json!({"cell_type": "code", "source": source, "outputs": [], "metadata": {}, "execution_count": 1});
    json!({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).to_string()
}

#[test]
fn every_source_gives_the_same_lines() {
    let sandbox = Sandbox::repository();
    sandbox.write("a.env", text(1));
    sandbox.write("dir with blanks/b c.txt", text(2) + &text(3));
    sandbox.write("n.ipynb", notebook(4));
    sandbox.write("x.zip", zip_of("in/side.txt", text(5).as_bytes()));
    sandbox.write(format!("name-{}.txt", key(6)), "nothing\n");
    sandbox.write("copy/a.env", text(1));
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt as _;
        let odd = |name: &[u8]| std::ffi::OsStr::from_bytes(name).to_owned();
        sandbox.write(odd(b"not\xFFtext.env"), text(7));
        sandbox.write(odd(b"C:\\windows\\x.env"), text(8));
        sandbox.write(odd(b"two\nlines \xE2\x80\xAE.env "), text(9));
    }
    sandbox.git(["add", "--all"]);
    create(&sandbox, &["--from", "staged", "-o", "../home/staged"]);
    sandbox.git(["commit", "--quiet", "--message", "first"]);
    create(&sandbox, &["--from", "tree", "-o", "../home/tree"]);
    create(&sandbox, &["--from", "history", "-o", "../home/history"]);
    for (name, args) in [("r-tree", &["scan"][..]), ("r-history", &["history"])] {
        let report = sandbox.run(args.iter().copied().chain(["--format", "json"])).stdout;
        fs::write(sandbox.home().join("report.json"), report).expect("it can be written");
        let out = format!("../home/{name}");
        create(&sandbox, &["--report", "../home/report.json", "-o", &out]);
    }
    let read = |name: &str| fs::read(sandbox.home().join(name)).expect("it was written");
    let tree = String::from_utf8(read("tree")).expect("it is text");
    for name in ["staged", "history", "r-tree", "r-history"] {
        assert_eq!(String::from_utf8(read(name)).expect("it is text"), tree, "{name}");
    }
    let (one, six) = (public(1), public(6));
    let listed = lines_of(&sandbox, "../home/tree");
    for line in [format!("{one} a.env"), format!("{one} copy/a.env"), format!("{six} name-****.txt")] {
        assert!(listed.contains(&line), "{line} in {tree}");
    }
    assert!(listed.contains(&format!("{} x.zip!in/side.txt", public(5))), "{tree}");
    #[cfg(target_os = "linux")]
    for (number, place) in
        [(7, "not\\xFFtext.env"), (8, "C:\\\\windows\\\\x.env"), (9, "two\\u{a}lines \\u{202e}.env\\u{20}")]
    {
        assert!(listed.contains(&format!("{} {place}", public(number))), "{tree}");
    }
    // What it is made of, and nothing else.
    for number in 1..10 {
        assert_hidden(&key(number), &tree);
    }
    let head = sandbox.git(["rev-parse", "HEAD"]);
    assert!(!tree.contains(&head[..7]) && !tree.contains("2026") && !tree.contains(":1"), "{tree}");
    // And it settles all of them.
    fs::copy(sandbox.home().join("tree"), sandbox.path(FILE)).expect("it can be copied");
    super::check(&sandbox, "HEAD", &[]);
    sandbox.git(["rm", "--quiet", "--cached", "-r", "."]);
    assert!(reported(&sandbox, &["scan"]).is_empty());
}

#[test]
fn what_is_in_no_file_has_words_for_its_place() {
    let sandbox = Sandbox::repository();
    sandbox.write("gone.env", text(3));
    commit(&sandbox, &format!("a message with {}", key(1)));
    sandbox.git(["tag", "--annotate", "v1", "--message", &format!("tag {}", key(2))]);
    fs::remove_file(sandbox.path("gone.env")).expect("it is there");
    commit(&sandbox, "remove");
    sandbox.git(["config", "remote.origin.url", &format!("https://example.org/?key={}", key(4))]);
    sandbox.write("loose.txt", text(5));
    sandbox.git(["hash-object", "-w", "loose.txt"]);
    fs::remove_file(sandbox.path("loose.txt")).expect("it is there");
    create(&sandbox, &["--from", "history"]);
    let mut expect = Vec::new();
    for (number, place) in [(1, "commit"), (2, "tag"), (3, "history"), (4, "git"), (5, "history")] {
        expect.push(format!("{} //{place}", public(number)));
    }
    expect.sort();
    assert_eq!(lines(&sandbox), expect);
    assert!(reported(&sandbox, &["history"]).is_empty());
    // Commits and tags get other ids.
    sandbox.git(["commit", "--quiet", "--amend", "--allow-empty", "--message", &format!("again {}", key(1))]);
    assert!(reported(&sandbox, &["history"]).is_empty());
    // What was in no file comes back into one, and what was in a file into a message.
    sandbox.write("back.env", text(3));
    assert_eq!(reported(&sandbox, &["scan"]), ["back.env"]);
    commit(&sandbox, "back");
    assert_eq!(reported(&sandbox, &["scan"]), ["back.env"]);
    assert_eq!(reported(&sandbox, &["history"]).len(), 1);
    // A scan of the tree sees neither commits nor tags, and does not drop them.
    sandbox.run(["baseline", "update", "--prune"]).exits(0);
    assert_eq!(lines(&sandbox).len(), 6);
    fs::remove_file(sandbox.path("back.env")).expect("it is there");
    sandbox.run(["baseline", "prune"]).exits(0).prints(&["at back.env"]);
    assert_eq!(lines(&sandbox), expect);
}

#[test]
fn a_message_that_repeats_a_key_of_a_file_is_new() {
    let sandbox = known();
    sandbox.git(["commit", "--quiet", "--allow-empty", "--message", &format!("rotate {}", key(1))]);
    assert_eq!(reported(&sandbox, &["history"]).len(), 1);
    assert_eq!(reported(&sandbox, &["history", "--range", "HEAD~1..HEAD"]).len(), 1);
    sandbox.run(["baseline", "update", "--from", "history"]).exits(0).prints(&["in the text of a commit"]);
    super::check(&sandbox, "HEAD~1..HEAD", &[]);
}

/// The carrier moves, with what is in it.
#[test]
fn archives_notebooks_and_names_move() {
    let sandbox = Sandbox::repository();
    sandbox.write("n.ipynb", notebook(1));
    sandbox.write("x.zip", zip_of("in/side.txt", text(2).as_bytes()));
    sandbox.write(format!("name-{}.txt", key(3)), "nothing\n");
    commit(&sandbox, "first");
    create(&sandbox, &[]);
    commit(&sandbox, "baseline");
    fs::create_dir(sandbox.path("sub")).expect("it can be made");
    let name = format!("name-{}.txt", key(3));
    for file in ["n.ipynb", "x.zip", &name] {
        sandbox.git(["mv", file, "sub"]);
    }
    assert!(reported(&sandbox, &["scan"]).is_empty());
    assert!(reported(&sandbox, &["staged"]).is_empty());
    commit(&sandbox, "move");
    super::check(&sandbox, "HEAD~1..HEAD", &[]);
    fs::copy(sandbox.path("sub/x.zip"), sandbox.path("y.zip")).expect("it can be copied");
    assert_eq!(reported(&sandbox, &["scan"]), ["y.zip!in/side.txt"]);
}

#[test]
fn a_bare_repository_and_a_clone_agree() {
    let sandbox = known();
    super::move_and_edit(&sandbox, "a.env", "b.env");
    commit(&sandbox, "move");
    sandbox.git(["clone", "--quiet", "--bare", ".", "../home/bare.git"]);
    let text = fs::read(sandbox.path(FILE)).expect("it is there");
    fs::write(sandbox.home().join("bare.git").join(FILE), text).expect("it can be written");
    assert!(reported(&sandbox, &["history", "../home/bare.git"]).is_empty());
    assert!(reported(&sandbox, &["history", "../home/bare.git", "--range", "HEAD~1..HEAD"]).is_empty());
}
