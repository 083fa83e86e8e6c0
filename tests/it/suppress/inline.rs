//! Comments beside secrets: in files of many languages, notebooks, archives, the index and
//! the history.

use serde_json::json;

use super::{check, counting, shown};
use crate::sandbox::{Sandbox, key};

#[test]
fn comments_in_many_languages() {
    let sandbox = Sandbox::new();
    let table = [
        ("a.py", "K = 'KEY'  # gitleaks:allow\n"),
        ("b.go", "// baseleak:allow: a test\nconst k = \"KEY\"\n"),
        ("c.sql", "INSERT INTO t VALUES ('KEY'); -- pragma: allowlist secret\n"),
        ("d.html", "<p>KEY</p> <!-- ggignore -->\n"),
        ("e.c", "/* trufflehog:ignore */\nchar *k = \"KEY\";\n"),
        ("f.yaml", "# pragma: allowlist nextline secret\nkey: KEY\n"),
        ("g.tex", "% baseleak:allow\r\n\\key{KEY}\r\n"),
        ("h.bat", "rem baseleak:allow\r\nset KEY=KEY\r\n"),
        ("i.json", "{\"k\": \"KEY\", \"note\": \"baseleak:allow\"}\n"),
        ("j.ini", "; baseleak:allow\n[a]\nk = KEY ; baseleak:allow\n"),
        ("k.vb", "' baseleak:allow\nDim k = \"KEY\"\n"),
        ("l.j2", "{# baseleak:allow #}\n{{ 'KEY' }}\n"),
    ];
    for (number, (path, text)) in table.into_iter().enumerate() {
        sandbox.write(
            path,
            text.replace("KEY\n", "KEY \n")
                .replace("KEY", &key(number))
                .replace(&format!("set {}", key(number)), "set X"),
        );
    }
    check(&sandbox, &[], &[]);
    let run = shown(&sandbox, &[]).exits(0);
    assert_eq!(run.stdout.matches(": suppressed ").count(), table.len(), "{}", run.stdout);
    sandbox.write(".baseleak.toml", "[suppress]\ninline = false\n");
    assert_eq!(counting(&sandbox.scan(["."])).len(), table.len());
}

#[test]
fn what_is_no_comment_of_this_secret() {
    let sandbox = Sandbox::new();
    let far = " ".repeat(1100);
    let keys: Vec<String> = (0..6).map(key).collect();
    sandbox.write("a.py", format!("# see baseleak:allowed\nK = '{}'\n", keys[0]));
    sandbox.write("b.py", format!("x = 1  # baseleak:allow\nK = '{}'\n", keys[1]));
    sandbox
        .write("c.py", format!("#define K \"{}\" // baseleak:allow\n#define L \"{}\"\n", keys[2], keys[3]));
    sandbox.write("d.min.js", format!("k=\"{}\";{far}l=\"{}\"/* baseleak:allow */\n", keys[4], keys[5]));
    check(&sandbox, &[], &["a.py:2", "b.py:2", "c.py:2", "d.min.js:1"]);
    // The name of a file has no comments.
    let sandbox = Sandbox::new();
    sandbox.write(format!("{} baseleak:allow", key(7)), "x");
    sandbox.run(["scan"]).exits(1);
}

#[test]
fn a_reason_may_be_required_and_never_shows_a_key() {
    let sandbox = Sandbox::new();
    sandbox.write(".baseleak.toml", "[suppress]\nrequire-reason = true\n");
    let (one, other) = (key(1), key(2));
    sandbox
        .write("a.py", format!("K = '{one}'  # baseleak:allow\nL = '{one}'  # baseleak:allow was {other}\n"));
    // The key in the reason has no reason of its own.
    check(&sandbox, &[], &["a.py:1", "a.py:2"]);
    let run = shown(&sandbox, &[]).exits(1);
    run.prints(&[
        "2 entries to look at:\n  a.py:1: `baseleak:allow` gives no reason, which is required here, and hides nothing\n",
        "  ~ reason: was ****\n",
    ]);
}

