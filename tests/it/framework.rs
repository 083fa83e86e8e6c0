//! The hooks for the pre-commit framework, run by the real one.
//!
//! The hooks come from a repository that holds nothing but `.pre-commit-hooks.yaml`; the program is
//! the one that was just built. That the packages install is the business of `.ci/packages`.

mod commits;
mod files;
mod ranges;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::sandbox::{Run, Sandbox};

/// A repository with the hooks installed, and the repository beside it that they come from.
struct Framework {
    sandbox: Sandbox,
    /// Where programs are looked for: ours, the framework, all others.
    path: OsString,
}

impl Framework {
    /// None, with a message, where pre-commit is not installed; that is a failure where
    /// `BASELEAK_TEST_ALL` says that every test is to run.
    #[track_caller]
    fn start() -> Option<Self> {
        Self::with("")
    }

    /// As [`start`](Self::start), with more lines in the configuration of the hook.
    #[track_caller]
    fn with(more: &str) -> Option<Self> {
        let Some(folder) = installed() else {
            let is_needed = env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
            assert!(
                !is_needed,
                "pre-commit is not installed, and BASELEAK_TEST_ALL is set; .ci/run installs it"
            );
            tell("pre-commit is not installed: this test is passed over");
            return None;
        };
        let ours = Path::new(env!("CARGO_BIN_EXE_baseleak")).parent().expect("it lies in a folder");
        let others = env::var_os("PATH").unwrap_or_default();
        let folders = [ours.to_owned(), folder].into_iter().chain(env::split_paths(&others));
        let path = env::join_paths(folders).expect("no folder has a colon in its name");
        let framework = Self { sandbox: Sandbox::repository(), path };
        framework.install(more);
        Some(framework)
    }

    fn install(&self, more: &str) {
        let manifest = include_str!("../../.pre-commit-hooks.yaml");
        let sandbox = &self.sandbox;
        sandbox.write("../hooks/.pre-commit-hooks.yaml", manifest);
        let hooks = |args: &[&str]| sandbox.git(["-C", "../hooks"].iter().chain(args));
        hooks(&["init", "--quiet", "--initial-branch=main"]);
        hooks(&["add", "--all"]);
        hooks(&["commit", "--quiet", "--message", "the hooks"]);
        let (place, revision) = (sandbox.path("../hooks"), hooks(&["rev-parse", "HEAD"]));
        let place = place.canonicalize().expect("it was just made");
        let config = format!(
            "repos:\n  - repo: {}\n    rev: {}\n    hooks:\n      - id: baseleak-system\n{more}",
            place.display(),
            revision.trim()
        );
        sandbox.write(".pre-commit-config.yaml", config);
        sandbox.git(["add", "--all"]);
        sandbox.git(["commit", "--quiet", "--message", "begin"]);
        let kinds = ["pre-commit", "pre-merge-commit", "pre-push"].map(|kind| format!("--hook-type={kind}"));
        self.pre_commit(["install".to_owned()].into_iter().chain(kinds)).exits(0);
    }

    /// Runs a program in `folder` with the framework at hand.
    #[track_caller]
    fn run_in<A: AsRef<std::ffi::OsStr>>(
        &self,
        folder: &str,
        program: &str,
        args: impl IntoIterator<Item = A>,
    ) -> Run {
        Run::ended(self.command(folder, program).args(args).output().expect("it can be started"))
    }

    fn command(&self, folder: &str, program: &str) -> Command {
        let mut command = self.sandbox.confined(program);
        // The program is looked for in our own PATH, not in that of the child, on some systems.
        if program == "pre-commit" {
            let place = env::split_paths(&self.path).map(|folder| folder.join(program));
            command = self.sandbox.confined(
                place
                    .into_iter()
                    .find(|file| file.is_file())
                    .expect("it was found")
                    .to_str()
                    .expect("it is UTF-8"),
            );
        }
        command.env("PATH", &self.path).current_dir(self.sandbox.path(folder)).stdin(Stdio::null());
        command
    }

    #[track_caller]
    fn pre_commit<A: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        self.run_in("", "pre-commit", args)
    }

    /// Runs git, which must end with 0 or be stopped by the hook because of findings at `paths`.
    #[track_caller]
    fn git(&self, args: &[&str], paths: &[&str]) {
        self.git_in("", args, paths);
    }

    #[track_caller]
    fn git_in(&self, folder: &str, args: &[&str], paths: &[&str]) {
        judged(&self.run_in(folder, "git", args), paths);
    }

    /// Runs `pre-commit run`, which must find something at these paths and nowhere else.
    #[track_caller]
    fn hook(&self, args: &[&str], paths: &[&str]) {
        judged(&self.pre_commit(["run"].iter().chain(args)), paths);
    }

    /// Writes a clean file.
    fn clean(&self, path: &str) {
        self.sandbox.write(path, format!("nothing in {path}\n"));
    }

    /// Commits all that is in the work tree without a hook.
    fn commit_all(&self, message: &str) {
        self.sandbox.git(["add", "--all"]);
        self.sandbox.git(["commit", "--quiet", "--no-verify", "--message", message]);
    }
}

/// Holds what was said to findings at these paths; without any, to success.
#[track_caller]
fn judged(run: &Run, paths: &[&str]) {
    let said = [&*run.stdout, &*run.stderr].concat();
    let is_finding = |line: &&str| line.contains(": high baseten-api-key ");
    let mut found: Vec<&str> =
        said.lines().filter(is_finding).map(|line| line.split(':').next().unwrap_or_default()).collect();
    found.dedup();
    assert_eq!(found, paths, "{said}");
    assert_eq!(run.code == Some(0), paths.is_empty(), "{:?} {said}", run.code);
    assert_eq!(said.contains("- exit code: 1"), !paths.is_empty(), "{said}");
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests is to know what was passed over")]
fn tell(text: &str) {
    eprintln!("{text}");
}

/// The folder of pre-commit: where `.ci/run` installs it, whatever cargo's target folder is, or
/// one of the path.
fn installed() -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/ci-tools/bin");
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = [tools].into_iter().chain(env::split_paths(&path));
    folders.find(|folder| folder.join("pre-commit").is_file())
}
