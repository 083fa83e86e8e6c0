//! The workspace that the server pretends to have: keys, users, teams, models,
//! audit log and gateway groups, and who may do what.
//!
//! It holds no HTTP; what is asked and answered stands in the routes.
//!
//! **Invariant:** the secret part of a key is shown by no `Debug`.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::misbehave::Shape;
use crate::contexts::Kind;
use crate::sandbox::key_of;
use crate::sandbox::remember;

/// Where the numbers of this server's keys begin, away from those of other tests.
const FIRST_NUMBER: usize = 7_000_000;
/// The first event of the audit log, 2026-11-01, in milliseconds since 1970; each
/// event comes a minute after the one before.
const FIRST_EVENT: i64 = 1_793_491_200_000;
const MINUTE: i64 = 60_000;
/// When everything was made that has a date.
pub(super) const MADE: &str = "2026-01-02T03:04:05Z";
/// The category of keys of gateway groups, which the API itself does not name.
pub(super) const GATEWAY: &str = "GATEWAY";

/// An API key of the workspace, or one of a gateway group.
#[derive(Clone)]
pub(crate) struct Key {
    /// What tests call it.
    pub(crate) label: String,
    pub(crate) prefix: String,
    secret: String,
    /// As the API writes it.
    pub(crate) category: String,
    pub(crate) name: Option<String>,
    pub(crate) model_ids: Vec<String>,
    /// Id of the team; none for personal keys and those that manage keys.
    pub(crate) team: Option<String>,
    /// Id of the user whose personal key it is.
    pub(crate) owner: Option<String>,
    /// Gateway group of the key.
    pub(crate) group: Option<String>,
    pub(crate) revoked: bool,
}

impl Key {
    /// The whole key.
    pub(crate) fn text(&self) -> String {
        format!("{}.{}", self.prefix, self.secret)
    }
}

pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) is_admin: bool,
}

pub(crate) struct Team {
    pub(crate) id: String,
    pub(crate) name: String,
}

pub(crate) struct Model {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// An entry of the audit log, as it is answered.
pub(super) struct Event {
    pub(super) number: usize,
    pub(super) body: Value,
}

/// What a key may or may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    Me,
    Keys,
    Teams,
    Models,
    AuditLogs,
    Gateway,
    Inference,
}

/// How a request is turned down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) shape: Shape,
}

/// The workspace.
pub(crate) struct State {
    pub(crate) workspace: String,
    /// Revoked ones stay, with their flag.
    pub(crate) keys: Vec<Key>,
    pub(crate) users: Vec<User>,
    /// The first is the default one.
    pub(crate) teams: Vec<Team>,
    pub(crate) models: Vec<Model>,
    /// Ids of the gateway groups.
    pub(crate) groups: Vec<String>,
    /// Prefixes of the keys that were revoked by a request, in that order, each as often as it happened.
    pub(crate) deletions: Vec<String>,
    /// The answer of the management API to no key, and to one that it does not know or that was revoked.
    pub(crate) unknown_key_answer: Refusal,
    /// The same for inference.
    pub(crate) unknown_key_inference: Refusal,
    /// The shape of every other error.
    pub(crate) shape: Shape,
    /// The API is newer than its description: answers are not held to it.
    pub(crate) is_newer: bool,
    /// Prefixes are listed, logged and taken without the word before them.
    pub(crate) is_bare: bool,
    /// Every connection is closed after one answer.
    pub(crate) closes: bool,
    pub(super) events: Vec<Event>,
    rights: Vec<(String, Right, u16)>,
    made: usize,
}

impl State {
    /// A workspace of two users, two teams and three models with a live key of
    /// each category, labelled `admin` and `member` (personal), `manage-all`,
    /// `manage-keys`, `invoke`, `metrics`, and `gateway` in the group `group1`.
    pub(super) fn sample() -> Self {
        let user = |id: &str, name: &str, is_admin| User {
            id: id.to_owned(),
            name: name.to_owned(),
            email: format!("{}@example.org", name.to_lowercase()),
            is_admin,
        };
        let team = |id: &str, name: &str| Team { id: id.to_owned(), name: name.to_owned() };
        let model = |id: &str, name: &str| Model { id: id.to_owned(), name: name.to_owned() };
        let unknown = Refusal { status: 401, shape: Shape::Error };
        let mut state = Self {
            workspace: "workshop".to_owned(),
            keys: Vec::new(),
            users: vec![user("u1", "Ada", true), user("u2", "Bob", false)],
            teams: vec![team("t1", "Default"), team("t2", "Research")],
            models: vec![model("m1", "whisper"), model("m2", "llama"), model("m3", "flux")],
            groups: vec!["group1".to_owned()],
            deletions: Vec::new(),
            unknown_key_answer: unknown,
            unknown_key_inference: unknown,
            shape: Shape::Error,
            is_newer: false,
            is_bare: false,
            closes: false,
            events: Vec::new(),
            rights: Vec::new(),
            made: FIRST_NUMBER,
        };
        for (label, category) in [
            ("admin", "PERSONAL"),
            ("member", "PERSONAL"),
            ("manage-all", "WORKSPACE_MANAGE_ALL"),
            ("manage-keys", "WORKSPACE_MANAGE_API_KEYS"),
            ("invoke", "WORKSPACE_INVOKE"),
            ("metrics", "WORKSPACE_EXPORT_METRICS"),
            ("gateway", GATEWAY),
        ] {
            state.add(label, category);
        }
        state.key_mut("member").owner = Some("u2".to_owned());
        state.key_mut("invoke").model_ids = vec!["m1".to_owned(), "m2".to_owned()];
        state
    }

