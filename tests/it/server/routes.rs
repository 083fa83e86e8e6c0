//! What the API does with a request that comes as it should: the calls of the
//! management API that the program knows, and the list of models of inference.
//!
//! Where the API's behaviour is not public the state says what is done. Misbehaviour is elsewhere.

use serde_json::{Value, json};

use super::http::{Request, Response};
use super::keys;
use super::state::{GATEWAY, Key, MADE, Refusal, Right, State};

/// Which of the two APIs a listener is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Management,
    Inference,
    /// Both at one address; there the list of models is both lists in one object.
    Both,
}

/// A call of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Me,
    ListKeys,
    CreateKey,
    CreateTeamKey,
    DeleteKey,
    Teams,
    Models,
    AuditLogs,
    ListGatewayKeys,
    CreateGatewayKey,
    GatewayKey,
    DeleteGatewayKey,
    /// The list of models of inference.
    Inference,
    /// The list of models of both, at the address of both.
    BothModels,
    /// None that is known.
    Unknown,
}

impl Route {
    /// The route of a request, and the parameters in its path.
    pub(super) fn of(side: Side, request: &Request) -> (Self, Vec<String>) {
        let segments = request.segments();
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        let given = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect();
        if parts == ["v1", "models"] && request.method == "GET" {
            let route = match side {
                Side::Management => Self::Models,
                Side::Inference => Self::Inference,
                Side::Both => Self::BothModels,
            };
            return (route, Vec::new());
        }
        match (request.method.as_str(), &*parts) {
            _ if side == Side::Inference => (Self::Unknown, Vec::new()),
            ("GET", ["v1", "users", "me"]) => (Self::Me, Vec::new()),
            ("GET", ["v1", "api_keys"]) => (Self::ListKeys, Vec::new()),
            ("POST", ["v1", "api_keys"]) => (Self::CreateKey, Vec::new()),
            ("POST", ["v1", "teams", team, "api_keys"]) => (Self::CreateTeamKey, given(&[team])),
            ("DELETE", ["v1", "api_keys", prefix]) => (Self::DeleteKey, given(&[prefix])),
            ("GET", ["v1", "teams"]) => (Self::Teams, Vec::new()),
            ("GET", ["v1", "audit_logs"]) => (Self::AuditLogs, Vec::new()),
            (method, ["v1", "gateway", "groups", group, "api_keys", rest @ ..]) => match (method, rest) {
                ("GET", []) => (Self::ListGatewayKeys, given(&[group])),
                ("POST", []) => (Self::CreateGatewayKey, given(&[group])),
                ("GET", [prefix]) => (Self::GatewayKey, given(&[group, prefix])),
                ("DELETE", [prefix]) => (Self::DeleteGatewayKey, given(&[group, prefix])),
                _ => (Self::Unknown, Vec::new()),
            },
            _ => (Self::Unknown, Vec::new()),
        }
    }

    /// Whether a command for `other` is meant for this one.
    pub(super) fn is(self, other: Self) -> bool {
        self == other || self == Self::BothModels && matches!(other, Self::Models | Self::Inference)
    }

    const fn right(self) -> Right {
        match self {
            Self::Me | Self::Unknown => Right::Me,
            Self::ListKeys | Self::CreateKey | Self::CreateTeamKey | Self::DeleteKey => Right::Keys,
            Self::Teams => Right::Teams,
            Self::Models | Self::BothModels => Right::Models,
            Self::AuditLogs => Right::AuditLogs,
            Self::ListGatewayKeys | Self::CreateGatewayKey | Self::GatewayKey | Self::DeleteGatewayKey => {
                Right::Gateway
            }
            Self::Inference => Right::Inference,
        }
    }
}

/// An answer of the API: a body for status 200, or an error.
pub(super) type Answer = Result<Value, (u16, String)>;

/// An error with a status.
pub(super) fn no<T>(status: u16, text: &str) -> Result<T, (u16, String)> {
    Err((status, text.to_owned()))
}

/// Which live key a request carries.
pub(super) fn caller<'s>(state: &'s State, request: &Request) -> Option<&'s Key> {
    let (scheme, text) = request.authorization()?;
    let key = state.keys.iter().find(|key| !key.revoked && key.text() == text)?;
    let is_known = match scheme.to_ascii_lowercase().as_str() {
        "api-key" => true,
        // Keys of gateway groups are taken by one scheme only.
        "bearer" => key.category != GATEWAY,
        _ => false,
    };
    is_known.then_some(key)
}

/// Carries a request out and says what is answered.
pub(super) fn answer(state: &mut State, side: Side, request: &Request) -> Response {
    let (route, given) = Route::of(side, request);
    let Some(caller) = caller(state, request).cloned() else {
        let inference = matches!(route, Route::Inference) || side == Side::Inference;
        let Refusal { status, shape } =
            if inference { state.unknown_key_inference } else { state.unknown_key_answer };
        return shape.response(status, "Invalid or missing API key");
    };
    match carry_out(state, route, &caller, &given, request) {
        Ok(body) => Response::json(200, &body),
        Err((status, text)) => state.shape.response(status, &text),
    }
}

