//! What a plan says, and what it leaves out.

use serde_json::{Value, json};

use super::{Bench, REPORT, TRAIL};
use crate::contexts::Kind;
use crate::sandbox::key_of;

/// The prefixes of a list of the plan.
#[track_caller]
fn names(plan: &Value, list: &str) -> Vec<String> {
    let list = plan["plan"][list].as_array().expect("there is a list");
    let name =
        |entry: &Value| entry.get("prefix").or(entry.get("key")).and_then(Value::as_str).map(str::to_owned);
    list.iter().map(|entry| name(entry).expect("an entry has a name")).collect()
}

#[test]
fn a_dry_run_prints_the_plan_and_changes_nothing() {
    let bench = Bench::new();
    bench.leak(&["invoke", "member"]);
    let event = json!({
        "event_type": "API_KEY_CREATED",
        "api_key_id": "id",
        "api_key_type": "PERSONAL",
        "prefix": bench.prefix("metrics"),
    });
    bench.server.state().log("invoke", &event);
    let plan = bench.ask(&[REPORT, "--dry-run"]).exits(0).json();
    let prefix = |label| bench.prefix(label);
    let expect = json!({
        "schema": 1,
        "tool": { "name": "baseleak", "version": env!("CARGO_PKG_VERSION") },
        "plan": {
            "remote": bench.server.management_url(),
            "operator": prefix("admin"),
            "keys": [
                {
                    "prefix": prefix("invoke"),
                    "gateway_group": null,
                    "name": "invoke",
                    "category": "WORKSPACE_INVOKE",
                    "owner": null,
                    "team": "Default",
                    "models": ["whisper", "llama"],
                    "listed": true,
                    "is_self": false,
                    "attempted": false,
                    "places": [{ "path": "invoke.env", "line": 1, "commit": null }],
                    "last_known": { "time": "2026-11-01T00:00:00Z", "event": "API_KEY_CREATED", "by_key": true },
                    "breaks": "calls of the models whisper, llama with this key",
                },
                {
                    "prefix": prefix("member"),
                    "gateway_group": null,
                    "name": "member",
                    "category": "PERSONAL",
                    "owner": { "user_id": "u2", "email": "bob@example.org", "name": "Bob" },
                    "team": null,
                    "models": [],
                    "listed": true,
                    "is_self": false,
                    "attempted": false,
                    "places": [{ "path": "member.env", "line": 1, "commit": null }],
                    "last_known": null,
                    "breaks": "programs and logins of bob@example.org that use this key: whatever its user may do",
                },
            ],
            "left": [],
            "passed_over": [],
            "notes": [],
        },
        "summary": { "planned": 2, "left": 0, "passed_over": 0 },
    });
    assert_eq!(plan, expect);
    assert_eq!(bench.deleted(), [""; 0]);
    assert!(bench.server.requests().iter().all(|request| request.method == "GET"));
    assert!(!bench.sandbox.path(TRAIL).exists());
    assert_eq!(std::fs::read_dir(bench.sandbox.home()).expect("it is there").count(), 1, "only the report");
}

#[test]
fn a_plan_can_be_read_by_a_person() {
    let bench = Bench::new();
    bench.leak(&["invoke", "metrics"]);
    let invoke = bench.prefix("invoke");
    bench.ask(&[REPORT, "--dry-run", "--format", "human"]).exits(0).prints(&[
        "2 keys to be revoked at http://127.0.0.1:",
        "KEY           NAME     CATEGORY                  OWNER  TEAM     LEAKED AT      LAST KNOWN",
        &format!("  1  {invoke}  invoke   WORKSPACE_INVOKE          -      Default  invoke.env:1   -\n"),
        "     breaks: calls of the models whisper, llama with this key\n",
        "     breaks: the export of metrics of all models of team Default with this key\n",
        "note: the API does not tell when a key was last used",
    ]);
}

#[test]
fn what_is_not_known_is_said() {
    let bench = Bench::of("manage-keys");
    bench.leak(&["invoke", "metrics"]);
    let plan = bench.ask(&[REPORT, "--dry-run"]).exits(0).json();
    let notes = plan["plan"]["notes"].as_array().expect("there are notes");
    let notes: Vec<_> = notes.iter().filter_map(Value::as_str).collect();
    assert!(
        notes[0].starts_with("models are shown by their ids, for their names cannot be had: "),
        "{notes:?}"
    );
    assert!(notes[1].starts_with("the audit log cannot be read: "), "{notes:?}");
    assert_eq!(plan["plan"]["keys"][0]["models"], json!(["m1", "m2"]));
}

