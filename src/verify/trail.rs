//! The trail of revocations: an append-only file, one line of JSON for each event, from
//! which a run that broke off is told and resumed.
//!
//! Every line stands on the disk before the program goes on: the attempt before the key
//! is deleted, the outcome before the next is. What was tried is therefore never unknown.
//! `read` tells what a trail says; nothing here calls the API.
//!
//! **Invariant:** a line holds public prefixes and words, never a secret, and no line is
//! changed or taken away once it is written.

mod read;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub use read::{Pending, Unfinished, unfinished};

/// The version of the lines.
const SCHEMA: u64 = 1;
/// How every line begins; what begins otherwise is no trail.
const START: &[u8] = b"{\"schema\":1,\"run\":\"";

/// Why there is no trail, or none that can be used.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    /// The system refused.
    #[error("cannot {what} it")]
    Io {
        /// What was tried, as a verb.
        what: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A folder, a device, a pipe.
    #[error("it is not a regular file")]
    NotAFile,
    /// A file of another kind, which is left as it is.
    #[error("it is a file, but not a trail of this version of baseleak")]
    NotATrail,
    /// Somebody else is at it.
    #[error("another run is writing it")]
    Locked,
    /// Nothing in it is left to be done.
    #[error("no run in it was broken off")]
    Finished,
}

fn failed(what: &'static str) -> impl Fn(io::Error) -> TrailError {
    move |source| TrailError::Io { what, source }
}

/// A key that is about to be revoked, as the plan's line names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLine {
    /// What stands before the dot.
    pub prefix: String,
    /// The gateway's group, for a key of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Whether the inventory listed it.
    pub listed: bool,
    /// Whether it is the key that revokes.
    #[serde(rename = "self")]
    pub is_self: bool,
}

/// What is noted.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// All that is to be done; in one line, so that it is there whole or not at all.
    Plan {
        /// The key that revokes, or whose it is.
        operator: Option<&'a str>,
        /// The run that this one goes on with.
        resumes: Option<&'a str>,
        /// The keys, in their order.
        keys: &'a [PlanLine],
    },
    /// A key was made in place of another. It is no part of a plan.
    Made {
        /// The key.
        prefix: &'a str,
    },
    /// A key is about to be deleted.
    Attempt {
        /// The key.
        prefix: &'a str,
    },
    /// What the API answered.
    Outcome {
        /// The key.
        prefix: &'a str,
        /// `deleted`, `absent` or `failed`.
        what: &'a str,
        /// Why it failed.
        why: Option<&'a str>,
    },
    /// What a look at the inventory showed then.
    Proof {
        /// The key.
        prefix: &'a str,
        /// `dead`, `live` or `unknown`.
        what: &'a str,
        /// The reason in words.
        why: &'a str,
    },
    /// The run ends.
    End {
        /// `done`, `incomplete`, `interrupted` or `stopped`.
        what: &'a str,
    },
}

/// A line as it is written.
#[derive(Default, Serialize)]
struct Line<'a> {
    schema: u64,
    run: &'a str,
    time: String,
    event: &'a str,
    remote: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resumes: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<&'a [PlanLine]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

/// A trail that is open for one run, and locked against others.
#[derive(Debug)]
pub struct Trail {
    file: File,
    run: String,
    remote: String,
}

impl Trail {
    /// Opens the trail at `path`, which is made if it is not there, for a run against
    /// `remote`. A last line that a crash tore is closed, and stays.
    ///
    /// # Errors
    /// Where the file cannot be had, is something else, or another run has it.
    pub fn open(path: &Path, remote: &str) -> Result<Self, TrailError> {
        let (mut file, is_new) = open(path).map_err(failed("open"))?;
        if !file.metadata().map_err(failed("look at"))?.is_file() {
            return Err(TrailError::NotAFile);
        }
        lock(&file)?;
        let torn = is_torn(&mut file)?;
        restrict(&file).map_err(failed("restrict"))?;
        if torn {
            file.write_all(b"\n").map_err(failed("write"))?;
        }
        file.sync_all().map_err(failed("flush"))?;
        if is_new {
            sync_folder(path).map_err(failed("flush the folder of"))?;
        }
        let now = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1000;
        Ok(Self { file, run: format!("{now:x}-{:x}", std::process::id()), remote: remote.to_owned() })
    }

