//! Listing, making and revoking keys, those of the workspace and those of
//! gateway groups: who sees which, and what else a request may get wrong.

use serde_json::{Value, json};

use super::http::Request;
use super::routes::{Answer, no};
use super::spec;
use super::state::{GATEWAY, Key, State};
use crate::contexts::Kind;

/// Whether the key's holder is an admin of the organisation.
fn is_admin(state: &State, by: &Key) -> bool {
    state.users.iter().any(|user| user.is_admin && by.owner.as_ref() == Some(&user.id))
}

/// Whether the holder of `by` may see, and revoke, `key`.
fn sees(state: &State, by: &Key, key: &Key) -> bool {
    let is_personal = key.category == "PERSONAL";
    match by.category.as_str() {
        _ if key.revoked || key.group.is_some() => false,
        "PERSONAL" => is_admin(state, by) || is_personal && key.owner == by.owner,
        "WORKSPACE_MANAGE_ALL" | "WORKSPACE_MANAGE_API_KEYS" => !is_personal,
        _ => key.prefix == by.prefix,
    }
}

pub(super) fn list(state: &State, by: &Key) -> Value {
    let keys = state.keys.iter().filter(|key| sees(state, by, key));
    json!({ "keys": keys.map(|key| entry(state, key)).collect::<Vec<_>>() })
}

/// What the list says of a key. What a personal key does not have is left out,
/// what another does not have is null: the description permits both.
fn entry(state: &State, key: &Key) -> Value {
    let team = state.teams.iter().find(|team| key.team.as_ref() == Some(&team.id));
    let owner = state.users.iter().find(|user| key.owner.as_ref() == Some(&user.id));
    let mut entry = json!({
        "prefix": written(state, key),
        "type": key.category,
        "name": key.name,
        "model_ids": (!key.model_ids.is_empty()).then_some(&key.model_ids),
        "team_name": team.map(|team| &team.name),
        "owner": owner.map(|user| json!({ "user_id": user.id, "email": user.email, "name": user.name })),
    });
    if key.category == "PERSONAL" {
        entry.as_object_mut().expect("it is an object").retain(|_, value| !value.is_null());
    }
    entry
}

/// The prefix of a key as the workspace writes it.
fn written<'k>(state: &State, key: &'k Key) -> &'k str {
    if state.is_bare { key.prefix.strip_prefix("b10_").unwrap_or(&key.prefix) } else { &key.prefix }
}

/// The type of the audit log for a key.
fn logged_type(key: &Key) -> &'static str {
    match (key.category.as_str(), key.model_ids.is_empty()) {
        ("PERSONAL", _) => "PERSONAL",
        ("WORKSPACE_MANAGE_API_KEYS", _) => "MANAGE_API_KEYS_SERVICE_ACCOUNT",
        ("WORKSPACE_INVOKE", true) => "INVOKE_ALL_MODELS_SERVICE_ACCOUNT",
        ("WORKSPACE_INVOKE", false) => "INVOKE_ALLOWED_MODELS_SERVICE_ACCOUNT",
        ("WORKSPACE_EXPORT_METRICS", true) => "EXPORT_METRICS_ALL_MODELS_SERVICE_ACCOUNT",
        ("WORKSPACE_EXPORT_METRICS", false) => "EXPORT_METRICS_ALLOWED_MODELS_SERVICE_ACCOUNT",
        _ => "CREATOR_SERVICE_ACCOUNT",
    }
}

fn log(state: &mut State, by: &Key, event: &str, key: &Key) {
    let data = json!({
        "event_type": event,
        "api_key_id": format!("id-of-{}", key.prefix),
        "api_key_type": logged_type(key),
        "prefix": key.prefix,
    });
    state.log(&by.label, &data);
}

/// The body of a request, held to the description.
fn body(request: &Request) -> Answer {
    let is_json = request.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    let Some(body) = serde_json::from_slice(&request.body).ok().filter(|_| is_json) else {
        return no(400, "the body is not JSON, or is not called JSON");
    };
    match spec::check_request(&request.method, &request.path, &body) {
        Ok(()) => Ok(body),
        Err(wrong) => no(400, &wrong),
    }
}

