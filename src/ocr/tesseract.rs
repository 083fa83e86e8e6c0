//! The program Tesseract: finding it, asking what it is, and one run of it.
//!
//! It is run without a shell, with images on its standard input and what it read on its
//! standard output. What it complains of is not shown: it may quote what it read.
//!
//! **Invariant:** the program sees of the environment only what it needs to start, and no file
//! is written for it.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{env, io, thread};

use super::OcrError;

/// What of the environment a program needs to start and to find its models.
const ENVIRONMENT: [&str; 13] = [
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "TESSDATA_PREFIX",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SystemRoot",
    "ProgramFiles",
    "USERPROFILE",
];
/// How long it may take to say what it is; the first start reads it from the disk.
const ANSWER: Duration = Duration::from_secs(20);
/// The longest output that is read.
const MOST_OUTPUT: u64 = 256 << 20;
/// Pages are lines, taken as they are: what looks for a line on them would lose some.
const RAW_LINE: &str = "13";
/// The language whose model reads keys.
const LANGUAGE: &str = "eng";

/// A recogniser that is there and works.
#[derive(Debug)]
pub(super) struct Tesseract {
    program: PathBuf,
    /// What it calls itself, such as `tesseract 5.3.0`.
    pub(super) version: String,
}

/// Why a run gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// It took longer than it may.
    TimedOut,
    /// What went wrong, with nothing of what was read.
    Broken(String),
}

impl Tesseract {
    /// Finds the program and asks what it is.
    pub(super) fn find(program: Option<PathBuf>) -> Result<Self, OcrError> {
        let program = match program {
            Some(program) => program,
            None => on_path().ok_or(OcrError::Missing)?,
        };
        let broken = |why| OcrError::Broken { program: program.clone(), why };
        let answer = match answer(&program, "--version") {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(OcrError::Missing),
            Err(error) => return Err(broken(error.to_string())),
            Ok(answer) => answer,
        };
        let version = answer.lines().next().unwrap_or("").trim();
        let major = version.strip_prefix("tesseract ").map(|version| version.trim_start_matches('v'));
        let major: Option<u32> = major.and_then(|version| version.split('.').next()?.parse().ok());
        match major {
            None => return Err(broken("it does not say that it is Tesseract".into())),
            Some(..4) => {
                return Err(broken(format!("version 4 or later is needed, and it is {}", clean(version))));
            }
            Some(_) => {}
        }
        let languages = self::answer(&program, "--list-langs").map_err(|error| broken(error.to_string()))?;
        if !languages.lines().any(|line| line.trim() == LANGUAGE) {
            return Err(OcrError::Language { program });
        }
        Ok(Self { version: clean(version), program })
    }

    /// Reads `images`, pages of a TIFF, as lines of text; `only` are the letters that there can
    /// be. `until` is when it is stopped.
    pub(super) fn read(
        &self,
        images: Vec<u8>,
        only: Option<&str>,
        until: Instant,
    ) -> Result<String, Failure> {
        let mut command = command(&self.program);
        command.args(["stdin", "stdout", "-l", LANGUAGE, "--oem", "1", "--psm", RAW_LINE]);
        // Keys are not words, so that what the recogniser knows of words misleads it.
        for setting in [
            "load_system_dawg=0",
            "load_freq_dawg=0",
            "load_punc_dawg=0",
            "load_number_dawg=0",
            "tessedit_do_invert=0",
            "tessedit_create_hocr=1",
            "hocr_char_boxes=1",
            "lstm_choice_mode=2",
        ] {
            command.args(["-c", setting]);
        }
        if let Some(only) = only {
            command.arg("-c").arg(format!("tessedit_char_whitelist={only}"));
        }
        let broken = |error: io::Error| Failure::Broken(format!("the recogniser failed: {error}"));
        let (status, output) = run(command, images, until).map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => Failure::TimedOut,
            _ => broken(error),
        })?;
        if !status.success() {
            return Err(Failure::Broken(format!("the recogniser failed: {status}")));
        }
        Ok(String::from_utf8_lossy(&output).into_owned())
    }
}

