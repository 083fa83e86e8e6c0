//! What is known of one key.

use serde_json::json;

use super::Bench;
use crate::contexts::Kind;
use crate::sandbox::{Sandbox, key_of};

#[test]
fn what_is_known_is_put_together() {
    let mut bench = Bench::new(Some("admin"));
    bench.sandbox = Sandbox::repository();
    bench.leak_label("invoke");
    bench.sandbox.git(["add", "."]);
    bench.sandbox.git(["commit", "--quiet", "--message", "first"]);
    let prefix = bench.server.state().key("invoke").prefix.clone();
    let data = json!({
        "event_type": "API_KEY_CREATED", "api_key_id": "id",
        "api_key_type": "INVOKE_ALL_MODELS_SERVICE_ACCOUNT", "prefix": prefix,
    });
    bench.server.state().log("admin", &data);
    bench.sandbox.run(["history", "--format", "json", "-o", "../home/report.json"]).exits(1);
    let run = bench.ask(&["explain", &prefix, "--report", "../home/report.json"]).exits(1);
    run.prints(&[
        &format!("{prefix} active"),
        "WORKSPACE_INVOKE, which calls models; only of whisper (m1), llama (m2)",
        "leaked in 1 place",
        "since 2026-01-02T03:04:05Z (commit ",
        "still in HEAD",
        "@ invoke.env:1 (commit ",
        "audit log: 1 of the newest 200 entries",
        &format!("2026-11-01T00:00:00Z API_KEY_CREATED by {}", bench.server.state().key("admin").prefix),
        "1. make a new key",
        &format!("`baseleak revoke --prefix {prefix}`"),
        "filter-repo",
        "4. tell the team Default",
    ]);
    let run = bench.ask(&["explain", &prefix, "--format", "json"]).exits(1);
    let report = run.json();
    assert_eq!(report["verdicts"][0]["validity"], "active");
    assert_eq!(report["explanation"]["events"][0]["event_type"], "API_KEY_CREATED");
    assert_eq!(report["explanation"]["steps"].as_array().map(Vec::len), Some(4));
    assert_eq!(bench.senders(), ["admin"]);
}

#[test]
fn what_is_not_known_is_said() {
    let bench = Bench::new(Some("member"));
    let key = key_of(Kind::New, 40);
    let prefix = key.split_once('.').expect("a key has a dot").0;
    let run = bench.ask(&["explain", prefix, "--limit", "5"]).exits(2);
    run.prints(&[
        "unknown",
        "not in this workspace's inventory as this operator sees it",
        "no --report was given",
        "audit log: 0 of the newest 5 entries",
        "an administrator of its workspace",
    ]);
    let own = bench.server.state().key("member").prefix.clone();
    bench.ask(&["explain", &own]).exits(1).prints(&["it is the key that asked", "1. rotate it"]);
}
