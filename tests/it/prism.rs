//! A mock server that others wrote, made from the description of the API alone:
//! Prism, of npm. What agrees with it and with our own server has not merely
//! been taught to agree with ours.
//!
//! It knows no state: whatever a request does, the next is answered as the first was.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::sandbox::{Sandbox, assert_silent, key};
use crate::server::{Server, ask, spec};

/// Node takes its time on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// What it says when it is ready, before its address.
const READY: &str = "Prism is listening on ";

/// A running Prism; it ends when this is dropped.
pub(crate) struct Prism {
    child: Child,
    url: String,
    _sandbox: Sandbox,
}

impl Prism {
    /// None, with a message, where Prism is not installed; that is a failure where
    /// `BASELEAK_TEST_ALL` says that every test is to run.
    #[track_caller]
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = program() else {
            let is_needed = env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
            assert!(!is_needed, "prism is not installed, and BASELEAK_TEST_ALL is set; .ci/run installs it");
            tell("prism is not installed: this test is passed over");
            return None;
        };
        let sandbox = Sandbox::new();
        let mut child = sandbox
            .confined(program.to_str().expect("the path is UTF-8"))
            .args(["mock", "--host", "127.0.0.1", "--port", "0"])
            .arg(spec::path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("prism can be started");
        let url = listening(&mut child);
        let mut prism = Self { child, url: String::new(), _sandbox: sandbox };
        // From here on it is ended whatever happens.
        prism.url = url.expect("prism says where it listens");
        Some(prism)
    }

    /// Its address, without a slash at the end; only the management API is there.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests is to know what was passed over")]
fn tell(text: &str) {
    eprintln!("{text}");
}

/// Where `.ci/run` installs it, whatever cargo's target folder is, or on the path.
fn program() -> Option<PathBuf> {
    if cfg!(windows) {
        // There it is a batch file, and to end that does not end the server that it started.
        return None;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let installed = root.join("target/ci-tools/npm/node_modules/.bin/prism");
    if installed.is_file() {
        return Some(installed);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&path).map(|folder| folder.join("prism"));
    places.find(|place| place.is_file() && is_ours(place.as_os_str()))
}

/// Other programs have this name, too.
fn is_ours(program: &OsStr) -> bool {
    let output = Command::new(program).args(["mock", "--help"]).stdin(Stdio::null()).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("prism mock"))
}

/// The address that it says it listens at; none when it ends, or does not say so in time.
fn listening(child: &mut Child) -> Option<String> {
    let mut stderr = child.stderr.take().expect("it is a pipe");
    // Both pipes are read to their end, so that writing to them never blocks.
    thread::spawn(move || drop(stderr.read_to_end(&mut Vec::new())));
    let stdout = BufReader::new(child.stdout.take().expect("it is a pipe"));
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            if let Some((_, url)) = line.split_once(READY) {
                let end = url.find(|c: char| c.is_whitespace() || c.is_control()).unwrap_or(url.len());
                drop(sender.send(url[..end].to_owned()));
            }
        }
    });
    receiver.recv_timeout(PATIENCE).ok()
}

/// The names of the members of an object, down to the first entry of each list.
fn members(value: &serde_json::Value) -> Vec<String> {
    let inner = |value: &serde_json::Value| value.get(0).map(members).unwrap_or_default();
    let all = value.as_object().into_iter().flatten();
    all.flat_map(|(name, value)| [vec![name.clone()], inner(value)].concat()).collect()
}

