//! A folder of its own and a clean environment for one test of the program.
//!
//! It runs the built program and git, and says what came out; what that should
//! have been is the business of the tests. Keys are made at run time.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{LazyLock, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

use crate::contexts::{Kind, Rng};

/// Wall time after which a run counts as hanging; even a loaded machine needs a small part of it.
const PATIENCE: Duration = Duration::from_secs(120);
/// The date of everything that git records.
const DATE: &str = "2026-01-02T03:04:05Z";
/// Characters of a secret in a row that may not be seen anywhere.
const TELLING: usize = 8;
const SEED: u64 = 0x5A4D_B0C5;

/// A work folder, a home folder beside it, and an environment that knows nothing else.
pub(crate) struct Sandbox {
    _folder: TempDir,
    work: PathBuf,
    home: PathBuf,
}

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("sandbox").tempdir().expect("a folder can be made");
        // On macOS the folder for temporary files lies behind a link; git shows where it leads.
        let root = if cfg!(unix) {
            folder.path().canonicalize().expect("the folder is there")
        } else {
            folder.path().to_owned()
        };
        let (work, home) = (root.join("work"), root.join("home"));
        fs::create_dir(&work).expect("a folder can be made");
        fs::create_dir(&home).expect("a folder can be made");
        Self { _folder: folder, work, home }
    }

    /// One whose work folder is a git repository.
    pub(crate) fn repository() -> Self {
        let sandbox = Self::new();
        sandbox.git(["init", "--quiet", "--initial-branch=main"]);
        sandbox
    }

    /// The absolute path of something in the work folder.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.work.join(path)
    }

    /// The home folder, in which git's own configuration of the user stands.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// Writes a file in the work folder, and the folders it needs.
    pub(crate) fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        let folder = path.parent().expect("it lies in the work folder");
        fs::create_dir_all(folder).expect("the folder can be made");
        fs::write(&path, bytes).expect("the file can be written");
    }

    /// Writes a line with a key of its own, so that the file has exactly one finding; returns the key.
    pub(crate) fn write_key(&self, path: impl AsRef<Path>) -> String {
        let name = path.as_ref().as_os_str().as_encoded_bytes();
        let number = name
            .iter()
            .fold(1 << 20, |sum: usize, &byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        let key = key(number);
        self.write(path, format!("KEY = {key}\n"));
        key
    }

    /// Runs git in the work folder, which must succeed; returns its standard output.
    #[track_caller]
    pub(crate) fn git<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> String {
        let mut command = Command::new("git");
        let output = self.confine(&mut command).args(args).output().expect("git can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("git writes UTF-8 here")
    }

    /// Another program, to be started in the work folder with the same clean environment.
    pub(crate) fn confined(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        self.confine(&mut command);
        command
    }

    /// The program with these arguments, to be started in the work folder.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_baseleak"));
        self.confine(&mut command).args(args);
        command
    }

    /// Runs the program with nothing on standard input.
    #[track_caller]
    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        Run::of(&mut self.command(args), b"")
    }

    /// Runs the program with `stdin` on standard input.
    #[track_caller]
    pub(crate) fn pipe<A: AsRef<OsStr>>(&self, stdin: &[u8], args: impl IntoIterator<Item = A>) -> Run {
        Run::of(&mut self.command(args), stdin)
    }

    /// Runs the program with more variables in its environment, and nothing on standard input.
    #[track_caller]
    pub(crate) fn run_with<A: AsRef<OsStr>>(
        &self,
        variables: &[(&str, &str)],
        args: impl IntoIterator<Item = A>,
    ) -> Run {
        Run::of(self.command(args).envs(variables.iter().copied()), b"")
    }

    /// Runs `scan --format json` with more arguments and reads its report.
    #[track_caller]
    pub(crate) fn scan<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Value {
        let mut command = self.command(["scan", "--format", "json"]);
        Run::of(command.args(args), b"").json()
    }

    /// Takes the environment of the tests away from `command`.
    fn confine<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env_clear().current_dir(&self.work);
        // What programs need to start at all; the last three are for Windows.
        for name in ["PATH", "SystemRoot", "SystemDrive", "PATHEXT"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        for name in ["HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"] {
            command.env(name, &self.home);
        }
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.home.join(".gitconfig"))
            .env("GIT_AUTHOR_NAME", "A")
            .env("GIT_AUTHOR_EMAIL", "a@example.org")
            .env("GIT_AUTHOR_DATE", DATE)
            .env("GIT_COMMITTER_NAME", "C")
            .env("GIT_COMMITTER_EMAIL", "c@example.org")
            .env("GIT_COMMITTER_DATE", DATE)
    }
}

