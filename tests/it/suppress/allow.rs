//! Entries of the configuration: what they match, until when, and what is said of them.

use super::{check, name, shown};
use crate::sandbox::{Sandbox, key};

/// A repository with two keys in `a.py` and the first of them in `sub/b.py`.
fn repository(config: &str) -> Sandbox {
    let sandbox = Sandbox::repository();
    sandbox.write("a.py", format!("K = '{}'\nL = '{}'\n", key(1), key(2)));
    sandbox.write("sub/b.py", format!("K = '{}'\n", key(1)));
    sandbox.write(".baseleak.toml", config.replace("NAME", name(&key(1))));
    sandbox
}

#[test]
fn what_an_entry_matches() {
    for (entry, expect) in [
        ("key = 'NAME'", &["a.py:2"][..]),
        ("path = '*.py'", &[]),
        ("path = 'sub'", &["a.py:1", "a.py:2"]),
        ("path = '/a.py'", &["sub/b.py:1"]),
        ("key = 'NAME'\npath = 'sub/**'", &["a.py:1", "a.py:2"]),
        ("rule = 'baseten-api-key'", &[]),
        ("rule = 'another'", &["a.py:1", "a.py:2", "sub/b.py:1"]),
    ] {
        check(&repository(&format!("[[allow]]\n{entry}\n")), &[], expect);
    }
    // Paths are from the root, wherever it is called.
    let sandbox = repository("[[allow]]\npath = 'sub/b.py'\n");
    let mut command = sandbox.command(["scan"]);
    let output = command.current_dir(sandbox.path("sub")).output().expect("the program can be started");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn fingerprints_and_digests_of_a_report() {
    let sandbox = repository("");
    let report = sandbox.scan(["."]);
    let field =
        |index: usize, name: &str| report["findings"][index][name].as_str().expect("it is there").to_owned();
    let allow = |entry: String| sandbox.write(".baseleak.toml", format!("[[allow]]\n{entry}\n"));
    allow(format!("fingerprint = '{}'", field(0, "fingerprint")));
    check(&sandbox, &[], &["a.py:2", "sub/b.py:1"]);
    allow(format!("key = 'sha256:{}'", field(0, "digest")));
    check(&sandbox, &[], &["a.py:2"]);
}

#[test]
fn entries_that_expire() {
    let sandbox = repository("[[allow]]\nkey = 'NAME'\nexpires = 2020-01-31\nreason = 'old'\n");
    check(&sandbox, &[], &["a.py:1", "a.py:2", "sub/b.py:1"]);
    let told = format!(
        "1 entry to look at:\n  .baseleak.toml:1: key {} expired after 2020-01-31, and hides nothing any more\n",
        name(&key(1))
    );
    sandbox.run(["scan"]).exits(1).prints(&[&told]);
    check(&repository("[[allow]]\nkey = 'NAME'\nexpires = '9999-12-31'\n"), &[], &["a.py:2"]);
}

#[test]
fn entries_without_a_reason_and_entries_without_use() {
    let sandbox = repository("[suppress]\nrequire-reason = true\n[[allow]]\nkey = 'NAME'\n");
    check(&sandbox, &[], &["a.py:1", "a.py:2", "sub/b.py:1"]);
    sandbox
        .run(["scan"])
        .exits(1)
        .prints(&[".baseleak.toml:3: key b10_", "gives no reason, which is required here"]);
    let sandbox = repository("[[allow]]\npath = 'none/**'\n[[allow]]\nkey = 'NAME'\n");
    sandbox.write(".gitleaksignore", "a.py:any:2\nb.py:any:2\n");
    let run = shown(&sandbox, &[]).exits(0);
    assert!(!run.stdout.contains("hides nothing"), "{}", run.stdout);
    sandbox.run(["scan", "--audit-suppressions"]).exits(0).prints(&[
        "2 entries to look at:\n  .baseleak.toml:1: path none/** hides nothing\n  .gitleaksignore:2: b.py:any:2 hides nothing\n",
    ]);
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_without_the_key() {
    let whole = format!("[[allow]]\nkey = '{}'\n", key(1));
    repository(&whole)
        .run(["scan"])
        .exits(2)
        .says(&[".baseleak.toml:2: allow.key must be the public name of a key"]);
    let check = |config: &str, piece: &str| {
        repository(config).run(["scan"]).exits(2).says(&[piece]);
    };
    check(
        "[[allow]]\nkey = 'NAME'\nexpire = 2026-12-31\n",
        ":3: unknown key \"allow.expire\" (did you mean \"expires\"?)",
    );
    check("[[allow]]\npath = 'a['\n", "cause: the glob \"a[\" cannot be understood");
    check("[[allow]]\nowner = 'x'\n", ":1: allow must name what it allows");
    check("[suppress]\nignore-file = 'none'\n", "error: the ignore file ");
    // A key in a reason is not shown, either.
    let reason = format!("[[allow]]\nkey = 'NAME'\nreason = 'was {}'\nowner = '{}'\n", key(3), key(4));
    shown(&repository(&reason), &[]).exits(1).prints(&["  ~ reason: was ****\n  ~ owner: ****\n"]);
}
