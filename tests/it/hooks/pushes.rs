//! The hooks of a push, on both sides.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use baseleak::detect::Detector;
use baseleak::pack::ObjectId;
use baseleak::rules::RuleSet;
use baseleak::scan::{self, Opening, Progress, Reading};
use baseleak::select::Policy;
use baseleak::source::history::{Between, Engine, History, Limits};

use super::made::{files, git, hooked, install, line, prefix};
use crate::sandbox::{Run, Sandbox, key};

const SERVER: &str = "../home/server.git";

/// A repository with a commit on a server.
fn pushed(hooks: &[&str]) -> Sandbox {
    let sandbox = hooked(hooks);
    sandbox.git(["init", "--quiet", "--bare", "--initial-branch=main", SERVER]);
    sandbox.git(["remote", "add", "origin", SERVER]);
    push(&sandbox, &["main"]).exits(0);
    sandbox
}

#[track_caller]
fn push(sandbox: &Sandbox, args: &[&str]) -> Run {
    git(sandbox, "", &[&["push", "--quiet", "origin"], args].concat())
}

fn commit(sandbox: &Sandbox, path: &str, text: &str) {
    sandbox.write(path, text);
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "a commit"]);
}

#[track_caller]
fn blocked(run: Run, number: usize) {
    run.exits(1).says(&["baseleak: this push is blocked", &prefix(number), "git push --no-verify"]);
}

#[test]
fn what_leaves_is_looked_at() {
    let sandbox = pushed(&["pre-push"]);
    commit(&sandbox, "a.env", &line(1));
    blocked(push(&sandbox, &["main"]), 1);
    // To take it out again does not help, nor another branch, nor an address for a name.
    commit(&sandbox, "a.env", "nothing\n");
    blocked(push(&sandbox, &["main"]), 1);
    blocked(push(&sandbox, &["main:topic"]), 1);
    blocked(git(&sandbox, "", &["push", "--quiet", SERVER, "main"]), 1);
    push(&sandbox, &["main~2:refs/heads/fine"]).exits(0);
    push(&sandbox, &["--delete", "fine"]).exits(0);
    sandbox.git(["reset", "--quiet", "--hard", "HEAD~2"]);
    commit(&sandbox, "b.txt", "nothing\n");
    push(&sandbox, &["main"]).exits(0);
    push(&sandbox, &["main"]).exits(0);
    // One of several is enough.
    sandbox.git(["switch", "--quiet", "--create", "topic"]);
    commit(&sandbox, "b.env", &line(2));
    blocked(push(&sandbox, &["main:other", "topic"]), 2);
    // What was let through once is known there.
    push(&sandbox, &["--no-verify", "topic"]).exits(0);
    commit(&sandbox, "c.txt", "nothing\n");
    push(&sandbox, &["topic", "topic:refs/heads/new"]).exits(0);
    git(&sandbox, "", &["push", "--quiet", SERVER, "topic:by-address"]).exits(0);
    sandbox.git(["commit", "--quiet", "--amend", "--message", &key(3)]);
    blocked(push(&sandbox, &["--force", "topic"]), 3);
    sandbox.git(["commit", "--quiet", "--amend", "--message", "clean"]);
    push(&sandbox, &["--force", "topic"]).exits(0);
}

#[test]
fn tags_leave_too() {
    let sandbox = pushed(&["pre-push"]);
    sandbox.git(["tag", "light"]);
    sandbox.git(["tag", "--annotate", "clean", "--message", "clean"]);
    sandbox.git(["tag", "--annotate", "bad", "--message", &key(1)]);
    sandbox.write("../home/note", line(2));
    let blob = sandbox.git(["hash-object", "-w", "../home/note"]);
    sandbox.git(["tag", "blob", blob.trim()]);
    push(&sandbox, &["light", "clean"]).exits(0);
    // It is named as it is pushed, and not mended by a rebase.
    for (name, kind, number) in [("bad", "tag", 1), ("blob", "blob", 2)] {
        let said = push(&sandbox, &[name]);
        let id = sandbox.git(["rev-parse", name]);
        said.exits(1).says(&[
            &format!("where: tag {name} ({kind} {}):", &id[..12]),
            &prefix(number),
            "mend:  delete the tag",
        ]);
    }
    push(&sandbox, &["--no-verify", "blob"]).exits(0);
    push(&sandbox, &["--delete", "clean"]).exits(0);
}

