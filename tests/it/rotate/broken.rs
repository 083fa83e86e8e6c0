//! What would leave a file with a dead key, or the API with a key that nobody knows.

use std::process::Stdio;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::Bench;
use crate::sandbox::{Run, assert_silent};
use crate::server::{Behaviour, Hook, On, Route, Times};

#[test]
fn every_use_in_a_shells_file_is_replaced() {
    let bench = Bench::with(
        ".zshrc",
        "export BASETEN_API_KEY=@KEY@\n[ -n \"$X\" ] || export BASETEN_API_KEY=@KEY@\n\
         alias d=\"BASETEN_API_KEY=@KEY@ deploy\"\nexport TRUSS_KEY=@KEY@\n# not x@KEY@\nexport BASETEN_API_KEY=@KEY@\n",
    );
    let before = bench.bytes();
    let file = bench.path.to_str().expect("the path is UTF-8").to_owned();
    let run = bench.rotate(&["--env-file", &file]).exits(0);
    run.prints(&["uses      5 places", "5 places replaced"]);
    let within = format!("x{}", bench.old);
    let expect = before.replace(&within, "@").replace(&bench.old, &bench.new_key()).replace('@', &within);
    assert!(bench.bytes() == expect, "another byte was changed, or a use was left");
}

#[test]
fn a_new_key_that_is_not_new_is_refused() {
    for label in ["admin", "member"] {
        let bench = Bench::new();
        let before = bench.bytes();
        let answer = Behaviour::Json(200, json!({ "api_key": bench.server.key(label) }));
        bench.server.misbehave(On::Route(Route::CreateKey), Times::Always, answer);
        bench.rotate(&[]).exits(2).says(&["making the new key failed", "which is no new key", "as before"]);
        assert!(bench.bytes() == before && bench.is_live(&bench.old));
        assert!(bench.server.state().deletions.is_empty());
    }
}

/// Rotates with a Ctrl-C after the nth request to a route had its effect.
#[cfg(unix)]
fn interrupted(bench: &Bench, route: Route, nth: usize) -> Run {
    let process = Arc::new(Mutex::new(None::<u32>));
    let target = Arc::clone(&process);
    let hook: Hook = Arc::new(move |_| {
        let process = target.lock().expect("nobody panicked").expect("the program runs");
        let sent = std::process::Command::new("sh").args(["-c", &format!("kill -INT {process}")]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the signal can be sent");
    });
    bench.server.misbehave(On::Route(route), Times::Nth(nth), Behaviour::AfterEffect(hook));
    let child = {
        let mut process = process.lock().expect("nobody panicked");
        let mut command = bench.sandbox.command([
            "rotate",
            "--remote-url",
            &bench.server.url(),
            "--yes",
            "--trail",
            "trail",
        ]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("the program can be started");
        *process = Some(child.id());
        child
    };
    let output = child.wait_with_output().expect("it ends");
    let run = Run::ended(output);
    assert_silent(&run, &bench.keys());
    run
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_no_key_that_nobody_knows() {
    // Before the file is written, the new key is deleted again.
    for (route, nth) in [(Route::CreateKey, 1), (Route::Me, 1)] {
        let bench = Bench::new();
        let before = bench.bytes();
        let run = interrupted(&bench, route, nth).exits(130);
        run.says(&["interrupted", "was deleted again"]);
        assert!(bench.bytes() == before && bench.made().is_empty() && bench.is_live(&bench.old));
        let trail = std::fs::read_to_string(bench.sandbox.path("trail")).expect("there is a trail");
        assert!(trail.lines().next().is_some_and(|line| line.contains("\"event\":\"made\"")), "{trail}");
    }
    // Afterwards it goes on to the end.
    let bench = Bench::new();
    interrupted(&bench, Route::DeleteKey, 1).exits(130).says(&["interrupted when it was too late"]);
    assert!(bench.bytes().contains(&bench.new_key()) && !bench.is_live(&bench.old));
}

#[cfg(target_os = "linux")]
#[test]
fn extended_attributes_stay() {
    let bench = Bench::new();
    // Not every file system has them.
    if xattr::set(&bench.path, "user.note", b"mine").is_err() {
        return;
    }
    bench.rotate(&[]).exits(0);
    let kept = xattr::get(&bench.path, "user.note").expect("it can be asked for");
    assert_eq!(kept.as_deref(), Some(&b"mine"[..]));
    assert!(bench.bytes().contains(&bench.new_key()));
}
