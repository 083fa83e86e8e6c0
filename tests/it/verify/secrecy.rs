//! What somebody wrote into a name at Baseten, or into a report, and is a key.

use serde_json::json;

use super::Bench;

/// What stands behind the dot.
fn key_tail(key: &str) -> String {
    key.split_once('.').map(|(_, tail)| tail.to_owned()).expect("a key has a dot")
}

/// Every command, in both forms, on a workspace that has keys in all of its texts.
#[test]
fn no_command_shows_a_key_that_stands_in_a_text_of_the_api() {
    let mut bench = Bench::new(Some("admin"));
    for label in ["invoke", "member"] {
        bench.leak_label(label);
    }
    bench.report();
    let (key, other) = (bench.server.key("metrics"), bench.server.key("manage-all"));
    let (tail, own) = (key_tail(&key), key_tail(&bench.server.key("admin")));
    {
        let mut state = bench.server.state();
        state.key_mut("invoke").name = Some(format!("deploy {key}"));
        state.key_mut("member").name = Some(format!("with {own}"));
        state.users[1].name = format!("Bob {other}");
        state.users[1].email = format!("{tail}@example.org");
        state.teams[0].name = format!("team {other}");
        state.models[0].name = format!("model-{tail}");
        let prefix = state.key("invoke").prefix.clone();
        let event = json!({
            "event_type": "API_KEY_CREATED", "api_key_id": "id", "api_key_type": "INVOKE_ALL_MODELS_SERVICE_ACCOUNT",
            "prefix": prefix,
        });
        state.log("member", &event);
    }
    let prefix = bench.server.state().key("invoke").prefix.clone();
    let report = "../home/report.json";
    for tail in [tail, own, key_tail(&other)] {
        for format in ["human", "json"] {
            for args in [
                &["verify", report][..],
                &["explain", &prefix, "--report", report],
                &["scan", "--verify", "."],
                &["scan", "--verify", "--probe", "."],
                &["keys", "--leaked", report],
                &["revoke", report, "--dry-run"],
            ] {
                let run = bench.ask(&[args, &["--format", format]].concat());
                let shown = run.stdout + &run.stderr;
                assert!(!shown.contains(&tail), "{args:?} shows it: {shown}");
                assert!(shown.contains("deploy "), "{args:?} shows no name: {shown}");
            }
        }
    }
}

/// The secret part alone has no shape; who probes knows it.
#[test]
fn the_secret_part_of_a_key_at_hand_is_not_shown() {
    let mut bench = Bench::new(Some("admin"));
    let key = bench.server.state().add("odd", "WORKSPACE_INVOKE");
    bench.leak_label("invoke");
    // A run of another length, so that nothing but knowing it tells.
    bench.server.state().key_mut("invoke").name = Some(format!("x{}y", key_tail(&key)));
    bench.leak("odd.env", &key);
    let run = bench.ask(&["scan", "--verify", "--probe", "--format", "json", "."]).exits(1);
    assert!(!run.stdout.contains(&key_tail(&key)));
    run.prints(&["x****y"]);
}

#[test]
fn no_key_of_a_report_that_somebody_wrote_is_shown() {
    let bench = Bench::new(Some("admin"));
    let prefix = bench.server.state().key("invoke").prefix.clone();
    let key = bench.server.key("metrics");
    let commit = json!({ "id": key, "author": key, "date": key });
    let report = json!({
        "schema": 1, "tool": {"name": "baseleak", "version": "9"},
        "findings": [{
            "rule": key, "attribution": "baseten", "key": prefix, "digest": key, "path": format!("a/{key}"),
            "place": "content", "line": 1, "origin": { "commit": commit },
        }],
        "exposures": [{ "digest": key, "first": commit, "in_head": true }],
    });
    bench.sandbox.write("report.json", report.to_string());
    for format in ["human", "json"] {
        for args in [
            &["verify", "report.json"][..],
            &["explain", &prefix, "--report", "report.json"],
            &["keys", "--leaked", "report.json"],
            &["revoke", "report.json", "--dry-run"],
        ] {
            bench.ask(&[args, &["--format", format]].concat()).prints(&["a/"]);
        }
    }
}

/// What is no key stays as it is, for people look for it.
#[test]
fn programs_get_the_names_that_the_api_gave() {
    let bench = Bench::new(Some("admin"));
    let name = "prod-inference-2026-eu \u{202e}\\x1b \u{e9}";
    bench.server.state().key_mut("invoke").name = Some(name.to_owned());
    let prefix = bench.server.state().key("invoke").prefix.clone();
    let run = bench.ask(&["revoke", "--prefix", &prefix, "--dry-run"]).exits(0);
    assert!(!run.stdout.contains('\u{202e}'), "it shows in the document");
    assert_eq!(run.json()["plan"]["keys"][0]["name"], name);
    let keys = bench.ask(&["keys", "--category", "invoke", "--format", "json"]).exits(0).json();
    assert_eq!(keys["keys"][0]["name"], name);
}
