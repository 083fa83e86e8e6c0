//! Each step made to fail: a key that works is left in the file, and what is said is so.

use std::fs;
use std::sync::Arc;

use super::Bench;
use crate::sandbox::Run;
use crate::server::{Behaviour, On, Right, Route, Shape, Times};

/// What the file holds in the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Old,
    New,
}

/// Rotates while the server misbehaves so, and holds the file to a key that works.
#[track_caller]
fn check(
    misbehave: &[(Route, Times, Behaviour)],
    exit: i32,
    holds: Holds,
    made: usize,
    says: &[&str],
) -> (Bench, Run) {
    let bench = Bench::new();
    for (route, times, behaviour) in misbehave {
        bench.server.misbehave(On::Route(*route), *times, behaviour.clone());
    }
    let run = bench.rotate(&[]).exits(exit).says(says);
    let text = bench.bytes();
    assert_eq!(bench.made().len(), made, "so many new keys live");
    let held = if holds == Holds::Old { bench.old.clone() } else { bench.new_key() };
    assert!(text.contains(&held), "the file holds another key");
    assert!(bench.is_live(&held), "the file holds a key that works");
    (bench, run)
}

const fn status(status: u16) -> Behaviour {
    Behaviour::Status(status, Shape::Error)
}

#[test]
fn the_plan_fails() {
    let forbidden = [(Route::ListKeys, Times::Always, status(403))];
    check(&forbidden, 2, Holds::Old, 0, &["no inventory at hand lists", "(403)"]);
    let portal = [(Route::ListKeys, Times::Always, Behaviour::Html200)];
    check(&portal, 2, Holds::Old, 0, &["captive portal"]);
}

#[test]
fn making_fails() {
    for (behaviour, says) in [
        (status(403), "(403)"),
        (status(400), "(400)"),
        (status(409), "(409)"),
        (status(500), "(500)"),
        (Behaviour::Html200, "captive portal"),
        (Behaviour::CloseBeforeAnswer, "no connection"),
    ] {
        let says = ["making the new key failed", "holds b10_", "as before; no key was made", says];
        check(&[(Route::CreateKey, Times::Always, behaviour)], 2, Holds::Old, 0, &says);
    }
}

#[test]
fn a_key_that_nobody_knows_is_told() {
    for behaviour in [Behaviour::CloseAfterEffect, Behaviour::CutMidBody] {
        let says =
            ["making the new key failed", "as before", "may still live", "baseleak revoke --prefix b10_"];
        let (bench, run) = check(&[(Route::CreateKey, Times::Always, behaviour)], 1, Holds::Old, 1, &says);
        let stray = bench.new_key();
        let (prefix, _) = stray.split_once('.').expect("it has a prefix");
        assert!(run.stderr.contains(&format!("--prefix {prefix}")));
    }
}

#[test]
fn a_name_that_is_taken_gets_a_date() {
    let (bench, _) = check(&[(Route::CreateKey, Times::First(2), status(409))], 0, Holds::New, 1, &[]);
    let state = bench.server.state();
    let made = state.keys.iter().find(|key| key.label.starts_with("made-")).expect("one was made");
    let name = made.name.clone().expect("it has a name");
    assert!(name.starts_with("admin-20") && name.ends_with("-2"), "{name}");
}

#[test]
fn verifying_fails() {
    let says = ["verifying the new key failed", "as before; the new key b10_", "was deleted again"];
    for behaviour in [status(401), status(500), Behaviour::Html200] {
        let (bench, _) = check(&[(Route::Me, Times::Always, behaviour)], 2, Holds::Old, 0, &says);
        assert_eq!(bench.server.state().deletions.len(), 1);
    }
    // It is not as the old one.
    let bench = Bench::new();
    bench.server.state().add("second", "PERSONAL");
    let admin = bench.server.key("admin");
    let (prefix, _) = admin.split_once('.').expect("it has a prefix");
    let list = serde_json::json!({ "keys": [{ "prefix": prefix, "type": "WORKSPACE_INVOKE", "model_ids": ["m1"] }] });
    bench.server.misbehave(On::Route(Route::ListKeys), Times::First(1), Behaviour::Json(200, list));
    bench.rotate(&[]).exits(2).says(&[
        "verifying the new key failed",
        "its team is another",
        "deleted again",
    ]);
    assert!(bench.bytes().contains(&bench.old) && bench.is_live(&bench.old) && bench.made().is_empty());
}

