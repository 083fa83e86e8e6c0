//! Repositories with hooks, and git as a user runs it in them; nothing is expected here.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::sandbox::{Run, Sandbox, key};

/// A repository with a commit and these hooks.
pub(super) fn hooked(hooks: &[&str]) -> Sandbox {
    let sandbox = Sandbox::repository();
    if !hooks.is_empty() {
        install(&sandbox, hooks);
    }
    sandbox.write("first.txt", "nothing\n");
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "first"]);
    sandbox
}

/// Installs hooks in the work folder.
#[track_caller]
pub(super) fn install(sandbox: &Sandbox, hooks: &[&str]) {
    let args = hooks.iter().flat_map(|hook| ["--hook", hook]);
    sandbox.run(["hook", "install"].into_iter().chain(args)).exits(0);
}

/// Runs git in a folder below the work folder, as it comes.
#[track_caller]
pub(super) fn git(sandbox: &Sandbox, folder: &str, args: &[&str]) -> Run {
    fed(sandbox, folder, args, "")
}

/// Runs git with this on standard input.
#[track_caller]
pub(super) fn fed(sandbox: &Sandbox, folder: &str, args: &[&str], input: &str) -> Run {
    let mut command = sandbox.confined("git");
    command.args(args).current_dir(sandbox.path(folder));
    piped(&mut command, input)
}

/// Runs a command with this on standard input.
#[track_caller]
pub(super) fn piped(command: &mut Command, input: &str) -> Run {
    use std::io::Write as _;
    let pipe = Stdio::piped;
    let mut child = command.stdin(pipe()).stdout(pipe()).stderr(pipe()).spawn().expect("it can be started");
    // What is not read breaks the pipe, which is no failure.
    drop(child.stdin.take().expect("it is a pipe").write_all(input.as_bytes()));
    let mut output = child.wait_with_output().expect("it ends");
    // `git commit --patch` shows the change, with the key that is in it. Hooks speak on standard error.
    output.stdout.clear();
    Run::ended(output)
}

/// Writes a script that can be run.
pub(super) fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
    fs::write(path, text).expect("it can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

/// All below a folder: the bytes, the mode, and where links lead.
pub(super) fn files(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u32)> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("it can be listed").flatten() {
            let (path, file) = (entry.path(), entry.metadata().expect("it is there"));
            let bytes = match (file.is_dir(), file.is_symlink()) {
                (true, _) => Vec::new(),
                (_, true) => {
                    fs::read_link(&path).expect("it is a link").into_os_string().into_encoded_bytes()
                }
                _ => fs::read(&path).expect("it can be read"),
            };
            if file.is_dir() {
                open.push(path.clone());
            }
            found.insert(path, (bytes, file.permissions().mode()));
        }
    }
    found
}

/// A line with the key of this number.
pub(super) fn line(number: usize) -> String {
    format!("KEY = {}\n", key(number))
}

/// The public prefix of the key of this number.
pub(super) fn prefix(number: usize) -> String {
    key(number).split('.').next().expect("it is not empty").to_owned()
}
