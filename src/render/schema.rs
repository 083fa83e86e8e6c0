//! Holds documents of the tests to the schemas in `fixtures/schemas`, whose README says where
//! each comes from.

use std::path::Path;
use std::{env, fs};

use serde_json::Value;

/// Holds `document` to the schema in the file `name`. A failure names the places and rules, and
/// shows no content.
#[track_caller]
pub(super) fn assert_valid(name: &str, document: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/schemas").join(name);
    let schema: Value =
        serde_json::from_slice(&fs::read(path).expect("the schema is there")).expect("it is JSON");
    let validator =
        jsonschema::options().should_validate_formats(true).build(&schema).expect("it is a schema");
    let wrong: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{} against {}", error.instance_path(), error.schema_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
