//! One event of a coding agent: what is about to happen, and in which form it is answered.
//!
//! The forms, as they are documented:
//!
//! - Claude Code: <https://code.claude.com/docs/en/hooks>
//! - Codex: <https://developers.openai.com/codex/hooks>, and the schemas in
//!   `codex-rs/hooks/schema/generated` of `openai/codex`
//! - Cursor: <https://cursor.com/docs/agent/hooks>
//! - Copilot: <https://docs.github.com/en/copilot/reference/hooks-reference>, and in VS Code
//!   <https://code.visualstudio.com/docs/agents/reference/hooks-reference>
//!
//! One agent runs hooks out of the settings of another (Cursor and VS Code read those of
//! Claude Code), so that the event tells the form before the command line does.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use super::mend::mended;
use super::unique::{TWICE, Unique};
use crate::cli::args::AgentTool;

/// In which form an event is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `hookSpecificOutput`, as Claude Code and Codex have it. Codex takes no field more.
    Nested,
    /// `permission` or `continue`, as Cursor has it.
    Cursor,
    /// `permissionDecision` at the top, as Copilot has it.
    Flat,
    /// Both of Claude Code's and Copilot's: VS Code, and Copilot's events by the names of VS Code.
    Both,
}

/// When an event comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// Before a prompt goes to the model.
    Prompt,
    /// Before a tool is used.
    Before,
    /// Before a file, whose content the event carries, goes to the model.
    Reading,
    /// After a tool was used: nothing can be undone.
    After,
    /// Of a session or a turn: nothing is about to happen that could be stopped.
    Passing,
    /// Nobody knows. It is taken for something that can be stopped.
    Unknown,
}

/// One event.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) form: Form,
    pub(super) moment: Moment,
    /// Its name in lower case; empty where it has none that is fit to be written down.
    pub(super) name: String,
    /// The tool, if it is about one.
    pub(super) tool: Option<String>,
    /// Where the agent works.
    pub(super) folder: PathBuf,
    pub(super) fields: Map<String, Value>,
}

impl Event {
    /// Reads an event; `hint` is the agent that the command line names.
    ///
    /// # Errors
    /// Where it is no JSON object, or no event.
    pub(super) fn read(bytes: &[u8], hint: Option<AgentTool>) -> Result<Self> {
        let text = mended(bytes);
        let Unique::<false>(value) = serde_json::from_str(&text).map_err(|error| {
            // What a parser says may quote the text.
            let (line, column, told) = (error.line(), error.column(), error.to_string());
            let why = if told.starts_with("recursion limit") {
                "it is deeper than 127 levels"
            } else if told.starts_with(TWICE) {
                "a name stands twice in one object, and nobody knows which one the agent takes"
            } else {
                "it is no JSON that can be read"
            };
            anyhow::anyhow!("{why}: line {line}, column {column}")
        })?;
        let Value::Object(fields) = value else { bail!("it is no JSON object") };
        let text = |names: &[&str]| names.iter().find_map(|name| fields.get(*name)?.as_str());
        let named = text(&["hook_event_name", "hookEventName"]);
        let (name, moment) = match named {
            Some(name) => (name.to_lowercase(), moment(&name.to_lowercase())),
            None => nameless(&fields).context("it names no event, and is none of Copilot's")?,
        };
        let form = form(&fields, named, hint);
        let is_word =
            !name.is_empty() && name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let name = if is_word { name } else { String::new() };
        let tool = text(&["tool_name", "toolName"]).map(str::to_owned);
        let root = fields.get("workspace_roots").and_then(|roots| roots.get(0)?.as_str());
        let folder = text(&["cwd"]).or(root).map(PathBuf::from).filter(|folder| folder.is_dir());
        let folder = folder.unwrap_or_else(|| PathBuf::from("."));
        Ok(Self { form, moment, name, tool, folder, fields })
    }

    /// Whether what is about to happen can be stopped.
    pub(super) fn can_stop(&self) -> bool {
        !matches!(self.moment, Moment::After | Moment::Passing)
    }
}

/// When an event of this name, in lower case, comes.
fn moment(name: &str) -> Moment {
    match name {
        "userpromptsubmit" | "userpromptsubmitted" | "beforesubmitprompt" => Moment::Prompt,
        "pretooluse" | "beforeshellexecution" | "beforemcpexecution" => Moment::Before,
        "beforereadfile" | "beforetabfileread" => Moment::Reading,
        "posttooluse"
        | "posttoolusefailure"
        | "aftershellexecution"
        | "aftermcpexecution"
        | "afterfileedit"
        | "aftertabfileedit" => Moment::After,
        "sessionstart"
        | "sessionend"
        | "setup"
        | "stop"
        | "stopfailure"
        | "agentstop"
        | "subagentstop"
        | "notification"
        | "precompact"
        | "postcompact"
        | "erroroccurred"
        | "interrupt"
        | "userprompttransformed"
        | "afteragentresponse"
        | "afteragentthought" => Moment::Passing,
        _ => Moment::Unknown,
    }
}

