//! One entry of a capture as an exchange, by what the programs that write captures have in
//! common and what each adds: Chrome's initiators and `WebSocket` messages, `mitmproxy`'s and
//! Charles' encodings, Playwright's files.
//!
//! Nothing is asked for: a member that is missing, or is not what it should be, is left out.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use url::Url;

use super::super::base64::decoded;
use super::super::devtools::{initiator, text, with_fragment, without_fragment};
use super::super::{Exchange, Receiver};
use super::Summary;

/// The method of what a capture names and has no entry of.
const NAMED: &str = "CAPTURE";
/// Most bytes of addresses that are named beside the entries and kept.
const MOST_NAMED: usize = 64 << 20;

/// A capture that is being read.
pub(super) struct Reading<'r> {
    name: String,
    receiver: &'r mut dyn Receiver,
    summary: Summary,
    /// The addresses of pages by their names in the capture.
    pages: HashMap<String, String>,
    /// Comments on the whole and on pages; the next entry carries them.
    comments: Vec<String>,
    /// Addresses that entries are of, and others that are only named, each as it was written.
    seen: HashSet<String>,
    named: Vec<String>,
    named_bytes: usize,
}

impl<'r> Reading<'r> {
    pub(super) fn new(name: &str, receiver: &'r mut dyn Receiver) -> Self {
        Self {
            name: name.to_owned(),
            receiver,
            summary: Summary::default(),
            pages: HashMap::new(),
            comments: Vec::new(),
            seen: HashSet::new(),
            named: Vec::new(),
            named_bytes: 0,
        }
    }

    /// Hands over what is left.
    pub(super) fn end(mut self) -> Summary {
        for written in std::mem::take(&mut self.named) {
            if self.seen.insert(written.clone()) {
                let (address, method) = (without_fragment(&written).to_owned(), NAMED.to_owned());
                let addresses = with_fragment(&written).into_iter().collect();
                self.receiver.exchange(Exchange { address, addresses, method, ..Exchange::default() });
            }
        }
        if !self.comments.is_empty() {
            let stored = comments_of(self.comments.drain(..));
            let method = NAMED.to_owned();
            self.receiver.exchange(Exchange { address: self.name, method, stored, ..Exchange::default() });
        }
        self.summary
    }

    /// The list of pages. Their titles are addresses where Chrome wrote them, and titles
    /// where others did.
    pub(super) fn pages(&mut self, pages: &Value) {
        for page in pages.as_array().into_iter().flatten() {
            let (id, title) = (text(page, "/id"), text(page, "/title"));
            if title.starts_with("http://") || title.starts_with("https://") {
                self.name(title);
                self.pages.entry(id.to_owned()).or_insert_with(|| without_fragment(title).to_owned());
            } else if !title.is_empty() {
                self.comments.push(title.to_owned());
            }
            self.comment(&page["comment"]);
        }
    }

    /// What somebody wrote beside it.
    pub(super) fn comment(&mut self, comment: &Value) {
        self.comments.extend(comment.as_str().filter(|text| !text.is_empty()).map(str::to_owned));
    }

    /// One entry, as it stands in the capture.
    pub(super) fn entry(&mut self, raw: &str) {
        self.summary.entries += 1;
        let number = self.summary.entries;
        let Ok(mut entry) = serde_json::from_str::<Value>(raw) else {
            self.receiver
                .skipped(&self.name, &format!("entry {number} is nested too deep or is not Unicode"));
            return;
        };
        let written = text(&entry, "/request/url").trim().to_owned();
        let address = without_fragment(&written).to_owned();
        if address.is_empty() {
            self.receiver.skipped(&self.name, &format!("entry {number} has no address"));
            return;
        }
        let via = self.way(&entry, &address);
        let redirect = text(&entry, "/response/redirectURL");
        if redirect.contains("://") {
            self.name(redirect);
        }
        let mut addresses: Vec<String> = with_fragment(&written).into_iter().collect();
        addresses.extend(fields(&entry, &written));
        if !redirect.contains("://") {
            addresses.extend(with_fragment(redirect));
        }
        self.seen.insert(written);
        let sent = headers(&entry["request"], "cookie");
        self.summary.has_authorization |= sent.iter().any(|(name, _)| name == "authorization");
        let mut exchange = Exchange {
            addresses,
            via,
            method: method(&entry),
            sent,
            posted: posted(&mut entry),
            status: status(&entry["response"]["status"]),
            headers: headers(&entry["response"], "set-cookie"),
            ..Exchange::default()
        };
        match content(&mut entry, &exchange.method, exchange.status) {
            Ok(body) => exchange.body = body,
            Err((body, why)) => {
                self.receiver.skipped(&address, &why);
                exchange.body = body;
            }
        }
        messages(&mut entry, &mut exchange);
        for place in ["/comment", "/request/comment", "/request/postData/comment", "/response/comment"] {
            self.comment(entry.pointer(place).unwrap_or(&Value::Null));
        }
        self.comment(&entry["response"]["content"]["comment"]);
        exchange.stored = comments_of(self.comments.drain(..));
        exchange.address = address;
        self.receiver.exchange(exchange);
    }

