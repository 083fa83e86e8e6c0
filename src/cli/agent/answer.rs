//! The answer to an event, in the form of the agent that asks.
//!
//! An event that may go on gets the answer that leaves all as it is, so that the agent asks
//! the user what it would have asked. Where an agent takes no other word for that than
//! "allow" (Cursor's `preToolUse` and `beforeReadFile` take `allow` or `deny`, and refuse
//! what is neither), that word is said; it is not said where a third one, "ask", shows that
//! it would be a permission.
//!
//! **Invariant:** nothing of a repository or of the event is said again but the public name
//! of a key and the name of a field: a text would be an instruction to the agent.

use serde_json::{Value, json};

use super::event::{Event, Form, Moment};
use super::judge::Found;
use crate::cli::exit::Exit;

/// Keys that are named.
const NAMED: usize = 5;

/// What is written, and the exit code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(super) stdout: Option<String>,
    pub(super) stderr: Option<String>,
    pub(super) exit: Exit,
}

impl Answer {
    /// The answer to an event in which this was found.
    pub(super) fn to(event: &Event, found: &Found) -> Self {
        let mut answer = match (found.keys.is_empty(), event.can_stop()) {
            (true, _) => neutral(event),
            (false, true) => stop(event, &reason(event, found)),
            (false, false) => warn(event, &warning(found)),
        };
        if found.is_partial && answer.stderr.is_none() {
            let text = "baseleak: something in this is encoded in more layers than are undone";
            answer.stderr = Some(text.to_owned());
        }
        answer
    }

    /// The answer to an event that could not be judged: nothing that can be stopped goes on.
    /// `why` is a text of this program's own, for agents read both ways of saying it.
    pub(super) fn unjudged(event: &Event, why: &str) -> Self {
        let text = format!(
            "baseleak could not judge this, and so it is stopped: {why}. A person has to mend it; \
             do not try to get around it."
        );
        let answer = if event.can_stop() { stop(event, &text) } else { warn(event, &text) };
        Self { stderr: Some(text), exit: Exit::NoVerdict, ..answer }
    }

    fn json(value: &Value) -> Self {
        Self { stdout: Some(value.to_string()), stderr: None, exit: Exit::Clean }
    }

    /// All of these agents take exit code 2 for a refusal, and standard error for the reason.
    fn by_code(text: &str) -> Self {
        Self { stdout: None, stderr: Some(text.to_owned()), exit: Exit::NoVerdict }
    }
}

/// The answer that changes nothing.
fn neutral(event: &Event) -> Answer {
    if event.form != Form::Cursor {
        return Answer { stdout: None, stderr: None, exit: Exit::Clean };
    }
    Answer::json(&match event.name.as_str() {
        "pretooluse" | "beforereadfile" | "beforetabfileread" => json!({ "permission": "allow" }),
        "beforesubmitprompt" => json!({ "continue": true }),
        _ => json!({}),
    })
}

/// The answer that stops what is about to happen.
fn stop(event: &Event, text: &str) -> Answer {
    let nested = json!({
        "hookEventName": "PreToolUse",
        "permissionDecision": "deny",
        "permissionDecisionReason": text,
    });
    match (event.form, event.name.as_str()) {
        (Form::Nested, "pretooluse") => Answer::json(&json!({ "hookSpecificOutput": nested })),
        (Form::Nested, "userpromptsubmit") => Answer::json(&json!({ "decision": "block", "reason": text })),
        (Form::Flat, "pretooluse") => {
            Answer::json(&json!({ "permissionDecision": "deny", "permissionDecisionReason": text }))
        }
        (Form::Both, "pretooluse") => Answer::json(&json!({
            "permissionDecision": "deny",
            "permissionDecisionReason": text,
            "hookSpecificOutput": nested,
        })),
        (Form::Cursor, "pretooluse" | "beforeshellexecution" | "beforemcpexecution") => {
            Answer::json(&json!({ "permission": "deny", "user_message": text, "agent_message": text }))
        }
        (Form::Cursor, "beforereadfile") => {
            Answer::json(&json!({ "permission": "deny", "user_message": text }))
        }
        (Form::Cursor, "beforetabfileread") => Answer::json(&json!({ "permission": "deny" })),
        (Form::Cursor, "beforesubmitprompt") => {
            Answer::json(&json!({ "continue": false, "user_message": text }))
        }
        _ => Answer::by_code(text),
    }
}