/// The name in a body, which may hold lower case, digits and hyphens.
fn name(body: &Value) -> Result<Option<String>, (u16, String)> {
    let Some(name) = body["name"].as_str() else { return Ok(None) };
    let is_good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || !name.bytes().all(is_good) {
        return no(400, "a name has lower-case letters, digits and hyphens");
    }
    Ok(Some(name.to_owned()))
}

/// What tests call a key that a request made: `made-` and its prefix.
fn label(text: &str) -> String {
    text.split_once('.').map_or_else(String::new, |(prefix, _)| format!("made-{prefix}"))
}

pub(super) fn create(state: &mut State, by: &Key, team: Option<&str>, request: &Request) -> Answer {
    let body = body(request)?;
    let name = name(&body)?;
    let category = body["type"].as_str().expect("the description was kept to");
    let is_personal = by.category == "PERSONAL";
    let may = match category {
        "PERSONAL" => is_personal,
        "WORKSPACE_MANAGE_API_KEYS" => is_admin(state, by),
        _ => is_admin(state, by) || by.category.starts_with("WORKSPACE_MANAGE"),
    };
    if !may {
        return no(403, "This API key may not make such a key");
    }
    if team.is_some_and(|team| state.teams.iter().all(|other| other.id != team)) {
        return no(404, "There is no such team");
    }
    let models: Vec<_> =
        body["model_ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !models.is_empty() && !matches!(category, "WORKSPACE_INVOKE" | "WORKSPACE_EXPORT_METRICS") {
        return no(400, "model_ids are for other types");
    }
    if models.iter().any(|model| state.models.iter().all(|other| other.id != *model)) {
        return no(400, "There is no such model");
    }
    let text = state.random(Kind::New);
    let label = label(&text);
    state.adopt(&label, category, &text);
    let key = state.key_mut(&label);
    key.name = name;
    key.model_ids = models.into_iter().map(str::to_owned).collect();
    if is_personal && category == "PERSONAL" {
        key.owner.clone_from(&by.owner);
    }
    if let Some(team) = team {
        key.team = Some(team.to_owned());
    }
    let key = key.clone();
    log(state, by, "API_KEY_CREATED", &key);
    Ok(json!({ "api_key": text }))
}

pub(super) fn delete(state: &mut State, by: &Key, prefix: &str) -> Answer {
    let found = state.keys.iter().position(|key| written(state, key) == prefix && sees(state, by, key));
    let Some(at) = found else { return no(404, "API key not found") };
    state.keys[at].revoked = true;
    state.deletions.push(prefix.to_owned());
    let key = state.keys[at].clone();
    log(state, by, "API_KEY_DELETED", &key);
    Ok(json!({ "prefix": prefix }))
}

fn is_in(key: &Key, group: &str) -> bool {
    !key.revoked && key.group.as_deref() == Some(group)
}

pub(super) fn list_group(state: &State, group: &str) -> Value {
    let keys = state.keys.iter().filter(|key| is_in(key, group));
    let items: Vec<_> = keys.map(|key| json!({ "prefix": key.prefix, "name": key.name })).collect();
    json!({ "items": items, "pagination": { "has_more": false, "cursor": null } })
}

pub(super) fn create_in_group(state: &mut State, group: &str, request: &Request) -> Answer {
    let name = name(&body(request)?)?;
    let text = state.random(Kind::Gateway);
    let label = label(&text);
    state.adopt(&label, GATEWAY, &text);
    let key = state.key_mut(&label);
    key.name.clone_from(&name);
    key.group = Some(group.to_owned());
    Ok(json!({ "api_key": text, "prefix": key.prefix, "name": name }))
}

pub(super) fn of_group(state: &State, group: &str, prefix: &str) -> Answer {
    let found = state.keys.iter().find(|key| is_in(key, group) && key.prefix == prefix);
    let Some(key) = found else { return no(404, "API key not found") };
    Ok(json!({ "prefix": key.prefix, "name": key.name }))
}

pub(super) fn delete_in_group(state: &mut State, group: &str, prefix: &str) -> Answer {
    let found = state.keys.iter_mut().find(|key| is_in(key, group) && key.prefix == prefix);
    let Some(key) = found else { return no(404, "API key not found") };
    key.revoked = true;
    state.deletions.push(prefix.to_owned());
    Ok(json!({ "prefix": prefix }))
}
