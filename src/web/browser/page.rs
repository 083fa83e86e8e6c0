//! One page: it is opened in a context of its own, runs until it is quiet or its time is up,
//! and is closed. Every request waits until `requests` has judged it.
//!
//! **Invariant:** events are handled as they come and nothing is waited for while they are, so
//! that a page cannot make this wait for itself.

mod outcome;
mod requests;

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use url::Url;

use super::super::Receiver;
use super::super::devtools::text;
use super::collect::{self, Kept};
use super::log::{Log, Request};
use super::session::{Browser, Rules};
use super::wire::Ended;

/// How long the process of a page may take to start; on a busy machine it takes long.
const START: Duration = Duration::from_secs(60);
/// How long a single question may take that no page can delay.
const ANSWER: Duration = Duration::from_secs(20);
/// How long to wait for contents that were asked for, when a page's time is up.
const GRACE: Duration = Duration::from_secs(3);
/// How long a page that was stopped may take to stand still.
const SETTLE: Duration = Duration::from_secs(1);
/// Most of what a page posts that is told at once.
const POSTED: u32 = 4 << 20;

/// What an answer is to.
enum Asked {
    /// The content of a request's answer.
    Body(usize),
    /// What it posted.
    Posted(usize),
    /// The text of a script in a worker, by its address.
    Source(String),
    /// The first navigation.
    Navigation,
}

/// A page that is being visited.
pub(super) struct Visit<'b> {
    pub(super) browser: &'b mut Browser,
    pub(super) rules: &'b Rules<'b>,
    pub(super) page: Url,
    /// How long it may take.
    time: Duration,
    pub(super) context: String,
    /// The session and the target of the page itself; empty until it is there.
    pub(super) main: String,
    target: String,
    /// Sessions of the page and its frames, which have documents.
    pub(super) documents: Vec<String>,
    targets: HashSet<String>,
    /// Questions to the page itself that are not answered before it listens.
    starting: HashSet<u64>,
    log: Log,
    asked: HashMap<u64, Asked>,
    /// Own addresses that were let through, by the names of their requests.
    let_through: HashMap<String, String>,
    /// Bytes that came, decompressed.
    came: u64,
    loaded: bool,
    /// Whether its time is up.
    is_over: bool,
    /// Whether the page itself came, wherever redirects led.
    began: bool,
    /// Scripts of workers: the browser does not keep what it started a worker with.
    sources: HashMap<String, String>,
    /// Why it is over early.
    broken: Option<String>,
    /// What to tell when it is over: own addresses with why, and those of others.
    skipped: Vec<(String, String)>,
    foreign: Vec<String>,
}

impl<'b> Visit<'b> {
    pub(super) fn new(browser: &'b mut Browser, rules: &'b Rules<'b>, page: Url, time: Duration) -> Self {
        Self {
            browser,
            rules,
            page,
            time,
            context: String::new(),
            main: String::new(),
            target: String::new(),
            documents: Vec::new(),
            targets: HashSet::new(),
            starting: HashSet::new(),
            log: Log::default(),
            asked: HashMap::new(),
            let_through: HashMap::new(),
            came: 0,
            loaded: false,
            is_over: false,
            began: false,
            sources: HashMap::new(),
            broken: None,
            skipped: Vec::new(),
            foreign: Vec::new(),
        }
    }

    /// Visits it and hands over what came of it.
    ///
    /// # Errors
    /// When the browser ended; that is told, and what came is handed over, as well.
    pub(super) fn run(mut self, receiver: &mut dyn Receiver) -> Result<(), Ended> {
        let ended = self.visit();
        let kept = if ended.is_ok() && !self.main.is_empty() {
            collect::collect(&mut self)
        } else {
            Ok(Kept::default())
        };
        let ended = ended.and(kept.as_ref().map(|_| ()).map_err(|ended| *ended));
        if ended.is_err() {
            self.skip_page("the browser ended while it was loaded");
        } else if !self.context.is_empty() {
            let params = json!({ "browserContextId": self.context });
            let _ = self.browser.wire.ask("", "Target.disposeBrowserContext", params);
        }
        self.hand_over(kept.unwrap_or_default(), receiver);
        ended
    }

