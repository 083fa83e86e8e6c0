//! The table as Python's own reader of CSV reads it.

use std::fs;

use serde_json::Value;

use super::python::Python;
use crate::sandbox::{Sandbox, key};

const READ: &str = "
import csv, json, sys
with open(sys.argv[1], newline='', encoding='utf-8') as file:
    print(json.dumps(list(csv.DictReader(file, strict=True))))
";

/// A cell as `docs/output.md` says it is turned back.
fn turned_back(cell: &Value) -> &str {
    let text = cell.as_str().expect("a cell is a string");
    text.strip_prefix('\'').unwrap_or(text)
}

#[test]
fn python_reads_what_json_says() {
    let Some(python) = Python::with(&["csv"]) else { return };
    let sandbox = Sandbox::new();
    for path in ["=cmd.env", "@x,y.env", "-a.env", "'b.env", "c/+d.env"] {
        sandbox.write_key(path);
    }
    if cfg!(unix) {
        sandbox.write_key("\"=1\r\n=2.env");
    }
    sandbox.write("quoted.txt", format!("=\"{}\",\"\"\n", key(7)));
    let report = sandbox.run(["scan", "--format", "csv=report.csv", "--format", "json"]).json();
    let bytes = fs::read(sandbox.path("report.csv")).expect("the report is there");
    assert!(bytes.starts_with(b"key,rule,confidence,"), "there is no byte order mark");
    assert!(bytes.ends_with(b"\r\n"));
    let rows = python.json(READ, [sandbox.path("report.csv")]);
    let (rows, findings) = (rows.as_array(), report["findings"].as_array());
    let (rows, findings) = (rows.expect("it is a list"), findings.expect("it is a list"));
    assert_eq!(rows.len(), findings.len());
    for (row, finding) in rows.iter().zip(findings) {
        let visible = |field: &str| {
            let text = finding[field].as_str().expect("it is a string");
            text.replace('\r', "\\x0d").replace('\n', "\\x0a")
        };
        for (column, field) in [
            ("key", "key"),
            ("rule", "rule"),
            ("confidence", "confidence"),
            ("attribution", "attribution"),
            ("path", "relative_path"),
            ("place", "place"),
            ("fingerprint", "fingerprint"),
            ("digest", "digest"),
            ("snippet", "snippet"),
        ] {
            assert_eq!(turned_back(&row[column]), visible(field), "{column}");
        }
        for column in ["line", "column", "end_line", "end_column"] {
            assert_eq!(row[column].as_str(), Some(&*finding[column].to_string()), "{column}");
        }
        for (column, cell) in row.as_object().expect("it is an object") {
            let cell = cell.as_str().expect("a cell is a string");
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{column}: {cell}");
        }
    }
}
