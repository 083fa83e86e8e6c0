//! Repositories that tests make, by git itself or file by file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::git_dir::GitDir;

/// The date of everything that git records.
const DATE: &str = "2026-01-02T03:04:05Z";

/// A folder for one test, with a repository in it.
pub(super) struct Made {
    _folder: TempDir,
    root: PathBuf,
}

impl Made {
    /// A repository with a work tree.
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let root = folder.path().canonicalize().expect("the folder is there");
        let made = Self { _folder: folder, root };
        made.git(&["init", "--quiet", "--initial-branch=main"]);
        made
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Runs git at the root, which must succeed; returns what it writes.
    #[track_caller]
    pub(super) fn git(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("git can be run");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("git writes UTF-8 here").trim_end().to_owned()
    }

    /// Runs git at the root with something on standard input; returns what it writes.
    #[track_caller]
    pub(super) fn ask(&self, args: &[&str], input: &str) -> String {
        let file = self.path("input");
        fs::write(&file, input).expect("it can be written");
        let file = fs::File::open(file).expect("it is there");
        let output = self.command(args).stdin(file).output().expect("git can be run");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("git writes UTF-8 here")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"GIT_"))
        {
            command.env_remove(name);
        }
        command.env("GIT_CONFIG_GLOBAL", self.path("no-such-file")).env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["GIT_AUTHOR", "GIT_COMMITTER"] {
            command.env(format!("{who}_NAME"), "A").env(format!("{who}_EMAIL"), "a@example.org");
            command.env(format!("{who}_DATE"), DATE);
        }
        command.current_dir(&self.root).args(args);
        command
    }

    /// Makes a commit without a change; returns its id.
    #[track_caller]
    pub(super) fn commit(&self, message: &str) -> String {
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Writes a file, and the folders it needs.
    pub(super) fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
        fs::write(path, bytes).expect("it can be written");
    }

    /// The git folder at a path.
    #[track_caller]
    pub(super) fn at(&self, path: &str) -> GitDir {
        GitDir::at(&self.path(path)).expect("it is a repository")
    }
}
