//! Where a limit ends the work, that is told.

use serde_json::json;

use super::build::{deflated, gzip, stored, tar, zip};
use super::{line, notes, places};
use crate::encodings::base64;
use crate::sandbox::{Sandbox, key};

/// Lines of compressed data that inflate to more than is inflated of one text.
fn many() -> String {
    let one = base64(gzip(&vec![b' '; 2 << 20][..]));
    format!("data: \"{one}\"\n").repeat(10)
}

/// What was inflated in vain counts, and what is left for lack of room is told, once.
#[test]
fn data_that_is_left_compressed() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", many());
    let report = sandbox.run(["scan", "--format", "json"]).exits(0).json();
    assert_eq!(notes(&report), ["a.yaml: encoded: beyond the limits of depth or size"]);
}

/// In a notebook, too, whose raw bytes say less than its texts.
#[test]
fn texts_of_a_notebook_that_are_left() {
    let sandbox = Sandbox::new();
    let lines: Vec<String> = many().lines().map(|line| format!("{line}\n")).collect();
    // In pieces, so that only the joined text shows what they are.
    let pieces: Vec<String> = lines
        .iter()
        .flat_map(|line| line.as_bytes().chunks(30).map(|piece| String::from_utf8_lossy(piece).into_owned()))
        .collect();
    let cell = json!({"cell_type": "code", "source": pieces, "note": key(1)});
    let notebook = json!({"cells": [cell], "nbformat": 4}).to_string();
    sandbox.write("nb.ipynb", &notebook);
    sandbox.write("a.zip", zip(&[deflated("nb.ipynb", notebook.as_bytes())]));
    let report = sandbox.run(["scan", "--format", "json"]).exits(1).json();
    let why = "encoded: beyond the limits of depth or size";
    assert_eq!(notes(&report), [format!("a.zip!nb.ipynb: {why}"), format!("nb.ipynb: {why}")]);
}

/// A notebook in a history that is read window by window, whose key is in pieces far
/// behind the first window.
#[test]
fn a_large_notebook_in_a_history() {
    let sandbox = Sandbox::repository();
    let (first, second) = (key(6)[..20].to_owned(), key(6)[20..].to_owned());
    let notebook = |lines: usize| {
        let filler = vec![format!("{}\n", "nothing to see ".repeat(80)); lines];
        let cells = [json!({"source": filler}), json!({"source": ["a\n", first, second]})];
        format!("{{\"cells\": [\n{},\n{}],\n\"nbformat\": 4}}", cells[0], cells[1])
    };
    let large = notebook(29_000);
    assert!(large.len() > 33 << 20);
    sandbox.write("large.ipynb", large);
    sandbox.write("in.env", line(&key(1)));
    sandbox.write("a.zip", zip(&[deflated("nb.ipynb", notebook(5000).as_bytes())]));
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "x"]);
    let report = sandbox.run(["history", "--format", "json"]).exits(1).json();
    let cell = "@ cell 2, source, line 2";
    assert_eq!(
        places(&report),
        [format!("a.zip!nb.ipynb:3:19 {cell}"), "in.env:1:17".to_owned(), format!("large.ipynb:3:19 {cell}")]
    );
}

/// A zip in base64 is read, a compressed tar, too; a zip in such a zip is told of.
#[test]
fn archives_in_base64() {
    let sandbox = Sandbox::new();
    let text = line(&key(1));
    let entries = [stored("first", b"x"), deflated("in.env", text.as_bytes())];
    let nested = base64(zip(&[deflated("in.zip", &zip(&entries))]));
    let zip = base64(zip(&entries));
    let tar = base64(gzip(&tar(&[("in.env", text.as_bytes())])[..]));
    sandbox.write("a.py", format!("DATA = \"{zip}\"\n"));
    sandbox.write("c.py", format!("DATA = \"{nested}\"\n"));
    sandbox.write("b.py", format!("DATA = \"{tar}\"\n"));
    let report = sandbox.run(["scan", "--format", "json"]).exits(1).json();
    assert_eq!(places(&report), ["a.py:1:9", "b.py:1:9"]);
    assert_eq!(notes(&report), ["c.py: encoded: beyond the limits of depth or size"]);
    assert_eq!(report["findings"][0]["encodings"], json!(["base64", "zip"]));
    // A map at the end of a script is found by what it decodes to.
    let map = json!({"version": 3, "sources": ["a.ts"], "sourcesContent": [text], "mappings": ""});
    let map = base64(map.to_string().as_bytes());
    let script = format!("x();\n//# sourceMappingURL=data:application/json;base64,{map}\n");
    sandbox.write("inline/c.js", script);
    let report = sandbox.run(["scan", "--format", "json", "inline"]).exits(1).json();
    assert!(places(&report)[0].starts_with("inline/c.js:2:"), "{:?}", places(&report));
}
