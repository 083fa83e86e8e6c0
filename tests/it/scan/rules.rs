//! Rules that users bring, and `baseleak rules`.

use serde_json::Value;

use crate::contexts::Kind;
use crate::sandbox::{Sandbox, key, paths};

/// Rules as gitleaks writes them, with a table of our own.
const ACME: &str = r#"title = "Acme"

[[rules]]
id = "acme-token"
description = "Acme token"
regex = '''\bacme_([a-z0-9]{16})\b'''
secretGroup = 1
entropy = 2.5
keywords = ["acme_"]
tags = ["acme"]

[[rules.allowlists]]
stopwords = ["example"]

[rules.baseleak]
confidence = "high"
positive = ["token: acme[_]k3j5h2l8q9w7e4r6"]
negative = ["token: acme[_]aaaaaaaaaaaaaaaa"]

[[rules]]
id = "acme-file"
description = "Acme credentials file"
path = '''\.acmerc$'''
"#;

fn acme() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("acme.toml", ACME);
    sandbox.write("src/a.txt", "one\nt = acme_k3j5h2l8q9w7e4r6\nu = acme_exampleexample1\n");
    sandbox.write("src/.acmerc", "text\n");
    sandbox
}

fn ids(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("there are findings");
    findings.iter().map(|finding| finding["rule"].as_str().expect("an id is a string")).collect()
}

#[test]
fn rules_that_are_brought_join_the_built_in_ones() {
    let sandbox = acme();
    sandbox.write_key("src/b.txt");
    sandbox.run(["scan", "src"]).exits(1);
    let report = sandbox.scan(["src", "--rules", "acme.toml"]);
    assert_eq!(ids(&report), ["acme-file", "acme-token", Kind::New.rule()]);
    let finding = &report["findings"][1];
    assert_eq!(finding["confidence"], "high");
    assert_eq!(finding["reasons"][0]["kind"], "pattern");
    assert_eq!((finding["line"].as_u64(), finding["column"].as_u64()), (Some(2), Some(10)));
    assert_eq!(finding["snippet"], "t = ****");
    assert!(finding["key"].as_str().is_some_and(|key| key.starts_with("sha256:")));
    assert_eq!(report["findings"][0]["place"], "file-name");
    let report = sandbox.scan([
        "src",
        "--rules",
        "acme.toml",
        "--disable",
        "acme-file",
        "--disable",
        Kind::New.rule(),
    ]);
    assert_eq!(ids(&report), ["acme-token"]);
    let rules = report["rules"].as_array().expect("there are rules");
    assert!(rules.iter().all(|rule| rule["id"] != "acme-file" && rule["id"] != Kind::New.rule()));
}

#[test]
fn a_key_that_two_rules_match_is_one_finding() {
    let sandbox = Sandbox::new();
    sandbox.write_key("src/a.txt");
    let again = "[[rules]]\nid = \"again\"\nregex = '''b10_[A-Za-z0-9]{8}\\.[A-Za-z0-9]{32}'''\n\
                 [[rules]]\nid = \"wider\"\nregex = '''KEY = \\S+'''\n";
    sandbox.write("again.toml", again);
    let report = sandbox.scan(["src", "--rules", "again.toml"]);
    assert_eq!(ids(&report), [Kind::New.rule()]);
    let report = sandbox.scan(["src", "--rules", "again.toml", "--disable", Kind::New.rule()]);
    assert_eq!(ids(&report), ["again"]);
    let report =
        sandbox.scan(["src", "--rules", "again.toml", "--disable", Kind::New.rule(), "--disable", "again"]);
    assert_eq!(ids(&report).len(), 1);
}

