//! Holds answers and requests to the published description of the API,
//! `fixtures/baseten-openapi.json`.
//!
//! **Invariant:** an operation that the file does not describe is refused, not
//! passed over; the exceptions are in [`BEYOND`], each with its reason.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};

/// Operations that the documentation has and the file has not, and the schema that stands in.
const BEYOND: &[(&str, &str, &str)] =
    &[("DELETE", "/v1/gateway/groups/{group_id}/api_keys/{api_key_prefix}", "APIKeyTombstoneV1")];

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let text = fs::read_to_string(path()).expect("the description is in the repository");
    serde_json::from_str(&text).expect("the description is JSON")
});

/// Validators by the JSON of their schema; to make one takes a while.
static MADE: Mutex<BTreeMap<String, Arc<Validator>>> = Mutex::new(BTreeMap::new());

/// Where the description lies.
pub(crate) fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join("baseten-openapi.json")
}

/// Whether `body` is what the API answers with status 200 to a call of `path`
/// (not a template), or what is wrong with it.
pub(crate) fn check_answer(method: &str, path: &str, body: &Value) -> Result<(), String> {
    let beyond = BEYOND.iter().find(|(other, template, _)| *other == method && fits(template, path));
    if let Some((_, _, schema)) = beyond {
        return held_to(&json!({ "$ref": format!("#/components/schemas/{schema}") }), body);
    }
    let operation = operation(method, path)?;
    let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    held_to(schema, body)
}

/// Whether `body` is one that the API takes.
pub(crate) fn check_request(method: &str, path: &str, body: &Value) -> Result<(), String> {
    held_to(&operation(method, path)?["requestBody"]["content"]["application/json"]["schema"], body)
}

fn operation(method: &str, path: &str) -> Result<&'static Value, String> {
    let paths = DESCRIPTION["paths"].as_object().expect("a description has paths");
    let mut fitting: Vec<_> = paths.iter().filter(|(template, _)| fits(template, path)).collect();
    // `/v1/users/me` is more exact than a template that fits as well.
    fitting.sort_by_key(|(template, _)| template.matches('{').count());
    let operation = fitting.iter().find_map(|(_, item)| item.get(method.to_ascii_lowercase()));
    operation.ok_or_else(|| format!("{method} {path} is not described"))
}

fn fits(template: &str, path: &str) -> bool {
    let (parts, asked): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let fits = |(part, asked): (&&str, &&str)| part == asked || part.starts_with('{') && !asked.is_empty();
    parts.len() == asked.len() && parts.iter().zip(&asked).all(fits)
}

fn held_to(schema: &Value, body: &Value) -> Result<(), String> {
    if schema.is_null() {
        return Err("no schema is described".to_owned());
    }
    let mut all = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let made = all.entry(schema.to_string()).or_insert_with(|| {
        let mut root = schema.clone();
        root["components"] = DESCRIPTION["components"].clone();
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        Arc::new(options.build(&root).expect("the schemas of the description can be used"))
    });
    let made = Arc::clone(made);
    // Servers side by side do not wait for one another.
    drop(all);
    let errors: Vec<_> = made.iter_errors(body).map(|error| error.masked().to_string()).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::Sandbox;

    #[track_caller]
    fn check(call: &str, body: &Value, expect: Result<(), &str>) {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let got = check_answer(method, path, body);
        let same = match (&got, expect) {
            (Ok(()), Ok(())) => true,
            (Err(error), Err(piece)) => error.contains(piece),
            _ => false,
        };
        assert!(same, "{call} {body}: {got:?}, not {expect:?}");
    }

    #[test]
    fn wrong_answers_are_refused() {
        let table = [
            ("GET /v1/api_keys", json!({"keys": []}), Ok(())),
            ("GET /v1/api_keys", json!({"keys": [{"prefix": "a", "type": "PERSONAL"}]}), Ok(())),
            ("GET /v1/api_keys", json!([]), Err("type")),
            ("GET /v1/api_keys", json!({"items": []}), Err("keys")),
            ("GET /v1/api_keys", json!({"keys": [{"prefix": "a"}]}), Err("type")),
            ("GET /v1/api_keys", json!({"keys": [{"prefix": 1, "type": "PERSONAL"}]}), Err("string")),
            ("GET /v1/api_keys", json!({"keys": [{"prefix": "a", "type": "OTHER"}]}), Err("PERSONAL")),
            ("DELETE /v1/api_keys/a", json!({"prefix": "a"}), Ok(())),
            ("DELETE /v1/api_keys/", json!({"prefix": "a"}), Err("not described")),
            ("DELETE /v1/api_keys", json!({"prefix": "a"}), Err("not described")),
            ("GET /v1/users/me", json!({"user_id": "u"}), Ok(())),
            ("GET /v1/users/me", json!({"name": "u"}), Err("user_id")),
            ("GET /v1/users/you", json!({"user_id": "u"}), Err("not described")),
            (
                "GET /v1/teams",
                json!({"teams": [{"id": "t", "name": "t", "default": true, "created_at": "today"}]}),
                Err("date-time"),
            ),
            ("DELETE /v1/gateway/groups/g/api_keys/p", json!({"prefix": "p"}), Ok(())),
            ("DELETE /v1/gateway/groups/g/api_keys/p", json!({}), Err("prefix")),
        ];
        for (call, body, expect) in table {
            check(call, &body, expect);
        }
    }

    #[test]
    fn wrong_requests_are_refused() {
        let asked = |body: &Value| check_request("POST", "/v1/api_keys", body).is_ok();
        assert!(asked(&json!({"type": "PERSONAL", "name": "a"})));
        assert!(!asked(&json!({"type": "NEW", "name": "a"})));
        assert!(!asked(&json!({"name": "a"})));
        assert!(check_request("GET", "/v1/api_keys", &json!({})).is_err());
    }

    #[test]
    fn the_description_holds_no_key() {
        Sandbox::new().run(["scan".as_ref(), path().as_os_str()]).exits(0);
    }
}
