//! The text of a hook, and how one of ours is known again.
//!
//! POSIX shell, for dash and for the `sh` of Git for Windows. Where it is put is not known here.
//!
//! **Invariant:** a hook that cannot look for keys lets nothing through, and says how to get
//! rid of it.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::git;
use super::name::BEFORE;
use crate::cli::args::HookName;

/// The number of the form; it grows whenever the text changes.
const FORM: u32 = 1;
/// What the second line of each begins with.
const MARKER: &str = "# baseleak-hook ";
/// Bytes of a hook that are read: all of ours are shorter.
const MOST: u64 = 64 << 10;
/// Digits of the sum.
const DIGITS: usize = 16;

/// Where a hook works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In one repository, or in a folder of somebody else's.
    Repository,
    /// In our folder for all repositories, where it runs the repository's own hook first.
    Global,
    /// There, too, and it does nothing but run the repository's own.
    HandOn,
}

impl Kind {
    /// Its word in the script and in reports.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Global => "global",
            Self::HandOn => "hand-on",
        }
    }
}

/// A hook of ours, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) form: u32,
    pub(crate) kind: String,
    /// Whether it is as it was written.
    pub(crate) is_intact: bool,
    /// The program that it names.
    pub(crate) program: Option<PathBuf>,
}

/// The hook for `name`, which runs the program at `program`.
pub(crate) fn text(kind: Kind, hook: HookName, program: &Path) -> Vec<u8> {
    let name = hook.file();
    let mut head = format!(
        "# It looks for leaked keys, and `baseleak hook install` wrote it. `baseleak hook uninstall` takes it\n\
         # out, and puts back what was here before. What is to be run first, too, belongs into\n\
         # {name}.{BEFORE}; a change to this file keeps it from being renewed.\n"
    )
    .into_bytes();
    head.extend(b"program='");
    head.extend(quoted(program));
    head.extend(b"'\n");
    let mut body = String::new();
    let from = if hook.reads_lines() {
        body += "lines=$(cat; echo .)\nlines=${lines%.}\nfeed() { printf %s \"$lines\" 2>/dev/null; }\n";
        "feed | "
    } else {
        ""
    };
    let _ = write!(
        body,
        "before=$0.{BEFORE}\nif [ -x \"$before\" ]; then\n    {from}\"$before\" \"$@\" || exit $?\nfi\n"
    );
    if kind == Kind::Global {
        body += &own(name);
        let _ = write!(
            body,
            "if [ -n \"$own\" ]; then\n    {from}\"$own\" \"$@\" || exit $?\n    \
             # One of ours has looked already.\n    \
             if grep -q '^{MARKER}' \"$own\"; then exit 0; fi\nfi\n"
        );
    }
    body += "if [ ! -x \"$program\" ]; then program=$(command -v baseleak) || program=; fi\n\
         if [ -z \"$program\" ]; then\n    \
         echo 'error: baseleak is gone, so that nobody looks for keys here; nothing is let through' >&2\n    \
         echo \"hint: install baseleak, or take the hook out: rm '$0'\" >&2\n    \
         if [ -e \"$before\" ]; then echo \"hint: then put back what was there before: mv '$before' '$0'\" >&2; fi\n    \
         exit 2\nfi\n";
    let exec = if from.is_empty() { "exec " } else { from };
    let _ = writeln!(body, "{exec}\"$program\" hook run {name} \"$@\"");
    head.extend(body.into_bytes());
    signed(kind, &head)
}

/// The hook for `name` that only runs the repository's own.
pub(crate) fn hand_on(name: &str) -> Vec<u8> {
    let body = format!(
        "# core.hooksPath hides the hooks of repositories. This runs the repository's own;\n\
         # `baseleak hook install --global` wrote it.\n{}if [ -n \"$own\" ]; then exec \"$own\" \"$@\"; fi\n",
        own(name)
    );
    signed(Kind::HandOn, body.as_bytes())
}

