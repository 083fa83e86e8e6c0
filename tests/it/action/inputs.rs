//! What the inputs of the action do, and that nothing of them or of the repository becomes a command.

use std::fs;

use serde_json::json;

use crate::contexts::Kind;
use crate::sandbox::{Sandbox, assert_hidden, key_of};
use crate::server::Server;

use super::runner::{Job, Outcome};
use super::upstream::{line, prefix};

/// A tree with key 1, and a folder with key 2.
fn tree() -> Sandbox {
    let sandbox = Sandbox::repository();
    sandbox.write("a.env", line(1));
    sandbox.write("sub folder/b.env", line(2));
    sandbox
}

/// Scans the tree with these inputs; none where YAML cannot be read.
#[track_caller]
fn scan(sandbox: &Sandbox, inputs: &[(&'static str, &str)]) -> Option<Outcome> {
    let job = Job::new("workflow_dispatch", json!({}))?.with("mode", "tree");
    Some(inputs.iter().fold(job, |job, (name, value)| job.with(name, value)).run(sandbox, "."))
}

/// Code, keys that are found, and pieces of what is said.
type Expect<'e> = (i32, &'e [usize], &'e [&'e str]);

#[track_caller]
fn check(inputs: &[(&'static str, &str)], (code, keys, pieces): Expect<'_>) {
    let sandbox = tree();
    sandbox.write("rules.toml", "[gate]\nmax-findings = 5\n");
    let Some(outcome) = scan(&sandbox, inputs) else { return };
    let said = format!("{}{}", outcome.run.stdout, outcome.run.stderr);
    assert_eq!(outcome.run.code, Some(code), "{inputs:?}: {said}");
    for number in [1, 2] {
        assert_eq!(said.contains(&prefix(number)), keys.contains(&number), "{inputs:?}: {said}");
    }
    for piece in pieces {
        assert!(said.contains(piece), "{inputs:?}: {piece:?} is missing: {said}");
    }
    assert!(!sandbox.path("touched").exists(), "{inputs:?}: something was run");
}

#[test]
fn inputs() {
    for (inputs, expect) in [
        (&[][..], (1, &[1, 2][..], &["::error file=a.env"][..])),
        (&[("path", "sub folder")], (1, &[2], &["::error file=sub folder/b.env"])),
        (&[("path", "a.env")], (1, &[1], &[])),
        (&[("path", "nothing")], (2, &[], &["nothing"])),
        (&[("working-directory", "sub folder")], (1, &[2], &[])),
        (&[("config", "rules.toml")], (0, &[1, 2], &[])),
        (&[("config", "none.toml")], (2, &[], &["none.toml"])),
        (&[("fail-on", "new")], (2, &[], &["baseline"])),
        (&[("fail-on", "nonsense")], (2, &[], &["nonsense"])),
        (&[("baseline", "none.txt"), ("fail-on", "new")], (2, &[], &["none.txt"])),
        (&[("args", "--exit-zero")], (0, &[1, 2], &[])),
        (&[("args", "--exclude 'sub folder'\n--exit-zero")], (0, &[1], &[])),
        (&[("args", "--exclude *.env --exclude $(touch touched)")], (2, &[], &[])),
        (&[("args", "\"--exclude=$(touch touched)\" '--exclude=`touch touched`'")], (1, &[1, 2], &[])),
        (&[("args", "'--exclude")], (2, &[], &["`args` has a quote without its other half"])),
        (&[("path", "$(touch touched)")], (2, &[], &["$(touch touched)"])),
        (&[("path", "--exit-zero")], (2, &[], &[])),
        (&[("mode", "nonsense")], (2, &[], &["::error title=baseleak::the mode is none"])),
        (&[("mode", "x\n::set-output name=a::b")], (2, &[], &["%0A::set-output"])),
        (&[("mode", "tree"), ("range", "a..b")], (2, &[], &["the range has no use"])),
        (&[("mode", "auto"), ("range", "--all..HEAD")], (2, &[], &[])),
        (&[("mode", "range"), ("range", "HEAD~1..HEAD")], (2, &[], &["HEAD~1"])),
        (&[("trust", "nobody")], (2, &[], &["`trust` is `nobody`"])),
        (&[("args", "--help")], (2, &[], &["there is no report"])),
        (&[("args", "--fail-on ''")], (2, &[], &["a value is required for '--fail-on"])),
        (&[("fetch", "yes")], (2, &[], &["`fetch` is `yes`"])),
        (&[("mode", "auto"), ("range", "a\n..b")], (2, &[], &["the range is none"])),
        (&[("annotations", "maybe")], (2, &[], &["`annotations` is `maybe`"])),
        (&[("trust", "none"), ("config", "rules.toml")], (1, &[1, 2], &["is not trusted"])),
    ] {
        check(inputs, expect);
    }
}

#[test]
fn annotations_summary_and_upload() {
    for (annotations, summary) in [("true", "true"), ("true", "false"), ("false", "true"), ("false", "false")]
    {
        let sandbox = tree();
        let inputs = [("annotations", annotations), ("summary", summary), ("upload-sarif", "true")];
        let Some(outcome) = scan(&sandbox, &inputs) else { return };
        assert_eq!(outcome.run.code, Some(1));
        assert_eq!(
            outcome.run.stdout.contains("::error file="),
            annotations == "true",
            "{}",
            outcome.run.stdout
        );
        assert_eq!(outcome.run.stdout.contains("a.env:1:7: high"), annotations == "false");
        assert_eq!(outcome.summary.contains(&prefix(1)), summary == "true", "{}", outcome.summary);
        // It is uploaded although the step before it failed.
        let [(uses, with)] = &outcome.used[..] else { panic!("{:?}", outcome.used) };
        assert!(uses.starts_with("github/codeql-action/upload-sarif@"), "{uses}");
        assert_eq!(with["category"], "baseleak");
        let log = fs::read_to_string(&with["sarif_file"]).expect("it was written");
        assert!(log.contains(&prefix(1)));
        let report = fs::read_to_string(&outcome.outputs["report"]).expect("it was written");
        assert!(report.contains(&prefix(2)));
        assert_eq!(outcome.outputs["findings"], "2");
        for number in [1, 2] {
            let key = crate::sandbox::key(number);
            for text in [&log, &report, &outcome.summary] {
                assert_hidden(&key, text);
            }
        }
    }
    // Where there is no report, nothing is uploaded.
    let Some(outcome) = scan(&tree(), &[("fail-on", "none"), ("upload-sarif", "true")]) else { return };
    assert_eq!((outcome.used.len(), outcome.outputs["sarif"].is_empty()), (0, true));
}

/// The operator's key is masked, goes nowhere but to Baseten, and is asked for nothing else.
#[test]
fn baseten_is_asked() {
    let sandbox = tree();
    let server = Server::start();
    let operator = server.key("admin");
    let Some(mut job) = Job::new("workflow_dispatch", json!({})) else { return };
    job.variables.insert("BASETEN_REMOTE_URL", server.url().clone());
    let job = job.with("mode", "tree").with("baseten-api-key", &operator).with("fail-on", "active");
    let outcome = job.run(&sandbox, ".");
    let said = format!("{}{}", outcome.run.stdout, outcome.run.stderr);
    assert_eq!(outcome.masks, std::slice::from_ref(&operator));
    assert_hidden(&operator, &said);
    // Neither of the two is in the workspace of the server.
    assert!(said.contains("nobody knows whether the keys of 2 findings are live"), "{said}");
    assert_eq!(outcome.outputs["exit-code"], "2");
    let job = job.with("baseten-api-key", &format!("{operator}\n::debug::{}", key_of(Kind::New, 77)));
    let outcome = job.run(&sandbox, ".");
    assert_eq!(outcome.run.code, Some(2));
    assert!(outcome.run.stderr.contains("`baseten-api-key` has a blank"), "{}", outcome.run.stderr);
}

/// Names of files that look like commands stay names.
#[test]
fn a_repository_gives_no_commands() {
    let sandbox = Sandbox::repository();
    sandbox.write("::add-mask::x\n::error::y.env", line(1));
    sandbox.write("$(touch touched).env", line(2));
    for annotations in ["true", "false"] {
        let Some(outcome) = scan(&sandbox, &[("annotations", annotations)]) else { return };
        assert_eq!(outcome.run.code, Some(1));
        for line in outcome.run.stdout.lines() {
            let begins = line.trim_start().starts_with("::");
            assert!(
                !begins || line.starts_with("::error file=") || line.starts_with("::error title="),
                "{line}"
            );
        }
        assert!(!sandbox.path("touched").exists());
    }
}
