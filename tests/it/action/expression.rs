//! The expressions `${{ … }}` of GitHub, as far as `action.yml` uses them: paths into contexts,
//! strings, `!`, `==`, `!=`, `&&`, `||`, and the functions that tell how a job stands.
//!
//! **Invariant:** what it does not know makes the test fail, so nothing is taken for empty by mistake;
//! but a member that an object does not have is empty, as it is to the runner.

use serde_json::Value;

/// What a text comes to, with its expressions replaced.
#[track_caller]
pub(super) fn expand(text: &str, contexts: &Value) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${{") {
        let (inner, after) = behind.split_once("}}").expect("an expression ends");
        out.push_str(before);
        out.push_str(&evaluate(inner, contexts));
        rest = after;
    }
    out + rest
}

/// Whether a condition holds.
#[track_caller]
pub(super) fn holds(condition: &str, contexts: &Value) -> bool {
    let condition = condition.trim();
    let inner = condition.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(condition);
    is_true(&evaluate(inner, contexts))
}

fn is_true(value: &str) -> bool {
    !matches!(value, "" | "false" | "0")
}

#[track_caller]
fn evaluate(text: &str, contexts: &Value) -> String {
    let text = text.trim();
    // From what binds least to what binds most; without brackets, the first one found is it.
    if let Some((left, right)) = text.split_once("||") {
        let left = evaluate(left, contexts);
        return if is_true(&left) { left } else { evaluate(right, contexts) };
    }
    if let Some((left, right)) = text.split_once("&&") {
        let left = evaluate(left, contexts);
        return if is_true(&left) { evaluate(right, contexts) } else { left };
    }
    for (sign, wanted) in [("==", true), ("!=", false)] {
        if let Some((left, right)) = text.split_once(sign) {
            let is_same = evaluate(left, contexts) == evaluate(right, contexts);
            return (is_same == wanted).to_string();
        }
    }
    if let Some(inner) = text.strip_prefix('!') {
        return (!is_true(&evaluate(inner, contexts))).to_string();
    }
    if let Some(inner) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return inner.to_owned();
    }
    match text {
        "cancelled()" => return "false".to_owned(),
        "always()" => return "true".to_owned(),
        "success()" | "failure()" => return (contexts["failed"] == (text == "failure()")).to_string(),
        _ => {}
    }
    path(text, contexts)
}

#[track_caller]
fn path(text: &str, contexts: &Value) -> String {
    let mut names = text.split('.');
    let first = names.next().unwrap_or_default();
    let mut value = contexts.get(first);
    assert!(value.is_some(), "there is no context {first:?}: {text:?}");
    for name in names {
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)), "{text:?}");
        value = value.and_then(|value| value.get(name));
    }
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[test]
fn expressions() {
    let contexts = serde_json::json!({"a": {"b": "x", "n": 7, "no": null}, "failed": true});
    for (text, expect) in [
        ("plain", "plain"),
        ("${{ a.b }}-${{a.n}}", "x-7"),
        ("${{ a.no }}${{ a.none.at.all }}", ""),
        ("${{ a.b == 'x' }}", "true"),
        ("${{ a.b != 'x' || a.none }}", ""),
        ("${{ !cancelled() && a.b == 'x' && a.n != '' }}", "true"),
        ("${{ success() }}${{ failure() }}", "falsetrue"),
        ("${{ a.none || 'other' }}", "other"),
    ] {
        assert_eq!(expand(text, &contexts), expect, "{text}");
    }
    assert!(holds("${{ a.b == 'x' }}", &contexts));
    assert!(!holds("a.b == 'y'", &contexts));
}