    fn visit(&mut self) -> Result<(), Ended> {
        let context =
            self.call("", "Target.createBrowserContext", json!({ "disposeOnDetach": true }), ANSWER)?;
        text(&context, "/result/browserContextId").clone_into(&mut self.context);
        let params = json!({ "behavior": "deny", "browserContextId": self.context });
        self.browser.wire.ask("", "Browser.setDownloadBehavior", params)?;
        let params = json!({ "url": "about:blank", "browserContextId": self.context });
        let target = self.call("", "Target.createTarget", params, ANSWER)?;
        text(&target, "/result/targetId").clone_into(&mut self.target);
        // A page that is gone to before its process listens is not heard to its beginning.
        let until = Instant::now() + START;
        while (self.main.is_empty() || !self.starting.is_empty()) && Instant::now() < until {
            self.step(until)?;
        }
        if self.main.is_empty() || !self.starting.is_empty() {
            self.skip_page("the browser opens no page");
            return Ok(());
        }
        self.browser.gate.announce(&self.page);
        let params = json!({ "url": self.page.as_str() });
        let number = self.browser.wire.ask(&self.main, "Page.navigate", params)?;
        self.asked.insert(number, Asked::Navigation);
        self.wait()
    }

    /// Until the page is quiet, its time is up, or it broke.
    fn wait(&mut self) -> Result<(), Ended> {
        let settings = self.rules.settings;
        let until = Instant::now() + self.time;
        while self.broken.is_none() {
            let now = Instant::now();
            if now >= until {
                self.time_is_up()?;
                break;
            }
            if self.came > settings.page_bytes || self.browser.gate.is_full() {
                self.broken = Some(format!("it loads more than {} bytes", settings.page_bytes));
                break;
            }
            if self.log.asked > settings.page_bytes {
                self.broken = Some(format!("it sends more than {} bytes", settings.page_bytes));
                break;
            }
            let is_busy = !self.loaded || !self.asked.is_empty() || self.log.open().next().is_some();
            let quiet = self.log.moved.map_or(now, |moved| moved + settings.idle_time);
            if !is_busy && now >= quiet {
                return Ok(());
            }
            self.step(until.min(if is_busy { now + settings.idle_time } else { quiet }))?;
        }
        if let Some(why) = self.broken.clone() {
            self.skip_page(&why);
        }
        let settled = Instant::now() + SETTLE;
        while Instant::now() < settled {
            self.step(settled)?;
        }
        for index in 0..self.log.requests.len() {
            let request = &self.log.requests[index];
            if !request.ended && request.answered {
                self.want_body(index)?;
            }
        }
        let until = Instant::now() + GRACE;
        while !self.asked.is_empty() && Instant::now() < until {
            self.step(until)?;
        }
        Ok(())
    }

    /// Says what is missing, and ends what runs, so that the page can be looked at.
    fn time_is_up(&mut self) -> Result<(), Ended> {
        self.is_over = true;
        let seconds = self.time.as_secs_f32();
        let now = Instant::now();
        let idle = self.rules.settings.idle_time;
        let lasts = |request: &&Request| request.began.is_some_and(|began| now > began + idle);
        let open = self.log.open().filter(lasts).map(|request| request.exchange.address.clone());
        let own: Vec<String> = open.filter(|address| self.is_own(address)).collect();
        if !self.loaded {
            self.skip_page(&format!("it is not loaded after {seconds} seconds"));
        } else if own.is_empty() {
            self.skip_page(&format!("it is still busy after {seconds} seconds"));
        }
        for address in own {
            self.skipped.push((address, format!("it has no end after {seconds} seconds")));
        }
        for session in self.documents.clone() {
            self.browser.wire.ask(&session, "Page.stopLoading", json!({}))?;
            self.browser.wire.ask(&session, "Runtime.terminateExecution", json!({}))?;
        }
        Ok(())
    }

    /// Asks, and handles what comes until the answer does; null where it does not in time.
    pub(super) fn call(
        &mut self,
        session: &str,
        method: &str,
        params: Value,
        time: Duration,
    ) -> Result<Value, Ended> {
        let number = self.browser.wire.ask(session, method, params)?;
        let until = Instant::now() + time;
        while let Some(message) = self.browser.wire.next(until)? {
            if message["id"] == number {
                return Ok(message);
            }
            self.handle(message)?;
        }
        Ok(Value::Null)
    }

    fn step(&mut self, until: Instant) -> Result<(), Ended> {
        match self.browser.wire.next(until)? {
            Some(message) => self.handle(message),
            None => Ok(()),
        }
    }

