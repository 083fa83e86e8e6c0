//! What is read: the paths that are named, standard input, hidden files, links,
//! and what globs and the size limit leave out.

use serde_json::json;

use crate::sandbox::{Sandbox, key, paths, skipped};

/// Two folders, each with a file that holds a key, and one file beside them.
fn tree() -> Sandbox {
    let sandbox = Sandbox::new();
    for path in ["a/one.txt", "b/two.txt", "three.txt"] {
        sandbox.write_key(path);
    }
    sandbox
}

#[test]
fn paths_are_shown_as_they_are_reached() {
    let sandbox = tree();
    let check = |args: &[&str], expect: &[&str]| {
        let report = sandbox.scan(args);
        assert_eq!(paths(&report), expect, "{args:?}");
        assert_eq!(report["coverage"]["files"], expect.len(), "{args:?}");
        assert_eq!(report["coverage"]["complete"], true, "{args:?}");
    };
    check(&[], &["a/one.txt", "b/two.txt", "three.txt"]);
    check(&["."], &["a/one.txt", "b/two.txt", "three.txt"]);
    check(&["./"], &["a/one.txt", "b/two.txt", "three.txt"]);
    check(&["a"], &["a/one.txt"]);
    check(&["a/"], &["a/one.txt"]);
    check(&["./a"], &["a/one.txt"]);
    check(&["././a/one.txt"], &["a/one.txt"]);
    check(&["b", "a"], &["a/one.txt", "b/two.txt"]);
    check(&["three.txt", "a/one.txt"], &["a/one.txt", "three.txt"]);
    check(&["a/../b"], &["a/../b/two.txt"]);
    let absolute = sandbox.path("a");
    let report = sandbox.scan([&absolute]);
    let expect = absolute.join("one.txt").to_str().expect("the path is UTF-8").replace('\\', "/");
    assert_eq!(paths(&report), [expect]);
}

#[test]
fn a_path_from_above_is_shown_from_there() {
    let sandbox = tree();
    let run = |path: &str| {
        let mut command = sandbox.command(["scan", "--format", "json", path]);
        let output = command.current_dir(sandbox.path("a")).output().expect("the program can be started");
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("it is a report")
    };
    assert_eq!(paths(&run("..")), ["../a/one.txt", "../b/two.txt", "../three.txt"]);
    assert_eq!(paths(&run("../b/two.txt")), ["../b/two.txt"]);
}

#[test]
fn what_is_named_twice_is_reported_once() {
    let sandbox = tree();
    for args in [&["a", "a"][..], &["a/one.txt", "a"], &["a", "./a"], &["a", "a/one.txt", "a/one.txt"]] {
        let report = sandbox.scan(args);
        assert_eq!(paths(&report), ["a/one.txt"], "{args:?}");
        assert_eq!(report["summary"], sandbox.scan(["a"])["summary"], "{args:?}");
    }
    let report = sandbox.scan(["missing", "missing"]);
    assert_eq!(skipped(&report).len(), 1);
}

#[test]
fn a_missing_path_does_not_stop_the_others() {
    let sandbox = tree();
    for args in [["missing", "a"], ["a", "missing"]] {
        let report = sandbox.scan(args);
        assert_eq!(paths(&report), ["a/one.txt"], "{args:?}");
        assert_eq!(report["coverage"]["complete"], false);
        let [(path, reason, detail)] = skipped(&report)[..] else { panic!("{report}") };
        assert_eq!((path, reason), ("missing", "unreadable"));
        assert!(detail.is_some_and(|detail| !detail.is_empty() && !detail.contains("os error")));
    }
    sandbox
        .run(["scan", "a", "missing"])
        .exits(2)
        .prints(&["a/one.txt:1:7: high", "  missing: unreadable: "]);
    sandbox.run(["scan", "three.txt/deeper"]).exits(2);
    sandbox.run(["scan", ""]).exits(2);
}

#[test]
fn standard_input_is_a_file_of_its_own() {
    let sandbox = Sandbox::new();
    let text = format!("one\nKEY={}", key(1));
    let run = sandbox.pipe(text.as_bytes(), ["scan", "-", "--format", "json"]).exits(1);
    let report = run.json();
    assert_eq!(paths(&report), ["<stdin>"]);
    let finding = &report["findings"][0];
    assert_eq!((finding["line"].as_u64(), finding["column"].as_u64()), (Some(2), Some(5)));
    assert_eq!(report["coverage"]["files"], 1);
    assert_eq!(report["coverage"]["bytes"], text.len());
    let args = ["scan", "-", "--stdin-path", "logs/pod.log", "--format", "json"];
    let report = sandbox.pipe(text.as_bytes(), args).exits(1).json();
    assert_eq!(paths(&report), ["logs/pod.log"]);
    sandbox.pipe(b"", ["scan", "-"]).exits(0);
    sandbox.pipe(b"nothing", ["scan", "-"]).exits(0);
    // A file that is really called so can still be reached.
    sandbox.write("-", text);
    assert_eq!(paths(&sandbox.scan(["./-"])), ["-"]);
}