#[test]
fn what_is_wrong_with_a_rule_file_is_said() {
    let sandbox = Sandbox::new();
    let check = |text: &str, pieces: &[&str]| {
        sandbox.write("x.toml", text);
        for args in [
            &["scan", "--rules", "x.toml"][..],
            &["rules", "check", "x.toml"],
            &["rules", "list", "--rules", "x.toml"],
        ] {
            let run = sandbox.run(args).exits(2).says(&["error: x.toml:"]).says(pieces);
            assert_eq!(run.stdout, "", "{text}");
        }
    };
    check(
        "[[rules]]\nid = \"foo\"\nregex = '''a(b'''\n",
        &["x.toml:3: rule \"foo\": regex does not compile: "],
    );
    check("[[rules]]\nid = \"foo\"\nregex = '''a(?!b)'''\n", &["x.toml:3: rule \"foo\": "]);
    check("[[rules]]\nid = \"foo\"\n\n", &["x.toml:1: rule \"foo\": it has neither a regex nor a path"]);
    let twice = "[[rules]]\nid = \"foo\"\nregex = \"a\"\n[[rules]]\nid = \"foo\"\nregex = \"b\"\n";
    check(twice, &["rule \"foo\": the id is already used "]);
    let builtin = "[[rules]]\nid = \"baseten-api-key\"\nregex = \"a\"\n";
    check(builtin, &["the id is already used by the built-in rules"]);
    let unknown = "[[rules]]\nid = \"foo\"\nregex = \"a\"\n[rules.baseleak]\nconfidance = \"high\"\n";
    check(unknown, &["x.toml:5: rule \"foo\": unknown key \"confidance\" in ", "\"confidence\""]);
    check("not toml\n", &["x.toml:1: is not TOML at column "]);
}

#[test]
fn an_unknown_id_to_disable_has_a_suggestion() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(["scan", "--disable", "baseten-api-kye"]).exits(2);
    run.says(&[
        "error: there is no rule \"baseten-api-kye\" to disable\nhint: did you mean \"baseten-api-key\"?\n",
    ]);
    let run = sandbox.run(["scan", "--disable", "zzz"]).exits(2);
    run.says(&["hint: `baseleak rules list` shows the ids\n"]);
}

#[test]
fn what_is_not_carried_out_is_a_warning() {
    let sandbox = acme();
    sandbox.write("warn.toml", format!("{}[extend]\nuseDefault = true\n", ACME.replace("tags", "tgas")));
    let run = sandbox.run(["scan", "src", "--rules", "warn.toml"]).exits(1);
    run.says(&["warning: warn.toml:10: ", "tgas", "warning: warn.toml:25: extend.useDefault"]);
}

#[test]
fn the_list_is_in_order_of_precedence() {
    let sandbox = acme();
    let list = |more: &[&str]| -> Vec<String> {
        let text = sandbox.run(["rules", "list"].iter().chain(more)).exits(0).stdout;
        text.lines().map(|line| line.split_whitespace().next().unwrap_or_default().to_owned()).collect()
    };
    let builtin = list(&[]);
    assert_eq!(builtin[..2], [Kind::New.rule(), Kind::Legacy.rule()]);
    let mut expect = builtin[1..].to_vec();
    expect.extend(["acme-token".to_owned(), "acme-file".to_owned()]);
    assert_eq!(list(&["--rules", "acme.toml", "--disable", Kind::New.rule()]), expect);
}

#[test]
fn rules_are_held_to_their_examples() {
    let sandbox = acme();
    sandbox.run(["rules", "check"]).exits(0).prints(&["baseten-api-key: ok ("]);
    let run = sandbox.run(["rules", "check", "acme.toml"]).exits(0);
    run.prints(&[
        "acme-token: ok (1 positive, 1 negative)\n",
        "acme-file: no examples (0 positive, 0 negative)\n",
    ]);
    sandbox.write("acme.toml", ACME.replace("[_]k3j5h2l8q9w7e4r6", "[_]short"));
    let run = sandbox.run(["rules", "check", "acme.toml"]).exits(2);
    run.prints(&[
        "acme-token: failed (1 positive, 1 negative)\n  positive example 1 (example) is not found\n",
    ]);
    sandbox.write("acme.toml", ACME.replace("[_]aaaaaaaaaaaaaaaa", "[_]k3j5h2l8q9w7e4r6"));
    let run = sandbox.run(["rules", "check", "acme.toml"]).exits(2);
    run.prints(&["  negative example 1 (example) is found\n"]);
}

/// A rule file itself is read like any other file.
#[test]
fn a_key_in_a_rule_file_is_found() {
    let sandbox = Sandbox::new();
    sandbox.write("acme.toml", format!("# {}\n{ACME}", key(1)));
    let report = sandbox.scan([".", "--rules", "acme.toml"]);
    assert_eq!(paths(&report), ["acme.toml"]);
}
