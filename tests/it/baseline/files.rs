//! The file itself: what is read, what is refused, what stays.

use std::fs;

use serde_json::json;

use super::{FILE, commit, create, known, lines, public, reported, text};
use crate::sandbox::{Sandbox, assert_hidden, key};

#[test]
fn a_baseline_is_not_replaced_unasked() {
    let sandbox = known();
    sandbox.run(["baseline", "create"]).exits(2).says(&["there is a baseline already", "--force"]);
    sandbox.run(["baseline", "create", "--baseline", FILE]).exits(2).says(&["there is a baseline already"]);
    create(&sandbox, &["--force"]);
    create(&sandbox, &["-o", "other.baseline"]).prints(&["wrote other.baseline: 1 entry"]);
    sandbox.run(["baseline", "create", "--force", "--format", "json"]).exits(2).says(&["--format"]);
}

#[test]
fn what_is_no_baseline_is_refused_and_not_repeated() {
    let sandbox = Sandbox::repository();
    let digest = "0123456789abcdef";
    let (key, name) = (key(1), public(1));
    let cases = [
        (format!("{name} {digest} a\n<<<<<<< HEAD\n"), "line 2 is the mark of a conflict"),
        (format!("{name} {digest} a\n=======\n"), "line 2 is the mark of a conflict"),
        (format!("{key} {digest} a\n"), "line 1 holds a whole key"),
        (format!("# {key}\n"), "line 1 holds a whole key"),
        (format!("{name} {digest} dir/{key}\n"), "line 1 holds a whole key"),
        (format!("{name} {digest}\n"), "line 1 is no entry: it has no place"),
        (format!("{name} a.env\n"), "line 1 is no entry"),
        (format!("{name} {digest} //new-kind\n"), "line 1 is no entry"),
        (format!("{name} {digest} ./a.env\n"), "line 1 is no entry: its place"),
        (format!("{name} {digest} /a.env\n"), "line 1 is no entry: its place"),
        (format!("\n{name} {digest} a\\b\n"), "line 2 is no entry: a backslash"),
        (format!("{name}5 {digest} a.env\n"), "line 1 is no entry: it does not begin with the public name"),
        (format!("{} {digest} a.env\n", key.split_once('.').expect("it has a dot").1), "line 1 is no entry"),
        (format!("sha256:00 {digest} a.env\n"), "line 1 is no entry: it does not begin"),
        (format!("# a\n# b\r{name} {digest} a.env\n"), "line 2 is no entry: a carriage return"),
        ("# baseleak baseline 2: of the future\n".to_owned(), "a newer version"),
    ];
    for (text, expect) in cases {
        sandbox.write(FILE, &text);
        for args in [&["scan"][..], &["baseline", "show"], &["baseline", "update"]] {
            let run = sandbox.run(args).exits(2).says(&["cannot use the baseline", expect, "hint:"]);
            assert_hidden(&key, &run.stderr);
        }
        assert_eq!(fs::read_to_string(sandbox.path(FILE)).expect("it is there"), text);
    }
    sandbox.write(FILE, b"\xFF\xFE");
    sandbox.run(["scan"]).exits(2).says(&["line 1 is not UTF-8"]);
    fs::remove_file(sandbox.path(FILE)).expect("it is there");
    for args in [&["show"][..], &["update"], &["prune"]] {
        let run = sandbox.run(["baseline"].iter().chain(args)).exits(2);
        run.says(&["cannot use the baseline", "hint:", "`baseleak baseline create`"]);
    }
    sandbox.run(["scan", "--baseline", "none"]).exits(2).says(&["hint:", "`baseleak baseline create`"]);
    fs::create_dir(sandbox.path(FILE)).expect("it can be made");
    sandbox.run(["scan"]).exits(2).says(&["it is a folder"]);
}

#[test]
fn tabs_and_old_line_ends_are_read() {
    let sandbox = known();
    let text = fs::read_to_string(sandbox.path(FILE)).expect("it is there");
    let entry = text.lines().last().expect("it has an entry");
    for text in [text.replace(' ', "\t"), text.replace('\n', "\r"), text.replace(' ', " \t ")] {
        // Without its first line, of which only blanks make one.
        let text = text.split_once(['\n', '\r']).expect("it has lines").1;
        sandbox.write(FILE, text);
        assert!(reported(&sandbox, &["scan"]).is_empty(), "{text:?}");
        sandbox.run(["baseline", "update"]).exits(0);
        assert!(fs::read_to_string(sandbox.path(FILE)).expect("it is there").contains(entry));
    }
}

