//! Tells files from options where a tool appends names to a command line and puts no `--`
//! before them.
//!
//! **Invariant:** a file in the repository cannot give options: one named `--exit-zero`
//! would otherwise let every key through.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// The command line `args`; where it calls `hook framework`, with `--` before the first
/// argument that looks like an option and is there as a file. What stands behind it are
/// files as well, for a tool appends them.
pub(crate) fn told_apart(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    told_apart_by(args, |path| path.symlink_metadata().is_ok())
}

pub(super) fn told_apart_by(
    args: impl IntoIterator<Item = OsString>,
    is_there: impl Fn(&Path) -> bool,
) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    let is_called = |pair: &[OsString]| pair[0] == "hook" && pair[1] == "framework";
    let Some(start) = args.windows(2).position(is_called) else { return args };
    let looks_like_one = |arg: &OsStr| arg.as_encoded_bytes().starts_with(b"-");
    let mut behind = args.iter().enumerate().skip(start + 2);
    let is_ambiguous =
        |(_, arg): &(usize, &OsString)| *arg == "--" || looks_like_one(arg) && is_there(Path::new(arg));
    if let Some((at, _)) = behind.find(is_ambiguous)
        // A file of this name would be taken for the end of the options.
        && (args[at] != "--" || is_there(Path::new("--")))
    {
        args.insert(at, "--".into());
    }
    args
}