    /// Adds a live key of a category, with its label as its name, and returns it
    /// whole. A personal one is Ada's; others belong to the default team, where
    /// their category has one.
    pub(crate) fn add(&mut self, label: &str, category: &str) -> String {
        let text = self.random(if category == GATEWAY { Kind::Gateway } else { Kind::New });
        self.adopt(label, category, &text);
        text
    }

    /// The same for a key that is already there.
    #[track_caller]
    pub(crate) fn adopt(&mut self, label: &str, category: &str, text: &str) {
        remember(text);
        let (prefix, secret) = text.split_once('.').expect("a key has a dot");
        assert!(self.keys.iter().all(|key| key.label != label), "two keys are called {label}");
        let group = (category == GATEWAY).then(|| self.groups[0].clone());
        let is_of_team = !matches!(category, "PERSONAL" | "WORKSPACE_MANAGE_API_KEYS" | GATEWAY);
        self.keys.push(Key {
            label: label.to_owned(),
            prefix: prefix.to_owned(),
            secret: secret.to_owned(),
            category: category.to_owned(),
            name: Some(label.to_owned()),
            model_ids: Vec::new(),
            team: is_of_team.then(|| self.teams[0].id.clone()),
            owner: (category == "PERSONAL").then(|| self.users[0].id.clone()),
            group,
            revoked: false,
        });
    }

    /// A key that nobody else has.
    pub(super) fn random(&mut self, kind: Kind) -> String {
        self.made += 1;
        key_of(kind, self.made)
    }

    /// The key of a label.
    #[track_caller]
    pub(crate) fn key(&self, label: &str) -> &Key {
        self.keys.iter().find(|key| key.label == label).expect("a key has this label")
    }

    /// The key of a label, to be changed.
    #[track_caller]
    pub(crate) fn key_mut(&mut self, label: &str) -> &mut Key {
        self.keys.iter_mut().find(|key| key.label == label).expect("a key has this label")
    }

    /// Sets what a category is answered where a right is needed: 200 for yes, or the status of a refusal.
    pub(crate) fn set_right(&mut self, category: &str, right: Right, status: u16) {
        self.rights.push((category.to_owned(), right, status));
    }

    /// What a category is answered where a right is needed. Where it is not known
    /// what the API does, the answer is 403, which tells the least.
    pub(super) fn right(&self, category: &str, right: Right) -> u16 {
        let mut set = self.rights.iter().rev();
        if let Some((_, _, status)) = set.find(|(other, of, _)| other == category && *of == right) {
            return *status;
        }
        match (category, right) {
            ("PERSONAL" | "WORKSPACE_MANAGE_ALL", _)
            | ("WORKSPACE_MANAGE_API_KEYS", Right::Keys | Right::Me)
            | ("WORKSPACE_INVOKE" | GATEWAY, Right::Inference) => 200,
            (GATEWAY, _) => 401,
            _ => 403,
        }
    }

    /// Writes an event into the audit log, as done by the key of a label. `data`
    /// is its `event_data`, with the `event_type`.
    pub(crate) fn log(&mut self, label: &str, data: &Value) {
        let key = self.key(label);
        let owner = self.users.iter().find(|user| key.owner.as_ref() == Some(&user.id));
        let actor = json!({
            "type": "API_KEY",
            "email": owner.map(|user| &user.email),
            "api_key_prefix": key.prefix,
            "api_key_name": key.name,
        });
        let number = self.events.len();
        let millis = FIRST_EVENT + MINUTE * i64::try_from(number).expect("there are few events");
        let created = OffsetDateTime::from_unix_timestamp(millis / 1000).expect("it is a time of our age");
        let body = json!({
            "id": format!("event{number}"),
            "created": created.format(&Rfc3339).expect("the time can be written"),
            "event_type": data["event_type"],
            "event_data": data,
            "source": "API",
            "actor": actor,
            "client_name": null,
            "client_version": null,
            "client_session_id": null,
        });
        self.events.push(Event { number, body });
    }
}
