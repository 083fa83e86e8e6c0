//! What the framework asks for, in tables.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use baseleak::pack::ObjectId;
use baseleak::source::history::{Between, Limits};

use super::arguments::told_apart_by;
use super::{Asked, Choice};

#[track_caller]
fn check_asked(variables: &[(&str, &str)], expect: &Asked) {
    let variable = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| OsString::from(value))
    };
    assert_eq!(Asked::of(variable), *expect, "{variables:?}");
}

#[test]
fn the_variables_say_what_is_asked_for() {
    let commits = Asked::Commits;
    let range = |text: &str| commits(Limits { range: Some(text.as_bytes().to_vec()), ..Limits::default() });
    let (from, to) = (("PRE_COMMIT_FROM_REF", "main"), ("PRE_COMMIT_TO_REF", "topic"));
    let (remote, branch) =
        (("PRE_COMMIT_REMOTE_NAME", "origin"), ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/x"));
    let index = ("GIT_INDEX_FILE", ".git/index");
    check_asked(&[], &Asked::Files);
    check_asked(&[index], &Asked::Commit);
    check_asked(&[("GIT_INDEX_FILE", "")], &Asked::Files);
    check_asked(&[from, to], &range("main..topic"));
    check_asked(&[from, to, remote, branch, index], &range("main..topic"));
    check_asked(&[remote, branch], &range("refs/heads/x"));
    let (one, two) = ("1".repeat(40), "2".repeat(40));
    let ids = [("PRE_COMMIT_FROM_REF", &*one), ("PRE_COMMIT_TO_REF", &*two)];
    check_asked(&ids, &range(&format!("{one}..{two}")));
    let id = |text: &str| ObjectId::from_hex(text.as_bytes()).expect("it is one");
    let between = Between {
        included: vec![id(&two)],
        excluded: vec![id(&one)],
        excluded_refs: vec![b"refs/remotes/origin/".to_vec()],
    };
    let push = commits(Limits { between: Some(between), ..Limits::default() });
    check_asked(&[ids[0], ids[1], remote, branch], &push);
    check_asked(&[from, index], &Asked::Commit);
    check_asked(&[remote], &Asked::Files);
}

#[track_caller]
fn check_args(args: &str, there: &[&str], expect: &str) {
    let args = args.split(' ').map(OsString::from);
    let is_there = |path: &Path| there.iter().any(|name| Path::new(name) == path);
    assert_eq!(told_apart_by(args, is_there).join(" ".as_ref()), OsString::from(expect));
}

#[test]
fn a_file_is_no_option() {
    check_args("b hook framework a.txt", &[], "b hook framework a.txt");
    check_args("b hook framework --exit-zero a", &["a"], "b hook framework --exit-zero a");
    check_args("b hook framework --exit-zero a", &["--exit-zero"], "b hook framework -- --exit-zero a");
    check_args("b hook framework --no-decode -x -y", &["-x"], "b hook framework --no-decode -- -x -y");
    check_args("b hook framework -- -x", &["-x"], "b hook framework -- -x");
    check_args("b hook framework -- a", &["--", "a"], "b hook framework -- -- a");
    check_args("b --color never hook framework -x", &["-x"], "b --color never hook framework -- -x");
    // Other commands are called by people, who know what they type.
    check_args("b scan -x", &["-x"], "b scan -x");
    check_args("b hook run -x", &["-x"], "b hook run -x");
    check_args("b", &["-x"], "b");
}

/// The files stand in this package, where the tests run: `Cargo.toml` and `README.md`.
#[track_caller]
fn check_choice(asked: &Asked, named: &[&str], staged: &[&str], index: &[&str], files: &[&str]) {
    let root = std::env::current_dir().and_then(|here| here.canonicalize()).expect("there is one");
    let named: Vec<PathBuf> = named.iter().map(PathBuf::from).collect();
    let bytes = |paths: &[&str]| paths.iter().map(|path| path.as_bytes().to_vec()).collect::<Vec<_>>();
    let choice = Choice::new(asked, &named, bytes(staged), &root);
    let index: HashSet<Vec<u8>> = bytes(index).into_iter().collect();
    let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
    assert_eq!(choice, Choice { index, files }, "{asked:?} {named:?} {staged:?}");
}

#[test]
fn what_is_read_from_where() {
    let (commit, files) = (Asked::Commit, Asked::Files);
    check_choice(&commit, &["Cargo.toml"], &["Cargo.toml"], &["Cargo.toml"], &[]);
    check_choice(&files, &["Cargo.toml"], &["Cargo.toml"], &["Cargo.toml"], &["Cargo.toml"]);
    // What is staged and not named is left out, unless nothing is named at all.
    for asked in [&commit, &files] {
        check_choice(asked, &["README.md"], &["Cargo.toml"], &[], &["README.md"]);
        check_choice(asked, &[], &["Cargo.toml"], &["Cargo.toml"], &[]);
        check_choice(asked, &["./src/../Cargo.toml"], &["README.md"], &[], &["./src/../Cargo.toml"]);
        check_choice(asked, &["no such file"], &[], &[], &["no such file"]);
    }
    // It is checked out in part.
    check_choice(&commit, &["README.md"], &["away"], &["away"], &["README.md"]);
    check_choice(&files, &["README.md"], &["away"], &[], &["README.md"]);
    check_choice(&files, &["away"], &["away"], &["away"], &[]);
    check_choice(&commit, &["./src/../Cargo.toml"], &["Cargo.toml"], &["Cargo.toml"], &[]);
}