/// What was fetched from one place says nothing of another.
#[test]
fn another_address_has_not_what_was_fetched() {
    const PUBLIC: &str = "../home/public.git";
    let fresh = || {
        let sandbox = pushed(&["pre-push"]);
        sandbox.git(["init", "--quiet", "--bare", "--initial-branch=main", PUBLIC]);
        commit(&sandbox, "a.env", &line(1));
        commit(&sandbox, "a.env", "nothing\n");
        push(&sandbox, &["--no-verify", "main"]).exits(0);
        // To where it came from, it may go on.
        commit(&sandbox, "b.txt", "nothing\n");
        push(&sandbox, &["main", "main:other"]).exits(0);
        sandbox
    };
    for change in [
        &["remote", "set-url", "origin", PUBLIC][..],
        &["remote", "set-url", "--push", "origin", PUBLIC],
        &["config", "--add", "remote.origin.url", PUBLIC],
        &["config", "url.../home/public.pushInsteadOf", "../home/server"],
    ] {
        let sandbox = fresh();
        commit(&sandbox, "c.txt", "nothing\n");
        sandbox.git(change);
        let run = push(&sandbox, &["main"]);
        run.exits(1).says(&["warning: ", "is held only against", &prefix(1)]);
    }
    // A mirror that has an older end of the branch.
    let sandbox = fresh();
    git(&sandbox, "", &["push", "--quiet", "--no-verify", PUBLIC, "main~3:refs/heads/main"]).exits(0);
    sandbox.git(["remote", "set-url", "origin", PUBLIC]);
    push(&sandbox, &["main"])
        .exits(1)
        .says(&["the remote has other refs than were last fetched", &prefix(1)]);
    // What others pushed since is no contradiction, and a deleted branch is known after a fetch.
    let sandbox = fresh();
    sandbox.git(["-C", SERVER, "branch", "--quiet", "-D", "other"]);
    push(&sandbox, &["main:other"]).exits(1).says(&["git fetch --prune"]);
    sandbox.git(["fetch", "--quiet", "--prune", "origin"]);
    push(&sandbox, &["main:other"]).exits(0);
    let behind = sandbox.git(["rev-parse", "main~1"]);
    sandbox.git(["update-ref", "refs/remotes/origin/main", behind.trim()]);
    commit(&sandbox, "c.txt", "nothing\n");
    push(&sandbox, &["main"]).exits(0);
}

/// Git shows the name, so that it cannot be asked here: the hooks are called as it calls them.
#[test]
fn names_of_refs_leave_too() {
    let sandbox = pushed(&[]);
    let main = sandbox.git(["rev-parse", "main"]);
    let (id, none) = (main.trim(), "0".repeat(40));
    let check = |name: &str, (old, new): (&str, &str), code: i32| {
        let sent = format!("refs/heads/main {new} {name} {old}\n");
        let taken = format!("{old} {new} {name}\n");
        for run in [
            sandbox.pipe(sent.as_bytes(), ["hook", "run", "pre-push", "origin", SERVER]),
            sandbox.pipe(taken.as_bytes(), ["hook", "run", "pre-receive"]),
            sandbox.run(["hook", "run", "update", name, old, new]),
        ] {
            let pieces = [&*prefix(1), "(its name)", "push it under a name without a key"];
            run.exits(code).says(if code == 1 { &pieces } else { &[] });
        }
    };
    for name in [format!("refs/heads/x-{}", key(1)), format!("refs/tags/{}/v1", key(1))] {
        check(&name, (&none, id), 1);
        check(&name, (id, &none), 0);
        check(&name, (id, id), 0);
    }
    check("refs/heads/fine", (&none, id), 0);
}

/// A key that is dead and in the past need not be taken out of it.
#[test]
fn a_baseline_of_the_history_lets_it_pass() {
    let sandbox = pushed(&["pre-push"]);
    commit(&sandbox, "a.env", &line(1));
    sandbox.git(["rm", "--quiet", "a.env"]);
    sandbox.git(["commit", "--quiet", "--message", "taken out"]);
    push(&sandbox, &["main"]).exits(1).says(&["baseleak baseline create --from history"]);
    sandbox.run(["baseline", "create", "--from", "history"]).exits(0);
    let known = fs::read_to_string(sandbox.path(".baseleak-baseline")).expect("it was written");
    assert!(known.contains("//history"), "{known}");
    sandbox.run(["history", "--range", "origin/main..main"]).exits(0);
    // What any of the branches has is not past.
    sandbox.git(["switch", "--quiet", "--create", "topic", "main~1"]);
    push(&sandbox, &["main", "topic"]).exits(1);
    sandbox.git(["switch", "--quiet", "main"]);
    push(&sandbox, &["main"]).exits(0);
    commit(&sandbox, "new.env", &format!("# again\n{}", line(1)));
    blocked(push(&sandbox, &["main"]), 1);
}

