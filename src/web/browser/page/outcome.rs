//! What came of a page: answers as they come, and everything handed over when it is closed.
//!
//! Content of other sites is none of ours, while what the page sends them is.

use std::collections::HashSet;
use std::mem;
use std::time::Instant;

use serde_json::Value;
use url::Url;

use super::super::super::Receiver;
use super::super::super::base64::decoded;
use super::super::super::devtools::text;
use super::super::collect::Kept;
use super::{Asked, Visit};

impl Visit<'_> {
    /// Keeps an answer of the browser's where it belongs.
    pub(super) fn answer(&mut self, asked: &Asked, message: &mut Value) {
        let result = &mut message["result"];
        match asked {
            Asked::Body(index) => {
                let request = &mut self.log.requests[*index];
                if let Value::String(body) = result["body"].take() {
                    let bytes = if result["base64Encoded"] == true { decoded(&body) } else { None };
                    request.exchange.body = bytes.unwrap_or_else(|| body.into_bytes());
                    request.has_body = true;
                } else {
                    let says = |pair: &(String, String)| pair.0 == "content-length" && pair.1 != "0";
                    request.is_lost = request.came > 0 || request.exchange.headers.iter().any(says);
                }
                self.log.moved = Some(Instant::now());
            }
            Asked::Posted(index) => {
                if let Value::String(posted) = result["postData"].take() {
                    let bytes = if result["base64Encoded"] == true { decoded(&posted) } else { None };
                    let bytes = bytes.unwrap_or_else(|| posted.into_bytes());
                    self.log.asked += bytes.len() as u64;
                    self.log.requests[*index].exchange.posted = bytes;
                }
            }
            Asked::Source(address) => {
                if let Value::String(source) = result["scriptSource"].take() {
                    self.sources.insert(address.clone(), source);
                }
            }
            Asked::Navigation => {
                let why = text(result, "/errorText").to_owned();
                if !why.is_empty() && self.broken.is_none() {
                    self.broken = Some(self.in_words(&self.page, &why));
                }
            }
        }
    }

    /// Why something was not loaded: what the gate says, or else the browser's word.
    pub(super) fn in_words(&self, url: &Url, why: &str) -> String {
        self.browser.gate.refusal(url).unwrap_or_else(|| format!("the browser does not load it: {why}"))
    }

    pub(in super::super) fn skip_page(&mut self, why: &str) {
        let address = self.page.as_str().to_owned();
        if !self.skipped.iter().any(|(skipped, _)| *skipped == address) {
            self.skipped.push((address, why.to_owned()));
        }
    }

    /// Whether the documents at this address are handed over. What was made up in the page is
    /// the page's own.
    pub(in super::super) fn is_own(&self, address: &str) -> bool {
        let Ok(mut url) = Url::parse(address) else { return false };
        if url.scheme() == "blob" || url.scheme() == "data" {
            return true;
        }
        let plain = match url.scheme() {
            "ws" => "http",
            "wss" => "https",
            scheme => scheme,
        };
        let plain = plain.to_owned();
        let _ = url.set_scheme(&plain);
        self.rules.scope.holds(&url)
    }

    /// Hands over the requests in their order, then what the page became.
    pub(super) fn hand_over(mut self, kept: Kept, receiver: &mut dyn Receiver) {
        let log = mem::take(&mut self.log);
        if log.dropped > 0 {
            self.skip_page(&format!("it makes so many requests that {} were passed over", log.dropped));
        }
        // A page that leaves for another may take with it what the browser would have said of it.
        for (name, address) in mem::take(&mut self.let_through) {
            if log.dropped == 0 && log.named(&name).is_none() {
                self.skipped.push((address, "the page was left before it was told what came".to_owned()));
            }
        }
        let page = self.page.as_str().to_owned();
        let early = mem::take(&mut self.foreign);
        for request in log.finish(&page) {
            // What a browser asks before it sends a header elsewhere; it holds nothing itself.
            if request.kind == "Preflight" {
                continue;
            }
            let mut exchange = request.exchange;
            if !request.has_body && exchange.body.is_empty() {
                match self.sources.get(&exchange.address) {
                    Some(source) => source.as_bytes().clone_into(&mut exchange.body),
                    None if request.is_lost => {
                        let why = "the browser does not have its content any more";
                        self.skipped.push((exchange.address.clone(), why.to_owned()));
                    }
                    None => {}
                }
            }
            let is_own = self.is_own(&exchange.address);
            if !is_own {
                self.foreign.push(exchange.address.clone());
                exchange.headers.clear();
                exchange.body.clear();
            } else if let Some(why) = &request.failed
                && !request.is_canceled
                && !request.is_withheld
                && let Ok(url) = Url::parse(&exchange.address)
            {
                self.skipped.push((exchange.address.clone(), self.in_words(&url, why)));
            }
            if let Some(short) = made_up(&exchange.address, &page) {
                exchange.address = short;
            }
            receiver.exchange(exchange);
        }
        for exchange in kept.exchanges {
            receiver.exchange(exchange);
        }
        let mut told = HashSet::new();
        for (address, why) in self.skipped.drain(..) {
            let address = made_up(&address, &page).unwrap_or(address);
            if told.insert(address.clone()) {
                receiver.skipped(&address, &why);
            }
        }
        let mut foreign = HashSet::new();
        for address in self.foreign.drain(..).chain(early) {
            if foreign.insert(address.clone()) {
                receiver.foreign(&address);
            }
        }
    }
}

/// How to call what has no address of its own.
fn made_up(address: &str, page: &str) -> Option<String> {
    let scheme = ["data", "blob"].into_iter().find(|scheme| {
        address.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
            && address[scheme.len()..].starts_with(':')
    })?;
    Some(format!("{scheme}:… in {page}"))
}
