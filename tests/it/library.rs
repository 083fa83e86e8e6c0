//! The library as another program would use it: it says what the program says, and says why
//! where it cannot.

use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use baseleak::model::{Confidence, SuppressionKind, hex};
use baseleak::render::json;
use baseleak::rules::RuleSet;
use baseleak::select::Policy;
use baseleak::suppress::Suppressions;
use baseleak::suppress::baseline::Baseline;
use baseleak::{HistoryScan, Report, Scan, ScanError, ScanErrorKind};

use crate::sandbox::{Sandbox, key};

/// A rule that nothing else has.
const ACME: &str = "[[rules]]\nid = \"acme\"\nregex = '''\\bacme-[0-9]{6}\\b'''\n";

/// As the program scans.
fn scan() -> Scan {
    let mut suppressions = Suppressions::default();
    suppressions.inline = true;
    Scan::new().suppressions(suppressions)
}

/// A repository with a key in every part, and an archive.
fn repository() -> Sandbox {
    let sandbox = Sandbox::repository();
    sandbox.write("README.md", "nothing\n");
    sandbox.git(["add", "."]);
    sandbox.git(["commit", "--quiet", "--message", "begin"]);
    sandbox.git(["checkout", "--quiet", "-b", "topic"]);
    sandbox.write_key("deep/committed.env");
    sandbox.write("allowed.env", format!("KEY={} # baseleak:allow: a test\n", key(3)));
    sandbox.git(["add", "."]);
    sandbox.git(["commit", "--quiet", "--message", "more"]);
    sandbox.write_key("staged.env");
    sandbox.git(["add", "."]);
    sandbox.write(".gitignore", "ignored.env\n");
    sandbox.write_key("ignored.env");
    sandbox
}

/// Holds a report to what the program writes with these arguments.
#[track_caller]
fn check(report: Result<Report, ScanError>, sandbox: &Sandbox, args: &[&str], code: i32) {
    let report = report.expect("it can be scanned");
    let mut written = Vec::new();
    json::write(&report, &mut written).expect("a vector takes everything");
    let run = sandbox.run(args.iter().copied().chain(["--format", "json"]));
    assert_eq!(run.code, Some(code), "{}", run.stderr);
    assert_eq!(String::from_utf8(written).expect("it is UTF-8"), run.stdout, "{args:?}");
    assert_eq!(report.is_clean(), code == 0, "{args:?}");
}

#[test]
fn the_library_says_what_the_program_says() {
    let sandbox = repository();
    let place = sandbox.path("");
    let root = place.to_str().expect("the path is UTF-8");
    let scan = scan();
    let ranged = scan.history(root).range("main..topic");
    check(scan.paths([root]), &sandbox, &["scan", root], 1);
    check(scan.paths([place.join("README.md")]), &sandbox, &["scan", &format!("{root}README.md")], 0);
    check(scan.staged(root), &sandbox, &["staged", root], 1);
    check(scan.history(root).run(), &sandbox, &["history", root], 1);
    check(ranged.run(), &sandbox, &["history", root, "--range", "main..topic"], 1);
    check(scan.history(root).branch("main").run(), &sandbox, &["history", root, "--branch", "main"], 0);
    check(scan.history(root).since(i64::MAX).run(), &sandbox, &["history", root, "--since", "2200-01-01"], 0);
    check(scan.audit(root), &sandbox, &["audit", root], 1);
    let ignored = scan.ignored(true);
    check(ignored.paths([root]), &sandbox, &["scan", root, "--no-ignore"], 1);
}

#[test]
fn what_is_not_there_makes_no_clean_report() {
    let sandbox = Sandbox::new();
    let report = Scan::new().paths([sandbox.path("missing")]).expect("that is no error");
    assert_eq!((report.findings.len(), report.coverage.skipped.len()), (0, 1));
    assert!(!report.is_clean());
}

