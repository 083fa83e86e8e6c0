//! What is looked at with each event: the commits that it brings, and neither less nor more.

use serde_json::{Value, json};

use super::runner::{Job, Outcome};
use super::upstream::{CHECKOUT, NOBODY, Upstream, line, prefix};

/// Holds a run to its code, to the keys that it names, and to pieces of what it says.
#[track_caller]
fn check(outcome: &Outcome, code: i32, keys: &[usize], pieces: &[&str]) {
    let said = format!("{}{}", outcome.run.stdout, outcome.run.stderr);
    assert_eq!(outcome.run.code, Some(code), "{said}");
    assert_eq!(outcome.outputs["exit-code"], code.to_string(), "{said}");
    if code != 2 {
        assert_eq!(outcome.outputs["findings"], keys.len().to_string(), "{said}");
    }
    for number in 0..10 {
        assert_eq!(said.contains(&prefix(number)), keys.contains(&number), "key {number}: {said}");
        assert_eq!(outcome.summary.contains(&prefix(number)), keys.contains(&number), "{}", outcome.summary);
    }
    for piece in pieces {
        assert!(said.contains(piece), "{piece:?} is missing: {said}");
    }
}

/// Runs the action; none where YAML cannot be read.
#[track_caller]
fn run(
    upstream: &Upstream,
    name: &'static str,
    event: Value,
    inputs: &[(&'static str, &str)],
) -> Option<Outcome> {
    let job = inputs.iter().fold(Job::new(name, event)?, |job, (name, value)| job.with(name, value));
    Some(job.run(&upstream.sandbox, CHECKOUT))
}

/// A branch that brings a key and takes it out again.
fn topic(upstream: &Upstream) {
    upstream.branch("topic");
    upstream.commit("b.env", &line(1));
    upstream.commit("b.env", "nothing\n");
}

#[test]
fn a_pull_request() {
    let upstream = Upstream::new();
    topic(&upstream);
    // Meanwhile main went on, which is not the business of the pull request.
    upstream.sandbox.git(["switch", "--quiet", "main"]);
    upstream.commit("c.env", &line(2));
    let event = upstream.pull_request(false);
    upstream.checkout("refs/pull/7/merge", true);
    let Some(outcome) = run(&upstream, "pull_request", event, &[]) else { return };
    check(&outcome, 1, &[1], &["::error ", "looking at: range "]);
    let sarif = std::fs::read_to_string(&outcome.outputs["sarif"]).expect("it was written");
    assert!(sarif.contains(&prefix(1)) && std::path::Path::new(&outcome.outputs["report"]).is_file());
    assert!(outcome.used.is_empty());
}

#[test]
fn a_pull_request_without_a_key() {
    let upstream = Upstream::new();
    upstream.branch("topic");
    upstream.commit("b.py", "print(1)\n");
    let event = upstream.pull_request(false);
    upstream.checkout("refs/pull/7/merge", true);
    let Some(outcome) = run(&upstream, "pull_request", event, &[]) else { return };
    check(&outcome, 0, &[], &[]);
}

/// The checkout of `actions/checkout` without `fetch-depth: 0` does not do, unless the rest is fetched.
#[test]
fn a_pull_request_in_a_shallow_clone() {
    let upstream = Upstream::new();
    topic(&upstream);
    let event = upstream.pull_request(false);
    upstream.checkout("refs/pull/7/merge", false);
    let Some(outcome) = run(&upstream, "pull_request", event.clone(), &[]) else { return };
    check(&outcome, 2, &[], &["::error title=baseleak::commits are missing", "`fetch-depth: 0`"]);
    assert_eq!(outcome.outputs["findings"], "");
    let Some(outcome) = run(&upstream, "pull_request", event, &[("fetch", "true")]) else { return };
    check(&outcome, 1, &[1], &[]);
    let kept = upstream.sandbox.path(CHECKOUT).join(".git/config");
    let kept = std::fs::read_to_string(kept).expect("it is there");
    assert!(!kept.contains("extraheader") && !kept.contains("AUTHORIZATION"), "{kept}");
}

/// There the checkout is that of the branch it would be merged into.
#[test]
fn a_pull_request_target() {
    let upstream = Upstream::new();
    topic(&upstream);
    let event = upstream.pull_request(true);
    upstream.checkout("refs/heads/main", true);
    let Some(outcome) = run(&upstream, "pull_request_target", event.clone(), &[]) else { return };
    check(&outcome, 2, &[], &["commits are missing", "`fetch: true`"]);
    let Some(outcome) = run(&upstream, "pull_request_target", event, &[("fetch", "true")]) else { return };
    check(&outcome, 1, &[1], &["the repository is not trusted"]);
    let head = upstream.sandbox.git(["-C", CHECKOUT, "rev-parse", "HEAD"]);
    assert_eq!(head.trim(), upstream.id("main"), "nothing else was checked out");
}

/// Whoever sends a pull request from a fork cannot settle its finding in it.
#[test]
fn a_fork_is_not_trusted() {
    for (is_fork, trust, code) in
        [(false, "auto", 0), (true, "auto", 1), (true, "repository", 0), (false, "none", 1)]
    {
        let upstream = Upstream::new();
        upstream.branch("topic");
        upstream.commit("b.env", &format!("# baseleak:allow an example\n{}", line(1)));
        let event = upstream.pull_request(is_fork);
        upstream.checkout("refs/pull/7/merge", true);
        let Some(outcome) = run(&upstream, "pull_request", event, &[("trust", trust)]) else { return };
        check(&outcome, code, &[1][..usize::try_from(code).expect("it is 0 or 1")], &[]);
    }
    // A fork that was deleted has no repository.
    let upstream = Upstream::new();
    upstream.branch("topic");
    upstream.commit("b.env", &format!("# baseleak:allow an example\n{}", line(1)));
    let mut event = upstream.pull_request(true);
    event["pull_request"]["head"]["repo"] = Value::Null;
    upstream.checkout("refs/pull/7/merge", true);
    let Some(outcome) = run(&upstream, "pull_request", event, &[("baseline", "none.txt")]) else { return };
    check(&outcome, 1, &[1], &[]);
}

/// Nor can others have a word that an event of another name is about.
#[test]
fn a_fork_is_not_trusted_whatever_the_event() {
    for (name, is_fork, code) in [
        ("pull_request_review", true, 1),
        ("pull_request_review", false, 0),
        ("pull_request_review_comment", true, 1),
        ("workflow_run", false, 1),
        ("issue_comment", false, 1),
        ("workflow_dispatch", false, 0),
    ] {
        let upstream = Upstream::new();
        upstream.branch("topic");
        upstream.commit("b.env", &format!("# baseleak:allow an example\n{}", line(1)));
        let mut event = upstream.pull_request(is_fork);
        if !name.starts_with("pull_request") {
            event = json!({"repository": {"default_branch": "main", "id": 1}});
        }
        upstream.checkout("refs/pull/7/merge", true);
        let Some(outcome) = run(&upstream, name, event, &[("mode", "tree")]) else { return };
        check(&outcome, code, &[1][..usize::try_from(code).expect("it is 0 or 1")], &[]);
    }
}

/// A pull request may bring a bare repository as plain files, whose remote is a command and whose
/// refs lead elsewhere.
#[test]
fn a_repository_that_is_brought_is_not_asked() {
    let upstream = Upstream::new();
    upstream.branch("topic");
    upstream.commit("b.env", &line(1));
    let touched = upstream.sandbox.home().join("touched");
    let config = format!(
        "[core]\n\trepositoryFormatVersion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n\
         [remote \"origin\"]\n\turl = \"ext::sh -c touch% {}\"\n\tpromisor = true\n\
         [protocol \"ext\"]\n\tallow = always\n[protocol]\n\tallow = always\n",
        touched.display()
    );
    for (path, text) in [
        ("svc/HEAD", "ref: refs/heads/main\n"),
        ("svc/config", config.as_str()),
        ("svc/objects/info/x", ""),
        ("svc/refs/heads/x", "nothing\n"),
    ] {
        upstream.commit(path, text);
    }
    let event = upstream.pull_request(true);
    upstream.checkout("refs/pull/7/merge", true);
    for inputs in [
        &[("path", "svc")][..],
        &[("working-directory", "svc")],
        &[("path", "svc/objects"), ("fetch", "true")],
        &[("path", "svc"), ("mode", "history")],
    ] {
        let Some(outcome) = run(&upstream, "pull_request", event.clone(), inputs) else { return };
        let is_all = inputs.len() > 1 && inputs[1].0 == "mode";
        check(&outcome, 1, if is_all { &[0, 1] } else { &[1] }, &[]);
        assert!(!touched.exists(), "{inputs:?}: its command was run");
    }
}

/// Settings that the workflow gives git by its environment stay.
#[test]
fn a_new_branch_of_which_one_commit_is_there() {
    let upstream = Upstream::new();
    topic(&upstream);
    let topic = upstream.id("topic");
    upstream.checkout("refs/heads/topic", false);
    let event = push("refs/heads/topic", NOBODY, &topic);
    let Some(job) = Job::new("push", event) else { return };
    let mut job = job.with("fetch", "true");
    let address = format!("file://{}", upstream.sandbox.path("").display());
    upstream.sandbox.git(["-C", CHECKOUT, "remote", "set-url", "origin", "https://nowhere.invalid/"]);
    job.variables.insert("GIT_CONFIG_COUNT", "1".to_owned());
    job.variables.insert("GIT_CONFIG_KEY_0", format!("url.{address}.insteadOf"));
    job.variables.insert("GIT_CONFIG_VALUE_0", "https://nowhere.invalid/".to_owned());
    let outcome = job.run(&upstream.sandbox, CHECKOUT);
    check(&outcome, 1, &[1], &["and main has not"]);
}

#[test]
fn a_merge_group() {
    let upstream = Upstream::new();
    topic(&upstream);
    let event = upstream.pull_request(false);
    let (base, head) = (upstream.id("main"), upstream.id("refs/pull/7/merge"));
    upstream.sandbox.git(["update-ref", "refs/heads/gh-readonly-queue/main/pr-7", &head]);
    upstream.checkout("refs/heads/gh-readonly-queue/main/pr-7", true);
    let group = json!({
        "action": "checks_requested", "repository": event["repository"],
        "merge_group": {"head_sha": head, "head_ref": "refs/heads/gh-readonly-queue/main/pr-7",
            "base_sha": base, "base_ref": "refs/heads/main"},
    });
    let Some(outcome) = run(&upstream, "merge_group", group, &[]) else { return };
    check(&outcome, 1, &[1], &[]);
}

fn push(name: &str, before: &str, after: &str) -> Value {
    json!({
        "ref": name, "before": before, "after": after, "created": before == NOBODY,
        "deleted": after == NOBODY, "forced": false, "repository": {"default_branch": "main", "id": 1},
    })
}

#[test]
fn a_push_brings_what_was_not_there_before() {
    let upstream = Upstream::new();
    let before = upstream.id("main");
    upstream.commit("b.env", &line(1));
    let after = upstream.commit("b.env", "nothing\n");
    upstream.checkout("refs/heads/main", true);
    let event = push("refs/heads/main", &before, &after);
    let Some(outcome) = run(&upstream, "push", event, &[]) else { return };
    check(&outcome, 1, &[1], &[]);
    let then = upstream.commit("c.py", "print(2)\n");
    upstream.sandbox.git(["-C", CHECKOUT, "fetch", "--quiet", "origin"]);
    let Some(outcome) = run(&upstream, "push", push("refs/heads/main", &after, &then), &[]) else { return };
    check(&outcome, 0, &[], &[]);
}

#[test]
fn a_push_of_a_new_branch() {
    let upstream = Upstream::new();
    topic(&upstream);
    let (topic, main) = (upstream.id("topic"), upstream.id("main"));
    upstream.checkout("refs/heads/topic", true);
    let event = push("refs/heads/topic", NOBODY, &topic);
    let Some(outcome) = run(&upstream, "push", event, &[]) else { return };
    check(
        &outcome,
        1,
        &[1],
        &["refs/heads/topic is new: all is looked at that refs/heads/topic has and main has not"],
    );
    // The main branch itself is new only once.
    let Some(outcome) = run(&upstream, "push", push("refs/heads/main", NOBODY, &main), &[]) else { return };
    check(&outcome, 1, &[0], &["all commits that lead to refs/heads/main"]);
}

#[test]
fn a_forced_push() {
    let upstream = Upstream::new();
    topic(&upstream);
    let before = upstream.id("topic");
    upstream.sandbox.git(["reset", "--quiet", "--hard", "main"]);
    let after = upstream.commit("d.env", &line(3));
    upstream.checkout("refs/heads/topic", true);
    // A clone does not bring what nothing leads to.
    let event = push("refs/heads/topic", &before, &after);
    let Some(outcome) = run(&upstream, "push", event.clone(), &[]) else { return };
    check(&outcome, 1, &[3], &["is gone, as after a force push"]);
    let Some(outcome) = run(&upstream, "push", event, &[("fetch", "true")]) else { return };
    check(&outcome, 1, &[3], &[&format!("looking at: range {before}..{after}")]);
    // It never was anywhere: the server does not have it, either.
    let event = push("refs/heads/topic", &"ab".repeat(20), &after);
    let Some(outcome) = run(&upstream, "push", event, &[("fetch", "true")]) else { return };
    check(&outcome, 1, &[3], &["is gone"]);
}

#[test]
fn tags_and_deletions() {
    let upstream = Upstream::new();
    upstream.sandbox.git(["tag", "--annotate", "v1", "--message", "clean"]);
    upstream.sandbox.git(["tag", "--annotate", "v2", "--message", &line(4)]);
    upstream.checkout("refs/tags/v2", true);
    for (name, code, keys) in [("v1", 0, &[][..]), ("v2", 1, &[4])] {
        let event = push(&format!("refs/tags/{name}"), NOBODY, &upstream.id(&format!("refs/tags/{name}")));
        let Some(outcome) = run(&upstream, "push", event, &[]) else { return };
        check(&outcome, code, keys, &[]);
    }
    let event = push("refs/heads/topic", &upstream.id("main"), NOBODY);
    let Some(outcome) = run(&upstream, "push", event, &[]) else { return };
    assert_eq!(outcome.run.code, Some(0), "{:#?}", outcome.run);
    assert!(outcome.run.stderr.contains("was deleted"), "{}", outcome.run.stderr);
    for name in ["report", "findings"] {
        assert_eq!(outcome.outputs[name], "", "nothing was looked at");
    }
}

#[test]
fn a_push_in_a_shallow_clone() {
    let upstream = Upstream::new();
    let before = upstream.id("main");
    upstream.commit("b.env", &line(1));
    let after = upstream.commit("b.env", "nothing\n");
    upstream.checkout("refs/heads/main", false);
    for (event, pieces) in [
        (push("refs/heads/main", &before, &after), &["commits are missing", "fetch-depth: 0"][..]),
        (push("refs/heads/main", NOBODY, &after), &["shallow"]),
        (push("refs/heads/main", "", ""), &["the event is not understood"]),
        (push("refs/heads/main", "--all", "$(id)"), &["the event is not understood"]),
    ] {
        let Some(outcome) = run(&upstream, "push", event, &[]) else { return };
        check(&outcome, 2, &[], pieces);
    }
    let event = push("refs/heads/main", &before, &after);
    let Some(outcome) = run(&upstream, "push", event, &[("fetch", "true")]) else { return };
    check(&outcome, 1, &[1], &[]);
}

/// Events that bring no commits look at everything.
#[test]
fn other_events() {
    let repository = json!({"repository": {"default_branch": "main", "id": 1}});
    for (name, inputs, code, keys) in [
        ("schedule", &[][..], 1, &[0, 5][..]),
        ("workflow_dispatch", &[], 1, &[0, 5]),
        ("workflow_dispatch", &[("mode", "history")], 1, &[0]),
        ("workflow_dispatch", &[("mode", "tree")], 0, &[]),
        ("workflow_dispatch", &[("mode", "tree"), ("args", "--no-ignore")], 1, &[5]),
        ("workflow_dispatch", &[("range", "HEAD~1..HEAD")], 0, &[]),
        ("pull_request", &[("mode", "tree")], 0, &[]),
    ] {
        let upstream = Upstream::new();
        upstream.checkout("refs/heads/main", true);
        upstream.sandbox.write(format!("{CHECKOUT}/.git/info/exclude"), "local.env\n");
        upstream.sandbox.write(format!("{CHECKOUT}/local.env"), line(5));
        let Some(outcome) = run(&upstream, name, repository.clone(), inputs) else { return };
        check(&outcome, code, keys, &[]);
    }
    let upstream = Upstream::new();
    upstream.checkout("refs/heads/main", false);
    let Some(outcome) = run(&upstream, "schedule", repository.clone(), &[]) else { return };
    check(&outcome, 2, &[], &["shallow"]);
    let Some(outcome) = run(&upstream, "schedule", repository.clone(), &[("fetch", "true")]) else { return };
    check(&outcome, 1, &[0], &[]);
    let Some(outcome) = run(&upstream, "schedule", repository, &[("mode", "range")]) else { return };
    check(&outcome, 2, &[], &["there is no range"]);
}
