//! A browser that runs: how it is started, and that it ends.
//!
//! Between it and this program stands a shell that does two things: it puts the pipes where the
//! browser wants them, and when the browser has ended it removes its folder. So nothing is left
//! behind even where this program is killed: its pipe closes, the browser ends, the shell tidies up.
//!
//! **Invariant:** the browser gets a new profile, a new home and no variable of the
//! environment that could hold a secret; and no way to the network but the gate.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use super::wire::Wire;

/// How long a browser may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(3);
/// How much of its complaints is looked at, in bytes.
const COMPLAINTS: u64 = 1 << 16;
/// Variables that it needs.
const KEPT: [&str; 6] = ["PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "FONTCONFIG_PATH"];
/// The folder first, then the program and its arguments. The shell gives its pipes away, so that
/// they close when the browser ends.
const SHELL: &str = "folder=$1; shift; exec 3<&0 4>&1 </dev/null >/dev/null; \
    \"$@\" & exec 3<&- 4>&-; wait; \
    rm -rf -- \"$folder\" || { sleep 1; rm -rf -- \"$folder\"; }";
/// What every browser is started with: nothing of its own accord, nothing kept, nothing asked.
const ARGUMENTS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-pipe",
    "--disable-auto-reload",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-features=Translate,MediaRouter,OptimizationHints,InterestFeedContentSuggestions",
    "--disable-gpu",
    "--disable-quic",
    "--disable-search-engine-choice-screen",
    "--disable-sync",
    "--deny-permission-prompts",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--no-service-autorun",
    "--password-store=basic",
    "--use-mock-keychain",
    "--window-size=1280,800",
];

/// A running browser; it ends, and its folder goes, when this is dropped.
pub(super) struct Process {
    shell: Child,
    complaints: Option<JoinHandle<Vec<u8>>>,
    _folder: TempDir,
    /// Whether it runs without its sandbox.
    pub(super) is_bare: bool,
}

impl Process {
    /// Starts `program` so that it goes through the gate at `port`.
    pub(super) fn start(program: &Path, port: u16, user_agent: Option<&str>) -> io::Result<(Self, Wire)> {
        let folder = tempfile::Builder::new().prefix("baseleak-browser-").tempdir()?;
        let within = |name: &str| -> io::Result<PathBuf> {
            let path = folder.path().join(name);
            fs::create_dir(&path)?;
            Ok(path)
        };
        let (profile, temporary, home) = (within("profile")?, within("tmp")?, within("home")?);
        let is_bare = is_root(folder.path())?;
        let mut shell = Command::new("/bin/sh");
        shell.arg("-c").arg(SHELL).arg("sh").arg(folder.path()).arg(program).args(ARGUMENTS);
        shell.arg(format!("--proxy-server=socks5://127.0.0.1:{port}"));
        // Loopback addresses would go past the proxy, and names be resolved before it.
        shell.args([
            "--proxy-bypass-list=<-loopback>",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        ]);
        let mut argument = OsString::from("--user-data-dir=");
        argument.push(&profile);
        shell.arg(argument);
        if let Some(name) = user_agent {
            shell.arg(format!("--user-agent={name}"));
        }
        if is_bare {
            shell.arg("--no-sandbox");
        }
        shell.arg("about:blank");
        shell.env_clear().envs(KEPT.iter().filter_map(|name| Some((name, env::var_os(name)?))));
        shell.env("TMPDIR", &temporary).env("HOME", &home).current_dir(&home);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, so that Ctrl-C ends it by the pipe and leaves the shell its work.
        shell.process_group(0);
        let mut child = shell.spawn()?;
        let sink = child.stdin.take().expect("it is a pipe");
        let source = child.stdout.take().expect("it is a pipe");
        let mut stderr = child.stderr.take().expect("it is a pipe");
        let complaints = thread::spawn(move || {
            let mut text = Vec::new();
            drop(stderr.by_ref().take(COMPLAINTS).read_to_end(&mut text));
            // The rest is read as well, so that writing it never blocks.
            drop(io::copy(&mut stderr, &mut io::sink()));
            text
        });
        let process = Self { shell: child, complaints: Some(complaints), is_bare, _folder: folder };
        Ok((process, Wire::new(Box::new(sink), source)))
    }

    /// Whether it ended for want of a sandbox, by what it said; for one that has ended.
    pub(super) fn lacks_sandbox(&mut self) -> bool {
        self.end();
        let text = self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        ["No usable sandbox", "Running as root without --no-sandbox"].iter().any(|said| text.contains(said))
    }

    /// Waits for it to end, and not for long.
    fn end(&mut self) {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if !matches!(self.shell.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        if let Some(group) = i32::try_from(self.shell.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        drop(self.shell.kill());
        drop(self.shell.wait());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The folder goes with its guard, where the shell did not remove it.
        self.end();
    }
}

/// Whether this program runs as root, by whose the folder is that it made: as root, browsers
/// start without a sandbox only.
fn is_root(made: &Path) -> io::Result<bool> {
    Ok(fs::metadata(made)?.uid() == 0)
}
