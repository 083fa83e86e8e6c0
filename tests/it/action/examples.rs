//! The examples of docs/ci.md: what stands on the page is what runs. Each one's shell is taken out of
//! its block, and run with the variables of its system; `curl` is stood in for, so that
//! the release comes from a folder.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::sandbox::Run;

use super::upstream::{CHECKOUT, Upstream, line, prefix};
use super::yaml;

/// The first block of a section of the page.
#[track_caller]
fn block(section: &str) -> String {
    let page = yaml::text("docs/ci.md");
    let (_, rest) = page.split_once(&format!("\n## {section}\n")).expect("there is a section of that name");
    let (_, rest) = rest.split_once("\n```").expect("there is a block");
    let (_, rest) = rest.split_once('\n').expect("a block has a first line");
    rest.split_once("\n```").expect("a block ends").0.to_owned()
}

/// The shell of a section's example; none where YAML cannot be read.
#[track_caller]
fn shell(section: &str) -> Option<String> {
    let block = block(section);
    if section == "Jenkins" {
        let (_, rest) = block.split_once("sh '''").expect("it runs a shell");
        return Some(rest.split_once("'''").expect("it ends").0.to_owned());
    }
    let document = yaml::documents(&block)?.remove(0);
    let script = match section {
        "CircleCI" => document["jobs"]["baseleak"]["steps"][1]["run"]["command"].clone(),
        "Bitbucket" => {
            let step = &document["pipelines"]["pull-requests"]["**"][0]["step"];
            assert_eq!(step, &document["pipelines"]["branches"]["**"][0]["step"]);
            step["script"][1].clone()
        }
        "Azure DevOps" => document["steps"][1]["bash"].clone(),
        _ => Value::Null,
    };
    Some(script.as_str().expect("there is a script").to_owned())
}

/// Runs a section's example in the checkout.
#[track_caller]
fn run(upstream: &Upstream, section: &str, variables: &[(&str, &str)], is_right: bool) -> Option<Run> {
    let script = shell(section)?;
    let checksum = upstream.release();
    // The whole line of SHA256SUMS does as well.
    let checksum = if is_right { format!("{checksum}  the-archive") } else { "0".repeat(64) };
    let home = upstream.sandbox.home();
    let path = std::env::var("PATH").expect("there is a path");
    let mut command = upstream.sandbox.confined(if section == "Jenkins" { "sh" } else { "bash" });
    command.arg("-c").arg(&script).current_dir(upstream.sandbox.path(CHECKOUT));
    command.env("PATH", format!("{}:{path}", home.join("shims").display()));
    command.env("BASELEAK_SHA256", checksum).env("AGENT_TEMPDIRECTORY", home).env("TMPDIR", home);
    command.envs(variables.iter().copied());
    Some(Run::ended(command.output().expect("a shell can be run")))
}

/// The variables of a pull request of `topic`, of one from a fork, of a push of `topic`, and of `main`.
fn variables(section: &str) -> BTreeMap<&'static str, Vec<(&'static str, &'static str)>> {
    let [pull, fork, topic, main] = match section {
        "Jenkins" => [
            vec![("BRANCH_NAME", "PR-7"), ("CHANGE_ID", "7"), ("CHANGE_TARGET", "main")],
            vec![
                ("BRANCH_NAME", "PR-7"),
                ("CHANGE_ID", "7"),
                ("CHANGE_TARGET", "main"),
                ("CHANGE_FORK", "them"),
            ],
            vec![("BRANCH_NAME", "topic")],
            vec![("BRANCH_NAME", "main")],
        ],
        "CircleCI" => [
            vec![("CIRCLE_BRANCH", "topic"), ("CIRCLE_PULL_REQUEST", "https://github.com/o/r/pull/7")],
            vec![("CIRCLE_BRANCH", "pull/7"), ("CIRCLE_PR_NUMBER", "7"), ("CIRCLE_PR_REPONAME", "r")],
            vec![("CIRCLE_BRANCH", "topic")],
            vec![("CIRCLE_BRANCH", "main")],
        ],
        "Bitbucket" => [
            vec![
                ("BITBUCKET_BRANCH", "topic"),
                ("BITBUCKET_PR_ID", "7"),
                ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ],
            vec![],
            vec![("BITBUCKET_BRANCH", "topic")],
            vec![("BITBUCKET_BRANCH", "main")],
        ],
        _ => [
            vec![
                ("BUILD_SOURCEBRANCH", "refs/pull/7/merge"),
                ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
            ],
            vec![
                ("BUILD_SOURCEBRANCH", "refs/pull/7/merge"),
                ("SYSTEM_PULLREQUEST_TARGETBRANCH", "main"),
                ("SYSTEM_PULLREQUEST_ISFORK", "True"),
            ],
            vec![("BUILD_SOURCEBRANCH", "refs/heads/topic")],
            vec![("BUILD_SOURCEBRANCH", "refs/heads/main")],
        ],
    };
    [("pull", pull), ("fork", fork), ("topic", topic), ("main", main)].into()
}

