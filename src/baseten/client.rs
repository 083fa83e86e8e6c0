//! The calls of the API that this program makes, typed.
//!
//! A client is a key, a remote and a transport. What an answer means for a finding is
//! decided elsewhere; here a call either did what it says or is an error.
//!
//! **Invariant:** what goes into an address was checked and is shaped like no secret,
//! so that a key given for its prefix is refused and not sent.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::http::{HeaderValue, Method};

use super::answer::{Answer, Reply};
use super::transport::{Call, Transport};
use super::types::{ApiKey, AuditEvent, Deletion, GatewayKey, Me, Model, NewKey, Team};
use super::{ApiError, Remote, text};
use crate::model::Secret;

/// Most events of the audit log that the API gives at a time.
const PAGE: usize = 200;

/// Most pages of a list that are asked for, whatever the API says of more.
const PAGES: usize = 10_000;

/// Longest thing that is put into an address, in bytes.
const SEGMENT: usize = 128;

/// The word before the key in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `Bearer`.
    Bearer,
    /// `Api-Key`, the only one for keys of gateways.
    ApiKey,
}

/// Calls the API of one remote with one key.
pub struct Client<'t> {
    transport: &'t Transport,
    remote: Remote,
    key: Secret,
    scheme: Scheme,
}

impl std::fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("remote", &self.remote).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<ApiKey>,
}

#[derive(Deserialize)]
struct Teams {
    teams: Vec<Team>,
}

#[derive(Deserialize)]
struct Models {
    models: Vec<Model>,
}

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    pagination: Pagination,
}

#[derive(Deserialize)]
struct Pagination {
    has_more: bool,
    #[serde(default)]
    cursor: Option<String>,
}

/// A key that was made; the only answer that holds a secret.
#[derive(Deserialize)]
struct Made {
    api_key: String,
}

/// A key that was deleted.
#[derive(Deserialize)]
struct Tombstone {
    #[expect(dead_code, reason = "that it is there makes the answer what it should be")]
    prefix: String,
}

impl<'t> Client<'t> {
    /// A client that speaks for `key`: as `Bearer`, but for keys of gateways.
    pub fn new(transport: &'t Transport, remote: &Remote, key: Secret) -> Self {
        let scheme = if key.expose().starts_with(b"sky_") { Scheme::ApiKey } else { Scheme::Bearer };
        Self { transport, remote: remote.clone(), key, scheme }
    }

    /// The word that stands before the key in its requests.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Where it asks.
    pub fn remote(&self) -> &Remote {
        &self.remote
    }

    /// Who the key speaks for.
    pub fn me(&self) -> Result<Me, ApiError> {
        self.get("users/me", "/v1/users/me")
    }

    /// The inventory: the caller's personal keys, and all that it may manage.
    pub fn api_keys(&self) -> Result<Vec<ApiKey>, ApiError> {
        self.get("api_keys", "/v1/api_keys").map(|answer: Keys| answer.keys)
    }

    /// Makes a key, in a team if one is named by its id. It is asked for once; after an
    /// error of which [`ApiError::had_no_effect`] is false there may be a key that
    /// nobody knows, which the inventory shows.
    pub fn create_api_key(&self, team: Option<&str>, new: &NewKey) -> Result<Secret, ApiError> {
        let path = match team {
            Some(team) => format!("/v1/teams/{}/api_keys", segment(team)?),
            None => "/v1/api_keys".to_owned(),
        };
        self.create(&path, &json!(new))
    }

    /// Deletes a key by its prefix, for good. What may be managed by somebody else only
    /// can be [`Deletion::Absent`] as well, so that the inventory is the proof.
    pub fn delete_api_key(&self, prefix: &str) -> Result<Deletion, ApiError> {
        // A dot divides the prefix from the secret.
        if prefix.contains('.') {
            return Err(ApiError::Unusable { what: "what was given for the prefix of a key is none" });
        }
        self.delete(&format!("/v1/api_keys/{}", segment(prefix)?))
    }

    /// The teams that the caller may see.
    pub fn teams(&self) -> Result<Vec<Team>, ApiError> {
        self.get("teams", "/v1/teams").map(|answer: Teams| answer.teams)
    }

    /// The models that the caller may see.
    pub fn models(&self) -> Result<Vec<Model>, ApiError> {
        self.get("models", "/v1/models").map(|answer: Models| answer.models)
    }

    /// The newest entries of the audit log, newest first, `limit` at most.
    pub fn audit_logs(&self, limit: usize) -> Result<Vec<AuditEvent>, ApiError> {
        self.pages("audit_logs", "/v1/audit_logs?direction=DESC&limit=", limit)
    }

    /// The keys of a gateway's group.
    pub fn gateway_keys(&self, group: &str) -> Result<Vec<GatewayKey>, ApiError> {
        self.pages("gateway keys", &format!("/v1/gateway/groups/{}/api_keys", segment(group)?), usize::MAX)
    }

    /// Makes a key of a gateway's group; see [`Self::create_api_key`].
    pub fn create_gateway_key(&self, group: &str, name: Option<&str>) -> Result<Secret, ApiError> {
        let path = format!("/v1/gateway/groups/{}/api_keys", segment(group)?);
        self.create(&path, &name.map_or(json!({}), |name| json!({ "name": name })))
    }

