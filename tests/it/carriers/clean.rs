//! `baseleak clean`: what it shows, changes and refuses.

use std::fs;
#[cfg(target_os = "linux")]
use std::io::Write as _;
#[cfg(target_os = "linux")]
use std::process::Stdio;

use serde_json::json;

#[cfg(target_os = "linux")]
use crate::sandbox::assert_hidden;
use crate::sandbox::{Sandbox, key};

/// A notebook with a key in a source and in an output.
fn notebook(key: &str) -> String {
    let cells = json!([
        {"cell_type": "code", "source": ["import sys\n", format!("k = '{key}'\n")],
         "outputs": [{"output_type": "stream", "name": "stdout", "text": [format!("{key}\n")]}]},
        {"cell_type": "markdown", "source": "kept \u{e9} as  it is"}
    ]);
    let all = json!({"cells": cells, "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4});
    serde_json::to_string_pretty(&all).expect("a value is JSON")
}

fn read(sandbox: &Sandbox, name: &str) -> String {
    fs::read_to_string(sandbox.path(name)).expect("it is there")
}

#[test]
fn a_key_is_taken_out() {
    let sandbox = Sandbox::new();
    let (key, before) = (key(1), notebook(&key(1)));
    sandbox.write("nb.ipynb", &before);
    sandbox
        .run(["clean", "--check", "nb.ipynb"])
        .exits(1)
        .hides(&key)
        .prints(&["--- nb.ipynb\n+++ nb.ipynb\n@@ line "]);
    // There is nobody to ask.
    sandbox
        .run(["clean", "nb.ipynb"])
        .exits(2)
        .hides(&key)
        .says(&["error: nb.ipynb is left as it is", "hint: "]);
    assert_eq!(read(&sandbox, "nb.ipynb"), before);
    let run = sandbox.run(["clean", "--yes", "nb.ipynb"]).exits(0).hides(&key);
    assert!(run.stdout.contains("os.environ") && run.stdout.contains("\n-"), "{}", run.stdout);
    let after = read(&sandbox, "nb.ipynb");
    assert!(!after.contains(&key[4..]) && after.contains("kept \u{e9} as  it is"), "{after}");
    serde_json::from_str::<serde_json::Value>(&after).expect("it is JSON still");
    sandbox.run(["scan"]).exits(0);
    sandbox.run(["clean", "--check", "nb.ipynb"]).exits(0).hides(&key);
    sandbox.run(["clean", "--yes", "nb.ipynb"]).exits(0);
    assert_eq!(read(&sandbox, "nb.ipynb"), after);
}

#[cfg(unix)]
#[test]
fn the_mode_of_the_file_stays() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    sandbox.write("nb.ipynb", notebook(&key(1)));
    fs::set_permissions(sandbox.path("nb.ipynb"), fs::Permissions::from_mode(0o640)).expect("it is ours");
    sandbox.run(["clean", "--yes", "nb.ipynb"]).exits(0);
    let mode = fs::metadata(sandbox.path("nb.ipynb")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

/// One that fails does not keep the others from being cleaned, and decides the answer.
#[test]
fn what_is_no_notebook_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.write("nb.ipynb", notebook(&key(1)));
    sandbox.write("text.ipynb", format!("KEY = {}\n", key(2)));
    let run = sandbox.run(["clean", "--yes", "text.ipynb", "gone.ipynb", ".", "nb.ipynb"]).exits(2);
    run.hides(&key(2)).says(&[
        "error: cannot clean text.ipynb\ncause: it is no notebook: line 1",
        "hint: only Jupyter notebooks can be cleaned",
        "error: cannot read gone.ipynb\n",
        "error: cannot read .\ncause: it is not a file",
    ]);
    sandbox.run(["scan", "nb.ipynb"]).exits(0);
    sandbox.run(["clean"]).exits(2);
    sandbox.run(["clean", "--yes", "--check", "nb.ipynb"]).exits(2);
}

/// Cleans `nb.ipynb` at a terminal where somebody types `answer`; the exit code and what is shown.
/// `None` where `script` of util-linux, which makes the terminal, is missing.
#[cfg(target_os = "linux")]
#[track_caller]
#[expect(clippy::print_stderr, reason = "it says why a test is passed over")]
fn at_terminal(sandbox: &Sandbox, answer: &str) -> Option<(Option<i32>, String)> {
    let clean = format!("'{}' clean nb.ipynb", env!("CARGO_BIN_EXE_baseleak"));
    let mut command = sandbox.confined("script");
    command.args(["--quiet", "--return", "--command", &clean, "/dev/null"]).env("SHELL", "/bin/sh");
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        let all = std::env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
        assert!(!all, "`script` of util-linux is missing");
        eprintln!("passed over: `script` of util-linux is missing");
        return None;
    };
    let mut typed = child.stdin.take().expect("it is a pipe");
    typed.write_all(answer.as_bytes()).expect("it is read");
    drop(typed);
    let output = child.wait_with_output().expect("a child can be waited for");
    Some((output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// A person is asked, and only a clear yes changes something.
#[cfg(target_os = "linux")]
#[test]
fn a_person_is_asked() {
    let table = [
        ("y\n", true),
        ("Y\n", true),
        ("yes\n", true),
        ("n\n", false),
        ("\n", false),
        ("", false),
        ("what?\n", false),
    ];
    for (answer, changes) in table {
        let sandbox = Sandbox::new();
        let (key, before) = (key(1), notebook(&key(1)));
        sandbox.write("nb.ipynb", &before);
        let Some((code, shown)) = at_terminal(&sandbox, answer) else { return };
        assert!(shown.contains("change nb.ipynb? [y/N] "), "{answer:?}: {shown}");
        assert!(shown.contains("--- nb.ipynb"), "{answer:?}: {shown}");
        assert_hidden(&key, &shown);
        assert_eq!(code, Some(i32::from(!changes)), "{answer:?}: {shown}");
        let after = read(&sandbox, "nb.ipynb");
        assert_eq!(after != before, changes, "{answer:?}");
        assert_eq!(after.contains(&key), !changes, "{answer:?}");
    }
}
