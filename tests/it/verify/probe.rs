//! The way that asks with the leaked key itself.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::{Bench, check};
use crate::contexts::Kind;
use crate::sandbox::key_of;
use crate::server::{Behaviour, On, Refusal, Right, Route, Shape, Times};

/// Answers as it should; takes a request away from later commands.
fn rightly() -> Behaviour {
    Behaviour::BeforeEffect(Arc::new(|_| {}))
}

/// Probes with the key of a label on a server that was prepared.
#[track_caller]
fn probe(label: &str, prepare: impl Fn(&Bench), validity: &str, pieces: &[&str]) -> Bench {
    let mut bench = Bench::new(None);
    bench.leak_label(label);
    prepare(&bench);
    let verdicts = bench.scan(&["--probe"]);
    assert_eq!(verdicts.len(), 1, "{label}");
    check(&verdicts[0], validity, pieces);
    bench
}

#[test]
fn live_keys_are_live_whatever_the_api_does_with_their_category() {
    let nothing = |_: &Bench| {};
    probe("admin", nothing, "active", &["PERSONAL", "the management API takes it", "of Ada"]);
    probe("manage-all", nothing, "active", &["WORKSPACE_MANAGE_ALL", "the management API takes it"]);
    probe("manage-keys", nothing, "active", &["WORKSPACE_MANAGE_API_KEYS"]);
    probe("invoke", nothing, "active", &["the models API takes it, and the management API does not"]);
    probe("gateway", nothing, "active", &["the models API takes it"]);
    let may =
        |status| move |bench: &Bench| bench.server.state().set_right("WORKSPACE_INVOKE", Right::Me, status);
    probe("invoke", may(200), "active", &["the management API takes it"]);
    probe("invoke", may(401), "active", &["the models API takes it"]);
    probe("metrics", nothing, "unknown", &["says 403, which a live key may be told as well"]);
}

#[test]
fn what_the_control_request_is_told_decides_what_a_refusal_means() {
    for (management, inference, validity, piece) in [
        (401, 401, "inactive", "rejected by both probes, as a random key is"),
        (403, 401, "unknown", "the management API says 403, as it does to a random key"),
        (401, 403, "unknown", "the models API says 403, as it does to a random key"),
        (403, 403, "unknown", "says 403, as it does to a random key"),
        (404, 401, "unknown", "did not answer a random key as an API does (status 404)"),
        (401, 404, "unknown", "the models API did not answer a random key as an API does"),
        (418, 418, "unknown", "(status 418)"),
    ] {
        for shape in Shape::ALL {
            let prepare = |bench: &Bench| {
                let mut state = bench.server.state();
                state.key_mut("invoke").revoked = true;
                state.unknown_key_answer = Refusal { status: management, shape };
                state.unknown_key_inference = Refusal { status: inference, shape };
            };
            probe("invoke", prepare, validity, &[piece]);
        }
    }
}

#[test]
fn a_401_after_a_403_to_the_random_key_proves_nothing() {
    let prepare = |bench: &Bench| {
        bench.server.state().key_mut("invoke").revoked = true;
        bench.server.misbehave(On::Route(Route::Me), Times::First(1), Behaviour::Status(403, Shape::Error));
    };
    probe("invoke", prepare, "unknown", &["says 401, and 403 to a random key"]);
}

#[test]
fn after_a_200_to_the_random_key_no_leaked_key_is_sent() {
    let me = json!({"user_id": "u9", "email": null, "name": null, "workspace_name": null});
    for behaviour in [Behaviour::Html200, Behaviour::Json(200, me), Behaviour::Json(200, json!({}))] {
        for route in [Route::Me, Route::Inference] {
            let prepare = |bench: &Bench| {
                bench.server.misbehave(On::Route(route), Times::Always, behaviour.clone());
            };
            let bench = probe("invoke", prepare, "unknown", &["random key with 200", "was not sent"]);
            assert_eq!(bench.senders(), ["unknown"]);
        }
    }
}

#[test]
fn an_answer_that_is_no_api_s_proves_nothing() {
    let status = |status| Behaviour::Status(status, Shape::Message);
    for (behaviour, piece) in [
        (Behaviour::Html200, "a page for people (200)"),
        (Behaviour::RedirectTo("https://example.org/login".to_owned()), "a redirect (302) to example.org"),
        (Behaviour::Json(200, json!({"user": 1})), "not the documented answer"),
        (Behaviour::Json(200, json!({"user_id": 7})), "not the documented answer"),
        (Behaviour::Json(200, json!(["user_id"])), "not the documented answer"),
        (Behaviour::WrongContentType, "not the documented answer"),
        (Behaviour::InvalidUtf8, "not the documented answer"),
        (Behaviour::Huge(9 << 20), "too large"),
        (Behaviour::CutMidBody, "no connection"),
        (Behaviour::CloseBeforeAnswer, "no connection"),
        (Behaviour::RateLimited { retry_after: Some(3600) }, "too many requests (429)"),
        (status(404), "status 404"),
        (status(409), "status 409"),
        (status(500), "status 500"),
    ] {
        // The first request is the random key's.
        let prepare = |bench: &Bench| {
            bench.server.misbehave(On::Route(Route::Me), Times::First(1), rightly());
            bench.server.misbehave(On::Route(Route::Me), Times::Always, behaviour.clone());
        };
        probe("admin", prepare, "unknown", &["the probe proves nothing", piece]);
        // To the random key the same is said, and the other API is asked all the same.
        if !matches!(piece, "a page for people (200)" | "not the documented answer") {
            let prepare = |bench: &Bench| {
                bench.server.misbehave(On::Route(Route::Me), Times::Always, behaviour.clone());
            };
            probe("admin", prepare, "active", &["the models API takes it"]);
        }
    }
}