    /// Deletes a key of a gateway's group; see [`Self::delete_api_key`].
    pub fn delete_gateway_key(&self, group: &str, prefix: &str) -> Result<Deletion, ApiError> {
        self.delete(&format!("/v1/gateway/groups/{}/api_keys/{}", segment(group)?, segment(prefix)?))
    }

    /// Asks the management API who the key is, and tells the answer as it is: after the
    /// retries no status is an error.
    pub fn probe_management(&self) -> Result<Answer, ApiError> {
        let reply = self.send(Method::GET, self.remote.management(), "/v1/users/me", None)?;
        Ok(reply.probed(|body| body.get("user_id").is_some_and(Value::is_string)))
    }

    /// Asks for the models that can be called, and tells the answer as it is.
    pub fn probe_inference(&self) -> Result<Answer, ApiError> {
        let reply = self.send(Method::GET, self.remote.inference(), "/v1/models", None)?;
        Ok(reply.probed(|body| body.get("data").is_some_and(Value::is_array)))
    }

    fn get<T: DeserializeOwned>(&self, of: &str, path: &str) -> Result<T, ApiError> {
        self.manage(Method::GET, path, None)?.parse_concealed(of, &self.transport.concealer, &self.key)
    }

    fn create(&self, path: &str, new: &Value) -> Result<Secret, ApiError> {
        let reply = self.manage(Method::POST, path, Some(new.to_string().as_bytes()))?;
        let made = Secret::new(reply.parse::<Made>("a new key")?.api_key.as_bytes());
        if authorization(self.scheme, &made).is_err() {
            return Err(ApiError::Malformed { what: "a new key: not one that can be used".to_owned() });
        }
        Ok(made)
    }

    fn delete(&self, path: &str) -> Result<Deletion, ApiError> {
        match self.manage(Method::DELETE, path, None) {
            Ok(reply) => reply.parse::<Tombstone>("a deleted key").map(|_| Deletion::Deleted),
            Err(ApiError::NotFound { .. }) => Ok(Deletion::Absent),
            Err(error) => Err(error),
        }
    }

    /// Follows a list by its cursors. Where `path` ends with `=`, the size of the page
    /// belongs there.
    fn pages<T: DeserializeOwned>(&self, of: &str, path: &str, limit: usize) -> Result<Vec<T>, ApiError> {
        let endless = || ApiError::Malformed { what: format!("{of}: its pages do not end") };
        let (mut all, mut cursor): (Vec<T>, Option<String>) = (Vec::new(), None);
        for _ in 0..PAGES {
            let left = limit - all.len();
            if left == 0 {
                return Ok(all);
            }
            let mut address = path.to_owned();
            if path.ends_with('=') {
                address.push_str(&left.min(PAGE).to_string());
            }
            if let Some(cursor) = &cursor {
                address.push(if path.contains('?') { '&' } else { '?' });
                address.push_str("cursor=");
                address.push_str(&escape(cursor));
            }
            let page: Page<T> = self.get(of, &address)?;
            all.extend(page.items.into_iter().take(left));
            match page.pagination.cursor {
                Some(next) if page.pagination.has_more && Some(&next) == cursor.as_ref() => {
                    return Err(endless());
                }
                Some(next) if page.pagination.has_more => cursor = Some(next),
                None if page.pagination.has_more => {
                    return Err(ApiError::Malformed { what: format!("{of}: more is there, and not where") });
                }
                _ => return Ok(all),
            }
        }
        Err(endless())
    }

    /// A call of the management API that succeeded.
    fn manage(&self, method: Method, path: &str, body: Option<&[u8]>) -> Result<Reply, ApiError> {
        let reply = self.send(method, self.remote.management(), path, body)?;
        reply.refusal(&self.key).map_or(Ok(reply), Err)
    }

    fn send(&self, method: Method, base: &str, path: &str, body: Option<&[u8]>) -> Result<Reply, ApiError> {
        let authorization = authorization(self.scheme, &self.key)?;
        self.transport.send(&Call { method, url: &format!("{base}{path}"), authorization, body })
    }
}

/// The header that holds the key, marked so that nobody shows it.
fn authorization(scheme: Scheme, key: &Secret) -> Result<HeaderValue, ApiError> {
    let unusable = || ApiError::Unusable { what: "the key has characters that cannot stand in a header" };
    let key = key.expose();
    if key.is_empty() || !key.iter().all(u8::is_ascii_graphic) {
        return Err(unusable());
    }
    let word = match scheme {
        Scheme::Bearer => "Bearer ",
        Scheme::ApiKey => "Api-Key ",
    };
    let mut value = HeaderValue::from_bytes(&[word.as_bytes(), key].concat()).map_err(|_| unusable())?;
    value.set_sensitive(true);
    Ok(value)
}

/// `text` as a part of a path: an id or a prefix, and nothing that could be a secret.
fn segment(text: &str) -> Result<String, ApiError> {
    let good = !text.is_empty() && text.len() <= SEGMENT && !matches!(text, "." | "..");
    if !good || text.chars().any(char::is_control) || text::looks_like_key(text) {
        return Err(ApiError::Unusable { what: "what was given for an id or prefix is none" });
    }
    Ok(escape(text))
}

/// Everything but letters, digits and `-_.~` as `%XX`.
fn escape(text: &str) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if kept(byte) { char::from(byte).into() } else { format!("%{byte:02X}") })
        .collect()
}
