//! The texts in an event that somebody could read a key out of.
//!
//! Every string is one, wherever it stands in the input of a tool, and so are the names of
//! fields. What the agent says about itself (ids, the model, the folder) is left out, and so
//! is the text that an edit takes away: an agent must be able to take a key out of a file.

use serde_json::{Map, Value};

use super::event::{Event, Moment};
use super::{patch, shell};

/// Fields of an event that say nothing of what is about to happen.
const ENVELOPE: [&str; 32] = [
    "agent_id",
    "agent_type",
    "conversation_id",
    "cursor_version",
    "cwd",
    "duration",
    "duration_ms",
    "effort",
    "generation_id",
    "hookEventName",
    "hook_event_name",
    "is_background_agent",
    "mcp_context",
    "mcp_server_name",
    "mcp_server_url",
    "model",
    "permission_mode",
    "prompt_id",
    "sandbox",
    "scratchpad_dir",
    "sessionId",
    "session_id",
    "stop_hook_active",
    "timestamp",
    "tool_call_id",
    "tool_use_id",
    "transcriptPath",
    "transcript_path",
    "turn_id",
    "user_email",
    "workspaceRoots",
    "workspace_roots",
];
/// Fields that were judged before the tool was used.
const JUDGED: [&str; 6] = ["command", "toolArgs", "toolInput", "toolName", "tool_input", "tool_name"];
/// Fields that may hold JSON in a string.
const PACKED: [&str; 6] = ["result_json", "toolArgs", "toolInput", "tool_input", "tool_output", "toolOutput"];
/// Fields that name the file that the others are about.
const FILES: [&str; 8] = [
    "file_path",
    "filePath",
    "notebook_path",
    "notebookPath",
    "path",
    "target_file",
    "absolute_path",
    "filename",
];
/// Fields with the text that an edit takes away, where another says what takes its place.
const OLD: [&str; 7] = ["old_string", "old_str", "old_text", "oldString", "oldStr", "oldText", "old_line"];
/// Fields that hold a shell command.
const COMMANDS: [&str; 4] = ["command", "cmd", "script", "commands"];
/// Bytes of the longest value that is judged with the name of its field before it.
const SHORT: usize = 4096;
/// Bytes of the shortest name of a field that could be a secret.
const TELLING: usize = 16;

/// One text.
#[derive(Debug)]
pub(super) struct Piece {
    /// The field that it stands in.
    pub(super) field: String,
    /// The file that it is, or goes into.
    pub(super) file: Option<String>,
    pub(super) text: String,
    /// Of each line whether it counts; all do where this is missing.
    pub(super) counts: Option<Vec<bool>>,
}

/// The texts of an event.
pub(super) fn pieces(event: &Event) -> Vec<Piece> {
    let mut texts = Texts { pieces: Vec::new() };
    let is_mcp = event.name == "beforemcpexecution";
    let file = file_of(&event.fields);
    for (name, value) in &event.fields {
        let is_left_out = ENVELOPE.contains(&name.as_str())
            || (event.moment == Moment::After && JUDGED.contains(&name.as_str()))
            // How the server is started is the user's own configuration, and goes nowhere.
            || (is_mcp && matches!(name.as_str(), "command" | "url"));
        if !is_left_out {
            texts.walk(name, value, file);
        }
    }
    texts.pieces
}

/// The files that an event asks for, as it names them: of a tool that reads, and of what
/// is attached to a prompt.
pub(super) fn files(event: &Event) -> Vec<String> {
    let reads = |tool: &String| {
        let tool = tool.to_lowercase().replace(['_', '-'], "");
        matches!(tool.as_str(), "read" | "view" | "readfile" | "notebookread" | "viewimage")
    };
    let mut files = Vec::new();
    if event.moment == Moment::Before && event.tool.as_ref().is_some_and(reads) {
        for name in ["tool_input", "toolArgs"] {
            let unpacked = event.fields.get(name).and_then(Value::as_str).and_then(unpacked);
            let input = unpacked.as_ref().or_else(|| event.fields.get(name)).and_then(Value::as_object);
            files.extend(input.and_then(file_of).map(str::to_owned));
        }
    }
    if event.moment == Moment::Prompt {
        let attached = event.fields.get("attachments").and_then(Value::as_array);
        let named = attached.into_iter().flatten().filter_map(|one| file_of(one.as_object()?));
        files.extend(named.map(str::to_owned));
    }
    files
}

struct Texts {
    pieces: Vec<Piece>,
}

