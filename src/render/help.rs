//! What to say of a finding and its rule where a service shows it to whoever must act.
//!
//! It knows the built-in rules by their ids; of others it says what holds for every secret.
//!
//! **Invariant:** nothing here but the rule's description and the public name of the key comes
//! from outside of the program.

use super::sight;
use super::terminal::sanitise;
use crate::model::{ExchangePart, Finding, Place, Validity};

/// What is to be known of the secrets that a rule finds.
pub(super) struct Help {
    /// What whoever holds one can do.
    pub(super) may: &'static str,
    /// How it is made worthless, which comes first.
    pub(super) revoke: &'static str,
    /// Whether `baseleak revoke` does that.
    pub(super) is_key: bool,
}

/// Where Baseten describes its keys.
pub(super) const KEYS: &str = "https://docs.baseten.co/organization/api-keys";

/// What to do about a key in a front end.
pub(super) const FRONT_END: &str = "what a browser loads or sends, every visitor can read: revoke the key, and put \
    no other into the front end. Let the page call a back end of yours, which checks who calls, holds the key in its \
    environment or a secret store, and calls Baseten";

/// What to do about a key in an image.
pub(super) const IMAGE: &str = "revoke a key that an image shows, replace the image wherever it was published, and \
    clean the history where it was committed. A blur over the letters is not enough: what they were can be worked out";

const KEY: Help = Help {
    may: "Whoever holds the key can do what it may: by its category call models, read metrics, or manage models, secrets and further keys of the workspace. It does not expire by itself.",
    revoke: "Revoke the key: baseleak revoke --prefix PREFIX shows the plan, asks, deletes the key and proves that it is dead. PREFIX is what stands before the dot, which the result names.",
    is_key: true,
};

const OTHER: Help = Help {
    may: "Whoever can read the repository can use the secret.",
    revoke: "Have the secret revoked where it was made.",
    is_key: false,
};

/// The help on the rule `id`.
pub(super) fn help(id: &str) -> Help {
    match id {
        "baseten-api-key" | "baseten-api-key-legacy" => KEY,
        "baseten-gateway-key" => Help {
            may: "Whoever holds the key can call the models behind a Frontier Gateway in the name of one of its customers.",
            revoke: "Delete the key at the gateway that it was made for.",
            ..OTHER
        },
        "baseten-webhook-secret" => Help {
            may: "Whoever holds the secret can sign messages that pass for Baseten's webhooks.",
            revoke: "Rotate the signing secret in the settings of the workspace, and give the new one to whatever checks signatures.",
            ..OTHER
        },
        "baseten-oauth-token" => Help {
            may: "Whoever holds the token acts as the user who logged in; a refresh token gets new access tokens without a password.",
            revoke: "Log out where the token was made, which ends the session, and log in again.",
            ..OTHER
        },
        "truss-config-secret" => Help {
            may: "Whoever can read the file has the value of a secret that models use, whatever it opens.",
            revoke: "Change the secret where it comes from, keep the new value in the workspace, and leave null in config.yaml.",
            ..OTHER
        },
        _ => OTHER,
    }
}

/// What is found, where in words, and what to do first: `what` is the rule's description.
/// Both it and the key's name go through `clean`; `quote` stands around the command.
pub(super) fn message(
    finding: &Finding,
    what: &str,
    validity: Option<&Validity>,
    clean: impl Fn(&str) -> String,
    quote: &str,
) -> String {
    let Finding { key, rule, origin, encodings, location, .. } = finding;
    let is_in_member = finding.relative.file_and_member().1.is_some();
    let place = match location.place {
        Place::FileName => " in the name of the file".to_owned(),
        Place::Content if is_in_member => {
            format!(" in line {} of a member of the archive", location.start.line)
        }
        Place::Content => String::new(),
    };
    let place = elsewhere(finding, &clean).unwrap_or(place);
    let names: Vec<_> = encodings.iter().map(ToString::to_string).collect();
    let form =
        if names.is_empty() { String::new() } else { format!(", decoded from {}", names.join(", then ")) };
    let commit = origin.as_ref().and_then(|origin| origin.commit.as_ref());
    let since = commit.map(|commit| format!(", since commit {}", commit.id.get(..12).unwrap_or(&commit.id)));
    let state = match validity {
        Some(Validity::Active(_)) => " The key is live.",
        Some(Validity::Inactive(_)) => " The key is dead.",
        Some(Validity::Unknown(_)) => " Whether it is live is not known.",
        None => "",
    };
    let is_word = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_dead = matches!(validity, Some(Validity::Inactive(_)));
    // Which of several it is, the inventory says.
    let how = if sight::is_guess(finding) {
        format!("{quote}baseleak revoke REPORT{quote} finds out which key it is")
    } else {
        format!("{quote}baseleak revoke --prefix {key}{quote}")
    };
    let command = (help(rule).is_key && is_word && !is_dead).then(|| format!(" Revoke it first: {how}"));
    let (what, key) = (clean(what), clean(key));
    format!("{what} {key}{place}{form}{}.{state}{}", since.unwrap_or_default(), command.unwrap_or_default())
}

/// Where it stands and how surely that is so, of what was read in an image or is in a front end.
/// Neither an address nor the name of a file or of a header is in it.
fn elsewhere(finding: &Finding, clean: impl Fn(&str) -> String) -> Option<String> {
    if let Some(sight) = &finding.sight {
        return Some(format!(" ({}) at {}", clean(&sight::reading(finding, sight)), sight.place()));
    }
    let deployed = finding.deployed.as_ref()?;
    let sent = if deployed.is_sent_to_baseten { ", sent to Baseten by a browser" } else { "" };
    Some(match &deployed.part {
        ExchangePart::Body => format!(" in a front end{sent}"),
        ExchangePart::RequestHeader(_) => format!(" in a header of a request of a front end{sent}"),
        ExchangePart::ResponseHeader(_) => format!(" in a header of an answer to a front end{sent}"),
        ExchangePart::Address => format!(" in an address of a front end{sent}"),
        ExchangePart::RequestBody => format!(" in a request of a front end{sent}"),
        ExchangePart::Storage(_) => format!(" in what a front end keeps in the browser{sent}"),
    })
}

/// What to do about it beside revoking, as sentences; none for what stands in a file.
pub(super) fn advice(finding: &Finding) -> Option<String> {
    let advice = match (&finding.sight, &finding.deployed) {
        (Some(_), _) => IMAGE,
        (None, Some(_)) => FRONT_END,
        (None, None) => return None,
    };
    Some(format!("{}{}.", advice[..1].to_ascii_uppercase(), &advice[1..]))
}

/// A text of somebody else where Markdown is read, on one line: nothing of it is markup.
pub(super) fn unmarked(text: &str) -> String {
    let shown = sanitise(text);
    let mut unmarked = String::with_capacity(shown.len());
    for character in shown.chars() {
        match character {
            '<' => unmarked.push_str("&lt;"),
            '>' => unmarked.push_str("&gt;"),
            '&' => unmarked.push_str("&amp;"),
            '@' => unmarked.push_str("&#64;"),
            _ => {
                if character.is_ascii_punctuation() && !matches!(character, '.' | ',' | ':' | '-' | '/') {
                    unmarked.push('\\');
                }
                unmarked.push(character);
            }
        }
    }
    unmarked
}
