//! Entries of the system's keyring that Truss and the Baseten CLI made, read with
//! the tools that the system has for it: `secret-tool` and `security`.
//!
//! It does not write entries. A system without the tool has no entries.
//!
//! **Invariant:** arguments of the tools hold names only, never a key, and a key
//! comes back through a pipe.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::Problem;
use super::auth_json::System;
use super::key::checked;
use crate::model::Secret;

/// How long a tool may take; it may ask the user to unlock the keyring.
const LIMIT: Duration = Duration::from_secs(5);

/// An entry of so many bytes is too long to be one.
const MAX_ENTRY: u64 = 64 << 10;

/// The services that the entries are filed under.
const TRUSS: &str = "baseten-truss";
const CLI: &str = "baseten-profile";

/// What reads the keyring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    /// `secret-tool` of libsecret, by its path.
    Libsecret(PathBuf),
    /// `security` of macOS, by its path.
    MacOs(PathBuf),
    /// Nothing is installed: the keyring is empty.
    Absent,
    /// There is a keyring, but no tool that prints a secret of it.
    Closed,
}

/// The keyring of the user.
#[derive(Debug)]
pub(super) struct Keyring {
    tool: Tool,
    /// Whether Truss is told to leave the keyring alone.
    without_truss: bool,
    limit: Duration,
}

/// What Truss files.
#[derive(Deserialize)]
struct TrussEntry {
    auth_type: String,
    api_key: Option<String>,
    oauth_access_token: Option<String>,
}

/// What the CLI files for an OAuth profile.
#[derive(Deserialize)]
struct CliToken {
    access_token: String,
}

impl Keyring {
    /// The keyring of this system, as the environment describes it.
    pub(super) fn of(env: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let tool = match System::THIS {
            System::MacOs => Tool::MacOs(PathBuf::from("/usr/bin/security")),
            System::Windows => Tool::Closed,
            System::Other => {
                env("PATH").and_then(|path| installed(&path)).map_or(Tool::Absent, Tool::Libsecret)
            }
        };
        let disabled = env("BASETEN_TRUSS_AUTH_KEYRING_DISABLED").unwrap_or_default();
        let disabled = disabled.to_string_lossy().to_lowercase();
        let without_truss = matches!(disabled.as_str(), "1" | "true" | "yes");
        Self { tool, without_truss, limit: LIMIT }
    }

    /// A keyring behind a tool of the tests.
    #[cfg(test)]
    pub(super) fn with_secret_tool(path: PathBuf) -> Self {
        Self { tool: Tool::Libsecret(path), without_truss: false, limit: Duration::from_secs(60) }
    }

    /// What Truss has filed for a remote.
    pub(super) fn truss(&self, remote: &str, is_oauth: bool) -> Result<Option<Secret>, Problem> {
        if self.without_truss {
            return Ok(None);
        }
        let Some(entry) = self.lookup(TRUSS, remote)? else { return Ok(None) };
        let entry: TrussEntry = serde_json::from_slice(&entry).map_err(|_| Problem::KeyringEntry)?;
        let (kind, key) =
            if is_oauth { ("oauth", entry.oauth_access_token) } else { ("api_key", entry.api_key) };
        match key.filter(|_| entry.auth_type == kind) {
            Some(key) => checked(key.as_bytes()).map(Some),
            None => Err(Problem::KeyringEntry),
        }
    }

    /// What the CLI has filed for a profile.
    pub(super) fn cli(&self, profile: &str, is_oauth: bool) -> Result<Option<Secret>, Problem> {
        let Some(entry) = self.lookup(CLI, profile)? else { return Ok(None) };
        let entry = decoded(entry)?;
        if is_oauth {
            let token: CliToken = serde_json::from_slice(&entry).map_err(|_| Problem::KeyringEntry)?;
            return checked(token.access_token.as_bytes()).map(Some);
        }
        checked(&entry).map(Some)
    }

