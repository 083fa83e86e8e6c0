//! Puts the hook into the text of a settings file, and takes it out again.
//!
//! It reads and writes no file. What is not the hook's stays byte for byte, and what a
//! file cannot be edited for is an error that says so.

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Value, json};

use super::form::{self, Entry, Group};
use super::json::{Kind, Layout, Node};
use crate::cli::args::{AgentTool, SettleArgs};

/// What of the hook stands in a text: the events that call it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) events: Vec<String>,
}

/// The text with the hook in it, for all of its events; the same text if it is there.
///
/// # Errors
/// Where the text is no JSON, or is not what the agent's settings are.
pub(super) fn put(text: &str, tool: AgentTool, args: &SettleArgs) -> Result<String> {
    let wanted = form::events(tool, args.reads);
    let value = checked(text)?;
    if is_there(&value, tool, args, &wanted) {
        return Ok(text.to_owned());
    }
    let mut text = take(text, tool)?;
    if let Some(version) = form::version(tool)
        && value.get("version").is_none()
    {
        text = Node::read(&text).with(&text, &format!("\"version\": {version}"), 0);
    }
    if Node::read(&text).member("hooks").is_none() {
        text = Node::read(&text).with(&text, "\"hooks\": {}", 0);
    }
    for event in wanted {
        let hooks = |text: &str| {
            let Kind::Object(members) = Node::read(text).kind else { return None };
            members.into_iter().rev().find(|(name, _, _)| name == "hooks").map(|(_, _, node)| node)
        };
        let node = hooks(&text).context("the hooks are gone")?;
        if node.member(event).is_none() {
            text = node.with(&text, &format!("\"{event}\": []"), 1);
        }
        let entry = Entry::new(tool, args);
        let layout = Layout::of(&text);
        let part =
            if form::has_groups(tool) { layout.render(&Group::of(entry)) } else { layout.render(&entry) };
        let node = hooks(&text).context("the hooks are gone")?;
        text = node.member(event).context("the event is gone")?.with(&text, &part, 2);
    }
    checked(&text).context("the edit went wrong")?;
    Ok(text)
}

/// The text without the hook; the same text if it is not there. What was only there for the
/// hook is gone with it.
///
/// # Errors
/// As [`put`].
pub(super) fn take(text: &str, tool: AgentTool) -> Result<String> {
    checked(text)?;
    let mut text = text.to_owned();
    while let Some(less) = one_less(&text, tool) {
        text = less;
    }
    Ok(text)
}

/// The text without one entry of the hook, and without what it leaves empty.
fn one_less(text: &str, tool: AgentTool) -> Option<String> {
    let value = |node: &Node| serde_json::from_str::<Value>(&text[node.span.clone()]).unwrap_or_default();
    let root = Node::read(text);
    let hooks_at = root.members().iter().rposition(|(name, _, _)| name == "hooks")?;
    let hooks = &root.members()[hooks_at].2;
    for (event_at, (_, _, event)) in hooks.members().iter().enumerate() {
        for (index, element) in event.elements().iter().enumerate() {
            if form::has_groups(tool) {
                let Some(entries) = element.member("hooks") else { continue };
                let ours = entries.elements().iter().position(|entry| form::is_ours(&value(entry)));
                let Some(ours) = ours else { continue };
                if entries.elements().len() > 1 {
                    return Some(entries.without(text, ours));
                }
            } else if !form::is_ours(&value(element)) {
                continue;
            }
            return Some(if event.elements().len() > 1 {
                event.without(text, index)
            } else if hooks.members().len() > 1 {
                hooks.without(text, event_at)
            } else {
                root.without(text, hooks_at)
            });
        }
    }
    None
}

/// Whether nothing but the version is left in a text.
pub(super) fn is_bare(text: &str) -> bool {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    value.as_object().is_some_and(|fields| fields.keys().all(|name| name == "version"))
}

/// What of the hook stands in a text.
///
/// # Errors
/// As [`put`].
pub(super) fn standing(text: &str, tool: AgentTool) -> Result<Standing> {
    let value = checked(text)?;
    let events = value.get("hooks").and_then(Value::as_object).into_iter().flatten();
    let ours = events.filter(|(_, event)| entries(event, tool).any(form::is_ours));
    Ok(Standing { events: ours.map(|(name, _)| name.clone()).collect() })
}

/// Whether each wanted event has just this entry, and no other event has one of ours.
fn is_there(value: &Value, tool: AgentTool, args: &SettleArgs, wanted: &[&str]) -> bool {
    let entry = Entry::new(tool, args).value();
    let Some(hooks) = value.get("hooks").and_then(Value::as_object) else { return false };
    let of = |event: &Value| entries(event, tool).filter(|entry| form::is_ours(entry)).cloned().collect();
    let all = hooks.iter().all(|(name, event)| {
        let ours: Vec<Value> = of(event);
        if wanted.contains(&name.as_str()) { ours == [entry.clone()] } else { ours.is_empty() }
    });
    all && wanted.iter().all(|name| hooks.contains_key(*name))
}

/// The entries of an event.
fn entries(event: &Value, tool: AgentTool) -> impl Iterator<Item = &Value> {
    let elements = event.as_array().into_iter().flatten();
    elements.flat_map(move |element| {
        let group = element.get("hooks").and_then(Value::as_array).filter(|_| form::has_groups(tool));
        group.map_or_else(|| std::slice::from_ref(element), Vec::as_slice)
    })
}

/// The text as JSON, if it is what settings are.
fn checked(text: &str) -> Result<Value> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        anyhow!("it is no JSON (line {line}, column {column}); a file with comments cannot be edited here")
    })?;
    if !value.is_object() {
        bail!("it is no JSON object");
    }
    let names =
        |node: &Node| -> Vec<String> { node.members().iter().map(|member| member.0.clone()).collect() };
    let root = Node::read(text);
    for mut names in [names(&root), root.member("hooks").map(names).unwrap_or_default()] {
        names.sort();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            bail!("a name stands in it twice");
        }
    }
    match value.get("hooks") {
        None => {}
        Some(Value::Object(events)) if events.values().all(Value::is_array) => {}
        Some(Value::Object(_)) => bail!("an event in \"hooks\" is no list"),
        Some(_) => bail!("\"hooks\" in it is no JSON object"),
    }
    Ok(value)
}

/// What a person would write into a file that cannot be edited.
pub(super) fn by_hand(tool: AgentTool, args: &SettleArgs) -> String {
    let fresh = put("{\"version\": 1}", tool, args).unwrap_or_default();
    // On one line, as a hint is.
    let value: Value = serde_json::from_str(&fresh).unwrap_or_default();
    json!({ "hooks": value["hooks"] }).to_string()
}