/// In a notebook the lines of the cell count, whatever the file makes of them.
#[test]
fn the_lines_of_a_cell() {
    let cell = |source: serde_json::Value| json!({"cells": [{"cell_type": "code", "source": source}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    let (one, other) = (key(1), key(2));
    let lines = [
        "# baseleak:allow why not\n".to_owned(),
        format!("A = '{one}'\n"),
        format!("B = '{other}'\n"),
        format!("C = '{one}'  # gitleaks:allow\n"),
        format!("D = '{other}'\n"),
    ];
    let sandbox = Sandbox::new();
    let pretty = |value| serde_json::to_string_pretty(&value).expect("a value is JSON");
    sandbox.write("list.ipynb", pretty(cell(json!(lines))));
    sandbox.write("one.ipynb", pretty(cell(json!(lines.concat()))));
    sandbox.write("compact.ipynb", cell(json!(lines)).to_string());
    let run = sandbox.run(["scan", "--format", "json"]).exits(1);
    let cells: Vec<String> = run.json()["findings"]
        .as_array()
        .expect("there are findings")
        .iter()
        .map(|finding| format!("{} {}", finding["path"], finding["cell"]).replace('"', ""))
        .collect();
    let expect = ["compact", "list", "one"]
        .map(|name| ["3", "5"].map(|line| format!("{name}.ipynb cell 1, source, line {line}")));
    assert_eq!(cells, expect.concat());
    // The comment's line is one of the file.
    shown(&sandbox, &["list.ipynb"]).prints(&["(line 6)\n  ~ reason: why not", "(line 9)\n"]);
    shown(&sandbox, &["one.ipynb"]).prints(&["(line 5)\n  ~ reason: why not"]);
}

/// All of a notebook may stand on one line of its file: a comment holds in its own text alone.
#[test]
fn a_comment_of_one_cell_says_nothing_of_another() {
    let output = json!([{"output_type": "stream", "name": "stdout", "text": [format!("{}\n", key(2))]}]);
    let settled = json!({"cell_type": "code", "source": [format!("A = '{}'  # baseleak:allow dead\n", key(1))], "outputs": output});
    let bare =
        json!({"cell_type": "code", "source": format!("B = '{}'", key(3)), "metadata": {"key": key(4)}});
    let notebook = json!({"cells": [settled, bare], "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    let sandbox = Sandbox::new();
    sandbox.write("compact.ipynb", notebook.to_string());
    sandbox.write("pretty.ipynb", serde_json::to_string_pretty(&notebook).expect("a value is JSON"));
    for name in ["compact.ipynb", "pretty.ipynb"] {
        let report = sandbox.run(["scan", "--format", "json", name]).exits(1).json();
        assert_eq!(report["findings"].as_array().map(Vec::len), Some(3), "{name}");
        assert_eq!(report["suppressed"].as_array().map(Vec::len), Some(1), "{name}");
    }
}

#[test]
fn a_member_of_an_archive() {
    let sandbox = Sandbox::repository();
    sandbox.write("in.py", format!("K = '{}'  # ggignore\nL = '{}'\n", key(1), key(2)));
    sandbox.git(["add", "in.py"]);
    sandbox.git(["commit", "--quiet", "--message", "m"]);
    sandbox.git(["archive", "--format=zip", "-0", "--output=a.zip", "HEAD"]);
    check(&sandbox, &["a.zip"], &["a.zip!in.py:2"]);
}

#[test]
fn the_index_and_the_history() {
    let sandbox = Sandbox::repository();
    let commit = |text: String| {
        sandbox.write("a.py", text);
        sandbox.git(["add", "a.py"]);
    };
    commit(format!("K = '{}'\n", key(1)));
    sandbox.run(["staged"]).exits(1);
    sandbox.git(["commit", "--quiet", "--message", "leak"]);
    sandbox.run(["history"]).exits(1);
    // A comment that comes later settles the place, the earlier version included.
    commit(format!("K = '{}'  # baseleak:allow revoked\n", key(1)));
    sandbox.run(["staged"]).exits(0).prints(&["no keys found that count: 1 suppressed\n"]);
    sandbox.git(["commit", "--quiet", "--message", "settle"]);
    sandbox.run(["history"]).exits(0).prints(&["no keys found that count: 1 suppressed\n"]);
    let run = sandbox.run(["history", "--show-suppressed"]).exits(0);
    run.prints(&["still in HEAD, in 1 place, suppressed\n", "  ~ reason: revoked\n"]);
    // The same key elsewhere counts, in other words and in those that it had here at first.
    sandbox.write("b.py", format!("KEY = '{}'\n", key(1)));
    sandbox.git(["add", "b.py"]);
    sandbox.git(["commit", "--quiet", "--message", "elsewhere"]);
    let report = sandbox.run(["history", "--format", "json"]).exits(1).json();
    assert_eq!(counting(&report), ["b.py:1"]);
    sandbox.write("b.py", format!("K = '{}'\n", key(1)));
    sandbox.git(["add", "b.py"]);
    sandbox.git(["commit", "--quiet", "--message", "again"]);
    let report = sandbox.run(["history", "--format", "json"]).exits(1).json();
    assert_eq!(counting(&report), ["a.py:1", "b.py:1"]);
}

/// A repository with these versions of `a.py`, see [`commit`].
fn committed(texts: &[&str]) -> Sandbox {
    let sandbox = Sandbox::repository();
    for text in texts {
        commit(&sandbox, text);
    }
    sandbox
}

/// Commits `a.py`, `KEY` in the text being a key; an empty text takes the file away.
fn commit(sandbox: &Sandbox, text: &str) {
    if text.is_empty() {
        sandbox.git(["rm", "--quiet", "a.py"]);
    } else {
        sandbox.write("a.py", text.replace("KEY", &key(1)));
        sandbox.git(["add", "a.py"]);
    }
    sandbox.git(["commit", "--quiet", "--message", "m"]);
}

const BARE: &str = "K = 'KEY'\n";
const SETTLED: &str = "K = 'KEY'  # baseleak:allow dead\n";

/// Only the version in HEAD, or else the newest, settles the place for the others.
#[test]
fn which_version_of_a_file_settles_a_history() {
    for (texts, code) in [
        (&[SETTLED, BARE][..], 1),
        (&[SETTLED, BARE, "K = ''\n"], 1),
        (&[SETTLED, BARE, ""], 1),
        (&[BARE, SETTLED], 0),
        (&[BARE, SETTLED, ""], 0),
        (&[BARE, SETTLED, "K = ''\n"], 0),
        (&[SETTLED, BARE, SETTLED], 0),
        (&[SETTLED, BARE, SETTLED, ""], 0),
        (&[BARE, SETTLED, BARE, ""], 1),
        // On one line with a comment, and on one without.
        (&[BARE, "K = 'KEY'  # baseleak:allow\n\nL = 'KEY'\n"], 1),
    ] {
        let sandbox = committed(texts);
        for command in ["history", "audit"] {
            let run = sandbox.run([command]);
            assert_eq!(run.code, Some(code), "{command} {texts:?}: {}", run.stdout);
        }
        let bare = Sandbox::new();
        bare.git(["clone", "--quiet", "--bare", &sandbox.path(".").to_string_lossy(), "bare.git"]);
        let run = bare.run(["history", "bare.git"]);
        assert_eq!(run.code, Some(code), "bare {texts:?}: {}", run.stdout);
    }
}

#[test]
fn a_comment_on_another_branch_settles_nothing_for_head() {
    let sandbox = committed(&[BARE]);
    sandbox.git(["checkout", "--quiet", "-b", "side"]);
    commit(&sandbox, SETTLED);
    sandbox.run(["history"]).exits(0);
    // A range goes by its tip, whatever is checked out.
    sandbox.git(["checkout", "--quiet", "-b", "back", "side~1"]);
    for command in ["history", "audit"] {
        sandbox.run([command]).exits(1);
    }
    sandbox.run(["history", "--range", "side"]).exits(0);
    sandbox.run(["history", "--branch", "side"]).exits(0);
    sandbox.run(["history", "--range", "side~1"]).exits(1);
    // What only a log leads to settles nothing, either.
    sandbox.git(["branch", "--quiet", "-D", "side"]);
    sandbox.run(["history"]).exits(1);
    commit(&sandbox, "");
    sandbox.run(["history"]).exits(1);
}