#[test]
fn a_stream_that_breaks_is_told_of() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the line went dead"))
        }
    }
    let text = format!("KEY={}\n", key(1));
    let report = Scan::new().reader("pipe", text.as_bytes().chain(Broken));
    assert!(!report.is_clean());
    assert!(report.coverage.skipped[0].reason.to_string().contains("the line went dead"));
}

#[test]
fn texts_are_scanned_by_many_threads_with_one_scan() {
    fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<Scan>();
    let scan = Scan::new();
    let found: usize = thread::scope(|scope| {
        let scan = &scan;
        let start = |number| {
            scope.spawn(move || {
                scan.bytes("a.env", format!("K={}", key(number)).as_bytes()).into_iter().count()
            })
        };
        let started: Vec<_> = (0..8).map(start).collect();
        started.into_iter().map(|thread| thread.join().expect("a scan does not panic")).sum()
    });
    assert_eq!(found, 8);
}

#[test]
fn findings_are_told_of_as_they_come() {
    let sandbox = Sandbox::new();
    sandbox.write_key("a.env");
    sandbox.write_key("b.env");
    let (sender, receiver) = mpsc::channel();
    let scan = Scan::new().on_finding(move |finding| {
        sender.send(finding.key.clone()).expect("somebody listens");
    });
    let report = scan.paths([sandbox.path("")]).expect("it can be scanned");
    let mut told: Vec<String> = receiver.try_iter().collect();
    told.sort();
    let mut keys: Vec<String> = report.into_iter().map(|finding| finding.key).collect();
    keys.sort();
    assert_eq!((told.len(), told), (2, keys));
}

/// What `scan` finds in a text of three: rules and words.
#[track_caller]
fn check_rules(scan: &Scan, expect: &[&str], disabled: usize) {
    let text = format!("KEY={}\nacme-123456\n", key(2));
    let report = scan.bytes("a.txt", text.as_bytes());
    let rules: Vec<&str> = report.findings.iter().map(|finding| &*finding.rule).collect();
    assert_eq!((rules, report.disabled.len()), (expect.to_vec(), disabled));
}

#[test]
fn rules_are_added_replaced_and_taken_out() {
    let builtin = RuleSet::builtin().ids().count();
    let added = || Scan::new().add_rules("acme.toml", ACME).expect("the rule is sound");
    check_rules(&Scan::new(), &["baseten-api-key"], 0);
    check_rules(&added(), &["baseten-api-key", "acme"], 0);
    check_rules(&added().disable("baseten-api-key").expect("it is there"), &["acme"], 1);
    let alone = Scan::without_rules().add_rules("acme.toml", ACME).expect("the rule is sound");
    check_rules(&alone, &["acme"], builtin);
    check_rules(&Scan::without_rules(), &[], builtin);
    // What was compiled before does not stay.
    let used = Scan::new();
    used.bytes("a.txt", b"");
    check_rules(
        &used.add_rules("acme.toml", ACME).expect("the rule is sound"),
        &["baseten-api-key", "acme"],
        0,
    );
    let empty = Scan::new().add_rules("empty.toml", "").expect("that is no error");
    assert_eq!(empty.warnings(), ["empty.toml holds no rules"]);
}

#[test]
fn a_scan_looks_where_it_is_told_to() {
    let text = format!("KEY={}\n", key(4));
    let encoded = hex(text.as_bytes());
    let scan = Scan::new();
    assert_eq!(scan.bytes("a", encoded.as_bytes()).findings.len(), 1);
    assert_eq!(scan.decode(false).bytes("a", encoded.as_bytes()).findings.len(), 0);
    let sandbox = Sandbox::new();
    sandbox.write_key("a.env");
    sandbox.write_key("b.txt");
    let policy = Policy::new(&["*.txt".to_owned()], &[], None).expect("the glob is sound");
    let report = Scan::new().policy(policy).paths([sandbox.path("")]).expect("it can be scanned");
    assert_eq!((report.findings.len(), report.coverage.excluded), (1, 1));
}

