//! Notebooks of both formats, whole and broken, and what is text already.

use serde_json::{Value, json};

use super::build::{deflated, zip};
use super::{KINDS, check, line, notes, places};
use crate::sandbox::{Sandbox, key, key_of};

/// A notebook of one cell, a value on each line.
fn notebook(cell: &Value) -> Vec<u8> {
    let all = json!({"cells": [{"source": "import baseten"}, cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    serde_json::to_vec_pretty(&all).expect("a value is JSON")
}

/// Holds a key in this cell, where `KEY` stands, to its cell and to the line of the file that has it.
#[track_caller]
fn check_cell(cell: &Value, expect: &str) {
    for (number, kind) in KINDS.into_iter().enumerate() {
        let sandbox = Sandbox::new();
        let key = key_of(kind, number);
        let make = |word: &str| String::from_utf8(notebook(cell)).expect("it is text").replace("KEY", word);
        let text = make(&format!("baseten = '{key}'"));
        sandbox.write("nb.ipynb", &text);
        let run = sandbox.run(["scan", "--format", "json"]).exits(1).hides(&key);
        let report = run.json();
        let (at, written) =
            text.lines().enumerate().find(|(_, line)| line.contains(&key)).expect("it is there");
        let column = written.find(&key).expect("it is there") + 1;
        assert_eq!(places(&report), [format!("nb.ipynb:{}:{column} @ {expect}", at + 1)], "{cell}");
        sandbox.run(["scan"]).exits(1).hides(&key).prints(&[&format!("  @ {expect}\n")]);
        sandbox.write("nb.ipynb", make("baseten = 'none'"));
        sandbox.run(["scan"]).exits(0);
    }
}

#[test]
fn every_field_of_a_cell() {
    let output = |output: Value| json!({"cell_type": "code", "outputs": ["", output]});
    let table = [
        (json!({"cell_type": "code", "source": ["a\n", "KEY\n"]}), "cell 2, source, line 2"),
        (json!({"cell_type": "markdown", "source": "a\nKEY"}), "cell 2, source, line 2"),
        (json!({"metadata": {"tags": ["KEY"]}}), "cell 2, metadata (tags[0]), line 1"),
        (
            json!({"attachments": {"a.txt": {"text/plain": ["a\n", "KEY"]}}}),
            "cell 2, attachment (a.txt: text/plain), line 2",
        ),
        (
            output(json!({"output_type": "stream", "name": "stdout", "text": ["a\n", "b\n", "KEY\n"]})),
            "cell 2, output 1 (stdout), line 3",
        ),
        (
            output(json!({"output_type": "execute_result", "data": {"text/plain": "KEY"}})),
            "cell 2, output 1 (text/plain), line 1",
        ),
        (
            output(json!({"output_type": "display_data", "data": {"text/html": ["<b>\n", "\n", "KEY"]}})),
            "cell 2, output 1 (text/html), line 3",
        ),
        (
            output(json!({"output_type": "error", "ename": "E", "traceback": ["a", "KEY"]})),
            "cell 2, output 1 (traceback), line 2",
        ),
    ];
    for (cell, expect) in table {
        check_cell(&cell, expect);
    }
}

#[test]
fn strings_that_are_joined() {
    let sandbox = Sandbox::new();
    let key = key(1);
    let (first, second) = key.split_at(20);
    sandbox
        .write("nb.ipynb", notebook(&json!({"source": ["a\n", format!("'{first}"), format!("{second}'")]})));
    let report = sandbox.run(["scan", "--format", "json"]).exits(1).hides(&key).json();
    assert_eq!(places(&report), ["nb.ipynb:9:11 @ cell 2, source, line 2"]);
}

#[test]
fn literals_on_several_lines() {
    let key = key(1);
    let (first, second) = key.split_at(20);
    let (one, two, three) = (&key[..14], &key[14..28], &key[28..]);
    let table = [
        json!([format!("K = (\"{first}\"\n"), format!("     \"{second}\")\n")]),
        json!([format!("K = '{first}' + \\\n"), format!("  '{second}'\n")]),
        json!([format!("K = ('{one}'\n"), format!(" '{two}'\n"), format!(" '{three}')\n")]),
        json!(format!("K = '{first}' + \\\n  '{second}'")),
        json!(["%%writefile a.yaml\n", "k: >-\n", format!("  {first}\n"), format!("  {second}\n")]),
    ];
    for source in table {
        let sandbox = Sandbox::new();
        sandbox.git(["init", "-q"]);
        sandbox.write("nb.ipynb", notebook(&json!({"source": source})));
        sandbox.git(["add", "."]);
        for command in ["scan", "staged", "history"] {
            if command == "history" {
                sandbox.git(["commit", "-q", "-m", "x"]);
            }
            let report = sandbox.run([command, "--format", "json"]).exits(1).hides(&key).json();
            let count = report["findings"].as_array().map_or(0, Vec::len);
            assert_eq!(count, 1, "{command}: {}", places(&report).len());
        }
    }
}

#[test]
fn format_three_and_widgets() {
    let sandbox = Sandbox::new();
    let (old, widget) = (key(1), key(2));
    let old = json!({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x\n", old]}]}]});
    sandbox.write("old.ipynb", old.to_string());
    let state =
        json!({"application/vnd.jupyter.widget-state+json": {"state": {"a": {"state": {"value": widget}}}}});
    let new = json!({"cells": [], "nbformat": 4, "metadata": {"widgets": state}});
    sandbox.write("new.ipynb", new.to_string());
    let found = places(&sandbox.run(["scan", "--format", "json"]).exits(1).json());
    assert!(
        found[0].starts_with("new.ipynb:1:") && found[0].contains("@ notebook, widget state"),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("old.ipynb:1:") && found[1].contains("@ cell 1, source, line 2"),
        "{found:?}"
    );
}

#[test]
fn what_is_broken_is_text() {
    let whole = String::from_utf8(notebook(&json!({"source": key(1)}))).expect("it is text");
    let table = [
        ("truncated", whole[..whole.len() - 20].to_owned(), "the file ends within its JSON"),
        ("conflict", whole.replacen("\n    {", "\n<<<<<<< HEAD\n    {", 1), "a conflict marker of a merge"),
        ("other", format!("KEY = {}\n", key(1)), "not JSON"),
        ("list", format!("[\"{}\"]", key(1)), "JSON without the cells of a notebook"),
    ];
    for (name, text, why) in table {
        let sandbox = Sandbox::new();
        sandbox.write("nb.ipynb", text);
        let report = sandbox.run(["scan", "--format", "json"]).exits(1).json();
        let (found, notes) = (places(&report), notes(&report));
        assert!(found.len() == 1 && !found[0].contains('@'), "{name}: {found:?}");
        assert!(
            notes.len() == 1 && notes[0].starts_with("nb.ipynb: notebook: ") && notes[0].contains(why),
            "{name}: {notes:?}"
        );
        assert_eq!(report["coverage"]["complete"], true, "{name}");
        sandbox.run(["scan"]).prints(&["1 note:\n  nb.ipynb: read as plain text: "]);
    }
    // What Python's writer and Windows' editors make of one is a notebook all the same.
    for text in [format!("\u{feff}{whole}"), whole.replace("\"metadata\": {}", "\"metadata\": {\"a\": NaN}")]
    {
        let sandbox = Sandbox::new();
        sandbox.write("nb.ipynb", text);
        let report = sandbox.run(["scan", "--format", "json"]).exits(1).json();
        assert!(places(&report)[0].ends_with("@ cell 2, source, line 1") && notes(&report).is_empty());
    }
}

#[test]
fn a_notebook_by_another_name_and_in_an_archive() {
    let sandbox = Sandbox::new();
    sandbox.write("copy.json", notebook(&json!({"source": key(1)})));
    sandbox.write("a.zip", zip(&[deflated("nb.ipynb", &notebook(&json!({"source": key(2)})))]));
    sandbox.write("plain.json", json!({"metadata": {"x": key(3)}}).to_string());
    let report = sandbox.run(["scan", "--format", "json"]).exits(1).json();
    let found = places(&report);
    assert!(
        found[0].starts_with("a.zip!nb.ipynb:") && found[0].ends_with("@ cell 2, source, line 1"),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("copy.json:") && found[1].ends_with("@ cell 2, source, line 1"),
        "{found:?}"
    );
    assert!(found[2].starts_with("plain.json:1:") && !found[2].contains('@'), "{found:?}");
    assert!(notes(&report).is_empty());
}

/// A name that the file gives is masked and made harmless.
#[test]
fn a_name_in_a_place_shows_no_secret() {
    let sandbox = Sandbox::new();
    let key = key(1);
    let cell = json!({"outputs": [{"data": {format!("text/{key}\u{1b}[2J"): format!("x {key}")}}]});
    sandbox.write("nb.ipynb", notebook(&cell));
    let run = sandbox.run(["scan"]).exits(1).hides(&key);
    assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
    sandbox.run(["scan", "--format", "json"]).exits(1).hides(&key);
}

/// Nothing needs opening here.
#[test]
fn texts_that_come_from_notebooks() {
    let table = [
        ("percent.py", "# %% [markdown]\n# Title\n# %%\n", 4),
        ("report.Rmd", "---\ntitle: x\n---\n```{python}\n", 5),
        ("report.qmd", "---\nformat: html\n---\n```{python}\n#| echo: false\n", 6),
        ("databricks.py", "# Databricks notebook source\n# MAGIC %md\n# COMMAND ----------\n", 4),
        ("colab.py", "# -*- coding: utf-8 -*-\n\"\"\"x.ipynb\n\"\"\"\n", 4),
    ];
    for (name, before, at) in table {
        check(name, &|key| [before, &line(key)].concat().into_bytes(), &format!("{name}:{at}:17"));
    }
    let html = |key: &str| {
        format!("<div class=\"output_text\">\n<pre>BASETEN_API_KEY=<span>{key}</span></pre>\n</div>\n")
            .into_bytes()
    };
    check("nbconvert.html", &html, "nbconvert.html:2:28");
}

/// A key that no raw byte shows as one is found, too.
#[test]
fn letters_that_are_escaped() {
    let sandbox = Sandbox::new();
    let key = key(1);
    let text = String::from_utf8(notebook(&json!({"source": ["a\n", "KEY"]}))).expect("it is text");
    sandbox.write("nb.ipynb", text.replace("KEY", &key.replacen('.', "\\u002e", 1)));
    let report = sandbox.run(["scan", "--format", "json"]).exits(1).hides(&key).json();
    assert_eq!(places(&report), ["nb.ipynb:9:10 @ cell 2, source, line 2"]);
}
