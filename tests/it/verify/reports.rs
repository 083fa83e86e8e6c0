//! What is no report, and what the options permit.

use serde_json::json;

use super::Bench;
use crate::sandbox::{Sandbox, key};

#[test]
fn what_is_no_report_is_told_as_what_it_is() {
    let whole =
        json!({"schema": 1, "tool": {"name": "baseleak", "version": "9"}, "findings": [{}]}).to_string();
    for (text, piece) in [
        ("", "it is empty"),
        ("  \n", "it is empty"),
        (&whole[..whole.len() - 4], "it ends too early"),
        ("findings: []", "it is not JSON, at line 1 column"),
        ("[]", "not a report of baseleak"),
        ("{\"schema\": 1}", "not a report of baseleak"),
        (r#"{"schema": 2, "tool": {"name": "baseleak"}}"#, "schema 2, and this version reads schema 1"),
        (r#"{"schema": 1, "tool": {"name": "baseleak"}}"#, "no whole report"),
        (&whole, "no whole report"),
    ] {
        let bench = Bench::new(Some("admin"));
        bench.sandbox.write("report.json", text);
        bench.ask(&["verify", "report.json"]).exits(2).says(&[
            "error: cannot use report.json",
            piece,
            "hint: ",
        ]);
        assert!(bench.server.requests().is_empty());
    }
    let bench = Bench::new(Some("admin"));
    bench.ask(&["verify", "none.json"]).exits(2).says(&["the report cannot be read"]);
}

#[test]
fn an_empty_report_and_a_newer_one_are_read() {
    let mut report = json!({
        "schema": 1, "tool": {"name": "baseleak", "version": "9"}, "findings": [], "later": {"a": [1]},
    });
    let bench = Bench::new(Some("admin"));
    bench.sandbox.write("report.json", report.to_string());
    bench.ask(&["verify", "report.json"]).exits(0).prints(&["the report holds no keys"]);
    let prefix = bench.server.state().key("invoke").prefix.clone();
    report["findings"] = json!([{
        "rule": "baseten-api-key", "attribution": "somebody", "key": prefix, "digest": "0", "path": "a\u{1b}[8m",
        "place": "elsewhere", "line": 1, "later": null,
    }]);
    bench.sandbox.write("report.json", report.to_string());
    bench.ask(&["verify", "report.json"]).exits(1).prints(&["active", "@ a\\x1b[8m: in the file name"]);
}

/// Keys that a scan did not find are not proven dead.
#[test]
fn an_incomplete_scan_leaves_no_verdict() {
    let report = json!({
        "schema": 1, "tool": {"name": "baseleak", "version": "9"}, "findings": [],
        "coverage": {"complete": false},
    });
    let bench = Bench::new(Some("admin"));
    bench.sandbox.write("report.json", report.to_string());
    bench.ask(&["verify", "report.json"]).exits(2).says(&["was incomplete: there may be more keys"]);
}

/// A name that is more than a name may be a whole key, which nobody shows or sends.
#[test]
fn a_report_with_a_whole_key_is_refused() {
    let mut bench = Bench::new(Some("admin"));
    let key = key(8);
    bench.keys.push(key.clone());
    let report = json!({
        "schema": 1, "tool": {"name": "baseleak", "version": "9"},
        "findings": [{
            "rule": "baseten-api-key", "attribution": "baseten", "key": key, "digest": "0", "path": "a",
            "place": "content", "line": 1,
        }],
    });
    bench.sandbox.write("report.json", report.to_string());
    bench.ask(&["verify", "report.json"]).exits(2).says(&["not named by its prefix alone"]);
    assert!(bench.server.requests().is_empty());
}

#[test]
fn a_report_can_come_from_standard_input() {
    let bench = Bench::new(None);
    let report = br#"{"schema": 1, "tool": {"name": "baseleak"}, "findings": []}"#;
    bench.sandbox.pipe(report, ["verify", "-", "--probe"]).exits(0).prints(&["holds no keys"]);
}

#[test]
fn options_without_effect_and_missing_keys_are_told() {
    let sandbox = Sandbox::new();
    let file = sandbox.write_key("a.env");
    for (args, piece) in [
        (&["scan", "--verify"][..], "needs a key of yours"),
        (&["scan", "--remote", "a"], "without --verify"),
        (&["scan", "--probe"], "--verify"),
        (&["scan", "--verify", "--remote-url", "http://example.org"], "may be asked with https only"),
        (&["scan", "--verify", "--key-file", "none"], "no such file"),
        (&["explain", &file], "not the prefix of a key"),
        (&["explain", "nothing"], "not the prefix of a key"),
        (&["explain", "b10_abcd1234"], "needs a key of yours"),
    ] {
        sandbox.run(args).exits(2).hides(&file).says(&[piece]);
    }
    sandbox.write("key", key(4));
    let run =
        sandbox.run(["scan", "--verify", "--key-file", "key", "--remote-url", "https://u:p@example.org"]);
    run.exits(2).says(&["scheme, a host and a port only"]).hides(&key(4));
}
