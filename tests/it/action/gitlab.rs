//! The component of GitLab: its script runs in a clone as GitLab's runner makes it, with the variables
//! that GitLab documents for each kind of pipeline.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::sandbox::Run;

use super::upstream::{CHECKOUT, NOBODY, Upstream, line, prefix};
use super::yaml;

/// The job, with its inputs put in as GitLab does it: as text, before it reads the YAML.
#[track_caller]
fn job(inputs: &[(&str, &str)]) -> Option<Value> {
    let text = yaml::text("templates/baseleak.yml");
    let spec = yaml::documents(&text)?.remove(0);
    let script = text.split_once("  script:\n").expect("there is a script").1;
    assert!(!script.contains("$[["), "an input in a script");
    let (_, mut body) = text.split_once("\n---\n").map(|(a, b)| (a, b.to_owned())).expect("a header");
    for (name, input) in spec["spec"]["inputs"].as_object().expect("there are inputs") {
        let given = inputs.iter().find(|(given, _)| given == name).map(|(_, value)| *value);
        let value = given.or(input["default"].as_str()).expect("it has a default");
        if let Some(options) = input["options"].as_array() {
            assert!(options.iter().any(|option| option == value), "{name}: {value}");
        }
        let place = format!("$[[ inputs.{name} ]]");
        assert!(body.contains(&place), "{name} has no use");
        body = body.replace(&place, value);
    }
    assert!(!body.contains("$[["), "an input that is not declared");
    let job = yaml::documents(&body)?.remove(0)["baseleak"].clone();
    Some(job)
}

/// Runs the job in the clone; none where YAML cannot be read.
#[track_caller]
fn run(upstream: &Upstream, inputs: &[(&str, &str)], variables: &[(&str, &str)]) -> Option<Run> {
    let job = job(&[inputs, &[("version", "path")]].concat())?;
    let script: Vec<_> =
        job["script"].as_array().expect("a script").iter().filter_map(Value::as_str).collect();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_baseleak")).parent().expect("it lies in a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("there is a path"));
    let mut command = upstream.sandbox.confined("sh");
    command.arg("-c").arg(script.join("\n")).current_dir(upstream.sandbox.path(CHECKOUT));
    let own: BTreeMap<_, _> = job["variables"].as_object().expect("there are variables").iter().collect();
    command.envs(own.iter().map(|(name, value)| (name.as_str(), value.as_str().expect("it is text"))));
    command.env("GITLAB_CI", "true").env("CI_DEFAULT_BRANCH", "main").env("PATH", path);
    command.envs(variables.iter().copied());
    Some(Run::ended(command.output().expect("a shell can be run")))
}

/// Holds a run to its code and to the keys that it names, in the log and in the reports.
#[track_caller]
fn check(upstream: &Upstream, run: &Run, code: i32, keys: &[usize]) {
    assert_eq!(run.code, Some(code), "{run:#?}");
    for report in ["gl-secret-detection-report.json", "gl-code-quality-report.json", "baseleak-junit.xml"] {
        let text = fs::read_to_string(upstream.sandbox.path(CHECKOUT).join(report)).unwrap_or_default();
        assert_eq!(text.is_empty(), run.stderr.contains("error:"), "{report}: {run:#?}");
        // JUnit lists what is suppressed as a test that was left out.
        for number in (0..10).filter(|_| report.starts_with("gl-")) {
            assert_eq!(text.contains(&prefix(number)), keys.contains(&number), "{report}: {run:#?}");
        }
    }
    for number in 0..10 {
        assert_eq!(run.stdout.contains(&prefix(number)), keys.contains(&number), "key {number}: {run:#?}");
    }
}

#[test]
fn a_merge_request() {
    for (is_fork, code, keys) in [(false, 0, &[][..]), (true, 1, &[1])] {
        let upstream = Upstream::new();
        upstream.branch("topic");
        upstream.commit("b.env", &format!("# baseleak:allow an example\n{}", line(1)));
        upstream.sandbox.git(["switch", "--quiet", "main"]);
        upstream.commit("c.env", &line(2));
        upstream.pull_request(false);
        let base = upstream.sandbox.git(["merge-base", "main", "topic"]);
        let (merged, topic) = (upstream.id("refs/pull/7/merge"), upstream.id("topic"));
        upstream.checkout("refs/pull/7/merge", true);
        let variables = [
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_COMMIT_SHA", merged.as_str()),
            ("CI_COMMIT_BEFORE_SHA", NOBODY),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.trim()),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", &topic),
            ("CI_MERGE_REQUEST_PROJECT_ID", "1"),
            ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", if is_fork { "2" } else { "1" }),
        ];
        let Some(result) = run(&upstream, &[], &variables) else { return };
        check(&upstream, &result, code, keys);
    }
}

