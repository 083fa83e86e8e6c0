//! Refs that git itself writes, held against what git says of them; and files that
//! it would not write, which must be in the list of problems.

use std::collections::BTreeMap;

use super::super::made_tests::Made;
use super::{Head, Refs, resolve};
use crate::pack::ObjectId;

fn id(digits: &str) -> ObjectId {
    ObjectId::from_hex(digits.as_bytes()).expect("these are forty digits")
}

fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// The refs by name.
fn named(refs: &Refs) -> BTreeMap<String, String> {
    refs.refs.iter().map(|one| (text(&one.name), one.target.to_string())).collect()
}

/// A repository with refs of each kind.
fn repository() -> Made {
    let made = Made::new();
    made.commit("one");
    made.git(&["tag", "--annotate", "--message", "m", "v1"]);
    made.git(&["branch", "packed/a"]);
    made.git(&["branch", "both"]);
    made.git(&["pack-refs", "--all"]);
    made.commit("two");
    made.git(&["branch", "--force", "both"]);
    made.git(&["branch", "deep/er/branch"]);
    made.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/packed/a"]);
    made.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone"]);
    made.git(&["update-ref", "refs/stash", "HEAD"]);
    made
}

/// Holds all refs below `refs/` to what git lists.
#[track_caller]
fn check(made: &Made, refs: &Refs) {
    let listed = made.git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
    let listed: BTreeMap<_, _> = listed
        .lines()
        .map(|line| line.split_once(' ').map(|(name, id)| (name.to_owned(), id.to_owned())).expect("two"))
        .collect();
    let mut ours = named(refs);
    ours.retain(|name, _| name.starts_with("refs/"));
    assert_eq!(ours, listed);
    assert_eq!(refs.problems, []);
    for (name, target) in listed {
        assert_eq!(resolve(&made.at(".git"), name.as_bytes()).expect("it is sound"), Some(id(&target)));
    }
}

#[test]
fn refs_are_as_git_lists_them() {
    let made = repository();
    check(&made, &Refs::read(&made.at(".git")));
    made.git(&["pack-refs", "--all", "--prune"]);
    let refs = Refs::read(&made.at(".git"));
    check(&made, &refs);
    let tag = refs.refs.iter().find(|one| one.name == b"refs/tags/v1").expect("it is there");
    assert_eq!(tag.peeled, Some(id(&made.git(&["rev-parse", "v1^{}"]))));
    assert!(refs.refs.is_sorted_by(|one, other| one.name <= other.name));
    made.git(&["branch", "--delete", "--force", "both"]);
    check(&made, &Refs::read(&made.at(".git")));
}

#[test]
fn head_says_where_it_is() {
    let made = Made::new();
    let check = |branch: Option<&str>, target: Option<&str>| {
        let branch = branch.map(|name| name.as_bytes().to_vec());
        let expect = Head { branch, target: target.map(id) };
        let refs = Refs::read(&made.at(".git"));
        assert_eq!(refs.head, Some(expect));
        assert_eq!(named(&refs).get("HEAD").map(String::as_str), target);
        assert_eq!(resolve(&made.at(".git"), b"HEAD").expect("it is sound"), target.map(id));
    };
    check(Some("refs/heads/main"), None);
    let one = made.commit("one");
    check(Some("refs/heads/main"), Some(&one));
    made.git(&["checkout", "--quiet", "--detach"]);
    check(None, Some(&one));
    made.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    made.git(&["symbolic-ref", "HEAD", "refs/heads/alias"]);
    check(Some("refs/heads/alias"), Some(&one));
    made.git(&["pack-refs", "--all", "--prune"]);
    check(Some("refs/heads/alias"), Some(&one));
    made.write(".git/HEAD", format!("{}\n", one.to_uppercase()));
    check(None, Some(&one));
}

