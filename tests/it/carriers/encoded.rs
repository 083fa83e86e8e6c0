//! Keys that stand encoded in what is opened, and what the limits leave encoded.

use serde_json::json;

use super::build::*;
use super::{notes, places};
use crate::encodings::base64;
use crate::sandbox::{Sandbox, assert_hidden, key};

/// A notebook and an archive with an encoded key each, and twins that hold none.
fn repository() -> Sandbox {
    let sandbox = Sandbox::repository();
    let source = |text: &str| format!("BASETEN_API_KEY: {}\n", base64(text));
    let notebook =
        |text: &str| json!({"cells": [{"source": ["a\n", source(text)]}], "nbformat": 4}).to_string();
    let packed = |text: &str| gzip(&tar(&[("app/secret.yaml", source(text).as_bytes())])[..]);
    let silent = "the quick brown fox jumps over the lazy dog";
    sandbox.write("a.ipynb", notebook(&key(1)));
    sandbox.write("b.tar.gz", packed(&key(2)));
    sandbox.write("c.ipynb", notebook(silent));
    sandbox.write("d.tar.gz", packed(silent));
    sandbox.git(["add", "--all"]);
    sandbox
}

#[test]
fn every_command_decodes_what_it_opened() {
    let sandbox = repository();
    for command in ["scan", "staged", "history"] {
        if command == "history" {
            sandbox.git(["commit", "--quiet", "--message", "one"]);
        }
        let run = sandbox.run([command, "--format", "json"]).exits(1);
        let report = run.json();
        let expect = ["a.ipynb:1:46 @ cell 1, source, line 2", "b.tar.gz!app/secret.yaml:1:18"];
        assert_eq!(places(&report), expect, "{command}");
        for finding in report["findings"].as_array().expect("there are findings") {
            assert_eq!(finding["encodings"], json!(["base64"]), "{command}");
        }
        for number in [1, 2] {
            assert_hidden(&key(number), &run.stdout);
            assert!(!run.stdout.contains(&base64(key(number))[16..26]), "{command} shows the code");
        }
        assert!(notes(&report).is_empty(), "{command}");
        sandbox.run([command, "--no-decode"]).exits(0);
    }
}

#[test]
fn what_is_encoded_too_deep_is_told() {
    let sandbox = Sandbox::repository();
    let deep = |depth: usize| (0..depth).fold(key(3), |text, _| base64(&text)) + "\n";
    sandbox.write("deep", deep(5));
    sandbox.write("in.tar.gz", gzip(&tar(&[("deep", deep(5).as_bytes())])[..]));
    sandbox.git(["add", "--all"]);
    for command in ["scan", "staged", "history"] {
        if command == "history" {
            sandbox.git(["commit", "--quiet", "--message", "one"]);
        }
        let report = sandbox.run([command, "--format", "json"]).exits(0).json();
        let told = |path: &str| format!("{path}: encoded: beyond the limits of depth or size");
        assert_eq!(notes(&report), [told("deep"), told("in.tar.gz!deep")], "{command}");
        assert_eq!(report["coverage"]["complete"], json!(true), "{command}");
    }
    sandbox.write("deep", deep(4));
    let run = sandbox.run(["scan", "deep", "--format", "json"]).exits(1);
    assert_eq!(run.json()["findings"][0]["encodings"], json!(["base64", "base64", "base64", "base64"]));
    assert!(notes(&run.json()).is_empty());
}
