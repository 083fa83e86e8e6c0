//! Which findings make a scan fail, by the exit codes of the program.

use crate::contexts::Kind;
use crate::sandbox::{Run, Sandbox, key, key_of};
use crate::server::Server;

/// Two findings of high confidence and one of low.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::repository();
    sandbox.write("a.txt", format!("{}\n{}\n", key(1), key(2)));
    sandbox.write("b.txt", format!("{}\n", key_of(Kind::Legacy, 3)));
    sandbox
}

#[track_caller]
fn check(sandbox: &Sandbox, args: &[&str], code: i32, last: &str) {
    let run = sandbox.run(["scan", "--exclude", "*.toml"].iter().chain(args)).exits(code);
    assert_eq!(run.stdout.lines().last(), Some(last), "{args:?}");
    sandbox.run(["scan", "--exclude", "*.toml", "--format", "json"].iter().chain(args)).exits(code);
}

#[test]
fn findings_are_counted_by_confidence() {
    let sandbox = sandbox();
    for (args, code, last) in [
        (&[][..], 1, "3 findings"),
        (&["--fail-on", "any"], 1, "3 findings"),
        (&["--exit-zero"], 0, "3 findings"),
        (&["--max-findings", "2"], 1, "3 findings: the gate is not passed (--fail-on any --max-findings 2)"),
        (&["--max-findings", "3"], 0, "3 findings: the gate is passed (--fail-on any --max-findings 3)"),
        (&["--fail-on", "high"], 1, "3 findings, 2 of them high: the gate is not passed (--fail-on high)"),
        (
            &["--fail-on", "high", "--max-findings", "2"],
            0,
            "3 findings, 2 of them high: the gate is passed (--fail-on high --max-findings 2)",
        ),
        (
            &["--fail-on", "high", "--include", "b.txt"],
            0,
            "1 finding, none of them high: the gate is passed (--fail-on high)",
        ),
        (&["--fail-on", "high", "--include", "c.txt"], 0, "no keys found"),
    ] {
        check(&sandbox, args, code, last);
    }
    sandbox.run(["staged", "--fail-on", "high"]).exits(0);
    sandbox.git(["add", "."]);
    sandbox.run(["staged", "--fail-on", "high"]).exits(1);
    sandbox.run(["staged", "--fail-on", "high", "--include", "b.txt"]).exits(0);
}

#[test]
fn the_configuration_says_it_and_options_win() {
    let sandbox = sandbox();
    sandbox.write(".baseleak.toml", "[gate]\nfail-on = \"high\"\nmax-findings = 2\n");
    sandbox.run(["scan"]).exits(0);
    sandbox.run(["scan", "--max-findings", "1"]).exits(1);
    sandbox.run(["scan", "--fail-on", "any"]).exits(1);
    sandbox.run(["scan", "--no-config"]).exits(1);
}

#[cfg(unix)]
#[test]
fn what_was_not_read_goes_before_every_gate() {
    let sandbox = sandbox();
    for args in [&["--max-findings", "9"][..], &["--exit-zero"], &["--fail-on", "high"]] {
        sandbox.run(["scan", "none.txt", "a.txt"].iter().chain(args)).exits(2);
    }
}

#[test]
fn a_gate_that_lacks_what_it_goes_by_is_an_error() {
    let sandbox = sandbox();
    let run = |args: &[&str]| sandbox.run(["scan"].iter().chain(args)).exits(2);
    run(&["--fail-on", "active"]).says(&["error: --fail-on is active", "hint: add --verify"]);
    run(&["--fail-on", "new"])
        .says(&["error: --fail-on is new", "hint: make one with `baseleak baseline create`"]);
    for option in ["--no-suppress", "--no-baseline"] {
        let hint = format!("hint: leave {option} out, or choose --fail-on any");
        run(&["--fail-on", "new", option]).says(&[&format!("{option} uses no baseline"), &hint]);
    }
    run(&["--fail-on", "hihg"]).says(&["invalid value"]);
    sandbox.write(".baseleak.toml", "[gate]\nfail-on = \"active\"\n");
    run(&[]).says(&["error: fail-on in the configuration is active"]);
    sandbox.run(["scan", "--fail-on", "any"]).exits(1);
}

/// Runs a scan that verifies, by a server that knows the operator's key and the leaked ones.
#[track_caller]
fn verify(server: &Server, sandbox: &Sandbox, args: &[&str]) -> Run {
    let (management, inference) = (server.management_url(), server.inference_url());
    let operator = server.key("admin");
    let variables = [
        ("BASETEN_REMOTE_URL", management.as_str()),
        ("BASETEN_INFERENCE_BASE_URL_OVERRIDE", &inference),
        ("BASETEN_API_KEY", &operator),
    ];
    sandbox.run_with(&variables, ["scan", "--verify", "--fail-on", "active"].iter().chain(args))
}

#[test]
fn live_keys() {
    let server = Server::start();
    let sandbox = Sandbox::new();
    let (live, unknown) = (server.key("invoke"), key(9));
    let last = |run: &Run| run.stdout.lines().last().map(str::to_owned).unwrap_or_default();
    // Nobody can tell: no verdict, and in other forms a word on standard error.
    sandbox.write("u.txt", &unknown);
    let run = verify(&server, &sandbox, &[]).exits(2);
    let expect =
        "1 finding, none of them active, and 1 that nobody can tell of: no verdict (--fail-on active)";
    assert_eq!(last(&run), expect);
    verify(&server, &sandbox, &["--format", "json"]).exits(2).says(&["warning: there is no verdict"]);
    verify(&server, &sandbox, &["--exit-zero"]).exits(2);
    verify(&server, &sandbox, &["--max-findings", "1"]).exits(0);
    // A live one is a verdict, whatever else is unknown.
    sandbox.write("l.txt", &live);
    verify(&server, &sandbox, &[]).exits(1).prints(&["2 findings, 1 of them active: the gate is not passed"]);
    verify(&server, &sandbox, &["--exit-zero"]).exits(0);
    verify(&server, &sandbox, &["--max-findings", "1"]).exits(2);
    // Nobody asks about what is settled.
    sandbox.write("l.txt", format!("{live} # baseleak:allow"));
    sandbox.write("u.txt", format!("{unknown} # baseleak:allow"));
    let asked = server.requests().len();
    let run = verify(&server, &sandbox, &["--show-suppressed"]).exits(0);
    assert_eq!(last(&run), "no keys found that count: 2 suppressed");
    assert_eq!(server.requests().len(), asked);
}

#[test]
fn dead_keys() {
    let server = Server::start();
    let sandbox = Sandbox::new();
    let prefix = server.state().key("invoke").prefix.clone();
    sandbox.write("a.txt", server.key("invoke"));
    {
        let mut state = server.state();
        state.key_mut("invoke").revoked = true;
        let data = serde_json::json!({
            "event_type": "API_KEY_DELETED", "api_key_id": "id",
            "api_key_type": "INVOKE_ALL_MODELS_SERVICE_ACCOUNT", "prefix": prefix,
        });
        state.log("admin", &data);
    }
    let run = verify(&server, &sandbox, &[]).exits(0);
    run.prints(&["1 finding, none of them active: the gate is passed (--fail-on active)\n"]);
}
