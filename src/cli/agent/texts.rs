//! The texts in an event that somebody could read a key out of.
//!
//! Every string is one, wherever it stands in the input of a tool, and so are the names of
//! fields. What the agent says about itself (ids, the model, the folder) is left out, and so
//! is the text that an edit takes away: an agent must be able to take a key out of a file.

use serde_json::{Map, Value};

use super::event::{Event, Moment};
use super::unique::Unique;
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
/// Fields with the text that an edit takes away, and those that say what takes its place.
const OLD: [(&str, &str); 6] = [
    ("old_string", "new_string"),
    ("old_str", "new_str"),
    ("old_text", "new_text"),
    ("oldString", "newString"),
    ("oldStr", "newStr"),
    ("oldText", "newText"),
];
/// Fields in which the input of a tool stands.
const INPUT: [&str; 3] = ["tool_input", "toolArgs", "toolInput"];
/// Fields in which a tool that writes takes what goes into the file, beside those of [`OLD`].
const CONTENT: [&str; 9] = [
    "content",
    "contents",
    "file_text",
    "new_source",
    "newCode",
    "code",
    "insert_text",
    "edits",
    "replacements",
];
/// The field in which `apply_patch` takes the patch: Codex, Copilot and VS Code.
const PATCH: [&str; 3] = ["command", "input", "patch"];
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
    /// The file that it is, or goes into; nothing where the agent's own tools do not say so.
    pub(super) file: Option<String>,
    /// Whether it is all of the file, so that its lines are those of the file.
    pub(super) is_whole: bool,
    pub(super) text: String,
    /// Of each line whether it counts; all do where this is missing.
    pub(super) counts: Option<Vec<bool>>,
}

/// What a tool of the agent itself does with a file. The names are those that the agents
/// document, letter by letter: a tool of a server has another one in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It writes all of it.
    Writes,
    /// It changes it.
    Edits,
    /// It takes a patch.
    Patches,
    /// It does something else, or nobody knows.
    Other,
}

impl Use {
    fn of(event: &Event) -> Self {
        if event.name == "beforemcpexecution" {
            return Self::Other;
        }
        match event.tool.as_deref() {
            Some("Write" | "create" | "create_file") => Self::Writes,
            Some(
                "Edit"
                | "MultiEdit"
                | "NotebookEdit"
                | "StrReplace"
                | "edit"
                | "str_replace"
                | "replace_string_in_file"
                | "multi_replace_string_in_file"
                | "insert_edit_into_file"
                | "edit_notebook_file",
            ) => Self::Edits,
            Some("apply_patch") => Self::Patches,
            Some(_) => Self::Other,
            None => match event.name.as_str() {
                "beforereadfile" | "beforetabfileread" => Self::Writes,
                "afterfileedit" | "aftertabfileedit" => Self::Edits,
                _ => Self::Other,
            },
        }
    }
}