    fn handle(&mut self, mut message: Value) -> Result<(), Ended> {
        if let Some(number) = message["id"].as_u64() {
            self.starting.remove(&number);
            if let Some(asked) = self.asked.remove(&number) {
                self.answer(&asked, &mut message);
            }
            return Ok(());
        }
        let session = text(&message, "/sessionId").to_owned();
        let method = text(&message, "/method").to_owned();
        let params = &message["params"];
        match method.as_str() {
            "Target.attachedToTarget" => self.attached(params)?,
            "Wire.unreadable" => self.skip_page("something that it does cannot be read"),
            "Target.detachedFromTarget" => self.documents.retain(|held| held != text(params, "/sessionId")),
            "Inspector.targetCrashed" if session == self.main => {
                self.broken = Some("its tab crashed".to_owned());
            }
            "Page.frameNavigated" if session == self.main => {
                self.began |=
                    text(params, "/frame/id") == self.target && text(params, "/frame/url") != "about:blank";
            }
            // Where a page is left for another site, which is stopped, it never says that it is loaded.
            "Page.frameStoppedLoading" if session == self.main && text(params, "/frameId") == self.target => {
                self.loaded |= self.began;
            }
            "Debugger.scriptParsed" => self.parsed(&session, params)?,
            "Page.loadEventFired" if session == self.main => {
                self.loaded = true;
                self.log.moved = Some(Instant::now());
            }
            "Page.javascriptDialogOpening" => {
                // Leaving a page is not to be stopped by its questions; all others are denied.
                if self.is_over {
                    // Asked while its script waits, for it asks again at once.
                    self.browser.wire.ask(&session, "Runtime.terminateExecution", json!({}))?;
                }
                let accept = params["type"] == "beforeunload";
                self.browser.wire.ask(
                    &session,
                    "Page.handleJavaScriptDialog",
                    json!({ "accept": accept }),
                )?;
            }
            "Fetch.requestPaused" => self.paused(&session, params)?,
            "Fetch.authRequired" => {
                let refused = json!({ "response": "CancelAuth" });
                let params = json!({ "requestId": params["requestId"], "authChallengeResponse": refused });
                self.browser.wire.ask(&session, "Fetch.continueWithAuth", params)?;
            }
            _ if method.starts_with("Network.") => self.network(&session, &method, params)?,
            _ => {}
        }
        Ok(())
    }

    /// A target that begins: it is listened to before it runs.
    fn attached(&mut self, params: &Value) -> Result<(), Ended> {
        let (session, info) = (text(params, "/sessionId"), &params["targetInfo"]);
        let (kind, target) = (text(info, "/type"), text(info, "/targetId"));
        let is_ours = !self.context.is_empty() && text(info, "/browserContextId") == self.context;
        // The browser's own windows, such as that of its address bar, are targets as well.
        let is_page = ["page", "iframe", "worker", "service_worker", "shared_worker"].contains(&kind);
        if is_ours && is_page && self.targets.insert(target.to_owned()) {
            match kind {
                "page" if self.main.is_empty() => {
                    session.clone_into(&mut self.main);
                    self.documents.push(session.to_owned());
                }
                "page" => {
                    // A window that the page opened: what it would show is not a part of the page.
                    self.skipped.push((
                        self.page.as_str().to_owned(),
                        "a window that it opens was closed".to_owned(),
                    ));
                    self.browser.wire.ask("", "Target.closeTarget", json!({ "targetId": target }))?;
                    return Ok(());
                }
                "iframe" => self.documents.push(session.to_owned()),
                _ => {}
            }
            let buffer = self.rules.settings.page_bytes.min(256 << 20);
            let every = json!([{ "urlPattern": "*", "requestStage": "Request" }]);
            // Content outlives the page where it leaves for another; older browsers do not know of it.
            let network = json!({
                "maxTotalBufferSize": buffer, "maxResourceBufferSize": buffer, "maxPostDataSize": POSTED,
                "enableDurableMessages": true,
            });
            if kind.ends_with("worker") {
                // A page may try to stop whoever listens with a breakpoint.
                self.browser.wire.ask(session, "Debugger.enable", json!({}))?;
                self.browser.wire.ask(session, "Debugger.setSkipAllPauses", json!({ "skip": true }))?;
            }
            let attach = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
            for (method, params) in [
                ("Network.enable", network),
                ("Fetch.enable", json!({ "patterns": every, "handleAuthRequests": true })),
                ("Page.enable", json!({})),
                ("Inspector.enable", json!({})),
                ("Target.setAutoAttach", attach),
            ] {
                let number = self.browser.wire.ask(session, method, params)?;
                if session == self.main {
                    self.starting.insert(number);
                }
            }
        }
        self.browser.wire.ask(session, "Runtime.runIfWaitingForDebugger", json!({})).map(drop)
    }
}
