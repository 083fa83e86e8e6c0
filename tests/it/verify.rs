//! `verify`, `explain` and `scan --verify` against the server on the loopback address.
//!
//! Every run is held to showing no key, and every request to carrying keys in its
//! header only; see [`Bench::ask`].

mod explain;
pub(crate) mod images;
mod inventory;
mod probe;
mod reports;
mod secrecy;

use serde_json::Value;

use crate::sandbox::{Run, Sandbox, assert_silent};
use crate::server::Server;

/// A server, a folder with leaks, and the operator's key.
struct Bench {
    server: Server,
    sandbox: Sandbox,
    /// All keys that may not be seen.
    keys: Vec<String>,
    /// The label of the operator's key; none for an operator without.
    operator: Option<&'static str>,
}

impl Bench {
    fn new(operator: Option<&'static str>) -> Self {
        let server = Server::start();
        let keys = server.state().keys.iter().map(crate::server::Key::text).collect();
        Self { server, sandbox: Sandbox::new(), keys, operator }
    }

    /// Leaks a key into a file of its own.
    fn leak(&mut self, file: &str, key: &str) {
        self.sandbox.write(file, format!("BASETEN_API_KEY={key}\n"));
        self.keys.push(key.to_owned());
    }

    /// Leaks the key of a label of the server.
    fn leak_label(&mut self, label: &str) {
        let key = self.server.key(label);
        self.leak(&format!("{label}.env"), &key);
    }

    /// Writes the report of a scan to `report.json` and takes the leaks away.
    #[track_caller]
    fn report(&self) {
        self.sandbox.run(["scan", "--format", "json", "-o", "../home/report.json", "."]).exits(1);
    }

    /// Runs the program with the two APIs of the server, and sees that no key shows.
    #[track_caller]
    fn ask(&self, args: &[&str]) -> Run {
        let (management, inference) = (self.server.management_url(), self.server.inference_url());
        let key = self.operator.map(|label| self.server.key(label));
        let mut variables = vec![
            ("BASETEN_REMOTE_URL", management.as_str()),
            ("BASETEN_INFERENCE_BASE_URL_OVERRIDE", &inference),
        ];
        variables.extend(key.as_deref().map(|key| ("BASETEN_API_KEY", key)));
        let run = self.sandbox.run_with(&variables, args);
        assert_silent(&run, &self.keys);
        for request in self.server.requests() {
            assert!(self.keys.iter().all(|key| !request.shows(key)), "a key stands in {request:?}");
        }
        run
    }

    /// Verifies the report of `self.report()`, as JSON.
    #[track_caller]
    fn verify(&self, code: i32) -> Vec<Value> {
        self.report();
        let run = self.ask(&["verify", "../home/report.json", "--format", "json"]).exits(code);
        verdicts(&run)
    }

    /// Scans and verifies with `more` options, as JSON.
    #[track_caller]
    fn scan(&self, more: &[&str]) -> Vec<Value> {
        let args = ["scan", "--verify", "--format", "json", "."];
        verdicts(&self.ask(&[&args, more].concat()).exits(1))
    }

    /// The labels of the keys that requests were made with, each once, sorted.
    fn senders(&self) -> Vec<String> {
        let mut labels: Vec<_> =
            self.server.requests().into_iter().filter_map(|request| request.label).collect();
        labels.sort();
        labels.dedup();
        labels
    }
}

#[track_caller]
fn verdicts(run: &Run) -> Vec<Value> {
    run.json()["verdicts"].as_array().expect("there are verdicts").clone()
}

/// Holds a verdict to a validity, and to pieces of its text.
#[track_caller]
fn check(verdict: &Value, validity: &str, pieces: &[&str]) {
    let text = verdict["text"].as_str().expect("a verdict has a text");
    assert_eq!(verdict["validity"], validity, "{text}");
    for piece in pieces {
        assert!(text.contains(piece), "{piece:?} is missing: {text}");
    }
}
