//! Takes out of an answer of the API what must not go on: keys that somebody wrote into
//! a name, and whatever this run knows to be secret.
//!
//! What looks like a key is decided by whoever makes the transport; here are the known
//! secrets, and the fields. It does nothing about characters that do not show.
//!
//! **Invariant:** every text of an answer that is parsed as something other than a new
//! key passes through here.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::text;
use crate::model::Secret;

/// Masks in a text what looks like a key.
pub type Mask = fn(&str) -> String;

/// Characters of the secret part of a key.
const SECRET: usize = 32;

/// Masks what is known, and what looks like a key.
pub(super) struct Concealer {
    mask: Mask,
    known: Mutex<Vec<Secret>>,
}

impl Concealer {
    /// One that masks with `mask`, and knows no secret yet.
    pub(super) fn new(mask: Mask) -> Self {
        Self { mask, known: Mutex::new(Vec::new()) }
    }

    /// Has this secret masked from now on, whole and without its prefix.
    pub(super) fn learn(&self, secret: &Secret) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains(secret) {
            known.push(secret.clone());
        }
    }

    /// Masks every text of `answer`, which was asked for with `own`.
    pub(super) fn clean(&self, answer: &mut Value, own: &Secret) {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let pieces: Vec<&str> = known.iter().chain([own]).flat_map(text::pieces).collect();
        self.walk(answer, &pieces, "");
    }

    fn walk(&self, value: &mut Value, pieces: &[&str], name: &str) {
        match value {
            Value::String(text) => *text = self.text(text, pieces, is_id(name)),
            Value::Array(list) => list.iter_mut().for_each(|item| self.walk(item, pieces, name)),
            // It is handed back as it came, and shown nowhere.
            Value::Object(fields) => fields
                .iter_mut()
                .filter(|(name, _)| *name != "cursor")
                .for_each(|(name, value)| self.walk(value, pieces, name)),
            _ => {}
        }
    }

    fn text(&self, text: &str, pieces: &[&str], is_id: bool) -> String {
        let mut text = text.to_owned();
        for piece in pieces {
            text = text.replace(piece, text::MASK);
        }
        // What is shorter holds no secret of a key.
        if text.len() < text::TAIL {
            return text;
        }
        text = (self.mask)(&text);
        if is_id { text } else { without_tails(&text) }
    }
}

/// Whether a field names a thing: these texts are random and are no secret.
fn is_id(name: &str) -> bool {
    name == "id" || name.ends_with("_id") || name.ends_with("_ids")
}

/// `text` with every run masked that has the length of a secret part and is as mixed.
fn without_tails(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let run = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (word, after) = rest.split_at(run);
        let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
        let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
        out.push_str(if run == SECRET && is_mixed { text::MASK } else { word });
        let gap = after.find(|c: char| c.is_ascii_alphanumeric()).unwrap_or(after.len());
        out.push_str(&after[..gap]);
        rest = &after[gap..];
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn known_secrets_and_tails_go_and_ids_and_cursors_stay() {
        let tail = "aB3".repeat(10) + "xY";
        let known = "q7".repeat(16);
        let concealer = Concealer::new(|text| text.replace("hunter", "****"));
        concealer.learn(&Secret::new(format!("b10_abcd1234.{known}").as_bytes()));
        let own = Secret::new(format!("efgh5678.{}", "z".repeat(32)).as_bytes());
        let mut answer = json!({
            "name": format!("a {known} b {tail} of hunter"), "model_ids": [tail], "cursor": known,
            "list": [{ "team": "z".repeat(32), "id": 7 }], "prefix": "b10_abcd1234",
        });
        concealer.clean(&mut answer, &own);
        let expect = json!({
            "name": "a **** b **** of ****", "model_ids": [tail], "cursor": known,
            "list": [{ "team": "****", "id": 7 }], "prefix": "b10_abcd1234",
        });
        assert_eq!(answer, expect);
    }
}
