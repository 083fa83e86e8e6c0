//! The server is what it says, asked by the raw client: when it behaves here, when it does not in [`wrong`].

mod wrong;

use std::time::Duration;

use serde_json::{Value, json};

use super::raw::ask_tls;
use super::{Answer, Model, Refusal, Right, Route, Server, Shape, Side, Team, User, ask, spec};
use crate::contexts::Kind;
use crate::sandbox::{assert_hidden, key_of};

/// Asks with the key of a label.
#[track_caller]
fn as_label(server: &Server, label: &str, call: &str, body: Option<&Value>) -> Option<Answer> {
    ask(&server.url(), call, Some(&format!("Bearer {}", server.key(label))), body)
}

/// The same, where an answer must come.
#[track_caller]
fn answered(server: &Server, label: &str, call: &str, body: Option<&Value>) -> Answer {
    as_label(server, label, call, body).expect("an answer comes")
}

#[test]
fn every_answer_validates() {
    let server = Server::start();
    let gateway = server.state().key("gateway").prefix.clone();
    let group = "/v1/gateway/groups/group1/api_keys";
    let new = |kind: &str| json!({ "type": kind, "name": "a-1" });
    for label in ["admin", "manage-all"] {
        let victim = format!("victim-of-{label}");
        server.state().add(&victim, "WORKSPACE_INVOKE");
        let prefix = server.state().key(&victim).prefix.clone();
        let calls = [
            ("GET /v1/users/me".to_owned(), None),
            ("GET /v1/api_keys".to_owned(), None),
            ("GET /v1/teams".to_owned(), None),
            ("GET /v1/models".to_owned(), None),
            ("POST /v1/api_keys".to_owned(), Some(new("WORKSPACE_INVOKE"))),
            ("POST /v1/teams/t2/api_keys".to_owned(), Some(new("WORKSPACE_MANAGE_ALL"))),
            (format!("DELETE /v1/api_keys/{prefix}"), None),
            ("GET /v1/audit_logs".to_owned(), None),
            (format!("GET {group}"), None),
            (format!("POST {group}"), Some(json!({ "name": "customer-1" }))),
            (format!("GET {group}/{gateway}"), None),
        ];
        for (call, body) in calls {
            let answer = answered(&server, label, &call, body.as_ref());
            assert_eq!(answer.status, 200, "{label}: {call}: {}", answer.json());
            assert_eq!(answer.header("content-type"), Some("application/json"));
            let (method, path) = call.split_once(' ').expect("a method and a path");
            assert_eq!(spec::check_answer(method, path, &answer.json()), Ok(()), "{call}");
        }
    }
    let answer = answered(&server, "admin", &format!("DELETE {group}/{gateway}"), None);
    assert_eq!((answer.status, answer.json()), (200, json!({ "prefix": gateway })));
}

#[test]
fn an_answer_that_is_not_as_described_is_not_sent() {
    let server = Server::start();
    server.state().add("routes", "ROUTES");
    let answer = answered(&server, "admin", "GET /v1/api_keys", None);
    assert_eq!(answer.status, 500);
    let refused = server.take_refused();
    assert!(matches!(&*refused, [one] if one.starts_with("GET /v1/api_keys: ")), "{refused:?}");
    server.state().is_newer = true;
    let answer = answered(&server, "admin", "GET /v1/api_keys", None);
    assert_eq!(answer.status, 200);
    let keys = answer.json()["keys"].take();
    assert!(keys.as_array().expect("a list").iter().any(|key| key["type"] == "ROUTES"));
}

#[test]
fn the_lists_of_models_are_told_apart() {
    let server = Server::start();
    server.state().models = vec![Model { id: "m9".to_owned(), name: "tts".to_owned() }];
    let key = format!("Api-Key {}", server.key("admin"));
    for (url, has_models, has_data) in [
        (server.management_url(), true, false),
        (server.inference_url(), false, true),
        (server.url(), true, true),
    ] {
        let answer = ask(&url, "GET /v1/models", Some(&key), None).expect("an answer comes").json();
        assert_eq!(answer["models"][0]["name"] == "tts", has_models, "{answer}");
        assert_eq!(answer["data"][0]["id"] == "org/tts", has_data, "{answer}");
    }
    let answer = ask(&server.inference_url(), "GET /v1/users/me", Some(&key), None);
    assert_eq!(answer.expect("an answer comes").status, 404);
    let sides: Vec<_> = server.requests().iter().map(|seen| (seen.side, seen.route)).collect();
    assert_eq!(
        sides,
        [
            (Side::Management, Route::Models),
            (Side::Inference, Route::Inference),
            (Side::Both, Route::BothModels),
            (Side::Inference, Route::Unknown),
        ]
    );
}

