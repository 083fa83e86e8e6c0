//! An inventory that shows less than before: what vanishes with others is not proven dead.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Bench, TRAIL, states};
use crate::server::{Behaviour, On, Route, Shape, Times};

/// The inventory with the keys of these labels only.
fn view(bench: &Bench, labels: &[&str]) -> Behaviour {
    let row = |label: &&str| {
        json!({ "prefix": bench.prefix(label), "name": label, "type": "PERSONAL",
            "created": "2026-01-02T03:04:05Z", "model_ids": [], "team_name": Value::Null,
            "owner": Value::Null })
    };
    Behaviour::Json(200, json!({ "keys": labels.iter().map(row).collect::<Vec<_>>() }))
}

/// Revokes `invoke` and `member`, with this answer to deletions and this view after the
/// first look; holds the states to `expect`, and what is said to `says`.
#[track_caller]
fn check(answer: Option<Behaviour>, labels: &[&str], code: i32, expect: [&str; 2], says: &str) {
    let bench = Bench::new();
    bench.leak(&["invoke", "member"]);
    if let Some(answer) = answer {
        bench.server.misbehave(On::Route(Route::DeleteKey), Times::Always, answer);
    }
    let view = view(&bench, labels);
    let right = Behaviour::Slow(Duration::ZERO);
    bench.server.misbehave(On::Route(Route::ListKeys), Times::First(1), right);
    bench.server.misbehave(On::Route(Route::ListKeys), Times::Always, view);
    let result = bench.revoke(&["--format", "json"]).exits(code).json();
    let got = states(&result);
    assert_eq!(["invoke", "member"].map(|label| got[&bench.prefix(label)].as_str()), expect, "{result}");
    assert!(result.to_string().contains(says), "{result}");
}

#[test]
fn what_vanishes_with_others_is_not_proven_dead() {
    let failed = || Some(Behaviour::Status(500, Shape::Error));
    let conflict = || Some(Behaviour::Status(409, Shape::Error));
    let lie = || Some(Behaviour::Json(200, json!({ "prefix": "x" })));
    let rest = ["admin", "manage-all", "manage-keys", "metrics"];
    let unknown = ["unknown", "unknown"];
    check(failed(), &["admin"], 2, unknown, "shows less than it did before");
    check(conflict(), &["admin"], 2, unknown, "shows less than it did before");
    check(Some(Behaviour::CloseBeforeAnswer), &["admin"], 2, unknown, "shows less than it did before");
    check(failed(), &rest[..3], 2, unknown, "shows less than it did before");
    // A yes proves as little where nothing else is left to be seen.
    check(lie(), &["admin"], 2, unknown, "the proof is missing");
    // Another that is gone does not shake what the API confirms.
    check(None, &rest[..3], 0, ["dead", "dead"], "deleted, and gone");
    // And that 404 counts as revoked is decided elsewhere.
    check(Some(Behaviour::Status(404, Shape::Error)), &["admin"], 0, ["dead", "dead"], "was deleted already");
}

#[test]
fn a_key_that_vanished_before_its_turn_is_told() {
    let rest = ["admin", "manage-all", "manage-keys", "metrics"];
    check(None, &rest, 0, ["dead", "dead"], "vanished from the inventory before its deletion was asked for");
}

#[test]
fn a_lone_key_has_nobody_to_vouch_for_the_list() {
    let bench = Bench::new();
    bench.leak(&["invoke"]);
    bench.server.state().keys.retain(|key| matches!(key.label.as_str(), "admin" | "invoke"));
    bench.server.misbehave(On::Route(Route::DeleteKey), Times::Always, Behaviour::Status(500, Shape::Error));
    let view = view(&bench, &["admin"]);
    bench.server.misbehave(On::Route(Route::ListKeys), Times::Nth(2), view);
    bench.revoke(&[]).exits(2).prints(&["0 of 1 key proven dead, 1 unknown"]);
    assert_eq!(bench.deleted(), [""; 0]);
}

#[test]
fn a_run_of_another_place_is_refused_before_a_key_is_sent() {
    let bench = Bench::new();
    bench.leak(&["invoke", "member"]);
    bench.server.misbehave(On::Route(Route::ListKeys), Times::Nth(2), Behaviour::Status(401, Shape::Error));
    bench.revoke(&[]).exits(1);
    let other = crate::server::Server::start();
    let run = bench.ask(&["--resume", TRAIL, "--yes", "--remote-url", &other.url()]).exits(2);
    run.says(&["the run in the trail was at", &other.url()]);
    assert!(other.requests().is_empty(), "no key was sent there");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_trail() {
    let bench = Bench::new();
    bench.leak(&["invoke"]);
    let pipe = bench.sandbox.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()), "the pipe can be made");
    let name = pipe.to_str().expect("the path is UTF-8");
    bench.ask(&["--resume", name, "--yes"]).exits(2).says(&["it is not a regular file"]);
    assert!(bench.server.requests().is_empty());
}