/// The program on the `PATH`, or where its installer puts it. Folders that are not absolute are
/// passed over: what lies in the folder that is scanned is not run.
fn on_path() -> Option<PathBuf> {
    let name = if cfg!(windows) { "tesseract.exe" } else { "tesseract" };
    let path = env::var_os("PATH").unwrap_or_default();
    let installed = env::var_os("ProgramFiles").filter(|_| cfg!(windows));
    let installed = installed.map(|folder| PathBuf::from(folder).join("Tesseract-OCR"));
    let mut folders = env::split_paths(&path).chain(installed).filter(|folder| folder.is_absolute());
    folders.find_map(|folder| Some(folder.join(name)).filter(|program| program.is_file()))
}

/// The program, to be started with what it needs of the environment, outside of the folder that
/// is scanned.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    let kept = ENVIRONMENT.iter().filter_map(|name| Some((*name, env::var_os(name)?)));
    let kept: Vec<(&str, OsString)> = kept.collect();
    command.env_clear().envs(kept).env("OMP_THREAD_LIMIT", "1");
    if let Some(folder) = program.parent().filter(|folder| folder.is_absolute()) {
        command.current_dir(folder);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// What the program says to one question, on whichever stream.
fn answer(program: &Path, question: &str) -> io::Result<String> {
    let mut command = command(program);
    command.arg(question).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let mut said = child.stderr.take().expect("it was asked to be piped");
    let complaints = thread::spawn(move || {
        let mut text = Vec::new();
        let _ = (&mut said).take(1 << 16).read_to_end(&mut text);
        let _ = io::copy(&mut said, &mut io::sink());
        text
    });
    let (_, mut output) = finish(child, Vec::new(), Instant::now() + ANSWER)?;
    output.push(b'\n');
    output.extend(complaints.join().unwrap_or_default());
    Ok(String::from_utf8_lossy(&output).into_owned())
}

/// Runs a command with `input` on its standard input.
fn run(
    mut command: Command,
    input: Vec<u8>,
    until: Instant,
) -> io::Result<(std::process::ExitStatus, Vec<u8>)> {
    finish(command.spawn()?, input, until)
}

/// Feeds a program and reads what it writes; at `until` it is killed. What it started may hold
/// its pipes for longer, and is not waited for.
fn finish(
    mut child: Child,
    input: Vec<u8>,
    until: Instant,
) -> io::Result<(std::process::ExitStatus, Vec<u8>)> {
    let mut stdin = child.stdin.take().expect("it was asked to be piped");
    let stdout = child.stdout.take().expect("it was asked to be piped");
    let (done, is_done) = mpsc::channel();
    // A program that ends before it read everything says why in its status.
    thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    thread::spawn(move || {
        let mut output = Vec::new();
        let read = stdout.take(MOST_OUTPUT).read_to_end(&mut output).map(|_| output);
        let _ = done.send(read);
    });
    let output = match is_done.recv_timeout(until.saturating_duration_since(Instant::now())) {
        Ok(output) => output,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            Err(io::ErrorKind::TimedOut.into())
        }
    };
    if output.is_err() {
        // It may have ended by itself meanwhile.
        let _ = child.kill();
    }
    let status = wait(&mut child, until)?;
    Ok((status, output?))
}

/// Waits for a program that has closed its output; one that does not end is killed.
fn wait(child: &mut Child, until: Instant) -> io::Result<std::process::ExitStatus> {
    let grace = until.max(Instant::now() + Duration::from_secs(1));
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() >= grace {
            child.kill()?;
            return child.wait();
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// A text of the program without what a terminal would take for a command.
fn clean(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_graphic() || *letter == ' ').take(60).collect()
}
