//! What git ignores is passed over and counted, and nothing else is: git itself
//! is the referee.

use std::collections::BTreeSet;
use std::fs;

use crate::sandbox::{Sandbox, paths};

/// What is found, and how many files are counted as ignored.
#[track_caller]
fn check(sandbox: &Sandbox, args: &[&str], expect: &[&str], ignored: u64) {
    let report = sandbox.scan(args);
    assert_eq!(paths(&report), expect, "{args:?}");
    assert_eq!(report["coverage"]["ignored"], ignored, "{args:?}");
    assert_eq!(report["coverage"]["files"], expect.len() as u64 + gitignores(sandbox, args), "{args:?}");
}

/// Ignore files that are read and hold no key: those of the work folder's top.
fn gitignores(sandbox: &Sandbox, args: &[&str]) -> u64 {
    u64::from(sandbox.path(".gitignore").is_file() && (args.is_empty() || args == ["--no-ignore"]))
}

#[test]
fn ignored_files_are_counted_inside_of_a_repository_only() {
    let build = |sandbox: &Sandbox| {
        sandbox.write(".gitignore", "*.log\n/build/\n!keep.log\n");
        for path in ["a.log", "keep.log", "build/b", "build/deep/c", "sub/build/d", "sub/e.log", "f"] {
            sandbox.write_key(path);
        }
    };
    let all = ["a.log", "build/b", "build/deep/c", "f", "keep.log", "sub/build/d", "sub/e.log"];
    let seen = ["f", "keep.log", "sub/build/d"];
    let outside = Sandbox::new();
    build(&outside);
    check(&outside, &[], &all, 0);
    let inside = Sandbox::repository();
    build(&inside);
    check(&inside, &[], &seen, 4);
    check(&inside, &["--no-ignore"], &all, 0);
    check(&inside, &["sub"], &["sub/build/d"], 1);
    inside
        .run(["scan"])
        .exits(1)
        .prints(&["\npassed over 4 files ignored by git\nhint: files that git ignores"]);
    // What is named is read.
    check(&inside, &["a.log"], &["a.log"], 0);
    check(&inside, &["build"], &["build/b", "build/deep/c"], 0);
    // Excluding and ignoring are counted apart.
    let report = inside.scan(["--exclude", "sub", "--exclude", ".gitignore"]);
    assert_eq!((&report["coverage"]["excluded"], &report["coverage"]["ignored"]), (&3.into(), &3.into()));
}

#[test]
fn patterns_stand_in_several_places() {
    let sandbox = Sandbox::repository();
    sandbox.write(".git/info/exclude", "from-exclude\nback\n");
    fs::write(sandbox.home().join("ignore"), "from-home\n").expect("it can be written");
    sandbox.git(["config", "--global", "core.excludesFile", "~/ignore"]);
    sandbox.write("sub/.gitignore", "/from-sub\n!back\n");
    for path in
        ["from-exclude", "from-home", "back", "sub/back", "sub/from-sub", "from-sub", "sub/deep/from-sub"]
    {
        sandbox.write_key(path);
    }
    let report = sandbox.scan(["."]);
    assert_eq!(paths(&report), ["from-sub", "sub/back", "sub/deep/from-sub"]);
    assert_eq!(report["coverage"]["ignored"], 4);
}

#[test]
fn a_linked_work_tree_has_the_patterns_of_its_repository() {
    let sandbox = Sandbox::repository();
    sandbox.write("a", "text\n");
    sandbox.git(["add", "."]);
    sandbox.git(["commit", "--quiet", "--message", "first"]);
    sandbox.git(["worktree", "add", "--quiet", "../linked"]);
    sandbox.write(".git/info/exclude", "from-exclude\n");
    for path in ["../linked/from-exclude", "../linked/seen", "../linked/sub/from-exclude"] {
        sandbox.write_key(path);
    }
    for folder in ["../linked", "../linked/sub"] {
        let report = sandbox.scan([folder]);
        assert!(paths(&report).iter().all(|path| !path.ends_with("from-exclude")), "{folder}");
    }
    assert_eq!(sandbox.scan(["../linked"])["coverage"]["ignored"], 2);
}

/// A repository in another one goes by its own patterns, as git has it; it is read like any folder.
#[test]
fn a_nested_repository_has_patterns_of_its_own() {
    let sandbox = Sandbox::repository();
    sandbox.write(".gitignore", "outer\n");
    sandbox.git(["init", "--quiet", "nested"]);
    sandbox.write("nested/.gitignore", "inner\n");
    for path in ["outer", "inner", "nested/outer", "nested/inner", "nested/deep/outer", "nested/deep/inner"] {
        sandbox.write_key(path);
    }
    for args in [&[][..], &["."]] {
        let report = sandbox.scan(args);
        assert_eq!(paths(&report), ["inner", "nested/deep/outer", "nested/outer"]);
        assert_eq!(report["coverage"]["ignored"], 3);
    }
    assert_eq!(paths(&sandbox.scan(["nested/deep"])), ["nested/deep/outer"]);
}

