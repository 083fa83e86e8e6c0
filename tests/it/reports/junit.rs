//! The XML of `JUnit`: held to a schema that others published, and read by a reader that others wrote.

use std::fs;
use std::path::{Path, PathBuf};

use super::python::Python;
use crate::sandbox::{Sandbox, assert_hidden};

const VALIDATE: &str = "
import json, sys
from lxml import etree
schema = etree.XMLSchema(etree.parse(sys.argv[1]))
schema.assertValid(etree.parse(sys.argv[2]))
print(json.dumps(True))
";

const READ: &str = "
import json, sys
from junitparser import JUnitXml
suites = JUnitXml.fromfile(sys.argv[1])
told = [suites.tests, suites.failures, suites.errors]
suite = list(suites)[0]
cases = list(suite)
kinds = [[type(result).__name__ for result in case.result] for case in cases]
suite.update_statistics()
counted = [suite.tests, suite.failures, suite.errors, suite.skipped]
print(json.dumps([told, counted, kinds, [case.classname for case in cases], [case.name for case in cases]]))
";

fn schema() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/schemas/junit-10.xsd")
}

#[test]
fn junitparser_counts_what_we_count() {
    let Some(python) = Python::with(&["junitparser", "lxml"]) else { return };
    let sandbox = Sandbox::new();
    let keys = ["a/one.env", "b & <c>.env", "d]]>.env"].map(|path| sandbox.write_key(path));
    let link = if cfg!(unix) { "pipe" } else { "none" };
    if cfg!(unix) {
        let made = sandbox.confined("mkfifo").arg(link).status().expect("mkfifo can be run");
        assert!(made.success());
    }
    let run = sandbox.run(["scan", "--format", "junit=report.xml", "--format", "json"]);
    let report = run.json();
    let path = sandbox.path("report.xml");
    let text = fs::read_to_string(&path).expect("the report is there");
    for key in &keys {
        assert_hidden(key, &text);
    }
    assert_eq!(python.json(VALIDATE, [schema(), path.clone()]), true);
    let read = python.json(READ, [&path]);
    let skipped = report["coverage"]["skipped"].as_array().map_or(0, Vec::len);
    assert_eq!((report["summary"]["findings"].as_u64(), skipped), (Some(3), usize::from(cfg!(unix))));
    assert_eq!(read[0], serde_json::json!([3 + skipped, 3, skipped]));
    assert_eq!(read[1], serde_json::json!([3 + skipped, 3, skipped, 0]));
    assert_eq!(read[2][0], serde_json::json!(["Failure"]));
    let paths = ["a/one.env", "b & <c>.env", "d]]>.env", link];
    assert_eq!(read[3], serde_json::json!(&paths[..3 + skipped]));
    let name = format!("baseten-api-key {}, line 1, column 7", &keys[0][..12]);
    assert_eq!(read[4][0].as_str(), Some(&*name));
}

#[test]
fn a_clean_scan_passes() {
    let Some(python) = Python::with(&["junitparser", "lxml"]) else { return };
    let sandbox = Sandbox::new();
    sandbox.write("one.txt", "nothing\n");
    sandbox.run(["scan", "--format", "junit", "-o", "report.xml", "one.txt"]).exits(0);
    let path = sandbox.path("report.xml");
    assert_eq!(python.json(VALIDATE, [schema(), path.clone()]), true);
    let read = python.json(READ, [&path]);
    assert_eq!((&read[0], &read[2]), (&serde_json::json!([1, 0, 0]), &serde_json::json!([[]])));
}

/// The canonical report holds everything that a report can hold; its snapshot is the report.
#[test]
fn the_canonical_report_is_valid() {
    let Some(python) = Python::with(&["lxml"]) else { return };
    let name = "src/render/junit/snapshots/baseleak__render__junit__tests__the_canonical_report.snap";
    let snapshot = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name));
    let snapshot = snapshot.expect("the snapshot is there");
    let at = snapshot.find("<?xml").expect("it holds the report");
    let sandbox = Sandbox::new();
    sandbox.write("report.xml", &snapshot[at..]);
    assert_eq!(python.json(VALIDATE, [schema(), sandbox.path("report.xml")]), true);
}
