//! A scratch repository in which a hook must fire.
//!
//! It has the user's configuration and a copy of the hooks of ours; hooks of others that are run
//! before these are not copied, for nobody knows what they do. Those in folders of the
//! global configuration are run where they are, as any commit would.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use super::Check;
use super::canary::{Canary, FILE};
use crate::cli::args::HookName;
use crate::cli::hook::git::Git;
use crate::cli::hook::place::HOOKS_PATH;
use crate::cli::hook::status::Status;

/// Lines of git's answer that are told.
const TOLD: usize = 2;

/// Lets the hook fire on a key, and lets pass what has none.
pub(super) fn prove(status: &Status, hook: HookName) -> Check {
    match try_out(status, hook) {
        Ok(check) => check,
        Err(error) => {
            let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
            let hint = "see that git works, and that there is room for temporary files";
            Check::unknown(
                "canary",
                format!("{} could not be tried: {}", hook.file(), causes.join(": ")),
                hint,
            )
        }
    }
}

fn try_out(status: &Status, hook: HookName) -> Result<Check> {
    let scratch = Scratch::new(status)?;
    let name = hook.file();
    let canary = Canary::new();
    let clean = scratch.attempt(hook, "NOTHING=here\n")?;
    if !clean.status.success() {
        let hint = "if another hook refuses it, it may want what a scratch repository has not";
        return Ok(Check::fails("canary", format!("{name} refuses what has no key: {}", said(&clean)), hint));
    }
    let bad = scratch.attempt(hook, &canary.line())?;
    let is_named = canary.is_named_in(&String::from_utf8_lossy(&bad.stderr));
    Ok(match (bad.status.success(), is_named) {
        (false, true) => Check::ok(
            "canary",
            format!("{name} stopped a made-up key in a scratch repository, and let pass what has none"),
        ),
        (true, _) => {
            let hint = "`baseleak hook status` shows the hook, and `baseleak hook install` writes it anew";
            Check::fails("canary", format!("{name} let a made-up key pass in a scratch repository"), hint)
        }
        (false, false) => {
            let hint = "the hook itself fails, or another one does; git's words say which";
            Check::fails(
                "canary",
                format!("{name} stopped, and not because of the key: {}", said(&bad)),
                hint,
            )
        }
    })
}

/// What git said first.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().filter(|line| !line.trim().is_empty()).take(TOLD).collect::<Vec<_>>().join("; ")
}

/// A work tree and a server, both empty, that go when they are dropped.
struct Scratch {
    _folder: TempDir,
    work: PathBuf,
    server: PathBuf,
}

impl Scratch {
    fn new(status: &Status) -> Result<Self> {
        let folder =
            tempfile::Builder::new().prefix("baseleak-doctor-").tempdir().context("cannot make a folder")?;
        let root = folder.path().canonicalize().context("cannot find the folder again")?;
        let (work, server) = (root.join("work"), root.join("server.git"));
        let git = Git::within(&root);
        // The forms of repositories that the user wishes for new ones are not what is tried.
        let forms = ["init.defaultObjectFormat=sha1", "init.defaultRefFormat=files"];
        // Where no repository is asked about, it is new ones that matter: they come with the template.
        let template = status.repository.as_ref().map(|_| "--template=");
        let init = |bare: Option<&'static str>, name: &'static str| {
            let words = ["init", "--quiet"].into_iter().chain(bare).chain(template).chain([name]);
            let words = forms.into_iter().flat_map(|form| ["-c", form]).chain(words);
            let mut made = git.command(words);
            // The environment goes before the configuration.
            made.env("GIT_DEFAULT_HASH", "sha1").env("GIT_DEFAULT_REF_FORMAT", "files");
            let made = made.output().context("git cannot be run")?;
            if made.status.success() { Ok(()) } else { Err(anyhow::Error::msg(said(&made))) }
        };
        init(None, "work").context("cannot make a repository")?;
        init(Some("--bare"), "server.git").context("cannot make a repository")?;
        let scratch = Self { _folder: folder, work, server };
        scratch.copy(status)?;
        Ok(scratch)
    }

    /// Copies the hooks to where git looks for them here as it does there.
    fn copy(&self, status: &Status) -> Result<()> {
        let Some(repository) = &status.repository else { return Ok(()) };
        let own = repository.own_hooks();
        let sides = [
            (&self.server, self.server.join("hooks"), true),
            (&self.work, self.work.join(".git/hooks"), false),
        ];
        for (base, hooks, is_server) in sides {
            let ours = || status.hooks.iter().filter(|hook| hook.name.is_of_server() == is_server);
            let (target, is_shared) = match status.settings.last() {
                None => (hooks, false),
                Some(setting) => {
                    let is_shared = setting.is_of_all() && setting.value.is_absolute();
                    let is_inside = setting.value.is_relative() && !setting.value.starts_with("..");
                    // Of an absolute path the copy is named, so that nothing is run there, but for
                    // one of the user's or the system's own. That may hold for some folders only.
                    let value = if is_shared || is_inside { setting.value.clone() } else { hooks.clone() };
                    let target = if is_shared { hooks } else { base.join(&value) };
                    let set = ["config".as_ref(), HOOKS_PATH.as_ref(), value.as_os_str()];
                    if ours().next().is_some() {
                        Git::within(base).must(set).context("cannot configure a repository")?;
                    }
                    (target, is_shared)
                }
            };
            // Where the hooks are those of all repositories, only the repository's own are copied.
            for hook in ours().filter(|hook| !is_shared || hook.path.starts_with(&own)) {
                fs::create_dir_all(&target).context("cannot make a folder")?;
                fs::copy(&hook.path, target.join(hook.name.file())).context("cannot copy a hook")?;
            }
        }
        Ok(())
    }

    /// Commits `text`, and pushes it where that is what the hook is for.
    fn attempt(&self, hook: HookName, text: &str) -> Result<Output> {
        let harmless = format!("{} bytes\n", text.len());
        let (content, message) =
            if hook == HookName::CommitMsg { (&*harmless, text) } else { (text, "a try") };
        fs::write(self.work.join(FILE), content).context("cannot write a file")?;
        let git = Git::within(&self.work);
        git.must(["add", FILE]).context("cannot stage a file")?;
        if matches!(hook, HookName::PreCommit | HookName::CommitMsg) {
            return Self::commit(&git, message, false);
        }
        let committed = Self::commit(&git, message, true)?;
        if !committed.status.success() {
            return Ok(committed);
        }
        let target = ["HEAD:refs/heads/doctor"];
        let words = ["push", "--quiet"].into_iter().chain(hook.is_of_server().then_some("--no-verify"));
        // What the user wants of pushes to other places is not what is tried.
        let plain = ["protocol.file.allow=always", "push.gpgSign=false", "push.pushOption="];
        let plain = plain.into_iter().flat_map(|setting| ["-c", setting]);
        let words = plain.chain(words).map(Path::new).chain([&*self.server]).chain(target.map(Path::new));
        let mut push = git.command(words);
        push.env_remove("GIT_ALLOW_PROTOCOL");
        push.output().context("git cannot be run")
    }

    fn commit(git: &Git, message: &str, is_past_hooks: bool) -> Result<Output> {
        let who =
            ["-c", "user.name=doctor", "-c", "user.email=doctor@example.com", "-c", "commit.gpgSign=false"];
        let words = ["commit", "--quiet", "--message", message];
        git.run(who.into_iter().chain(words).chain(is_past_hooks.then_some("--no-verify")))
    }
}
