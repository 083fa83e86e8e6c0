//! `baseleak diff`: what is new, fixed and still there between two reports.

use std::fs;

use serde_json::{Value, json};

use crate::sandbox::{Run, Sandbox, key};

fn line(number: usize) -> String {
    format!("KEY = {}\n", key(number))
}

/// Writes a report of `scan` to a file beside the work folder.
fn scan(sandbox: &Sandbox, name: &str) {
    sandbox.run(["scan", "--format", "json", "--output", &format!("../home/{name}.json")]);
}

fn diff(sandbox: &Sandbox, args: &[&str]) -> Run {
    sandbox.run(["diff", "../home/old.json", "../home/new.json"].iter().chain(args))
}

/// Two scans: keys stay, come, go, move and are settled in between.
fn scanned() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("stays.env", line(1));
    sandbox.write("goes.env", line(2));
    sandbox.write("a/moves.env", line(3));
    scan(&sandbox, "old");
    fs::remove_file(sandbox.path("goes.env")).expect("it is there");
    fs::rename(sandbox.path("a"), sandbox.path("b")).expect("it can be renamed");
    sandbox.write("stays.env", format!("\n\n{}", line(1)));
    sandbox.write("comes.env", line(4));
    scan(&sandbox, "new");
    sandbox
}

#[test]
fn two_scans() {
    let sandbox = scanned();
    let run = diff(&sandbox, &[]).exits(1);
    let expect = [
        "1 new:\n  + comes.env:1:7: high baseten-api-key b10_",
        "1 moved:\n  > b/moves.env:1:7: high baseten-api-key b10_",
        ", which was a/moves.env:1:7\n",
        "1 fixed:\n  - goes.env:1:7: high",
        "1 key new altogether: b10_",
        "1 key gone altogether: b10_",
        "1 finding still there\n",
        "hint: a key that is out of the files is live until it is revoked",
    ];
    assert!(run.stdout.ends_with("1 new finding\n"), "{}", run.stdout);
    let run = run.prints(&expect);
    assert_eq!(run.stderr, "");
    let wire = diff(&sandbox, &["--format", "json"]).exits(1).json();
    assert_eq!(
        wire["summary"],
        json!({"new": 1, "moved": 1, "fixed": 1, "settled": 0, "still": 1, "new_keys": 1, "gone_keys": 1})
    );
    assert_eq!((&wire["schema"], &wire["complete"]), (&json!(1), &json!({"old": true, "new": true})));
    assert_eq!(wire["moved"][0]["from"]["path"], "a/moves.env");
    assert_eq!(wire["still"][0]["line"], 3);
    assert_eq!(wire["notes"], json!([]));
}

#[test]
fn nothing_new_is_clean() {
    let sandbox = scanned();
    let old = sandbox.run(["diff", "../home/old.json", "../home/old.json"]).exits(0);
    assert_eq!(old.stdout, "3 findings still there\nnothing new\n");
    // Something that is fixed is no reason to fail.
    sandbox.write("comes.env", "nothing\n");
    scan(&sandbox, "new");
    diff(&sandbox, &[]).exits(0).prints(&["1 fixed:", "nothing new"]);
}

#[test]
fn one_of_them_may_come_on_standard_input() {
    let sandbox = scanned();
    let expect = diff(&sandbox, &["--format", "json"]).stdout;
    for (name, args) in
        [("old", ["diff", "-", "../home/new.json"]), ("new", ["diff", "../home/old.json", "-"])]
    {
        let report = fs::read(sandbox.home().join(format!("{name}.json"))).expect("it was written");
        let run = sandbox.pipe(&report, args.iter().chain(&["--format", "json"])).exits(1);
        assert_eq!(run.stdout, expect, "{name}");
    }
    sandbox.run(["diff", "-", "-"]).exits(2).says(&["error: both reports", "hint: give a file"]);
}

#[test]
fn the_answer_goes_to_a_file_in_one_step() {
    let sandbox = scanned();
    let expect = diff(&sandbox, &[]).stdout;
    let run = diff(&sandbox, &["--output", "answer.txt"]).exits(1);
    assert_eq!(run.stdout, "");
    assert_eq!(fs::read_to_string(sandbox.path("answer.txt")).expect("it was written"), expect);
    diff(&sandbox, &["--output", "missing/answer.txt"]).exits(2).says(&["error: cannot write"]);
    let run = diff(&sandbox, &["--color", "always"]);
    assert!(run.stdout.contains("\x1b["), "{}", run.stdout);
}