#[track_caller]
fn check_status(server: &Server, side: Side, authorization: Option<&str>, call: &str, expect: u16) {
    let url = match side {
        Side::Management => server.management_url(),
        Side::Inference => server.inference_url(),
        Side::Both => server.url(),
    };
    let answer = ask(&url, call, authorization, None).expect("an answer comes");
    let scheme = authorization.and_then(|text| text.split(' ').next());
    assert_eq!(answer.status, expect, "{side:?} {call} with {scheme:?}");
}

#[test]
fn every_request_needs_a_live_key() {
    let server = Server::start();
    let (admin, gateway) = (server.key("admin"), server.key("gateway"));
    let unknown = key_of(Kind::Legacy, 1);
    let (me, models) = ("GET /v1/users/me", "GET /v1/models");
    for (side, scheme, key, call, expect) in [
        (Side::Both, "Bearer", &admin, me, 200),
        (Side::Both, "Api-Key", &admin, me, 200),
        (Side::Both, "bearer", &admin, me, 200),
        (Side::Both, "Basic", &admin, me, 401),
        (Side::Both, "Bearer", &unknown, me, 401),
        (Side::Management, "Bearer", &unknown, models, 401),
        (Side::Inference, "Bearer", &unknown, models, 401),
        (Side::Inference, "Api-Key", &gateway, models, 200),
        (Side::Inference, "Bearer", &gateway, models, 401),
        (Side::Management, "Api-Key", &gateway, me, 401),
    ] {
        check_status(&server, side, Some(&format!("{scheme} {key}")), call, expect);
    }
    check_status(&server, Side::Both, None, me, 401);
    let seen = server.requests();
    let [first, .., last] = &*seen else { panic!("there were requests") };
    assert!(first.is_known && first.is_with(&admin) && !first.is_with(&unknown) && !first.shows(&admin));
    assert_eq!((first.label.as_deref(), first.scheme.as_deref()), (Some("admin"), Some("Bearer")));
    assert_eq!((last.label.as_deref(), last.scheme.as_deref(), last.is_known), (None, None, false));
    assert_eq!(seen[4].label.as_deref(), Some("unknown"));
    for key in [&admin, &gateway, &unknown] {
        assert_hidden(key, &format!("{seen:?}"));
    }
    // In the address is where a key may not stand.
    check_status(&server, Side::Both, None, &format!("GET /v1/teams?key={unknown}"), 401);
    let last = server.requests().pop().expect("there was one");
    assert!(last.shows(&unknown) && last.query.starts_with("key="), "a key in an address is noticed");
    assert_eq!((last.method.as_str(), last.call().as_str()), ("GET", "GET /v1/teams"));
}

#[test]
fn an_unknown_key_is_answered_as_configured() {
    let server = Server::start();
    let unknown = format!("Bearer {}", key_of(Kind::New, 1));
    for shape in Shape::ALL {
        server.state().unknown_key_answer = Refusal { status: 403, shape };
        server.state().unknown_key_inference = Refusal { status: 402, shape };
        let answer = ask(&server.management_url(), "GET /v1/users/me", Some(&unknown), None);
        let answer = answer.expect("an answer comes");
        let field = match shape {
            Shape::Error => answer.json()["error"].is_string(),
            Shape::Detail => answer.json()["detail"].is_string(),
            Shape::Message => answer.json()["message"].is_string(),
            Shape::List => answer.json()[0].is_string(),
            Shape::Empty => answer.body.is_empty() && answer.header("content-type").is_none(),
            Shape::Text => answer.json().is_null() && !answer.body.is_empty(),
        };
        assert!(answer.status == 403 && field, "{shape:?}: {answer:?}");
        check_status(&server, Side::Inference, Some(&unknown), "GET /v1/models", 402);
        server.state().shape = shape;
        check_status(&server, Side::Both, None, "GET /v1/users/me", 403);
    }
}

