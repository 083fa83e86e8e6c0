//! What stands in the settings of each agent: where the file is, which events are asked
//! for, and what an entry looks like.
//!
//! Where each agent documents its settings stands in [`super::super::event`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::args::{AgentTool, Scope, SettleArgs};
use crate::cli::complaint::Advised;

/// Seconds that an agent waits for an answer, which are more than the hook takes. The number
/// also tells what of a file was there before: see [`Before`].
const PATIENCE: u32 = 30;

/// What stood in the settings before the hook did and was empty, so that taking the hook out
/// would take it along. A number from 0 that is added to [`PATIENCE`]: there is no place for
/// a remark in these files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Before(u32);

impl Before {
    /// A version.
    pub(super) const VERSION: u32 = 1;
    /// `hooks`, empty.
    pub(super) const HOOKS: u32 = 2;
    /// The list of the event, empty.
    pub(super) const EVENT: u32 = 4;
    /// The file, with nothing in it.
    pub(super) const FILE: u32 = 8;

    pub(super) fn with(self, bit: u32, is_there: bool) -> Self {
        if is_there { Self(self.0 | bit) } else { self }
    }

    pub(super) fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }

    /// What an entry says of it.
    fn of(entry: &Value) -> Option<Self> {
        let seconds = entry.get("timeout").or_else(|| entry.get("timeoutSec"))?.as_u64()?;
        let number = u32::try_from(seconds).ok()?.checked_sub(PATIENCE)?;
        (number < 16).then_some(Self(number))
    }
}

/// The settings of `tool`, below the root of a repository or the home of the user.
///
/// # Errors
/// Where the folder of the user is not known, or named by a path that is not absolute: the
/// agent may run somewhere else.
pub(super) fn file(
    tool: AgentTool,
    scope: Scope,
    root: &Path,
    env: &dyn Fn(&str) -> Option<OsString>,
    home: Option<&Path>,
) -> Result<PathBuf, Advised> {
    let (folder, variable, name) = match (tool, scope) {
        (AgentTool::ClaudeCode, _) => (".claude", Some("CLAUDE_CONFIG_DIR"), "settings.json"),
        (AgentTool::Codex, _) => (".codex", Some("CODEX_HOME"), "hooks.json"),
        (AgentTool::Cursor, _) => (".cursor", None, "hooks.json"),
        (AgentTool::Copilot, Scope::Project) => (".github", None, "hooks/baseleak.json"),
        (AgentTool::Copilot, Scope::User) => (".copilot", Some("COPILOT_HOME"), "hooks/baseleak.json"),
    };
    if scope == Scope::Project {
        return Ok(root.join(folder).join(name));
    }
    let named = variable.and_then(|variable| Some((variable, PathBuf::from(env(variable)?))));
    let named = named.or_else(|| Some(("HOME", home?.to_owned())));
    let Some((variable, above)) = named.filter(|(_, folder)| !folder.as_os_str().is_empty()) else {
        let hint = "set HOME to it; a variable that is empty names no folder";
        return Err(Advised::new("nobody knows the folder of the user", hint));
    };
    if !above.is_absolute() {
        let what = format!("{variable} is no absolute path, so the agent may take another folder for it");
        return Err(Advised::new(what, format!("set {variable} to an absolute path")));
    }
    Ok(if variable == "HOME" { above.join(folder) } else { above }.join(name))
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
    pub(super) fn new(tool: AgentTool, args: &SettleArgs, before: Before) -> Self {
        let reads = if args.reads { " --reads" } else { "" };
        let no_config = if args.no_config { " --no-config" } else { "" };
        let line = |program: String| format!("{program} hook agent --tool {}{reads}{no_config}", tool.word());
        let patience = PATIENCE + before.0;
        let command = line(quoted(&args.program));
        let is_copilot = tool == AgentTool::Copilot;
        Self {
            kind: (tool != AgentTool::Cursor).then_some("command"),
            bash: is_copilot.then(|| command.clone()),
            powershell: is_copilot.then(|| line(powershell(&args.program))),
            command: (!is_copilot).then_some(command),
            timeout: (!is_copilot).then_some(patience),
            timeout_sec: is_copilot.then_some(patience),
            fail_closed: (args.fail_closed && tool == AgentTool::Cursor).then_some(true),
            on_failure: (args.fail_closed && tool == AgentTool::ClaudeCode).then_some("block"),
        }
    }

    /// The names of the fields that each entry has.
    fn wanted(tool: AgentTool) -> &'static [&'static str] {
        match tool {
            AgentTool::ClaudeCode | AgentTool::Codex => &["type", "command", "timeout"],
            AgentTool::Cursor => &["command", "timeout"],
            AgentTool::Copilot => &["type", "bash", "powershell", "timeoutSec"],
        }
    }

    pub(super) fn value(&self) -> Value {
        json!(self)
    }
}