/// Each goes through no gate: the client's, the server's, one ref at a time, and a range.
#[test]
fn trees_without_a_commit() {
    for (hook, on_server) in [("pre-push", false), ("pre-receive", true), ("update", true)] {
        let sandbox = pushed(if on_server { &[] } else { &["pre-push"] });
        if on_server {
            sandbox.run(["hook", "install", SERVER, "--hook", hook]).exits(0);
        }
        sandbox.write("deep/er/a.env", line(1));
        sandbox.git(["add", "--all"]);
        let tree = sandbox.git(["write-tree"]);
        let deep = sandbox.git(["rev-parse", &format!("{}:deep", tree.trim())]);
        sandbox.git(["reset", "--quiet", "--hard"]);
        sandbox.git(["tag", "tree", tree.trim()]);
        sandbox.git(["tag", "deep", deep.trim()]);
        sandbox.git(["tag", "--annotate", "note", "--message", "n", "tree"]);
        sandbox.git(["tag", "--annotate", "twice", "--message", "n", "note"]);
        sandbox.git(["update-ref", "refs/x/y", "tree"]);
        for name in ["tree", "deep", "note", "twice", "refs/x/y"] {
            push(&sandbox, &[name]).exits(1).says(&[&prefix(1)]);
        }
        for name in ["tree", "note", "twice"] {
            let id = sandbox.git(["rev-parse", name]);
            let range = format!("{}..{}", "0".repeat(40), id.trim());
            sandbox.run(["history", "--range", &range]).exits(1);
        }
        // A tree that the other side has is not new there, and neither is a part of it.
        sandbox.git(["tag", "known", "main^{tree}"]);
        push(&sandbox, &["known"]).exits(0);
    }
}

/// Behind so many tags nothing is looked at.
#[test]
fn tags_without_an_end() {
    let sandbox = pushed(&["pre-push"]);
    commit(&sandbox, "a.env", &line(1));
    let mut last = "main".to_owned();
    for number in 0..20 {
        let name = format!("t{number}");
        sandbox.git(["tag", "--annotate", &name, "--message", "n", &last]);
        last = name;
    }
    blocked(push(&sandbox, &["t3"]), 1);
    push(&sandbox, &["t19"]).exits(1).says(&["error: cannot read what is pushed"]);
}

#[test]
fn what_the_remote_has_may_not_be_here() {
    let sandbox = pushed(&["pre-push"]);
    commit(&sandbox, "a.txt", "of mine\n");
    let others = "0123456789abcdef0123456789abcdef01234567";
    let head = sandbox.git(["rev-parse", "HEAD"]);
    let stdin = format!("refs/heads/main {} refs/heads/main {others}\n", head.trim());
    let call = ["hook", "run", "pre-push", "origin", SERVER];
    sandbox
        .pipe(stdin.as_bytes(), call)
        .exits(0)
        .says(&["warning: what refs/heads/main is on the remote is not here"]);
    sandbox.pipe(b"", call).exits(0);
    sandbox.pipe(b"what is this\n", call).exits(2).says(&["error: ", "hint: "]);
    sandbox.run(["hook", "run", "pre-push"]).exits(2).says(&["pre-push needs REMOTE and URL"]);
    let nowhere = format!("x {others} refs/heads/main {}\n", "0".repeat(40));
    sandbox.pipe(nowhere.as_bytes(), call).exits(2).says(&["missing or damaged"]);
}

/// A shallow clone pushes what it has made.
#[test]
fn from_a_shallow_clone() {
    let sandbox = pushed(&[]);
    commit(&sandbox, "a.txt", "more\n");
    push(&sandbox, &["main"]).exits(0);
    let url = format!("file://{}", sandbox.home().join("server.git").display());
    sandbox.git(["clone", "--quiet", "--depth=1", &url, "../home/shallow"]);
    let shallow = "../home/shallow";
    sandbox.run(["hook", "install", shallow, "--hook", "pre-push"]).exits(0);
    let commit = |text: &str| {
        sandbox.write("../home/shallow/b.env", text);
        git(&sandbox, shallow, &["add", "--all"]).exits(0);
        git(&sandbox, shallow, &["commit", "--quiet", "--message", "m"]).exits(0);
    };
    commit("nothing\n");
    git(&sandbox, shallow, &["push", "--quiet", "origin", "main"]).exits(0);
    commit(&line(1));
    blocked(git(&sandbox, shallow, &["push", "--quiet", "origin", "main"]), 1);
}

