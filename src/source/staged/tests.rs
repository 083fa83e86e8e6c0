//! The index read in both ways, on repositories that git itself makes: entries
//! and changes must be the same. Damaged bytes must not be believed, nor stop us.

use std::fs;
use std::path::Path;
use std::process::Command;

use git2::{Oid, Repository};
use tempfile::TempDir;

use super::super::git_dir::GitDir;
use super::head::head;
use super::index::{Entry, Index};
use super::{compare, fallback};

fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    command.env("GIT_CONFIG_GLOBAL", folder.join("none")).env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["GIT_AUTHOR", "GIT_COMMITTER"] {
        command.env(format!("{who}_NAME"), "A").env(format!("{who}_EMAIL"), "a@example.org");
    }
    let output = command.current_dir(folder).args(args).output().expect("git can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("git writes UTF-8 here")
}

/// A repository with folders in folders, names that sort unlike their folders, and changes of each kind.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path();
    git(path, &["init", "--quiet"]);
    for number in 0..300 {
        let name = format!("{}{}/f{number}", "a/".repeat(number % 4), ["b", "b-c", "b.d", "e"][number % 3]);
        let file = path.join(name);
        fs::create_dir_all(file.parent().expect("it has one")).expect("a folder can be made");
        fs::write(file, format!("{}\n", number % 50)).expect("it can be written");
    }
    git(path, &["add", "--all"]);
    git(path, &["commit", "--quiet", "--message", "m"]);
    folder
}

fn change(path: &Path) {
    for name in ["b/f0", "a/b-c/f1", "a/a/a/b/f3", "new", "b/deep/new"] {
        let file = path.join(name);
        fs::create_dir_all(file.parent().expect("it has one")).expect("a folder can be made");
        fs::write(file, "changed\n").expect("it can be written");
    }
    git(path, &["add", "--all"]);
    git(path, &["rm", "--quiet", "--cached", "b/f12"]);
}

/// Paths and what they hold, of all entries and of those that changed.
type Listed = Vec<(Vec<u8>, Entry)>;

fn listed(index: &Index, place: &GitDir) -> (Listed, Listed) {
    let odb = place.odb().expect("there are objects");
    let git = Repository::from_odb(odb).expect("it has objects");
    let head = head(place).expect("there is a HEAD").map(|head| tree(&git, head));
    let mut changed = compare::changed(index, head, &git).expect("HEAD can be read");
    changed.sort_unstable();
    let one = |entry: &Entry| {
        (index.path(entry).to_vec(), Index::nameless(entry.id, entry.mode, entry.stage, entry.is_intent))
    };
    let all = index.entries.iter().map(one).collect();
    (all, changed.into_iter().map(|number| one(&index.entries[number])).collect())
}

fn tree(git: &Repository, commit: Oid) -> Oid {
    git.find_commit(commit).expect("it is a commit").tree_id()
}

/// Holds both ways to the same entries and `expect` changes.
#[track_caller]
fn check(path: &Path, expect: usize) {
    let place = GitDir::find(Some(path)).expect("it is a repository");
    let bytes = fs::read(&place.index).expect("there is an index");
    let ours = Index::read(bytes, &place.path).expect("it is understood");
    let ours = listed(&ours, &place);
    let theirs = listed(&fallback::read(&place.index).expect("it is understood"), &place);
    assert_eq!(ours, theirs);
    assert_eq!(ours.1.len(), expect);
}

#[test]
fn both_ways_read_the_same() {
    for version in ["2", "3", "4"] {
        let folder = repository();
        let path = folder.path();
        git(path, &["update-index", "--index-version", version]);
        check(path, 0);
        change(path);
        check(path, 5);
        fs::write(path.join("promise"), "x").expect("it can be written");
        git(path, &["add", "--intent-to-add", "promise"]);
        check(path, 6);
        git(path, &["commit", "--quiet", "--message", "m"]);
        check(path, 1);
        git(path, &["reset", "--quiet", "--soft", "HEAD~1"]);
        check(path, 6);
        git(path, &["update-ref", "-d", "HEAD"]);
        check(path, 302);
    }
}

/// libgit2 does not understand a split index, so the same index whole is the measure.
#[test]
fn a_split_index_is_put_together() {
    let folder = repository();
    let path = folder.path();
    git(path, &["config", "splitIndex.maxPercentChange", "100"]);
    git(path, &["update-index", "--split-index"]);
    change(path);
    let place = GitDir::find(Some(path)).expect("it is a repository");
    let read = || Index::read(fs::read(&place.index).expect("it is there"), &place.path).expect("understood");
    assert!(fallback::read(&place.index).is_err(), "the index is split");
    let split = listed(&read(), &place);
    git(path, &["update-index", "--no-split-index"]);
    assert_eq!(split, listed(&read(), &place));
    assert_eq!(split.1.len(), 5);
}

/// Whatever stands in the file: no panic, and no path that is not within the file.
#[test]
fn damaged_bytes_do_no_harm() {
    for prepare in [&["--index-version", "2"][..], &["--index-version", "4"], &["--split-index"]] {
        let folder = repository();
        git(folder.path(), &[&["update-index"], prepare].concat());
        change(folder.path());
        let place = GitDir::find(Some(folder.path())).expect("it is a repository");
        let sound = fs::read(&place.index).expect("there is an index");
        let git = Repository::from_odb(place.odb().expect("there are objects")).expect("it has objects");
        let head = head(&place).expect("there is a HEAD").map(|head| tree(&git, head));
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        for turn in 0..1000 {
            let mut bytes = sound.clone();
            for _ in 0..=turn % 3 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let at = usize::try_from(state >> 16).expect("48 bits fit") % bytes.len();
                bytes[at] = state.to_le_bytes()[0];
            }
            if turn % 10 == 0 {
                bytes.truncate(usize::try_from(state >> 20).expect("it fits") % sound.len());
            }
            if let Some(index) = Index::read(bytes, &place.path) {
                assert!(index.entries.iter().all(|entry| !index.path(entry).is_empty()));
                compare::changed(&index, head, &git).expect("HEAD can be read");
            }
        }
    }
}