/// The answer that tells of what cannot be stopped any more.
fn warn(event: &Event, text: &str) -> Answer {
    let nested = json!({ "hookEventName": "PostToolUse", "additionalContext": text });
    let context = match (event.form, event.name.as_str()) {
        (Form::Nested, "posttooluse") => json!({ "systemMessage": text, "hookSpecificOutput": nested }),
        (Form::Flat, "posttooluse") => json!({ "additionalContext": text }),
        (Form::Both, "posttooluse") => {
            json!({ "systemMessage": text, "additionalContext": text, "hookSpecificOutput": nested })
        }
        (Form::Cursor, "posttooluse") => json!({ "additional_context": text }),
        (Form::Cursor, _) => json!({}),
        (Form::Nested | Form::Both, _) => json!({ "systemMessage": text }),
        // Nothing is made of an answer to these.
        (Form::Flat, _) => {
            return Answer { stdout: None, stderr: Some(text.to_owned()), exit: Exit::Clean };
        }
    };
    Answer { stderr: Some(text.to_owned()), ..Answer::json(&context) }
}

/// The keys, as `a Baseten API key (b10_abcd1234) in "command" of Bash`.
fn told(found: &Found) -> String {
    let keys = found.keys.as_slice();
    let what = match keys {
        [key] if key.is_baseten => "a Baseten API key",
        [_] => "a secret",
        keys if keys.iter().all(|key| key.is_baseten) => "Baseten API keys",
        _ => "secrets",
    };
    let names: Vec<&str> = keys.iter().take(NAMED).map(|key| word(&key.name).unwrap_or("****")).collect();
    let more = if keys.len() > NAMED { format!(" and {} more", keys.len() - NAMED) } else { String::new() };
    let field = keys.first().and_then(|key| match key.place.as_str() {
        "the file" => Some("the file".to_owned()),
        place => word(place).map(|place| format!("\"{place}\"")),
    });
    let tool = found.tool.as_deref().and_then(word);
    let place = match (field, tool) {
        (Some(field), Some(tool)) => format!(" in {field} of {tool}"),
        (Some(field), None) => format!(" in {field}"),
        (None, Some(tool)) => format!(" in {tool}"),
        (None, None) => String::new(),
    };
    format!("{what} ({}{more}){place}", names.join(", "))
}

/// A text that is safe to say again: one short word.
fn word(text: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
    Some(text).filter(|text| !text.is_empty() && text.len() <= 64 && text.bytes().all(is_plain))
}

fn reason(event: &Event, found: &Found) -> String {
    let told = told(found);
    match event.moment {
        Moment::Prompt => format!(
            "baseleak stopped this prompt: there is {told}. Take it out, and name the environment variable \
             that holds it instead, such as BASETEN_API_KEY. If it was shown to anybody, revoke it."
        ),
        Moment::Reading => format!(
            "baseleak stopped this read: there is {told}, and the content would go to the model. Have a \
             person move the key into an environment variable or a secret store, and revoke it if it leaked."
        ),
        _ => format!(
            "baseleak stopped this: there is {told}. Do not write, send or run a key in clear text, and do not \
             split or encode it to get around this. Read it from the environment instead, as \
             os.environ[\"BASETEN_API_KEY\"] or \"$BASETEN_API_KEY\", or from a secret store, and leave a \
             placeholder in examples. A person can allow a key that is dead in .baseleak.toml."
        ),
    }
}

fn warning(found: &Found) -> String {
    format!(
        "baseleak warns: there is {} that has reached the model. Do not repeat it, write it or send it. Tell the \
         user that it has to be revoked, and read from the environment or a secret store from now on.",
        told(found)
    )
}