    /// Keeps an address that is named beside the entries, for it may have none of its own.
    fn name(&mut self, address: &str) {
        let is_new = !self.seen.contains(address) && self.named.last().is_none_or(|last| last != address);
        if !is_new {
            return;
        }
        self.named_bytes += address.len();
        if self.named_bytes <= MOST_NAMED {
            self.named.push(address.to_owned());
        } else if self.named_bytes - address.len() <= MOST_NAMED {
            self.receiver.skipped(&self.name, "it names more addresses beside its entries than are kept");
        }
    }

    /// The page that an entry belongs to, and the script that asked for it.
    fn way(&mut self, entry: &Value, address: &str) -> Vec<String> {
        let mut via = Vec::new();
        if let Some(id) = entry["pageref"].as_str() {
            let page = self.pages.entry(id.to_owned()).or_insert_with(|| address.to_owned());
            if page == address {
                return via;
            }
            via.push(page.clone());
        }
        let asked = initiator(&entry["_initiator"]);
        if let Some(asked) = &asked {
            self.name(asked);
        }
        let asked = asked.or_else(|| {
            // Without pages the header tells as much, where it has more than a site.
            let is_referer = |pair: &&(String, String)| pair.0 == "referer";
            let sent = headers(&entry["request"], "cookie");
            let referer = sent.iter().find(is_referer).map(|(_, value)| value.clone());
            referer.filter(|value| via.is_empty() && value.matches('/').count() > 2)
        });
        let asked = asked.map(|asked| without_fragment(&asked).to_owned());
        via.extend(asked.filter(|asked| asked != address && via.first() != Some(asked)));
        via
    }
}

/// The fields of a query that the list of them has and the address has not.
fn fields(entry: &Value, address: &str) -> Option<String> {
    let list = entry.pointer("/request/queryString")?.as_array()?;
    let parsed = Url::parse(address).ok();
    let known: HashSet<_> = parsed.iter().flat_map(Url::query_pairs).collect();
    let more = list.iter().filter_map(|field| {
        let (name, value) = (text(field, "/name"), text(field, "/value"));
        // Some write the values as they came, and others decoded.
        let is_known = known.contains(&(name.into(), value.into())) || address.contains(value);
        (!is_known).then(|| format!("{name}={value}"))
    });
    let more: Vec<String> = more.collect();
    (!more.is_empty()).then(|| format!("{}?{}", without_query(address), more.join("&")))
}

fn without_query(address: &str) -> &str {
    &address[..address.find(['?', '#']).unwrap_or(address.len())]
}

fn comments_of(comments: impl Iterator<Item = String>) -> Vec<(String, String)> {
    comments.map(|text| ("comment".to_owned(), text)).collect()
}

fn method(entry: &Value) -> String {
    match text(entry, "/request/method") {
        "" => "GET".to_owned(),
        method => method.to_ascii_uppercase(),
    }
}

/// A status as a number, or as the text of one; 0 where none came, which some write as -1.
fn status(value: &Value) -> u16 {
    let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
    let whole = number.or_else(|| {
        let float = value.as_f64().filter(|float| (0.0..1000.0).contains(float))?;
        format!("{float:.0}").parse().ok()
    });
    whole.and_then(|status| u16::try_from(status).ok()).unwrap_or_default()
}

