//! Puts the hook into the text of a settings file, and takes it out again.
//!
//! It reads and writes no file. What is not the hook's stays byte for byte, and what a
//! file cannot be edited for is an error that says so.

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Value, json};

use super::form::{self, Before, Choices, Entry, Group, Kin};
use super::json::{Kind, Layout, Node};
use crate::cli::args::{AgentTool, SettleArgs};

/// What of the hook stands in a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// The events that call it.
    pub(super) events: Vec<String>,
    /// Whether an entry of ours says `--no-config`.
    pub(super) no_config: bool,
    /// What has to do with it and was changed: the event, and why it is not ours.
    pub(super) changed: Vec<String>,
    /// Whether the agent was told to run no hooks.
    pub(super) is_disabled: bool,
}

/// A text without the hook.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) text: String,
    /// Whether there is nothing in it, and was not before the hook.
    pub(super) may_go: bool,
}

/// The text with the hook in it, for all of its events; the same text if it is there.
/// `is_new` says that there is no such file.
///
/// # Errors
/// Where the text is no JSON, or is not what the agent's settings are.
pub(super) fn put(text: &str, tool: AgentTool, args: &SettleArgs, is_new: bool) -> Result<String> {
    let wanted = form::events(tool, args.reads);
    if is_there(&checked(text)?, tool, args, &wanted) {
        return Ok(text.to_owned());
    }
    let Taken { mut text, may_go } = take(text, tool)?;
    let value = checked(&text)?;
    let is_empty = |value: &Value| value.as_object().is_some_and(serde_json::Map::is_empty);
    let before = Before::default()
        .with(Before::FILE, is_empty(&value) && !is_new && !may_go)
        .with(Before::VERSION, value.get("version").is_some())
        .with(Before::HOOKS, value.get("hooks").is_some_and(is_empty));
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
        let list = node.member(event);
        let before = before.with(Before::EVENT, list.is_some_and(|list| list.elements().is_empty()));
        if list.is_none() {
            text = node.with(&text, &format!("\"{event}\": []"), 1);
        }
        let entry = Entry::new(tool, args, before);
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
pub(super) fn take(text: &str, tool: AgentTool) -> Result<Taken> {
    checked(text)?;
    let (mut text, mut before) = (text.to_owned(), None);
    while let Some((less, of_entry)) = one_less(&text, tool) {
        (text, before) = (less, Some(of_entry));
    }
    let Some(before) = before else { return Ok(Taken { text, may_go: false }) };
    let root = Node::read(&text);
    let version = root.members().iter().position(|(name, _, _)| name == "version");
    if let (Some(at), Some(_), false) = (version, form::version(tool), before.has(Before::VERSION)) {
        text = root.without(&text, at);
    }
    let may_go = !before.has(Before::FILE) && Node::read(&text).members().is_empty();
    Ok(Taken { text, may_go })
}

/// The text without one entry of the hook, and without what it leaves empty that was not
/// there before; and what that entry says of it.
fn one_less(text: &str, tool: AgentTool) -> Option<(String, Before)> {
    let value = |node: &Node| serde_json::from_str::<Value>(&text[node.span.clone()]).unwrap_or_default();
    let ours = |entry: &Node, group: Option<&Node>| match form::kin(
        tool,
        &value(entry),
        group.map(value).as_ref(),
    ) {
        Kin::Ours(Choices { before, .. }) => Some(before),
        Kin::Changed(_) | Kin::Foreign => None,
    };
    let root = Node::read(text);
    let hooks_at = root.members().iter().rposition(|(name, _, _)| name == "hooks")?;
    let hooks = &root.members()[hooks_at].2;
    for (event_at, (_, _, event)) in hooks.members().iter().enumerate() {
        for (index, element) in event.elements().iter().enumerate() {
            let before = if form::has_groups(tool) {
                let Some(entries) = element.member("hooks") else { continue };
                let mut found = entries.elements().iter().enumerate();
                let found = found.find_map(|(at, entry)| Some((at, ours(entry, Some(element))?)));
                let Some((at, before)) = found else { continue };
                if entries.elements().len() > 1 {
                    return Some((entries.without(text, at), before));
                }
                before
            } else {
                let Some(before) = ours(element, None) else { continue };
                before
            };
            let less = if event.elements().len() > 1 || before.has(Before::EVENT) {
                event.without(text, index)
            } else if hooks.members().len() > 1 || before.has(Before::HOOKS) {
                hooks.without(text, event_at)
            } else {
                root.without(text, hooks_at)
            };
            return Some((less, before));
        }
    }
    None
}

/// What of the hook stands in a text.
///
/// # Errors
/// As [`put`].
pub(super) fn standing(text: &str, tool: AgentTool) -> Result<Standing> {
    let value = checked(text)?;
    let is_disabled = value.get("disableAllHooks") == Some(&json!(true));
    let mut standing = Standing { is_disabled, ..Standing::default() };
    for (name, event) in value.get("hooks").and_then(Value::as_object).into_iter().flatten() {
        let mut is_called = false;
        for (group, entry) in entries(event, tool) {
            match form::kin(tool, entry, group) {
                Kin::Ours(choices) => {
                    is_called = true;
                    standing.no_config |= choices.no_config;
                }
                Kin::Changed(why) => standing.changed.push(format!("{name}: {why}")),
                Kin::Foreign => {}
            }
        }
        if is_called {
            standing.events.push(name.clone());
        }
    }
    Ok(standing)
}

/// Whether each wanted event has just this entry, and no other event has one of ours.
fn is_there(value: &Value, tool: AgentTool, args: &SettleArgs, wanted: &[&str]) -> bool {
    let Some(hooks) = value.get("hooks").and_then(Value::as_object) else { return false };
    let all = hooks.iter().all(|(name, event)| {
        let mut ours =
            entries(event, tool).filter_map(|(group, entry)| match form::kin(tool, entry, group) {
                Kin::Ours(choices) => Some(*entry == Entry::new(tool, args, choices.before).value()),
                Kin::Changed(_) | Kin::Foreign => None,
            });
        let is_wanted = wanted.contains(&name.as_str());
        ours.next() == is_wanted.then_some(true) && ours.next().is_none()
    });
    all && wanted.iter().all(|name| hooks.contains_key(*name))
}

/// The entries of an event, with the groups that they stand in.
fn entries(event: &Value, tool: AgentTool) -> impl Iterator<Item = (Option<&Value>, &Value)> {
    let elements = event.as_array().into_iter().flatten();
    elements.flat_map(move |element| {
        let group = element.get("hooks").and_then(Value::as_array).filter(|_| form::has_groups(tool));
        let of_group = group.map(|_| element);
        let entries = group.map_or_else(|| std::slice::from_ref(element), Vec::as_slice);
        entries.iter().map(move |entry| (of_group, entry))
    })
}

/// The text as JSON, if it is what settings are.
fn checked(text: &str) -> Result<Value> {
    if text.starts_with('\u{feff}') {
        bail!("it begins with a byte order mark; save it as UTF-8 without one");
    }
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
        if let Some([name, ..]) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!("the name \"{name}\" stands in it twice");
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
    let fresh = put("{\"version\": 1}", tool, args, true).unwrap_or_default();
    // On one line, as a hint is.
    let value: Value = serde_json::from_str(&fresh).unwrap_or_default();
    json!({ "hooks": value["hooks"] }).to_string()
}