#[test]
fn a_new_key_that_cannot_be_deleted_is_told() {
    let says =
        ["verifying the new key failed", "may still live", "could not be deleted again", "--prefix b10_"];
    let rules = [(Route::Me, Times::Always, status(401)), (Route::DeleteKey, Times::Always, status(403))];
    check(&rules, 1, Holds::Old, 1, &says);
}

#[test]
fn writing_fails() {
    // Somebody logs in anew between the plan and the writing.
    let bench = Bench::new();
    let (path, text) = (bench.path.clone(), bench.bytes());
    let other = bench.server.key("member");
    let changed = text.replace(&bench.old, &other);
    let now = changed.clone();
    let hook = Arc::new(move |_: &_| fs::write(&path, &now).expect("the file can be written"));
    bench.server.misbehave(On::Route(Route::CreateKey), Times::First(1), Behaviour::AfterEffect(hook));
    let says =
        ["writing the new key failed", "changed by somebody else", "not the key that is to be replaced"];
    bench.rotate(&[]).exits(2).says(&says);
    assert!(bench.bytes() == changed && bench.made().is_empty());
    assert!(bench.is_live(&other) && bench.is_live(&bench.old));

    // A file appears where the backup should stand.
    let bench = Bench::new();
    let backup = bench.sandbox.home().join(".trussrc.bak");
    let there = backup.clone();
    let hook = Arc::new(move |_: &_| fs::write(&there, "mine").expect("the file can be written"));
    bench.server.misbehave(On::Route(Route::CreateKey), Times::First(1), Behaviour::AfterEffect(hook));
    bench.rotate(&["--backup"]).exits(2).says(&["writing the new key failed", "cannot make the backup"]);
    assert!(bench.bytes().contains(&bench.old) && bench.is_live(&bench.old) && bench.made().is_empty());
    assert_eq!(fs::read_to_string(&backup).expect("it is there"), "mine");
}

#[test]
fn what_others_wrote_elsewhere_in_the_file_meanwhile_stays() {
    let bench = Bench::new();
    let path = bench.path.clone();
    let more = format!("# more\n{}", bench.bytes());
    let hook = Arc::new(move |_: &_| fs::write(&path, &more).expect("the file can be written"));
    bench.server.misbehave(On::Route(Route::CreateKey), Times::First(1), Behaviour::AfterEffect(hook));
    bench.rotate(&[]).exits(0);
    assert!(bench.bytes().starts_with("# more\n") && bench.bytes().contains(&bench.new_key()));
}

#[test]
fn revoking_fails() {
    let says =
        ["revoking the old key failed", "holds the new key b10_", "may still live", "revoke --prefix b10_"];
    for behaviour in [status(403), status(401), Behaviour::Html200] {
        let (bench, _) = check(&[(Route::DeleteKey, Times::Always, behaviour)], 1, Holds::New, 1, &says);
        assert!(bench.is_live(&bench.old));
    }
    // What the API says that it did, and did not.
    let lie = Behaviour::Json(200, serde_json::json!({ "prefix": "x" }));
    let (bench, run) = check(&[(Route::DeleteKey, Times::Always, lie)], 1, Holds::New, 1, &says);
    assert!(bench.is_live(&bench.old));
    run.says(&["the API still accepts the old key"]);
}

#[test]
fn what_is_lost_of_an_answer_changes_nothing() {
    for behaviour in [Behaviour::CloseAfterEffect, Behaviour::CloseBeforeAnswer, status(500)] {
        let (bench, _) = check(&[(Route::DeleteKey, Times::First(1), behaviour)], 0, Holds::New, 1, &[]);
        assert!(!bench.is_live(&bench.old));
        assert_eq!(bench.server.state().deletions.len(), 1);
    }
    // The new key may not delete, and the old one may itself.
    let (bench, _) = check(&[(Route::DeleteKey, Times::First(1), status(403))], 0, Holds::New, 1, &[]);
    assert!(!bench.is_live(&bench.old));
}

#[test]
fn keys_that_may_little_are_rotated_with_another() {
    for (label, operator) in
        [("invoke", "admin"), ("invoke", "manage-keys"), ("metrics", "manage-all"), ("manage-keys", "admin")]
    {
        let bench = Bench::with(".env", "");
        let old = bench.server.key(label);
        fs::write(&bench.path, format!("X_KEY={old}\n")).expect("the file can be written");
        let (file, key_file) =
            (bench.path.display().to_string(), bench.key_file(operator).display().to_string());
        let args = ["--env-file", &file, "--variable", "X_KEY"];
        bench.rotate(&args).exits(2).says(&["(403)"]);
        bench.rotate(&[&args[..], &["--key-file", &key_file]].concat()).exits(0);
        let new = bench.new_key();
        assert_eq!(bench.bytes(), format!("X_KEY={new}\n"));
        let state = bench.server.state();
        let made = state.keys.iter().find(|key| key.text() == new).expect("it is there");
        let before = state.key(label);
        assert!(before.revoked, "{label}");
        assert_eq!(
            (&made.category, &made.name, &made.model_ids, &made.team),
            (&before.category, &before.name, &before.model_ids, &before.team)
        );
    }
}