/// The headers of a request or an answer. Cookies that stand only in their own list come as
/// the header `cookies` that they were.
fn headers(message: &Value, cookies: &str) -> Vec<(String, String)> {
    let pair = |value: &Value| {
        let name = text(value, "/name").to_ascii_lowercase();
        (!name.is_empty() && !name.starts_with(':')).then(|| (name, text(value, "/value").to_owned()))
    };
    let list = |name: &str| message[name].as_array().into_iter().flatten();
    let mut headers: Vec<_> = list("headers").filter_map(pair).collect();
    if !headers.iter().any(|(name, _)| name == cookies) {
        let cookie = |value: &Value| {
            let (name, value) = (text(value, "/name"), text(value, "/value"));
            (!name.is_empty()).then(|| (cookies.to_owned(), format!("{name}={value}")))
        };
        headers.extend(list("cookies").filter_map(cookie));
    }
    headers
}

/// What was posted: the text, or else the fields of the form.
fn posted(entry: &mut Value) -> Vec<u8> {
    let Some(data) = entry.pointer_mut("/request/postData") else { return Vec::new() };
    let is_base64 = ["encoding", "_encoding"].iter().any(|name| data[*name] == "base64");
    if let Some(Value::String(posted)) = data.get_mut("text").map(Value::take)
        && !posted.is_empty()
    {
        return if is_base64 { decoded(&posted).unwrap_or(posted.into_bytes()) } else { posted.into_bytes() };
    }
    let field = |field: &Value| {
        let (name, file) = (text(field, "/name"), text(field, "/fileName"));
        let mut line = format!("{name}={}", text(field, "/value"));
        if !file.is_empty() {
            line.extend(["; filename=", file]);
        }
        line
    };
    let fields: Vec<_> = data["params"].as_array().into_iter().flatten().map(field).collect();
    fields.join("\n").into_bytes()
}

/// The content of the answer; with what is there of it, why it is not all.
fn content(entry: &mut Value, method: &str, status: u16) -> Result<Vec<u8>, (Vec<u8>, String)> {
    let Some(content) = entry.pointer_mut("/response/content") else { return Ok(Vec::new()) };
    if let Some(Value::String(body)) = content.get_mut("text").map(Value::take)
        && !body.is_empty()
    {
        if content["encoding"] != "base64" {
            return Ok(body.into_bytes());
        }
        let why = "its content in the capture says that it is base64, and is not";
        return decoded(&body).ok_or_else(|| (body.into_bytes(), why.to_owned()));
    }
    if ["_file", "_path"].iter().any(|name| content[*name].is_string()) {
        let why = "its content is in a file beside the capture, which is not read";
        return Err((Vec::new(), why.to_owned()));
    }
    let has_body = method != "HEAD" && !matches!(status, 0..200 | 204 | 205 | 300..400);
    let mime = text(content, "/mimeType").trim_start();
    let is_text = !["image/", "audio/", "video/", "font/"].iter().any(|kind| mime.starts_with(kind))
        || mime.starts_with("image/svg");
    let has_size = content["size"].as_f64().is_some_and(|size| size > 0.0);
    if has_body && is_text && has_size {
        return Err((Vec::new(), "its content is not in the capture".to_owned()));
    }
    Ok(Vec::new())
}

/// The messages of a `WebSocket`, as Chrome and Playwright write them: a line each, those that
/// were sent as posted, and the others as content.
fn messages(entry: &mut Value, exchange: &mut Exchange) {
    let Some(Value::Array(messages)) = entry.get_mut("_webSocketMessages").map(Value::take) else { return };
    for message in messages {
        let data = text(&message, "/data");
        let bytes = if message["opcode"].as_f64() == Some(2.0) { decoded(data) } else { None };
        let into = if message["type"] == "send" { &mut exchange.posted } else { &mut exchange.body };
        into.extend_from_slice(bytes.as_deref().unwrap_or(data.as_bytes()));
        into.push(b'\n');
    }
}