fn carry_out(state: &mut State, route: Route, by: &Key, given: &[String], request: &Request) -> Answer {
    let status = state.right(&by.category, route.right());
    let may_infer = state.right(&by.category, Right::Inference) == 200;
    if route == Route::Unknown {
        return no(404, "There is nothing at this path");
    }
    if status != 200 && !(route == Route::BothModels && may_infer) {
        return no(status, "This API key may not do that");
    }
    match (route, given) {
        (Route::Me, _) => Ok(me(state, by)),
        (Route::ListKeys, _) => Ok(keys::list(state, by)),
        (Route::CreateKey, _) => keys::create(state, by, None, request),
        (Route::CreateTeamKey, [team]) => keys::create(state, by, Some(team), request),
        (Route::DeleteKey, [prefix]) => keys::delete(state, by, prefix),
        (Route::Teams, _) => Ok(teams(state)),
        (Route::Models, _) => Ok(models(state)),
        (Route::Inference, _) => Ok(inference(state)),
        (Route::BothModels, _) => {
            // A list that the key may not see is empty.
            let mut both = if may_infer { inference(state) } else { json!({ "object": "list", "data": [] }) };
            both["models"] = if status == 200 { models(state)["models"].take() } else { json!([]) };
            Ok(both)
        }
        (Route::AuditLogs, _) => audit_logs(state, request),
        (_, [group, ..]) if !state.groups.contains(group) => no(404, "There is no such group"),
        (Route::ListGatewayKeys, [group]) => Ok(keys::list_group(state, group)),
        (Route::CreateGatewayKey, [group]) => keys::create_in_group(state, group, request),
        (Route::GatewayKey, [group, prefix]) => keys::of_group(state, group, prefix),
        (Route::DeleteGatewayKey, [group, prefix]) => keys::delete_in_group(state, group, prefix),
        _ => no(404, "There is nothing at this path"),
    }
}

fn me(state: &State, by: &Key) -> Value {
    match state.users.iter().find(|user| by.owner.as_ref() == Some(&user.id)) {
        Some(user) => json!({
            "user_id": user.id,
            "email": user.email,
            "name": user.name,
            "workspace_name": state.workspace,
        }),
        // A key of the workspace has an account of its own.
        None => json!({
            "user_id": format!("account-of-{}", by.prefix),
            "email": null,
            "name": by.name,
            "workspace_name": state.workspace,
        }),
    }
}

fn teams(state: &State) -> Value {
    let teams = state.teams.iter().enumerate().map(
        |(at, team)| json!({ "id": team.id, "name": team.name, "default": at == 0, "created_at": MADE }),
    );
    json!({ "teams": teams.collect::<Vec<_>>() })
}

fn models(state: &State) -> Value {
    let models = state.models.iter().map(|model| {
        json!({
            "id": model.id,
            "created_at": MADE,
            "name": model.name,
            "deployments_count": 1,
            "production_deployment_id": format!("d-{}", model.id),
            "development_deployment_id": null,
            "instance_type_name": "1x2",
            "team_name": state.teams[0].name,
        })
    });
    json!({ "models": models.collect::<Vec<_>>() })
}

/// The list as other APIs of this kind have it.
fn inference(state: &State) -> Value {
    let data = state.models.iter().map(|model| {
        json!({ "id": format!("org/{}", model.name), "object": "model", "created": 0, "owned_by": "org" })
    });
    json!({ "object": "list", "data": data.collect::<Vec<_>>() })
}

/// Pages of the audit log. The cursor is the number of the last event that was
/// told, so that events which happen between two pages shift nothing.
fn audit_logs(state: &State, request: &Request) -> Answer {
    let limit = match request.parameter("limit").map(|limit| limit.parse()) {
        None => 20,
        Some(Ok(limit @ 1..=200)) => limit,
        Some(_) => return no(400, "limit is a number from 1 to 200"),
    };
    let after = match request.parameter("cursor").map(|cursor| cursor.parse::<usize>()) {
        None => None,
        Some(Ok(number)) => Some(number),
        Some(Err(_)) => return no(400, "there is no such cursor"),
    };
    let is_rising = match request.parameter("direction").as_deref() {
        None | Some("DESC") => false,
        Some("ASC") => true,
        Some(_) => return no(400, "direction is ASC or DESC"),
    };
    let mut events: Vec<_> = state.events.iter().collect();
    if !is_rising {
        events.reverse();
    }
    events.retain(|event| {
        after.is_none_or(|after| if is_rising { event.number > after } else { event.number < after })
    });
    let has_more = events.len() > limit;
    events.truncate(limit);
    let last = events.last().filter(|_| has_more).map(|event| event.number.to_string());
    let items: Vec<_> = events.iter().map(|event| &event.body).collect();
    Ok(json!({ "items": items, "pagination": { "has_more": has_more, "cursor": last } }))
}