#[test]
fn no_answer_in_time_proves_nothing() {
    let prepare = |bench: &Bench| {
        bench.server.state().key_mut("invoke").revoked = true;
        let slow = Behaviour::Slow(Duration::from_secs(100));
        bench.server.misbehave(On::Route(Route::Inference), Times::First(1), rightly());
        bench.server.misbehave(On::Route(Route::Inference), Times::Always, slow);
    };
    probe("invoke", prepare, "unknown", &["the models API: no answer in time"]);
}

#[test]
fn each_key_is_asked_for_once_and_each_shape_has_one_random_key() {
    let mut bench = Bench::new(None);
    let key = bench.server.key("invoke");
    for number in 0..5 {
        bench.leak(&format!("{number}.env"), &key);
    }
    for label in ["manage-all", "metrics", "gateway"] {
        bench.leak_label(label);
    }
    assert_eq!(bench.scan(&["--probe"]).len(), 4);
    let requests = bench.server.requests();
    let count = |label: &str, route| {
        let is_it = |request: &&crate::server::Seen| {
            request.label.as_deref() == Some(label) && request.route == route
        };
        requests.iter().filter(is_it).count()
    };
    assert_eq!(count("invoke", Route::Me), 1);
    assert_eq!(count("invoke", Route::Inference), 1);
    assert_eq!(count("manage-all", Route::Inference), 0, "what is settled is not asked again");
    assert_eq!(count("unknown", Route::Me), 2, "one for b10_, one for sky_");
    for request in &requests {
        let is_gateway = request.label.as_deref() == Some("gateway");
        assert!(!is_gateway || request.scheme.as_deref() == Some("Api-Key"), "{request:?}");
    }
}

#[test]
fn what_the_inventory_settles_is_not_sent() {
    let mut bench = Bench::new(Some("admin"));
    bench.leak_label("invoke");
    check(&bench.scan(&["--probe"])[0], "active", &["listed in the inventory"]);
    assert_eq!(bench.senders(), ["admin"]);
    bench.server.state().key_mut("invoke").revoked = true;
    check(&bench.scan(&["--probe"])[0], "inactive", &["rejected by both probes"]);
}

#[test]
fn keys_of_another_vendor_are_not_sent() {
    let mut bench = Bench::new(None);
    let key = key_of(Kind::Legacy, 5);
    bench.sandbox.write("a.py", format!("# ultravox\nclient.headers = {{'X-API-Key': '{key}'}}\n"));
    bench.keys.push(key);
    check(&bench.scan(&["--probe"])[0], "unknown", &["another vendor's key"]);
    assert!(bench.server.requests().is_empty());
}

#[test]
fn old_keys_are_asked_for_as_new_ones_are() {
    let mut bench = Bench::new(None);
    let key = key_of(Kind::Legacy, 6);
    bench.server.state().adopt("old", "WORKSPACE_MANAGE_ALL", &key);
    bench.leak("old.env", &key);
    check(&bench.scan(&["--probe"])[0], "active", &["the management API takes it"]);
}

#[test]
fn a_report_has_no_secret_to_ask_with() {
    let mut bench = Bench::new(None);
    bench.leak_label("invoke");
    bench.report();
    let run = bench.ask(&["verify", "--probe", "../home/report.json"]).exits(2);
    run.prints(&["a report holds no secrets", "`baseleak scan --verify --probe`"]);
    assert!(bench.server.requests().is_empty());
}

#[test]
fn a_scan_says_with_each_finding_whether_it_is_live() {
    let mut bench = Bench::new(Some("admin"));
    bench.leak_label("invoke");
    let run = bench.ask(&["scan", "--verify"]).exits(1);
    run.prints(&["  ! active: WORKSPACE_INVOKE", "live: 1 active, 0 inactive, 0 unknown"]);
    bench.server.misbehave(On::Any, Times::Always, Behaviour::Status(403, Shape::Empty));
    let run = bench.ask(&["scan", "--verify"]).exits(1);
    run.prints(&["  ! unknown: the inventory cannot be read"]);
    bench.ask(&["scan", "--verify", "--exit-zero"]).exits(0);
}