#[test]
fn every_work_tree_has_refs_of_its_own() {
    let made = Made::new();
    let one = made.commit("one");
    let two = made.commit("two");
    made.git(&["worktree", "add", "--quiet", "--detach", "linked", &one]);
    made.git(&["update-ref", "refs/bisect/bad", &two]);
    made.git(&["update-ref", "ORIG_HEAD", &two]);
    made.git(&["-C", "linked", "update-ref", "refs/worktree/mine", &one]);
    let expect = |names: &[(&str, &str)]| {
        let all = names.iter().map(|(name, id)| ((*name).to_owned(), (*id).to_owned()));
        all.chain([("refs/heads/main".to_owned(), two.clone())]).collect::<BTreeMap<_, _>>()
    };
    let check = |folder: &str, names: &[(&str, &str)]| {
        let git = made.at(folder);
        let refs = Refs::read(&git);
        assert_eq!(named(&refs), expect(names), "{folder}");
        assert_eq!(refs.problems, []);
        for (name, target) in named(&refs) {
            assert_eq!(resolve(&git, name.as_bytes()).expect("it is sound"), Some(id(&target)), "{name}");
        }
    };
    check(
        ".git",
        &[
            ("HEAD", &two),
            ("ORIG_HEAD", &two),
            ("refs/bisect/bad", &two),
            ("worktrees/linked/HEAD", &one),
            ("worktrees/linked/ORIG_HEAD", &one),
            ("worktrees/linked/refs/worktree/mine", &one),
        ],
    );
    check(
        ".git/worktrees/linked",
        &[
            ("HEAD", &one),
            ("ORIG_HEAD", &one),
            ("refs/worktree/mine", &one),
            ("main-worktree/HEAD", &two),
            ("main-worktree/ORIG_HEAD", &two),
            ("main-worktree/refs/bisect/bad", &two),
        ],
    );
    // HEAD of the other work tree names a ref that only that one has.
    made.git(&["-C", "linked", "symbolic-ref", "HEAD", "refs/worktree/mine"]);
    assert_eq!(named(&Refs::read(&made.at(".git")))["worktrees/linked/HEAD"], one);
    let logs = |folder: &str| Refs::read(&made.at(folder)).reflogs;
    let names = |folder: &str| logs(folder).iter().map(|log| text(&log.name)).collect::<Vec<_>>();
    assert_eq!(names(".git"), ["HEAD", "refs/heads/main", "worktrees/linked/HEAD"]);
    assert_eq!(names(".git/worktrees/linked"), ["HEAD", "main-worktree/HEAD", "refs/heads/main"]);
}