/// What an event is that carries no name: Copilot's are told apart by their fields.
fn nameless(fields: &Map<String, Value>) -> Option<(String, Moment)> {
    let has = |name: &str| fields.contains_key(name);
    let (name, moment) = match (has("toolName"), has("prompt")) {
        (true, _) if has("toolResult") => ("posttooluse", Moment::After),
        (true, _) if has("toolArgs") && has("error") => ("posttoolusefailure", Moment::After),
        (true, _) if has("toolArgs") => ("pretooluse", Moment::Before),
        (true, _) => ("", Moment::Unknown),
        (false, true) if has("transformedPrompt") => ("userprompttransformed", Moment::Passing),
        (false, true) => ("userpromptsubmitted", Moment::Prompt),
        // Of sessions and errors; not all of them have an id.
        (false, false)
            if has("timestamp") && (has("sessionId") || has("source") || has("reason") || has("error")) =>
        {
            ("", Moment::Passing)
        }
        (false, false) => return None,
    };
    Some((name.to_owned(), moment))
}

/// The form that an event is answered in. What only one agent has decides; else the command
/// line does; else the look of the event.
fn form(fields: &Map<String, Value>, named: Option<&str>, hint: Option<AgentTool>) -> Form {
    let has = |name: &str| fields.contains_key(name);
    let Some(name) = named else { return Form::Flat };
    if has("cursor_version") || (has("conversation_id") && has("generation_id")) {
        return Form::Cursor;
    }
    // Codex refuses answers with more fields than it knows.
    if has("turn_id") || hint == Some(AgentTool::Codex) {
        return Form::Nested;
    }
    let is_of_copilot = has("hookEventName") || fields.get("timestamp").is_some_and(Value::is_string);
    match hint {
        Some(AgentTool::Cursor) => Form::Cursor,
        Some(AgentTool::Copilot) => Form::Both,
        _ if is_of_copilot => Form::Both,
        None if name.starts_with(|first: char| first.is_ascii_lowercase()) => Form::Cursor,
        _ => Form::Nested,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, hint: Option<AgentTool>, form: Form, moment: Moment) {
        let event = Event::read(json.as_bytes(), hint).expect("it is an event");
        assert_eq!((event.form, event.moment), (form, moment), "{json}");
    }

    #[test]
    fn the_event_tells_its_form() {
        use AgentTool::{ClaudeCode, Codex, Copilot, Cursor};
        let pre = r#"{"hook_event_name":"PreToolUse","tool_name":"Bash"}"#;
        check(pre, None, Form::Nested, Moment::Before);
        check(pre, Some(ClaudeCode), Form::Nested, Moment::Before);
        check(pre, Some(Copilot), Form::Both, Moment::Before);
        check(pre, Some(Cursor), Form::Cursor, Moment::Before);
        let codex = r#"{"hook_event_name":"UserPromptSubmit","turn_id":"1","timestamp":"x"}"#;
        check(codex, None, Form::Nested, Moment::Prompt);
        check(codex, Some(Copilot), Form::Nested, Moment::Prompt);
        let cursor = r#"{"hook_event_name":"beforeReadFile","cursor_version":"1"}"#;
        check(cursor, None, Form::Cursor, Moment::Reading);
        check(cursor, Some(ClaudeCode), Form::Cursor, Moment::Reading);
        check(r#"{"hook_event_name":"beforeShellExecution"}"#, None, Form::Cursor, Moment::Before);
        let code = r#"{"hookEventName":"PostToolUse","sessionId":"1"}"#;
        check(code, None, Form::Both, Moment::After);
        check(code, Some(ClaudeCode), Form::Both, Moment::After);
        check(code, Some(Codex), Form::Nested, Moment::After);
        check(r#"{"hook_event_name":"Stop"}"#, None, Form::Nested, Moment::Passing);
        check(r#"{"hook_event_name":"PermissionRequest"}"#, None, Form::Nested, Moment::Unknown);
    }

    #[test]
    fn copilot_names_no_event() {
        let check = |json: &str, moment| check(json, None, Form::Flat, moment);
        check(r#"{"toolName":"bash","toolArgs":"{}"}"#, Moment::Before);
        check(r#"{"toolName":"bash","toolArgs":"{}","toolResult":{}}"#, Moment::After);
        check(r#"{"toolName":"bash","toolArgs":"{}","error":""}"#, Moment::After);
        check(r#"{"toolName":"bash","toolInput":{}}"#, Moment::Unknown);
        check(r#"{"prompt":""}"#, Moment::Prompt);
        check(r#"{"prompt":"","transformedPrompt":""}"#, Moment::Passing);
        check(r#"{"sessionId":"","timestamp":1}"#, Moment::Passing);
        check(r#"{"timestamp":1,"cwd":"/","source":"new","initialPrompt":""}"#, Moment::Passing);
        check(r#"{"timestamp":1,"cwd":"/","reason":"complete"}"#, Moment::Passing);
        check(r#"{"timestamp":1,"cwd":"/","error":{"message":""}}"#, Moment::Passing);
    }

    #[test]
    fn what_is_no_event_is_refused() {
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        let twice = r#"{"hook_event_name":"PreToolUse","a":[{"b":1,"b":2}]}"#;
        for text in [twice, "", " ", "[]", "1", "{", "{}", r#"{"a":1}"#, "nul", &deep] {
            assert!(Event::read(text.as_bytes(), None).is_err(), "{text}");
        }
    }
}
