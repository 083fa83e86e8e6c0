//! What Baseten knows of the keys that are to be revoked.
//!
//! Only the inventory must be had. Names of models, the audit log and a gateway's keys
//! make the plan say more, and where they cannot be had the plan says that.

use crate::baseten::{ApiError, ApiKey, AuditEvent, Client, GatewayKey, Model};

/// How many entries of the audit log are looked at: a page.
const EVENTS: usize = 200;

/// What was looked up.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// The base of the API.
    pub remote: String,
    /// Who asks: the prefix of the key, or `user:` and an id.
    pub operator: Option<String>,
    /// The inventory as the operator sees it.
    pub keys: Vec<ApiKey>,
    /// The gateway's group that was named, and its keys.
    pub gateway: Option<(String, Vec<GatewayKey>)>,
    /// The models, for their names.
    pub models: Vec<Model>,
    /// The newest entries of the audit log, newest first.
    pub events: Vec<AuditEvent>,
    /// What could not be had, a sentence each.
    pub notes: Vec<String>,
}

/// Looks up what a plan needs. `operator` is the prefix of the client's own key.
///
/// # Errors
/// Where the inventory cannot be had.
pub fn survey(client: &Client<'_>, operator: Option<&str>, group: Option<&str>) -> Result<Survey, ApiError> {
    let mut notes = Vec::new();
    let keys = client.api_keys()?;
    let operator = match operator {
        Some(prefix) => Some(prefix.to_owned()),
        // A token of a login has no prefix.
        None => client.me().ok().map(|me| format!("user:{}", me.user_id)),
    };
    let gateway = group.map(|group| {
        let keys = client.gateway_keys(group).unwrap_or_else(|error| {
            notes.push(format!("the keys of the gateway's group cannot be listed: {error}"));
            Vec::new()
        });
        (group.to_owned(), keys)
    });
    let is_limited = keys.iter().any(|key| !key.model_ids.is_empty());
    let models = if is_limited { client.models() } else { Ok(Vec::new()) };
    let models = models.unwrap_or_else(|error| {
        notes.push(format!("models are shown by their ids, for their names cannot be had: {error}"));
        Vec::new()
    });
    let events = client.audit_logs(EVENTS).unwrap_or_else(|error| {
        notes.push(format!("the audit log cannot be read: {error}"));
        Vec::new()
    });
    Ok(Survey {
        remote: client.remote().management().to_owned(),
        operator,
        keys,
        gateway,
        models,
        events,
        notes,
    })
}