#[test]
fn categories_have_their_rights() {
    let server = Server::start();
    let calls = ["users/me", "api_keys", "teams", "models", "audit_logs", "gateway/groups/group1/api_keys"];
    for (label, management, inference) in [
        ("admin", [200; 6], 200),
        ("manage-all", [200; 6], 200),
        ("manage-keys", [200, 200, 403, 403, 403, 403], 403),
        ("invoke", [403; 6], 200),
        ("metrics", [403; 6], 403),
        ("gateway", [401; 6], 200),
    ] {
        let key = format!("Api-Key {}", server.key(label));
        for (call, expect) in calls.into_iter().zip(management) {
            check_status(&server, Side::Management, Some(&key), &format!("GET /v1/{call}"), expect);
        }
        check_status(&server, Side::Inference, Some(&key), "GET /v1/models", inference);
    }
    for right in [Right::Me, Right::Teams, Right::Models, Right::AuditLogs, Right::Gateway, Right::Keys] {
        server.state().set_right("WORKSPACE_INVOKE", right, 200);
    }
    server.state().set_right("WORKSPACE_INVOKE", Right::Inference, 401);
    let key = format!("Bearer {}", server.key("invoke"));
    for call in calls {
        check_status(&server, Side::Management, Some(&key), &format!("GET /v1/{call}"), 200);
    }
    check_status(&server, Side::Inference, Some(&key), "GET /v1/models", 401);
    check_status(&server, Side::Both, Some(&key), "GET /v1/models", 200);
}

#[test]
fn who_sees_which_keys() {
    let server = Server::start();
    server.state().set_right("WORKSPACE_INVOKE", Right::Keys, 200);
    server.state().users.push(User {
        id: "u3".to_owned(),
        name: "Cy".to_owned(),
        email: "cy@example.org".to_owned(),
        is_admin: false,
    });
    server.state().teams.push(Team { id: "t3".to_owned(), name: "Third".to_owned() });
    let workspace = ["manage-all", "manage-keys", "invoke", "metrics"];
    let all = [&["admin", "member"], &workspace[..]].concat();
    for (label, expect) in [
        ("admin", all),
        ("member", vec!["member"]),
        ("manage-all", workspace.to_vec()),
        ("manage-keys", workspace.to_vec()),
        ("invoke", vec!["invoke"]),
    ] {
        let list = answered(&server, label, "GET /v1/api_keys", None).json();
        let keys = list["keys"].as_array().expect("a list");
        let names: Vec<_> = keys.iter().map(|key| key["name"].as_str().expect("a name")).collect();
        assert_eq!(names, expect, "{label}");
    }
    let list = answered(&server, "admin", "GET /v1/api_keys", None).json();
    let (member, invoke) = (&list["keys"][1], &list["keys"][4]);
    assert_eq!(member["owner"], json!({ "user_id": "u2", "email": "bob@example.org", "name": "Bob" }));
    assert!(member.get("team_name").is_none() && invoke["owner"].is_null() && invoke.get("owner").is_some());
    assert_eq!((&invoke["team_name"], &invoke["model_ids"]), (&json!("Default"), &json!(["m1", "m2"])));
}