#[test]
fn a_merge_request_in_a_shallow_clone() {
    let upstream = Upstream::new();
    upstream.branch("topic");
    upstream.commit("b.env", &line(1));
    let (base, topic) = (upstream.id("main"), upstream.id("topic"));
    upstream.checkout("refs/heads/topic", false);
    let variables = [
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_COMMIT_SHA", topic.as_str()),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base),
    ];
    // A commit may bring a link of a report's name.
    let (aim, report) = (upstream.sandbox.home().join("aim"), "gl-code-quality-report.json");
    fs::write(&aim, "as it was").expect("it can be written");
    let link = upstream.sandbox.path(CHECKOUT).join(report);
    std::os::unix::fs::symlink(&aim, link).expect("a link can be made");
    let Some(result) = run(&upstream, &[], &variables) else { return };
    check(&upstream, &result, 2, &[]);
    assert_eq!(fs::read_to_string(&aim).expect("it is there"), "as it was");
    assert!(result.stderr.contains("hint: leave GIT_DEPTH at 0"), "{}", result.stderr);
}

#[test]
fn pushes() {
    let upstream = Upstream::new();
    let main = upstream.id("main");
    upstream.branch("topic");
    upstream.commit("b.env", &line(1));
    let one = upstream.commit("b.env", "nothing\n");
    let two = upstream.commit("c.env", &line(2));
    upstream.sandbox.git(["tag", "--annotate", "v1", "--message", &line(3), "main"]);
    upstream.checkout("refs/heads/topic", true);
    let lost = "ab".repeat(20);
    for (source, before, commit, name, code, keys) in [
        ("push", one.as_str(), two.as_str(), ("CI_COMMIT_BRANCH", "topic"), 1, &[2][..]),
        ("push", &main, &one, ("CI_COMMIT_BRANCH", "topic"), 1, &[1]),
        ("push", &one, &one, ("CI_COMMIT_BRANCH", "topic"), 0, &[]),
        ("push", NOBODY, &two, ("CI_COMMIT_BRANCH", "topic"), 1, &[1, 2]),
        ("push", &lost, &two, ("CI_COMMIT_BRANCH", "topic"), 1, &[1, 2]),
        ("push", NOBODY, &main, ("CI_COMMIT_BRANCH", "main"), 1, &[0]),
        ("push", NOBODY, &main, ("CI_COMMIT_TAG", "v1"), 1, &[3]),
        ("schedule", &main, &main, ("CI_COMMIT_BRANCH", "main"), 1, &[0, 1, 2, 3]),
    ] {
        let variables = [
            ("CI_PIPELINE_SOURCE", source),
            ("CI_COMMIT_BEFORE_SHA", before),
            ("CI_COMMIT_SHA", commit),
            name,
        ];
        let Some(result) = run(&upstream, &[], &variables) else { return };
        check(&upstream, &result, code, keys);
    }
    let variables = [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_SHA", two.as_str())];
    for (inputs, code, keys) in [
        (&[("mode", "tree")][..], 1, &[2][..]),
        (&[("mode", "tree"), ("fail_on", "new")], 2, &[]),
        (&[("mode", "tree"), ("trust", "none")], 1, &[2]),
    ] {
        for report in ["gl-secret-detection-report.json", "gl-code-quality-report.json", "baseleak-junit.xml"]
        {
            drop(fs::remove_file(upstream.sandbox.path(CHECKOUT).join(report)));
        }
        let Some(result) = run(&upstream, inputs, &variables) else { return };
        check(&upstream, &result, code, keys);
    }
}

/// Without the right checksum nothing is unpacked.
#[test]
fn a_release_needs_its_checksum() {
    let upstream = Upstream::new();
    let before = upstream.id("main");
    let after = upstream.commit("b.env", &line(1));
    upstream.checkout("refs/heads/main", true);
    let checksum = upstream.release();
    let path = std::env::var("PATH").expect("there is a path");
    let path = format!("{}:{path}", upstream.sandbox.home().join("shims").display());
    let variables = [
        ("PATH", path.as_str()),
        ("CI_PIPELINE_SOURCE", "push"),
        ("CI_COMMIT_BEFORE_SHA", &before),
        ("CI_COMMIT_SHA", &after),
    ];
    for (version, checksum, code, piece) in [
        ("0.1.0", "", 2, "no checksum is given"),
        ("0.1.0", &"0".repeat(64), 2, "the archive is not the one that was meant"),
        ("9.8.7", &checksum, 2, "version 9.8.7 cannot be had"),
        ("0.1.0", &checksum, 1, ""),
    ] {
        let inputs = [("version", version), ("checksum", checksum)];
        let Some(result) = run(&upstream, &inputs, &variables) else { return };
        assert!(result.stderr.contains(piece), "{}", result.stderr);
        check(&upstream, &result, code, if code == 1 { &[1] } else { &[] });
    }
}