impl Texts {
    fn walk(&mut self, name: &str, value: &Value, file: Option<&str>) {
        match value {
            Value::String(text) => self.string(name, text, file),
            Value::Array(values) => values.iter().for_each(|value| self.walk(name, value, file)),
            Value::Object(fields) => {
                let file = file_of(fields).or(file);
                let replaces = fields.keys().any(|name| name.starts_with("new"));
                for (name, value) in fields {
                    if replaces && OLD.contains(&name.as_str()) {
                        continue;
                    }
                    if name.len() >= TELLING {
                        self.push("input", None, name.clone());
                    }
                    self.walk(name, value, file);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn string(&mut self, name: &str, text: &str, file: Option<&str>) {
        if let Some(sections) = patch::sections(text) {
            self.pieces.extend(sections.into_iter().map(|section| Piece {
                field: name.to_owned(),
                file: section.file,
                text: section.text,
                counts: Some(section.is_new),
            }));
            return;
        }
        if PACKED.contains(&name)
            && let Some(value) = unpacked(text)
        {
            return self.walk(name, &value, file);
        }
        if COMMANDS.contains(&name)
            && let Some(unquoted) = shell::unquoted(text)
        {
            self.push(name, None, unquoted);
        }
        let is_short = text.len() <= SHORT && !text.contains('\n');
        // The name of a field says of what kind a value is, as that of a variable does.
        let text = if is_short { format!("{name} = {text}") } else { text.to_owned() };
        self.push(name, file, text);
    }

    fn push(&mut self, field: &str, file: Option<&str>, text: String) {
        self.pieces.push(Piece {
            field: field.to_owned(),
            file: file.map(str::to_owned),
            text,
            counts: None,
        });
    }
}

/// The JSON that a string holds, if it is an object or a list.
fn unpacked(text: &str) -> Option<Value> {
    let is_packed = text.trim_start().starts_with(['{', '[']);
    if is_packed { serde_json::from_str(text).ok() } else { None }
}

fn file_of(fields: &Map<String, Value>) -> Option<&str> {
    FILES.iter().find_map(|name| fields.get(*name)?.as_str()).filter(|file| !file.contains('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces of an event as `file|text`.
    #[track_caller]
    fn check(json: &str, expect: &[&str]) {
        let event = Event::read(json.as_bytes(), None).expect("it is an event");
        let mut pieces: Vec<String> = pieces(&event)
            .into_iter()
            .map(|piece| format!("{}|{}", piece.file.unwrap_or_default(), piece.text))
            .collect();
        pieces.sort();
        assert_eq!(pieces, expect, "{json}");
    }

    #[test]
    fn every_string_is_a_text() {
        check(
            r#"{"hook_event_name":"PreToolUse","session_id":"s","cwd":"/","tool_name":"Bash",
                "tool_input":{"command":"a 'b'","env":{"K":["v",{"deep":"w"}]},"n":1}}"#,
            &["|K = v", "|a b", "|command = a 'b'", "|deep = w", "|tool_name = Bash"],
        );
        check(
            r#"{"hook_event_name":"PreToolUse","tool_input":{"a_long_name_of_a_field":1}}"#,
            &["|a_long_name_of_a_field"],
        );
        check(r#"{"toolName":"x","toolArgs":"{\"a\":\"b\"}"}"#, &["|a = b", "|toolName = x"]);
        check(r#"{"toolName":"x","toolArgs":"{\"a\":"}"#, &["|toolArgs = {\"a\":", "|toolName = x"]);
    }

    #[test]
    fn an_edit_is_what_it_brings_in() {
        check(
            r#"{"hook_event_name":"PreToolUse","tool_input":{"file_path":"f","edits":[{"old_string":"a","new_string":"b"}]}}"#,
            &["f|file_path = f", "f|new_string = b"],
        );
        check(r#"{"hook_event_name":"PreToolUse","tool_input":{"old_string":"a"}}"#, &["|old_string = a"]);
        check(
            r#"{"hook_event_name":"PreToolUse","tool_input":{"command":"*** Begin Patch\n*** Add File: f\n+a\n*** End Patch"}}"#,
            &["f|*** Add File: f\na\n*** End Patch\n", "|*** Begin Patch\n"],
        );
    }

    #[test]
    fn what_was_judged_before_is_not_judged_again() {
        check(
            r#"{"hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{"a":"b"},"tool_response":{"stdout":"c"}}"#,
            &["|stdout = c"],
        );
        check(
            r#"{"hook_event_name":"beforeMCPExecution","tool_name":"t","tool_input":"{\"a\":\"b\"}","command":"c"}"#,
            &["|a = b", "|tool_name = t"],
        );
    }
}