/// The texts of an event.
pub(super) fn pieces(event: &Event) -> Vec<Piece> {
    let mut texts = Texts { pieces: Vec::new(), does: Use::of(event) };
    let is_mcp = event.name == "beforemcpexecution";
    // Events about a file have its name and its text beside each other.
    let is_file = event.tool.is_none() && texts.does != Use::Other;
    let file = if is_file { file_of(&event.fields) } else { None };
    for (name, value) in &event.fields {
        let is_left_out = ENVELOPE.contains(&name.as_str())
            || (event.moment == Moment::After && JUDGED.contains(&name.as_str()))
            // How the server is started is the user's own configuration, and goes nowhere.
            || (is_mcp && matches!(name.as_str(), "command" | "url"));
        if is_left_out {
            continue;
        }
        if INPUT.contains(&name.as_str()) {
            texts.input(name, value);
        } else if is_file && matches!(name.as_str(), "content" | "edits") {
            texts.walk(name, value, file);
        } else if event.moment == Moment::After {
            // What a tool that writes says afterwards is about its file.
            texts.walk(name, value, value.as_object().filter(|_| texts.does != Use::Other).and_then(file_of));
        } else {
            texts.apart(name, value);
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
        for name in INPUT {
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
    does: Use,
}

impl Texts {
    /// The input of a tool: what goes into a file is judged as that file, and all else as none.
    fn input(&mut self, name: &str, value: &Value) {
        if let Value::String(text) = value {
            if self.patch(name, text) {
                return;
            }
            if let Some(value @ Value::Object(_)) = unpacked(text) {
                return self.input(name, &value);
            }
        }
        let Value::Object(fields) = value else { return self.apart(name, value) };
        let file = if self.does == Use::Other { None } else { file_of(fields) };
        for (name, value) in fields {
            self.name(name);
            let is_content = CONTENT.contains(&name.as_str())
                || OLD.iter().any(|(old, new)| [*old, *new].contains(&name.as_str()));
            match value {
                _ if self.is_replaced(name, fields) => {}
                Value::String(text) if PATCH.contains(&name.as_str()) && self.patch(name, text) => {}
                value if is_content && self.does != Use::Other => self.walk(name, value, file),
                value => self.apart(name, value),
            }
        }
    }

    /// The pieces of a patch, if it is one that goes to the tool for it.
    fn patch(&mut self, name: &str, text: &str) -> bool {
        let sections = if self.does == Use::Patches { patch::sections(text) } else { None };
        let is_patch = sections.is_some();
        for section in sections.into_iter().flatten() {
            // Where the file gets another name, both have to settle what is found.
            self.pieces.extend(section.files.iter().map(|file| Piece {
                field: name.to_owned(),
                file: Some(file.clone()),
                is_whole: false,
                text: section.text.clone(),
                counts: Some(section.is_new.clone()),
            }));
        }
        is_patch
    }

    /// Whether a field of a tool that edits is the text that another one takes the place of.
    fn is_replaced(&self, name: &str, fields: &Map<String, Value>) -> bool {
        self.does == Use::Edits
            && OLD.iter().any(|(old, new)| *old == name && fields.get(*new).is_some_and(Value::is_string))
    }

    /// What goes into no file that is known.
    fn apart(&mut self, name: &str, value: &Value) {
        let does = std::mem::replace(&mut self.does, Use::Other);
        self.walk(name, value, None);
        self.does = does;
    }

    fn name(&mut self, name: &str) {
        if name.len() >= TELLING {
            self.push("input", None, name.to_owned());
        }
    }

    fn walk(&mut self, name: &str, value: &Value, file: Option<&str>) {
        match value {
            Value::String(text) => self.string(name, text, file),
            Value::Array(values) => values.iter().for_each(|value| self.walk(name, value, file)),
            Value::Object(fields) => {
                let has_own = self.does != Use::Other && FILES.iter().any(|name| fields.contains_key(*name));
                // Of two files that are named, the one that the tool takes is not known.
                let own = if has_own { file_of(fields) } else { file };
                let file = own.filter(|own| file.is_none_or(|file| file == *own));
                for (name, value) in fields {
                    self.name(name);
                    if !self.is_replaced(name, fields) {
                        self.walk(name, value, file);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn string(&mut self, name: &str, text: &str, file: Option<&str>) {
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
            is_whole: file.is_some() && self.does == Use::Writes,
            text,
            counts: None,
        });
    }
}

/// The JSON that a string holds, if it is an object or a list.
fn unpacked(text: &str) -> Option<Value> {
    let is_packed = text.trim_start().starts_with(['{', '[']);
    if is_packed { serde_json::from_str(text).ok().map(|Unique::<true>(value)| value) } else { None }
}

/// The file that an object names; none where it names two.
fn file_of(fields: &Map<String, Value>) -> Option<&str> {
    let mut named = FILES.iter().filter_map(|name| fields.get(*name));
    let file = named.next()?.as_str().filter(|file| !file.contains('\n'));
    if named.next().is_some() { None } else { file }
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
        // Of two with one name, nobody knows which one the tool takes.
        check(
            r#"{"toolName":"x","toolArgs":"{\"a\":\"b\",\"a\":\"c\"}"}"#,
            &["|a = b", "|a = c", "|toolName = x"],
        );
        check(r#"{"toolName":"x","toolArgs":"{\"a\":"}"#, &["|toolArgs = {\"a\":", "|toolName = x"]);
    }

    #[test]
    fn an_edit_is_what_it_brings_in() {
        let tool = |name: &str, input: &str, expect: &[&str]| {
            let name_of_it = format!("|tool_name = {name}");
            let expect: Vec<&str> = expect.iter().copied().chain([&*name_of_it]).collect();
            let json =
                format!(r#"{{"hook_event_name":"PreToolUse","tool_name":"{name}","tool_input":{input}}}"#);
            check(&json, &expect);
        };
        let edits = r#"{"file_path":"f","edits":[{"old_string":"a","new_string":"b"}]}"#;
        tool("MultiEdit", edits, &["f|new_string = b", "|file_path = f"]);
        tool("Edit", r#"{"path":"f","old_str":"a","new_str":"b"}"#, &["f|new_str = b", "|path = f"]);
        tool("Edit", r#"{"old_string":"a"}"#, &["|old_string = a"]);
        tool("Edit", r#"{"old_string":"a","new_str":"b"}"#, &["|new_str = b", "|old_string = a"]);
        // Which of two files the tool takes is not known.
        tool(
            "Write",
            r#"{"path":"f","file_path":"g","content":"a"}"#,
            &["|content = a", "|file_path = g", "|path = f"],
        );
        let edits = r#"{"file_path":"f","edits":[{"path":"g","new_string":"b"}]}"#;
        tool("MultiEdit", edits, &["|file_path = f", "|new_string = b", "|path = g"]);
        // No other tool has a file, or a text that is taken away.
        for name in ["Bash", "Task", "mcp__a__edit", "a-edit", "EDIT"] {
            let input = r#"{"path":"f","command":"c","new_string":"b","old_string":"a"}"#;
            let expect = ["|command = c", "|new_string = b", "|old_string = a", "|path = f"];
            tool(name, input, &expect);
        }
    }

    #[test]
    fn a_patch_is_one_only_to_the_tool_for_it() {
        let text = r"*** Begin Patch\n*** Update File: f\n*** Move to: g\n-a\n+b\n*** End Patch";
        let event = |tool: &str, field: &str| {
            format!(
                r#"{{"hook_event_name":"PreToolUse","tool_name":"{tool}","tool_input":{{"{field}":"{text}"}}}}"#
            )
        };
        let part = "*** Update File: f\n*** Move to: g\n\nb\n";
        let parts = [format!("f|{part}"), format!("g|{part}"), "|tool_name = apply_patch".to_owned()];
        check(&event("apply_patch", "input"), &parts.each_ref().map(String::as_str));
        let whole = format!("|{}", text.replace(r"\n", "\n"));
        for (tool, field) in [("Bash", "command"), ("apply_patch", "note"), ("mcp__a__apply_patch", "input")]
        {
            check(&event(tool, field), &[&whole, &format!("|tool_name = {tool}")]);
        }
        let prompt = format!(r#"{{"hook_event_name":"UserPromptSubmit","file_path":"f","prompt":"{text}"}}"#);
        check(&prompt, &[&whole, "|file_path = f"]);
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