#[test]
fn files_beside_head_hold_ids_too() {
    let made = Made::new();
    let (one, two) = (made.commit("one"), made.commit("two"));
    let fetched = format!("{one}\tnot-for-merge\tbranch 'a' of x\n{two}\t\tbranch 'b' of x\n");
    made.write(".git/FETCH_HEAD", fetched);
    made.write(".git/MERGE_HEAD", format!("{one}\n{two}\n"));
    made.write(".git/CHERRY_PICK_HEAD", format!("{one}\n"));
    made.write(".git/AUTO_MERGE", format!("{two}\n"));
    made.write(".git/COMMIT_EDITMSG", "a message\n");
    made.write(".git/refs/heads/.hidden", "no ref\n");
    made.write(".git/refs/heads/main.lock", "");
    let refs = Refs::read(&made.at(".git"));
    let count = |name: &[u8]| refs.refs.iter().filter(|one| one.name == name).count();
    let counts = ["FETCH_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "AUTO_MERGE", "HEAD", "refs/heads/main"]
        .map(|name| count(name.as_bytes()));
    assert_eq!(counts, [2, 2, 1, 1, 1, 1]);
    assert_eq!((refs.refs.len(), refs.problems), (8, Vec::new()));
    assert_eq!(resolve(&made.at(".git"), b"FETCH_HEAD").expect("it is sound"), Some(id(&one)));
    made.write(".git/FETCH_HEAD", "");
    assert_eq!(Refs::read(&made.at(".git")).problems, []);
}

#[test]
fn reflogs_keep_what_refs_stood_for() {
    let made = Made::new();
    let (one, two) = (made.commit("one"), made.commit("two"));
    made.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    made.write(".git/logs/refs/heads/gone", format!("{one} {two} A <a@example.org> 1 +0000\n"));
    made.write(".git/logs/refs/heads/empty", "");
    let refs = Refs::read(&made.at(".git"));
    let mut both = [id(&one), id(&two)];
    both.sort();
    let logs: Vec<_> = refs.reflogs.iter().map(|log| (text(&log.name), &*log.ids)).collect();
    let (all, none) = (&both[..], &[][..]);
    let expect =
        [("HEAD", all), ("refs/heads/empty", none), ("refs/heads/gone", all), ("refs/heads/main", all)];
    assert_eq!(logs, expect.map(|(name, ids)| (name.to_owned(), ids)));
    assert_eq!(refs.problems, []);
}

/// Holds a repository in which `path` holds `bytes` to these problems.
#[track_caller]
fn check_problem(path: &str, bytes: &str, expect: &[(&str, &str)]) {
    let made = Made::new();
    let one = made.commit("one");
    made.write(path, bytes.replace("ONE", &one));
    let refs = Refs::read(&made.at(".git"));
    let problems: Vec<_> = refs.problems.iter().map(|(file, why)| (file.clone(), &**why)).collect();
    let expect: Vec<_> = expect.iter().map(|(file, why)| (made.path(file), *why)).collect();
    assert_eq!(problems, expect, "{path}: {bytes}");
}

#[test]
fn what_is_malformed_is_a_problem() {
    let main = ".git/refs/heads/main";
    let neither = "it holds neither an object's name nor that of a ref";
    for bytes in ["", "ONE0", "nonsense\n", " ONE\n", "0123\n"] {
        check_problem(main, bytes, &[(main, neither)]);
    }
    let other = ".git/refs/heads/other";
    for bytes in ["ref: ../../x\n", "ref: HEAD\n", "ref: refs/../../x\n", "ref:\n"] {
        check_problem(other, bytes, &[(other, "a symbolic ref leads out of refs/")]);
    }
    check_problem(other, "ref: refs/heads/other\n", &[(other, "symbolic refs lead in a circle")]);
    check_problem(other, "ref: refs/heads/nothing\n", &[]);
    check_problem(".git/HEAD", "", &[(".git/HEAD", neither)]);
    let packed = ".git/packed-refs";
    check_problem(packed, "# a comment\nONE refs/tags/a\n^ONE\n", &[]);
    check_problem(packed, "ONE refs/tags/a\nONE\n", &[(packed, "1 line is malformed")]);
    check_problem(packed, "ONErefs/tags/a\nrefs/tags/a\n^x\n", &[(packed, "3 lines are malformed")]);
    let log = ".git/logs/refs/tags/a";
    check_problem(log, "ONE ONE A <a> 1 +0000\nONE\nONE x\n", &[(log, "2 lines are malformed")]);
    check_problem(".git/FETCH_HEAD", "ONE\t\tx\nx\n", &[(".git/FETCH_HEAD", "1 line is malformed")]);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_problems() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;
    let made = Made::new();
    let one = made.commit("one");
    made.write("outside/x", format!("{one}\n"));
    symlink(made.path("outside"), made.path(".git/refs/heads/folder")).expect("a link can be made");
    symlink("main", made.path(".git/refs/heads/link")).expect("a link can be made");
    symlink("HEAD", made.path(".git/logs/link")).expect("a link can be made");
    let pipe = std::process::Command::new("mkfifo").arg(made.path(".git/refs/heads/pipe")).status();
    assert!(pipe.expect("it can be run").success());
    // Names that are not UTF-8 are as good as others.
    let strange = OsStr::from_bytes(b"\xFF\xC3");
    made.write(made.path(".git/refs/heads").join(strange), format!("{one}\n"));
    std::fs::remove_file(made.path(".git/HEAD")).expect("it can be removed");
    symlink("refs/heads/main", made.path(".git/HEAD")).expect("a link can be made");
    let refs = Refs::read(&made.at(".git"));
    let mut problems: Vec<_> = refs.problems.iter().map(|(file, _)| file.clone()).collect();
    problems.sort();
    let expect = ["logs/link", "refs/heads/folder", "refs/heads/link", "refs/heads/pipe"];
    assert_eq!(problems, expect.map(|path| made.path(".git").join(path)));
    assert!(refs.refs.iter().any(|one| one.name == b"refs/heads/\xFF\xC3"));
    let branch = Some(b"refs/heads/main".to_vec());
    assert_eq!(refs.head, Some(Head { branch, target: Some(id(&one)) }));
    assert!(resolve(&made.at(".git"), b"refs/heads/pipe").is_err());
}