#[test]
fn comments_stay_with_their_lines() {
    let sandbox = known();
    let text = fs::read_to_string(sandbox.path(FILE)).expect("it is there");
    let entry = text.lines().last().expect("it has an entry");
    sandbox.write(FILE, format!("\u{feff}{entry}\r\n\r\n  # revoked in May\r\n{entry}\r\n# the end\r\n"));
    assert!(reported(&sandbox, &["scan"]).is_empty());
    sandbox.write("b.env", super::text(2));
    super::move_and_edit(&sandbox, "a.env", "c.env");
    sandbox.run(["baseline", "update"]).exits(0);
    let text = fs::read_to_string(sandbox.path(FILE)).expect("it is there");
    let (head, rest) = text.split_once('\n').expect("it has lines");
    assert!(head.starts_with("# baseleak baseline 1: "), "{head}");
    let after = rest.split_once("# revoked in May\n").expect("the comment stays").1;
    assert!(after.starts_with(&format!("{} ", public(1))), "{text}");
    assert!(after.lines().next().is_some_and(|line| line.ends_with(" c.env")), "{text}");
    assert!(text.ends_with("\n# the end\n"), "{text}");
    assert_eq!(lines(&sandbox).len(), 2);
}

#[test]
fn what_is_gone_is_dropped_when_asked() {
    let sandbox = known();
    sandbox.write("b.env", text(2));
    sandbox.run(["baseline", "update"]).exits(0).prints(&["+ ", "at b.env", "2 entries"]);
    fs::remove_file(sandbox.path("a.env")).expect("it is there");
    sandbox.run(["baseline", "update"]).exits(0).prints(&["up to date: 2 entries"]);
    let run = sandbox.run(["baseline", "prune", "--dry-run"]).exits(0);
    run.prints(&["- ", "at a.env", "would write", "1 entry"]);
    assert_eq!(lines(&sandbox).len(), 2);
    sandbox.run(["baseline", "prune"]).exits(0).prints(&["at a.env", "1 entry"]);
    assert_eq!(lines(&sandbox), [format!("{} b.env", public(2))]);
    sandbox.run(["baseline", "prune", "--from", "staged"]).exits(2).says(&["what is staged"]);
}

/// From the history nothing is gone that was committed.
#[test]
fn pruned_by_the_history_a_key_that_was_removed_stays() {
    let sandbox = known();
    fs::remove_file(sandbox.path("a.env")).expect("it is there");
    commit(&sandbox, "remove");
    sandbox.run(["baseline", "prune", "--from", "history"]).exits(0);
    assert_eq!(lines(&sandbox).len(), 1);
    assert!(reported(&sandbox, &["history"]).is_empty());
}

#[cfg(unix)]
#[test]
fn what_is_not_whole_is_written_only_when_asked() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::new();
    sandbox.write("a.env", text(1));
    let report = sandbox.run(["scan", "a.env", "missing", "--format", "json"]).exits(2).stdout;
    sandbox.write("../home/report.json", report);
    let args = ["baseline", "create", "--report", "../home/report.json"];
    sandbox.run(args).exits(2).says(&["the scan is incomplete", "--allow-incomplete"]);
    assert!(!sandbox.path(FILE).exists());
    sandbox.run(args.into_iter().chain(["--allow-incomplete"])).exits(0);
    assert_eq!(lines(&sandbox).len(), 1);
    sandbox.run(["baseline", "create", "--force", "--report", "missing.json"]).exits(2).says(&["cannot use"]);
    sandbox.write("../home/none.json", "{}");
    sandbox.run(["baseline", "create", "--force", "--report", "../home/none.json"]).exits(2);
    // A link that the user names stays one, and its file keeps its mode.
    fs::rename(sandbox.path(FILE), sandbox.path("real")).expect("it can be moved");
    symlink("real", sandbox.path(FILE)).expect("it can be made");
    sandbox.run(["baseline", "update", "-o", FILE]).exits(0);
    assert!(sandbox.path(FILE).symlink_metadata().expect("it is there").is_symlink());
}

