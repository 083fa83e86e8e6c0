//! Git bundles: what a backup of a repository holds, deleted files and messages included.

use std::fs;

use super::build::*;
use super::{line, notes, places};
use crate::sandbox::{Sandbox, assert_hidden, key, skipped};

/// A repository with a key in a deleted file, one in the message of a commit, one in that
/// of a tag, one in an archive, one on another branch, and versions of a long file that
/// become deltas, of which the second of three holds one; all in bundles in `bundles`,
/// which is a folder of its own.
fn bundles() -> (Sandbox, Sandbox) {
    let (sandbox, bundles) = (Sandbox::repository(), Sandbox::new());
    let commit = |message: &str| {
        sandbox.git(["add", "--all"]);
        sandbox.git(["commit", "--quiet", "--allow-empty", "--message", message]);
    };
    let long = |inside: &str| format!("{}{inside}\n", "a line of text\nand another\n".repeat(300));
    sandbox.write("src/gone.env", line(&key(1)));
    sandbox.write("a.zip", zip(&[deflated("in", line(&key(4)).as_bytes())]));
    sandbox.write("long.txt", long("one"));
    commit("first");
    fs::remove_file(sandbox.path("src/gone.env")).expect("it is there");
    sandbox.write("long.txt", long(&line(&key(5))));
    commit(&format!("uses {}", line(&key(2)).trim_end()));
    sandbox.write("long.txt", long("three"));
    commit("third");
    sandbox.git(["tag", "--annotate", "v1", "--message", &line(&key(3))]);
    sandbox.git(["checkout", "--quiet", "-b", "other"]);
    sandbox.write("deep/er/other.env", line(&key(6)));
    commit("other");
    let bundle = |name: &str, what: &[&str]| {
        let path = bundles.path(name);
        let args = [&["bundle", "create", "--quiet", path.to_str().expect("it is text")], what].concat();
        sandbox.git(args);
    };
    bundle("all.bundle", &["--all"]);
    bundle("thin.bundle", &["HEAD~3..v1"]);
    (sandbox, bundles)
}

/// The findings of a scan of `name`, without the digits that name an object.
fn found(bundles: &Sandbox, name: &str) -> Vec<String> {
    let run = bundles.run(["scan", "--format", "json", name]);
    (1..7).for_each(|number| assert_hidden(&key(number), &run.stdout));
    let plain = |place: String| match place.split_once('!') {
        Some((bundle, inside)) if inside.starts_with("commit ") || inside.starts_with("tag ") => {
            let (what, rest) = inside.split_once(' ').expect("it has one");
            let (id, rest) = rest.split_once(':').expect("it has a line");
            assert_eq!(id.len(), 12, "{place}");
            format!("{bundle}!{what}:{rest}")
        }
        _ => place,
    };
    places(&run.json()).into_iter().map(plain).collect()
}

const ALL: [&str; 6] = [
    "all.bundle!a.zip!in:1:17",
    "all.bundle!commit:6:22",
    "all.bundle!deep/er/other.env:1:17",
    "all.bundle!long.txt:601:17",
    "all.bundle!src/gone.env:1:17",
    "all.bundle!tag:6:17",
];

#[test]
fn all_of_a_repository() {
    let (_, bundles) = bundles();
    assert_eq!(found(&bundles, "all.bundle"), ALL);
    let report = bundles.run(["scan", "--format", "json", "all.bundle"]).exits(1).json();
    assert!(notes(&report).is_empty(), "{:?}", notes(&report));
    // From a pipe, and in an archive.
    let bytes = fs::read(bundles.path("all.bundle")).expect("it is there");
    let piped =
        bundles.pipe(&bytes, ["scan", "--format", "json", "--stdin-path", "all.bundle", "-"]).exits(1);
    assert_eq!(places(&piped.json()).len(), ALL.len());
    bundles.write("a.tgz", gzip(&tar(&[("x/all.bundle", &bytes)])[..]));
    let inner = found(&bundles, "a.tgz");
    assert_eq!(inner.len(), ALL.len());
    assert!(inner.iter().all(|place| place.starts_with("a.tgz!x/all.bundle!")), "{inner:?}");
}

/// What lies in a thin bundle as a whole object is read, and what is missing is told.
#[test]
fn a_thin_bundle() {
    let (_, bundles) = bundles();
    let report = bundles.run(["scan", "--format", "json", "thin.bundle"]).exits(1).json();
    let found = places(&report);
    assert!(found.iter().any(|place| place.starts_with("thin.bundle!commit ")), "{found:?}");
    let notes = notes(&report);
    assert!(
        matches!(&notes[..], [note] if note.starts_with(
            "thin.bundle: member: objects that differ from ones it does not hold, and were not read: "
        )),
        "{notes:?}"
    );
}

/// The same in the index and in the history.
#[test]
fn a_bundle_that_is_committed() {
    let (_, bundles) = bundles();
    let sandbox = Sandbox::repository();
    sandbox.write("all.bundle", fs::read(bundles.path("all.bundle")).expect("it is there"));
    sandbox.git(["add", "--all"]);
    let staged = sandbox.run(["staged", "--format", "json"]).exits(1).json();
    assert_eq!(places(&staged).len(), ALL.len());
    sandbox.git(["commit", "--quiet", "--message", "x"]);
    let history = sandbox.run(["history", "--format", "json"]).exits(1).json();
    assert_eq!(places(&history).len(), ALL.len());
}

/// Damaged ones never end the program, and what is not read is told.
#[test]
fn damaged_bundles() {
    let (_, bundles) = bundles();
    let bytes = fs::read(bundles.path("all.bundle")).expect("it is there");
    for cut in [bytes.len() - 1, bytes.len() - 30, bytes.len() / 2, bytes.len() / 4] {
        bundles.write("cut/a.bundle", &bytes[..cut]);
        let report = bundles.run(["scan", "--format", "json", "cut"]).json();
        let notes = notes(&report);
        assert!(notes.iter().any(|note| note == "cut/a.bundle: member: ends too early"), "{cut}: {notes:?}");
    }
    let pack = memchr::memmem::find(&bytes, b"PACK").expect("a bundle has one");
    bundles.write("b.bundle", &bytes[..pack]);
    let report = bundles.run(["scan", "--format", "json", "b.bundle"]).exits(2).json();
    assert_eq!(skipped(&report).len(), 1);
    let foreign = [b"# v3 git bundle\n@object-format=sha256\n\n", &bytes[pack..]].concat();
    bundles.write("c.bundle", foreign);
    let report = bundles.run(["scan", "--format", "json", "c.bundle"]).exits(2).json();
    let why = "a git bundle with another format of object names";
    assert_eq!(skipped(&report), [("c.bundle", "unreadable", Some(why))]);
}

/// One byte of the pack is another in each of these.
#[test]
fn changed_bundles() {
    let (_, bundles) = bundles();
    let bytes = fs::read(bundles.path("all.bundle")).expect("it is there");
    let pack = memchr::memmem::find(&bytes, b"PACK").expect("a bundle has one");
    let mut names = Vec::new();
    for number in 0..48 {
        let mut changed = bytes.clone();
        changed[pack + number * (bytes.len() - pack) / 48] ^= 1 << (number % 8);
        names.push(format!("changed/{number:02}.bundle"));
        bundles.write(names.last().expect("there is one"), changed);
    }
    let report = bundles.run(["scan", "--format", "json", "changed"]).json();
    let notes = notes(&report);
    for name in names {
        assert!(notes.iter().any(|note| note.starts_with(&*name)), "{name}: {notes:?}");
    }
}