/// Which keys are in a plan, and which are not.
#[test]
fn keys_are_planned_left_or_passed_over() {
    let bench = Bench::new();
    let admin = bench.prefix("admin");
    let sky = bench.prefix("gateway");
    bench.leak(&["invoke", "admin", "gateway"]);
    // Old keys that nothing near them attributes: one the inventory knows, and one it does not.
    let (known, strange) = (key_of(Kind::Legacy, 1), key_of(Kind::Legacy, 2));
    let prefix = |key: &str| key.split_once('.').expect("it has a dot").0.to_owned();
    bench.server.state().adopt("old", "WORKSPACE_INVOKE", &known);
    bench.sandbox.write("a.txt", format!("x = {known}\n"));
    bench.sandbox.write("b.txt", format!("x = {strange}\n"));
    bench.sandbox.write("c.txt", format!("baseten webhook\nsecret = {}\n", key_of(Kind::Webhook, 3)));
    bench.sandbox.write("d.txt", format!("ULTRAVOX_API_KEY={}\n", key_of(Kind::Legacy, 4)));
    let _ = bench.sandbox.run(["scan", "--format", "json", "-o", REPORT, "."]).exits(1);

    let plan = bench.ask(&[REPORT, "--dry-run"]).exits(0).json();
    let mut keys = names(&plan, "keys");
    keys.sort();
    let mut expect = vec![bench.prefix("invoke"), prefix(&known)];
    expect.sort();
    assert_eq!(keys, expect);
    let mut left = names(&plan, "left");
    left.sort();
    assert_eq!(left, [admin.clone(), sky.clone()]);
    let passed = names(&plan, "passed_over");
    assert!(
        passed.contains(&prefix(&strange)) && passed.contains(&prefix(&key_of(Kind::Legacy, 4))),
        "{passed:?}"
    );
    assert_eq!(passed.len(), 3, "{passed:?}");

    let options = ["--include-self", "--gateway-group", "group1"];
    let plan = bench.ask(&[&[REPORT, "--dry-run"], &options[..]].concat()).exits(0).json();
    assert_eq!(names(&plan, "left"), [""; 0]);
    let keys = names(&plan, "keys");
    assert_eq!((keys.len(), keys.last()), (4, Some(&admin)), "the operator's key is the last");
    let gateway = plan["plan"]["keys"].as_array().expect("a list").iter().find(|key| key["prefix"] == *sky);
    let gateway = gateway.expect("it is planned");
    assert_eq!((&gateway["gateway_group"], &gateway["listed"]), (&json!("group1"), &json!(true)));

    bench.revoke(&[]).exits(1).prints(&["2 of 2 keys proven dead, and 2 not in the plan"]);
}

#[test]
fn wrong_usage_is_refused_without_a_request() {
    let bench = Bench::new();
    let key = bench.server.key("invoke");
    let prefix = bench.prefix("invoke");
    bench.sandbox.write("notes.txt", "notes\n");
    let table: &[(&[&str], &str)] = &[
        (&[], "required"),
        (&["--prefix", &key], "no prefix of a key"),
        (&["--prefix", "sha256:0123456789ab"], "no prefix of a key"),
        (&["--prefix", "whsec_12"], "no prefix of a key"),
        (&["--prefix", "../users"], "no prefix of a key"),
        (&["--prefix", ""], "no prefix of a key"),
        (&["no-report.json"], "cannot use no-report.json as a report"),
        (&["notes.txt"], "cannot use notes.txt as a report"),
        (&["--resume", "no-trail.jsonl"], "cannot use the trail no-trail.jsonl"),
        (&["--resume", "notes.txt"], "not a trail"),
        (&["--resume", "t", "--prefix", &prefix], "cannot be used with"),
        (&["--prefix", &prefix, "--dry-run", "--yes"], "cannot be used with"),
    ];
    for (args, expect) in table {
        bench.ask(args).exits(2).says(&[expect]).hides(&key);
    }
    assert!(bench.server.requests().is_empty());
    bench.ask(&["--prefix", &prefix, "--yes", "--trail", "notes.txt"]).exits(2).says(&["not a trail"]);
    bench.ask(&["--prefix", &prefix]).exits(2).says(&["nobody to ask", "hint: give --yes"]);
    assert_eq!(bench.deleted(), [""; 0]);
}

