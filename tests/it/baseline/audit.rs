//! An audit and a history agree about what is known, and an audit knows what is not committed.

use std::fs;

use super::{commit, create, known, lines, public, reported, text};
use crate::sandbox::{Sandbox, key};

/// Moved in the work tree alone, in the index, and in a commit.
#[test]
fn an_audit_knows_what_moved_and_is_not_committed() {
    let sandbox = known();
    assert!(reported(&sandbox, &["audit"]).is_empty());
    fs::rename(sandbox.path("a.env"), sandbox.path("b.env")).expect("it can be moved");
    assert!(reported(&sandbox, &["audit"]).is_empty());
    sandbox.write("leak.txt", format!("password = {}\n", key(1)));
    assert_eq!(reported(&sandbox, &["audit"]), ["leak.txt"]);
    fs::remove_file(sandbox.path("leak.txt")).expect("it is there");
    sandbox.git(["add", "--all"]);
    assert!(reported(&sandbox, &["audit"]).is_empty());
    commit(&sandbox, "move");
    assert!(reported(&sandbox, &["audit"]).is_empty());
    fs::copy(sandbox.path("b.env"), sandbox.path("copy.env")).expect("it can be copied");
    assert_eq!(reported(&sandbox, &["audit"]), ["copy.env"]);
    commit(&sandbox, "copy");
    assert_eq!(reported(&sandbox, &["audit"]), ["copy.env"]);
}

#[test]
fn an_update_follows_what_moved_and_is_not_committed() {
    let sandbox = known();
    fs::rename(sandbox.path("a.env"), sandbox.path("b.env")).expect("it can be moved");
    for said in ["at b.env, where it was at a.env", "up to date: 1 entry"] {
        sandbox.run(["baseline", "update", "--from", "audit"]).exits(0).prints(&[said]);
        assert_eq!(lines(&sandbox), [format!("{} b.env", public(1))]);
        assert!(reported(&sandbox, &["audit"]).is_empty());
        assert!(reported(&sandbox, &["scan"]).is_empty());
    }
    sandbox.run(["baseline", "prune", "--from", "audit"]).exits(0).prints(&["up to date: 1 entry"]);
    // What else was taken out of the work tree alone is in HEAD still.
    commit(&sandbox, "move");
    sandbox.write("other.env", text(1) + "# other\n");
    commit(&sandbox, "other");
    fs::remove_file(sandbox.path("other.env")).expect("it is there");
    assert_eq!(reported(&sandbox, &["audit"]), ["other.env"]);
}

/// The key of a message stands in logs, too.
#[test]
fn what_git_repeats_is_known_to_an_audit() {
    let sandbox = known();
    commit_with(&sandbox, &key(2));
    create(&sandbox, &["--force", "--from", "history"]);
    let of_history = lines(&sandbox);
    assert!(of_history.contains(&format!("{} //commit", public(2))));
    for source in ["history", "audit"] {
        assert!(reported(&sandbox, &[source]).is_empty(), "{source}");
        let prune = ["baseline", "prune", "--from", source];
        sandbox.run(prune).exits(0).prints(&["up to date: 2 entries"]);
    }
    create(&sandbox, &["--force", "--from", "audit"]);
    assert_eq!(lines(&sandbox), of_history);
}

fn commit_with(sandbox: &Sandbox, key: &str) {
    sandbox.git(["commit", "--quiet", "--allow-empty", "--message", &format!("with {key}")]);
}

/// Names of refs are pushed.
#[test]
fn a_known_key_in_the_name_of_a_ref_is_new() {
    for ref_kind in ["branch", "tag"] {
        for is_packed in [false, true] {
            let sandbox = known();
            sandbox.git([ref_kind, &format!("x-{}", key(1))]);
            if is_packed {
                sandbox.git(["pack-refs", "--all"]);
            }
            for source in ["history", "audit"] {
                let reported = reported(&sandbox, &[source]);
                assert!(!reported.is_empty(), "{ref_kind} {is_packed} {source}");
            }
            sandbox
                .run(["baseline", "update", "--from", "history"])
                .exits(0)
                .prints(&["the name of a branch"]);
            for source in ["history", "audit"] {
                assert!(reported(&sandbox, &[source]).is_empty(), "{ref_kind} {is_packed} {source}");
            }
            sandbox.run(["baseline", "update", "--from", "audit"]).exits(0).prints(&["up to date: 2"]);
        }
    }
}
