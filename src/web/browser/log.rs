//! What a page asks for, event by event, until all of it is known.
//!
//! The browser tells of a request in pieces and not always in order: what the page wanted,
//! the headers as they were sent, the answer, its end. A redirect goes on under the same
//! name. They are kept in the order of the requests and handed over when the page is done.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use serde_json::Value;
use url::Url;

use super::super::Exchange;
use super::super::base64::decoded;
use super::super::devtools::{initiator, text, with_fragment, without_fragment};

/// Most requests of one page; more are counted.
const MOST: usize = 10_000;

/// Names in lower case, with values.
type Headers = Vec<(String, String)>;

/// A request, from one address.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "the browser tells each of them by itself")]
pub(super) struct Request {
    /// Its name in the protocol, which redirects share, and the session that told of it.
    pub(super) id: String,
    pub(super) session: String,
    /// `Document`, `Script` and so on.
    pub(super) kind: String,
    pub(super) exchange: Exchange,
    /// The document that it was made for.
    document: String,
    /// The script that made it.
    script: Option<String>,
    /// Whether there are more headers than were told at first, for each way.
    expects: [bool; 2],
    pub(super) answered: bool,
    pub(super) is_withheld: bool,
    /// Why it failed, in the browser's words.
    pub(super) failed: Option<String>,
    pub(super) is_canceled: bool,
    pub(super) ended: bool,
    /// Bytes of the answer, decompressed.
    pub(super) came: u64,
    pub(super) has_body: bool,
    /// When it began.
    pub(super) began: Option<Instant>,
    /// Whether there was content that the browser does not have.
    pub(super) is_lost: bool,
}

/// The requests of a page.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) requests: Vec<Request>,
    /// The last request of each name.
    by_id: HashMap<String, usize>,
    /// Headers as they were sent and as they came, by name, one for each redirect.
    extra: [HashMap<String, VecDeque<Headers>>; 2],
    pub(super) dropped: u64,
    /// Bytes of addresses and of what was sent, which no limit of what comes holds.
    pub(super) asked: u64,
    /// When anything last began or ended.
    pub(super) moved: Option<Instant>,
}

impl Log {
    /// The request that an event is of.
    pub(super) fn of(&mut self, params: &Value) -> Option<(usize, &mut Request)> {
        let index = *self.by_id.get(text(params, "/requestId"))?;
        Some((index, &mut self.requests[index]))
    }

