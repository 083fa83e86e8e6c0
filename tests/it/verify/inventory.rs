//! The way that sends no leaked key.

use std::time::Duration;

use serde_json::json;

use super::{Bench, check, verdicts};
use crate::contexts::Kind;
use crate::sandbox::{Sandbox, assert_silent, key_of};
use crate::server::{Behaviour, On, Route, Server, Shape, Times};

#[test]
fn what_is_listed_is_live_and_described() {
    for (label, pieces) in [
        ("member", &["PERSONAL", "of Bob <bob@example.org>", "named \"member\"", "in the inventory"][..]),
        ("manage-all", &["WORKSPACE_MANAGE_ALL", "team Default", "everything in its team"]),
        ("manage-keys", &["WORKSPACE_MANAGE_API_KEYS", "deletes keys"]),
        ("invoke", &["WORKSPACE_INVOKE", "only of whisper (m1), llama (m2)", "team Default"]),
        ("metrics", &["WORKSPACE_EXPORT_METRICS", "metrics"]),
    ] {
        let mut bench = Bench::new(Some("admin"));
        bench.leak_label(label);
        let verdicts = bench.verify(1);
        assert_eq!(verdicts.len(), 1, "{label}");
        check(&verdicts[0], "active", pieces);
        assert_eq!(verdicts[0]["proof"], "inventory");
        assert_eq!(bench.senders(), ["admin"], "{label}: no leaked key is sent");
    }
}

#[test]
fn a_category_of_later_is_shown_as_it_came() {
    let mut bench = Bench::new(Some("admin"));
    bench.server.state().is_newer = true;
    let key = bench.server.state().add("routes", "ROUTES");
    bench.leak("a.env", &key);
    check(&bench.verify(1)[0], "active", &["ROUTES", "named \"routes\""]);
}

#[test]
fn what_is_not_listed_is_not_therefore_dead() {
    for (operator, label, piece) in [
        ("admin", None, "sees personal keys of several members"),
        ("member", Some("admin"), "another member's personal key"),
        ("manage-keys", Some("member"), "another member's personal key"),
        ("admin", Some("gateway"), "does not list keys of gateways"),
    ] {
        let mut bench = Bench::new(Some(operator));
        match label {
            Some(label) => bench.leak_label(label),
            None => bench.leak("a.env", &key_of(Kind::New, 99)),
        }
        check(&bench.verify(2)[0], "unknown", &[piece]);
        assert_eq!(bench.senders(), [operator]);
    }
}

#[test]
fn what_the_audit_log_says_was_deleted_is_dead() {
    let mut bench = Bench::new(Some("admin"));
    bench.leak_label("invoke");
    let prefix = bench.server.state().key("invoke").prefix.clone();
    {
        let mut state = bench.server.state();
        state.key_mut("invoke").revoked = true;
        let data = json!({
            "event_type": "API_KEY_DELETED", "api_key_id": "id",
            "api_key_type": "INVOKE_ALL_MODELS_SERVICE_ACCOUNT", "prefix": prefix,
        });
        state.log("admin", &data);
    }
    let verdicts = bench.verify(0);
    check(&verdicts[0], "inactive", &["deleted at 2026-11-01", "by ada@example.org", "audit log"]);
    assert_eq!(verdicts[0]["proof"], "audit-log");
    bench.server.misbehave(On::Route(Route::AuditLogs), Times::Always, Behaviour::Status(403, Shape::Error));
    check(&bench.verify(2)[0], "unknown", &["not in this workspace's inventory"]);
}

#[test]
fn an_inventory_that_cannot_be_read_proves_nothing() {
    let wrong = |status| Behaviour::Status(status, Shape::Detail);
    for (behaviour, piece) in [
        (wrong(401), "does not accept the key (401)"),
        (wrong(403), "does not permit this with the key (403)"),
        (wrong(404), "(404)"),
        (wrong(409), "(409)"),
        (wrong(418), "refused (418)"),
        (wrong(500), "the server failed (500)"),
        (Behaviour::RateLimited { retry_after: Some(3600) }, "too many requests (429); try again in 3600 s"),
        (Behaviour::Html200, "a captive portal or proxy may have answered"),
        (Behaviour::RedirectTo("https://example.org/login".to_owned()), "a redirect (302) to example.org"),
        (Behaviour::WrongContentType, "not JSON"),
        (Behaviour::Huge(9 << 20), "too large"),
        (Behaviour::InvalidUtf8, "malformed answer"),
        (Behaviour::CutMidBody, "no connection"),
        (Behaviour::CloseBeforeAnswer, "no connection"),
        (Behaviour::Json(200, json!({"keys": 1})), "not as documented"),
        (Behaviour::Json(200, json!([])), "not a JSON object"),
        (Behaviour::Json(200, json!({})), "not as documented"),
    ] {
        let mut bench = Bench::new(Some("admin"));
        bench.leak_label("invoke");
        bench.server.misbehave(On::Route(Route::ListKeys), Times::Always, behaviour);
        check(&bench.verify(2)[0], "unknown", &["the inventory cannot be read", piece]);
    }
}

