//! Everything that git keeps is read, and each leak is told of in git's terms.

use std::fs;

use serde_json::Value;

use crate::sandbox::{Sandbox, key};

mod exposure;
mod layouts;
mod names;
mod places;
mod referee;
mod script;

/// The report of `history --format json` over the work folder.
fn report(sandbox: &Sandbox, args: &[&str]) -> Value {
    sandbox.run(["history", "--format", "json"].iter().chain(args)).json()
}

/// The public part of the key with this number.
fn public(number: usize) -> String {
    let key = key(number);
    key.split('.').next().expect("it has a public part").to_owned()
}

/// A line that holds the key with this number.
fn line(number: usize) -> String {
    format!("KEY = {}\n", key(number))
}

/// The finding of the key with this number at a path.
#[track_caller]
fn finding<'r>(report: &'r Value, number: usize, path: &str) -> &'r Value {
    let all = report["findings"].as_array().expect("there are findings");
    let name = public(number);
    let found: Vec<_> = all.iter().filter(|finding| finding["key"] == name).collect();
    let paths: Vec<_> = found.iter().map(|finding| &finding["path"]).collect();
    let mut at_path = found.iter().filter(|finding| finding["path"] == path);
    let first = at_path.next();
    assert!(first.is_some() && at_path.next().is_none(), "key {number} at {path:?}: {paths:?}");
    first.expect("it was just looked at")
}

#[test]
fn versions_of_a_file_are_one_leak() {
    let sandbox = Sandbox::repository();
    for version in 0..5 {
        sandbox.write("a.env", format!("# {version}\nKEY = {}\n", key(1)));
        sandbox.git(["add", "a.env"]);
        sandbox.git(["commit", "--quiet", "--message", "next"]);
    }
    let report = report(&sandbox, &[]);
    let origin = &finding(&report, 1, "a.env")["origin"];
    assert_eq!((&origin["versions"], &origin["in_head"]), (&Value::from(5), &Value::from(true)));
    assert_eq!(report["summary"]["findings"], 1);
}

#[test]
fn where_there_is_no_repository_there_is_no_verdict() {
    let sandbox = Sandbox::new();
    sandbox.run(["history"]).exits(2).says(&["is not in a git repository"]);
}

#[test]
fn an_object_that_cannot_be_read_leaves_no_verdict() {
    let sandbox = Sandbox::repository();
    sandbox.write("a.txt", "nothing\n");
    let blob = sandbox.git(["hash-object", "-w", "a.txt"]);
    let blob = blob.trim();
    let file = sandbox.path(format!(".git/objects/{}/{}", &blob[..2], &blob[2..]));
    fs::remove_file(&file).expect("it is there");
    fs::write(&file, "broken").expect("it can be written");
    let run = sandbox.run(["history"]).exits(2);
    assert!(run.stdout.contains(blob), "{}", run.stdout);
}

#[test]
fn a_shallow_clone_leaves_no_verdict_unless_allowed() {
    let sandbox = Sandbox::repository();
    for number in 0..3 {
        sandbox.write("a.txt", format!("{number}\n"));
        sandbox.git(["add", "a.txt"]);
        sandbox.git(["commit", "--quiet", "--message", "next"]);
    }
    let origin = format!("file://{}", sandbox.path(".git").display());
    sandbox.git(["clone", "--quiet", "--depth=1", &origin, "../home/shallow"]);
    let run = sandbox.run(["history", "../home/shallow"]).exits(2);
    assert!(run.stdout.contains("the clone is shallow"), "{}", run.stdout);
    sandbox.run(["history", "../home/shallow", "--allow-incomplete"]).exits(0);
}

#[test]
fn an_index_without_its_pack_leaves_no_verdict() {
    let sandbox = Sandbox::repository();
    sandbox.write("a.txt", "nothing\n");
    sandbox.git(["add", "a.txt"]);
    sandbox.git(["commit", "--quiet", "--message", "first"]);
    sandbox.git(["repack", "-adq"]);
    let packs = fs::read_dir(sandbox.path(".git/objects/pack")).expect("it can be listed").flatten();
    let pack = packs.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|end| end == "pack"));
    fs::remove_file(pack.expect("there is a pack")).expect("it can be removed");
    sandbox.run(["history"]).exits(2);
}

/// Some rules look at some paths only, and an excluded path does not hide another.
#[test]
fn a_blob_with_several_paths_is_judged_at_each() {
    let sandbox = Sandbox::repository();
    let config = "model_name: a\nsecrets:\n  token: q8ZkR0vXw3JbT9mLc5HdY1sN\n";
    sandbox.write("a/other.yaml", config);
    sandbox.write("b/config.yaml", config);
    for path in ["a/key.txt", "b/key.txt"] {
        sandbox.write(path, format!("KEY = {}\n", key(1)));
    }
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "first"]);
    let all = report(&sandbox, &[]);
    let rules: Vec<_> =
        all["findings"].as_array().expect("there are some").iter().map(|f| &f["rule"]).collect();
    assert_eq!(rules, ["baseten-api-key", "truss-config-secret"]);
    let finding = &all["findings"][1];
    assert_eq!(finding["path"], "b/config.yaml");
    assert_eq!(finding["origin"]["other_paths"], serde_json::json!(["a/other.yaml"]));
    let rest = report(&sandbox, &["--exclude", "a"]);
    assert_eq!(self::finding(&rest, 1, "b/key.txt")["origin"]["in_head"], true);
    assert_eq!(rest["summary"]["findings"], 2);
    assert_eq!(report(&sandbox, &["--exclude", "a", "--exclude", "b"])["summary"]["findings"], 0);
}