/// What an entry is to this program.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kin {
    /// `install` writes it, with these choices.
    Ours(Choices),
    /// It has to do with this program, and somebody else has written it; why it is not ours.
    Changed(String),
    /// Somebody else's.
    Foreign,
}

/// What stands in an entry of ours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Choices {
    pub(super) no_config: bool,
    pub(super) before: Before,
}

/// What an entry is that stands in this group, where there are groups.
pub(super) fn kin(tool: AgentTool, entry: &Value, group: Option<&Value>) -> Kin {
    let names = ["command", "bash", "powershell"];
    let commands: Vec<&str> = names.iter().filter_map(|name| entry.get(*name)?.as_str()).collect();
    if !commands.iter().any(|command| command.contains("baseleak") && command.contains("hook agent")) {
        return Kin::Foreign;
    }
    let changed = |why: &str| Kin::Changed(why.to_owned());
    let mut no_config = false;
    for command in commands {
        let Some(call) = Call::of(command) else {
            return changed("its command is not what `install` writes");
        };
        if call.tool.is_some_and(|other| other != tool.word()) {
            return changed("its command names another agent");
        }
        no_config |= call.no_config;
    }
    let of_group = group.and_then(Value::as_object).into_iter().flatten();
    if let Some((name, _)) = of_group.into_iter().find(|(name, _)| *name != "hooks") {
        return Kin::Changed(format!("it has \"{name}\" beside it"));
    }
    if has_groups(tool) && group.is_none() {
        return changed("it stands in no group");
    }
    let Some(before) = Before::of(entry) else { return changed("its time is another one") };
    let fields = entry.as_object().into_iter().flatten();
    let wanted = Entry::wanted(tool);
    if let Some(name) = wanted.iter().find(|name| entry.get(**name).is_none()) {
        return Kin::Changed(format!("it has no \"{name}\""));
    }
    for (name, value) in fields {
        let is_ours = match name.as_str() {
            "type" => tool != AgentTool::Cursor && value == "command",
            "failClosed" => tool == AgentTool::Cursor && *value == json!(true),
            "onFailure" => tool == AgentTool::ClaudeCode && value == "block",
            name => wanted.contains(&name),
        };
        if !is_ours {
            return Kin::Changed(format!("\"{name}\" in it is not what `install` writes"));
        }
    }
    Kin::Ours(Choices { no_config, before })
}

/// A command that calls `baseleak hook agent`, and does nothing else.
#[derive(Debug, PartialEq, Eq)]
struct Call<'c> {
    tool: Option<&'c str>,
    no_config: bool,
}