#[test]
fn what_passes_by_itself_is_waited_for() {
    for behaviour in [
        Behaviour::Status(500, Shape::Empty),
        Behaviour::RateLimited { retry_after: Some(1) },
        Behaviour::RateLimited { retry_after: None },
        Behaviour::Slow(Duration::from_secs(1)),
        Behaviour::CloseBeforeAnswer,
    ] {
        let mut bench = Bench::new(Some("admin"));
        bench.leak_label("invoke");
        bench.server.misbehave(On::Route(Route::ListKeys), Times::First(1), behaviour);
        check(&bench.verify(1)[0], "active", &["WORKSPACE_INVOKE"]);
    }
}

/// The same with time-outs, which take their time, and TLS.
#[test]
fn no_answer_in_time_proves_nothing() {
    let mut bench = Bench::new(Some("admin"));
    bench.leak_label("invoke");
    let slow = Behaviour::Slow(Duration::from_secs(100));
    bench.server.misbehave(On::Route(Route::ListKeys), Times::Always, slow);
    check(&bench.verify(2)[0], "unknown", &["the inventory cannot be read: no answer in time"]);
}

#[test]
fn a_server_that_cannot_prove_its_name_gets_no_key() {
    for (name, code, piece) in [("wrong.example.org", 2, "no secure connection"), ("localhost", 1, "active")]
    {
        let server = Server::start_tls(name);
        let sandbox = Sandbox::new();
        let (key, leaked) = (server.key("admin"), server.key("invoke"));
        sandbox.write("a.env", format!("KEY={leaked}\n"));
        sandbox.run(["scan", "--format", "json", "-o", "../home/report.json", "."]).exits(1);
        let authority = server.authority().to_str().expect("the path is UTF-8").to_owned();
        let url = server.url();
        let variables =
            [("BASETEN_API_KEY", &*key), ("SSL_CERT_FILE", &authority), ("BASETEN_REMOTE_URL", &url)];
        let run = sandbox.run_with(&variables, ["verify", "../home/report.json"]).exits(code);
        assert_silent(&run, [&key, &leaked]);
        run.prints(&[piece]);
        assert_eq!(server.requests().is_empty(), code == 2);
    }
}

#[test]
fn other_secrets_are_told_as_what_they_are() {
    let mut bench = Bench::new(Some("admin"));
    let webhook = key_of(Kind::Webhook, 3);
    bench.sandbox.write("a.env", format!("BASETEN_WEBHOOK_SECRET={webhook}\n"));
    bench.keys.push(format!(".{webhook}"));
    check(&bench.verify(2)[0], "unknown", &["signs webhooks", "no key of the API"]);
    assert!(bench.server.requests().is_empty(), "there is nothing to ask");
}

#[test]
fn one_live_key_wins_over_unknown_ones() {
    let mut bench = Bench::new(Some("admin"));
    bench.leak_label("invoke");
    bench.leak("other.env", &key_of(Kind::New, 98));
    bench.report();
    let run = bench.ask(&["verify", "../home/report.json"]).exits(1);
    run.prints(&["active", "unknown", "2 keys: 1 active, 0 inactive, 1 unknown", "invoke.env:1"]);
}

#[test]
fn the_host_is_never_read_from_a_file_that_is_not_the_operators() {
    let mut bench = Bench::new(None);
    bench.leak_label("invoke");
    let (key, url) = (bench.server.key("admin"), bench.server.url());
    let trussrc = format!("[baseten]\nremote_provider = baseten\napi_key = {key}\nremote_url = {url}\n");
    std::fs::write(bench.sandbox.home().join(".trussrc"), trussrc).expect("the file can be written");
    bench.report();
    let args = ["verify", "../home/report.json"];
    let run = bench.sandbox.run(args).exits(2).says(&["is not Baseten's", "--remote-url"]);
    run.hides(&key);
    assert!(bench.server.requests().is_empty());
    let run = bench.sandbox.run(args.iter().copied().chain(["--remote-url", &url])).exits(1);
    run.hides(&key).prints(&["active"]);
}

/// One verdict for a key that stands in a file that git ignores and in a commit.
#[test]
fn an_audit_says_which_keys_are_live() {
    let mut bench = Bench::new(Some("admin"));
    bench.sandbox.git(["init", "--quiet"]);
    bench.leak_label("invoke");
    bench.sandbox.git(["add", "--all"]);
    bench.sandbox.git(["commit", "--quiet", "--message", "first"]);
    bench.sandbox.write(".git/info/exclude", ".env\n");
    let key = bench.server.key("invoke");
    bench.leak(".env", &key);
    let run = bench.ask(&["audit", "--verify", "--format", "json"]).exits(1);
    let report = run.json();
    assert_eq!(report["findings"][0]["seen_in"], json!(["ignored"]));
    assert_eq!(report["findings"][1]["seen_in"], json!(["tree", "history"]));
    let verdicts = verdicts(&run);
    assert_eq!(verdicts.len(), 1);
    check(&verdicts[0], "active", &[]);
}