/// A tag may stand for a tag, and where refs are packed only the ends are written down.
#[test]
fn tags_that_lead_to_tags_are_followed_within_limits() {
    let sandbox = Sandbox::repository();
    sandbox.git(["commit", "--quiet", "--allow-empty", "--message", "first"]);
    for (number, name, of) in [(1, "inner", "HEAD"), (2, "outer", "inner")] {
        let message = format!("tag {}", key(number));
        sandbox.git(["tag", "--annotate", name, of, "--message", &message]);
    }
    sandbox.git(["tag", "--delete", "inner"]);
    for args in [&["status"][..], &["pack-refs", "--all"]] {
        sandbox.git(args);
        for limits in [&[][..], &["--max-depth", "1"], &["--range", "outer"]] {
            let report = report(&sandbox, limits);
            let findings = report["findings"].as_array().expect("there are findings");
            let refs: Vec<_> = findings.iter().map(|finding| &finding["origin"]["refs"]).collect();
            assert_eq!(refs, [&serde_json::json!(["refs/tags/outer"]); 2], "{args:?} {limits:?}");
        }
    }
}

/// What refs, commits and the index name must be here: what is not was not read.
#[test]
fn what_is_missing_leaves_no_verdict() {
    let made = || {
        let sandbox = Sandbox::repository();
        for number in 0..3 {
            sandbox.write("folder/a.txt", format!("{number}\n"));
            sandbox.git(["add", "--all"]);
            sandbox.git(["commit", "--quiet", "--message", "next"]);
        }
        sandbox
    };
    for (missing, reason) in [
        ("HEAD", "names an object that is not here"),
        ("HEAD~1", "a commit names it, and it is not here"),
        ("HEAD~2^{tree}", "a commit names it, and it is not here"),
        ("HEAD:folder/a.txt", "index: folder/a.txt: unreadable: names an object that is not here"),
    ] {
        let sandbox = made();
        let id = sandbox.git(["rev-parse", missing]);
        let (first, rest) = id.trim().split_at(2);
        fs::remove_file(sandbox.path(format!(".git/objects/{first}/{rest}"))).expect("it is loose");
        for engine in ["pack", "git2"] {
            let run = sandbox.run(["history", "--engine", engine]).exits(2);
            assert!(run.stdout.contains(reason), "{missing}: {}", run.stdout);
        }
    }
    for (file, text) in
        [(".git/HEAD", "garbage\n"), (".git/refs/heads/bad", "garbage\n"), (".git/packed-refs", "garbage\n")]
    {
        let sandbox = made();
        sandbox.run(["history"]).exits(0);
        fs::write(sandbox.path(file), text).expect("it can be written");
        sandbox.run(["history"]).exits(2);
    }
}

/// A loose object is what its name says, or it is damaged.
#[test]
fn an_object_in_the_place_of_another_is_no_object() {
    let sandbox = Sandbox::repository();
    let place = |text: &str| {
        sandbox.write("a.env", text);
        sandbox.git(["add", "a.env"]);
        let id = sandbox.git(["rev-parse", ":a.env"]);
        let (first, rest) = id.trim().split_at(2);
        sandbox.path(format!(".git/objects/{first}/{rest}"))
    };
    let (harmless, leak) = (place("nothing\n"), place(&format!("KEY = {}\n", key(1))));
    sandbox.run(["history"]).exits(1);
    fs::remove_file(&leak).expect("it is there");
    fs::copy(harmless, &leak).expect("it can be copied");
    for engine in ["pack", "git2"] {
        let run = sandbox.run(["history", "--engine", engine]).exits(2);
        assert!(run.stdout.contains("not the object that its name says"), "{}", run.stdout);
    }
}

#[test]
fn blobs_over_the_limit_are_counted_and_passed_over() {
    let sandbox = Sandbox::repository();
    let filling = "a line of text\n".repeat(2000);
    for text in ["", "changed\n"] {
        sandbox.write("large.env", format!("{filling}KEY = {}\n{text}", key(1)));
        sandbox.write("small.env", format!("{text}KEY = {}\n", key(2)));
        sandbox.git(["add", "--all"]);
        sandbox.git(["commit", "--quiet", "--message", "next"]);
    }
    for _ in 0..2 {
        let report = report(&sandbox, &["--max-file-size", "10KiB"]);
        assert_eq!(report["summary"]["keys"], 1);
        assert_eq!(finding(&report, 2, "small.env")["origin"]["versions"], 2);
        assert_eq!(report["coverage"]["oversized"], 2);
        sandbox.git(["repack", "-adfq"]);
    }
}