/// Lines that set `own` to the repository's own hook, where there is one and it is not this one.
fn own(name: &str) -> String {
    format!(
        "own=\ncommon=$(git rev-parse --git-common-dir 2>/dev/null) || common=\n\
         if [ -n \"$common\" ] && [ -x \"$common/hooks/{name}\" ]; then\n    \
         here=$(cd \"${{0%/*}}\" && pwd -P)\n    there=$(cd \"$common/hooks\" && pwd -P)\n    \
         if [ \"$here\" != \"$there\" ]; then own=$common/hooks/{name}; fi\nfi\n"
    )
}

/// `body` with the lines that every hook of ours begins with.
fn signed(kind: Kind, body: &[u8]) -> Vec<u8> {
    let head = format!("#!/bin/sh\n{MARKER}{FORM} {} {}\n", kind.word(), sum(body));
    [head.as_bytes(), body].concat()
}

fn sum(body: &[u8]) -> String {
    let mut sum = baseleak::model::hex(&Sha256::digest(body));
    sum.truncate(DIGITS);
    sum
}

/// A path as it stands between single quotes. The shell of Git for Windows wants slashes.
fn quoted(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes();
    let bytes = bytes.iter().map(|&byte| if cfg!(windows) && byte == b'\\' { b'/' } else { byte });
    bytes.flat_map(|byte| if byte == b'\'' { b"'\\''".to_vec() } else { vec![byte] }).collect()
}

/// What stands in the file, if that is a hook of ours.
pub(crate) fn read(file: &Path) -> Option<Script> {
    let mut bytes = Vec::new();
    // A link is somebody else's, whatever it leads to.
    if !file.symlink_metadata().ok()?.is_file() {
        return None;
    }
    fs::File::open(file).ok()?.take(MOST).read_to_end(&mut bytes).ok()?;
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Option<Script> {
    let mut lines = bytes.splitn(3, |&byte| byte == b'\n').skip(1);
    let marker = std::str::from_utf8(lines.next()?).ok()?.strip_prefix(MARKER)?;
    let body = lines.next().unwrap_or_default();
    let mut words = marker.split(' ');
    let form = words.next()?.parse().ok()?;
    let kind = words.next()?.to_owned();
    let is_intact =
        words.next() == Some(&*sum(body)) && words.next().is_none() && bytes.starts_with(b"#!/bin/sh\n");
    Some(Script { form, kind, is_intact, program: program(body) })
}

/// The program that is named in single quotes.
fn program(body: &[u8]) -> Option<PathBuf> {
    const BEGIN: &[u8] = b"\nprogram='";
    let start = memchr::memmem::find(body, BEGIN)? + BEGIN.len();
    let end = memchr::memmem::find(&body[start..], b"'\n")?;
    let mut path = body[start..start + end].to_vec();
    while let Some(at) = memchr::memmem::find(&path, b"'\\''") {
        path.splice(at..at + 4, *b"\x00");
    }
    path.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b'\'');
    Some(git::text(path).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, hook: HookName, path: &str) {
        let text = text(kind, hook, Path::new(path));
        let script = parse(&text).expect("it is ours");
        let expect =
            Script { form: FORM, kind: kind.word().to_owned(), is_intact: true, program: Some(path.into()) };
        assert_eq!(script, expect);
        for at in (0..text.len()).step_by(7) {
            let mut other = text.clone();
            other[at] ^= 1;
            let read = parse(&other);
            assert!(read.is_none_or(|read| read != expect), "a change at {at} is not seen");
        }
    }

    #[test]
    fn a_hook_is_known_again() {
        for hook in HookName::ALL {
            check(Kind::Repository, hook, "/usr/bin/baseleak");
            check(Kind::Global, hook, "/a folder/it's 'here'/baseleak");
        }
        let other = Script { form: FORM, kind: "hand-on".to_owned(), is_intact: true, program: None };
        assert_eq!(parse(&hand_on("post-commit")), Some(other));
        for foreign in ["", "#!/bin/sh\n", "#!/bin/sh\n# another hook\n", "\u{7f}ELF\n\n\n"] {
            assert_eq!(parse(foreign.as_bytes()), None);
        }
    }
}