#[test]
fn a_key_stays_in_its_team_and_with_its_user() {
    // Who may not ask for teams cannot name one: the key lands elsewhere and is deleted again.
    let bench = Bench::with(".env", "");
    bench.server.state().key_mut("invoke").team = Some("t2".to_owned());
    let old = bench.server.key("invoke");
    fs::write(&bench.path, format!("BASETEN_API_KEY={old}\n")).expect("the file can be written");
    let file = bench.path.display().to_string();
    for (operator, exit, says) in [("manage-keys", 2, "its team is another"), ("admin", 0, "")] {
        let key_file = bench.key_file(operator).display().to_string();
        bench.rotate(&["--env-file", &file, "--key-file", &key_file]).exits(exit).says(&[says]);
    }
    let new = bench.new_key();
    let team =
        bench.server.state().keys.iter().find(|key| key.text() == new).expect("it is there").team.clone();
    assert_eq!(team.as_deref(), Some("t2"));

    // An admin's key would make one of the admin's.
    let bench = Bench::with(".env", "");
    let old = bench.server.key("member");
    fs::write(&bench.path, format!("BASETEN_API_KEY={old}\n")).expect("the file can be written");
    bench.server.misbehave(On::Route(Route::CreateKey), Times::First(1), status(403));
    let (file, key_file) = (bench.path.display().to_string(), bench.key_file("admin").display().to_string());
    let args = ["--env-file", &file, "--key-file", &key_file];
    bench.rotate(&args).exits(2).says(&["belongs to another user"]);
    bench.rotate(&args).exits(0);
    let new = bench.new_key();
    let owner =
        bench.server.state().keys.iter().find(|key| key.text() == new).expect("it is there").owner.clone();
    assert_eq!(owner.as_deref(), Some("u2"));
}

#[test]
fn nothing_is_done_without_a_yes() {
    let bench = Bench::new();
    let before = bench.bytes();
    bench.run(&[]).exits(2).says(&["nobody to ask", "--yes", "--dry-run"]);
    let run = bench.run(&["--dry-run", "--format", "json"]).exits(0);
    let plan = run.json();
    assert_eq!(plan["outcome"], serde_json::Value::Null);
    assert_eq!(plan["plan"]["category"], "PERSONAL");
    assert_eq!(plan["plan"]["new_name"], "admin");
    assert!(bench.bytes() == before && bench.made().is_empty());
    let methods: Vec<_> = bench.server.requests().into_iter().map(|seen| seen.method).collect();
    assert!(methods.iter().all(|method| method == "GET"), "{methods:?}");
    // And with one, it is told to programs, too.
    let trail = bench.sandbox.path("trail.jsonl");
    let name = trail.to_str().expect("the path is UTF-8");
    let done = bench.rotate(&["--format", "json", "--trail", name]).exits(0).json();
    let trail = fs::read_to_string(&trail).expect("there is a trail");
    bench.keys().iter().for_each(|key| crate::sandbox::assert_hidden(key, &trail));
    let events: Vec<serde_json::Value> =
        trail.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let events: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap_or_default()).collect();
    assert_eq!(events, ["made", "plan", "attempt", "outcome", "proof", "end"]);
    assert_eq!(done["outcome"]["in_place"], "new");
    assert_eq!(done["outcome"]["failed"], serde_json::Value::Null);
}

#[test]
fn what_cannot_be_listed_is_proven_by_its_refusal() {
    // The new key may ask who it is and not see the list, as soon as the old one is gone.
    let bench = Bench::new();
    bench.server.misbehave(On::Route(Route::ListKeys), Times::Nth(3), status(403));
    bench.rotate(&[]).exits(0).prints(&["the API refuses it, and accepts the new one"]);
    assert!(!bench.is_live(&bench.old));
    // A category that may not ask who it is: the list shows that it is there.
    let bench = Bench::new();
    bench.server.state().set_right("PERSONAL", Right::Me, 403);
    bench.rotate(&[]).exits(0).prints(&["the inventory lists it"]);
}