#[test]
fn without_the_inventory_nothing_is_revoked() {
    let bench = Bench::of("invoke");
    let prefix = bench.prefix("metrics");
    bench.server.state().set_right("WORKSPACE_INVOKE", crate::server::Right::Keys, 403);
    let run = bench.ask(&["--prefix", &prefix, "--yes", "--trail", TRAIL]).exits(2);
    run.says(&["cannot read the inventory", "(403)", "hint: the key must be one that may list keys"]);
    bench.server.state().key_mut("invoke").revoked = true;
    bench.ask(&["--prefix", &prefix, "--yes", "--trail", TRAIL]).exits(2).says(&["(401)"]);
    assert_eq!(bench.deleted(), [""; 0]);
}

#[test]
fn texts_of_others_are_made_fit() {
    let bench = Bench::new();
    bench.leak(&["invoke"]);
    let other = bench.server.key("metrics");
    bench.server.state().key_mut("invoke").name = Some(format!("\u{1b}[2J\u{202e}x {other}"));
    for format in ["human", "json"] {
        let run = bench.ask(&[REPORT, "--dry-run", "--format", format]).exits(0);
        assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']), "{format}");
    }
}

/// Keys that a scan did not find are not revoked.
#[test]
fn an_incomplete_scan_is_told_of_and_leaves_no_verdict() {
    let bench = Bench::new();
    bench.leak(&["invoke"]);
    let path = bench.sandbox.path(REPORT);
    let report = std::fs::read(&path).expect("there is a report");
    let mut report: Value = serde_json::from_slice(&report).expect("it is JSON");
    report["coverage"]["complete"] = json!(false);
    std::fs::write(&path, report.to_string()).expect("it can be written");
    let said = "the scan that wrote the report was incomplete: there may be more keys";
    let warning = format!("warning: {said}");
    let run = bench.ask(&[REPORT, "--dry-run"]).exits(2).says(&[&warning]);
    assert_eq!(run.json()["plan"]["notes"], json!([said]));
    bench.ask(&[REPORT, "--dry-run", "--format", "human"]).exits(2).prints(&[&format!("note: {said}")]);
    bench.revoke(&[]).exits(2).says(&[&warning]).prints(&["1 of 1 key proven dead"]);
    // What is graver counts.
    report["findings"][0]["key"] = json!(bench.prefix("admin"));
    std::fs::write(&path, report.to_string()).expect("it can be written");
    bench.revoke(&[]).exits(1).says(&[&warning]);
}

/// Whether the API counts the word before a prefix into it is not known.
#[test]
fn a_key_that_is_listed_without_its_word_is_recognised_and_deleted_as_listed() {
    let bench = Bench::new();
    bench.leak(&["invoke", "admin"]);
    bench.server.state().is_bare = true;
    let plan = bench.ask(&[REPORT, "--dry-run"]).exits(0).json();
    assert_eq!(names(&plan, "keys"), [bench.prefix("invoke")]);
    assert_eq!(plan["plan"]["keys"][0]["listed"], true);
    assert_eq!(names(&plan, "left"), [bench.prefix("admin")]);
    let bare = bench.prefix("admin").replace("b10_", "");
    let plan = bench.ask(&["--prefix", &bare, "--dry-run"]).exits(0).json();
    assert_eq!(names(&plan, "left"), [bare], "it is the key that revokes");
    bench.revoke(&[]).exits(1).prints(&["1 of 1 key proven dead"]);
    assert!(bench.server.state().key("invoke").revoked);
    let (url, key) = (bench.server.management_url(), bench.server.key("admin"));
    let variables = [("BASETEN_REMOTE_URL", &*url), ("BASETEN_API_KEY", &*key)];
    let run = bench.sandbox.run_with(&variables, ["keys", "--leaked", REPORT]).exits(1);
    run.prints(&["1 of them leaked", "1 key leaked and not in the inventory"]);
}
