//! The rules in force, as services show them beside a result.

use serde::Serialize;

use super::{Both, Text, plain};
use crate::model::RuleSummary;
use crate::render::help::{Help, KEYS, help, unmarked};

/// GitHub calls 9.0 and above critical, and 7.0 to 8.9 high.
const SEVERITY: &str = "8.0";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    short_description: Text<String>,
    full_description: Text<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<&'static str>,
    help: Both,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

/// The names that GitHub reads.
#[derive(Serialize)]
struct Properties {
    tags: [&'static str; 4],
    precision: &'static str,
    #[serde(rename = "security-severity")]
    severity: &'static str,
}

impl<'a> Rule<'a> {
    pub(super) fn of(rule: &'a RuleSummary) -> Self {
        let Help { may, revoke, is_key } = help(&rule.id);
        let what = sentence(&plain(&rule.description));
        let take_out = "Then take it out of the file, and read it from the environment or from a secret store. \
            Taking it out does not help by itself: it can still be read in the history of the repository and in every clone.";
        let first = revoke.replace(
            "baseleak revoke --prefix PREFIX",
            if is_key { "`baseleak revoke --prefix PREFIX`" } else { "" },
        );
        Self {
            id: &rule.id,
            name: pascal(&rule.id),
            full_description: Text { text: format!("{what} {may}") },
            help_uri: is_key.then_some(KEYS),
            help: Both {
                text: format!("{may} What to do now: 1. {revoke} 2. {take_out}"),
                markdown: format!(
                    "**{}**\n\n{may}\n\nWhat to do now:\n\n1. {first}\n2. {take_out}\n",
                    sentence(&unmarked(&rule.description))
                ),
            },
            short_description: Text { text: what },
            default_configuration: Configuration { level: "error" },
            properties: Properties {
                tags: ["security", "secret", "baseten", "external/cwe/cwe-798"],
                precision: "high",
                severity: SEVERITY,
            },
        }
    }
}

/// With a full stop at the end.
fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

/// `BasetenApiKey` of `baseten-api-key`.
fn pascal(id: &str) -> String {
    let words = id.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_become_names() {
        for (id, expect) in
            [("baseten-api-key", "BasetenApiKey"), ("a_b.C2", "ABC2"), ("--", ""), ("\u{e9}x", "X")]
        {
            assert_eq!(pascal(id), expect, "{id}");
        }
    }
}