#[track_caller]
fn check(section: &str) {
    let upstream = Upstream::new();
    upstream.branch("topic");
    upstream.commit("b.env", &line(1));
    upstream.commit("b.env", "nothing\n");
    upstream.commit("c.env", &format!("# baseleak:allow an example\n{}", line(2)));
    upstream.pull_request(false);
    upstream.checkout("refs/pull/7/merge", true);
    let variables = variables(section);
    for (event, keys) in [("pull", &[1][..]), ("fork", &[1, 2]), ("topic", &[1]), ("main", &[0, 1])] {
        let variables = &variables[event];
        if variables.is_empty() {
            continue;
        }
        let Some(run) = run(&upstream, section, variables, true) else { return };
        assert_eq!(run.code, Some(1), "{section}, {event}: {run:#?}");
        for number in 0..3 {
            let is_named = run.stdout.contains(&prefix(number));
            assert_eq!(is_named, keys.contains(&number), "{section}, {event}, key {number}: {run:#?}");
        }
    }
    // What is not the release is not run, and no verdict.
    let Some(result) = run(&upstream, section, &variables["pull"], false) else { return };
    assert_eq!((result.code, result.stdout.contains(&prefix(1))), (Some(2), false), "{section}: {result:#?}");
    // A pull request without a key; then a clone that is shallow.
    for (is_full, code) in [(true, 0), (false, 2)] {
        let upstream = Upstream::new();
        upstream.branch("topic");
        upstream.commit("b.py", "print(1)\n");
        upstream.pull_request(false);
        upstream.checkout("refs/pull/7/merge", is_full);
        let Some(run) = run(&upstream, section, &variables["pull"], true) else { return };
        assert_eq!(run.code, Some(code), "{section}: {run:#?}");
    }
}

/// What whoever sends a pull request can bring: links of the reports' names, and a branch and a tag
/// that are called as what is compared with. And the message of a tag.
#[track_caller]
fn check_tricks(section: &str) {
    let upstream = Upstream::new();
    upstream.sandbox.git(["tag", "--annotate", "v1", "--message", &line(3)]);
    upstream.branch("topic");
    let aim = upstream.sandbox.home().join("aim");
    upstream.sandbox.write("../home/aim", "as it was");
    for name in ["baseleak-junit.xml", "test-results"] {
        std::os::unix::fs::symlink(&aim, upstream.sandbox.path(name)).expect("a link can be made");
    }
    upstream.commit("b.env", &line(1));
    upstream.sandbox.git(["tag", "origin/main", "topic"]);
    upstream.pull_request(false);
    upstream.checkout("refs/pull/7/merge", true);
    upstream.sandbox.git(["-C", CHECKOUT, "branch", "origin/main", "HEAD"]);
    let Some(result) = run(&upstream, section, &variables(section)["pull"], true) else { return };
    assert_eq!((result.code, result.stdout.contains(&prefix(1))), (Some(1), true), "{section}: {result:#?}");
    assert_eq!(std::fs::read_to_string(&aim).expect("it is there"), "as it was", "{section}");
    let tag = match section {
        "Jenkins" => [("TAG_NAME", "v1"), ("BRANCH_NAME", "v1")],
        "CircleCI" => [("CIRCLE_TAG", "v1"), ("CIRCLE_PROJECT_REPONAME", "r")],
        "Bitbucket" => [("BITBUCKET_TAG", "v1"), ("BITBUCKET_REPO_SLUG", "r")],
        _ => [("BUILD_SOURCEBRANCH", "refs/tags/v1"), ("BUILD_REASON", "IndividualCI")],
    };
    let Some(result) = run(&upstream, section, &tag, true) else { return };
    assert_eq!((result.code, result.stdout.contains(&prefix(3))), (Some(1), true), "{section}: {result:#?}");
    let left = std::fs::read_dir(upstream.sandbox.home()).expect("it is there").flatten();
    let left: Vec<_> = left.filter(|entry| entry.file_name().to_string_lossy().starts_with("tmp.")).collect();
    assert!(left.is_empty(), "{section}: {left:?}");
}

#[test]
fn tricks() {
    for section in ["Jenkins", "CircleCI", "Bitbucket", "Azure DevOps"] {
        check_tricks(section);
    }
}

#[test]
fn jenkins() {
    check("Jenkins");
}

#[test]
fn circleci() {
    check("CircleCI");
}

#[test]
fn bitbucket() {
    check("Bitbucket");
}

#[test]
fn azure() {
    check("Azure DevOps");
}

/// The examples of the action and the component give inputs that there are, and the page tells of all.
#[test]
fn inputs_are_those_that_there_are() {
    let page = yaml::text("docs/ci.md");
    let Some(github) = yaml::documents(&block("GitHub")) else { return };
    let action = yaml::file("action.yml").expect("YAML could be read just now").remove(0);
    let given = &github[0]["jobs"]["baseleak"]["steps"][1]["with"];
    let component = yaml::file("templates/baseleak.yml").expect("YAML could be read just now").remove(0);
    let include = yaml::documents(&block("GitLab")).expect("YAML could be read just now").remove(0);
    for (given, declared, what) in [
        (given, &action["inputs"], "GitHub"),
        (&include["include"][0]["inputs"], &component["spec"]["inputs"], "GitLab"),
    ] {
        let declared = declared.as_object().expect("there are inputs");
        for name in given.as_object().expect("the example gives some").keys() {
            assert!(declared.contains_key(name), "{what}: {name}");
        }
        for name in declared.keys() {
            assert!(page.contains(&format!("`{name}`")), "{what}: docs/ci.md does not tell of {name}");
        }
    }
    // All inputs and variables of the scripts come from somewhere.
    let text = yaml::text("action.yml");
    for name in action["inputs"].as_object().expect("there are inputs").keys() {
        assert!(text.contains(&format!("inputs.{name}")), "{name} has no use");
    }
}
