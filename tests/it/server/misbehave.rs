//! What the server does wrong on command, and how often.
//!
//! What each behaviour sends is decided here; that it is sent, and what the
//! right answer would have been, is the business of others.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::Seen;
use super::http::Response;
use super::routes::Route;

/// The forms in which an API says what went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `{"error": …}`.
    Error,
    /// `{"detail": …}`.
    Detail,
    /// `{"message": …}`.
    Message,
    /// `[…]`.
    List,
    /// No body, and no content type.
    Empty,
    /// Plain text.
    Text,
}

impl Shape {
    pub(crate) const ALL: [Self; 6] =
        [Self::Error, Self::Detail, Self::Message, Self::List, Self::Empty, Self::Text];

    pub(super) fn response(self, status: u16, text: &str) -> Response {
        let body = match self {
            Self::Error => json!({ "error": text }),
            Self::Detail => json!({ "detail": text }),
            Self::Message => json!({ "message": text }),
            Self::List => json!([text]),
            Self::Empty => {
                return Response { status, content_type: None, location: None, body: Vec::new() };
            }
            Self::Text => return Response::new(status, "text/plain; charset=utf-8", text),
        };
        Response::json(status, &body)
    }
}

/// A call from the server into the test.
pub(crate) type Hook = Arc<dyn Fn(&Seen) + Send + Sync>;

/// One way to misbehave. What has no effect by its description leaves the state as it is.
#[derive(Clone)]
pub(crate) enum Behaviour {
    /// This status and an error of this shape; no effect.
    Status(u16, Shape),
    /// 429, and after how many seconds to come back; no effect.
    RateLimited { retry_after: Option<u64> },
    /// The right answer, so much later.
    Slow(Duration),
    /// The effect, and half of the right body under the length of all of it.
    CutMidBody,
    /// 200 and a page for people, as a captive portal sends it; no effect.
    Html200,
    /// 302 to another place; no effect.
    RedirectTo(String),
    /// The right answer, called plain text.
    WrongContentType,
    /// 200 and a JSON object of so many bytes; no effect.
    Huge(usize),
    /// The right answer with bytes in its first string that are no UTF-8.
    InvalidUtf8,
    /// The connection is closed without an answer; no effect.
    CloseBeforeAnswer,
    /// The effect, and then the connection is closed without an answer.
    CloseAfterEffect,
    /// This status and this body, whatever the description says of it; no effect.
    Json(u16, Value),
    /// The hook is called, then all goes on as it should.
    BeforeEffect(Hook),
    /// The hook is called between the effect and the answer.
    AfterEffect(Hook),
}

/// What happens on the connection.
pub(super) enum Outcome {
    Send(Response),
    /// Only so many bytes of the body, and the connection is closed.
    Cut(Response, usize),
    Close,
}

impl Behaviour {
    /// Behaves. `right` carries the request out and gives the right answer;
    /// `wait` sleeps, but not beyond the server's end.
    pub(super) fn act(
        self,
        seen: &Seen,
        right: impl FnOnce() -> Response,
        wait: impl FnOnce(Duration),
    ) -> Outcome {
        Outcome::Send(match self {
            Self::Status(status, shape) => shape.response(status, "it is said that this went wrong"),
            Self::RateLimited { retry_after } => {
                let mut body = json!({"error": "Rate limit exceeded. Please try again later."});
                if let Some(seconds) = retry_after {
                    body["retry_after"] = json!(seconds);
                }
                Response::json(429, &body)
            }
            Self::Slow(time) => {
                wait(time);
                right()
            }
            Self::CutMidBody => {
                let response = right();
                let half = response.body.len() / 2;
                return Outcome::Cut(response, half);
            }
            Self::Html200 => Response::new(200, "text/html", "<!doctype html><title>Sign in</title>"),
            Self::RedirectTo(url) => Response { location: Some(url), ..Shape::Empty.response(302, "") },
            Self::WrongContentType => Response { content_type: Some("text/plain"), ..right() },
            Self::Huge(bytes) => {
                let frame = r#"{"pad":""}"#.len();
                let body = format!(r#"{{"pad":"{}"}}"#, "x".repeat(bytes.saturating_sub(frame)));
                Response::new(200, "application/json", body)
            }
            Self::InvalidUtf8 => {
                let mut response = right();
                let first = response.body.iter().position(|&byte| byte == b'"').map_or(0, |at| at + 1);
                response.body.splice(first..first, [0xFF, 0xFE]);
                response
            }
            Self::CloseBeforeAnswer => return Outcome::Close,
            Self::CloseAfterEffect => {
                drop(right());
                return Outcome::Close;
            }
            Self::Json(status, body) => Response::json(status, &body),
            Self::BeforeEffect(hook) => {
                hook(seen);
                right()
            }
            Self::AfterEffect(hook) => {
                let response = right();
                hook(seen);
                response
            }
        })
    }
}

/// Which requests are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    Any,
    Route(Route),
}

/// How often, counted in requests that are meant and that no earlier command took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    Always,
    First(usize),
    /// The nth only, counted from 1.
    Nth(usize),
}

struct Rule {
    on: On,
    times: Times,
    /// How many requests were meant up to now.
    met: usize,
    behaviour: Behaviour,
}

/// The commands in the order they were given.
#[derive(Default)]
pub(super) struct Rules(Vec<Rule>);

impl Rules {
    pub(super) fn add(&mut self, on: On, times: Times, behaviour: Behaviour) {
        self.0.push(Rule { on, times, met: 0, behaviour });
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The behaviour for a request, none where it is to be answered rightly.
    /// A rule that takes a request leaves the later ones as they are.
    pub(super) fn take(&mut self, route: Route) -> Option<Behaviour> {
        let is_meant = |on: On| match on {
            On::Any => true,
            On::Route(other) => route.is(other),
        };
        for rule in self.0.iter_mut().filter(|rule| is_meant(rule.on)) {
            rule.met += 1;
            let is_due = match rule.times {
                Times::Always => true,
                Times::First(count) => rule.met <= count,
                Times::Nth(number) => rule.met == number,
            };
            if is_due {
                return Some(rule.behaviour.clone());
            }
        }
        None
    }
}