#[test]
fn prism_answers_as_our_server_does() {
    let Some(prism) = Prism::start() else { return };
    let server = Server::start();
    let ours = format!("Bearer {}", server.key("admin"));
    let theirs = format!("Bearer {}", key(1));
    for call in
        ["GET /v1/api_keys", "GET /v1/users/me", "GET /v1/teams", "GET /v1/models", "GET /v1/audit_logs"]
    {
        let prism = ask(prism.url(), call, Some(&theirs), None).expect("an answer comes");
        let server = ask(&server.management_url(), call, Some(&ours), None).expect("an answer comes");
        let (method, path) = call.split_once(' ').expect("a method and a path");
        assert_eq!(prism.status, 200, "{call}: {}", prism.json());
        for answer in [&prism, &server] {
            assert_eq!(spec::check_answer(method, path, &answer.json()), Ok(()), "{call}");
        }
        let theirs = members(&prism.json());
        let missing: Vec<_> =
            members(&server.json()).into_iter().filter(|name| !theirs.contains(name)).collect();
        assert_eq!(missing, [""; 0], "{call}: prism has no such member");
    }
    let answer = ask(prism.url(), "GET /v1/api_keys", None, None).expect("an answer comes");
    assert_eq!(answer.status, 401, "prism asks for a key as well");
}

/// Prism answers every deletion as described, and never lists the key.
#[test]
fn prism_takes_what_revokes() {
    let Some(prism) = Prism::start() else { return };
    let (sandbox, operator) = (Sandbox::new(), key(2));
    let leaked = key(3);
    let (prefix, _) = leaked.split_once('.').expect("a key has a dot");
    let variables = [("BASETEN_REMOTE_URL", prism.url()), ("BASETEN_API_KEY", &operator)];
    let usual = ["revoke", "--prefix", prefix, "--yes", "--trail", "trail.jsonl"];
    let run = sandbox.run_with(&variables, usual).exits(0);
    assert_silent(&run, [&leaked, &operator]);
    run.prints(&["not seen by this operator", "dead: deleted, and gone from the inventory"]);
    let plan = sandbox.run_with(&variables, ["revoke", "--prefix", prefix, "--dry-run"]).exits(0).json();
    assert_eq!(plan["plan"]["keys"][0]["listed"], false);
}

/// Prism takes every key, as a proxy that answers anything with 200 would, and lists
/// keys that nobody leaked.
#[test]
fn prism_proves_nothing_of_a_key() {
    let Some(prism) = Prism::start() else { return };
    let (sandbox, operator) = (Sandbox::new(), key(2));
    let leaked = sandbox.write_key("a.env");
    let (prefix, _) = leaked.split_once('.').expect("a key has a dot");
    let variables = [("BASETEN_REMOTE_URL", prism.url()), ("BASETEN_API_KEY", &operator)];
    for (args, code, pieces) in [
        (&["scan", "--verify"][..], 1, &["! unknown: not in this workspace's inventory"][..]),
        (
            &["scan", "--verify", "--probe"],
            1,
            &["not in this workspace's inventory", "with 200", "was not sent"],
        ),
        // Its audit log goes on forever; its first page holds one entry.
        (&["explain", prefix], 2, &["not in this workspace's inventory", "its pages do not end"]),
        (&["explain", prefix, "--limit", "1"], 2, &["audit log: 0 of the newest 1 entries"]),
    ] {
        let run = sandbox.run_with(&variables, args).exits(code).prints(pieces);
        assert_silent(&run, [&leaked, &operator]);
    }
}

/// Prism lists one key, which is not the one that stands in the file.
#[test]
fn prism_lists_its_keys_and_none_to_rotate() {
    let Some(prism) = Prism::start() else { return };
    let (sandbox, operator) = (Sandbox::new(), key(2));
    let variables = [("BASETEN_REMOTE_URL", prism.url()), ("BASETEN_API_KEY", &operator)];
    sandbox.write("old.env", format!("BASETEN_API_KEY={}\n", key(3)));
    for (args, code, pieces) in [
        (&["keys", "--audit-limit", "1"][..], 0, &["1 key of 1 in the inventory"][..]),
        (&["keys", "--audit-limit", "1", "--format", "json"], 0, &["\"category\": \"PERSONAL\""]),
        (
            &["rotate", "--env-file", "old.env", "--variable", "BASETEN_API_KEY", "--dry-run"],
            2,
            &["no inventory at hand lists"],
        ),
    ] {
        let run = sandbox.run_with(&variables, args).exits(code);
        let run = if code == 0 { run.prints(pieces) } else { run.says(pieces) };
        assert_silent(&run, [&key(3), &operator]);
    }
}
