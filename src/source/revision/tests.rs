//! Revisions held against what `git rev-parse` makes of them.

use git2::{ObjectType, Odb, Oid};

use super::super::git_dir::GitDir;
use super::super::made_tests::Made;
use super::{Objects, Range, RevisionError, peel, peel_to, way};
use crate::model::ObjectKind;
use crate::pack::ObjectId;

/// The commit that `text` stands for.
fn resolve(text: &[u8], git: &GitDir, objects: &impl Objects) -> Result<ObjectId, RevisionError> {
    way(text, git, objects).map(|way| *way.last().expect("it begins with what was named"))
}

/// The objects as libgit2 reads them.
struct ByGit(Odb<'static>);

impl Objects for ByGit {
    fn by_prefix(&self, digits: &str) -> Vec<ObjectId> {
        let mut found = Vec::new();
        let take = |oid: &Oid| {
            if oid.to_string().starts_with(digits) {
                found.extend(ObjectId::from_bytes(oid.as_bytes()));
            }
            true
        };
        self.0.foreach(take).expect("there are objects");
        found
    }

    fn read(&self, id: &ObjectId) -> Option<(ObjectKind, Vec<u8>)> {
        let object = self.0.read(Oid::from_bytes(id.as_bytes()).ok()?).ok()?;
        let kind = match object.kind() {
            ObjectType::Commit => ObjectKind::Commit,
            ObjectType::Tree => ObjectKind::Tree,
            ObjectType::Tag => ObjectKind::Tag,
            _ => ObjectKind::Blob,
        };
        Some((kind, object.data().to_vec()))
    }
}

fn objects(made: &Made) -> ByGit {
    ByGit(made.at(".git").odb().expect("there are objects"))
}

fn ours(made: &Made, text: &str) -> Result<String, RevisionError> {
    resolve(text.as_bytes(), &made.at(".git"), &objects(made)).map(|id| id.to_string())
}

/// A history with a merge, tags of tags, and names that need git's order of rules.
fn repository() -> Made {
    let made = Made::new();
    made.commit("one");
    made.git(&["tag", "--annotate", "--message", "m", "v1"]);
    made.git(&["tag", "--annotate", "--message", "m", "v1-signed", "v1"]);
    made.commit("two");
    made.git(&["checkout", "--quiet", "-b", "topic/a", "HEAD~1"]);
    made.commit("three");
    made.git(&["checkout", "--quiet", "main"]);
    made.git(&["merge", "--quiet", "--no-ff", "--no-edit", "topic/a"]);
    made.commit("four");
    // One name for a tag and a branch; one that is a name in full, and a short one.
    made.git(&["branch", "twice", "HEAD~2"]);
    made.git(&["tag", "twice", "HEAD~1"]);
    made.git(&["branch", "heads/main", "HEAD~3"]);
    made.git(&["branch", "abcd", "HEAD~3"]);
    made.git(&["update-ref", "refs/remotes/origin/main", "HEAD~2"]);
    made.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    made.git(&["update-ref", "ORIG_HEAD", "HEAD~1"]);
    made.git(&["branch", "COMMIT_EDITMSG"]);
    made.git(&["branch", "größe"]);
    made
}

/// Names of that repository, and what may stand behind them.
const NAMES: &str = "HEAD @ main refs/heads/main topic/a heads/topic/a tags/twice heads/twice \
    abcd origin origin/HEAD origin/main remotes/origin/main ORIG_HEAD COMMIT_EDITMSG größe v1 v1-signed tags/v1 \
    refs/tags/v1";
const SUFFIXES: &str = "~ ~0 ~1 ~2 ~~ ^ ^0 ^1 ~^2 ~1^2~1 ^^ ^{} ^{commit} ^{tag} ^{tag}~0 ^{object} \
    ~1^{commit}^2 ~9 ^3 ^{}^{} ~1^0~1 ^2^2 ~99999999999999999999";

#[test]
fn revisions_are_what_git_says() {
    let made = repository();
    let head = made.git(&["rev-parse", "HEAD"]);
    let mut texts: Vec<String> = NAMES.split_whitespace().map(str::to_owned).collect();
    texts.extend([4, 7, 12, 39, 40].map(|digits| head[..digits].to_owned()));
    texts.push(head[..9].to_uppercase());
    texts.push(head.to_uppercase());
    texts.push(made.git(&["rev-parse", "v1-signed"])[..10].to_owned());
    let behind = |text: &String| {
        SUFFIXES.split_whitespace().map(|suffix| format!("{text}{suffix}")).collect::<Vec<_>>()
    };
    let asked: Vec<String> = texts.iter().flat_map(behind).collect();
    let asked = [texts, asked].concat();
    // Git need not give a commit; this always does.
    let input = asked.join("^{commit}\n") + "^{commit}\n";
    let answers = made.ask(&["cat-file", "--batch-check"], &input);
    assert_eq!(answers.lines().count(), asked.len());
    let mut sound = 0;
    for (text, answer) in asked.iter().zip(answers.lines()) {
        let theirs = answer.strip_suffix(" missing").is_none().then(|| answer[..40].to_owned());
        assert_eq!(ours(&made, text).ok(), theirs, "{text}");
        sound += usize::from(theirs.is_some());
    }
    assert!(sound > 300, "only {sound} are sound");
}

/// Holds a revision to an error: what is said, and what is advised.
#[track_caller]
fn check_error(made: &Made, text: &str, says: &str, advises: &str) {
    let error = ours(made, text).expect_err(text);
    assert!(error.to_string().contains(says), "{text}: {error}");
    assert!(error.hint().contains(advises), "{text}: {}", error.hint());
}

#[test]
fn what_is_no_commit_is_refused() {
    let made = repository();
    let missing = "0123456789012345678901234567890123456789";
    for text in ["", "nothing", "config", ".git/HEAD", "./HEAD", "refs/heads", "main~x", "main^{", "main x"] {
        check_error(&made, text, "is no commit, branch or tag", "git branch");
    }
    for text in ["abc", "0000", "main^{commit", "main^{nothing}", "main^{tree}", "~1"] {
        check_error(&made, text, "is no commit, branch or tag", "git log");
    }
    check_error(&made, missing, "is missing or damaged", "git fsck");
    check_error(&made, "HEAD^{tag}", "is no tag", "git cat-file");
    check_error(&made, "v1~1", "has no parent 1", "git log");
    check_error(&made, "HEAD~^3", "has no parent 3", "git log");
    let tree = made.git(&["rev-parse", "HEAD^{tree}"]);
    check_error(&made, &tree, "is no commit", "git cat-file");
    for (text, advises) in [
        ("main@{1}", "git rev-parse"),
        ("@{upstream}", "git rev-parse"),
        (":/four", "git rev-parse"),
        ("main^{/four}", "git rev-parse"),
        ("main:path", "without a path"),
        ("main..topic", "one commit"),
        ("^main", "main..topic"),
        ("main^!", "topic^..topic"),
        ("main^@", "topic^..topic"),
    ] {
        check_error(&made, text, "is not supported", advises);
    }
    made.write(".git/refs/heads/broken", "nonsense\n");
    check_error(&made, "broken", "cannot read what", "git fsck");
    // Git would take the tag and the name that is full but for `refs/`.
    for text in ["twice", "heads/main", "twice~1"] {
        check_error(&made, text, "is ambiguous: refs/", "full name");
    }
    made.git(&["tag", "same", "main"]);
    made.git(&["branch", "same", "main"]);
    made.git(&["tag", "refs/heads/main", "HEAD~2"]);
    for text in ["same", "refs/heads/main"] {
        assert_eq!(
            ours(&made, text).ok(),
            Some(made.git(&["rev-parse", "refs/heads/main"]).trim().to_owned())
        );
    }
    let unborn = Made::new();
    check_error(&unborn, "HEAD", "is no commit, branch or tag", "git branch");
}

/// Objects that are made up: a name each, and what it is.
struct MadeUp(Vec<(ObjectId, ObjectKind, String)>);

impl Objects for MadeUp {
    fn by_prefix(&self, digits: &str) -> Vec<ObjectId> {
        let twice = self.0.iter().chain(&self.0).map(|(id, ..)| *id);
        twice.filter(|id| id.to_string().starts_with(digits)).collect()
    }

    fn read(&self, id: &ObjectId) -> Option<(ObjectKind, Vec<u8>)> {
        let (_, kind, text) = self.0.iter().find(|(known, ..)| known == id)?;
        Some((*kind, text.clone().into_bytes()))
    }
}

fn id(start: &str) -> ObjectId {
    ObjectId::from_hex(format!("{start:0<40}").as_bytes()).expect("these are digits")
}

#[test]
fn of_several_objects_the_commit_is_meant() {
    let made = Made::new();
    let tag = |start: &str| format!("object {}\ntype commit\ntag t\n\nm\n", id(start));
    let objects = MadeUp(vec![
        (id("aaaa1"), ObjectKind::Blob, String::new()),
        (id("aaaa2"), ObjectKind::Commit, String::new()),
        (id("bbbb1"), ObjectKind::Blob, String::new()),
        (id("bbbb2"), ObjectKind::Tree, String::new()),
        (id("cccc1"), ObjectKind::Commit, String::new()),
        (id("cccc2"), ObjectKind::Tag, tag("aaaa2")),
        (id("cccc3"), ObjectKind::Tree, String::new()),
        (id("dddd1"), ObjectKind::Tag, tag("cccc1")),
        (id("dddd2"), ObjectKind::Tag, tag("bbbb2")),
    ]);
    let git = made.at(".git");
    let check = |digits: &str, expect: Result<&str, usize>| {
        let ours = match resolve(digits.as_bytes(), &git, &objects) {
            Ok(id) => Ok(id),
            Err(RevisionError::Ambiguous(_, ids)) => Err(ids.len()),
            Err(error) => panic!("{digits}: {error}"),
        };
        assert_eq!(ours, expect.map(id), "{digits}");
    };
    check("aaaa", Ok("aaaa2"));
    check("aaaa2", Ok("aaaa2"));
    check("AAAA", Ok("aaaa2"));
    check("bbbb", Err(2));
    check("cccc", Err(2));
    check("cccc1", Ok("cccc1"));
    check("dddd", Ok("cccc1"));
}

#[test]
fn tags_are_followed_so_far() {
    let tag =
        |number: usize| format!("object {}\ntype tag\n\nobject {}\n", id(&format!("{number:02}")), id("ff"));
    // Each leads to the next, and the last to nothing that is there.
    let chain = |length: usize| {
        MadeUp((0..length).map(|at| (id(&format!("{at:02}")), ObjectKind::Tag, tag(at + 1))).collect())
    };
    let check = |length: usize, expect: usize| assert_eq!(peel(id("00"), &chain(length)).len(), expect);
    check(0, 1);
    check(1, 2);
    check(16, 17);
    check(40, 17);
    let circle = MadeUp(vec![(id("00"), ObjectKind::Tag, tag(0))]);
    assert_eq!(peel(id("00"), &circle).len(), 17);
    // An end that is known is not read, and is there in any case.
    let known = |length: usize, end: &str| peel_to(id("00"), Some(id(end)), &chain(length)).len();
    assert_eq!([known(3, "02"), known(3, "00"), known(0, "ee"), known(0, "00")], [3, 1, 2, 1]);
    let git = Made::new().at(".git");
    let name = id("00").to_string();
    assert!(matches!(resolve(name.as_bytes(), &git, &circle), Err(RevisionError::Unreadable(_))));
}

#[test]
fn ranges_are_taken_apart() {
    let zeros = "0".repeat(40);
    let check = |text: &str, expect: Option<(Option<&str>, Option<&str>)>| {
        let ours = Range::parse(text.as_bytes()).ok();
        let side = |side: Option<&[u8]>| side.map(|side| String::from_utf8_lossy(side).into_owned());
        let ours = ours.map(|range| (side(range.exclude), side(range.include)));
        let expect = expect.map(|(one, other)| (one.map(str::to_owned), other.map(str::to_owned)));
        assert_eq!(ours, expect, "{text}");
    };
    check("a..b", Some((Some("a"), Some("b"))));
    check("a...b", Some((Some("a"), Some("b"))));
    check("..b", Some((Some("HEAD"), Some("b"))));
    check("...b", Some((Some("HEAD"), Some("b"))));
    check("a..", Some((Some("a"), Some("HEAD"))));
    check("a.b..c.d", Some((Some("a.b"), Some("c.d"))));
    check("b", Some((None, Some("b"))));
    check(&format!("{zeros}..b"), Some((None, Some("b"))));
    check(&format!("a..{zeros}"), Some((Some("a"), None)));
    check(&zeros, Some((None, None)));
    check(&format!("{zeros}0..b"), Some((Some(&format!("{zeros}0")), Some("b"))));
    for text in ["..", "...", "a..b..c", "a....b", "a...b...c"] {
        check(text, None);
    }
}
