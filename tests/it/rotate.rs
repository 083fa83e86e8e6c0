//! `rotate`: a key replaced where it lives, on files as people have them, and with
//! each step made to fail.
//!
//! What is asserted of a failure is asked of the server with what stands in the file.

mod broken;
mod failures;
mod places;

use std::fs;
use std::path::{Path, PathBuf};

use crate::sandbox::{Run, Sandbox, assert_silent};
use crate::server::{Server, ask};

/// A server, a home folder, and a file with a key.
pub(crate) struct Bench {
    server: Server,
    sandbox: Sandbox,
    /// The key of the label `admin`, Ada's personal one.
    old: String,
    /// The file, `~/.trussrc` unless said otherwise.
    path: PathBuf,
}

impl Bench {
    /// One whose `~/.trussrc` has a remote with Ada's key.
    fn new() -> Self {
        Self::with(
            ".trussrc",
            "[baseten]\nremote_provider = baseten\nremote_url = https://app.baseten.co\napi_key = @KEY@\n",
        )
    }

    /// One with a file in the home folder; `@KEY@` in `text` stands for Ada's key.
    fn with(path: &str, text: &str) -> Self {
        let (server, sandbox) = (Server::start(), Sandbox::new());
        let old = server.key("admin");
        let path = sandbox.home().join(path);
        fs::create_dir_all(path.parent().expect("it lies in the home folder"))
            .expect("the folder can be made");
        fs::write(&path, text.replace("@KEY@", &old)).expect("the file can be written");
        Self { server, sandbox, old, path }
    }

    /// Writes the key of a label into a file of the work folder.
    fn key_file(&self, label: &str) -> PathBuf {
        self.sandbox.write("operator.key", self.server.key(label));
        let path = self.sandbox.path("operator.key");
        #[cfg(unix)]
        mode(&path, 0o600);
        path
    }

    /// Runs `rotate --yes` against the server. No key may show.
    #[track_caller]
    fn rotate(&self, args: &[&str]) -> Run {
        self.run(&[&["--yes"], args].concat())
    }

    #[track_caller]
    fn run(&self, args: &[&str]) -> Run {
        let url = self.server.url();
        let run = self.sandbox.run([&["rotate", "--remote-url", &url], args].concat());
        assert_silent(&run, &self.keys());
        run
    }

    /// All keys of the server, dead ones too.
    fn keys(&self) -> Vec<String> {
        self.server.state().keys.iter().map(crate::server::Key::text).collect()
    }

    /// The keys that were made, those that live.
    fn made(&self) -> Vec<String> {
        let state = self.server.state();
        let made = state.keys.iter().filter(|key| key.label.starts_with("made-") && !key.revoked);
        made.map(crate::server::Key::text).collect()
    }

    /// The only one that was made and lives.
    #[track_caller]
    fn new_key(&self) -> String {
        let made = self.made();
        assert_eq!(made.len(), 1, "one key was made");
        made.into_iter().next().expect("there is one")
    }

    #[track_caller]
    fn bytes(&self) -> String {
        fs::read_to_string(&self.path).expect("the file is there")
    }

    /// Whether the server takes a key, now that it behaves.
    #[track_caller]
    fn is_live(&self, key: &str) -> bool {
        self.server.behave();
        let key = format!("Bearer {key}");
        let answer = ask(&self.server.url(), "GET /v1/users/me", Some(&key), None).expect("an answer comes");
        answer.status == 200
    }
}

#[cfg(unix)]
fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the mode can be set");
}

#[cfg(unix)]
fn mode_of(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}
