//! What a hook says: nothing where all is well, and five lines where a key is in the way.
//!
//! **Invariant:** keys are named by their public prefixes; on a server this goes to whoever pushes.

use std::collections::BTreeMap;

use anyhow::{Error, Result};
use baseleak::model::{Finding, ObjectKind, Place, Report};
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

/// What the refs are called that are pushed, by the ids of what they shall stand for.
type Refs = BTreeMap<String, String>;

/// Tells what stands against it, and answers.
pub(super) fn answer(hook: HookName, report: &Report, refs: &Refs) -> Result<Exit> {
    let is_blocked = !report.gate.is_passed();
    if is_blocked {
        tell(&lines(&words(hook), &report.findings, refs));
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
fn lines(words: &Words, findings: &[Finding], refs: &Refs) -> [String; 5] {
    let keys: std::collections::BTreeSet<&str> = findings.iter().map(|finding| &*finding.digest).collect();
    let count = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let mut places: Vec<String> = findings.iter().take(NAMED).map(|finding| place(finding, refs)).collect();
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
        format!("  mend:  {}", mend(words, findings, refs)),
        format!("  allow: {}", words.allow),
        format!("  past:  {}", words.once),
    ]
}

/// How to mend it: what no commit has, none need be made anew for.
fn mend(words: &Words, findings: &[Finding], refs: &Refs) -> String {
    let is_name = |finding: &&Finding| finding.origin.is_none() && finding.location.place == Place::FileName;
    let (tags, names) =
        (findings.iter().filter(|finding| is_tagged(finding)), findings.iter().filter(is_name));
    let (tags, names) = (tags.count(), if refs.is_empty() { 0 } else { names.count() });
    let mut ways = Vec::new();
    if names > 0 {
        ways.push("push it under a name without a key");
    }
    if tags > 0 {
        ways.push(
            "delete the tag with `git tag --delete NAME`, make it anew without the key, and push again",
        );
    }
    if tags + names < findings.len() {
        ways.push(words.mend);
    } else {
        ways.push("revoke the key if it was ever shared");
    }
    ways.join("; ")
}

/// Whether it stands in a tag, or in what no commit has.
fn is_tagged(finding: &Finding) -> bool {
    let origin = finding.origin.as_ref();
    origin.is_some_and(|origin| origin.commit.is_none() && origin.kind != ObjectKind::Commit)
}

/// Where a key stands, and which.
fn place(finding: &Finding, refs: &Refs) -> String {
    let line = if finding.location.place == Place::FileName {
        " (its name)".to_owned()
    } else {
        format!(":{}", finding.location.start.line)
    };
    let commit = finding.origin.as_ref().and_then(|origin| origin.commit.as_ref());
    let commit = commit.map(|commit| format!(", commit {}", short(&commit.id)));
    format!("{}{line} ({}{})", path(finding, refs), finding.key, commit.unwrap_or_default())
}

/// The path, or where there is none the ref that is pushed, and what it leads to.
fn path(finding: &Finding, refs: &Refs) -> String {
    let path = &finding.location.path;
    let origin = finding.origin.as_ref().filter(|_| is_tagged(finding));
    let named = origin.and_then(|origin| {
        let name = origin.refs.iter().find_map(|name| refs.get(name.as_str()))?;
        Some(format!("{name} ({} {})", origin.kind, short(&origin.object)))
    });
    named.unwrap_or_else(|| path.to_string())
}

fn short(id: &str) -> &str {
    id.get(..DIGITS).unwrap_or(id)
}

fn words(hook: HookName) -> Words {
    const ALLOW: &str = "a comment `baseleak:allow REASON` on its line, if it is no key or a dead one; \
                         or `baseleak baseline create`";
    const ALLOW_PAST: &str = "a comment `baseleak:allow REASON` on its line, if it is no key or a dead one; \
                              or `baseleak baseline create --from history`";
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
            allow: ALLOW_PAST,
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
