//! Ctrl-C while keys are revoked.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use super::{Bench, REPORT, TRAIL, states};
use crate::sandbox::Run;
use crate::server::{Behaviour, Hook, On, Route, Times};

/// Sends a signal to a process.
fn signal(name: &str, process: u32) {
    let status =
        Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).stdin(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "the signal can be sent");
}

/// Revokes three keys, with a signal while the second is being deleted.
fn interrupted(bench: &Bench, name: &'static str, format: &str) -> Run {
    let process = Arc::new(Mutex::new(None));
    let target = Arc::clone(&process);
    let hook: Hook = Arc::new(move |_| {
        signal(name, target.lock().expect("nobody panicked").expect("the program runs"));
    });
    bench.server.misbehave(On::Route(Route::DeleteKey), Times::Nth(2), Behaviour::AfterEffect(hook));
    let child = {
        let mut process = process.lock().expect("nobody panicked");
        let mut command = bench.command(&[REPORT, "--yes", "--trail", TRAIL, "--format", format]);
        let child = command.spawn().expect("the program can be started");
        *process = Some(child.id());
        child
    };
    let output = child.wait_with_output().expect("it ends");
    let run = Run::ended(output);
    bench.see(&run);
    run
}

#[test]
fn the_key_under_way_is_proven_and_no_other_is_begun() {
    for name in ["INT", "TERM"] {
        let bench = Bench::new();
        bench.leak(&["invoke", "member", "metrics"]);
        let metrics = bench.prefix("metrics");
        let run = interrupted(&bench, name, "human").exits(130);
        let run = run.prints(&["2 of 3 keys proven dead, 1 not tried"]);
        run.says(&[
            "warning: stopping behind the request under way",
            "warning: interrupted\n",
            &format!("warning: not revoked: {metrics}\n"),
            &format!("to go on: baseleak revoke --resume {TRAIL}"),
        ]);
        assert_eq!(bench.deleted(), ["invoke", "member"]);
        assert_eq!(bench.story().last().map(String::as_str), Some("end interrupted"));
        bench.ask(&["--resume", TRAIL, "--yes"]).exits(0).prints(&["1 of 1 key proven dead"]);
        assert_eq!(bench.deleted(), ["invoke", "member", "metrics"]);
    }
}

#[test]
fn programs_are_told_as_well() {
    let bench = Bench::new();
    bench.leak(&["invoke", "member", "metrics"]);
    let result = interrupted(&bench, "INT", "json").exits(130).json();
    assert_eq!(result["stopped"], "interrupted");
    assert_eq!(states(&result)[&bench.prefix("metrics")], "untried");
}
