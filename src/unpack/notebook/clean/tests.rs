//! Secrets planted in notebooks and taken out: what comes instead, and that nothing else moves.

use serde_json::{Value, json};

use super::super::tests::{Random, forms, notebook};
use super::*;

/// Every place of `key` in the texts of a notebook.
fn removals(bytes: &[u8], key: &str) -> Vec<Removal> {
    let mut removals = Vec::new();
    parts(bytes, &mut |part| {
        for at in memchr::memmem::find_iter(part.text, key) {
            removals.push(Removal { raw: part.raw(at..at + key.len()), encoded: false });
        }
    })
    .expect("a notebook");
    removals
}

/// Cleans `bytes` of `key`, holds the result to what every result must be, and hands it out.
fn cleaned(bytes: &[u8], key: &str) -> Cleaned {
    let cleaned = clean(bytes, &removals(bytes, key)).expect("a notebook");
    let show = || String::from_utf8_lossy(&cleaned.bytes).into_owned();
    assert!(cleaned.left.is_empty());
    assert!(!show().contains(key), "{}", show());
    // The new file is the old one but for the edits.
    let (mut old, mut new) = (0, 0);
    for edit in &cleaned.edits {
        let same = edit.raw.start - old;
        assert_eq!(bytes[old..edit.raw.start], cleaned.bytes[new..new + same]);
        new += same;
        assert_eq!(edit.new, cleaned.bytes[new..new + edit.new.len()]);
        new += edit.new.len();
        old = edit.raw.end;
    }
    assert_eq!(bytes[old..], cleaned.bytes[new..]);
    let json = cleaned.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&cleaned.bytes);
    serde_json::from_slice::<Value>(json).expect("JSON again");
    let again = clean(&cleaned.bytes, &removals(&cleaned.bytes, key)).expect("a notebook again");
    assert!(again.bytes == cleaned.bytes && again.edits.is_empty());
    cleaned
}

/// Text to plant: `KEY` is the key.
fn planted(text: &str, key: &str) -> String {
    text.replace("KEY", key)
}

fn check_source(source: &str, expect: &str, kernel: &str) {
    let key = Random(source.len() as u64).key();
    let lines: Vec<String> = planted(source, &key).split_inclusive('\n').map(str::to_owned).collect();
    for source in [json!(planted(source, &key)), json!(lines)] {
        let mut notebook = notebook(&json!([{"cell_type": "code", "source": source}]));
        notebook["metadata"]["kernelspec"]["name"] = json!(kernel);
        for bytes in forms(&notebook) {
            let value: Value = serde_json::from_slice(&cleaned(&bytes, &key).bytes).expect("JSON");
            let new = match &value["cells"][0]["source"] {
                Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
                text => text.as_str().unwrap_or_default().to_owned(),
            };
            assert_eq!(new, expect, "from {source}");
        }
    }
}

