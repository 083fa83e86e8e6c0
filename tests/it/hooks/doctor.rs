//! `baseleak doctor`: what it proves, what it names, and that it touches nothing.

use std::fs;

use super::made::{files, hooked, install, script};
use crate::sandbox::Sandbox;

/// Holds a run to an exit code, to outcomes of checks, and to leaving all as it was.
#[track_caller]
fn check(sandbox: &Sandbox, args: &[&str], code: i32, expect: &[(&str, &str, &str)]) {
    let before = files(&sandbox.path(""));
    let run = sandbox.run(["doctor", "--format", "json"].iter().chain(args)).exits(code);
    assert_eq!(files(&sandbox.path("")), before, "something was touched");
    let report = run.json();
    let checks = report["checks"].as_array().expect("there is a list of checks");
    for (name, outcome, detail) in expect {
        let is_it = |check: &&serde_json::Value| {
            check["name"] == *name
                && check["outcome"] == *outcome
                && check["detail"].as_str().is_some_and(|text| text.contains(detail))
        };
        assert!(checks.iter().any(|check| is_it(&check)), "{name} {outcome} {detail}: {report:#}");
    }
    sandbox.run(["doctor"].iter().chain(args)).exits(code);
}

#[test]
fn it_proves_that_hooks_fire() {
    let sandbox = hooked(&["pre-commit", "commit-msg", "pre-push"]);
    let ok = |name| ("canary", "ok", name);
    check(&sandbox, &[], 0, &[ok("pre-commit stopped"), ok("commit-msg stopped"), ok("pre-push stopped")]);
    sandbox.git(["config", "core.hooksPath", ".githooks"]);
    install(&sandbox, &["pre-commit"]);
    check(&sandbox, &[], 0, &[ok("pre-commit stopped"), ("shadow", "note", "by the local configuration")]);
    sandbox.git(["init", "--quiet", "--bare", "server.git"]);
    sandbox.run(["hook", "install", "server.git", "--hook", "pre-receive", "--hook", "update"]).exits(0);
    check(&sandbox, &["server.git"], 0, &[ok("pre-receive stopped"), ok("update stopped")]);
}

#[test]
fn it_names_what_is_wrong() {
    let sandbox = hooked(&[]);
    check(&sandbox, &[], 1, &[("hook", "fails", "no hook of baseleak")]);
    install(&sandbox, &["pre-commit"]);
    sandbox.git(["config", "core.hooksPath", "nowhere"]);
    check(
        &sandbox,
        &[],
        1,
        &[("shadow", "fails", "core.hooksPath is nowhere"), ("ways past", "note", "--no-verify")],
    );
    sandbox.git(["config", "--unset", "core.hooksPath"]);
    sandbox.write(".baseleak.toml", "[rules]\ndisable = 7\n");
    check(&sandbox, &[], 1, &[("configuration", "fails", ".baseleak.toml"), ("canary", "ok", "")]);
    fs::remove_file(sandbox.path(".baseleak.toml")).expect("it is there");
    // A hook that was changed lets everything through, and that is seen by trying.
    let hook = sandbox.path(".git/hooks/pre-commit");
    let text = fs::read_to_string(&hook).expect("it is text");
    fs::write(&hook, text.replace("exec ", "exit 0\nexec ")).expect("it can be written");
    check(&sandbox, &[], 1, &[("hook", "fails", "changed"), ("canary", "fails", "let a made-up key pass")]);
    // Another program of that name is another version.
    let other = sandbox.home().join("baseleak");
    script(&other, "#!/bin/sh\necho baseleak 0.0.1\n");
    fs::write(&hook, text.replace(env!("CARGO_BIN_EXE_baseleak"), other.to_str().expect("it is UTF-8")))
        .expect("it can be written");
    check(&sandbox, &[], 1, &[("canary", "fails", "let a made-up key pass")]);
    fs::remove_file(&hook).expect("it is there");
    sandbox.write("lefthook.yml", "");
    check(&sandbox, &[], 2, &[("hook", "unknown", "lefthook")]);
}

#[test]
fn a_configuration_that_lets_keys_pass() {
    let sandbox = hooked(&["pre-commit"]);
    for (text, code, outcome, detail) in [
        ("", 0, "ok", ".baseleak.toml"),
        ("[scan]\nexclude = ['**']\n", 1, "fails", "any likely file"),
        ("[scan]\ninclude = ['src/**']\n", 1, "fails", "settings.env"),
        ("[scan]\nexclude = ['deploy']\n", 0, "note", "deploy/values.yaml"),
        ("[scan]\nmax-file-size = 10\n", 1, "fails", "max-file-size"),
        ("[scan]\nmax-file-size = 5000\n", 0, "note", "max-file-size"),
        ("[gate]\nmax-findings = 100\n", 1, "fails", "max-findings 100"),
        ("[gate]\nfail-on = 'active'\n", 1, "fails", "fail-on"),
        ("[gate]\nfail-on = 'new'\n", 1, "fails", "fail-on"),
        ("[gate]\nfail-on = 'high'\n", 0, "ok", ""),
        ("[[allow]]\npath = '**'\nreason = 'all'\n", 1, "fails", "suppressed"),
        ("[rules]\ndisable = ['baseten-api-key', 'baseten-api-key-legacy']\n", 1, "fails", ""),
    ] {
        sandbox.write(".baseleak.toml", text);
        check(&sandbox, &[], code, &[("configuration", outcome, detail)]);
    }
}

/// What the user wishes for other repositories is no fault of the hooks.
#[test]
fn ordinary_settings_are_no_fault() {
    let sandbox = hooked(&["pre-commit", "pre-push"]);
    for setting in [
        ["protocol.file.allow", "never"],
        ["push.gpgSign", "true"],
        ["push.pushOption", "ci.skip"],
        ["init.defaultRefFormat", "reftable"],
        ["init.defaultObjectFormat", "sha256"],
    ] {
        sandbox.git(["config", "--global"].into_iter().chain(setting));
    }
    check(&sandbox, &[], 0, &[("canary", "ok", "pre-push stopped")]);
    let environment = [("GIT_DEFAULT_HASH", "sha256"), ("GIT_ALLOW_PROTOCOL", "https")];
    sandbox.run_with(&environment, ["doctor"]).exits(0);
}
