//! JSON Lines while a scan goes on, and what it has in common with the report at the end.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::sandbox::{Sandbox, key, lines_of_keys, wait};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

/// The findings of lines, and of a report, without what tells lines apart, sorted.
fn findings(lines: &[Value]) -> Vec<String> {
    let mut findings: Vec<Value> = lines.iter().filter(|line| line["type"] == "finding").cloned().collect();
    for line in &mut findings {
        line.as_object_mut().expect("it is an object").remove("type");
    }
    sorted(&findings)
}

fn sorted(list: &[Value]) -> Vec<String> {
    let mut list: Vec<String> = list.iter().map(Value::to_string).collect();
    list.sort();
    list
}

/// A finding is written before the scan ends: it waits for standard input meanwhile.
#[cfg(unix)]
#[test]
fn findings_come_while_the_scan_goes_on() {
    let sandbox = Sandbox::new();
    let key = sandbox.write_key("one.env");
    let args = ["scan", "--format", "jsonl", "--threads", "2", "/dev/stdin", "one.env"];
    let mut command = sandbox.command(args);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program can be started");
    let stdin = child.stdin.take().expect("it is a pipe");
    let mut out = BufReader::new(child.stdout.take().expect("it is a pipe")).lines();
    let mut next = || out.next().map(|line| line.expect("a pipe can be read"));
    assert!(next().is_some_and(|line| line.contains(r#""type":"start""#)));
    let finding = next().expect("there is a line");
    assert!(finding.contains(r#""type":"finding""#) && finding.contains(&key[..12]));
    drop(stdin);
    assert!(next().is_some_and(|line| line.contains(r#""type":"summary""#)));
    assert_eq!(next(), None);
    assert_eq!(wait(&mut child).code(), Some(1));
}

/// Whatever was named twice, in archives and in notebooks, in whatever order it comes: the
/// stream says what the document says, each finding once.
#[test]
fn the_stream_agrees_with_the_document() {
    let sandbox = Sandbox::repository();
    for number in 0..300 {
        sandbox.write(format!("many/{number}.env"), format!("KEY = {}\n", key(number)));
    }
    sandbox.write("large.txt", lines_of_keys(200));
    let cell = format!(r#"{{"cell_type": "code", "source": ["k = '{}'\n"], "outputs": []}}"#, key(400));
    sandbox.write("one.ipynb", format!(r#"{{"cells": [{cell}], "metadata": {{}}, "nbformat": 4}}"#));
    sandbox.git(["add", "--all"]);
    for args in [&["scan", ".", "many", "many/7.env", "one.ipynb"][..], &["staged"], &["history"]] {
        if args[0] == "history" {
            sandbox.git(["commit", "--quiet", "--message", "first"]);
        }
        let report = sandbox.run(args.iter().chain(&["--format", "json"])).exits(1).json();
        let streamed = sandbox.run(args.iter().chain(&["--format", "jsonl"])).exits(1);
        let streamed = lines(&streamed.stdout);
        let expect = report["findings"].as_array().expect("it is a list");
        assert_eq!(findings(&streamed), sorted(expect), "{args:?}");
        assert!(expect.len() > 500);
        assert_eq!(streamed.first().map(|line| &line["type"]), Some(&"start".into()));
        let last = streamed.last().expect("there are lines");
        assert_eq!((&last["type"], &last["summary"]), (&"summary".into(), &report["summary"]));
        // In a file the order is that of the report.
        sandbox.run(args.iter().chain(&["--format", "jsonl=report.jsonl", "--exclude", "report.jsonl"]));
        let text = fs::read_to_string(sandbox.path("report.jsonl")).expect("the report is there");
        let paths: Vec<Value> =
            lines(&text)[1..=expect.len()].iter().map(|line| line["path"].clone()).collect();
        let expect: Vec<Value> = expect.iter().map(|finding| finding["path"].clone()).collect();
        assert_eq!(paths, expect, "{args:?}");
        fs::remove_file(sandbox.path("report.jsonl")).expect("it is there");
    }
}

/// A reader that goes away changes nothing of the answer.
#[test]
fn a_reader_that_goes_away_keeps_the_code() {
    let sandbox = Sandbox::new();
    sandbox.write("large.txt", lines_of_keys(2000));
    let mut command = sandbox.command(["scan", "--format", "jsonl", "large.txt"]);
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program can be started");
    drop(child.stdout.take());
    assert_eq!(wait(&mut child).code(), Some(1));
    let mut said = String::new();
    let mut stderr = child.stderr.take().expect("it is a pipe");
    std::io::Read::read_to_string(&mut stderr, &mut said).expect("a pipe can be read");
    assert_eq!(said, "");
}

/// Two names of one file are one place, and a place that is none is known before the scan.
#[test]
fn places_are_looked_at_before_the_scan() {
    let sandbox = Sandbox::new();
    sandbox.write_key("one.env");
    let check = |args: &[&str], piece: &str| {
        let run = sandbox.run(["scan", "one.env"].iter().chain(args)).exits(2);
        assert_eq!(run.stdout, "");
        assert!(!run.stderr.contains(".tmp"), "{}", run.stderr);
        run.says(&[piece, "hint: "]);
        assert!(!sandbox.path("a.json").exists(), "{args:?}");
    };
    check(&["--format", "json=a.json", "--format", "sarif=./a.json"], "would go to the same file");
    check(&["--format", "json", "-o", "a.json", "--format", "sarif=./a.json"], "the same file");
    #[cfg(unix)]
    for name in ["/dev/stdout", "/dev/fd/1"] {
        check(&["--format", "jsonl", "--format", &format!("sarif={name}")], "the same file");
    }
    check(&["--format", "json=a.json", "-o", "none/a.json"], "there is no folder none");
    check(&["--format", "json=a.json", "-o", "."], "it is a folder");
    #[cfg(unix)]
    sandbox.run(["scan", "one.env", "--format", "json=/dev/null", "-o", "/dev/null"]).exits(1);
}
