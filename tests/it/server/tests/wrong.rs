//! Every misbehaviour is what it says, and has the effect that it says.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::super::{Answer, Behaviour, Hook, On, Route, Server, Shape, Times};
use super::{answered, as_label};

/// What an answer must be.
type Check = fn(&Answer) -> bool;

/// Has a new server misbehave once on a deletion. Returns what came, and whether the key was revoked.
fn deleted(behaviour: Behaviour) -> (Option<Answer>, bool) {
    let server = Server::start();
    let call = format!("DELETE /v1/api_keys/{}", server.state().key("invoke").prefix);
    server.misbehave(On::Route(Route::DeleteKey), Times::First(1), behaviour);
    // Another call is not meant.
    assert_eq!(answered(&server, "admin", "GET /v1/users/me", None).status, 200);
    let answer = as_label(&server, "admin", &call, None);
    let is_revoked = server.state().key("invoke").revoked;
    let again = answered(&server, "admin", &call, None).status;
    assert_eq!(again, if is_revoked { 404 } else { 200 }, "it behaves afterwards");
    assert_eq!(server.state().deletions.len(), 1);
    assert_eq!(server.requests()[1].status, answer.as_ref().map(|answer| answer.status));
    (answer, is_revoked)
}

#[test]
fn it_misbehaves_as_it_is_told() {
    for shape in Shape::ALL {
        for status in [400, 401, 403, 404, 409, 500, 503] {
            let (answer, is_revoked) = deleted(Behaviour::Status(status, shape));
            assert!(answer.is_some_and(|answer| answer.status == status && !answer.is_cut()) && !is_revoked);
        }
    }
    for retry_after in [None, Some(37)] {
        let (answer, is_revoked) = deleted(Behaviour::RateLimited { retry_after });
        let answer = answer.expect("an answer comes");
        assert_eq!(
            (answer.status, answer.json()["retry_after"].as_u64(), is_revoked),
            (429, retry_after, false)
        );
    }
    let began = Instant::now();
    let (answer, is_revoked) = deleted(Behaviour::Slow(Duration::from_millis(300)));
    assert!(answer.is_some_and(|answer| answer.status == 200) && is_revoked);
    assert!(began.elapsed() >= Duration::from_millis(300));

    let table: [(Behaviour, bool, Check); 7] = [
        (Behaviour::CutMidBody, true, |answer| answer.is_cut() && !answer.body.is_empty()),
        (Behaviour::Html200, false, |answer| answer.header("content-type") == Some("text/html")),
        (Behaviour::RedirectTo("http://elsewhere.example/x".to_owned()), false, |answer| {
            answer.status == 302 && answer.header("location") == Some("http://elsewhere.example/x")
        }),
        (Behaviour::WrongContentType, true, |answer| {
            answer.header("content-type") == Some("text/plain") && answer.json()["prefix"].is_string()
        }),
        (Behaviour::Huge(3 << 20), false, |answer| {
            answer.body.len() == 3 << 20 && answer.json()["pad"].is_string()
        }),
        (Behaviour::InvalidUtf8, true, |answer| std::str::from_utf8(&answer.body).is_err()),
        (Behaviour::Json(200, json!([1])), false, |answer| answer.json() == json!([1])),
    ];
    for (behaviour, effect, is_so) in table {
        let (answer, is_revoked) = deleted(behaviour);
        let answer = answer.expect("an answer comes");
        assert!(is_so(&answer), "{} {:?}", answer.status, answer.headers);
        assert_eq!(is_revoked, effect);
    }
    let (answer, is_revoked) = deleted(Behaviour::CloseBeforeAnswer);
    assert!(answer.is_none() && !is_revoked);
    let (answer, is_revoked) = deleted(Behaviour::CloseAfterEffect);
    assert!(answer.is_none() && is_revoked);
}

#[test]
fn hooks_are_called_before_and_after_the_effect() {
    let server = Arc::new(Server::start());
    let call = format!("DELETE /v1/api_keys/{}", server.state().key("invoke").prefix);
    for (before, expect) in [(true, 0), (false, 1)] {
        let met = Arc::new(AtomicUsize::new(usize::MAX));
        let (of_hook, weak) = (Arc::clone(&met), Arc::downgrade(&server));
        let hook: Hook = Arc::new(move |seen| {
            assert_eq!(seen.label.as_deref(), Some("admin"));
            let server = weak.upgrade().expect("the server runs");
            of_hook.store(server.state().deletions.len(), Ordering::SeqCst);
        });
        let behaviour = if before { Behaviour::BeforeEffect(hook) } else { Behaviour::AfterEffect(hook) };
        server.misbehave(On::Route(Route::DeleteKey), Times::First(1), behaviour);
        assert_eq!(answered(&server, "admin", &call, None).status, 200);
        assert_eq!(met.load(Ordering::SeqCst), expect);
        server.state().key_mut("invoke").revoked = false;
        server.state().deletions.clear();
    }
}

#[test]
fn commands_count_their_requests() {
    let server = Server::start();
    let status = |call: &str| answered(&server, "admin", call, None).status;
    let me = "GET /v1/users/me";
    server.misbehave(On::Any, Times::First(2), Behaviour::Status(500, Shape::Error));
    server.misbehave(On::Route(Route::Me), Times::Nth(2), Behaviour::Status(503, Shape::Error));
    server.misbehave(On::Route(Route::Models), Times::Always, Behaviour::Status(409, Shape::Error));
    assert_eq!([(); 5].map(|()| status(me)), [500, 500, 200, 503, 200]);
    assert_eq!([(); 3].map(|()| status("GET /v1/models")), [409, 409, 409]);
    server.behave();
    assert_eq!(status("GET /v1/models"), 200);
}
