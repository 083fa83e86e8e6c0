//! However git keeps its objects, and whoever reads them, the report is the same.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

use super::places::Places;
use super::report;
use crate::contexts::Rng;
use crate::sandbox::Sandbox;

/// Bytes that cannot be compressed, so many that packs of the least size that git
/// allows hold some of them each.
const FILLER: usize = 700 << 10;
const SEED: u64 = 0x4C61_796F;

fn git(sandbox: &Sandbox, args: &str) -> String {
    sandbox.git(args.split_whitespace())
}

/// The files of packs with this ending.
fn files(sandbox: &Sandbox, folder: &str, ending: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(sandbox.path(folder)).expect("it can be listed").flatten();
    all.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == ending)).collect()
}

fn packs(sandbox: &Sandbox) -> usize {
    files(sandbox, ".git/objects/pack", "pack").len()
}

/// Packs all objects in four packs, none of which has all of a commit.
fn scatter(sandbox: &Sandbox) {
    let all = git(sandbox, "cat-file --batch-all-objects --batch-check=%(objectname)");
    let ids: Vec<&str> = all.lines().collect();
    let old =
        [files(sandbox, ".git/objects/pack", "pack"), files(sandbox, ".git/objects/pack", "idx")].concat();
    for part in 0..4 {
        let mut pack = sandbox.confined("git");
        pack.args(["pack-objects", "--quiet", ".git/objects/pack/pack"]);
        let mut child = pack.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("git can be started");
        let mut input = child.stdin.take().expect("it is a pipe");
        for id in ids.iter().skip(part).step_by(4) {
            writeln!(input, "{id}").expect("git reads it");
        }
        drop(input);
        assert!(child.wait().expect("git ends").success());
    }
    for file in old {
        fs::remove_file(file).expect("it is there");
    }
    git(sandbox, "prune-packed --quiet");
}

#[test]
fn however_objects_are_kept_the_report_is_the_same() {
    let places = Places::all();
    let sandbox = &places.sandbox;
    for part in 0..3 {
        let mut rng = Rng::of_part(SEED, part);
        let bytes: Vec<u8> = (0..FILLER / 8).flat_map(|_| rng.next().to_le_bytes()).collect();
        sandbox.write("filler", bytes);
        git(sandbox, "hash-object -w filler");
    }
    let loose = report(sandbox, &[]);
    let same = |name: &str, args: &[&str]| assert_eq!(report(sandbox, args), loose, "{name} {args:?}");
    same("loose", &["--threads", "1"]);
    same("loose", &["--engine", "git2"]);

    let repack = "repack -adkfqn --depth=50 --window=50";
    // What no ref leads to is packed by the second time.
    git(sandbox, repack);
    git(sandbox, repack);
    assert_eq!(packs(sandbox), 1);
    assert!(git(sandbox, "count-objects").starts_with("0 objects"));
    for args in [&[][..], &["--threads", "1"], &["--threads", "8"], &["--engine", "git2"]] {
        same("offset deltas", args);
    }
    git(sandbox, &format!("-c repack.useDeltaBaseOffset=false {repack}"));
    same("deltas by name", &[]);
    git(sandbox, &format!("-c pack.indexVersion=1 {repack}"));
    same("the first version of an index", &[]);
    git(sandbox, &format!("-c pack.packSizeLimit=1m {repack}"));
    assert!(packs(sandbox) > 1);
    same("packs of a limited size", &[]);
    scatter(sandbox);
    assert_eq!(packs(sandbox), 4);
    for args in [&["--threads", "1"][..], &["--threads", "8"]] {
        same("several packs", args);
    }
    git(sandbox, "multi-pack-index write");
    assert!(sandbox.path(".git/objects/pack/multi-pack-index").is_file());
    same("an index of several packs", &[]);
    same("an index of several packs", &["--engine", "git2"]);
    git(sandbox, "repack -dqn --write-midx");
    same("an index of several packs, by repack", &[]);
    places.hold(&loose);
}

/// What is found in a repository below the home folder.
fn found(sandbox: &Sandbox, name: &str, args: &[&str]) -> (Value, Value) {
    let folder = format!("../home/{name}");
    let mut report = report(sandbox, &[&[&*folder], args].concat());
    assert_eq!(report["coverage"]["complete"], true, "{name}");
    (report["findings"].take(), report["exposures"].take())
}

