//! What a repository says of itself. What the environment says needs a process of
//! its own, and is tried on the program.

use super::super::made_tests::Made;
use super::{GitDir, GitDirError};

#[test]
fn folders_are_found() {
    let made = Made::new();
    made.commit("one");
    made.git(&["worktree", "add", "--quiet", "linked"]);
    made.git(&["init", "--quiet", "--bare", "store"]);
    let check = |folder: &str, common: &str, work_tree: Option<&str>| {
        let git = made.at(folder);
        assert_eq!(git.path, made.path(folder));
        assert_eq!(git.common, made.path(common));
        assert_eq!(git.work_tree, work_tree.map(|path| made.path(path)), "{folder}");
        assert_eq!(git.index, made.path(folder).join("index"));
        assert_eq!(git.object_folders(), [made.path(common).join("objects")]);
        assert!(!git.is_partial && !git.is_shallow());
        git.odb().expect("there are objects");
    };
    check(".git", ".git", Some("."));
    check(".git/worktrees/linked", ".git", Some("linked"));
    check("store", "store", None);
}

#[test]
fn what_is_not_here_is_told() {
    let made = Made::new();
    made.commit("one");
    let oldest = made.commit("two");
    made.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", made.path("").display());
    made.git(&["clone", "--quiet", "--depth=1", &url, "shallow"]);
    made.git(&["clone", "--quiet", "--filter=blob:none", &url, "partial"]);
    made.write(".git/shallow", "");
    let check = |folder: &str, expect: (bool, bool)| {
        let git = made.at(folder);
        assert_eq!((git.is_shallow(), git.is_partial), expect, "{folder}");
    };
    check(".git", (false, false));
    check("shallow/.git", (true, false));
    check("partial/.git", (false, true));
    made.write(".git/shallow", oldest + "\n");
    check(".git", (true, false));
}

#[test]
fn what_would_be_read_wrongly_is_refused() {
    let made = Made::new();
    for (setting, value) in [("objectFormat", "sha256"), ("refStorage", "reftable")] {
        made.write("store/config", format!("[extensions]\n{setting} = {value}\n"));
        let error = GitDir::at(&made.path("store")).expect_err("it is refused");
        assert!(matches!(error, GitDirError::Unsupported(_)), "{error}");
        assert!(error.hint().contains("baseleak scan"));
    }
}
