//! `keys`: the inventory, joined with a report and with the audit log.

use serde_json::{Value, json};

use crate::sandbox::{Run, Sandbox, assert_silent};
use crate::server::{Behaviour, On, Route, Server, Shape, Times};

/// A server, and a sandbox that has Ada's key in a file.
fn bench() -> (Server, Sandbox) {
    let (server, sandbox) = (Server::start(), Sandbox::new());
    sandbox.write("admin.key", server.key("admin"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(sandbox.path("admin.key"), mode).expect("the mode can be set");
    }
    (server, sandbox)
}

#[track_caller]
fn keys(server: &Server, sandbox: &Sandbox, args: &[&str]) -> Run {
    let url = server.url();
    let run = sandbox.run([&["keys", "--remote-url", &url, "--key-file", "admin.key"], args].concat());
    let all: Vec<_> = server.state().keys.iter().map(crate::server::Key::text).collect();
    assert_silent(&run, &all);
    run
}

/// What is shown, with the keys' labels for their prefixes, so that it is always the same.
fn labelled(server: &Server, text: &str) -> String {
    let mut text = text.to_owned();
    for key in &server.state().keys {
        let quoted = format!("{:?}", key.prefix);
        text = text.replace(&quoted, &format!("{:?}", key.label));
        text = text.replace(&key.prefix, &format!("{:<12}", key.label));
    }
    text
}

fn event(kind: &str) -> Value {
    json!({ "event_type": kind, "api_key_id": "id", "api_key_type": "PERSONAL", "prefix": "gone" })
}

#[test]
fn the_inventory_is_a_table() {
    let (server, sandbox) = bench();
    server.state().log("manage-all", &event("API_KEY_CREATED"));
    server.state().log("admin", &event("API_KEY_DELETED"));
    server.state().log("manage-all", &event("API_KEY_DELETED"));
    let run = keys(&server, &sandbox, &["--sort", "category"]).exits(0);
    insta::assert_snapshot!(labelled(&server, &run.stdout), @r#"
    PREFIX        NAME         CATEGORY                   TEAM     OWNER            MODELS          LAST ACTION
    admin         admin        PERSONAL                   -        ada@example.org  -               2026-11-01T00:01:00Z API_KEY_DELETED
    member        member       PERSONAL                   -        bob@example.org  -               none since 2026-11-01T00:00:00Z
    metrics       metrics      WORKSPACE_EXPORT_METRICS   Default  -                -               none since 2026-11-01T00:00:00Z
    invoke        invoke       WORKSPACE_INVOKE           Default  -                whisper, llama  none since 2026-11-01T00:00:00Z
    manage-all    manage-all   WORKSPACE_MANAGE_ALL       Default  -                -               2026-11-01T00:02:00Z API_KEY_DELETED
    manage-keys   manage-keys  WORKSPACE_MANAGE_API_KEYS  -        -                -               none since 2026-11-01T00:00:00Z

    6 keys of 6 in the inventory
    last actions are those of the audit log, read back to 2026-11-01T00:00:00Z: management only, no calls of models
    "#);
}

#[test]
fn the_inventory_is_json() {
    let (server, sandbox) = bench();
    server.state().log("invoke", &event("API_KEY_CREATED"));
    let run = keys(&server, &sandbox, &["--format", "json", "--category", "invoke"]).exits(0);
    insta::assert_snapshot!(labelled(&server, &run.stdout), @r#"
    {
      "audit_log": {
        "begins": "2026-11-01T00:00:00Z",
        "problem": null
      },
      "keys": [
        {
          "acted_since": null,
          "category": "WORKSPACE_INVOKE",
          "last_action": {
            "at": "2026-11-01T00:00:00Z",
            "event": "API_KEY_CREATED",
            "state": "known"
          },
          "leaked": null,
          "models": [
            {
              "id": "m1",
              "name": "whisper"
            },
            {
              "id": "m2",
              "name": "llama"
            }
          ],
          "name": "invoke",
          "owner": null,
          "prefix": "invoke",
          "team": "Default"
        }
      ],
      "schema": 1,
      "summary": {
        "inventory": 6,
        "keys": 1,
        "leaked": null
      },
      "tool": {
        "name": "baseleak",
        "version": "0.1.0"
      },
      "unlisted": null
    }
    "#);
}

#[test]
fn what_leaked_is_told_and_is_the_answer() {
    let (server, sandbox) = bench();
    let other = crate::sandbox::key(1);
    sandbox.write("tree/a.env", format!("KEY={}\n", server.key("invoke")));
    sandbox.write("tree/b.env", format!("\nKEY={}\nOTHER={other}\n", server.key("invoke")));
    sandbox.run(["scan", "tree", "--format", "json", "--output", "report.json"]).exits(1);
    let run = keys(&server, &sandbox, &["--leaked", "report.json"]).exits(1);
    let (prefix, _) = other.split_once('.').expect("it has a prefix");
    run.prints(&["1 of them leaked", "tree/a.env:1 and 1 more", &format!("as your key sees it: {prefix}")])
        .hides(&other);
    let report = keys(&server, &sandbox, &["--leaked", "report.json", "--format", "json"]).exits(1).json();
    assert_eq!(report["summary"]["leaked"], 1);
    assert_eq!(report["unlisted"], json!([prefix]));
    let leaked = report["keys"].as_array().expect("there are keys");
    let places: Vec<_> =
        leaked.iter().flat_map(|key| key["leaked"].as_array().expect("there are places")).collect();
    assert_eq!(places.len(), 2);
    // What is left out has not leaked as far as was asked.
    keys(&server, &sandbox, &["--leaked", "report.json", "--category", "PERSONAL"]).exits(0);
    server.state().key_mut("invoke").revoked = true;
    keys(&server, &sandbox, &["--leaked", "report.json"])
        .exits(0)
        .prints(&["2 keys leaked and not in the inventory"]);
    keys(&server, &sandbox, &["--leaked", "none.json"]).exits(2).says(&["cannot use none.json as a report"]);
}

#[test]
fn filters_choose() {
    let (server, sandbox) = bench();
    let check = |args: &[&str], expect: &[&str]| {
        let listed = keys(&server, &sandbox, &[&["--format", "json"], args].concat()).exits(0).json();
        let names: Vec<_> = listed["keys"]
            .as_array()
            .expect("there are keys")
            .iter()
            .map(|key| key["name"].as_str().expect("it has one"))
            .collect();
        assert_eq!(names, expect, "{args:?}");
    };
    check(&["--category", "PERSONAL", "--sort", "owner"], &["admin", "member"]);
    check(&["--owner", "bob@example.org"], &["member"]);
    check(&["--owner", "u1"], &["admin"]);
    check(&["--team", "default", "--sort", "name"], &["invoke", "manage-all", "metrics"]);
    check(&["--team", "Research"], &[]);
    server.state().log("metrics", &event("API_KEY_CREATED"));
    server.state().log("invoke", &event("API_KEY_CREATED"));
    check(&["--team", "default", "--sort", "last-action"], &["manage-all", "metrics", "invoke"]);
}

#[test]
fn no_key_is_called_unused() {
    let (server, sandbox) = bench();
    // The log begins on 2026-11-01.
    server.state().log("admin", &event("API_KEY_CREATED"));
    server.state().log("manage-all", &event("API_KEY_CREATED"));
    let since = |date: &str| keys(&server, &sandbox, &["--unused-since", date]);
    let run = since("2026-11-01T00:00:30Z").exits(0);
    run.prints(&["5 keys of 6", "may be in use", "neither when a key was made nor when it was used"]);
    let run = since("2026-10-01")
        .exits(2)
        .prints(&["of 4 keys it is unknown whether there was an action since then"]);
    assert!(!run.stdout.contains("unused"));
    let run = keys(&server, &sandbox, &["--unused-since", "2026-10-01", "--format", "json"]).exits(2);
    run.says(&["warning: of 4 keys it is unknown whether"]);
    server.misbehave(On::Route(Route::AuditLogs), Times::Always, Behaviour::Status(403, Shape::Error));
    since("2026-11-01T00:00:30Z").exits(2).prints(&[
        "6 keys of 6",
        "the audit log cannot be read",
        "(403)",
        "of 6 keys it is unknown",
    ]);
    keys(&server, &sandbox, &[]).exits(0).prints(&["last actions are unknown"]);
}

#[test]
fn what_cannot_be_had_is_told() {
    let (server, sandbox) = bench();
    server.misbehave(On::Route(Route::Models), Times::Always, Behaviour::Status(403, Shape::Error));
    keys(&server, &sandbox, &[]).exits(0).says(&["models are shown by their ids"]).prints(&["m1, m2"]);
    server.misbehave(On::Route(Route::ListKeys), Times::Always, Behaviour::Status(403, Shape::Detail));
    keys(&server, &sandbox, &[]).exits(2).says(&["cannot list the keys", "(403)", "hint: "]);
    sandbox.run(["keys"]).exits(2).says(&["this needs a key of yours"]);
}

#[test]
fn names_cannot_write_on_the_terminal() {
    let (server, sandbox) = bench();
    server.state().key_mut("metrics").name = Some("\u{1b}[2J\u{202e}evil\n".to_owned());
    let run = keys(&server, &sandbox, &[]).exits(0);
    run.prints(&["\\x1b[2J\\u{202e}evil\\x0a"]);
    let run = keys(&server, &sandbox, &["--format", "json"]).exits(0);
    assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']));
}