    /// The entry of a service and an account, without the line break behind it.
    fn lookup(&self, service: &str, account: &str) -> Result<Option<Vec<u8>>, Problem> {
        // Such a name would be taken for an option, and none can hold a NUL.
        if account.is_empty() || account.starts_with('-') || account.contains('\0') {
            return Ok(None);
        }
        let mut command = match &self.tool {
            Tool::Libsecret(path) => {
                let mut command = Command::new(path);
                command.args(["lookup", "service", service, "username", account]);
                command
            }
            Tool::MacOs(path) => {
                let mut command = Command::new(path);
                command.args(["find-generic-password", "-s", service, "-a", account, "-w"]);
                command
            }
            Tool::Absent => return Ok(None),
            Tool::Closed => return Err(Problem::KeyringClosed),
        };
        for variable in ["BASETEN_API_KEY", "BASETEN_TRUSS_AUTH_API_KEY"] {
            command.env_remove(variable);
        }
        let printed = printed(command, self.limit)?;
        Ok(printed.map(|entry| entry.trim_ascii_end().to_vec()).filter(|entry| !entry.is_empty()))
    }
}

/// The `secret-tool` of a search path. Folders that are relative do not count:
/// what stands in the folder of the day is not the system's.
fn installed(path: &OsString) -> Option<PathBuf> {
    let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join("secret-tool")).find(|tool| Path::is_file(tool))
}

/// What a command prints, if it can be run and succeeds.
fn printed(mut command: Command, limit: Duration) -> Result<Option<Vec<u8>>, Problem> {
    let until = Instant::now() + limit;
    let silent = || Problem::KeyringSilent(limit.as_secs());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return Ok(None) };
    let Some(pipe) = child.stdout.take() else { return Ok(None) };
    let (sender, receiver) = mpsc::channel();
    // The pipe may stay open for as long as the tool likes, so a thread waits for it.
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let is_whole = pipe.take(MAX_ENTRY).read_to_end(&mut bytes).is_ok();
        // Nobody listens any more where the time is over.
        let _ = sender.send(is_whole.then_some(bytes));
    });
    let Ok(bytes) = receiver.recv_timeout(limit) else {
        end(&mut child);
        return Err(silent());
    };
    if bytes.as_ref().is_some_and(|bytes| bytes.len() as u64 == MAX_ENTRY) {
        end(&mut child);
        return Err(Problem::KeyringEntry);
    }
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(bytes.filter(|_| status.success())),
            Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(5)),
            _ => {
                end(&mut child);
                return Err(silent());
            }
        }
    }
}

/// Ends a tool that takes too long.
fn end(child: &mut Child) {
    // It may have ended by itself in the meantime, which is as well.
    let _ = child.kill();
    let _ = child.wait();
}

/// An entry of the CLI as it was filed: on macOS its library encodes entries.
fn decoded(entry: Vec<u8>) -> Result<Vec<u8>, Problem> {
    let decoded = if let Some(code) = entry.strip_prefix(b"go-keyring-base64:") {
        base64(code)
    } else if let Some(code) = entry.strip_prefix(b"go-keyring-encoded:") {
        hex(code)
    } else {
        return Ok(entry);
    };
    decoded.ok_or(Problem::KeyringEntry)
}

/// Standard base64, padded or not.
fn base64(code: &[u8]) -> Option<Vec<u8>> {
    let len = code.iter().rposition(|&byte| byte != b'=').map_or(0, |at| at + 1);
    let mut bytes = Vec::with_capacity(len);
    let (mut bits, mut held) = (0_u32, 0);
    for &byte in &code[..len] {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 & 0xffff | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    Some(bytes)
}

/// Pairs of hexadecimal digits.
fn hex(code: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = code.as_chunks::<2>();
    let bytes = pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?));
    if rest.is_empty() { bytes.collect() } else { None }
}

#[cfg(test)]
#[path = "keyring_tests.rs"]
mod tests;
