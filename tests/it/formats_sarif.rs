//! SARIF of real runs: held to the published schema, and read by programs of others.
//!
//! sarif-tools (of Python) counts the results; Microsoft's multitool (of npm, on Linux alone) knows
//! the rules of the standard and of GitHub's code scanning. `.ci/run` installs both; where one
//! is missing its test is passed over, unless `BASELEAK_TEST_ALL` is set.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::sandbox::{Sandbox, assert_hidden, assert_silent, key};

/// What the multitool does without: it would ask the network whether addresses exist.
const OFFLINE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<Properties>
  <Properties Key="SARIF2006.UrisShouldBeReachable.Options">
    <Property Key="RuleEnabled" Value="Disabled" Type="Driver.RuleEnabledState" />
  </Properties>
</Properties>
"#;

/// A repository with a key in a file, in one with an odd name, in a notebook, in an archive
/// and in the message of a commit, and its keys.
fn repository() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::repository();
    let mut keys = vec![sandbox.write_key("app/a b#[1].py"), sandbox.write_key("deploy/.env")];
    for number in 1..=3 {
        keys.push(key(number));
    }
    let cell = format!(r#""cell_type": "code", "metadata": {{}}, "source": ["K = '{}'\n"]"#, keys[2]);
    let cell = format!("{{{cell}, \"execution_count\": null, \"outputs\": []}}");
    let notebook = format!(r#"{{"cells": [{cell}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}"#);
    sandbox.write("train.ipynb", notebook);
    sandbox.write("inner/wow!.py", format!("\nKEY = {}\n", keys[3]));
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", &format!("Use {}", keys[4])]);
    sandbox.git(["archive", "--output", "kept.tar", "HEAD", "inner"]);
    sandbox.git(["remote", "add", "origin", "https://ann:word@example.com/team/app.git"]);
    (sandbox, keys)
}

/// The log of a run, which is held to the schema and to showing none of `keys`.
#[track_caller]
fn log(sandbox: &Sandbox, args: &[&str], keys: &[String], code: i32) -> Value {
    let run = sandbox.run(args.iter().chain(&["--format", "sarif"])).exits(code);
    assert_silent(&run, keys);
    let log = run.json();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/schemas/sarif-2.1.0.json");
    let schema: Value =
        serde_json::from_slice(&fs::read(path).expect("the schema is there")).expect("it is JSON");
    let validator =
        jsonschema::options().should_validate_formats(true).build(&schema).expect("it is a schema");
    let wrong: Vec<String> =
        validator.iter_errors(&log).map(|error| error.instance_path().to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    log
}

fn results(log: &Value) -> &[Value] {
    log["runs"][0]["results"].as_array().map_or(&[], Vec::as_slice)
}

fn uri(result: &Value) -> &str {
    let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(artifact["uriBaseId"], "%SRCROOT%");
    artifact["uri"].as_str().unwrap_or_default()
}

#[test]
fn a_tree_in_sarif() {
    let (sandbox, keys) = repository();
    let log = log(&sandbox, &["scan"], &keys, 1);
    let names: Vec<_> = results(&log).iter().map(uri).collect();
    assert_eq!(
        names,
        ["app/a%20b%23%5B1%5D.py", "deploy/.env", "inner/wow%21.py", "kept.tar", "train.ipynb"],
        "{names:?}"
    );
    let member = &results(&log)[3];
    let place = &member["locations"][0];
    assert_eq!(place["logicalLocations"][0]["name"], "inner/wow!.py");
    assert!(place["physicalLocation"]["region"].is_null());
    assert_eq!(member["properties"]["member_region"]["startLine"], 2);
    let cell = &results(&log)[4]["locations"][0];
    assert_eq!(cell["logicalLocations"][0]["kind"], "cell");
    assert!(cell["physicalLocation"]["region"]["startLine"].is_u64());
    let known = &log["runs"][0]["versionControlProvenance"][0];
    assert_eq!(known["repositoryUri"], "https://example.com/team/app.git");
    assert_eq!(known["branch"], "main");
    assert_eq!(known["revisionId"], sandbox.git(["rev-parse", "HEAD"]).trim());
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    let text = log.to_string();
    let root = sandbox.path("").display().to_string();
    assert!(!text.contains("ann:") && !text.contains("word@") && !text.contains(root.trim_end_matches('/')));
}

#[test]
fn a_history_and_what_is_staged_in_sarif() {
    let (sandbox, keys) = repository();
    let log_of_history = log(&sandbox, &["history"], &keys, 1);
    let commit = results(&log_of_history)
        .iter()
        .find(|result| result["properties"]["origin"]["kind"] == "commit")
        .expect("the message of the commit holds a key");
    let head = sandbox.git(["rev-parse", "HEAD"]);
    let (folder, name) = head.trim().split_at(2);
    assert_eq!(uri(commit), format!(".git/objects/{folder}/{name}"));
    assert!(sandbox.path(uri(commit)).is_file(), "git keeps it there until it packs it");
    assert_eq!(commit["locations"][0]["logicalLocations"][0]["kind"], "commit");

    let staged = sandbox.write_key("new.env");
    sandbox.git(["add", "new.env"]);
    let log = log(&sandbox, &["staged"], &[staged], 1);
    assert_eq!(results(&log).iter().map(uri).collect::<Vec<_>>(), ["new.env"]);
}

#[test]
fn nothing_found_outside_of_a_repository_in_sarif() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", "nothing\n");
    let log = log(&sandbox, &["scan"], &[], 0);
    assert!(results(&log).is_empty());
    assert!(log["runs"][0]["versionControlProvenance"].is_null());
}

#[test]
fn a_key_in_what_names_the_repository_is_masked() {
    let sandbox = Sandbox::repository();
    let keys = [key(5), key(6)];
    sandbox.write("a.txt", "nothing\n");
    sandbox.git(["checkout", "--quiet", "-b", &format!("try/{}", keys[0])]);
    sandbox.git(["remote", "add", "origin", &format!("git@example.com:{}/app.git", keys[1])]);
    let log = log(&sandbox, &["scan"], &keys, 0);
    let known = &log["runs"][0]["versionControlProvenance"][0];
    assert_eq!(known["repositoryUri"], "ssh://example.com/****/app.git");
    assert_eq!((&known["branch"], &known["revisionId"]), (&"try/****".into(), &Value::Null));
}

/// A file as the scan writes it, for others to read.
fn written(sandbox: &Sandbox, keys: &[String]) -> (PathBuf, usize) {
    let run = sandbox.run(["history", "--format", "sarif=report.sarif"]).exits(1);
    assert_silent(&run, keys);
    let path = sandbox.path("report.sarif");
    let text = fs::read_to_string(&path).expect("the report is there");
    let log: Value = serde_json::from_str(&text).expect("it is JSON");
    (path, results(&log).len())
}

/// Where `.ci/run` puts its tools, or nothing, with a message.
#[track_caller]
fn tool(path: &str) -> Option<PathBuf> {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/ci-tools").join(path);
    if tool.is_file() {
        return Some(tool);
    }
    let is_needed = env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
    assert!(!is_needed, "{path} is not installed, and BASELEAK_TEST_ALL is set; .ci/run installs it");
    tell(&format!("{path} is not installed: this test is passed over"));
    None
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests is to know what was passed over")]
fn tell(text: &str) {
    eprintln!("{text}");
}

/// Runs a tool, which must succeed; returns its standard output.
#[track_caller]
fn succeed(command: &mut Command, keys: &[String]) -> String {
    let output = command.stdin(Stdio::null()).output().expect("it can be started");
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{text}");
    for key in keys {
        assert_hidden(key, &text);
    }
    text
}

#[test]
fn sarif_tools_read_every_result() {
    let Some(python) = tool("bin/python") else { return };
    let (sandbox, keys) = repository();
    let (path, count) = written(&sandbox, &keys);
    assert!(count > 4, "there is something to count");
    let sarif = |args: &[&str]| {
        let mut command = sandbox.confined(python.to_str().expect("the path is UTF-8"));
        succeed(command.args(["-m", "sarif"]).args(args).arg(&path), &keys)
    };
    let summary = sarif(&["summary"]);
    let counted = |level: &str| -> usize {
        let line = summary.lines().find_map(|line| line.strip_prefix(level)?.strip_prefix(": "));
        line.and_then(|count| count.trim().parse().ok()).unwrap_or_default()
    };
    assert_eq!(counted("error") + counted("warning") + counted("note"), count, "{summary}");
    sarif(&["csv", "--output", "rows.csv"]);
    let rows = fs::read_to_string(sandbox.path("rows.csv")).expect("the table is there");
    assert_eq!(rows.lines().count(), count + 1, "{rows}");
    assert!(rows.contains("deploy/.env,1") && rows.contains("train.ipynb"), "{rows}");
    sarif(&["html", "--output", "page.html"]);
    let page = fs::read_to_string(sandbox.path("page.html")).expect("the page is there");
    for key in &keys {
        assert_hidden(key, &page);
    }
    // It adds the first lines of commit messages, where this repository holds a key: what it
    // writes is its own affair.
    sarif(&["blame", "--output", "blamed.sarif"]);
    let blamed = fs::read(sandbox.path("blamed.sarif")).expect("the log is there");
    let blamed: Value = serde_json::from_slice(&blamed).expect("it is JSON");
    assert_eq!(results(&blamed).len(), count);
}

/// No error of the standard, and none of what GitHub asks for; warnings on the two kinds of
/// results that have no lines, and on the home page that there is none of yet.
#[test]
fn the_multitool_and_the_rules_of_github_agree() {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return;
    }
    let name = "npm/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool";
    let Some(multitool) = tool(name) else { return };
    let (sandbox, keys) = repository();
    let (path, _) = written(&sandbox, &keys);
    sandbox.write("rules.xml", OFFLINE);
    let mut command = sandbox.confined(multitool.to_str().expect("the path is UTF-8"));
    command.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1").env("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
    command.arg("validate").arg(&path).args(["--config", "rules.xml", "--rule-kind", "Sarif;Ghas"]);
    let text = succeed(command.args(["--output", "verdict.sarif"]), &keys);
    let verdict = fs::read(sandbox.path("verdict.sarif")).expect("it says what it found");
    // It begins with a mark of the byte order.
    let verdict = verdict.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&verdict);
    let verdict: Value = serde_json::from_slice(verdict).expect("it is JSON");
    let said = |level: &str| -> Vec<&str> {
        let results = results(&verdict).iter();
        let results = results.filter(|result| result["level"].as_str().unwrap_or("warning") == level);
        results.map(|result| result["ruleId"].as_str().unwrap_or_default()).collect()
    };
    assert_eq!(said("error"), [""; 0], "{text}");
    assert!(
        said("warning").iter().all(|id| id.starts_with("SARIF2005") || id.starts_with("SARIF2017")),
        "{text}"
    );
}