/// Git does not follow a link in place of `.gitignore`, wherever it starts from.
#[cfg(unix)]
#[test]
fn a_linked_gitignore_counts_for_nothing() {
    let sandbox = Sandbox::repository();
    sandbox.write("patterns", "seen\n");
    std::os::unix::fs::symlink("patterns", sandbox.path(".gitignore")).expect("a link can be made");
    sandbox.write_key("sub/seen");
    assert_eq!(sandbox.git(["ls-files", "--others", "--exclude-standard", "sub"]), "sub/seen\n");
    assert_eq!(paths(&sandbox.scan(["."])), ["sub/seen"]);
    assert_eq!(paths(&sandbox.scan(["sub"])), ["sub/seen"]);
}

/// Patterns of every kind that gitignore(5) speaks of, and some that it does not.
const PATTERNS: &str = "\
# a comment
\\#hash
\\!bang
*.log
!important.log
/top-only
folder-only/
a/b/c.txt
**/any/x
start/**
mid/**/end
dir/*
!dir/keep
q?.txt
[abc].set
[!abc].not
[a-c]range
trailing.space   
escaped.space\\ 
  leading
*.[oa]
!/keep.o
node_modules
**/*.tmp
deep/**/*.bin
no*slash
/anchored/*.md
!/anchored/read.md
/wild*/x
\\*star
back\\slash
foo**bar
**
!**
***.stars
/
//double
x/
!x/y
.env*
!.env.example
é.txt
UPPER
[]]bracket
trailing\\
";

/// Names that patterns speak of, and names beside them.
const NAMES: &[&str] = &[
    "#hash",
    "!bang",
    "a.log",
    "important.log",
    "top-only",
    "c.txt",
    "x",
    "end",
    "keep",
    "other",
    "q1.txt",
    "q.txt",
    "a.set",
    "d.set",
    "a.not",
    "d.not",
    "brange",
    "drange",
    "trailing.space",
    "escaped.space ",
    "leading",
    "  leading",
    "tab",
    "m.o",
    "m.a",
    "keep.o",
    "t.tmp",
    "d.bin",
    "noslash",
    "no-slash",
    "r.md",
    "read.md",
    "*star",
    "backslash",
    "{brace,two}",
    "brace",
    "foobar",
    "fooxbar",
    "z.stars",
    "double",
    "y",
    ".env",
    ".env.local",
    ".env.example",
    "é.txt",
    "UPPER",
    "upper",
    "1class",
    "xclass",
    "]bracket",
    "[a",
    "a",
    "plain.txt",
    "trailing",
];

/// Names that patterns with folders in them speak of.
const FEW: &[&str] =
    &["x", "y", "end", "keep", "other", "c.txt", "d.bin", "r.md", "read.md", "a.log", "plain.txt", "a.set"];

const FOLDERS: &[&str] = &[
    "",
    "a/b/",
    "any/",
    "start/deep/",
    "mid/one/two/",
    "dir/keep/",
    "sub/folder-only/",
    "node_modules/m/",
    "deep/one/",
    "sub/anchored/",
    "anchored/",
    "wild1/",
    "negated/in/",
];

/// Every file holds a key, so that the files with findings are the files that are
/// read. They must be those that git lists as tracked or as new; a file that was
/// added in spite of a pattern, or before there was one, is tracked.
#[test]
fn git_is_the_referee() {
    let sandbox = Sandbox::repository();
    // Names that Windows does not know are left out there.
    let odd = |name: &&&str| !cfg!(windows) || !name.contains(['*', '?', '"']) && !name.ends_with(' ');
    for folder in FOLDERS {
        fs::create_dir_all(sandbox.path(folder)).expect("the folder can be made");
    }
    for folder in FOLDERS {
        // All names at the top and in one folder, a few in the others: a file costs time in every round.
        let names = if matches!(*folder, "" | "sub/anchored/") { NAMES } else { FEW };
        for name in names.iter().filter(odd) {
            // On some file systems case does not tell names apart; and a folder may have that name.
            let path = format!("{folder}{name}");
            if !sandbox.path(&path).exists() {
                sandbox.write_key(&path);
            }
        }
    }
    // Tracked before there are patterns.
    sandbox.git([
        "add",
        "--force",
        "a.log",
        "plain.txt",
        "start/deep/x",
        "sub/anchored/a.set",
        "node_modules/m/c.txt",
    ]);
    sandbox.git(["commit", "--quiet", "--message", "first"]);
    // One pattern at a time first, so that a later one does not hide what an earlier one does.
    for pattern in PATTERNS.lines() {
        sandbox.write(".gitignore", format!("{pattern}\n"));
        referee(&sandbox, pattern);
    }
    sandbox.write(".gitignore", PATTERNS.replace("**\n!**\n", ""));
    sandbox.write("sub/.gitignore", "!*.log\n/other\nsub/\n");
    sandbox.write("negated/.gitignore", "*\n!in/\n!in/plain.txt\n");
    sandbox.write(".git/info/exclude", "xclass\n!a.not\n");
    referee(&sandbox, "all");
    sandbox.write(".gitignore", PATTERNS.replace('\n', "\r\n"));
    referee(&sandbox, "all, with CR LF");
    sandbox.write(".gitignore", format!("\u{feff}{PATTERNS}"));
    referee(&sandbox, "all, behind a byte-order mark");
}