#[test]
fn keys_are_made_and_revoked() {
    let server = Server::start();
    let post = |label: &str, path: &str, body: Value| {
        let answer = answered(&server, label, &format!("POST {path}"), Some(&body));
        (answer.status, answer.json()["api_key"].as_str().map(str::to_owned))
    };
    let keys = "/v1/api_keys";
    for (label, path, body, expect) in [
        ("admin", keys, json!({}), 400),
        ("admin", keys, json!({"type": "ROUTES"}), 400),
        ("admin", keys, json!({"type": "PERSONAL", "name": "Not So"}), 400),
        ("admin", keys, json!({"type": "PERSONAL", "model_ids": ["m1"]}), 400),
        ("admin", keys, json!({"type": "WORKSPACE_INVOKE", "model_ids": ["m7"]}), 400),
        ("admin", "/v1/teams/t7/api_keys", json!({"type": "WORKSPACE_INVOKE"}), 404),
        ("manage-keys", keys, json!({"type": "PERSONAL"}), 403),
        ("manage-all", keys, json!({"type": "WORKSPACE_MANAGE_API_KEYS"}), 403),
        ("member", keys, json!({"type": "WORKSPACE_INVOKE"}), 403),
        ("invoke", keys, json!({"type": "WORKSPACE_INVOKE"}), 403),
        ("member", keys, json!({"type": "PERSONAL"}), 200),
        ("admin", keys, json!({"type": "WORKSPACE_MANAGE_API_KEYS", "name": null}), 200),
        (
            "manage-keys",
            "/v1/teams/t2/api_keys",
            json!({"type": "WORKSPACE_INVOKE", "model_ids": ["m1"]}),
            200,
        ),
    ] {
        let (status, made) = post(label, path, body.clone());
        assert_eq!(status, expect, "{label} {path} {body}");
        let Some(made) = made else { continue };
        // It lives at once, is dead at once when it is revoked, and stays so.
        let (prefix, _) = made.split_once('.').expect("a key has a dot");
        let key = server.state().key(&format!("made-{prefix}")).clone();
        assert!(key.text() == made && !key.revoked && key.group.is_none());
        assert_eq!(key.team.as_deref(), path.contains("t2").then_some("t2"));
        let authorization = format!("Bearer {made}");
        let dies = key.category != "WORKSPACE_INVOKE";
        check_status(
            &server,
            Side::Both,
            Some(&authorization),
            "GET /v1/users/me",
            if dies { 200 } else { 403 },
        );
        for expect in [200, 404] {
            let answer = answered(&server, "admin", &format!("DELETE {keys}/{prefix}"), None);
            assert_eq!(answer.status, expect);
        }
        check_status(&server, Side::Both, Some(&authorization), "GET /v1/users/me", 401);
    }
    assert_eq!(server.state().deletions.len(), 3);
}

#[test]
fn who_may_revoke_which_keys() {
    let server = Server::start();
    let keys = "/v1/api_keys";
    let members = server.state().key("member").prefix.clone();
    assert_eq!(answered(&server, "manage-all", &format!("DELETE {keys}/{members}"), None).status, 404);
    assert_eq!(
        answered(
            &server,
            "member",
            &format!("DELETE {keys}/%{:02x}{}", members.as_bytes()[0], &members[1..]),
            None
        )
        .status,
        200
    );
    assert_eq!(answered(&server, "member", "GET /v1/users/me", None).status, 401);
}

#[test]
fn keys_of_gateway_groups_are_made_and_revoked() {
    let server = Server::start();
    let group = "/v1/gateway/groups/group1/api_keys";
    let made = answered(&server, "admin", &format!("POST {group}"), Some(&json!({"name": "c-2"}))).json();
    let prefix = made["prefix"].as_str().expect("a prefix");
    let key = format!("Api-Key {}", made["api_key"].as_str().expect("a key"));
    check_status(&server, Side::Inference, Some(&key), "GET /v1/models", 200);
    let list = answered(&server, "admin", &format!("GET {group}"), None).json();
    assert_eq!(list["items"][1], json!({ "prefix": prefix, "name": "c-2" }));
    assert_eq!(answered(&server, "admin", &format!("DELETE /v1/api_keys/{prefix}"), None).status, 404);
    assert_eq!(answered(&server, "admin", &format!("DELETE {group}/{prefix}"), None).status, 200);
    assert_eq!(answered(&server, "admin", &format!("DELETE {group}/{prefix}"), None).status, 404);
    assert_eq!(answered(&server, "admin", &format!("GET {group}/{prefix}"), None).status, 404);
    assert_eq!(answered(&server, "admin", "GET /v1/gateway/groups/group7/api_keys", None).status, 404);
    check_status(&server, Side::Inference, Some(&key), "GET /v1/models", 401);
}