#[test]
fn what_is_no_report_cannot_be_compared() {
    let sandbox = scanned();
    let whole = fs::read_to_string(sandbox.home().join("old.json")).expect("it was written");
    for (text, piece) in [
        ("", "it is empty"),
        ("{", "it ends too early"),
        (&whole[..whole.len() / 2], "it ends too early"),
        ("findings: []", "it is not JSON, at line 1 column"),
        ("[1, {\"name\": \"baseleak\"}]", "not a report of baseleak"),
        (&whole.replacen("\"schema\": 1", "\"schema\": 2", 1), "schema 2, and this version reads schema 1"),
        (&whole.replacen("\"digest\"", "\"digits\"", 1), "no whole report"),
    ] {
        fs::write(sandbox.home().join("new.json"), text).expect("it can be written");
        diff(&sandbox, &[]).exits(2).says(&["error: cannot use ../home/new.json", piece, "hint: "]);
    }
    sandbox.run(["diff", "../home/old.json", "missing.json"]).exits(2).says(&["cannot be read"]);
    sandbox.run(["diff", "../home/old.json"]).exits(2);
}

/// A report that somebody else wrote may hold anything, a key among it.
#[test]
fn what_a_report_should_not_hold_is_not_shown() {
    let sandbox = scanned();
    let file = sandbox.home().join("new.json");
    let whole = fs::read_to_string(&file).expect("it was written");
    let mut report: Value = serde_json::from_str(&whole).expect("it is JSON");
    report["findings"][0]["path"] = json!(format!("x\u{1b}[8m/{}", key(9)));
    report["findings"][0]["later"] = json!({"a": 1});
    report["findings"][0]["rule"] = json!(key(9));
    report["rules"][0]["id"] = json!(key(9));
    fs::write(&file, report.to_string()).expect("it can be written");
    for format in ["human", "json"] {
        let run = diff(&sandbox, &["--format", format]).hides(&key(9));
        assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
    }
    report["findings"][0]["key"] = json!(key(9));
    fs::write(&file, report.to_string()).expect("it can be written");
    diff(&sandbox, &[]).exits(2).hides(&key(9)).says(&["not named by its prefix alone"]);
}

#[test]
fn an_incomplete_scan_is_told() {
    let sandbox = scanned();
    let edit = |name: &str, complete: bool| {
        let file = sandbox.home().join(format!("{name}.json"));
        let text = fs::read_to_string(&file).expect("it was written");
        let (from, to) = (format!("\"complete\": {}", !complete), format!("\"complete\": {complete}"));
        fs::write(&file, text.replace(&from, &to)).expect("it can be written");
    };
    edit("old", false);
    diff(&sandbox, &[]).exits(1).prints(&["note: the old scan was incomplete"]);
    edit("old", true);
    edit("new", false);
    diff(&sandbox, &[])
        .exits(2)
        .prints(&["note: the new scan was incomplete", "1 new finding, and incomplete"]);
    fs::copy(sandbox.home().join("new.json"), sandbox.home().join("old.json")).expect("it can be copied");
    diff(&sandbox, &[]).exits(2).prints(&["so there is no verdict"]).says(&["warning: the new scan"]);
}

/// Reports of all kinds of scans, and what differs between their rules.
#[test]
fn scans_of_other_kinds_and_rules() {
    let sandbox = Sandbox::repository();
    sandbox.write("a.env", line(1));
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "first"]);
    let write = |name: &str, args: &[&str]| {
        let file = format!("../home/{name}.json");
        sandbox.run(args.iter().chain(&["--format", "json", "--output", &file]));
    };
    write("old", &["scan"]);
    write("new", &["history", "--disable", "baseten-gateway-key"]);
    diff(&sandbox, &[]).exits(0).prints(&[
        "note: the old scan was of files or the index and the new one of a history",
        "note: other rules were in force: baseten-gateway-key in the old scan only",
        "note: other rules were disabled: baseten-gateway-key in the new scan only",
        "1 finding still there",
    ]);
    write("old", &["history"]);
    write("new", &["audit"]);
    diff(&sandbox, &[]).exits(0).prints(&["of a history and the new one an audit"]);
}

/// Twice the findings take about twice the time, and 100,000 are no matter.
#[test]
fn many_findings() {
    let sandbox = Sandbox::new();
    let report = |from: usize, to: usize| {
        let finding = |number: usize| {
            json!({"rule": "r", "confidence": "high", "key": format!("b10_{number:08}"), "column": 1,
                "digest": format!("{number:016x}"), "fingerprint": format!("{number:032x}"),
                "path": format!("folder/file-{number}.env"), "place": "content", "line": number})
        };
        let findings: Vec<Value> = (from..to).map(finding).collect();
        json!({"schema": 1, "tool": {"name": "baseleak", "version": "1"}, "findings": findings}).to_string()
    };
    sandbox.write("../home/old.json", report(0, 100_000));
    sandbox.write("../home/new.json", report(50_000, 150_000));
    let wire = diff(&sandbox, &["--format", "json"]).exits(1).json();
    for field in ["new", "fixed", "still", "new_keys", "gone_keys"] {
        assert_eq!(wire["summary"][field], 50_000, "{field}");
    }
}