#[test]
fn clones_say_the_same_however_they_came() {
    let places = Places::cloned();
    let sandbox = &places.sandbox;
    let mut here = report(sandbox, &[]);
    places.hold(&here);
    let here = (here["findings"].take(), here["exposures"].take());
    let origin = format!("file://{}", sandbox.path(".git").display());
    git(sandbox, &format!("clone --quiet --mirror {origin} ../home/mirror.git"));
    git(sandbox, "clone --quiet --mirror --shared . ../home/shared.git");
    git(sandbox, "clone --quiet --mirror --shared ../home/shared.git ../home/twice.git");
    // The second fetch is told what is there already, and gets deltas of it.
    git(sandbox, "init --quiet --bare --initial-branch=main ../home/thin.git");
    let fetch = "-C ../home/thin.git -c fetch.unpackLimit=1 fetch --quiet --no-tags";
    let oldest = git(sandbox, "rev-list --max-parents=0 HEAD");
    git(sandbox, &format!("{fetch} {origin} {}:refs/heads/main", oldest.trim()));
    git(sandbox, &format!("{fetch} {origin} +refs/*:refs/*"));
    fs::remove_file(sandbox.home().join("thin.git/FETCH_HEAD")).expect("git wrote it");
    let indexes = files(sandbox, "../home/thin.git/objects/pack", "idx");
    assert_eq!(indexes.len(), 2);
    let chains = |index: &PathBuf| sandbox.git(["verify-pack", "-v", &index.display().to_string()]);
    assert!(indexes.iter().any(|index| chains(index).contains("chain length")));
    for name in ["mirror.git", "shared.git", "twice.git", "thin.git"] {
        assert_eq!(found(sandbox, name, &[]), here, "{name}");
        assert_eq!(found(sandbox, name, &["--engine", "git2"]), here, "{name} by git2");
    }
}

/// Where git must not use a bare repository that it comes across, it is passed over.
#[test]
fn a_repository_that_git_must_not_use() {
    let sandbox = Sandbox::repository();
    let key = sandbox.write_key("one.env");
    git(&sandbox, "add .");
    git(&sandbox, "commit --quiet --message one");
    git(&sandbox, "init --quiet --bare svc");
    let prefix = key.split_once('.').expect("a key has a dot").0;
    let check = |variables: &[(&str, &str)], code: i32| {
        let run = sandbox.run_with(variables, ["history", "svc"]).exits(code);
        assert_eq!(run.stdout.contains(prefix), code == 1, "{variables:?}: {run:#?}");
    };
    let by_count = [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "safe.bareRepository"),
        ("GIT_CONFIG_VALUE_0", "explicit"),
    ];
    check(&[], 0);
    check(&by_count, 1);
    check(&[("GIT_CONFIG_PARAMETERS", "'safe.bareRepository'='explicit'")], 1);
    sandbox.write("svc/config", "[core]\n\tbare = true\n[safe]\n\tbareRepository = explicit\n");
    check(&[], 0);
    git(&sandbox, "config --global safe.bareRepository explicit");
    check(&[], 1);
    let named = sandbox.path("svc");
    check(&[("GIT_DIR", named.to_str().expect("it is UTF-8"))], 0);
}

/// Whoever may push a tag or a branch does not say what a short name is.
#[test]
fn a_name_that_several_refs_have() {
    let sandbox = Sandbox::repository();
    for name in ["one.env", "two.env"] {
        sandbox.write_key(name);
        git(&sandbox, "add .");
        git(&sandbox, "commit --quiet --message one");
    }
    git(&sandbox, "update-ref refs/remotes/origin/main HEAD~1");
    let check = |args: &[&str], code: i32| {
        let run = sandbox.run([&["history"], args].concat()).exits(code);
        assert_eq!(run.stderr.contains("hint: write the full name"), code == 2, "{args:?}: {run:#?}");
    };
    check(&["--range", "origin/main..HEAD"], 1);
    for (make, unmake) in
        [("tag origin/main", "tag -d origin/main"), ("branch origin/main", "branch -D origin/main")]
    {
        git(&sandbox, make);
        check(&["--range", "origin/main..HEAD"], 2);
        check(&["--branch", "origin/main"], 2);
        check(&["--range", "refs/remotes/origin/main..HEAD"], 1);
        git(&sandbox, unmake);
    }
}
