//! A repository that belongs to somebody else, as in a container: it is read all the same, and never less of it.
//!
//! Only root can make one; without it this is passed over.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// Whoever has nothing on this machine.
const NOBODY: u32 = 65534;

/// Lets everybody look at what lies at `path`.
fn open(path: &Path) {
    let mut mode = fs::metadata(path).expect("it is there").permissions();
    mode.set_mode(mode.mode() | 0o755);
    fs::set_permissions(path, mode).expect("its owner may");
}

/// The paths of the findings that the program tells of as another user with the home folder `home`.
fn found(sandbox: &Sandbox, home: &Path, args: &[&str]) -> Vec<String> {
    let mut command = sandbox.command(args.iter().chain(&["--format", "json"]));
    let output =
        command.env("HOME", home).uid(NOBODY).gid(NOBODY).output().expect("the program can be started");
    assert_eq!(output.status.code(), Some(1), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let findings = report["findings"].as_array().expect("there is a list").iter();
    let mut paths: Vec<_> =
        findings.map(|finding| finding["relative_path"].as_str().expect("a text").to_owned()).collect();
    paths.sort();
    paths
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is passed over must be seen")]
fn a_repository_of_another_user() {
    let sandbox = Sandbox::repository();
    let work = sandbox.path(".");
    if fs::metadata(&work).expect("it is there").uid() != 0 {
        return eprintln!("passed over: only root can start the program as another user");
    }
    // The program itself lies where this user may not look.
    if Path::new(env!("CARGO_BIN_EXE_baseleak"))
        .ancestors()
        .any(|folder| fs::metadata(folder).is_ok_and(|metadata| metadata.mode() & 0o005 != 0o005))
    {
        return eprintln!("passed over: the program lies where another user cannot start it");
    }
    let outer = work.ancestors().nth(2).expect("the folder of the sandbox");
    for folder in [outer, &work, sandbox.home()] {
        open(folder);
    }
    sandbox.write(".gitignore", "/ignored\n");
    sandbox.write_key("committed");
    sandbox.write_key("ignored");
    sandbox.git(["add", "committed", ".gitignore"]);
    sandbox.git(["commit", "--quiet", "--message", "a key"]);
    let nowhere = Path::new("/nonexistent");
    assert_eq!(found(&sandbox, nowhere, &["history"]), ["committed"]);

    sandbox.write_key("staged");
    sandbox.git(["add", "staged"]);
    assert_eq!(found(&sandbox, nowhere, &["staged"]), ["staged"]);
    // Git's library tells nothing of what the repository ignores, so that is read as well.
    assert_eq!(found(&sandbox, nowhere, &["scan"]), ["committed", "ignored", "staged"]);
    // Where a configuration says that the folder is safe, it does.
    fs::write(sandbox.home().join(".gitconfig"), "[safe]\n\tdirectory = *\n").expect("it can be written");
    assert_eq!(found(&sandbox, sandbox.home(), &["scan"]), ["committed", "staged"]);
}