impl Run {
    #[track_caller]
    fn of(command: &mut Command, input: &[u8]) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let stdout = drain(child.stdout.take().expect("it is a pipe"));
        let stderr = drain(child.stderr.take().expect("it is a pipe"));
        let mut stdin = child.stdin.take().expect("it is a pipe");
        let input = input.to_owned();
        // A program that does not read its input breaks the pipe, which is its right.
        let writer = thread::spawn(move || drop(stdin.write_all(&input)));
        let status = wait(&mut child);
        writer.join().expect("writing does not panic");
        let text = |reader: JoinHandle<Vec<u8>>| {
            String::from_utf8(reader.join().expect("reading does not panic"))
                .expect("the program writes UTF-8")
        };
        Self::checked(Self { code: status.code(), stdout: text(stdout), stderr: text(stderr) })
    }

    /// A run that was started in another way.
    #[track_caller]
    pub(crate) fn ended(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        let Output { status, stdout, stderr } = output;
        Self::checked(Self { code: status.code(), stdout: text(stdout), stderr: text(stderr) })
    }

    #[track_caller]
    fn checked(self) -> Self {
        self.shows_no_key();
        self
    }

    /// Holds the run to showing half of a secret of no key that any test has made so far.
    #[track_caller]
    fn shows_no_key(&self) {
        let known = KNOWN.lock().expect("no test panics with it");
        for text in [&self.stdout, &self.stderr] {
            let runs = text.as_bytes().split(|byte| !byte.is_ascii_alphanumeric());
            let mut halves = runs.flat_map(|run| run.windows(HALF));
            assert!(!halves.any(|half| known.contains(half)), "half of a secret is shown");
        }
    }

    /// Holds the run to an exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Holds standard error to these pieces.
    #[track_caller]
    pub(crate) fn says(self, pieces: &[&str]) -> Self {
        for piece in pieces {
            assert!(self.stderr.contains(piece), "{piece:?} is missing: {}", self.stderr);
        }
        self
    }

    /// Holds standard output to these pieces.
    #[track_caller]
    pub(crate) fn prints(self, pieces: &[&str]) -> Self {
        for piece in pieces {
            assert!(self.stdout.contains(piece), "{piece:?} is missing: {}", self.stdout);
        }
        self
    }

    /// Holds the run to not showing the secret part of `key`.
    #[track_caller]
    pub(crate) fn hides(self, key: &str) -> Self {
        assert_hidden(key, &self.stdout);
        assert_hidden(key, &self.stderr);
        self
    }

    /// The JSON report on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let report = serde_json::from_str(&self.stdout);
        assert!(report.is_ok(), "no report: {report:?}, {:?}, {}", self.code, self.stderr);
        report.expect("it was just looked at")
    }
}

/// Waits for the end of `child`, but not forever.
#[track_caller]
pub(crate) fn wait(child: &mut Child) -> ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return status;
        }
        let is_late = began.elapsed() > PATIENCE;
        if is_late {
            child.kill().expect("a child can be ended");
        }
        assert!(!is_late, "the program hangs");
        thread::sleep(Duration::from_millis(1));
    }
}

fn drain(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("a pipe can be read");
        bytes
    })
}

/// Key number `number` of the shape that is a finding wherever it stands.
pub(crate) fn key(number: usize) -> String {
    key_of(Kind::New, number)
}

/// Key number `number` of a shape.
pub(crate) fn key_of(kind: Kind, number: usize) -> String {
    let key = kind.key(&mut Rng::of_part(SEED, number));
    remember(&key);
    key
}

/// The first halves of the secrets of all keys that tests have made.
static KNOWN: LazyLock<Mutex<HashSet<Vec<u8>>>> = LazyLock::new(Mutex::default);
/// Characters of the shortest secret.
const HALF: usize = 16;

/// From now on no run of the program may show this key.
pub(crate) fn remember(key: &str) {
    let (_, secret) = key.split_once('.').or_else(|| key.split_once('_')).expect("it is a key");
    KNOWN.lock().expect("no test panics with it").insert(secret.as_bytes()[..HALF].to_vec());
}

/// So many lines, each with a key that begins in column 7.
pub(crate) fn lines_of_keys(count: usize) -> String {
    let mut text = String::new();
    for number in 0..count {
        text.extend(["KEY = ", &key(number), "\n"]);
    }
    text
}

/// Holds `text` to showing nothing telling of the secret part of `key`. On
/// failure it says so without the text, which would show it again.
#[track_caller]
pub(crate) fn assert_hidden(key: &str, text: &str) {
    // The secret of a webhook has no public part.
    let (_, secret) = key.split_once('.').or_else(|| key.split_once('_')).expect("it is a key");
    for at in 0..=secret.len() - TELLING {
        assert!(!text.contains(&secret[at..at + TELLING]), "a part of a secret is shown, from byte {at} on");
    }
}

/// Holds a run to showing nothing telling of the secret parts of `keys`, in no output.
#[track_caller]
pub(crate) fn assert_silent<'k>(run: &Run, keys: impl IntoIterator<Item = &'k String>) {
    for key in keys {
        assert_hidden(key, &run.stdout);
        assert_hidden(key, &run.stderr);
    }
}

/// The paths of the findings of a report, in its order.
#[track_caller]
pub(crate) fn paths(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("there are findings");
    findings.iter().map(|finding| finding["path"].as_str().expect("a path is a string")).collect()
}

/// Path, reason and detail of what a report says was skipped.
#[track_caller]
pub(crate) fn skipped(report: &Value) -> Vec<(&str, &str, Option<&str>)> {
    let skipped = report["coverage"]["skipped"].as_array().expect("there is a list of what was skipped");
    skipped
        .iter()
        .map(|entry| {
            let field = |name: &str| entry[name].as_str();
            (field("path").unwrap_or_default(), field("reason").unwrap_or_default(), field("detail"))
        })
        .collect()
}

/// Every file below `folders` with its size and the time it was written, all that a scan must
/// leave as it is.
pub(crate) fn state(
    folders: impl IntoIterator<Item = impl AsRef<Path>>,
) -> BTreeMap<PathBuf, (u64, SystemTime)> {
    let mut waiting: Vec<PathBuf> = folders.into_iter().map(|folder| folder.as_ref().to_owned()).collect();
    let mut all = BTreeMap::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).expect("it can be listed").flatten() {
            let metadata = entry.metadata().expect("it is there");
            let time = metadata.modified().expect("the system knows");
            all.insert(entry.path(), (metadata.len(), time));
            if metadata.is_dir() {
                waiting.push(entry.path());
            }
        }
    }
    all
}