impl<'c> Call<'c> {
    fn of(command: &'c str) -> Option<Self> {
        let (program, rest) = program(command)?;
        let name = program.rsplit(['/', '\\']).next()?;
        if name.strip_suffix(".exe").unwrap_or(name) != "baseleak" {
            return None;
        }
        let mut words = rest.strip_prefix(' ')?.split_whitespace();
        if [words.next()?, words.next()?] != ["hook", "agent"] {
            return None;
        }
        let mut call = Self { tool: None, no_config: false };
        while let Some(word) = words.next() {
            match word.split_once('=').unwrap_or((word, "")) {
                ("--tool", "") => call.tool = Some(words.next()?),
                ("--tool", tool) => call.tool = Some(tool),
                ("--reads", "") => {}
                ("--no-config", "") => call.no_config = true,
                _ => return None,
            }
        }
        Some(call)
    }
}

/// The program that a command begins with, as [`quoted`] and [`powershell`] write it or in
/// double quotes, and what is behind it.
fn program(command: &str) -> Option<(String, &str)> {
    let command = command.strip_prefix("& ").unwrap_or(command);
    if let Some(rest) = command.strip_prefix('"') {
        let (program, rest) = rest.split_once('"')?;
        return (!program.contains(['$', '`'])).then(|| (program.to_owned(), rest));
    }
    let Some(mut rest) = command.strip_prefix('\'') else {
        let end = command.find(' ').unwrap_or(command.len());
        let is_word = command[..end]
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._-+~:\\".contains(&byte) || !byte.is_ascii());
        return is_word.then(|| (command[..end].to_owned(), &command[end..]));
    };
    let mut program = String::new();
    loop {
        let (part, behind) = rest.split_once('\'')?;
        program.push_str(part);
        // A quote in quotes: of a POSIX shell, and of PowerShell.
        match behind.strip_prefix(r"\''").or_else(|| behind.strip_prefix('\'')) {
            Some(more) => rest = more,
            None => return Some((program, behind)),
        }
        program.push('\'');
    }
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
            ("/opt/baseleak hook agent", true),
            ("'/opt/b l/baseleak' hook agent", true),
            (r"'/opt/b'\''l/baseleak' hook agent --reads --no-config", true),
            ("\"C:\\b l\\baseleak.exe\" hook agent --tool=codex", true),
            ("& 'C:\\x''y\\baseleak.exe' hook agent --tool codex", true),
            ("/opt/b l/baseleak hook agent", false),
            ("npx baseleak hook agent", false),
            ("log.sh \"baseleak hook agent ran\"", false),
            ("baseleak hook agent --tool codex || true", false),
            ("baseleak hook agent --tool codex; true", false),
            ("baseleak hook agent --tool cursor", false),
            ("echo baseleak hook agent", false),
            ("mybaseleak hook agent", false),
        ] {
            let entry = json!({ "type": "command", "command": command, "timeout": 30 });
            let kin = kin(AgentTool::Codex, &entry, Some(&json!({ "hooks": [] })));
            assert_eq!(matches!(kin, Kin::Ours(_)), expect, "{command}: {kin:?}");
            assert_ne!(kin, Kin::Foreign, "{command}");
        }
        assert_eq!(quoted("a b'c"), r"'a b'\''c'");
        assert_eq!(powershell("a b'c"), "& 'a b''c'");
    }

    #[test]
    fn what_somebody_changed_is_not_ours() {
        let ours = json!({ "type": "command", "command": "baseleak hook agent", "timeout": 30 });
        let check = |name: &str, value: Value, group: Value, why: &str| {
            let mut entry = ours.clone();
            entry[name] = value;
            match kin(AgentTool::ClaudeCode, &entry, Some(&group)) {
                Kin::Changed(told) => assert!(told.contains(why) && !why.is_empty(), "{told}"),
                other => assert!(why.is_empty(), "{other:?}"),
            }
        };
        let plain = json!({ "hooks": [] });
        check("timeout", json!(30), plain.clone(), "");
        check("onFailure", json!("block"), plain.clone(), "");
        check("timeout", json!(1), plain.clone(), "time");
        check("async", json!(true), plain.clone(), "async");
        check("type", json!("prompt"), plain, "type");
        check("timeout", json!(30), json!({ "matcher": "Bash", "hooks": [] }), "matcher");
    }
}