#[test]
fn a_server_refuses_and_keeps_nothing() {
    for limit in ["1", "100"] {
        let sandbox = pushed(&[]);
        let server = sandbox.home().join("server.git");
        sandbox.git(["-C", SERVER, "config", "receive.unpackLimit", limit]);
        sandbox.run(["hook", "install", SERVER]).exits(0).prints(&["installed pre-receive"]);
        commit(&sandbox, "a.env", &line(1));
        let before = files(&server);
        let refused = |args: &[&str]| {
            push(&sandbox, args).exits(1).says(&[
                "remote: baseleak: this push is refused",
                &prefix(1),
                "declined",
            ]);
            assert_eq!(files(&server), before, "something is left behind");
        };
        refused(&["main"]);
        commit(&sandbox, "a.env", "nothing\n");
        refused(&["main"]);
        refused(&["main~2:refs/heads/fine", "main:topic"]);
        sandbox.git(["tag", "--annotate", "tag", "--message", "a tag"]);
        refused(&["refs/tags/tag"]);
        push(&sandbox, &["main~2:refs/heads/fine"]).exits(0);
        push(&sandbox, &["--delete", "fine"]).exits(0);
        sandbox.git(["reset", "--quiet", "--hard", "HEAD~2"]);
        commit(&sandbox, "b.txt", "nothing\n");
        push(&sandbox, &["main"]).exits(0);
        assert_ne!(files(&server), before);
    }
}

#[test]
fn one_ref_of_several() {
    let sandbox = pushed(&[]);
    sandbox.run(["hook", "install", SERVER, "--hook", "update"]).exits(0);
    sandbox.git(["branch", "fine"]);
    commit(&sandbox, "a.env", &line(1));
    push(&sandbox, &["main", "fine"]).exits(1).says(&["remote: baseleak: this push is refused", &prefix(1)]);
    let refs = sandbox.git(["-C", SERVER, "for-each-ref", "--format=%(refname)"]);
    assert_eq!(refs, "refs/heads/fine\nrefs/heads/main\n");
    sandbox.git(["reset", "--quiet", "--hard", "HEAD^"]);
    commit(&sandbox, "b.txt", "nothing\n");
    push(&sandbox, &["main"]).exits(0);
    push(&sandbox, &["--delete", "fine"]).exits(0);
}

#[test]
fn a_hook_of_the_server_that_was_there_sees_all_lines() {
    let sandbox = pushed(&[]);
    let hook = sandbox.home().join("server.git/hooks/pre-receive");
    super::made::script(&hook, "#!/bin/sh\nwhile read -r old new ref; do echo \"saw $ref\"; done\n");
    install_server(&sandbox);
    sandbox.git(["branch", "other"]);
    commit(&sandbox, "a.env", &line(1));
    push(&sandbox, &["main", "other"]).exits(1).says(&[
        "saw refs/heads/main",
        "saw refs/heads/other",
        &prefix(1),
    ]);
    sandbox.run(["hook", "uninstall", SERVER]).exits(0);
    push(&sandbox, &["main", "other"]).exits(0);
    assert!(fs::read_to_string(hook).is_ok_and(|text| text.contains("saw")));
    install(&sandbox, &["pre-commit"]);
}

#[track_caller]
fn install_server(sandbox: &Sandbox) {
    sandbox.run(["hook", "install", SERVER]).exits(0);
}

/// Branches, tags, a blob and trees, of which some lead to what others have.
fn many_ends() -> Sandbox {
    let sandbox = Sandbox::repository();
    let mut number = 0;
    let mut commit_on = |branch: &str, from: &str| {
        sandbox.git(["switch", "--quiet", "-C", branch, from]);
        number += 1;
        commit(&sandbox, &format!("{number}.env"), &line(number));
    };
    sandbox.git(["commit", "--quiet", "--allow-empty", "--message", "root"]);
    for (branch, from) in
        [("a", "main"), ("b", "a"), ("c", "a"), ("d", "main"), ("a", "a"), ("b", "b"), ("c", "c"), ("d", "d")]
    {
        commit_on(branch, from);
    }
    sandbox.git(["merge", "--quiet", "--no-edit", "b"]);
    sandbox.git(["tag", "--annotate", "t", "--message", "t", "c"]);
    let blob = sandbox.git(["rev-parse", "a:1.env"]);
    sandbox.git(["tag", "blob", blob.trim()]);
    // A tree that no commit has, one of a commit, and what else may be pushed.
    sandbox.write("deep/er/7.env", line(7));
    sandbox.git(["add", "--all"]);
    let tree = sandbox.git(["write-tree"]);
    sandbox.git(["reset", "--quiet", "--hard"]);
    sandbox.git(["tag", "tree", tree.trim()]);
    sandbox.git(["tag", "--annotate", "note", "--message", "n", "tree"]);
    sandbox.git(["tag", "--annotate", "twice", "--message", "n", "note"]);
    sandbox.git(["tag", "deep", "tree:deep"]);
    sandbox.git(["update-ref", "refs/x/old", "a^{tree}"]);
    sandbox
}

