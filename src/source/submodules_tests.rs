//! Submodules as git keeps them, and folders that only look like them.

use std::fs;

use super::made_tests::Made;
use super::submodules::Submodules;

/// Holds the submodules to what they are shown as and where they lie, and the problems to their files.
#[track_caller]
fn check(made: &Made, folder: &str, expect: &[(&str, &str)], problems: &[&str]) {
    let submodules = Submodules::read(&made.at(folder));
    let ours: Vec<_> = submodules
        .found
        .iter()
        .map(|one| (String::from_utf8_lossy(&one.shown).into_owned(), one.folder.clone()))
        .collect();
    let expect: Vec<_> = expect.iter().map(|(shown, path)| ((*shown).to_owned(), made.path(path))).collect();
    assert_eq!(ours, expect);
    let files: Vec<_> = submodules.problems.iter().map(|(file, _)| file.clone()).collect();
    assert_eq!(files, problems.iter().map(|path| made.path(path)).collect::<Vec<_>>());
}

/// A repository beside the others to take submodules from.
fn origin(made: &Made, path: &str) {
    made.git(&["init", "--quiet", path]);
    made.git(&["-C", path, "commit", "--quiet", "--allow-empty", "--message", "m"]);
}

fn add(made: &Made, at: &str, name: &str, origin: &str, path: &str) {
    let url = made.path(origin);
    let url = url.to_str().expect("it is UTF-8");
    let allow = "protocol.file.allow=always";
    made.git(&["-C", at, "-c", allow, "submodule", "--quiet", "add", "--name", name, url, path]);
}

#[test]
fn absorbed_ones_are_found_at_their_paths() {
    let made = Made::new();
    made.commit("one");
    origin(&made, "from/a");
    origin(&made, "from/b");
    check(&made, ".git", &[], &[]);
    add(&made, ".", "plain", "from/a", "libs/one");
    add(&made, ".", "group/inner", "from/a", "two");
    add(&made, "libs/one", "deep", "from/b", "sub/three");
    let expect = [
        ("libs/one", ".git/modules/plain"),
        ("libs/one/sub/three", ".git/modules/plain/modules/deep"),
        ("two", ".git/modules/group/inner"),
    ];
    check(&made, ".git", &expect, &[]);
    // It is still there when nothing is checked out any more.
    made.git(&["rm", "--quiet", "--force", "two"]);
    check(&made, ".git", &expect, &[]);
    made.git(&["-C", "from", "clone", "--quiet", "--bare", "..", "bare"]);
    fs::rename(made.path(".git/modules"), made.path("from/bare/modules")).expect("it can be moved");
    let names = [
        ("group/inner", "from/bare/modules/group/inner"),
        ("plain", "from/bare/modules/plain"),
        ("plain/deep", "from/bare/modules/plain/modules/deep"),
    ];
    check(&made, "from/bare", &names, &[]);
}

#[test]
fn those_in_the_work_tree_are_found() {
    let made = Made::new();
    made.commit("one");
    origin(&made, "a/sub");
    origin(&made, "a/sub/inner");
    origin(&made, "untracked");
    made.git(&["-C", "a/sub", "-c", "advice.addEmbeddedRepo=false", "add", "inner"]);
    made.git(&["-c", "advice.addEmbeddedRepo=false", "add", "a"]);
    let expect = [("a/sub", "a/sub/.git"), ("a/sub/inner", "a/sub/inner/.git")];
    check(&made, ".git", &expect, &[]);
    // Absorbed by git later, they are the same submodules at other places.
    made.write(".gitmodules", "[submodule \"name\"]\npath = a/sub\nurl = ./x\n");
    made.write("a/sub/.gitmodules", "[submodule \"deep\"]\npath = inner\nurl = ./x\n");
    made.git(&["submodule", "--quiet", "absorbgitdirs", "a/sub"]);
    let expect = [("a/sub", ".git/modules/name"), ("a/sub/inner", ".git/modules/name/modules/deep")];
    check(&made, ".git", &expect, &[]);
}

#[test]
fn those_of_linked_work_trees_are_found() {
    let made = Made::new();
    origin(&made, "from");
    add(&made, ".", "name", "from", "sub");
    made.commit("one");
    made.git(&["worktree", "add", "--quiet", "linked"]);
    let allow = "protocol.file.allow=always";
    made.git(&["-C", "linked", "-c", allow, "submodule", "--quiet", "update", "--init"]);
    let of_linked = ".git/worktrees/linked/modules/name";
    check(&made, ".git", &[("linked/sub", of_linked), ("sub", ".git/modules/name")], &[]);
    check(&made, ".git/worktrees/linked", &[("name", ".git/modules/name"), ("sub", of_linked)], &[]);
}

#[test]
fn one_name_may_be_the_beginning_of_another() {
    let made = Made::new();
    for folder in ["a", "a/b", "c/d"] {
        for part in ["objects", "refs"] {
            fs::create_dir_all(made.path(".git/modules").join(folder).join(part)).expect("it can be made");
        }
        made.write(format!(".git/modules/{folder}/HEAD"), "ref: refs/heads/main\n");
    }
    made.write(".git/modules/no/HEAD", "ref: refs/heads/main\n");
    let expect = [("a", ".git/modules/a"), ("a/b", ".git/modules/a/b"), ("c/d", ".git/modules/c/d")];
    check(&made, ".git", &expect, &[]);
    // What cannot be opened is listed all the same.
    made.write(".git/modules/a/config", "[extensions]\nobjectFormat = sha256\n");
    check(&made, ".git", &expect, &[".git/modules/a"]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let made = Made::new();
    let one = made.commit("one");
    origin(&made, "real/sub");
    made.write(".git/modules/file", "");
    symlink(made.path("real/sub/.git"), made.path(".git/modules/link")).expect("a link can be made");
    symlink(made.path(".git/modules"), made.path(".git/modules/circle")).expect("a link can be made");
    symlink(made.path("real"), made.path("linked")).expect("a link can be made");
    for path in ["linked/sub", "gone/sub"] {
        made.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{one},{path}")]);
    }
    let submodules = Submodules::read(&made.at(".git"));
    let mut files: Vec<_> = submodules.problems.into_iter().map(|(file, _)| file).collect();
    files.sort();
    let expect = [".git/modules/circle", ".git/modules/link", "linked"].map(|path| made.path(path));
    assert_eq!((submodules.found, files.as_slice()), (Vec::new(), &expect[..]));
}