/// Has something happen that the audit log tells.
fn happen(server: &Server) {
    let data = json!({ "event_type": "MODEL_DELETED", "model_id": "m1", "model_name": "whisper" });
    server.state().log("invoke", &data);
}

#[test]
fn the_audit_log_has_pages() {
    for (direction, first) in [("DESC", "event44"), ("ASC", "event0")] {
        let server = Server::start();
        (0..45).for_each(|_| happen(&server));
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        for has_more in [true, true, false] {
            let call = format!("GET /v1/audit_logs?limit=20&direction={direction}{cursor}");
            let page = answered(&server, "admin", &call, None).json();
            let items = page["items"].as_array().expect("a list");
            ids.extend(items.iter().map(|item| item["id"].as_str().expect("a text").to_owned()));
            assert_eq!(page["pagination"]["has_more"], has_more, "{direction}");
            // What happens between two pages does not shift them.
            happen(&server);
            cursor =
                page["pagination"]["cursor"].as_str().map_or_else(String::new, |at| format!("&cursor={at}"));
        }
        assert_eq!(ids.first().map(String::as_str), Some(first));
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        // What happened meanwhile is at the end of the rising order, and not seen in the other.
        assert_eq!((count, ids.len()), if direction == "ASC" { (47, 47) } else { (45, 45) });
    }
    let server = Server::start();
    happen(&server);
    let event = answered(&server, "admin", "GET /v1/audit_logs?limit=1", None).json()["items"][0].take();
    assert_eq!(event["actor"]["api_key_prefix"], server.state().key("invoke").prefix);
    assert_eq!(event["created"], "2026-11-01T00:00:00Z");
    for wrong in ["limit=0", "limit=201", "limit=x", "cursor=x", "direction=UP"] {
        let answer = answered(&server, "admin", &format!("GET /v1/audit_logs?{wrong}"), None);
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

#[test]
fn connections_are_kept_unless_it_is_told_otherwise() {
    use std::io::{Read as _, Write as _};
    for closes in [false, true] {
        let server = Server::start();
        server.state().closes = closes;
        let host = server.url().replace("http://", "");
        let request = format!("GET /v1/teams HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let mut stream = std::net::TcpStream::connect(&host).expect("the server listens");
        // The second comes with the first, the last in two pieces.
        let (head, tail) = request.split_at(20);
        stream.write_all(format!("{request}{request}{head}").as_bytes()).expect("it is read");
        std::thread::sleep(Duration::from_millis(120));
        // A server that closes need not read what comes late.
        drop(stream.write_all(tail.replace("Host", "Connection: close\r\nHost").as_bytes()));
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes));
        let text = String::from_utf8_lossy(&bytes);
        let answers = text.matches("HTTP/1.1 401").count();
        assert!(if closes { answers <= 1 } else { answers == 3 }, "{closes}: {text}");
        assert_eq!(server.connections(), 1);
    }
}

#[test]
fn what_is_no_http_is_not_answered() {
    let server = Server::start();
    for call in ["GET", "GET /v1/teams HTTP/2.0\r\nX: y", "GET /v1/teams\r\nTransfer-Encoding: chunked"] {
        assert!(ask(&server.url(), call, None, None).is_none(), "{call}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn it_speaks_tls_under_its_name_only() {
    let call = "GET /v1/users/me";
    for (name, is_right) in [("127.0.0.1", true), ("localhost", true), ("other.example", false)] {
        let server = Server::start_tls(name);
        let authorization = format!("Bearer {}", server.key("admin"));
        let answer = ask_tls(&server.url(), server.authority(), call, &authorization);
        match answer {
            Ok(Some(answer)) => assert!(is_right && answer.status == 200, "{name}"),
            Ok(None) => panic!("{name}: no answer"),
            Err(error) => assert!(!is_right && error.contains("not valid for name"), "{name}: {error}"),
        }
        assert_eq!(server.requests().len(), usize::from(is_right));
        let other = Server::start_tls(name);
        let answer = ask_tls(&server.url(), other.authority(), call, &authorization);
        assert!(answer.is_err(), "{name}: another authority is not trusted");
    }
}