/// The path that standard input pretends to stand at is one that rules see.
#[test]
fn a_name_for_standard_input_counts_as_a_place() {
    let sandbox = Sandbox::new();
    let text = "[baseten]\noauth_access_token = Xk39fQ0vLmZ81RtyUu4bN7aW\n";
    let run = |name: &str| sandbox.pipe(text.as_bytes(), ["scan", "-", "--stdin-path", name]);
    run("/home/user/.trussrc").exits(1).prints(&["baseten-oauth-token"]);
}

#[test]
fn hidden_files_are_read_and_the_folder_of_git_is_not() {
    let sandbox = Sandbox::repository();
    for path in [".env", ".config/deep/.hidden", ".github/a.yml", ".git/own", ".git/hooks/x"] {
        sandbox.write_key(path);
    }
    assert_eq!(paths(&sandbox.scan(["."])), [".config/deep/.hidden", ".env", ".github/a.yml"]);
    assert_eq!(paths(&sandbox.scan(["--no-ignore"])).len(), 3);
    // What is named is read.
    assert_eq!(paths(&sandbox.scan([".git/own"])), [".git/own"]);
}

/// Counts of the coverage: files, excluded, oversized.
fn check(sandbox: &Sandbox, args: &[&str], expect: &[&str], excluded: u64, oversized: u64) {
    let report = sandbox.scan(args);
    assert_eq!(paths(&report), expect, "{args:?}");
    let coverage = &report["coverage"];
    let counts =
        json!([coverage["files"], coverage["excluded"], coverage["oversized"], coverage["complete"]]);
    assert_eq!(counts, json!([expect.len(), excluded, oversized, true]), "{args:?}");
}

#[test]
fn globs_choose_and_what_they_leave_out_is_counted() {
    let sandbox = Sandbox::new();
    for path in ["src/a.py", "src/a.js", "src/deep/b.py", "tests/c.py", "README"] {
        sandbox.write_key(path);
    }
    let check = |args: &[&str], expect: &[&str]| {
        check(&sandbox, args, expect, 5 - expect.len() as u64, 0);
    };
    check(&["--include", "*.py"], &["src/a.py", "src/deep/b.py", "tests/c.py"]);
    check(&["--include", "*.js", "--include", "README"], &["README", "src/a.js"]);
    check(&["--exclude", "*.py"], &["README", "src/a.js"]);
    check(&["--exclude", "src"], &["README", "tests/c.py"]);
    check(&["--exclude", "src/"], &["README", "tests/c.py"]);
    check(&["--exclude", "/src/*.py"], &["README", "src/a.js", "src/deep/b.py", "tests/c.py"]);
    check(&["--exclude", "src/**/*.py"], &["README", "src/a.js", "tests/c.py"]);
    check(&["--include", "*.py", "--exclude", "tests"], &["src/a.py", "src/deep/b.py"]);
    check(&["--include", "src/deep"], &["src/deep/b.py"]);
    check(&["--include", "nothing"], &[]);
}

#[test]
fn files_over_the_limit_are_counted() {
    let sandbox = Sandbox::new();
    let key = key(1);
    sandbox.write("small", format!("{key}\n"));
    sandbox.write("large", format!("{key}\n{}", " ".repeat(2000 - key.len() - 1)));
    check(&sandbox, &["--max-file-size", "2000"], &["large", "small"], 0, 0);
    check(&sandbox, &["--max-file-size", "1999"], &["small"], 0, 1);
    check(&sandbox, &["--max-file-size", "2kB"], &["large", "small"], 0, 0);
    check(&sandbox, &["--max-file-size", "1KiB"], &["small"], 0, 1);
    check(&sandbox, &["--max-file-size", "1KiB", "--exclude", "small"], &[], 1, 1);
    let run = sandbox.run(["scan", "--max-file-size", "1KiB", "--exclude", "small"]).exits(0);
    run.prints(&["\npassed over 1 file excluded, 1 file over the size limit\n"]);
}

/// The policy is for what a folder holds.
#[test]
fn a_named_file_is_read_whatever_the_policy() {
    let sandbox = tree();
    for more in [["--exclude", "*.txt"], ["--include", "*.py"], ["--max-file-size", "1"]] {
        let report = sandbox.scan(["three.txt"].iter().chain(&more));
        assert_eq!(paths(&report), ["three.txt"], "{more:?}");
    }
}
