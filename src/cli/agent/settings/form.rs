//! What stands in the settings of each agent: where the file is, which events are asked
//! for, and what an entry looks like.
//!
//! Where each agent documents its settings stands in [`super::super::event`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::args::{AgentTool, Scope, SettleArgs};

/// Seconds that an agent waits for an answer.
const PATIENCE: u32 = 30;

/// The settings of `tool`, below the root of a repository or the home of the user.
pub(super) fn file(
    tool: AgentTool,
    scope: Scope,
    root: &Path,
    env: &dyn Fn(&str) -> Option<OsString>,
    home: Option<&Path>,
) -> Option<PathBuf> {
    let (folder, variable, name) = match (tool, scope) {
        (AgentTool::ClaudeCode, _) => (".claude", Some("CLAUDE_CONFIG_DIR"), "settings.json"),
        (AgentTool::Codex, _) => (".codex", Some("CODEX_HOME"), "hooks.json"),
        (AgentTool::Cursor, _) => (".cursor", None, "hooks.json"),
        (AgentTool::Copilot, Scope::Project) => (".github", None, "hooks/baseleak.json"),
        (AgentTool::Copilot, Scope::User) => (".copilot", Some("COPILOT_HOME"), "hooks/baseleak.json"),
    };
    let folder = match scope {
        Scope::Project => root.join(folder),
        Scope::User => {
            let named = variable.and_then(env).filter(|folder| !folder.is_empty()).map(PathBuf::from);
            named.or_else(|| Some(home?.join(folder)))?
        }
    };
    Some(folder.join(name))
}

/// The version that a file of these settings begins with, if it has one.
pub(super) fn version(tool: AgentTool) -> Option<u32> {
    matches!(tool, AgentTool::Cursor | AgentTool::Copilot).then_some(1)
}

/// Whether the entries of an event stand in groups, each with a matcher.
pub(super) fn has_groups(tool: AgentTool) -> bool {
    matches!(tool, AgentTool::ClaudeCode | AgentTool::Codex)
}

/// The events that the hook is asked about.
pub(super) fn events(tool: AgentTool, reads: bool) -> Vec<&'static str> {
    match tool {
        AgentTool::ClaudeCode | AgentTool::Codex => vec!["UserPromptSubmit", "PreToolUse", "PostToolUse"],
        // What runs a command and what calls a server are tools as well.
        AgentTool::Cursor if reads => {
            vec!["beforeSubmitPrompt", "preToolUse", "postToolUse", "beforeReadFile", "beforeTabFileRead"]
        }
        AgentTool::Cursor => vec!["beforeSubmitPrompt", "preToolUse", "postToolUse"],
        AgentTool::Copilot => vec!["userPromptSubmitted", "preToolUse", "postToolUse"],
    }
}

/// One entry; the fields in the order that the documentation of the agents has.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    powershell: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u32>,
    #[serde(rename = "timeoutSec", skip_serializing_if = "Option::is_none")]
    timeout_sec: Option<u32>,
    #[serde(rename = "failClosed", skip_serializing_if = "Option::is_none")]
    fail_closed: Option<bool>,
    #[serde(rename = "onFailure", skip_serializing_if = "Option::is_none")]
    on_failure: Option<&'static str>,
}

/// A group of entries.
#[derive(Debug, Serialize)]
pub(super) struct Group {
    #[serde(skip_serializing_if = "Option::is_none")]
    matcher: Option<&'static str>,
    hooks: [Entry; 1],
}

impl Group {
    /// The group of `entry` for an event; Claude Code matches tools of any name with `*`, and
    /// without a matcher both take all.
    pub(super) fn of(entry: Entry) -> Self {
        Self { matcher: None, hooks: [entry] }
    }
}

impl Entry {
    /// The entry that calls this program.
    pub(super) fn new(tool: AgentTool, args: &SettleArgs) -> Self {
        let reads = if args.reads { " --reads" } else { "" };
        let line = |program: String| format!("{program} hook agent --tool {}{reads}", tool.word());
        let command = line(quoted(&args.program));
        let is_copilot = tool == AgentTool::Copilot;
        Self {
            kind: (tool != AgentTool::Cursor).then_some("command"),
            bash: is_copilot.then(|| command.clone()),
            powershell: is_copilot.then(|| line(powershell(&args.program))),
            command: (!is_copilot).then_some(command),
            timeout: (!is_copilot).then_some(PATIENCE),
            timeout_sec: is_copilot.then_some(PATIENCE),
            fail_closed: (args.fail_closed && tool == AgentTool::Cursor).then_some(true),
            on_failure: (args.fail_closed && tool == AgentTool::ClaudeCode).then_some("block"),
        }
    }

    pub(super) fn value(&self) -> Value {
        json!(self)
    }
}

/// Whether an entry is one of this program's.
pub(super) fn is_ours(entry: &Value) -> bool {
    let commands = ["command", "bash", "powershell"].iter().filter_map(|name| entry.get(*name)?.as_str());
    commands.into_iter().any(calls_us)
}

/// Whether a command calls `baseleak hook agent`, by whatever path.
fn calls_us(command: &str) -> bool {
    let Some((program, _)) = command.split_once(" hook agent") else { return false };
    let program = program.trim_end_matches(['"', '\'', ' ']);
    let name = program.rsplit(['/', '\\', ' ', '"', '\'', '=']).next().unwrap_or(program);
    name.strip_suffix(".exe").unwrap_or(name) == "baseleak"
}

/// Whether a path is one word to every shell.
fn is_plain(program: &str) -> bool {
    program.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+".contains(&byte))
}

/// A path as a POSIX shell takes it.
fn quoted(program: &str) -> String {
    if is_plain(program) { program.to_owned() } else { format!("'{}'", program.replace('\'', r"'\''")) }
}

/// A path as PowerShell takes it.
fn powershell(program: &str) -> String {
    if is_plain(program) { program.to_owned() } else { format!("& '{}'", program.replace('\'', "''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_entries_are_known_by_what_they_call() {
        for (command, expect) in [
            ("baseleak hook agent --tool codex", true),
            ("/opt/b l/baseleak hook agent", true),
            ("'/opt/b l/baseleak' hook agent", true),
            ("& 'C:\\x\\baseleak.exe' hook agent --tool copilot", true),
            ("npx baseleak hook agent", true),
            ("RUST_BACKTRACE=1 baseleak hook agent", true),
            ("baseleak hook run pre-commit", false),
            ("mybaseleak hook agent", false),
            ("echo baseleak", false),
        ] {
            assert_eq!(is_ours(&json!({ "command": command })), expect, "{command}");
            assert_eq!(is_ours(&json!({ "bash": command })), expect, "{command}");
        }
        assert_eq!(quoted("a b'c"), r"'a b'\''c'");
        assert_eq!(powershell("a b'c"), "& 'a b''c'");
    }
}
