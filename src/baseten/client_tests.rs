//! What each call asks for, and what it makes of a documented answer.

use serde_json::{Value, json};

use super::server_tests::{Act, Server, answer, answer_with, key, transport};
use super::{ApiError, Category, Client, Deletion, NewKey, Scheme};
use crate::model::Secret;

/// Lets `call` ask a server that does `acts`; the result, and the first line of each
/// request without its version, with the body behind it.
fn ask<T>(acts: Vec<Act>, call: impl FnOnce(&Client<'static>) -> T) -> (T, Vec<String>) {
    // A transport that outlives all lets methods be given by their names.
    let (server, transport) = (Server::start(acts), Box::leak(Box::new(transport())));
    let client = Client::new(transport, &server.remote(), Secret::new(key().as_bytes()));
    let answer = call(&client);
    let asked = server.requests();
    let asked = asked.iter().map(|request| {
        let (head, body) = request.split_once("\r\n\r\n").expect("a request has a head");
        let line = head.lines().next().and_then(|line| line.strip_suffix(" HTTP/1.1"));
        format!("{} {body}", line.expect("a request has a first line")).trim_end().to_owned()
    });
    (answer, asked.collect())
}

fn one(body: &Value) -> Vec<Act> {
    vec![answer(200, body.to_string())]
}

#[test]
fn the_inventory_is_read_as_it_comes() {
    let body = json!({"keys": [
        {"prefix": "abcdefgh", "type": "PERSONAL", "owner": {"user_id": "u", "email": null}, "new": {}},
        {"prefix": "b10_abcdefgh", "type": "ROUTES", "name": null, "model_ids": null, "team_name": "t", "owner": null},
        {"prefix": "x", "type": "WORKSPACE_INVOKE", "name": "ci", "model_ids": ["m1", "m2"]},
    ]});
    let (keys, asked) = ask(one(&body), Client::api_keys);
    let keys = keys.expect("the answer is documented");
    assert_eq!(asked, ["GET /v1/api_keys"]);
    let told: Vec<String> = keys
        .iter()
        .map(|key| {
            let owner = key.owner.as_ref().map(|owner| owner.user_id.as_str());
            format!(
                "{} {} {:?} {:?} {:?} {owner:?}",
                key.prefix, key.category, key.name, key.model_ids, key.team_name
            )
        })
        .collect();
    let expect = [
        r#"abcdefgh PERSONAL None [] None Some("u")"#,
        r#"b10_abcdefgh ROUTES None [] Some("t") None"#,
        r#"x WORKSPACE_INVOKE Some("ci") ["m1", "m2"] None None"#,
    ];
    assert_eq!(told, expect);
    assert_eq!(keys[1].category, Category::Other("ROUTES".to_owned()));
    for broken in [json!({}), json!({"keys": {}}), json!({"keys": [{"prefix": "x"}]}), json!({"keys": null})]
    {
        let (keys, _) = ask(one(&broken), Client::api_keys);
        assert!(matches!(keys, Err(ApiError::Malformed { .. })), "{broken}: {keys:?}");
    }
    let (keys, _) = ask(one(&json!({"keys": []})), Client::api_keys);
    assert_eq!(keys, Ok(Vec::new()));
}

#[test]
fn other_lists_are_read() {
    let (me, asked) = ask(one(&json!({"user_id": "u", "email": "a@b.example"})), Client::me);
    assert_eq!(me.map(|me| (me.user_id, me.email)), Ok(("u".to_owned(), Some("a@b.example".to_owned()))));
    assert_eq!(asked, ["GET /v1/users/me"]);
    let team = json!({"teams": [{"id": "t1", "name": "core", "default": true, "created_at": "2026-01-01T00:00:00Z"}]});
    let (teams, asked) = ask(one(&team), Client::teams);
    assert_eq!(teams.map(|teams| teams[0].id.clone()), Ok("t1".to_owned()));
    assert_eq!(asked, ["GET /v1/teams"]);
    let (models, asked) = ask(one(&json!({"models": [{"id": "m1", "name": "llama"}]})), Client::models);
    assert_eq!(models.map(|models| models[0].name.clone()), Ok("llama".to_owned()));
    assert_eq!(asked, ["GET /v1/models"]);
}

#[test]
fn keys_are_made_where_they_belong() {
    let made = key();
    let body = json!({"api_key": made, "prefix": "b10_abcdefgh"});
    let new = |category, name: Option<&str>, models: &[&str]| NewKey {
        category,
        name: name.map(str::to_owned),
        model_ids: models.iter().map(|&model| model.to_owned()).collect(),
    };
    let table = [
        (None, new(Category::Personal, None, &[]), r#"POST /v1/api_keys {"type":"PERSONAL"}"#),
        (
            Some("t 1/x"),
            new(Category::Invoke, Some("ci"), &["m1"]),
            r#"POST /v1/teams/t%201%2Fx/api_keys {"model_ids":["m1"],"name":"ci","type":"WORKSPACE_INVOKE"}"#,
        ),
        (
            None,
            new(Category::Other("ROUTES".to_owned()), None, &[]),
            r#"POST /v1/api_keys {"type":"ROUTES"}"#,
        ),
    ];
    for (team, new, expect) in table {
        let (secret, asked) = ask(one(&body), |client| client.create_api_key(team, &new));
        assert_eq!(secret, Ok(Secret::new(made.as_bytes())));
        assert_eq!(asked, [expect]);
    }
    let (secret, asked) = ask(one(&body), |client| client.create_gateway_key("g1", Some("prod")));
    assert!(secret.is_ok());
    assert_eq!(asked, [r#"POST /v1/gateway/groups/g1/api_keys {"name":"prod"}"#]);
    let (_, asked) = ask(one(&body), |client| client.create_gateway_key("g1", None));
    assert_eq!(asked, ["POST /v1/gateway/groups/g1/api_keys {}"]);
}

#[test]
fn deletions_are_what_the_api_says() {
    let page = || answer_with(404, "Content-Type: text/html\r\n", "<h1>404");
    let table = [
        (answer(200, r#"{"prefix":"b10_abcdefgh"}"#), Ok(Deletion::Deleted)),
        (answer(404, r#"{"error":"not found"}"#), Ok(Deletion::Absent)),
        (answer(404, ""), Ok(Deletion::Absent)),
        (page(), Err(ApiError::NotJson { status: 404 })),
        (answer_with(200, "", "gone"), Err(ApiError::NotJson { status: 200 })),
    ];
    for (act, expect) in table {
        let (deletion, asked) = ask(vec![act.clone()], |client| client.delete_api_key("b10_abcdefgh"));
        assert_eq!(deletion, expect);
        assert_eq!(asked, ["DELETE /v1/api_keys/b10_abcdefgh"]);
        let (deletion, asked) = ask(vec![act], |client| client.delete_gateway_key("g1", "sky_abcdefghijkl"));
        assert_eq!(deletion, expect);
        assert_eq!(asked, ["DELETE /v1/gateway/groups/g1/api_keys/sky_abcdefghijkl"]);
    }
}

#[test]
fn what_is_no_prefix_is_not_sent() {
    let (whole, long) = (key(), "x".repeat(129));
    for prefix in [whole.as_str(), "", ".", "..", "a\nb", &long] {
        let (deletion, asked) = ask(one(&json!({})), |client| client.delete_api_key(prefix));
        assert!(matches!(deletion, Err(ApiError::Unusable { .. })), "{prefix}: {deletion:?}");
        let (deletion, more) = ask(one(&json!({})), |client| client.delete_gateway_key("g1", prefix));
        assert!(matches!(deletion, Err(ApiError::Unusable { .. })), "{prefix}: {deletion:?}");
        assert_eq!((asked.len(), more.len()), (0, 0));
    }
}

#[test]
fn what_is_no_key_is_not_sent() {
    let (server, transport) = (Server::start(one(&json!({}))), transport());
    for key in ["", "a b", "a\nb", "a\r\nX: y", "k\u{e9}y", "tab\t"] {
        let client = Client::new(&transport, &server.remote(), Secret::new(key.as_bytes()));
        assert!(matches!(client.me(), Err(ApiError::Unusable { .. })), "{key:?}");
    }
    assert!(server.requests().is_empty());
}

/// An event with the number `id`, by its documented fields.
fn event(id: usize) -> Value {
    json!({
        "id": id.to_string(), "created": "2026-11-01T00:00:00Z", "event_type": "API_KEY_DELETED",
        "event_data": {"event_type": "API_KEY_DELETED", "api_key_id": "i", "api_key_type": "PERSONAL",
            "prefix": "abcdefgh", "model_name": ["odd"]},
        "actor": {"type": "API_KEY", "email": null, "api_key_prefix": "b10_abcdefgh", "api_key_name": "bot"},
        "source": "API",
    })
}

/// A page of events.
fn page(ids: std::ops::Range<usize>, more: bool, cursor: Option<&str>) -> Act {
    let items: Vec<Value> = ids.map(event).collect();
    answer(200, json!({"items": items, "pagination": {"has_more": more, "cursor": cursor}}).to_string())
}

#[test]
fn the_audit_log_is_followed_to_its_limit() {
    let first = || page(0..200, true, Some("a+b/="));
    let (events, asked) =
        ask(vec![first(), page(200..250, true, Some("c"))], |client| client.audit_logs(250));
    let events = events.expect("the answer is documented");
    assert_eq!((events.len(), events[249].id.as_str()), (250, "249"));
    assert_eq!(
        asked,
        [
            "GET /v1/audit_logs?direction=DESC&limit=200",
            "GET /v1/audit_logs?direction=DESC&limit=50&cursor=a%2Bb%2F%3D"
        ]
    );
    assert_eq!(events[0].actor.api_key_prefix.as_deref(), Some("b10_abcdefgh"));
    assert_eq!(events[0].subject.api_key_prefix.as_deref(), Some("abcdefgh"));
    assert_eq!(events[0].subject.model_name, None);
    // A server that gives more than it was asked for, one that ends, and ones that do not.
    let length = |acts, limit| ask(acts, |client| client.audit_logs(limit)).0.map(|events| events.len());
    assert_eq!(length(vec![first()], 3), Ok(3));
    assert_eq!(length(vec![first(), page(200..201, false, None)], 999), Ok(201));
    assert_eq!(length(vec![first()], 0), Ok(0));
    assert!(matches!(length(vec![first()], 999), Err(ApiError::Malformed { .. })));
    assert!(matches!(length(vec![page(0..1, true, None)], 999), Err(ApiError::Malformed { .. })));
}

#[test]
fn keys_of_gateways_are_followed_to_the_end() {
    let page = |prefix: &str, cursor: Option<&str>| {
        answer(200, json!({"items": [{"prefix": prefix}], "pagination": {"has_more": cursor.is_some(), "cursor": cursor}}).to_string())
    };
    let (keys, asked) = ask(vec![page("a", Some("n")), page("b", None)], |client| client.gateway_keys("g1"));
    let keys: Vec<String> =
        keys.expect("the answer is documented").into_iter().map(|key| key.prefix).collect();
    assert_eq!(keys, ["a", "b"]);
    assert_eq!(asked, ["GET /v1/gateway/groups/g1/api_keys", "GET /v1/gateway/groups/g1/api_keys?cursor=n"]);
}

#[test]
fn probes_tell_the_answer_as_it_is() {
    let portal = || answer_with(200, "Content-Type: text/html\r\n", "<html>");
    let away = || answer_with(302, "Location: https://portal.example/\r\n", "");
    // Status, JSON object, page, documented for who the key is, documented for models.
    let table = [
        (answer(200, r#"{"user_id":"u"}"#), (200, true, false, true, false)),
        (answer(200, r#"{"object":"list","data":[]}"#), (200, true, false, false, true)),
        (answer(200, "{}"), (200, true, false, false, false)),
        (answer(200, r#"["user_id"]"#), (200, false, false, false, false)),
        (answer(200, "{"), (200, false, false, false, false)),
        (answer_with(200, "", r#"{"user_id":"u","data":[]}"#), (200, false, false, false, false)),
        (portal(), (200, false, true, false, false)),
        (answer(401, r#"{"user_id":"u","data":[]}"#), (401, true, false, false, false)),
        (answer(403, ""), (403, false, false, false, false)),
        (answer(404, "[]"), (404, false, false, false, false)),
        (answer(429, "{}"), (429, true, false, false, false)),
        (answer(500, ""), (500, false, false, false, false)),
        (away(), (302, false, false, false, false)),
    ];
    for (act, (status, json, html, me, models)) in table {
        for (is_management, documented) in [(true, me), (false, models)] {
            let (probe, asked) = ask(vec![act.clone()], |client| {
                if is_management { client.probe_management() } else { client.probe_inference() }
            });
            let probe = probe.expect("a status is no error");
            let told = (probe.status, probe.is_json_object, probe.is_html, probe.is_documented);
            assert_eq!(told, (status, json, html, documented), "{asked:?}");
            assert_eq!(probe.redirect.is_some(), status == 302);
            let path = if is_management { "GET /v1/users/me" } else { "GET /v1/models" };
            assert!(asked.iter().all(|line| line == path), "{asked:?}");
        }
    }
}

#[test]
fn keys_of_gateways_have_a_scheme_of_their_own() {
    let tail = key().split_off(13);
    let (server, transport) = (Server::start(one(&json!({}))), transport());
    for (prefix, scheme, word) in
        [("abcdefgh", Scheme::Bearer, "Bearer"), ("sky_abcdefghijkl", Scheme::ApiKey, "Api-Key")]
    {
        let whole = format!("{prefix}.{tail}");
        let client = Client::new(&transport, &server.remote(), Secret::new(whole.as_bytes()));
        assert_eq!(client.scheme(), scheme);
        client.probe_inference().expect("the server answers");
        let request = server.requests().pop().expect("it was asked");
        assert!(request.contains(&format!("uthorization: {word} {whole}\r\n")), "{request}");
    }
}
