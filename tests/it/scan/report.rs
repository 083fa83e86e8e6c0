//! What docs/output.md promises of a report and can be seen from outside.

use serde_json::{Value, json};

use crate::contexts::Kind;
use crate::sandbox::{Run, Sandbox, key, key_of, lines_of_keys, paths};

/// A folder with findings of several kinds and something skipped.
fn varied() -> Sandbox {
    let sandbox = Sandbox::repository();
    sandbox.write(".gitignore", "*.log\n");
    sandbox.write("a.log", format!("KEY={}\n", key(1)));
    sandbox.write("deploy/.env", format!("# one\n\nBASETEN_API_KEY={}\n", key(2)));
    sandbox.write("deploy/again.env", format!("BASETEN_API_KEY={}\r\nX={}\n", key(2), key(3)));
    for number in 10..60 {
        sandbox.write_key(format!("many/{number}/f{number}.py"));
    }
    sandbox
}

#[test]
fn the_human_report_has_its_parts_in_order() {
    let sandbox = varied();
    let run = sandbox.run(["scan", "deploy", "missing"]).exits(2);
    let (two, three) = (key(2), key(3));
    let (two, three) = (public(&two), public(&three));
    let start = format!(
        "deploy/.env:3:17: high baseten-api-key {two}\n  | BASETEN_API_KEY={two}.****\n  = the shape is documented as a \
         Baseten key\n\ndeploy/again.env:1:17: high baseten-api-key {two}\n"
    );
    assert!(run.stdout.starts_with(&start), "{}", run.stdout);
    let end = "1 path skipped:\n  missing: unreadable: ";
    let rest = run.stdout.split_once(end).expect("what was skipped is listed").1;
    assert!(rest.contains("\n\n3 findings of 2 distinct keys in 2 files\nscanned 2 files, "), "{rest}");
    assert!(rest.ends_with("\n3 findings, and incomplete: 1 path skipped that may hold more\n"), "{rest}");
    assert!(
        run.stdout
            .contains(&format!("\ndeploy/again.env:2:3: high baseten-api-key {three}\n  | X={three}.****\n"))
    );
}

#[test]
fn skipped_paths_are_listed_to_20_and_counted() {
    let sandbox = Sandbox::new();
    let missing: Vec<String> = (0..23).map(|number| format!("missing{number}")).collect();
    let run = sandbox.run(["scan".to_owned()].iter().chain(&missing)).exits(2);
    assert_eq!(run.stdout.matches(": unreadable: ").count(), 20);
    run.prints(&[
        "23 paths skipped:\n",
        "\n  and 3 more\n",
        "\nincomplete: 23 paths skipped, so there is no verdict\n",
    ]);
}

#[test]
fn a_json_report_has_every_field() {
    let sandbox = varied();
    let legacy = key_of(Kind::Legacy, 1);
    sandbox.write("legacy.env", format!("# one\n\nBASETEN_API_KEY={legacy}\n"));
    let report = sandbox.scan(["./legacy.env"]);
    let finding = &report["findings"][0];
    let expect = json!({
        "schema": 1,
        "tool": {"name": "baseleak", "version": env!("CARGO_PKG_VERSION")},
        "findings": [{
            "rule": Kind::Legacy.rule(),
            "confidence": "high",
            "reasons": [
                {"kind": "context-on-line", "text": finding["reasons"][0]["text"], "word": "baseten"},
            ],
            "attribution": "baseten",
            "key": public(&legacy),
            "digest": finding["digest"],
            "fingerprint": finding["fingerprint"],
            "path": "legacy.env",
            "relative_path": "legacy.env",
            "place": "content",
            "line": 3,
            "column": 17,
            "end_line": 3,
            "end_column": 17 + 41,
            "snippet": format!("BASETEN_API_KEY={}.****", public(&legacy)),
        }],
        "coverage": {
            "complete": true, "files": 1, "objects": 0, "members": 0, "images": 0,
            "plain_images": 0, "documents": 0, "foreign": 0, "disallowed": 0, "bytes": 7 + 16 + 41 + 1, "ignored": 0, "excluded": 0,
            "oversized": 0, "symlinks": 0, "submodules": 0, "intent_to_add": 0,
            "skipped": [], "notes": [],
        },
        "rules": report["rules"],
        "disabled_rules": [],
        "config": null,
        "gate": {"fail_on": "any", "max_findings": 0, "failing": 1, "undecided": 0, "passed": false},
        "summary": {"findings": 1, "keys": 1, "suppressed": 0, "by_confidence": {"high": 1, "medium": 0, "low": 0}},
    });
    assert_eq!(report, expect);
    assert!(is_hex(&finding["digest"], 16) && is_hex(&finding["fingerprint"], 32));
    assert_eq!(report["rules"][0]["id"], Kind::New.rule());
}

#[test]
fn a_json_report_is_the_same_every_time() {
    let sandbox = varied();
    let run = |more: &[&str]| {
        let args = ["scan", ".", "missing", "--format", "json"];
        let run = sandbox.run(args.iter().chain(more)).exits(2);
        assert!(run.stdout.ends_with("}\n"));
        run.stdout
    };
    let first = run(&["--threads", "1"]);
    for threads in ["1", "4", "4", "4", "0"] {
        assert!(run(&["--threads", threads]) == first, "{threads} threads");
    }
    let report: Value = serde_json::from_str(&first).expect("it is JSON");
    let names = paths(&report);
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(names.len(), 53);
}

