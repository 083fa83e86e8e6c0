//! `revoke` against the server on the loopback address.
//!
//! Every run is held to showing no key, in its output as in its trail, and every request
//! to carrying keys in its header only; see [`Bench::ask`].

mod images;
#[cfg(unix)]
mod interrupted;
#[cfg(unix)]
mod killed;
mod person;
mod plans;
mod runs;
mod shrunk;

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::sandbox::{Run, Sandbox, assert_hidden, assert_silent};
use crate::server::{Key, Server};

/// Where the trails of these tests stand.
const TRAIL: &str = "../home/trail.jsonl";
/// Where their reports do.
const REPORT: &str = "../home/report.json";

/// A server, a folder with leaks, and the operator's key.
struct Bench {
    server: Server,
    sandbox: Sandbox,
    /// The label of the operator's key.
    operator: &'static str,
}

impl Bench {
    /// With the key of an admin.
    fn new() -> Self {
        Self::of("admin")
    }

    fn of(operator: &'static str) -> Self {
        Self { server: Server::start(), sandbox: Sandbox::new(), operator }
    }

    /// Leaks the keys of these labels, each in a file of its own, and writes the report.
    #[track_caller]
    fn leak(&self, labels: &[&str]) {
        for label in labels {
            let key = self.server.key(label);
            self.sandbox.write(format!("{label}.env"), format!("BASETEN_API_KEY={key}\n"));
        }
        self.sandbox.run(["scan", "--format", "json", "-o", REPORT, "."]).exits(1);
    }

    /// Adds so many live keys, and leaks them all in one file; their labels.
    #[track_caller]
    fn leak_many(&self, count: usize) -> Vec<String> {
        let labels: Vec<_> = (0..count).map(|at| format!("key-{at}")).collect();
        let mut text = String::new();
        for label in &labels {
            let key = self.server.state().add(label, "WORKSPACE_INVOKE");
            text.extend(["KEY=", &key, "\n"]);
        }
        self.sandbox.write("many.env", text);
        self.sandbox.run(["scan", "--format", "json", "-o", REPORT, "."]).exits(1);
        labels
    }

    fn prefix(&self, label: &str) -> String {
        self.server.state().key(label).prefix.clone()
    }

    fn variables(&self) -> [(&'static str, String); 2] {
        [
            ("BASETEN_REMOTE_URL", self.server.management_url()),
            ("BASETEN_API_KEY", self.server.key(self.operator)),
        ]
    }

    /// The program with these arguments of `revoke`, to be started.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.sandbox.command([&["revoke"], args].concat());
        command.envs(self.variables()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs `revoke` with these arguments, and sees that no key shows.
    #[track_caller]
    fn ask(&self, args: &[&str]) -> Run {
        let run = self.ask_unseen(args);
        self.see(&run);
        run
    }

    /// The same for one that is looked at later.
    #[track_caller]
    fn ask_unseen(&self, args: &[&str]) -> Run {
        let variables = self.variables();
        let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.sandbox.run_with(&variables, [&["revoke"], args].concat())
    }

    /// Runs `revoke --yes` on the report with the usual trail.
    #[track_caller]
    fn revoke(&self, more: &[&str]) -> Run {
        self.ask(&[&[REPORT, "--yes", "--trail", TRAIL], more].concat())
    }

    /// Holds a run, the trail and the requests to showing no key.
    #[track_caller]
    fn see(&self, run: &Run) {
        let keys: Vec<_> = self.server.state().keys.iter().map(Key::text).collect();
        assert_silent(run, &keys);
        let trail = fs::read_to_string(self.sandbox.path(TRAIL)).unwrap_or_default();
        for key in &keys {
            assert_hidden(key, &trail);
        }
        for request in self.server.requests() {
            assert!(keys.iter().all(|key| !request.shows(key)), "a key stands in {request:?}");
        }
    }

    /// The labels of the keys that were deleted, in that order.
    fn deleted(&self) -> Vec<String> {
        let state = self.server.state();
        let label = |prefix: &String| {
            let key = state.keys.iter().find(|key| key.prefix == *prefix);
            key.expect("it is a key of the server").label.clone()
        };
        state.deletions.iter().map(label).collect()
    }

    /// The lines of the trail that can be read.
    #[track_caller]
    fn trail(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.sandbox.path(TRAIL)).expect("there is a trail");
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Event and word of each line of the trail, without its plan's keys.
    #[track_caller]
    fn story(&self) -> Vec<String> {
        let word = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let line = |line: &Value| format!("{} {}", word(line, "event"), word(line, "what"));
        self.trail().iter().map(|entry| line(entry).trim_end().to_owned()).collect()
    }
}

/// The state of each key of a result, by its prefix.
#[track_caller]
fn states(result: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().expect("it is a text").to_owned();
    let results = result["results"].as_array().expect("there are results");
    results.iter().map(|result| (text(&result["prefix"]), text(&result["state"]))).collect()
}
