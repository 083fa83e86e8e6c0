//! What settles a finding, in every source, and what becomes of the exit code.
//!
//! Every run is held to showing no key; see [`crate::sandbox::Run`].

mod allow;
mod gate;
mod ignore_file;
mod inline;

use serde_json::Value;

use crate::sandbox::{Run, Sandbox, key};

/// Places of the findings that count, as `path:line`.
fn counting(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("there are findings");
    let place =
        |finding: &Value| format!("{}:{}", finding["path"].as_str().unwrap_or_default(), finding["line"]);
    findings.iter().map(place).collect()
}

/// Holds a scan of the work folder to the places that count.
#[track_caller]
fn check(sandbox: &Sandbox, args: &[&str], expect: &[&str]) {
    let run = sandbox.run(["scan", "--format", "json"].iter().chain(args));
    let run = run.exits(i32::from(!expect.is_empty()));
    assert_eq!(counting(&run.json()), expect, "{args:?}");
}

/// The public name of a key.
fn name(key: &str) -> &str {
    key.split('.').next().expect("it has a public part")
}

/// The report for people, with what is suppressed.
#[track_caller]
fn shown(sandbox: &Sandbox, args: &[&str]) -> Run {
    sandbox.run(["scan", "--show-suppressed"].iter().chain(args))
}

#[test]
fn nothing_is_settled_in_a_repository_that_is_not_trusted() {
    let sandbox = Sandbox::repository();
    sandbox.write("a.py", format!("K = '{}'  # gitleaks:allow\n", key(1)));
    sandbox.write("b.py", format!("K = '{}'\n", key(2)));
    sandbox.write("c.py", format!("K = '{}'\n", key(3)));
    sandbox.write(".gitleaksignore", "b.py:any:1\n");
    sandbox.write(".baseleak.toml", format!("[[allow]]\nkey = '{}'\n", name(&key(3))));
    check(&sandbox, &[], &[]);
    check(&sandbox, &["--no-suppress"], &["a.py:1", "b.py:1", "c.py:1"]);
    check(&sandbox, &["--no-config"], &["c.py:1"]);
    for option in ["--audit-suppressions", "--ignore-file=x", "--baseline=x"] {
        sandbox.run(["scan", "--no-suppress", option]).exits(2).says(&["cannot be used with"]);
    }
}

#[test]
fn people_see_how_many_are_settled_and_all_of_them_on_request() {
    let sandbox = Sandbox::repository();
    let text = format!("A = '{}'  # baseleak:allow: revoked 2026-11-01\nB = '{}'\n", key(1), key(2));
    sandbox.write("a.py", text);
    let config = format!(
        "[[allow]]\nkey = '{}'\nreason = 'dead'\nowner = 'ann'\nexpires = 9999-12-31\n",
        name(&key(2))
    );
    sandbox.write(".baseleak.toml", config);
    let run = sandbox.run(["scan"]).exits(0).prints(&[
        "2 findings suppressed: 1 by comments, 1 by the configuration\n",
        "hint: --show-suppressed lists them\n",
        "\nno keys found that count: 2 suppressed\n",
    ]);
    assert!(!run.stdout.contains("a.py:"), "{}", run.stdout);
    shown(&sandbox, &[]).exits(0).prints(&[
        "a.py:1:6: suppressed high baseten-api-key b10_",
        "  ~ by the comment `baseleak:allow` (line 1)\n  ~ reason: revoked 2026-11-01\n",
        "  ~ by an allow entry (.baseleak.toml:1)\n  ~ reason: dead\n  ~ owner: ann\n  ~ expires: 9999-12-31\n",
    ]);
}
