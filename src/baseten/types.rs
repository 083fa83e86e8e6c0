//! What the API answers and is asked, as far as this program uses it.
//!
//! Fields that are not known are passed over, and lists of names are open: a value that
//! came later than this program is kept as it came. What the API must tell and does not
//! is an error of the whole answer. Texts are the API's and not cleaned.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// What a key may do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(from = "String")]
pub enum Category {
    /// `PERSONAL`: whatever its user may.
    Personal,
    /// `WORKSPACE_MANAGE_ALL`: everything in its team.
    ManageAll,
    /// `WORKSPACE_INVOKE`: calls models, perhaps some only.
    Invoke,
    /// `WORKSPACE_EXPORT_METRICS`: reads metrics, perhaps of some models only.
    ExportMetrics,
    /// `WORKSPACE_MANAGE_API_KEYS`: lists, makes and deletes keys.
    ManageApiKeys,
    /// One that this program does not know, as it came.
    Other(String),
}

impl From<String> for Category {
    fn from(word: String) -> Self {
        match word.as_str() {
            "PERSONAL" => Self::Personal,
            "WORKSPACE_MANAGE_ALL" => Self::ManageAll,
            "WORKSPACE_INVOKE" => Self::Invoke,
            "WORKSPACE_EXPORT_METRICS" => Self::ExportMetrics,
            "WORKSPACE_MANAGE_API_KEYS" => Self::ManageApiKeys,
            _ => Self::Other(word),
        }
    }
}

impl Category {
    /// The API's word for it.
    pub fn word(&self) -> &str {
        match self {
            Self::Personal => "PERSONAL",
            Self::ManageAll => "WORKSPACE_MANAGE_ALL",
            Self::Invoke => "WORKSPACE_INVOKE",
            Self::ExportMetrics => "WORKSPACE_EXPORT_METRICS",
            Self::ManageApiKeys => "WORKSPACE_MANAGE_API_KEYS",
            Self::Other(word) => word,
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A key of the inventory: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ApiKey {
    /// What stands before the dot.
    pub prefix: String,
    /// What it may do.
    #[serde(rename = "type")]
    pub category: Category,
    /// Its name, if it has one.
    #[serde(default)]
    pub name: Option<String>,
    /// The models that it is limited to; none means no limit, or none that is told.
    #[serde(default, deserialize_with = "or_empty")]
    pub model_ids: Vec<String>,
    /// The team that it belongs to.
    #[serde(default)]
    pub team_name: Option<String>,
    /// Whose it is; personal keys only.
    #[serde(default)]
    pub owner: Option<Owner>,
}

/// The user of a personal key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Owner {
    /// The user's id.
    pub user_id: String,
    /// The user's address.
    #[serde(default)]
    pub email: Option<String>,
    /// The user's name.
    #[serde(default)]
    pub name: Option<String>,
}

/// Who a key speaks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Me {
    /// The user's id.
    pub user_id: String,
    /// The user's address.
    #[serde(default)]
    pub email: Option<String>,
    /// The user's name.
    #[serde(default)]
    pub name: Option<String>,
    /// The workspace's name.
    #[serde(default)]
    pub workspace_name: Option<String>,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Team {
    /// Its id, which calls name it by.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is the team of those that name none.
    #[serde(default)]
    pub default: bool,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Model {
    /// Its id, which keys are limited to.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The team that it belongs to.
    #[serde(default)]
    pub team_name: Option<String>,
}

/// A key of a gateway's group of customers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GatewayKey {
    /// Its public part.
    pub prefix: String,
    /// Its name, if it has one.
    #[serde(default)]
    pub name: Option<String>,
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AuditEvent {
    /// Its id.
    pub id: String,
    /// When it happened, in ISO 8601, as it came.
    pub created: String,
    /// What happened, in the API's word.
    pub event_type: String,
    /// Who did it.
    pub actor: Actor,
    /// By which surface, if that is known.
    #[serde(default)]
    pub source: Option<String>,
    /// The name of the program that did it, if it is known.
    #[serde(default)]
    pub client_name: Option<String>,
    /// The version of that program.
    #[serde(default)]
    pub client_version: Option<String>,
    /// What it happened to.
    #[serde(rename = "event_data", default)]
    pub subject: Subject,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Actor {
    /// `USER`, `API_KEY` and others, in the API's word.
    #[serde(rename = "type")]
    pub kind: String,
    /// The user's address, if it was one.
    #[serde(default)]
    pub email: Option<String>,
    /// The key's prefix, if it was one.
    #[serde(default)]
    pub api_key_prefix: Option<String>,
    /// The key's name, if it was one.
    #[serde(default)]
    pub api_key_name: Option<String>,
}

/// What something happened to, by the names that events share; each is there where the
/// kind of event has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's, and their names say all that is known")]
pub struct Subject {
    /// The prefix of a key that was made or deleted.
    #[serde(default, deserialize_with = "text", rename = "prefix")]
    pub api_key_prefix: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub api_key_type: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub model_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub model_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub deployment_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub environment_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub chain_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub secret_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub team_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub user_email: Option<String>,
}

/// A key to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// What it may do.
    pub category: Category,
    /// Its name; lower-case letters, digits and hyphens.
    pub name: Option<String>,
    /// The models that it is limited to, for categories that can be; none for no limit.
    pub model_ids: Vec<String>,
}

impl Serialize for NewKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", self.category.word())?;
        if let Some(name) = &self.name {
            map.serialize_entry("name", name)?;
        }
        if !self.model_ids.is_empty() {
            map.serialize_entry("model_ids", &self.model_ids)?;
        }
        map.end()
    }
}

/// What became of a key that was to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// The API says that it deleted it.
    Deleted,
    /// The API knows no such key (404): it was deleted before, perhaps by a try of the
    /// same call whose answer got lost, or it is not one that this caller may see.
    Absent,
}

/// A list, or nothing for `null`.
fn or_empty<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::<Vec<String>>::deserialize(from)?.unwrap_or_default())
}

/// A text, or nothing for anything else: events of other kinds may use a name otherwise.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}
