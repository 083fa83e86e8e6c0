//! What a hook says: nothing where all is well, and five lines where a key is in the way.
//!
//! **Invariant:** keys are named by their public prefixes; on a server this goes to whoever pushes.

use anyhow::{Error, Result};
use baseleak::model::{Finding, Place, Report};
use baseleak::render::terminal::sanitise;

use crate::cli::args::HookName;
use crate::cli::complaint::{Advised, unobeyed};
use crate::cli::exit::Exit;

/// Places that are named before the rest is counted.
const NAMED: usize = 3;
/// Digits of a commit.
const DIGITS: usize = 12;

/// What is said beside what was found and where.
struct Words {
    what: &'static str,
    /// The command that lists all, behind a colon.
    all: &'static str,
    mend: &'static str,
    allow: &'static str,
    once: &'static str,
}

/// Tells what stands against it, and answers.
pub(super) fn answer(hook: HookName, report: &Report) -> Result<Exit> {
    let is_blocked = !report.gate.is_passed();
    if is_blocked {
        tell(&lines(&words(hook), &report.findings));
    }
    if let Some(skipped) = report.coverage.skipped.first() {
        let count = report.coverage.skipped.len();
        let why = format!("{}: {}", skipped.path, skipped.reason);
        let hint = match hook {
            HookName::PreCommit => "`baseleak staged` lists all of it; what is not read is not let through",
            HookName::CommitMsg => "what is not read is not let through",
            HookName::PrePush => "`baseleak history` lists all of it; what is not read is not let through",
            HookName::PreReceive | HookName::Update => "`git fsck` says more; what is not read is not let in",
        };
        let what = format!("baseleak cannot tell whether there is a key: {count} not read");
        return Err(Error::msg(why).context(Advised::new(what, hint)));
    }
    Ok(if is_blocked { Exit::Findings } else { Exit::Clean })
}

/// The five lines.
fn lines(words: &Words, findings: &[Finding]) -> [String; 5] {
    let keys: std::collections::BTreeSet<&str> = findings.iter().map(|finding| &*finding.digest).collect();
    let count = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let mut places: Vec<String> = findings.iter().take(NAMED).map(place).collect();
    let more = findings.len().saturating_sub(NAMED);
    if more > 0 {
        places.push(format!("and {more} more{}", words.all));
    }
    [
        format!(
            "baseleak: {}: {} in {}",
            words.what,
            count(keys.len(), "leaked key"),
            count(findings.len(), "place")
        ),
        format!("  where: {}", places.join(", ")),
        format!("  mend:  {}", words.mend),
        format!("  allow: {}", words.allow),
        format!("  past:  {}", words.once),
    ]
}

/// Where a key stands, and which.
fn place(finding: &Finding) -> String {
    let line = if finding.location.place == Place::FileName {
        " (its name)".to_owned()
    } else {
        format!(":{}", finding.location.start.line)
    };
    let commit = finding.origin.as_ref().and_then(|origin| origin.commit.as_ref());
    let commit = commit.map(|commit| format!(", commit {}", commit.id.get(..DIGITS).unwrap_or(&commit.id)));
    format!("{}{line} ({}{})", finding.location.path, finding.key, commit.unwrap_or_default())
}

fn words(hook: HookName) -> Words {
    const ALLOW: &str = "a comment `baseleak:allow REASON` on its line, if it is no key or a dead one; \
                         or `baseleak baseline create`";
    match hook {
        HookName::PreCommit => Words {
            what: "this commit is blocked",
            all: ": `baseleak staged`",
            mend: "take it out and `git add` again, or leave the file out with `git restore --staged FILE`; \
                   revoke the key if it was ever shared",
            allow: ALLOW,
            once: "`git commit --no-verify` lets it through this once, and into the history",
        },
        HookName::CommitMsg => Words {
            what: "this commit is blocked for its message",
            all: "",
            mend: "write the message without it; git keeps this one in COMMIT_EDITMSG in its folder; \
                   revoke the key if it was ever shared",
            allow: "the words `baseleak:allow REASON` on its line, if it is no key or a dead one",
            once: "`git commit --no-verify` lets it through this once, and into the history",
        },
        HookName::PrePush => Words {
            what: "this push is blocked",
            all: "",
            mend: "take it out of every commit that has it, with `git commit --amend` or `git rebase -i`, \
                   and push again; revoke the key if it was ever shared",
            allow: ALLOW,
            once: "`git push --no-verify` lets it through this once, to whoever can read the remote",
        },
        HookName::PreReceive | HookName::Update => Words {
            what: "this push is refused",
            all: "",
            mend: "take it out of every commit that has it, with `git commit --amend` or `git rebase -i`, \
                   and push again; revoke the key, for it was sent",
            allow: "a comment `baseleak:allow REASON` on its line, if it is no key or a dead one",
            once: "there is no way past this with `git push`; ask whoever runs the server",
        },
    }
}

/// Everything that git shows of a hook it takes from either stream; this is no report.
#[expect(clippy::print_stderr, reason = "this is where a hook speaks")]
fn tell(lines: &[String; 5]) {
    for line in lines {
        eprintln!("{}", unobeyed(sanitise(line).into_owned()));
    }
}
