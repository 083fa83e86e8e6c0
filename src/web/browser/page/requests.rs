//! The requests of a page: each waits until it is judged here, and what it posts and brings is
//! asked for where that counts.

use serde_json::{Value, json};
use url::Url;

use super::super::super::devtools::{text, without_fragment};
use super::super::super::name::is_baseten;
use super::super::log::Request;
use super::super::wire::Ended;
use super::{Asked, Visit};

impl Visit<'_> {
    /// A request that waits to be judged.
    pub(super) fn paused(&mut self, session: &str, params: &Value) -> Result<(), Ended> {
        let address = without_fragment(text(params, "/request/url"));
        let url = Url::parse(address).ok();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        let is_main = params["resourceType"] == "Document" && text(params, "/frameId") == self.target;
        let is_web = url.as_ref().is_some_and(|url| matches!(url.scheme(), "http" | "https"));
        let mut refused = None;
        // Leaked keys would be used there, and billed.
        if is_baseten(host) {
            if let Some(index) = self.log.withheld(session, params) {
                self.want_posted(session, index, params)?;
            }
            self.foreign.push(address.to_owned());
            if is_main {
                self.skip_page("it leads to a host that nothing is sent to");
            }
            refused = Some("BlockedByClient");
        } else if let Some(url) = url.filter(|_| is_web) {
            let reason = self.rules.guard.refuses(&url);
            let is_own = self.rules.scope.holds(&url);
            if let Some(reason) = &reason
                && (is_own || is_main)
            {
                self.skipped.push((
                    self.page.as_str().to_owned(),
                    format!("it leads to where nothing is fetched: {reason}"),
                ));
            }
            if is_main && !is_own {
                self.foreign.push(address.to_owned());
                if reason.is_none() && !self.began {
                    let origin = url.origin().ascii_serialization();
                    self.skip_page(&format!("it leads to another site, {origin}"));
                }
                // A page that is left for nowhere stays as it is.
                refused = Some("Aborted");
            } else if reason.is_some() {
                refused = Some("AddressUnreachable");
            } else {
                self.browser.gate.announce(&url);
                let name = text(params, "/networkId");
                if is_own && !name.is_empty() {
                    self.let_through.insert(name.to_owned(), address.to_owned());
                }
            }
        }
        let id = &params["requestId"];
        let asked = match refused {
            Some(reason) => self.browser.wire.ask(
                session,
                "Fetch.failRequest",
                json!({ "requestId": id, "errorReason": reason }),
            ),
            None => self.browser.wire.ask(session, "Fetch.continueRequest", json!({ "requestId": id })),
        };
        asked.map(drop)
    }

    pub(super) fn network(&mut self, session: &str, method: &str, params: &Value) -> Result<(), Ended> {
        match method {
            "Network.requestWillBeSent" => {
                let url = Url::parse(text(params, "/request/url"));
                if !url.as_ref().is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "data" | "blob")) {
                    return Ok(());
                }
                if let Some(index) = self.log.begins(session, params) {
                    self.want_posted(session, index, params)?;
                }
                if let Ok(url) = url {
                    self.browser.gate.announce(&url);
                }
            }
            "Network.requestWillBeSentExtraInfo" => self.log.extra(0, params),
            "Network.responseReceivedExtraInfo" => self.log.extra(1, params),
            "Network.responseReceived" => self.log.answered(params),
            "Network.dataReceived" => self.came += self.log.came(params),
            "Network.loadingFinished" => {
                if let Some(index) = self.log.ended(params) {
                    self.want_body(index)?;
                }
            }
            "Network.loadingFailed" => drop(self.log.ended(params)),
            "Network.webSocketCreated" => {
                self.log.socket(session, params);
                if let Ok(mut url) = Url::parse(text(params, "/url")) {
                    // The gate knows hosts and ports, which are those of the web.
                    let scheme = if url.scheme() == "wss" { "https" } else { "http" };
                    let _ = url.set_scheme(scheme);
                    self.browser.gate.announce(&url);
                }
            }
            _ => self.log.spoken(method, params),
        }
        Ok(())
    }

    /// A script that runs in a worker.
    pub(super) fn parsed(&mut self, session: &str, params: &Value) -> Result<(), Ended> {
        let address = without_fragment(text(params, "/url")).to_owned();
        if !address.is_empty() && self.is_own(&address) && !self.sources.contains_key(&address) {
            let wanted = json!({ "scriptId": params["scriptId"] });
            let number = self.browser.wire.ask(session, "Debugger.getScriptSource", wanted)?;
            self.asked.insert(number, Asked::Source(address));
        }
        Ok(())
    }

    /// What was posted, where it was not told at once.
    fn want_posted(&mut self, session: &str, index: usize, params: &Value) -> Result<(), Ended> {
        let request = &self.log.requests[index];
        if params["request"]["hasPostData"] == true && request.exchange.posted.is_empty() {
            let wanted = json!({ "requestId": request.id });
            let number = self.browser.wire.ask(session, "Network.getRequestPostData", wanted)?;
            self.asked.insert(number, Asked::Posted(index));
        }
        Ok(())
    }

    /// The content of an answer, where it is of the site and text.
    pub(super) fn want_body(&mut self, index: usize) -> Result<(), Ended> {
        let request = &self.log.requests[index];
        let kind = request.kind.as_str();
        let is_picture = matches!(kind, "Image" | "Media" | "Font") && !is_svg(request);
        let is_empty =
            matches!(request.exchange.status, 204 | 205 | 304) || request.exchange.method == "HEAD";
        if is_picture || is_empty || matches!(kind, "Preflight" | "Ping" | "WebSocket" | "EventSource") {
            return Ok(());
        }
        if !self.is_own(&request.exchange.address) {
            return Ok(());
        }
        let (session, wanted) = (request.session.clone(), json!({ "requestId": request.id }));
        let number = self.browser.wire.ask(&session, "Network.getResponseBody", wanted)?;
        self.asked.insert(number, Asked::Body(index));
        Ok(())
    }
}

fn is_svg(request: &Request) -> bool {
    let is_type = |pair: &&(String, String)| pair.0 == "content-type";
    request.exchange.headers.iter().find(is_type).is_some_and(|(_, value)| value.starts_with("image/svg"))
}