#[test]
fn digests_and_fingerprints_name_the_same_things_again() {
    let sandbox = varied();
    let report = sandbox.scan(["deploy"]);
    let field = |index: usize, name: &str| report["findings"][index][name].as_str().expect("it is a string");
    assert_eq!(field(0, "digest"), field(1, "digest"), "the same key");
    assert_ne!(field(0, "fingerprint"), field(1, "fingerprint"), "in another file");
    assert_ne!(field(1, "digest"), field(2, "digest"), "another key");
    // Lines move, and the program is started elsewhere: the finding keeps its name.
    sandbox.write("deploy/.env", format!("\n\n\n\nMOVED = 1; KEY={}\n", key(2)));
    let moved = sandbox.scan(["./deploy/.env"]);
    assert_eq!(moved["findings"][0]["line"], 5);
    assert_eq!(moved["findings"][0]["fingerprint"], field(0, "fingerprint"));
    let absolute = sandbox.scan([sandbox.path("deploy/.env")]);
    assert_eq!(absolute["findings"][0]["fingerprint"], field(0, "fingerprint"));
}

#[test]
fn what_a_file_would_do_to_a_terminal_is_written_out() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", format!("\x1b[2J\u{202e}\u{200b} KEY={} \u{9b}31m\x07\n", key(1)));
    let human = sandbox.run(["scan"]).exits(1).prints(&["\\x1b[2J\\u{202e}\\u{200b} KEY="]);
    let json = sandbox.run(["scan", "--format", "json"]).exits(1).prints(&["\\u001b[2J\\u202e\\u200b KEY="]);
    for text in [human.stdout, json.stdout] {
        let wild = |sign: char| sign != '\n' && (sign.is_control() || "\u{202e}\u{200b}".contains(sign));
        assert!(!text.contains(wild), "{text:?}");
    }
    let report = sandbox.scan(["."]);
    let snippet = report["findings"][0]["snippet"].as_str().expect("it is a string");
    assert!(snippet.starts_with("\x1b[2J\u{202e}\u{200b} KEY="), "nothing is lost in JSON: {snippet:?}");
}

#[test]
fn colours_are_for_terminals_and_those_who_ask() {
    let sandbox = Sandbox::new();
    sandbox.write_key("a.txt");
    let check = |args: &[&str], expect: bool| {
        let run = sandbox.run(["scan"].iter().chain(args)).exits(1);
        assert_eq!(run.stdout.contains('\x1b'), expect, "{args:?}");
    };
    check(&[], false);
    check(&["--color", "auto"], false);
    check(&["--color", "never"], false);
    check(&["--color", "always"], true);
    check(&["--color", "always", "--format", "json"], false);
    sandbox.write(".baseleak.toml", "[output]\ncolor = \"always\"\n");
    check(&[], true);
    check(&["--color", "never"], false);
}

/// Lines end with CR LF, columns count characters, and a stray byte is one.
#[test]
fn positions_are_those_of_an_editor() {
    let sandbox = Sandbox::new();
    let check = |before: &[u8], line: u64, column: u64| {
        sandbox.write("a.txt", [before, key(1).as_bytes(), b"\r\nrest\r\n"].concat());
        let report = sandbox.scan(["a.txt"]);
        let finding = &report["findings"][0];
        let position = |line: &str, column: &str| (finding[line].as_u64(), finding[column].as_u64());
        assert_eq!(position("line", "column"), (Some(line), Some(column)), "{before:?}");
        assert_eq!(position("end_line", "end_column"), (Some(line), Some(column + 45)), "{before:?}");
    };
    check(b"", 1, 1);
    check(b"one\r\ntwo\r\nkey=", 3, 5);
    check("é\u{1f511}漢 = ".as_bytes(), 1, 7);
    check("\u{feff}a=".as_bytes(), 1, 4);
    check("e\u{301}=".as_bytes(), 1, 4);
    check(b"\xff\xfe =", 1, 5);
    check(b"\0\0\n\0=", 2, 3);
    check(b"one\rtwo=", 1, 9);
}

#[test]
fn ten_thousand_keys_in_a_file_are_all_reported() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", lines_of_keys(10_000));
    let report = sandbox.scan(["a.txt"]);
    let findings = report["findings"].as_array().expect("there are findings");
    assert_eq!(report["summary"]["keys"], 10_000);
    for (number, finding) in findings.iter().enumerate() {
        assert_eq!(
            (finding["line"].as_u64(), finding["column"].as_u64()),
            (Some(number as u64 + 1), Some(7))
        );
    }
}

fn public(key: &str) -> &str {
    key.split_once('.').expect("the key has a public part").0
}

fn is_hex(value: &Value, digits: usize) -> bool {
    value.as_str().is_some_and(|text| {
        text.len() == digits
            && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

/// The report is on standard output, messages are on standard error.
#[test]
fn an_incomplete_report_for_a_program_has_a_word_on_standard_error() {
    let sandbox = Sandbox::new();
    let check = |run: Run| {
        run.exits(2).says(&["warning: the scan is incomplete: 1 skipped, listed in the report\n"]);
    };
    check(sandbox.run(["scan", "missing", "--format", "json"]));
    check(sandbox.run(["scan", "missing", "--output", "report"]));
    assert_eq!(sandbox.run(["scan", "missing"]).exits(2).stderr, "");
}