    /// By the name that it has where it is held back.
    pub(super) fn named(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// A request that begins, or goes on elsewhere: `Network.requestWillBeSent`.
    pub(super) fn begins(&mut self, session: &str, params: &Value) -> Option<usize> {
        self.moved = Some(Instant::now());
        let redirect = &params["redirectResponse"];
        if redirect.is_object()
            && let Some((_, request)) = self.of(params)
        {
            answer(&mut request.exchange, redirect);
            let has_extra = params["redirectHasExtraInfo"].as_bool().unwrap_or(false);
            (request.expects, request.answered, request.ended) = ([has_extra; 2], true, true);
        } else if let Some((index, request)) = self.of(params)
            && !request.ended
        {
            // Two sessions tell of one request where their targets overlap.
            return Some(index);
        }
        self.add(session, text(params, "/requestId"), params)
    }

    fn add(&mut self, session: &str, id: &str, params: &Value) -> Option<usize> {
        if self.requests.len() >= MOST {
            self.dropped += 1;
            return None;
        }
        let request = &params["request"];
        let kind = [text(params, "/type"), text(params, "/resourceType")].concat();
        let mut made = Request {
            id: id.to_owned(),
            session: session.to_owned(),
            kind,
            document: without_fragment(text(params, "/documentURL")).to_owned(),
            script: initiator(&params["initiator"]).map(|url| without_fragment(&url).to_owned()),
            began: Some(Instant::now()),
            ..Request::default()
        };
        without_fragment(text(request, "/url")).clone_into(&mut made.exchange.address);
        // The protocol has the fragment by itself.
        let written = [text(request, "/url"), text(request, "/urlFragment")].concat();
        made.exchange.addresses = with_fragment(&written).into_iter().collect();
        made.exchange.method = text(request, "/method").to_ascii_uppercase();
        made.exchange.sent = headers(&request["headers"]);
        made.exchange.posted = posted(request);
        self.asked += (made.exchange.address.len() + made.exchange.posted.len()) as u64;
        let index = self.requests.len();
        self.requests.push(made);
        self.by_id.insert(id.to_owned(), index);
        Some(index)
    }

    /// A request that is held back, which may be the first that is heard of it.
    pub(super) fn withheld(&mut self, session: &str, params: &Value) -> Option<usize> {
        let id = match text(params, "/networkId") {
            "" => text(params, "/requestId"),
            id => id,
        };
        let index = match self.named(id) {
            Some(index) => index,
            None => self.add(session, id, params)?,
        };
        let request = &mut self.requests[index];
        request.is_withheld = true;
        join(&mut request.exchange.sent, headers(&params["request"]["headers"]));
        if request.exchange.posted.is_empty() {
            request.exchange.posted = posted(&params["request"]);
            self.asked += request.exchange.posted.len() as u64;
        }
        Some(index)
    }

    /// Headers as they are sent or came: `Network.…ExtraInfo`. `way` is 0 for those of requests.
    pub(super) fn extra(&mut self, way: usize, params: &Value) {
        let held = self.extra[way].entry(text(params, "/requestId").to_owned()).or_default();
        held.push_back(headers(&params["headers"]));
    }

    /// `Network.responseReceived`.
    pub(super) fn answered(&mut self, params: &Value) {
        let has_extra = params["hasExtraInfo"].as_bool().unwrap_or(false);
        if let Some((_, request)) = self.of(params) {
            answer(&mut request.exchange, &params["response"]);
            (request.expects, request.answered) = ([has_extra; 2], true);
            if request.kind.is_empty() {
                text(params, "/type").clone_into(&mut request.kind);
            }
        }
    }

    /// `Network.dataReceived`.
    pub(super) fn came(&mut self, params: &Value) -> u64 {
        let length = params["dataLength"].as_u64().unwrap_or(0);
        if let Some((_, request)) = self.of(params) {
            request.came += length;
        }
        length
    }

    /// `Network.loadingFinished` and `Network.loadingFailed`.
    pub(super) fn ended(&mut self, params: &Value) -> Option<usize> {
        self.moved = Some(Instant::now());
        let (index, request) = self.of(params)?;
        request.ended = true;
        if let Some(why) = params["errorText"].as_str() {
            request.failed = Some(why.to_owned());
            request.is_canceled = params["canceled"].as_bool().unwrap_or(false);
        }
        Some(index)
    }

    /// A `WebSocket` begins.
    pub(super) fn socket(&mut self, session: &str, params: &Value) {
        let id = text(params, "/requestId").to_owned();
        if self.by_id.contains_key(&id) {
            return;
        }
        if let Some(index) = self.add(session, &id, params) {
            let request = &mut self.requests[index];
            "WebSocket".clone_into(&mut request.kind);
            "GET".clone_into(&mut request.exchange.method);
            without_fragment(text(params, "/url")).clone_into(&mut request.exchange.address);
        }
    }

    /// What a `WebSocket` says of itself: the greetings and the frames.
    pub(super) fn spoken(&mut self, method: &str, params: &Value) {
        let Some((_, request)) = self.of(params) else { return };
        let exchange = &mut request.exchange;
        match method {
            "Network.webSocketWillSendHandshakeRequest" => {
                join(&mut exchange.sent, headers(&params["request"]["headers"]));
            }
            "Network.webSocketHandshakeResponseReceived" => {
                answer(exchange, &params["response"]);
                join(&mut exchange.sent, headers(&params["response"]["requestHeaders"]));
            }
            "Network.webSocketFrameSent" => {
                let held = exchange.posted.len();
                frame(&params["response"], &mut exchange.posted);
                let more = (exchange.posted.len() - held) as u64;
                self.asked += more;
            }
            "Network.webSocketFrameReceived" => frame(&params["response"], &mut exchange.body),
            "Network.eventSourceMessageReceived" => {
                exchange.body.extend_from_slice(text(params, "/data").as_bytes());
                exchange.body.push(b'\n');
            }
            "Network.webSocketFrameError" => request.failed = Some(text(params, "/errorMessage").to_owned()),
            _ => {}
        }
    }

    /// Those that are still open and that a page ends with.
    pub(super) fn open(&self) -> impl Iterator<Item = &Request> {
        let lasts =
            |request: &&Request| !matches!(request.kind.as_str(), "WebSocket" | "EventSource" | "Ping");
        self.requests.iter().filter(|request| !request.ended).filter(lasts)
    }

    /// All of them, whole, with the way from `page`.
    pub(super) fn finish(mut self, page: &str) -> Vec<Request> {
        for request in &mut self.requests {
            for (way, extra) in self.extra.iter_mut().enumerate() {
                // What failed may have been sent as well.
                if request.expects[way] || !request.answered {
                    let more = extra.get_mut(&request.id).and_then(VecDeque::pop_front).unwrap_or_default();
                    let exchange = &mut request.exchange;
                    join(if way == 0 { &mut exchange.sent } else { &mut exchange.headers }, more);
                }
            }
            let mut via: Vec<String> = Vec::new();
            let lead = [Some(page.to_owned()), Some(request.document.clone()), request.script.take()];
            for address in lead.into_iter().flatten() {
                let is_web = Url::parse(&address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
                if is_web && address != request.exchange.address && !via.contains(&address) {
                    via.push(address);
                }
            }
            if request.exchange.address != page {
                request.exchange.via = via;
            }
        }
        self.requests
    }
}

fn answer(exchange: &mut Exchange, response: &Value) {
    exchange.status = response["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
    exchange.headers = headers(&response["headers"]);
}

/// The protocol has headers as an object; several of one name are lines of one value.
fn headers(value: &Value) -> Vec<(String, String)> {
    let all = value.as_object().into_iter().flatten();
    let named = all.filter(|(name, _)| !name.starts_with(':'));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    named.map(|(name, value)| (name.to_ascii_lowercase(), text(value))).collect()
}

/// Adds to `held` what is new in `more`.
fn join(held: &mut Vec<(String, String)>, more: Vec<(String, String)>) {
    for pair in more {
        if !held.contains(&pair) {
            held.push(pair);
        }
    }
}

fn posted(request: &Value) -> Vec<u8> {
    let entries = request["postDataEntries"].as_array().into_iter().flatten();
    let bytes: Vec<u8> = entries.filter_map(|entry| decoded(entry["bytes"].as_str()?)).flatten().collect();
    if bytes.is_empty() { text(request, "/postData").as_bytes().to_vec() } else { bytes }
}

/// A frame of a `WebSocket`, a line each; binary ones come as base64.
fn frame(frame: &Value, into: &mut Vec<u8>) {
    let data = text(frame, "/payloadData");
    let bytes = if frame["opcode"].as_f64() == Some(1.0) { None } else { decoded(data) };
    into.extend_from_slice(bytes.as_deref().unwrap_or(data.as_bytes()));
    into.push(b'\n');
}
