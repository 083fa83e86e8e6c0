//! YAML as others read it: `PyYAML`, whose answer comes as JSON. It knows nothing of what stands in it.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::reports::python::Python;

/// The documents of a text; none, with a message, where there is no `PyYAML`.
#[track_caller]
pub(super) fn documents(text: &str) -> Option<Vec<Value>> {
    let python = Python::with(&["yaml"])?;
    // The key `on` is the word for true to YAML 1.1, which this is; nobody looks at it here.
    let script =
        "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.argv[1])), default=str))";
    let Value::Array(documents) = python.json(script, [text]) else { return None };
    Some(documents)
}

/// The documents of a file of this repository.
#[track_caller]
pub(super) fn file(path: &str) -> Option<Vec<Value>> {
    documents(&text(path))
}

/// The text of a file of this repository.
#[track_caller]
pub(super) fn text(path: &str) -> String {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    text.expect("it is a file of this repository")
}