/// A repository may bring links that lead anywhere.
#[cfg(unix)]
#[test]
fn links_of_the_repository_are_not_written_through() {
    use std::os::unix::fs::symlink;
    let sandbox = known();
    let baseline = fs::read_to_string(sandbox.path(FILE)).expect("it is there");
    let outside = sandbox.home().join("outside");
    fs::write(&outside, &baseline).expect("it can be written");
    fs::remove_file(sandbox.path(FILE)).expect("it is there");
    symlink(&outside, sandbox.path(FILE)).expect("it can be made");
    sandbox.write("b.env", text(2));
    for args in [&["create", "--force"][..], &["update"], &["prune"]] {
        let run = sandbox.run(["baseline"].iter().chain(args)).exits(2);
        run.says(&["cannot write the baseline", "symbolic link", "hint:", "--output"]);
    }
    assert_eq!(fs::read_to_string(&outside).expect("it is there"), baseline);
    fs::remove_file(&outside).expect("it is there");
    sandbox.run(["baseline", "show"]).exits(2).says(&["a symbolic link that leads to no file"]);
    sandbox.run(["scan"]).exits(2).says(&["a symbolic link that leads to no file"]);
    fs::remove_file(sandbox.path(FILE)).expect("it is there");
    // The same for the attributes, which the user does not name.
    sandbox.git(["rm", "--quiet", ".gitattributes"]);
    symlink(&outside, sandbox.path(".gitattributes")).expect("it can be made");
    create(&sandbox, &[]).prints(&[".gitattributes is a symbolic link", "`/.baseleak-baseline merge=union`"]);
    assert!(!outside.exists());
}

#[test]
fn what_is_not_there_is_named() {
    let sandbox = known();
    for command in ["create", "update", "show", "prune"] {
        sandbox.run(["baseline", command, "nodir"]).exits(2).says(&["cannot look at nodir", "hint:"]);
    }
    let run = sandbox.run(["baseline", "create", "-o", "nodir/known"]).exits(2);
    assert!(run.stderr.starts_with("error: cannot write the baseline nodir/known\n"), "{}", run.stderr);
    assert!(!run.stderr.contains("tmp"), "{}", run.stderr);
}

/// What makes a scan fail is nothing to whoever makes the baseline that it asks for.
#[test]
fn the_gate_is_not_asked() {
    for fail_on in ["new", "active"] {
        let sandbox = Sandbox::repository();
        sandbox.write(".baseleak.toml", format!("[gate]\nfail-on = \"{fail_on}\"\n"));
        sandbox.write("a.env", text(1));
        create(&sandbox, &[]).prints(&["1 entry"]);
        sandbox.run(["baseline", "update"]).exits(0);
    }
    let sandbox = known();
    for option in ["--show-secrets", "--verify", "--exit-zero", "--no-baseline", "--show-suppressed"] {
        sandbox.run(["baseline", "update", option]).exits(2).says(&["unexpected argument"]);
    }
}

#[test]
fn the_list_is_by_key() {
    let sandbox = known();
    sandbox.write("b.env", text(1));
    sandbox.run(["baseline", "update"]).exits(0);
    let run = sandbox.run(["baseline", "show"]).exits(0);
    assert_eq!(run.stdout, format!("{}\n  at a.env\n  at b.env\n", public(1)));
    let run = sandbox.run(["baseline", "show", "--format", "json"]).exits(0);
    let keys = &run.json()["keys"];
    assert_eq!(keys[0]["key"], public(1));
    let places =
        json!([{"kind": "file", "path": "a.env", "line": 2}, {"kind": "file", "path": "b.env", "line": 3}]);
    assert_eq!(keys[0]["places"], places);
}

/// What is settled already needs no line.
#[test]
fn a_report_says_what_has_a_finding() {
    let sandbox = known();
    super::move_and_edit(&sandbox, "a.env", "b.env");
    let report = sandbox.scan(Vec::<&str>::new());
    assert_eq!(report["suppressed"][0]["suppression"]["kind"], "baseline");
    assert_eq!(report["suppressed"][0]["suppression"]["place"], ".baseleak-baseline:2");
    assert_eq!(report["suppressed"][0]["suppression"]["moved_from"], "a.env");
    sandbox.write("../home/report.json", report.to_string());
    create(&sandbox, &["--force", "--report", "../home/report.json"]).prints(&["0 entries"]);
}