/// The keys that a selection finds are those in the objects that git lists for it.
#[test]
fn several_ends_are_those_of_git() {
    let sandbox = many_ends();
    let id = |name: &str| sandbox.git(["rev-parse", name]).trim().to_owned();
    let one = |name: &&str| ObjectId::from_hex(id(name).as_bytes()).expect("it is an id");
    for (included, excluded) in [
        (&["a", "b"][..], &["c"][..]),
        (&["d"], &["a", "c"]),
        (&["d", "t"], &["a"]),
        (&["a", "b", "c", "d"], &[]),
        (&["a"], &["b", "c", "d"]),
        (&["c~1", "b"], &["main"]),
        (&["blob", "d~2"], &["main"]),
        (&["blob"], &["blob"]),
        (&["t", "d"], &["d^1", "d^2", "blob"]),
        (&["main"], &["main"]),
        (&["tree"], &[]),
        (&["note"], &["main"]),
        (&["twice", "main"], &["d"]),
        (&["tree"], &["tree"]),
        (&["tree"], &["note"]),
        (&["deep"], &["main"]),
        (&["deep"], &["twice"]),
        (&["tree"], &["deep"]),
        (&["refs/x/old"], &["main"]),
        (&["refs/x/old"], &["a"]),
        (&["tree"], &["refs/x/old"]),
        (&["a"], &["refs/x/old"]),
        (&["tree", "blob"], &["blob"]),
    ] {
        // Without being told to, git does not look whether an excluded commit has what a tree has.
        let git = ["rev-list", "--objects-edge-aggressive", "--no-object-names"];
        let listed = sandbox.git(git.iter().chain(included).chain(&["--not"]).chain(excluded));
        let mut expect = BTreeSet::new();
        for object in listed.lines().filter(|line| !line.starts_with('-')) {
            if sandbox.git(["cat-file", "-t", object]).trim() == "blob" {
                let text = sandbox.git(["cat-file", "blob", object]);
                expect.extend((1..9).filter(|number| text == line(*number)));
            }
        }
        let between = Between {
            included: included.iter().map(one).collect(),
            excluded: excluded.iter().map(one).collect(),
            excluded_refs: Vec::new(),
        };
        assert_eq!(found(&sandbox.path(""), between), expect, "{included:?} --not {excluded:?}");
        // The same by refs.
        let names = excluded.iter().map(|name| sandbox.git(["rev-parse", "--symbolic-full-name", name]));
        let names: Vec<Vec<u8>> =
            names.map(|name| name.trim().as_bytes().to_vec()).filter(|name| !name.is_empty()).collect();
        if names.len() == excluded.len() {
            let included = included.iter().map(one).collect();
            let between = Between { included, excluded: Vec::new(), excluded_refs: names };
            assert_eq!(found(&sandbox.path(""), between), expect, "{excluded:?} by refs");
        }
    }
}

/// The numbers of the keys that are new between the ends.
fn found(place: &Path, between: Between) -> BTreeSet<usize> {
    let history = History::open(Some(place)).expect("it is a repository");
    let limits = Limits { between: Some(between), ..Limits::default() };
    let reading = Reading {
        engine: Engine::Pack,
        threads: 1,
        allow_incomplete: false,
        limits: &limits,
        all_commits: false,
        submodules: false,
        opening: Opening { unpack: true, ocr: None },
        memory: None,
    };
    let policy = Policy::new(&[], &[], None).expect("there are no globs");
    let detector = Detector::new(RuleSet::builtin());
    let report = scan::scan_history(&history, &policy, &reading, &detector, &Progress::default());
    let report = report.expect("it can be read");
    assert!(report.coverage.is_complete(), "{:?}", report.coverage.skipped);
    report
        .findings
        .iter()
        .filter_map(|finding| (1..9).find(|number| prefix(*number) == finding.key))
        .collect()
}