    /// The name of this run in the trail.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Notes an event, and returns when it stands on the disk.
    ///
    /// # Errors
    /// Where that cannot be said; nothing that the event announces may be done then.
    pub fn note(&mut self, event: Event<'_>) -> Result<(), TrailError> {
        let time = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
        let line = Line { schema: SCHEMA, run: &self.run, time, remote: &self.remote, ..Line::default() };
        let line = match event {
            Event::Plan { operator, resumes, keys } => {
                Line { event: "plan", operator, resumes, keys: Some(keys), ..line }
            }
            Event::Made { prefix } => Line { event: "made", prefix: Some(prefix), ..line },
            Event::Attempt { prefix } => Line { event: "attempt", prefix: Some(prefix), ..line },
            Event::Outcome { prefix, what, why } => {
                Line { event: "outcome", prefix: Some(prefix), what: Some(what), why, ..line }
            }
            Event::Proof { prefix, what, why } => {
                Line { event: "proof", prefix: Some(prefix), what: Some(what), why: Some(why), ..line }
            }
            Event::End { what } => Line { event: "end", what: Some(what), ..line },
        };
        let mut bytes = serde_json::to_vec(&line)
            .map_err(|error| TrailError::Io { what: "write", source: error.into() })?;
        bytes.push(b'\n');
        // One call, so that a crash tears the last line at most.
        let written = self.file.write(&bytes).map_err(failed("write"))?;
        if written != bytes.len() {
            return Err(TrailError::Io { what: "write", source: io::ErrorKind::WriteZero.into() });
        }
        self.file.sync_all().map_err(failed("flush"))
    }
}

/// Where the trail stands unless the operator names another place: in the folder for the
/// state of programs. None where the environment does not tell where that is.
pub fn default_path(env: &dyn Fn(&str) -> Option<OsString>, home: Option<&Path>) -> Option<PathBuf> {
    let named = |name| env(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute());
    let folder = if cfg!(windows) {
        named("LOCALAPPDATA").or_else(|| Some(home?.join("AppData").join("Local")))
    } else if cfg!(target_os = "macos") {
        named("XDG_STATE_HOME").or_else(|| Some(home?.join("Library").join("Application Support")))
    } else {
        named("XDG_STATE_HOME").or_else(|| Some(home?.join(".local").join("state")))
    };
    Some(folder?.join("baseleak").join("trail.jsonl"))
}

/// Makes the folder of a trail, for the operator alone, and those above it.
///
/// # Errors
/// Where the system refuses.
pub fn make_folder(path: &Path) -> Result<(), TrailError> {
    let Some(folder) = path.parent() else { return Ok(()) };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed("make the folder of"))
}

/// Opens it for appending, and whether it was made for that.
fn open(path: &Path) -> io::Result<(File, bool)> {
    let mut options = OpenOptions::new();
    options.read(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // There a file is locked by not sharing it: others may read.
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 1);
    match options.clone().create_new(true).open(path) {
        Ok(file) => Ok((file, true)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok((options.open(path)?, false)),
        Err(error) => Err(error),
    }
}

/// Keeps other runs away as long as the file is open; a crash sets it free.
fn lock(file: &File) -> Result<(), TrailError> {
    #[cfg(unix)]
    if let Err(error) = rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        return Err(match error {
            rustix::io::Errno::WOULDBLOCK => TrailError::Locked,
            _ => failed("lock")(error.into()),
        });
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Whether its last line has no end. What is no trail is refused.
fn is_torn(file: &mut File) -> Result<bool, TrailError> {
    let mut start = Vec::new();
    file.seek(SeekFrom::Start(0)).map_err(failed("read"))?;
    (&*file).take(START.len() as u64).read_to_end(&mut start).map_err(failed("read"))?;
    if start.is_empty() {
        return Ok(false);
    }
    if !START.starts_with(&start) {
        return Err(TrailError::NotATrail);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1)).map_err(failed("read"))?;
    file.read_exact(&mut last).map_err(failed("read"))?;
    Ok(last != *b"\n")
}

/// Takes the file away from everybody but its owner.
fn restrict(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
        }
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Has the name of the file stand on the disk, too.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