#[track_caller]
fn referee(sandbox: &Sandbox, patterns: &str) {
    let list = |args: &[&str]| -> BTreeSet<String> {
        let text = sandbox.git(["ls-files", "-z"].iter().chain(args));
        text.split_terminator('\0').filter(|path| !path.ends_with(".gitignore")).map(str::to_owned).collect()
    };
    let git = list(&["--cached", "--others", "--exclude-standard"]);
    let report = sandbox.scan(["--threads", "2"]);
    let found: BTreeSet<_> = paths(&report).into_iter().map(str::to_owned).collect();
    let ours: Vec<_> = found.difference(&git).collect();
    let missed: Vec<_> = git.difference(&found).collect();
    assert!(ours.is_empty() && missed.is_empty(), "{patterns:?}: read besides {ours:?}, not read {missed:?}");
}

/// Patterns at the edges, with a name each and whether git and baseleak read a
/// file of that name. Where they differ, baseleak reads more, but for one: there
/// the file is counted as ignored.
#[test]
fn odd_patterns() {
    let check = |pattern: &str, name: &str, git: bool, ours: bool| {
        let sandbox = Sandbox::repository();
        sandbox.write(".gitignore", format!("{pattern}\n"));
        sandbox.write_key(name);
        let listed = sandbox.git(["ls-files", "-z", "--others", "--exclude-standard", "--", name]);
        let report = sandbox.scan(["."]);
        assert_eq!((!listed.is_empty(), !paths(&report).is_empty()), (git, ours), "{pattern:?} {name:?}");
        assert_eq!(report["coverage"]["ignored"], u64::from(!ours), "{pattern:?} {name:?}");
    };
    // Tabs at the end of a line are a part of the pattern for git.
    check("tab\t", "tab", true, false);
    // Braces are no sign to git.
    check("{one,two}", "one", true, true);
    check("{one,two}", "{one,two}", false, true);
    // A class that is not closed matches nothing in git.
    check("[a", "[a", true, true);
    check("[[:digit:]]", "1", false, true);
}

/// The worst leak is a `.env` that was committed in spite of the pattern.
#[test]
fn what_git_tracks_is_read_although_a_pattern_matches() {
    let sandbox = Sandbox::repository();
    sandbox.write(".gitignore", "*.env\nbuild/\n");
    for name in ["prod.env", "local.env", "build/deep/kept.txt", "build/deep/other.txt"] {
        sandbox.write_key(name);
    }
    sandbox.git(["add", "--force", "prod.env", "build/deep/kept.txt"]);
    let report = sandbox.scan(["."]);
    assert_eq!(paths(&report), ["build/deep/kept.txt", "prod.env"]);
    assert_eq!(report["coverage"]["ignored"], 2);
}

#[test]
fn the_patterns_hold_wherever_the_program_is_started() {
    let sandbox = Sandbox::repository();
    sandbox.write(".gitignore", "/repo-like/out/\n");
    sandbox.write_key("repo-like/out/a.txt");
    sandbox.write_key("repo-like/in/b.txt");
    for path in ["repo-like", "./repo-like", "repo-like/in/.."] {
        let report = sandbox.scan([path]);
        assert_eq!(report["coverage"]["ignored"], 1, "{path}");
        assert_eq!(report["summary"]["findings"], 1, "{path}");
    }
}

#[test]
fn an_empty_folder_called_git_makes_no_repository() {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.path(".git")).expect("the folder can be made");
    sandbox.write(".gitignore", "*.env\n");
    sandbox.write_key("a.env");
    assert_eq!(paths(&sandbox.scan(["."])), ["a.env"]);
}

#[test]
fn a_file_called_git_is_read() {
    let sandbox = Sandbox::new();
    sandbox.write_key("sub/.git");
    assert_eq!(paths(&sandbox.scan(["."])), ["sub/.git"]);
}
