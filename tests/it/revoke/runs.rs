//! Revoking, with a server that behaves and with one that does not.

use std::sync::Arc;
use std::time::Duration;

use super::{Bench, REPORT, TRAIL, states};
use crate::server::{Behaviour, On, Right, Route, Shape, Times};

#[test]
fn keys_are_revoked_and_proven_dead() {
    let bench = Bench::new();
    bench.leak(&["invoke", "member", "metrics"]);
    let run = bench.revoke(&[]).exits(0);
    let dead = |label| format!("{}  dead: deleted, and gone from the inventory\n", bench.prefix(label));
    run.prints(&[&dead("invoke"), &dead("member"), &dead("metrics"), "\n3 of 3 keys proven dead\n"]);
    assert_eq!(bench.deleted(), ["invoke", "member", "metrics"]);
    let one = ["attempt", "outcome deleted", "proof dead"];
    assert_eq!(bench.story(), [&["plan"][..], &one, &one, &one, &["end done"]].concat());
    for line in bench.trail() {
        assert_eq!(line["schema"], 1);
        assert_eq!(line["remote"], *bench.server.management_url());
        assert!(line["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
    }
    // A look at the inventory follows each deletion.
    let calls: Vec<_> = bench.server.requests().iter().map(|request| request.route).collect();
    let deletes = calls.iter().enumerate().filter(|(_, route)| **route == Route::DeleteKey);
    for (at, _) in deletes {
        assert_eq!(calls.get(at + 1), Some(&Route::ListKeys));
    }
    // Once more: the audit log proves what the inventory cannot.
    let again = bench.revoke(&[]).exits(0);
    again.prints(&["not seen by this operator", "dead: was deleted already: the audit log has it at 2026-"]);
    assert_eq!(bench.deleted().len(), 3);
}

#[test]
fn the_result_is_json_where_that_is_wanted() {
    let bench = Bench::new();
    bench.leak(&["invoke", "metrics"]);
    let result = bench.revoke(&["--format", "json"]).exits(0).json();
    assert!(states(&result).values().all(|state| state == "dead"), "{result}");
    assert_eq!(result["summary"]["dead"], 2);
    assert_eq!(result["run"], bench.trail()[0]["run"]);
    assert_eq!(result.get("stopped"), None);
}

#[test]
fn a_prefix_is_enough() {
    let bench = Bench::of("manage-keys");
    let prefix = bench.prefix("invoke");
    bench.ask(&["--prefix", &prefix, "--yes", "--trail", TRAIL]).exits(0).prints(&["1 of 1 key proven dead"]);
    assert_eq!(bench.deleted(), ["invoke"]);
}

/// What is misbehaved, when and how; then the exit code, what becomes of the key, and a
/// piece of the reason.
type Case = (&'static str, Times, Behaviour, i32, &'static str, &'static str);

/// One misbehaviour for the deletion of the second of three keys.
#[test]
fn each_misbehaviour_has_its_end() {
    let status = |status| Behaviour::Status(status, Shape::Error);
    let limited = Behaviour::RateLimited { retry_after: Some(1000) };
    let table: Vec<Case> = vec![
        ("403", Times::Nth(2), status(403), 1, "live", "(403)"),
        ("404", Times::Nth(2), status(404), 1, "live", "may see it only"),
        ("409", Times::Nth(2), status(409), 1, "live", "(409)"),
        ("429", Times::Nth(2), limited, 1, "live", "try again in 1000 s"),
        ("429 once", Times::Nth(2), Behaviour::RateLimited { retry_after: Some(1) }, 0, "dead", "deleted"),
        ("500 once", Times::Nth(2), status(500), 0, "dead", "deleted"),
        ("cut before", Times::Nth(2), Behaviour::CloseBeforeAnswer, 0, "dead", "deleted"),
        ("cut after", Times::Nth(2), Behaviour::CloseAfterEffect, 0, "dead", "was deleted already"),
        ("cut amid", Times::Nth(2), Behaviour::CutMidBody, 0, "dead", "deleted"),
        ("html", Times::Nth(2), Behaviour::Html200, 1, "live", "captive portal"),
        (
            "redirect",
            Times::Nth(2),
            Behaviour::RedirectTo("https://example.org/".into()),
            1,
            "live",
            "redirect",
        ),
        (
            "not utf-8",
            Times::Nth(2),
            Behaviour::InvalidUtf8,
            0,
            "dead",
            "although the call that deletes failed",
        ),
        ("slow", Times::Nth(2), Behaviour::Slow(Duration::from_millis(700)), 0, "dead", "deleted"),
    ];
    // Side by side, for most of the time goes into waiting.
    std::thread::scope(|scope| {
        for case in table {
            scope.spawn(|| misbehaves(case));
        }
    });
}

fn misbehaves((name, times, behaviour, code, state, why): Case) {
    let bench = Bench::new();
    bench.leak(&["invoke", "member", "metrics"]);
    bench.server.misbehave(On::Route(Route::DeleteKey), times, behaviour);
    let result = bench.revoke(&["--format", "json"]).exits(code).json();
    let (got, reason) = (&result["results"][1]["state"], result["results"][1]["why"].as_str());
    assert_eq!(got, state, "{name}: {reason:?}");
    assert!(reason.is_some_and(|reason| reason.contains(why)), "{name}: {reason:?}");
    for other in [0, 2] {
        assert_eq!(result["results"][other]["state"], "dead", "{name}: the others are revoked");
    }
    let count = bench.deleted().iter().filter(|label| *label == "member").count();
    assert_eq!(count, usize::from(state == "dead"), "{name}");
    let end = if code == 0 { "end done" } else { "end incomplete" };
    assert_eq!(bench.story().last().map(String::as_str), Some(end), "{name}");
}

/// The inventory is the proof; where it is not to be had, nothing is proven.
#[test]
fn without_proof_a_key_is_not_dead() {
    let forbidden = Behaviour::Status(403, Shape::Detail);
    let empty = Behaviour::Json(200, serde_json::json!({ "keys": [] }));
    // The first look is the one of the plan.
    let table = [
        ("html", Times::Nth(2), Behaviour::Html200, "unknown dead dead", 2, "end incomplete"),
        ("empty", Times::Nth(2), empty, "unknown dead dead", 2, "end incomplete"),
        ("500", Times::Nth(2), Behaviour::Status(500, Shape::Text), "dead dead dead", 0, "end done"),
        ("403", Times::Nth(2), forbidden, "unknown untried untried", 1, "end stopped"),
    ];
    for (name, times, behaviour, expect, code, end) in table {
        let bench = Bench::new();
        bench.leak(&["invoke", "member", "metrics"]);
        bench.server.misbehave(On::Route(Route::ListKeys), times, behaviour);
        let result = bench.revoke(&["--format", "json"]).exits(code).json();
        let results = result["results"].as_array().expect("there are results");
        let got: Vec<_> = results.iter().filter_map(|result| result["state"].as_str()).collect();
        assert_eq!(got.join(" "), expect, "{name}: {result}");
        assert_eq!(bench.story().last().map(String::as_str), Some(end), "{name}");
    }
}

#[test]
fn a_key_that_the_api_does_not_know_counts_as_revoked() {
    let bench = Bench::of("manage-keys");
    // What this operator does not see is answered as what is not there: the report says so.
    let prefix = bench.prefix("member");
    let run = bench.ask(&["--prefix", &prefix, "--yes", "--trail", TRAIL]).exits(0);
    run.prints(&["not seen by this operator", "counts as revoked already", "may be of another workspace"]);
}

#[test]
fn somebody_else_may_be_faster() {
    let bench = Bench::new();
    bench.leak(&["invoke"]);
    let prefix = bench.prefix("invoke");
    bench.server.misbehave(
        On::Route(Route::DeleteKey),
        Times::First(1),
        Behaviour::Status(404, Shape::Error),
    );
    let hook: crate::server::Hook = Arc::new(|_| {});
    bench.server.misbehave(On::Route(Route::ListKeys), Times::Always, Behaviour::BeforeEffect(hook));
    bench.revoke(&[]).exits(1).prints(&["still has it"]);
    bench.server.behave();
    bench.server.misbehave(
        On::Route(Route::ListKeys),
        Times::First(1),
        Behaviour::Slow(Duration::from_millis(1)),
    );
    let list = || bench.revoke(&["--format", "json"]);
    bench.server.misbehave(On::Route(Route::DeleteKey), Times::First(1), Behaviour::CloseAfterEffect);
    let result = list().exits(0).json();
    assert_eq!(states(&result)[&prefix], "dead", "{result}");
}

#[test]
fn the_operators_own_key_is_last_and_only_on_demand() {
    let bench = Bench::new();
    bench.leak(&["admin", "invoke"]);
    let run = bench.revoke(&[]).exits(1);
    run.prints(&[
        "it is the key that revokes; --include-self revokes it last",
        "1 of 1 key proven dead, and 1 not",
    ]);
    assert_eq!(bench.deleted(), ["invoke"]);
    bench.revoke(&["--include-self"]).exits(0).prints(&["dead: the API does not accept it any more (401)"]);
    assert_eq!(bench.deleted(), ["invoke", "admin"]);
}

#[test]
fn the_answer_to_the_own_key_may_be_lost() {
    let bench = Bench::new();
    bench.leak(&["admin", "invoke"]);
    bench.server.misbehave(On::Route(Route::DeleteKey), Times::Nth(2), Behaviour::CloseAfterEffect);
    bench.revoke(&["--include-self"]).exits(0).prints(&["2 of 2 keys proven dead"]);
    assert_eq!(bench.deleted(), ["invoke", "admin"]);
}

#[test]
fn an_operator_who_is_locked_out_stops() {
    let bench = Bench::new();
    bench.leak(&["invoke", "member", "metrics"]);
    let locked = Behaviour::Status(401, Shape::Error);
    bench.server.misbehave(On::Route(Route::DeleteKey), Times::Nth(2), locked.clone());
    bench.server.misbehave(On::Route(Route::ListKeys), Times::Nth(3), locked);
    let run = bench.revoke(&[]).exits(1);
    let metrics = bench.prefix("metrics");
    let run = run.says(&[
        "warning: stopped: the API does not accept the operator's key any more (401)",
        &format!("warning: not revoked: {metrics}\n"),
        &format!("to go on: baseleak revoke --resume {TRAIL}"),
    ]);
    run.prints(&["1 of 3 keys proven dead, 1 still live, 1 not tried"]);
    assert_eq!(bench.deleted(), ["invoke"]);
    assert_eq!(bench.story().last().map(String::as_str), Some("end stopped"));
    let again = bench.ask(&["--resume", TRAIL, "--yes"]).exits(0);
    again.says(&["1 of 3 proven dead"]).prints(&["2 of 2 keys proven dead"]);
    assert_eq!(bench.deleted(), ["invoke", "member", "metrics"]);
    bench.ask(&["--resume", TRAIL, "--yes"]).exits(2).says(&["no run in it was broken off"]);
}

#[test]
fn a_run_is_resumed_where_it_was() {
    let bench = Bench::new();
    bench.leak(&["invoke", "member"]);
    bench.server.misbehave(On::Route(Route::ListKeys), Times::Nth(2), Behaviour::Status(401, Shape::Error));
    bench.revoke(&[]).exits(1);
    // Elsewhere all keys are absent, which proves nothing.
    let elsewhere = bench.server.url();
    let run = bench.ask(&["--resume", TRAIL, "--yes", "--remote-url", &elsewhere]).exits(2);
    run.says(&["the run in the trail was at", &elsewhere]);
    // For somebody who sees less it is the 404 that counts, and is named as such.
    bench.server.state().set_right("PERSONAL", Right::AuditLogs, 403);
    let other = Bench { operator: "member", ..bench };
    let run = other.ask(&["--resume", TRAIL, "--yes", "--format", "json"]);
    let result = run.exits(1).json();
    assert_eq!(states(&result)[&other.prefix("invoke")], "dead", "{result}");
    assert!(result["results"][0]["why"].as_str().is_some_and(|why| why.contains("404")), "{result}");
}

#[test]
fn keys_of_gateways_are_revoked_in_their_group() {
    let bench = Bench::new();
    bench.leak(&["gateway"]);
    bench.revoke(&[]).exits(1).prints(&["it is a key of a gateway: name its group with --gateway-group"]);
    bench.revoke(&["--gateway-group", "no-such"]).exits(2).prints(&["cannot be listed", "unknown: "]);
    bench.revoke(&["--gateway-group", "group1"]).exits(0).prints(&["1 of 1 key proven dead"]);
    assert_eq!(bench.deleted(), ["gateway"]);
}

#[test]
fn the_trail_has_a_place_of_its_own() {
    let bench = Bench::new();
    bench.leak(&["invoke"]);
    bench.ask(&[REPORT, "--yes"]).exits(0);
    if cfg!(all(unix, not(target_os = "macos"))) {
        let path = bench.sandbox.home().join(".local/state/baseleak/trail.jsonl");
        let text = std::fs::read_to_string(path).expect("the trail is there");
        assert_eq!(text.lines().count(), 5, "{text}");
    }
}
