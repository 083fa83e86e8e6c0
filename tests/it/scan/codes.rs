//! The exit codes, and that they hold whatever becomes of the report.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::sandbox::{Sandbox, lines_of_keys, wait};

#[test]
fn nothing_found_is_0() {
    let sandbox = Sandbox::new();
    sandbox.run(["scan"]).exits(0);
    sandbox.write("a.txt", "no key\n");
    let run = sandbox.run(["scan"]).exits(0);
    assert!(run.stdout.ends_with("\nno keys found\n"), "{}", run.stdout);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_finding_is_1() {
    let sandbox = Sandbox::new();
    sandbox.write_key("a.txt");
    let run = sandbox.run(["scan"]).exits(1);
    assert!(run.stdout.ends_with("\n1 finding\n"), "{}", run.stdout);
    assert_eq!(run.stderr, "");
    sandbox.run(["scan", "--exit-zero"]).exits(0).prints(&["1 finding\n"]);
}

#[test]
fn what_cannot_be_read_is_2_whatever_else_is_asked() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", "no key\n");
    for more in [&[][..], &["--exit-zero"], &["--format", "json"], &["--output", "report"]] {
        sandbox.run(["scan", "a.txt", "missing"].iter().chain(more)).exits(2);
    }
    sandbox.write_key("a.txt");
    sandbox.run(["scan", "a.txt", "missing"]).exits(2);
    sandbox.run(["scan", "a.txt", "missing", "--exit-zero"]).exits(2);
}

#[test]
fn wrong_usage_is_2() {
    let sandbox = Sandbox::new();
    let check = |args: &[&str], piece: &str| {
        let run = sandbox.run(args).exits(2).says(&[piece]);
        assert_eq!(run.stdout, "", "{args:?}");
    };
    check(&[], "Usage:");
    check(&["scna"], "scan");
    check(&["scan", "--no-such-option"], "--no-such-option");
    check(&["scan", "--format", "xml"], "human, json");
    check(&["scan", "--max-file-size", "10 parsecs"], "10 parsecs");
    check(&["scan", "--threads", "many"], "many");
    check(&["scan", "--config", "a", "--no-config"], "--no-config");
    check(&["scan", "--include", "a["], "error: the glob \"a[\" cannot be understood: ");
    check(&["scan", "--exclude", "{a"], "error: the glob \"{a\" cannot be understood: ");
    check(&["scan", "--stdin-path", "a"], "hint: give `-` as the path\n");
    check(&["scan", "-", "a"], "hint: run it twice\n");
    check(&["scan", "--config", "missing.toml"], "missing.toml");
    check(&["scan", "--rules", "missing.toml"], "missing.toml");
    check(&["rules"], "Usage:");
    check(&["rules", "check", "missing.toml"], "missing.toml");
}

#[test]
fn help_and_version_are_0() {
    let sandbox = Sandbox::new();
    sandbox.run(["--help"]).exits(0).prints(&["Usage: baseleak", "Exit codes: 0"]);
    let scan = sandbox.run(["scan", "--help"]).exits(0);
    scan.prints(&["Hidden files are read", "`.git` is not entered", "--show-secrets"]);
    let version = sandbox.run(["--version"]).exits(0).stdout;
    assert_eq!(version, format!("baseleak {}\n", env!("CARGO_PKG_VERSION")));
}

/// More findings than a pipe holds, of which one line is read.
#[test]
fn a_broken_pipe_keeps_the_code() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", lines_of_keys(2000));
    for (args, code) in [
        (&["scan"][..], 1),
        (&["scan", "--format", "json"], 1),
        (&["scan", "--exit-zero"], 0),
        (&["scan", ".", "missing"], 2),
    ] {
        let mut child = sandbox
            .command(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it is a pipe");
        BufReader::with_capacity(16, stdout).read_line(&mut line).expect("a line can be read");
        assert!(!line.is_empty());
        assert_eq!(wait(&mut child).code(), Some(code), "{args:?}");
        let mut complaint = String::new();
        let stderr = child.stderr.take().expect("it is a pipe");
        BufReader::new(stderr).read_line(&mut complaint).expect("a pipe can be read");
        assert_eq!(complaint, "", "{args:?}");
    }
}

/// Nobody reads at all, and the report is small enough to be written by the last flush.
#[test]
fn a_pipe_that_nobody_reads_keeps_the_code() {
    let sandbox = Sandbox::new();
    sandbox.write_key("a.txt");
    let mut child = sandbox
        .command(["scan"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    drop(child.stdout.take());
    assert_eq!(wait(&mut child).code(), Some(1));
}
