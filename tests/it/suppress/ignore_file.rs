//! `.gitleaksignore`, as people bring it along.

use super::check;
use crate::sandbox::{Sandbox, key};

/// Two commits: a key in `src/a.py`, and one more in its third line.
fn repository() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::repository();
    let mut ids = Vec::new();
    let mut text = String::new();
    for number in 0..2 {
        text.extend(["K = '", &key(number), "'\n\n"]);
        sandbox.write("src/a.py", &text);
        sandbox.git(["add", "src/a.py"]);
        sandbox.git(["commit", "--quiet", "--message", "m"]);
        ids.push(sandbox.git(["rev-parse", "HEAD"]).trim().to_owned());
    }
    (sandbox, ids)
}

#[test]
fn every_form_of_a_line() {
    let (sandbox, ids) = repository();
    let both = ["src/a.py:1", "src/a.py:3"];
    for (line, in_files, in_history) in [
        ("src/a.py:baseten-api-key:1".to_owned(), &both[1..], 1),
        ("src/a.py:generic-api-key:3".to_owned(), &both[..1], 1),
        ("src\\a.py:generic-api-key:1".to_owned(), &both[1..], 1),
        ("src/a.py:baseten-oauth-token:1".to_owned(), &both[..], 2),
        (format!("{}:src/a.py:baseten-api-key:1", ids[0]), &both[..], 1),
        (format!("{}:src/a.py:generic-api-key:1", &ids[0][..8]), &both[..], 1),
        (format!("{}:src/a.py:generic-api-key:1", ids[1]), &both[..], 2),
        ("# src/a.py:generic-api-key:1\n\nsrc/a.py:generic-api-key:2".to_owned(), &both[..], 2),
    ] {
        sandbox.write(".gitleaksignore", format!("{line}\n"));
        check(&sandbox, &[], in_files);
        let report = sandbox.run(["history", "--format", "json"]).json();
        assert_eq!(report["summary"]["findings"], in_history, "{line}");
    }
}

#[test]
fn a_bad_line_is_a_warning() {
    let (sandbox, _) = repository();
    sandbox.write(".gitleaksignore", "src/a.py:x:1\nnonsense\nsrc/a.py:x:3\n");
    let run = sandbox.run(["scan"]).exits(0);
    run.says(&["warning: .gitleaksignore:2: neither `path:rule:line` nor `commit:path:rule:line`"]);
}

#[test]
fn another_file_may_be_named() {
    let (sandbox, _) = repository();
    sandbox.write("ignored.txt", "src/a.py:x:1\nsrc/a.py:x:3\n");
    check(&sandbox, &["--ignore-file", "ignored.txt"], &[]);
    sandbox.write(".baseleak.toml", "[suppress]\nignore-file = 'ignored.txt'\n");
    check(&sandbox, &[], &[]);
    sandbox.run(["scan", "--ignore-file", "none"]).exits(2).says(&[
        "error: the ignore file none cannot be read",
        "cause: ",
        "hint: correct its name",
    ]);
}

/// That of one repository says nothing of another.
#[test]
fn it_speaks_for_its_repository_only() {
    let (sandbox, _) = repository();
    let other = sandbox.home().join("other");
    std::fs::create_dir_all(other.join("src")).expect("the folder can be made");
    std::fs::write(other.join("src/a.py"), format!("K = '{}'\n", key(5))).expect("the file can be written");
    sandbox.write(".gitleaksignore", "src/a.py:x:1\nsrc/a.py:x:3\n");
    let other = other.to_string_lossy().into_owned();
    sandbox
        .run(["scan", ".", &other])
        .exits(1)
        .says(&["is not used: it cannot speak for paths that lie outside"]);
}

/// A pipe that a repository names and nobody writes to would be waited for.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_waited_for() {
    let (sandbox, _) = repository();
    assert!(sandbox.confined("mkfifo").arg("pipe").status().expect("mkfifo can be run").success());
    for name in ["ignore-file", "baseline"] {
        sandbox.write(".baseleak.toml", format!("[suppress]\n{name} = 'pipe'\n"));
        sandbox.run(["scan", "src"]).exits(2).says(&["it is no regular file"]);
    }
}
