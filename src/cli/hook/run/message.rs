//! What of the file of a message becomes the message.
//!
//! Git takes lines out of it after the hook: comments, and all below the scissors, where
//! `git commit --verbose` shows the change. What an editor was never opened for keeps its comments.
//!
//! **Invariant:** where it is not sure that git takes a line out, the line is looked at.

use std::env;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use baseleak::detect::Detector;
use baseleak::model::{Blob, Finding, Provenance};

use crate::cli::complaint::Advised;
use crate::cli::hook::git::Git;

/// What stands behind the comment sign of the line above which the message ends.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";
/// The signs that git chooses from where `core.commentChar` is `auto`.
const SIGNS: &[u8] = b"#;@!$%^&|:";
/// Bytes of the largest message that is read.
const MOST: u64 = 64 << 20;
/// What a message is called in a report.
const NAME: &[u8] = b"COMMIT_EDITMSG";

/// How git treats the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Habits {
    /// What comments begin with; none where it is chosen anew each time.
    sign: Option<Vec<u8>>,
    /// Whether comments are taken out.
    strips: bool,
    /// Whether all below the scissors is.
    cuts: bool,
}

/// The message in `file`; what git takes out is empty lines, so that lines keep their numbers.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn read(file: &Path) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut read = || -> io::Result<_> { File::open(file)?.take(MOST + 1).read_to_end(&mut text) };
    read().with_context(|| {
        let hint = "give the file that git gives the hook, as in `baseleak hook run commit-msg \"$1\"`";
        Advised::new(format!("cannot read the message in {}", file.display()), hint)
    })?;
    if text.len() as u64 > MOST {
        return Err(Advised::new("the message is larger than 64 MiB", "shorten it").into());
    }
    Ok(cut(&text, &habits()?))
}

/// Finds the keys in a message.
pub(super) fn scan(text: &[u8], detector: &Detector, findings: &mut Vec<Finding>) {
    detector.scan(&Blob::whole(text, Provenance { shown: NAME, relative: NAME }), findings);
}

fn habits() -> Result<Habits> {
    let git = Git::of(None);
    let get = |key: &str| -> Result<Option<Vec<u8>>> {
        Ok(git.line(["config", "--get", key])?.map(|value| value.as_encoded_bytes().to_vec()))
    };
    let sign = match get("core.commentString")? {
        Some(sign) => sign,
        None => get("core.commentChar")?.unwrap_or_else(|| b"#".to_vec()),
    };
    let cleanup = get("commit.cleanup")?.unwrap_or_default();
    // Git says so to hooks where no editor is opened; then only white space is cleaned.
    let is_edited = env::var_os("GIT_EDITOR").is_none_or(|editor| editor != ":");
    let keeps = [&b"verbatim"[..], b"whitespace", b"scissors"].contains(&&*cleanup);
    Ok(Habits {
        sign: Some(sign).filter(|sign| sign != b"auto"),
        strips: is_edited && !keeps,
        cuts: is_edited,
    })
}

/// `text` without what git takes out.
fn cut(text: &[u8], habits: &Habits) -> Vec<u8> {
    let lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    let sign = habits.sign.clone().or_else(|| chosen(&lines)).unwrap_or_else(|| b"#".to_vec());
    let is_end =
        |line: &[u8]| line.strip_prefix(&*sign).is_some_and(|rest| rest.trim_ascii_end() == SCISSORS);
    let end = lines.iter().position(|line| habits.cuts && is_end(line)).unwrap_or(lines.len());
    let kept =
        lines[..end].iter().map(|line| if habits.strips && line.starts_with(&sign) { b"" } else { *line });
    kept.collect::<Vec<_>>().join(&b'\n')
}

/// The sign that git has chosen: its own lines are the last.
fn chosen(lines: &[&[u8]]) -> Option<Vec<u8>> {
    let sign = |line: &&&[u8]| line.first().copied().filter(|sign| SIGNS.contains(sign));
    let scissors = lines.iter().find(|line| line.len() > 1 && line[1..].trim_ascii_end() == SCISSORS);
    let last = || lines.iter().rfind(|line| !line.is_empty());
    scissors.or_else(last).as_ref().and_then(sign).map(|sign| vec![sign])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, sign: Option<&str>, (strips, cuts): (bool, bool), expect: &str) {
        let habits = Habits { sign: sign.map(|sign| sign.as_bytes().to_vec()), strips, cuts };
        assert_eq!(String::from_utf8_lossy(&cut(text.as_bytes(), &habits)), expect, "{text:?}");
    }

    #[test]
    fn what_git_takes_out() {
        let diff = "a\n# b\nc\n# ------------------------ >8 ------------------------\nd\n";
        check(diff, Some("#"), (true, true), "a\n\nc");
        check(diff, Some("#"), (false, true), "a\n# b\nc");
        check(diff, Some("#"), (false, false), diff);
        check(diff, Some("//"), (true, true), diff);
        check(diff, None, (true, true), "a\n\nc");
        check("# a\n;b\n; c\n", None, (true, true), "# a\n\n\n");
        check("// a\n/b\n", Some("//"), (true, true), "\n/b\n");
        check("", None, (true, true), "");
    }
}