#[test]
fn what_is_settled_is_set_apart() {
    let text = format!("KEY={} # baseleak:allow\n", key(5));
    let report = scan().bytes("a.env", text.as_bytes());
    assert!(report.is_clean());
    assert_eq!(report.suppressed[0].by.kind, SuppressionKind::Inline("baseleak:allow"));
    let report = Scan::new().bytes("a.env", text.as_bytes());
    let finding = &report.findings[0];
    assert_eq!(finding.confidence, Confidence::High);

    let line = format!("{} {} {}\n", finding.key, finding.digest, finding.relative);
    let mut known = Suppressions::default();
    known.baseline = Some(Baseline::parse("known", line.as_bytes()).expect("it is a line of a baseline"));
    let report = Scan::new().suppressions(known).bytes("a.env", text.as_bytes());
    assert_eq!((report.findings.len(), report.suppressed.len()), (0, 1));
}

#[test]
fn nothing_that_is_shown_holds_the_secret() {
    let secret = key(6);
    let text = format!("a {secret} b\n");
    let report = Scan::new().bytes(&format!("{secret}.txt"), text.as_bytes());
    assert_eq!(report.findings.len(), 2);
    assert!(report.findings.iter().all(|finding| finding.secret.expose() == secret.as_bytes()));
    let shown = format!("{report:?}");
    let (_, private) = secret.split_once('.').expect("a key has a dot");
    assert!(!shown.contains(&private[..8]), "{shown}");
}

/// What an error is about, and a piece of what it says.
#[track_caller]
fn check_error<T>(result: Result<T, ScanError>, kind: ScanErrorKind, piece: &str) {
    let error = result.err().expect("it cannot be done");
    assert_eq!(error.kind(), kind);
    assert!(error.to_string().contains(piece), "{error}");
}

#[test]
fn errors_say_what_they_are_about() {
    let (nothing, sandbox) = (Sandbox::new(), repository());
    let (nowhere, root) = (nothing.path(""), sandbox.path(""));
    let scan = Scan::new();
    let with = |text| Scan::new().add_rules("mine.toml", text);
    check_error(with("[["), ScanErrorKind::Rules, "mine.toml:1:");
    check_error(with("[[rules]]\nid = 'a'\nregex = '('"), ScanErrorKind::Rules, "mine.toml:3: rule \"a\"");
    check_error(with(&ACME.replace("\"acme\"", "\"baseten-api-key\"")), ScanErrorKind::Rules, "already used");
    check_error(Scan::new().add_rule_file(nowhere.join("x.toml")), ScanErrorKind::Rules, "x.toml");
    check_error(Scan::new().disable("acme"), ScanErrorKind::Rules, "no rule \"acme\"");
    check_error(scan.staged(&nowhere), ScanErrorKind::Repository, "");
    check_error(scan.audit(&nowhere), ScanErrorKind::Repository, "");
    check_error(scan.history(&nowhere).run(), ScanErrorKind::Repository, "");
    check_error(scan.history(&root).range("main..nothing").run(), ScanErrorKind::Revision, "nothing");
    let deep = Scan::new().submodules(true);
    let limited =
        |limit: fn(HistoryScan<'_>) -> HistoryScan<'_>, root: &Path| limit(deep.history(root)).run();
    check_error(limited(|history| history.range("main..topic"), &root), ScanErrorKind::Options, "submodules");
    check_error(limited(|history| history.branch("main"), &root), ScanErrorKind::Options, "submodules");
    assert!(deep.history(&root).run().is_ok());
}

#[test]
fn the_later_of_a_range_and_a_branch_holds() {
    let sandbox = repository();
    let (scan, root) = (Scan::new(), sandbox.path(""));
    let count = |history: HistoryScan<'_>| history.run().expect("it can be read").findings.len();
    assert_eq!(count(scan.history(&root).range("main..topic").branch("main")), 0);
    assert_eq!(count(scan.history(&root).branch("main").range("main..topic")), 2);
}