#[test]
fn a_literal_becomes_a_look_up() {
    let table = [
        (r#"k = "KEY""#, "k = os.environ[\"BASETEN_API_KEY\"]"),
        ("k = 'KEY'", "k = os.environ[\"BASETEN_API_KEY\"]"),
        ("\"KEY\"", "os.environ[\"BASETEN_API_KEY\"]"),
        ("k = '''KEY'''\nx", "k = os.environ[\"BASETEN_API_KEY\"]\nx"),
        ("f(api_key=r'KEY', b=2)", "f(api_key=os.environ[\"BASETEN_API_KEY\"], b=2)"),
        ("k = b'KEY'", "k = os.environ[\"BASETEN_API_KEY\"].encode()"),
        ("k = f'KEY'", "k = os.environ[\"BASETEN_API_KEY\"]"),
        ("f\"a {'KEY'} b\"", "f\"a {os.environ['BASETEN_API_KEY']} b\""),
        ("f\"a KEY {b}\"", "f\"a {os.environ['BASETEN_API_KEY']} {b}\""),
        ("f'{a} {{KEY}}'", "f'{a} {{{os.environ[\"BASETEN_API_KEY\"]}}}'"),
        ("h = {'A': 'Api-Key KEY'}", "h = {'A': f'Api-Key {os.environ[\"BASETEN_API_KEY\"]}'}"),
        ("h = \"KEY KEY\"", "h = f\"{os.environ['BASETEN_API_KEY']} {os.environ['BASETEN_API_KEY']}\""),
        (
            "k = (\"Api-Key \"  # it's\n \"KEY\")",
            "k = (\"Api-Key \"  # it's\n f\"{os.environ['BASETEN_API_KEY']}\")",
        ),
        ("# it's\nk = 'KEY'", "# it's\nk = os.environ[\"BASETEN_API_KEY\"]"),
        ("%time k = 'KEY'", "%time k = os.environ[\"BASETEN_API_KEY\"]"),
        ("a = 1 %2\nb = 'a\\'b', 'KEY'", "a = 1 %2\nb = 'a\\'b', os.environ[\"BASETEN_API_KEY\"]"),
        ("x != 'KEY'", "x != os.environ[\"BASETEN_API_KEY\"]"),
        ("\u{e9} = '\u{1f511}', 'KEY'", "\u{e9} = '\u{1f511}', os.environ[\"BASETEN_API_KEY\"]"),
    ];
    for (source, expect) in table {
        check_source(source, &format!("import os\n{expect}"), "python3");
        check_source(
            &format!("import json, os\n{source}"),
            &format!("import json, os\n{expect}"),
            "python3.12",
        );
    }
    check_source("%%time\nk = 'KEY'", "%%time\nimport os\nk = os.environ[\"BASETEN_API_KEY\"]", "python3");
    check_source(
        "from __future__ import x\nk = 'KEY'",
        "from __future__ import x\nimport os\nk = os.environ[\"BASETEN_API_KEY\"]",
        "python3",
    );
}

#[test]
fn where_python_cannot_look_up_a_marker_stands() {
    let table = [
        ("'a {} KEY'.format(1)", "'a {} [removed by baseleak]'.format(1)"),
        ("b'a KEY'", "b'a [removed by baseleak]'"),
        ("'''\nKEY'''", "'''\n[removed by baseleak]'''"),
        ("'{\"k\": \"KEY\"}'", "'{\"k\": \"[removed by baseleak]\"}'"),
        ("# k = 'KEY'", "# k = '[removed by baseleak]'"),
        ("KEY", "removed_by_baseleak"),
        ("%env X=KEY", "%env X=[removed by baseleak]"),
        ("%%writefile a\nk = 'KEY'", "%%writefile a\nk = '[removed by baseleak]'"),
        ("k = 'KEY", "k = '[removed by baseleak]"),
        ("f\"{f('a KEY')}\"", "f\"{f('a [removed by baseleak]')}\""),
    ];
    for (source, expect) in table {
        check_source(source, expect, "python3");
    }
    for kernel in ["ir", "julia-1.9", "bash", "pythonic", ""] {
        check_source("k = 'KEY'", "k = '[removed by baseleak]'", kernel);
    }
}

#[test]
fn a_shell_line_has_its_variable() {
    let table = [
        ("!truss push --api-key KEY", "!truss push --api-key $BASETEN_API_KEY"),
        ("x\n!a \\\n  -H 'Api-Key KEY' b\ny", "x\n!a \\\n  -H 'Api-Key '\"$BASETEN_API_KEY\"'' b\ny"),
        ("!a -H \"it's KEY\"", "!a -H \"it's $BASETEN_API_KEY\""),
        ("if x:\n  !export K=KEY", "if x:\n  !export K=$BASETEN_API_KEY"),
        ("out = !a KEY", "out = !a $BASETEN_API_KEY"),
        ("%sx a KEY", "%sx a $BASETEN_API_KEY"),
        ("%%bash\n# it's\nexport K='KEY'\n", "%%bash\n# it's\nexport K=''\"$BASETEN_API_KEY\"''\n"),
        ("!a KEY_", "!a [removed by baseleak]_"),
    ];
    for (source, expect) in table {
        check_source(source, expect, "python3");
    }
}

/// `KEY` in the text of `template` (JSON with `'` for quotes) becomes what `expect` has.
fn check_file(template: &str, expect: &str) {
    let key = Random(template.len() as u64).key();
    let quoted = |text: &str| text.replace('\'', "\"");
    let bytes = planted(&quoted(template), &key).into_bytes();
    let cleaned = cleaned(&bytes, &key);
    assert_eq!(String::from_utf8_lossy(&cleaned.bytes), quoted(expect).replace("MARK", MARKER));
}

#[test]
fn outputs_metadata_and_prose_have_the_marker() {
    let table = [
        (
            "{'cells':\t[{'source': ['a KEY\\n',\n 'b'], 'cell_type':  'markdown'}]}\n\n",
            "{'cells':\t[{'source': ['a MARK\\n',\n 'b'], 'cell_type':  'markdown'}]}\n\n",
        ),
        (
            "\u{feff}{'cells': [{'outputs': [{'text': 'KEY'}]}]}",
            "\u{feff}{'cells': [{'outputs': [{'text': 'MARK'}]}]}",
        ),
        (
            "{'cells': [{'outputs': [{'traceback': ['\\u001b[0m KEY', 'x'], 'data': {'text/html': ['\\u00e9', 'KEY']}}]}]}",
            "{'cells': [{'outputs': [{'traceback': ['\\u001b[0m MARK', 'x'], 'data': {'text/html': ['\\u00e9', 'MARK']}}]}]}",
        ),
        (
            "{'cells': [], 'metadata': {'a': [{'b': 'KEY KEY'}]}}",
            "{'cells': [], 'metadata': {'a': [{'b': 'MARK MARK'}]}}",
        ),
        (
            "{'cells': [{'attachments': {'a': {'b': 'KEY'}}}]}",
            "{'cells': [{'attachments': {'a': {'b': 'MARK'}}}]}",
        ),
    ];
    for (template, expect) in table {
        check_file(template, expect);
    }
}

#[test]
fn a_key_across_two_strings_leaves_both_whole() {
    let key = Random(1).key();
    let (left, right) = key.split_at(20);
    let text = format!("{{\"cells\": [{{\"source\": [\"a {left}\",\n  \"{right} b\", \"c\"]}}]}}");
    let expect = format!("{{\"cells\": [{{\"source\": [\"a {MARKER}\",\n  \" b\", \"c\"]}}]}}");
    assert_eq!(String::from_utf8_lossy(&cleaned(text.as_bytes(), &key).bytes), expect);
}

/// Cleans of one secret by its raw bytes; the texts of the first cell's source.
fn check_raw(before: &str, raw: &str, after: &str, expect: &str, encoded: bool) {
    let text = [before, raw, after].concat();
    let removal = Removal { raw: before.len()..before.len() + raw.len(), encoded };
    let cleaned = clean(text.as_bytes(), &[removal.clone(), removal]).expect("a notebook");
    assert_eq!(String::from_utf8_lossy(&cleaned.bytes), expect.replace("MARK", MARKER), "{text}");
    assert_eq!(cleaned.left.is_empty(), text != expect);
}

#[test]
fn a_secret_is_taken_out_by_its_raw_bytes() {
    let key = Random(2).key();
    let head =
        r#"{"metadata": {"language_info": {"name": "python"}}, "cells": [{"cell_type": "code", "source": ""#;
    let check_source = |before: &str, raw: &str, after: &str, expect: &str, encoded| {
        let expect = format!("{head}{expect}\"}}]}}");
        check_raw(&format!("{head}{before}"), raw, &format!("{after}\"}}]}}"), &expect, encoded);
    };
    let look_up = r#"import os\nos.environ[\"BASETEN_API_KEY\"]"#;
    check_source("'", &key, "'", look_up, false);
    check_source("'", &key, "'", "'MARK'", true);
    let escaped = key.replace('.', "\\u002e");
    check_source("'", &escaped, "'", look_up, false);
    // Written as two literals, which Python reads as one.
    let two = key.replace('.', "' + '.");
    check_source("'", &two, "'", look_up, false);
    check_source("'a ", &two, "'", "'a MARK' ''", false);
    check_source("'a ", &key.replace('.', r#"' \"."#), r#" b\""#, r#"'a MARK' \" b\""#, false);
    // Names of members are no texts, and numbers no strings.
    check_raw("{\"cells\": [], \"", &key, "\": 1}", "{\"cells\": [], \"MARK\": 1}", false);
    check_raw("{\"cells\": [], \"a\": ", "123", "}", "{\"cells\": [], \"a\": 123}", false);
}

#[test]
fn a_secret_in_base64_is_masked_in_place() {
    let mut random = Random(3);
    for before in 0..4 {
        let key = random.key();
        let data = format!("{}{key}tail", "x".repeat(before));
        let mut letters = String::new();
        for three in data.as_bytes().chunks(3) {
            let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
                << (8 * (3 - three.len()));
            for place in 0..=three.len() {
                let six = u8::try_from(bits >> (18 - 6 * place) & 63).expect("six bits");
                letters.push(char::from(base64::letter(six)));
            }
        }
        let bytes =
            notebook(&json!([{"outputs": [{"data": {"image/png": letters}}]}])).to_string().into_bytes();
        let cleaned = cleaned(&bytes, &key);
        assert_eq!(cleaned.bytes.len(), bytes.len());
        let expect = data.replace(&key, &"*".repeat(key.len()));
        let mut texts = Vec::new();
        parts(&cleaned.bytes, &mut |part| texts.push(part.text.to_vec())).expect("a notebook");
        assert!(texts.contains(&expect.into_bytes()));
    }
}

#[test]
fn only_the_first_cell_that_needs_it_imports() {
    let key = Random(5).key();
    let code = |source: &str| json!({"cell_type": "code", "source": [planted(source, &key)]});
    let sources = |cells: &Value| {
        let bytes = forms(&notebook(cells))[1].clone();
        let value: Value = serde_json::from_slice(&cleaned(&bytes, &key).bytes).expect("JSON");
        value["cells"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|cell| cell["source"].clone())
            .collect::<Vec<_>>()
    };
    let look_up = "os.environ[\"BASETEN_API_KEY\"]";
    let twice = sources(&json!([code("1"), code("'KEY'"), code("'KEY'")]));
    assert_eq!(twice, [json!(["1"]), json!(["import os\n", look_up]), json!([look_up])]);
    let imported = sources(&json!([code("'KEY'"), code("import os.path as p; import  os # x")]));
    assert_eq!(imported[0], json!([look_up]));
    for other in ["import os as o", "from os import path", "# import os", "import osmnx"] {
        assert_eq!(
            sources(&json!([code("'KEY'"), code(other)]))[0],
            json!(["import os\n", look_up]),
            "{other}"
        );
    }
}

#[test]
fn random_python_is_read_without_a_panic() {
    let pieces = [
        "'", "\"", "'''", "\"\"\"", "f", "rb", "{", "}", "{{", "(", ")", "\\", "\n", "#", "!", "%", "%%",
        " ", "=", "KEY", "é", "\r\n",
    ];
    let mut random = Random(6);
    for _ in 0..800 {
        let key = random.key();
        let source: String = (0..random.below(14)).map(|_| pieces[random.below(pieces.len())]).collect();
        let source = json!(planted(&format!("{source}KEY"), &key));
        let bytes = notebook(&json!([{"cell_type": "code", "source": source}])).to_string().into_bytes();
        cleaned(&bytes, &key);
    }
}
